"""Claims on scarce resources: what share of each can be met."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats

FITS = 1e-12


def share_what_fits(need: Floats, free: Floats) -> Floats:
    """Return the share of each claim that can start, equal shares until a resource runs out.

    `need` (claim, resource, month) against `free` (resource, month): progressive filling. A claim
    stops when something it needs is used up; the others go on.
    """
    share = np.zeros(need.shape[0])
    active = np.ones(need.shape[0], dtype=bool)
    free = free.copy()
    wanted = need > FITS
    need = np.where(wanted, need, 0.0)
    while active.any():
        total = need[active].sum(axis=0)
        limits = np.divide(free, total, out=np.full_like(free, np.inf), where=total > FITS)
        step = min(float(limits.min()), float(1.0 - share[active].min()))
        share[active] += step
        free = np.maximum(free - step * total, 0.0)
        used_up = free <= FITS * np.maximum(1.0, total)
        active &= (share < 1.0 - FITS) & ~(wanted & used_up).any(axis=(1, 2))
    return np.minimum(share, 1.0)
