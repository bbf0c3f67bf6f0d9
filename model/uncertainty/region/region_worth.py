"""What arrivals and starts are worth in every draw, with all that follows them."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.uncertainty.region.frame import MEASURES, RATE_OF, Frame
from hepaplan.model.uncertainty.region.option_draws import OptionDraws


def arrival_worth(frame: Frame, options: OptionDraws) -> Floats:
    """Return what an arrival at each point is worth (measure, group, point, draw).

    As `outcomes.worth`: what is usually started there, and what follows it.
    """
    kernels = frame.usual.kernels
    points = np.eye(len(kernels.points))
    groups, _, count = options.share.shape
    worth = np.empty((len(MEASURES), groups, len(points), count))
    for g in range(groups):
        chosen = options.share[g] * points[kernels.point_of].T[:, :, None]
        for m, rate in enumerate(RATE_OF):
            own = np.einsum("ckd,kd->dc", chosen, options.own[m, g])
            moved = np.einsum("ckd,kxd->dcx", chosen, options.reached[rate, g], optimize=True)
            worth[m, g] = np.linalg.solve(points - moved, own[..., None])[..., 0].T
    return worth


def window_worth(frame: Frame, worth: Floats, eligibility: Floats, people: Floats) -> Floats:
    """Return what the window's new patients are worth (measure, draw), to its first month.

    `eligibility` (point, group, draw); `people` (draw, group, month) of burn-in and window.
    """
    new = people[..., frame.usual.before :]
    came = np.einsum("dgt,rt->rgd", new, frame.later[:, : frame.window])
    return np.stack(
        [
            np.einsum("gcd,cgd,gd->d", worth[m], eligibility, came[rate])
            for m, rate in enumerate(RATE_OF)
        ]
    )


def mean_start(
    frame: Frame, options: OptionDraws, worth: Floats, measure: str, came: Floats
) -> Floats:
    """Return what a start of each option is worth (option, draw), averaged over groups.

    `came` (draw, group, point) weighs them: who comes to the point in the window; evenly where
    nobody does.
    """
    m = MEASURES.index(measure)
    reached = options.reached[RATE_OF[m]]
    followed = np.einsum("gkxd,gxd->gkd", reached, worth[m], optimize=True)
    total = came.sum(axis=1, keepdims=True)
    weight = np.divide(came, total, out=np.full_like(came, 1.0 / came.shape[1]), where=total > 0)
    by_option = weight[:, :, frame.usual.kernels.point_of]
    return np.asarray(np.einsum("gkd,dgk->kd", options.own[m] + followed, by_option))
