"""A number that may differ by draw, by cycle and by time in state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from hepaplan.model.arrays import Floats

ONE = np.ones((1, 1))


@dataclass(frozen=True, eq=False)
class Varying:
    """A product of two factors, each with draws last; an axis of length 1 holds everywhere.

    `by_cycle` (cycle or 1, draw or 1) and `by_time` (time_in_state or 1, draw or 1). Time in state
    counts whole cycles since entry, 0 in the first; the last one stated holds ever after.
    """

    by_cycle: Floats
    by_time: Floats

    __array_ufunc__ = None
    """Makes `array * varying` ask this class instead of multiplying element by element."""

    def __mul__(self, other: Value) -> Varying:
        """Return the product: a chance by time in state times a chance by cycle, for instance."""
        by = varying(other)
        return Varying(self.by_cycle * by.by_cycle, _over_time(self.by_time, by.by_time))

    __rmul__ = __mul__

    @property
    def cycles(self) -> int:
        """How many cycles are told apart, 1 when all are alike."""
        return int(self.by_cycle.shape[0])

    @property
    def times(self) -> int:
        """How many times in state are told apart, 1 when all are alike."""
        return int(self.by_time.shape[0])

    @property
    def draws(self) -> int:
        """How many draws are told apart, 1 when all are alike."""
        return int(max(self.by_cycle.shape[1], self.by_time.shape[1]))


Value: TypeAlias = float | Floats | Varying


def varying(value: Value) -> Varying:
    """Return a value as factors: a number is the same for all, an array has one number a draw."""
    if isinstance(value, Varying):
        return value
    array = np.asarray(value, dtype=np.float64)
    if array.ndim > 1 or not array.size:
        raise ValueError(
            f"an array of shape {array.shape} is neither one number nor one a draw: "
            "say per_cycle(...) or by_time_in_state(...)"
        )
    return Varying(array.reshape(1, -1), ONE)


def per_cycle(values: Floats) -> Varying:
    """Return a value that differs by cycle, from an array [cycle] or [cycle, draw]."""
    return Varying(_steps(values, "cycle"), ONE)


def by_time_in_state(values: Floats) -> Varying:
    """Return a value that differs by whole cycles since entry: [time] or [time, draw].

    The last value holds ever after.
    """
    return Varying(ONE, _steps(values, "time_in_state"))


def block_of(values: Floats, draws: slice) -> Floats:
    """Return the draws of a block; one column for all stays one column."""
    return values if values.shape[1] == 1 else values[:, draws]


def extended(values: Floats, times: int) -> Floats:
    """Return values by time in state for `times` of them: the last one is repeated."""
    return values[np.minimum(np.arange(times), len(values) - 1)]


def _steps(values: Floats, axis: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(
            f"an array of shape {array.shape} was given where [{axis}] or [{axis}, draw] is needed"
        )
    return array if array.ndim == 2 else array[:, None]


def _over_time(first: Floats, second: Floats) -> Floats:
    times = max(len(first), len(second))
    return extended(first, times) * extended(second, times)
