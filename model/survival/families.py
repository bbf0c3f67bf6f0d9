"""The families of time-to-event distributions, with draws of their parameters.

Most are straight lines on a scale of their own: z = intercept + slope x ln(month). With slope
1 / sigma and intercept -mu / sigma, z is (ln month - mu) / sigma.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import (
    exprel,
    gamma,
    gammainc,
    hyp2f1,
    log_expit,
    log_ndtr,
    ndtri_exp,
)

from hepaplan.model.arrays import Floats
from hepaplan.model.survival.curve import Drawn, SurvivalCurve, is_drawn, plain, refuse_unless

FIRST_MOMENT = 1e-300
"""Hazards at month 0 are taken just after it, where their logarithm exists."""


@dataclass(frozen=True, eq=False)
class StraightLine(SurvivalCurve):
    """A family whose cumulative hazard depends on z = intercept + slope x ln(month) alone."""

    intercept: Drawn
    slope: Drawn

    def __post_init__(self) -> None:
        """Refuse lines on which survival does not fall."""
        refuse_unless(np.isfinite(self.intercept), "the intercept must be finite")
        refuse_unless(np.greater(self.slope, 0.0), "the slope must be above 0")

    @abstractmethod
    def cumulative_of(self, z: Floats) -> Floats:
        """Return the cumulative hazard at z."""

    @abstractmethod
    def z_of(self, cumulative: Floats) -> Floats:
        """Return the z at which the cumulative hazard has a value."""

    @abstractmethod
    def log_slope_of(self, z: Floats) -> Floats:
        """Return the logarithm of the cumulative hazard's slope at z."""

    @property
    def drawn(self) -> bool:
        """Whether intercept or slope is drawn."""
        return is_drawn(self.intercept, self.slope)

    @property
    def tail_power(self) -> Drawn:
        """Infinite: survival falls faster than any power."""
        return np.inf

    def z_at(self, months: Floats) -> Floats:
        """Return the place of a time on the family's straight line."""
        with np.errstate(divide="ignore"):
            return self.intercept + self.slope * np.log(months)

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return the cumulative hazard."""
        with np.errstate(over="ignore"):
            return self.cumulative_of(self.z_at(months))

    def hazard_at(self, months: Floats) -> Floats:
        """Return the hazard per month: the slope at z, times dz / dmonth."""
        later = np.maximum(months, FIRST_MOMENT)
        with np.errstate(over="ignore", invalid="ignore"):
            z = self.z_at(later)
            return np.exp(self.log_slope_of(z) + np.log(self.slope) - np.log(later))

    def month_at(self, cumulative: Floats) -> Floats:
        """Return when the cumulative hazard reaches a value."""
        with np.errstate(divide="ignore", over="ignore"):
            return np.exp((self.z_of(cumulative) - self.intercept) / self.slope)


class Weibull(StraightLine):
    """S = exp(-exp(z)) = exp(-(month / scale) ** shape)."""

    @classmethod
    def of(cls, shape: Drawn, scale: Drawn) -> Self:
        """Return the Weibull of a shape and a scale in months, when 37% are left."""
        return cls(-shape * np.log(scale), shape)

    def cumulative_of(self, z: Floats) -> Floats:
        """Return exp(z)."""
        return np.exp(z)

    def z_of(self, cumulative: Floats) -> Floats:
        """Return the logarithm."""
        return np.log(cumulative)

    def log_slope_of(self, z: Floats) -> Floats:
        """Return z: the exponential is its own slope."""
        return z

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return scale x gamma(1 + 1/shape) x P(1/shape, cumulative hazard at the horizon)."""
        inverse = 1.0 / np.asarray(self.slope)
        if (inverse > LARGEST_INVERSE_SHAPE).any():
            return super().restricted_mean_at(months)
        mean = np.exp(-self.intercept * inverse) * gamma(1.0 + inverse)
        return mean * gammainc(inverse, self.cumulative_hazard_at(months))


class Exponential(Weibull):
    """S = exp(-hazard x month): the Weibull of slope 1."""

    def __init__(self, intercept: Drawn) -> None:
        """Keep the logarithm of the monthly hazard."""
        super().__init__(intercept, 1.0)

    @classmethod
    def of_hazard(cls, hazard: Drawn) -> Self:
        """Return the exponential of a hazard per month."""
        return cls(np.log(hazard))


