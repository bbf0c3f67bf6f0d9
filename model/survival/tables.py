"""Curves through stated points: constant hazards between them, or a smooth curve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.survival.curve import (
    Drawn,
    SurvivalCurve,
    is_drawn,
    month_by_bisection,
    pick,
    plain,
    refuse_unless,
)

Side = Literal["left", "right"]


@dataclass(frozen=True, eq=False)
class Points(SurvivalCurve):
    """A curve through (month, cumulative hazard); the hazard of the last stretch continues.

    Both have shape (point,) or (point, draw), rise, and do not name month 0.
    """

    months: Floats
    cumulative: Floats

    def __post_init__(self) -> None:
        """Refuse points that do not rise."""
        refuse_unless(self._widths > 0.0, "the points' months must rise from above 0")
        refuse_unless(self._rises >= 0.0, "the points' cumulative hazards may not fall")

    @property
    def drawn(self) -> bool:
        """Whether the points are drawn."""
        return is_drawn(self.months[0], self.cumulative[0])

    @property
    def tail_power(self) -> Drawn:
        """0 where the last hazard is 0, else infinite."""
        return plain(np.where(self._hazards[-1] > 0.0, np.inf, 0.0))

    @cached_property
    def _starts(self) -> Floats:
        return np.concatenate([np.zeros_like(self.months[:1]), self.months[:-1]])

    @cached_property
    def _cumulative_at_starts(self) -> Floats:
        return np.concatenate([np.zeros_like(self.cumulative[:1]), self.cumulative[:-1]])

    @cached_property
    def _widths(self) -> Floats:
        return np.diff(self.months, axis=0, prepend=0.0)

    @cached_property
    def _rises(self) -> Floats:
        return np.diff(self.cumulative, axis=0, prepend=0.0)

    @cached_property
    def _hazards(self) -> Floats:
        """The mean hazard of each stretch, which ends at its point."""
        return lined_up(self._rises, self._widths) / lined_up(self._widths, self._rises)


class PiecewiseExponential(Points):
    """Constant hazards between points, exact through them."""

    @classmethod
    def of_hazards(cls, months: Floats, hazards: Floats) -> Self:
        """Return the curve of a hazard per month up to each of some months.

        Both have shape (piece,) or (piece, draw); a life table is one piece for each month.
        """
        widths = np.diff(months, axis=0, prepend=0.0)
        rises = lined_up(widths, hazards) * lined_up(hazards, widths)
        return cls(months, np.cumsum(rises, axis=0))

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return the cumulative hazard, straight between points."""
        piece = stretch(self.months[:-1], months)
        since = months - pick(self._starts, piece)
        return pick(self._cumulative_at_starts, piece) + since * pick(self._hazards, piece)

    def hazard_at(self, months: Floats) -> Floats:
        """Return the hazard of the stretch; at a point, of the one that begins there."""
        return pick(self._hazards, stretch(self.months[:-1], months))

    def month_at(self, cumulative: Floats) -> Floats:
        """Return when the cumulative hazard first reaches a value."""
        piece = stretch(self.cumulative[:-1], cumulative, side="left")
        more = cumulative - pick(self._cumulative_at_starts, piece)
        with np.errstate(divide="ignore", invalid="ignore"):
            since = np.where(more > 0.0, more / pick(self._hazards, piece), 0.0)
        return pick(self._starts, piece) + since

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return the sum over stretches of survival at the start x (1 - exp(-h width)) / h."""
        mean: Floats = np.zeros_like(months)
        last = len(self.months) - 1
        for piece, start in enumerate(self._starts):
            width = np.maximum(months - start, 0.0)
            if piece < last:
                width = np.minimum(width, self._widths[piece])
            hazard = np.where(self._hazards[piece] > 0.0, self._hazards[piece], 1.0)
            spent = np.where(self._hazards[piece] > 0.0, -np.expm1(-hazard * width) / hazard, width)
            mean = mean + np.exp(-self._cumulative_at_starts[piece]) * spent
        return mean


class PublishedCurve(Points):
    """A smooth, rising cumulative hazard through 0 and the points of a published curve.

    Piecewise cubic without overshoot (Fritsch & Butland, SIAM J Sci Stat Comput 1984;5:300-4,
    10.1137/0905021), as `scipy.interpolate.PchipInterpolator`, but with points that differ by
    draw. After the last point the mean hazard of the last stretch continues.
    """

    @cached_property
    def _slopes(self) -> Floats:
        """The hazard at 0 and at each point."""
        rise, width = self._hazards, lined_up(self._widths, self._hazards)
        if len(rise) == 1:
            return np.concatenate([rise, rise])
        early, late = 2.0 * width[1:] + width[:-1], width[1:] + 2.0 * width[:-1]
        with np.errstate(divide="ignore"):
            inner = (early + late) / (early / rise[:-1] + late / rise[1:])
        first = _end_slope(width[0], width[1], rise[0], rise[1])
        last = _end_slope(width[-1], width[-2], rise[-1], rise[-2])
        return np.concatenate([first[np.newaxis], inner, last[np.newaxis]])

    def _place(self, months: Floats) -> tuple[Ints, Floats, Floats]:
        """Return the stretch of a time, its width, and how far through it the time lies."""
        piece = stretch(self.months[:-1], months)
        width = pick(self._widths, piece)
        return piece, width, (months - pick(self._starts, piece)) / width

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return the cubic between points, the straight line after the last."""
        piece, width, share = self._place(np.minimum(months, self.months[-1]))
        left = 1.0 - share
        cubic = (
            pick(self._cumulative_at_starts, piece) * left**2 * (1.0 + 2.0 * share)
            + pick(self.cumulative, piece) * share**2 * (1.0 + 2.0 * left)
            + width * share * left
            * (pick(self._slopes[:-1], piece) * left - pick(self._slopes[1:], piece) * share)
        )  # fmt: skip
        beyond: Floats = np.maximum(months - self.months[-1], 0.0) * self._hazards[-1]
        return cubic + beyond

    def hazard_at(self, months: Floats) -> Floats:
        """Return the slope of the cumulative hazard."""
        piece, _, share = self._place(np.minimum(months, self.months[-1]))
        left = 1.0 - share
        between = (
            6.0 * share * left * pick(self._hazards, piece)
            + pick(self._slopes[:-1], piece) * left * (1.0 - 3.0 * share)
            + pick(self._slopes[1:], piece) * share * (3.0 * share - 2.0)
        )
        return np.where(months < self.months[-1], between, self._hazards[-1])

    def month_at(self, cumulative: Floats) -> Floats:
        """Return when the cumulative hazard reaches a value, by halving."""
        return month_by_bisection(self, cumulative)


def lined_up(table: Floats, other: Floats) -> Floats:
    """Return a table with an axis for draws where the other has one."""
    return table[:, np.newaxis] if table.ndim < other.ndim else table


def stretch(inner: Floats, values: Floats, side: Side = "right") -> Ints:
    """Return which stretch between inner points a value lies in, from 0.

    A value on a point belongs to the stretch that begins there, or ends there if `side` is left.
    """
    if inner.ndim == 1:
        return np.searchsorted(inner, values, side=side)
    over = np.greater_equal if side == "right" else np.greater
    count = np.zeros(np.broadcast_shapes(values.shape, inner.shape[1:]), dtype=np.int64)
    for point in inner:
        count += over(values, point)
    return count


def _end_slope(width: Floats, next_width: Floats, rise: Floats, next_rise: Floats) -> Floats:
    """Return the slope at an end: of the parabola through three points, kept from overshooting."""
    slope = ((2.0 * width + next_width) * rise - width * next_rise) / (width + next_width)
    return np.maximum(slope, 0.0)
