"""Whole patients out of fractions, right on average."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats, Ints

GOLDEN = 0.6180339887498949
EDGE = 1e-6


def spread(start: Floats, code: Ints) -> Floats:
    """Return numbers between 0 and 1, neither of them reached: `start` shifted for each code.

    Each is as uniform as `start`; those of different codes are spread evenly (additive recurrence
    of the golden ratio: Weyl 1916, 10.1007/BF01475864).
    """
    return np.asarray(np.clip((start + code * GOLDEN) % 1.0, EDGE, 1.0 - EDGE))


def divided(total: Floats, share: Floats, start: Floats) -> Floats:
    """Return whole parts (cell, part) of whole totals (cell,), whose means are the shares.

    `share` (cell, part) sums to 1; `start` (cell,) between 0 and 1. No part is more than its share
    rounded up (systematic sampling: Madow and Madow 1944, 10.1214/aoms/1177731312).
    """
    ends = np.cumsum(share, axis=1) * total[:, None]
    ends[:, -1] = total
    whole = np.floor(ends + start[:, None])
    return np.diff(whole, axis=1, prepend=0.0)
