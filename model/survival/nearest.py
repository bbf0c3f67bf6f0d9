"""Least squares for a few parameters, in all draws at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from hepaplan.model.arrays import Floats, Ints

MOST_STEPS = 500
SETTLED = 1e-12
MOST_IDLE = 8
ROUNDING = 16.0 * np.finfo(np.float64).eps
"""Of misfits in shares: what a gain may be wrong by, relative to the misfit itself."""
DIFFERENCE = 1e-6


Misfit = Callable[[Floats, Ints], Floats]
"""The misfits, (figure, draw), of parameters, (parameter, draw), in the draws of some numbers."""


def nearest(misfit: Misfit, start: Floats, bounds: Sequence[float] = ()) -> Floats:
    """Return the parameters, shape (parameter, draw), with the least sum of squared misfits.

    Parameters should be of the order of 1, and stay within plus and minus their bounds, if any.
    Each draw takes its own damped steps from `start` (Marquardt, J Soc Ind Appl Math
    1963;11:431-41, 10.1137/0111030), damped the more the less of a promised gain was kept, until a
    step is below 1e-12 or eight gain no more than rounding.
    Raises ArithmeticError if 500 steps are not enough.
    """
    bound = np.array(bounds or [np.inf] * len(start))[:, np.newaxis]
    settled = start.copy()
    draws = np.arange(start.shape[1])
    found, now = start, misfit(start, draws)
    damping, idle = np.full(draws.size, 1e-3), np.zeros(draws.size)
    for _ in range(MOST_STEPS):
        step, promised = _damped_step(misfit, draws, found, now, damping, bound)
        trial = np.clip(found + step, -bound, bound)
        then = misfit(trial, draws)
        distance = (now**2).sum(axis=0)
        gain = distance - (then**2).sum(axis=0)
        level = np.abs(gain) <= ROUNDING * np.sqrt(distance)
        better = level | (gain > 0.0)  # what rounding hides may not stop a sound step
        found, now = np.where(better, trial, found), np.where(better, then, now)
        kept = np.divide(gain, promised, out=np.ones_like(gain), where=promised > 0.0)
        damping = damping * np.where(better, np.maximum(1 / 3, 1.0 - (2.0 * kept - 1.0) ** 3), 5.0)
        idle = idle + level
        moving = (np.abs(step) > SETTLED * (1.0 + np.abs(found))).any(axis=0) & (idle < MOST_IDLE)
        settled[:, draws] = found
        draws, found, now = draws[moving], found[:, moving], now[:, moving]
        damping, idle = damping[moving], idle[moving]
        if not draws.size:
            return settled
    raise ArithmeticError(f"least squares did not settle in {MOST_STEPS} steps")


def _damped_step(
    misfit: Misfit,
    draws: Ints,
    found: Floats,
    now: Floats,
    damping: Floats,
    bound: Floats,
) -> tuple[Floats, Floats]:
    """Return each draw's step, (parameter, draw), and the gain it promises; central differences.

    A parameter that would pass its bound goes there, and the others step as fits that.
    """
    moves = DIFFERENCE * np.eye(len(found))[:, :, np.newaxis]
    rises = [misfit(found + move, draws) - misfit(found - move, draws) for move in moves]
    slopes = np.array(rises) / (2.0 * DIFFERENCE)
    step = _solved(slopes, now, damping)
    passing = np.abs(found + step) > bound
    if passing.any():
        fixed = np.where(passing, np.clip(found + step, -bound, bound) - found, 0.0)
        left = now + np.einsum("pfd,pd->fd", slopes, fixed)
        step = fixed + _solved(np.where(passing[:, np.newaxis], 0.0, slopes), left, damping)
    then = now + np.einsum("pfd,pd->fd", slopes, step)
    return step, (now**2 - then**2).sum(axis=0)


def _solved(slopes: Floats, misfits: Floats, damping: Floats) -> Floats:
    """Return the damped step that takes the misfits down their slopes; 0 where there is none."""
    curvature = np.einsum("pfd,qfd->dpq", slopes, slopes)
    ridge = damping[:, np.newaxis] * np.einsum("dpp->dp", curvature) + np.finfo(np.float64).tiny
    damped = curvature + ridge[:, :, np.newaxis] * np.eye(len(slopes))
    downhill = -np.einsum("pfd,fd->dp", slopes, misfits)
    return np.asarray(np.linalg.solve(damped, downhill[..., np.newaxis]))[..., 0].T
