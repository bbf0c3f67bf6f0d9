"""The renewal recursion of an open population: who arrives where and when, and who is there.

Sums of numbers that are not negative, month after month: the reference for `superposition`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.flows.semi_markov import Moves, checked, checked_staying, escaping, of_block

PRODUCT = 262_144
"""Multiplications in one product of matrices: for more, BLAS starts threads that wait in turn."""
MONTHS_AT_ONCE = 48
"""Months of occupancy in one product of matrices: more waste work on months to come."""


def renewed(
    kernel: Floats | Moves | Callable[[int], Floats | Moves],
    inflow: Floats,
    *,
    background: Floats | None = None,
) -> Floats:
    """Return arrivals (class, state, place, time), month after month.

    The renewal recursion: who arrives is who comes from outside and who moves, and who moves has
    arrived before. `kernel` (class or 1, from, to, lag) or its `Moves`; or, where it depends on
    calendar time, a function of the month of entering. `inflow` (class, state, place, time).
    `background` (class, time) is the cumulative hazard of a death that does not depend on the
    state: the kernel is then of those who escape it.
    """
    first = kernel(0) if callable(kernel) else kernel
    moves = checked(first, inflow)
    escape = escaping(background, inflow)
    classes, states, places, months = inflow.shape
    one_class = states**2 * min(moves.lags, months) * places
    size = classes if callable(kernel) else max(PRODUCT // max(one_class, 1), 1)
    arrivals = np.empty(inflow.shape)
    for start in range(0, classes, size):
        block = slice(start, start + size)
        safe = of_block(escape, block)
        arrived = _by_kernel(inflow[block] / safe, moves.classes)
        if callable(kernel):
            _push(arrived, kernel, inflow)
        else:
            _pull(arrived, moves, of_block(moves.chance.swapaxes(0, 1), block))
        arrivals[block] = _by_class(arrived, arrivals[block].shape) * safe
    return arrivals


def occupancy(arrivals: Floats, staying: Floats, *, background: Floats | None = None) -> Floats:
    """Return people in each state (class, state, place, time) from arrivals.

    `staying` (class or 1, state, months since entering) is the chance of still being there, of
    those who escape the `background`; after its last month nobody is.
    """
    stay = checked_staying(staying, arrivals)
    escape = escaping(background, arrivals)
    came = np.array((arrivals / escape).swapaxes(0, 1), order="C")
    present = np.empty(came.shape)
    states, months = came.shape[0], came.shape[3]
    last = stay.shape[-1] - 1
    padded = np.pad(stay, ((0, 0), (0, 0), (0, 1)))
    came, there = (people.reshape(states, len(stay), -1, months) for people in (came, present))
    for first in range(0, months, MONTHS_AT_ONCE):
        here = slice(first, min(first + MONTHS_AT_ONCE, months))
        since = max(first - last, 0)
        ago = np.arange(here.start, here.stop) - np.arange(since, here.stop)[:, None]
        ago = np.where((ago >= 0) & (ago <= last), ago, last + 1)
        size = max(PRODUCT // ago.size, 1)
        for k, stays in enumerate(padded):
            for start in range(0, came.shape[2], size):
                some = slice(start, start + size)
                part = came[:, k, some, since : here.stop] @ stays[:, ago]
                there[:, k, some, here] = part
    return present.swapaxes(0, 1) * escape


def by_months_in_state(
    arrivals: Floats, staying: Floats, month: int, *, background: Floats | None = None
) -> Floats:
    """Return people at one month (class, state, place, months since entering), as `occupancy`."""
    stay = checked_staying(staying, arrivals)
    escape = escaping(background, arrivals)
    known = min(month + 1, stay.shape[2])
    came = (arrivals / escape)[..., month + 1 - known : month + 1][..., ::-1]
    now = escape if background is None else escape[..., month : month + 1]
    return np.asarray(stay[:, :, None, :known] * came * now)


def _by_kernel(inflow: Floats, kernels: int) -> Floats:
    """Return people by kernel (kernel, time, state, column), as the recursion reads them.

    With one kernel for all, each class and place is a column of one product of matrices.
    """
    classes, states, places, months = inflow.shape
    if kernels > 1:
        return np.array(inflow.transpose(0, 3, 1, 2), order="C")
    columns = np.array(inflow.transpose(3, 1, 0, 2), order="C")
    return columns.reshape(1, months, states, classes * places)


def _by_class(arrived: Floats, shape: tuple[int, ...]) -> Floats:
    """Return people (class, state, place, time) again."""
    classes, states, places, months = shape
    if len(arrived) > 1:
        return arrived.transpose(0, 2, 3, 1)
    return arrived.reshape(months, states, classes, places).transpose(2, 1, 3, 0)


def _pull(arrived: Floats, moves: Moves, chance: Floats) -> None:
    """Add to each month those who move in it: one product over state and month of entering."""
    kernels, months, states, columns = arrived.shape
    lags = min(moves.lags, months - 1)
    weight = np.zeros((kernels, states, lags, states))
    for move, (a, b) in enumerate(moves.between):
        weight[:, b, :, a] = chance[:, move, lags:0:-1]
    weight = weight.reshape(kernels, states, lags * states)
    history = arrived.reshape(kernels, months * states, columns)
    for month in range(1, months):
        known = min(month, lags)
        before = history[:, (month - known) * states : month * states]
        arrived[:, month] += weight[:, :, (lags - known) * states :] @ before


def _push(arrived: Floats, kernel: Callable[[int], Floats | Moves], inflow: Floats) -> None:
    """Add what becomes of each month's arrivals to the months after it."""
    kernels, months, states, columns = arrived.shape
    for month in range(months - 1):
        moves = checked(kernel(month), inflow[..., :1])
        if moves.classes != kernels:
            raise ValueError(f"the kernel of month {month} has {moves.classes} classes")
        ahead = min(moves.lags, months - month - 1)
        fate = np.zeros((kernels, ahead, states, states))
        for move, (a, b) in enumerate(moves.between):
            fate[:, :, b, a] = moves.chance[move, :, 1 : ahead + 1]
        came = fate.reshape(kernels, ahead * states, states) @ arrived[:, month]
        later = slice(month + 1, month + 1 + ahead)
        arrived[:, later] += came.reshape(kernels, ahead, states, columns)
