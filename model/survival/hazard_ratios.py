"""Hazard ratios that change with the months since the start, as effects that wane do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.pathway import HazardRatioChange


def hazard_ratio_by_month(
    first: float | Floats,
    changes: Sequence[HazardRatioChange],
    months: int,
    group: str = "",
) -> Floats:
    """Return the hazard ratio in each month since the start, shape (months,) or (months, draw).

    Row m - 1 holds from month m - 1 to month m. The ratio is `first` until the first change's
    `from_month`; then it moves over `over_months` to the new value, straight on the log scale and
    taken at the middle of each month; then it stays. `first` and the new values may be drawn,
    shape (draw,). Wrong changes raise ValueError, in the words of `check_changes`. An effect that
    wanes is a change to 1.
    """
    if faults := check_changes(first, changes, group):
        raise ValueError("; ".join(faults))
    values = [np.asarray(change.hazard_ratio.for_group(group), float) for change in changes]
    shape = np.broadcast_shapes(np.shape(first), *(value.shape for value in values))
    ratio = np.full((months, *shape), first, dtype=np.float64)
    middle = (np.arange(months) + 0.5).reshape(-1, *(1 for _ in shape))
    before: Floats = np.asarray(first, dtype=np.float64)
    for change, value in zip(changes, values, strict=True):
        gone = slice(change.from_month, change.from_month + change.over_months)
        done = (middle[gone] - change.from_month) / max(change.over_months, 1)
        ratio[gone] = before ** (1.0 - done) * value**done
        ratio[gone.stop :] = value
        before = value
    return ratio


def check_changes(
    first: float | Floats, changes: Sequence[HazardRatioChange], group: str = ""
) -> list[str]:
    """Return why hazard ratios cannot follow each other as stated; empty if they can."""
    return list(_faults(first, changes, group))


def _faults(
    first: float | Floats, changes: Sequence[HazardRatioChange], group: str
) -> Iterator[str]:
    for early, late in pairwise(changes):
        if late.from_month < (end := early.from_month + early.over_months):
            yield (
                f"the hazard ratio's change from month {late.from_month} begins before the one "
                f"from month {early.from_month} ends, at month {end}: state changes in order, "
                "each after the one before"
            )
    before = first
    for change in changes:
        value = change.hazard_ratio.for_group(group)
        if change.over_months and min(np.min(before), np.min(value)) <= 0.0:
            yield (
                f"the hazard ratio changes from month {change.from_month} over "
                f"{change.over_months} months from or to 0, which has no logarithm: use a ratio "
                "above 0, or over_months = 0"
            )
        before = value
