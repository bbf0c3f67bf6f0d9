"""Starts to resources: what treatment takes, month by month."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats


def resource_use(starts: Floats, use: Floats, months_before: int = 0) -> Floats:
    """Return the units used (resource, month) by starts (option, group, month).

    `use` is (option, group, resource, month since start). The first `months_before` months are
    only counted for what they still take later: the result begins after them.
    """
    months = starts.shape[-1]
    taken = np.zeros((use.shape[2], months))
    for month in range(months):
        ahead = min(months - month, use.shape[-1])
        taken[:, month : month + ahead] += np.einsum(
            "kgrd,kg->rd", use[..., :ahead], starts[:, :, month], optimize=True
        )
    return taken[:, months_before:]
