"""An answer held against the rules it should keep, whoever gave it: knows nothing of solvers."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Floats

TOLERANCE = 1e-6
"""How far an answer may be off, times the larger of 1 and what it is held against."""


def in_whole_numbers(programme: Programme, point: Floats) -> Floats:
    """Return the point (column,) with its whole columns rounded to whole numbers."""
    return np.where(programme.whole, np.round(point), point)


def faults(programme: Programme, weights: Floats, point: Floats, objective: float) -> list[str]:
    """Return in words what a point (column,) breaks; nothing where it keeps every rule.

    Rows and bounds may be off by 1e-6 x max(1, |bound|), whole columns by 1e-6 of a whole number,
    the objective by 1e-6 x max(1, its size) from the sum of weights x columns. A figure that is
    not a number breaks whatever it is in.
    """
    if point.shape != programme.most.shape:
        return [f"its shape: {point.size} figures for {programme.most.size} variables"]
    found = _broken_rows(programme, point)
    beyond = np.maximum(-point, (point - programme.most) / _scale(programme.most))
    if (worst := _worst(beyond)) is not None:
        found.append(f"the bounds of variable {worst}, which is {point[worst]:g}")
    off = np.where(programme.whole, np.abs(point - np.round(point)), 0.0)
    if (worst := _worst(off)) is not None:
        found.append(f"the whole number of variable {worst}, which is {point[worst]:g}")
    total = float(weights @ point)
    if not abs(total - objective) <= TOLERANCE * max(1.0, abs(total)):
        found.append(f"its own objective, {objective:g} for a sum of {total:g}")
    return found


def _broken_rows(programme: Programme, point: Floats) -> list[str]:
    activity = programme.matrix @ point
    short = (programme.lower - activity) / _scale(programme.lower)
    over = (activity - programme.upper) / _scale(programme.upper)
    broken = np.maximum(short, over)
    words = []
    for name, first, stop in programme.blocks:
        worst = _worst(broken[first:stop])
        if worst is not None:
            row = first + worst
            by = max(programme.lower[row] - activity[row], activity[row] - programme.upper[row])
            words.append(f"{name} by {by:g}")
    return words


def _scale(bound: Floats) -> Floats:
    """Return what an excess over a bound is measured in; 1 where there is no bound."""
    return np.where(np.isfinite(bound), np.maximum(np.abs(bound), 1.0), 1.0)


def _worst(excess: Floats) -> int | None:
    """Return where the largest excess is, if beyond the tolerance; what is no number is worst."""
    if excess.size == 0:
        return None
    worst = int(np.argmax(np.where(np.isnan(excess), np.inf, excess)))
    return None if excess[worst] <= TOLERANCE else worst
