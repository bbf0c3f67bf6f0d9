"""What every time-to-event curve can say: hazards, survival, quantiles and means, by draw."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from hepaplan.model.arrays import Floats, Ints

Drawn = float | Floats
"""A parameter: one number, or one for each draw, shape (draw,)."""


class SurvivalCurve(ABC):
    """A time-to-event distribution, time in months.

    Where any parameter is drawn, results have the draws as their last axis: months of shape (m,)
    give (m, draw), a single month gives (draw,). Otherwise they have the shape of the months.

    A curve defines the functions whose names end in `_at`. The last axis of what they take and
    return is draws, or has length 1.
    """

    @property
    @abstractmethod
    def drawn(self) -> bool:
        """Whether any parameter has an axis of draws."""

    @abstractmethod
    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return the cumulative hazard, 0 at month 0."""

    @abstractmethod
    def hazard_at(self, months: Floats) -> Floats:
        """Return the hazard per month."""

    @abstractmethod
    def month_at(self, cumulative: Floats) -> Floats:
        """Return when the cumulative hazard reaches a value; infinite where it never does."""

    @property
    @abstractmethod
    def tail_power(self) -> Drawn:
        """The p of survival falling as month ** -p in the end: 0 where some never have the event.

        Infinite where survival falls faster than any power. The mean is finite where p > 1.
        """

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return the mean time without the event up to a month, here by quadrature."""
        return integral_of_survival(self, months)

    def cumulative_hazard(self, months: npt.ArrayLike) -> Floats:
        """Return the cumulative hazard at times in months, 0 at time 0."""
        return self._shaped(self.cumulative_hazard_at(_by_draw(months)))

    def hazard(self, months: npt.ArrayLike) -> Floats:
        """Return the hazard per month at times in months, the slope of the cumulative hazard."""
        return self._shaped(self.hazard_at(_by_draw(months)))

    def survival(self, months: npt.ArrayLike) -> Floats:
        """Return the share without the event at times in months, the cured included."""
        return np.exp(-self.cumulative_hazard(months))

    def quantile(self, survival: npt.ArrayLike) -> Floats:
        """Return the month at which survival is down to a share; infinite where it never is."""
        with np.errstate(divide="ignore"):
            return self._shaped(self.month_at(-np.log(_by_draw(survival))))

    def median(self) -> Drawn:
        """Return the month by which half have had the event; infinite where half are cured."""
        return plain(self.quantile(0.5))

    def restricted_mean(self, months: npt.ArrayLike) -> Floats:
        """Return the mean months without the event, counted to a horizon in months.

        The integral of survival from 0 to the horizon (Royston & Parmar, Stat Med
        2011;30:2409-21, 10.1002/sim.4274).
        """
        refuse_unless(np.isfinite(months), "the horizon is not finite: use mean()")
        return self._shaped(self.restricted_mean_at(_by_draw(months)))

    def mean(self) -> Drawn:
        """Return the mean months to the event; infinite where some are cured or the tail is long.

        The tail is too long where survival falls no faster than 1 / month.
        """
        finite = np.greater(self.tail_power, 1.0)
        with np.errstate(all="ignore"):
            means = self.restricted_mean_at(np.array([np.inf])) if finite.any() else np.inf
        return plain(self._shaped(np.where(finite, means, np.array([np.inf]))))

    def _shaped(self, values: Floats) -> Floats:
        return values if self.drawn else values[..., 0]


def _by_draw(values: npt.ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)[..., np.newaxis]


def is_drawn(*parameters: npt.ArrayLike) -> bool:
    """Return whether any parameter has an axis of draws."""
    return any(np.ndim(parameter) > 0 for parameter in parameters)


def plain(values: npt.ArrayLike) -> Drawn:
    """Return a float for a single value, else the array."""
    array = np.asarray(values, dtype=np.float64)
    return array if array.ndim else float(array)


def refuse_unless(holds: npt.ArrayLike, words: str) -> None:
    """Raise ValueError unless a condition holds in every draw; NaN never does."""
    if not np.all(holds):
        raise ValueError(words)


def pick(table: Floats, index: Ints) -> Floats:
    """Return the rows of a table, (row,) or (row, draw), that an index names for each time."""
    return table[index] if table.ndim == 1 else table[index, np.arange(table.shape[1])]


def month_by_bisection(curve: SurvivalCurve, cumulative: Floats) -> Floats:
    """Return when a curve's cumulative hazard reaches a value; infinite where it never does.

    For sums and tables, whose inverse has no closed form. Never is later than 2**100 months.
    """
    late: Floats = np.where(
        curve.cumulative_hazard_at(np.zeros_like(cumulative)) < cumulative, 1.0, 0.0
    )
    for _ in range(DOUBLINGS):
        short = curve.cumulative_hazard_at(late) < cumulative
        if not short.any():
            break
        late = np.where(short, 2.0 * late, late)
    never = short
    early: Floats = np.where(late > 1.0, late / 2.0, 0.0)
    while (late - early > 4.0 * np.finfo(np.float64).eps * late).any():
        middle = (early + late) / 2.0
        reached = curve.cumulative_hazard_at(middle) >= cumulative
        early, late = np.where(reached, early, middle), np.where(reached, middle, late)
    return np.where(never, np.inf, late)


def integral_of_survival(curve: SurvivalCurve, horizon: Floats) -> Floats:
    """Return the integral of survival from 0 to a horizon, or to infinity, by quadrature.

    Adaptive, for all draws at once (`scipy.integrate.quad_vec`); a draw whose integral to infinity
    does not exist gives 0.
    """
    from scipy.integrate import quad_vec  # dear to import, and few curves' means need it

    if np.isinf(horizon).all():
        typical = curve.month_at(np.full_like(horizon, np.log(2.0)))
        scale: Floats = np.where(np.greater(curve.tail_power, 1.0), typical, 0.0)
        end = np.inf
    else:
        scale, end = horizon, 1.0

    def survival(share: float) -> Floats:
        return np.exp(-curve.cumulative_hazard_at(share * scale))

    return scale * quad_vec(survival, 0.0, end, epsrel=1e-11, epsabs=1e-13, norm="max")[0]


DOUBLINGS = 100
