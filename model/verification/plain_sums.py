"""What starts lead to, month by month, added up the plain way: no transform, no recursion."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats


def in_time(starts: Floats, kernel: Floats) -> Floats:
    """Return by month (month,) what starts (option, group, month) come to in all.

    `kernel` (option, group, lag) is what one start comes to after so many months.
    """
    months = starts.shape[-1]
    found = np.zeros(months)
    for lag in range(min(kernel.shape[-1], months)):
        found[lag:] += np.einsum("kgt,kg->t", starts[..., : months - lag], kernel[..., lag])
    return found


def led_to(starts: Floats, arrive: Floats) -> Floats:
    """Return arrivals (point, group, month) after starts (option, group, month) of before.

    `arrive` (option, group, point, lag) is where one start leads after so many months.
    """
    months = starts.shape[-1]
    found = np.zeros((arrive.shape[2], arrive.shape[1], months))
    for lag in range(1, min(arrive.shape[-1], months)):
        found[..., lag:] += np.einsum(
            "kgt,kgc->cgt", starts[..., : months - lag], arrive[..., lag], optimize=True
        )
    return found
