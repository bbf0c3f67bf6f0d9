"""What a start books of a resource in the programme: no months too small for a solver to see."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats

SMALLEST_SHARE = 1e-5
"""Share of what a start takes in all, below which a month's part is booked in another month."""


def booked_use(use: Floats) -> Floats:
    """Return what starts book, the last axis the month since start, in the units of `use`.

    Months that take less than `SMALLEST_SHARE` of a start's whole use are added to the next month
    that takes more, those after the last such month to that one. Nothing is lost.
    """
    booked = use.copy()
    for taker in zip(*np.nonzero(use.any(axis=-1)), strict=True):
        taken = use[taker]
        large = np.flatnonzero(taken >= SMALLEST_SHARE * taken.sum())
        nearest = np.searchsorted(large, np.arange(taken.size))
        home = large[np.minimum(nearest, large.size - 1)]
        booked[taker] = np.bincount(home, weights=taken, minlength=taken.size)
    return booked


def moved_share(use: Floats) -> float:
    """Return the largest share of a start's use that `booked_use` books in another month."""
    moved = 0.5 * np.abs(booked_use(use) - use).sum(axis=-1)
    whole = use.sum(axis=-1)
    return float(np.divide(moved, whole, out=np.zeros_like(moved), where=whole > 0).max(initial=0))