class LogLogistic(StraightLine):
    """S = 1 / (1 + exp(z)) = 1 / (1 + (month / scale) ** shape)."""

    @classmethod
    def of(cls, shape: Drawn, scale: Drawn) -> Self:
        """Return the log-logistic of a shape and a scale in months, its median."""
        return cls(-shape * np.log(scale), shape)

    @property
    def tail_power(self) -> Drawn:
        """The shape: odds of survival fall as month ** -shape."""
        return self.slope

    def cumulative_of(self, z: Floats) -> Floats:
        """Return ln(1 + exp(z))."""
        return -log_expit(-z)

    def z_of(self, cumulative: Floats) -> Floats:
        """Return ln(exp(cumulative) - 1)."""
        return cumulative + np.log(-np.expm1(-cumulative))

    def log_slope_of(self, z: Floats) -> Floats:
        """Return the logarithm of the share with the event."""
        return log_expit(z)

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return horizon x 2F1(1, 1/shape; 1 + 1/shape; -(horizon / scale) ** shape)."""
        inverse = 1.0 / np.asarray(self.slope)
        whole = np.exp(-self.intercept * inverse) / np.sinc(inverse)
        odds = np.exp(self.z_at(months))
        part = months * hyp2f1(1.0, inverse, 1.0 + inverse, -odds)
        return np.where(np.isinf(months), whole, part)


class LogNormal(StraightLine):
    """S = Phi(-z)."""

    @classmethod
    def of(cls, mu: Drawn, sigma: Drawn) -> Self:
        """Return the log-normal of mean and standard deviation of ln(month)."""
        return cls(-mu / np.asarray(sigma), 1.0 / np.asarray(sigma))

    def cumulative_of(self, z: Floats) -> Floats:
        """Return -ln Phi(-z)."""
        return -log_ndtr(-z)

    def z_of(self, cumulative: Floats) -> Floats:
        """Return the normal quantile."""
        return -ndtri_exp(-cumulative)

    def log_slope_of(self, z: Floats) -> Floats:
        """Return ln(phi(z) / Phi(-z))."""
        return log_density(z) - log_ndtr(-z)

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return horizon x S + exp(mu + sigma**2 / 2) x Phi(z - sigma)."""
        sigma = 1.0 / np.asarray(self.slope)
        z = self.z_at(months)
        beyond = np.where(np.isinf(months), 0.0, months * np.exp(log_ndtr(-z)))
        return beyond + np.exp((sigma / 2.0 - self.intercept) * sigma + log_ndtr(z - sigma))


@dataclass(frozen=True, eq=False)
class Gompertz(SurvivalCurve):
    """Hazard = first_hazard x exp(change x month) (Gompertz 1825, 10.1098/rstl.1825.0026).

    Where `change` is below 0 some never have the event.
    """

    first_hazard: Drawn
    change: Drawn

    def __post_init__(self) -> None:
        """Refuse hazards that are not above 0."""
        refuse_unless(np.greater(self.first_hazard, 0.0), "the first hazard must be above 0")
        refuse_unless(np.isfinite(self.change), "the change of the hazard must be finite")

    @property
    def drawn(self) -> bool:
        """Whether either parameter is drawn."""
        return is_drawn(self.first_hazard, self.change)

    @property
    def tail_power(self) -> Drawn:
        """0 where the hazard fades and some are left, else infinite."""
        return plain(np.where(np.less(self.change, 0.0), 0.0, np.inf))

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return first_hazard x (exp(change x month) - 1) / change."""
        with np.errstate(over="ignore"):
            return self.first_hazard * months * exprel(self.change * months)

    def hazard_at(self, months: Floats) -> Floats:
        """Return the hazard per month."""
        with np.errstate(over="ignore"):
            return self.first_hazard * np.exp(self.change * months)

    def month_at(self, cumulative: Floats) -> Floats:
        """Return ln(1 + change x cumulative / first_hazard) / change."""
        straight: Floats = cumulative / np.asarray(self.first_hazard)
        growth = np.maximum(self.change * straight, -1.0)
        with np.errstate(divide="ignore"):
            bend = np.divide(np.log1p(growth), growth, out=np.ones_like(growth), where=growth != 0)
        return straight * bend


def log_density(z: Floats) -> Floats:
    """Return the logarithm of the standard normal density."""
    return np.asarray(-0.5 * z**2 - LOG_ROOT_TAU)


LOG_ROOT_TAU = 0.5 * math.log(2.0 * math.pi)
LARGEST_INVERSE_SHAPE = 100.0
