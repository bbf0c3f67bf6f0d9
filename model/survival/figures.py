"""Which published figures a family needs, and what no curve of it can have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.pathway import TimeFamily
from hepaplan.model.survival.curve import Drawn

FIGURES_NEEDED: dict[TimeFamily, int] = {
    "exponential": 1,
    "weibull": 2,
    "gompertz": 2,
    "log_normal": 2,
    "log_logistic": 2,
    "generalised_gamma": 3,
    "piecewise_exponential": 1,
    "published_curve": 1,
}
THROUGH_ALL: frozenset[TimeFamily] = frozenset({"piecewise_exponential", "published_curve"})
"""Families with a parameter for every point."""


def figure_faults(
    family: TimeFamily,
    months: Floats,
    survival: Floats,
    at_risk: Sequence[float | None] = (),
    cured: Drawn = 0.0,
) -> Iterator[str]:
    """Yield why no curve of the family, with a share cured, has these figures."""
    needed, given = FIGURES_NEEDED[family], len(survival)
    if given < needed:
        yield (
            f"{family} needs {needed} figure{'s' * (needed > 1)}, a median or points of the curve, "
            f"but {given} given: add points"
            + (", or choose exponential, which needs 1" if given else "")
        )
        return
    for share in survival[~((survival > 0.0) & (survival < 1.0))]:
        yield f"found a survival of {share:g}: points must lie between 0 and 1, both left out"
    for (early, high), (late, low) in pairwise(zip(months, survival, strict=True)):
        wrong = np.atleast_1d((late <= early) | (low >= high))
        if wrong.any():
            first, last = (np.broadcast_to(m, wrong.shape)[wrong.argmax()] for m in (early, late))
            yield (
                f"survival does not fall from {high:g} at month {first:g} "
                f"to {low:g} at month {last:g}{_in_draw(wrong)}: points must fall as months rise"
            )
    wrong = np.atleast_1d(np.greater_equal(cured, survival[-1]))
    if wrong.any():
        most, month = np.max(cured), np.max(months[-1])
        yield (
            f"the cure share {most:g} is not below the lowest figure, {survival[-1]:g} at month "
            f"{month:g}{_in_draw(wrong)}: figures are of the whole group, the cured included"
        )
    stated = sum(number is not None for number in at_risk)
    if 0 < stated < given and needed < given and family not in THROUGH_ALL:
        yield (
            f"at_risk is stated for {stated} of {given} figures, which weigh the fit: state it for "
            "every point or for none; write a median as a point with its own"
        )


def _in_draw(wrong: Flags) -> str:
    """Return which draw is the first that is wrong, where there are several."""
    return f", in draw {wrong.argmax() + 1} of {wrong.size}" if wrong.size > 1 else ""
