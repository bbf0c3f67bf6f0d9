"""Distributions of uncertain figures, from what publications state about them.

A mean with its standard error, matched by moments, or a point with its 95% interval (Briggs,
Claxton & Sculpher, Decision Modelling for Health Economic Evaluation, 2006, chapter 4). The
standard error describes the mean; the standard deviation between patients has no place here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import betaincinv, gammaincinv, ndtri

from hepaplan.model.arrays import Floats, Probability
from hepaplan.model.quantities import Family
from hepaplan.model.uncertainty.spread.bounded import PERT_WEIGHT, Pert, Triangular

INTERVAL_95 = (0.025, 0.975)
"""Probabilities of lying below the ends of a 95% interval."""
STANDARD_ERRORS_IN_95 = 2.0 * float(ndtri(INTERVAL_95[1]))
AS_NORMAL = 1e-4
"""Standard error, as a share of the room a figure has, below which its shape no longer shows."""


class Uncertain(Protocol):
    """A figure that is not known exactly."""

    @property
    def mean(self) -> float:
        """Expected value."""

    @property
    def sd(self) -> float:
        """Standard deviation of the uncertainty."""

    def quantile(self, probability: Probability) -> Floats:
        """Return the values below which the figure lies with these probabilities."""


@dataclass(frozen=True)
class Fixed:
    """A figure without uncertainty: every draw is its value."""

    mean: float
    sd: float = 0.0

    def quantile(self, probability: Probability) -> Floats:
        """Return the value at every probability."""
        return np.full(np.shape(probability), self.mean)


@dataclass(frozen=True)
class Beta:
    """Shares and utilities of 0 to 1."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return math.sqrt(self.mean * (1.0 - self.mean) / (self.alpha + self.beta + 1.0))

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        return np.asarray(betaincinv(self.alpha, self.beta, probability))


@dataclass(frozen=True)
class Gamma:
    """Costs and amounts, above 0."""

    shape: float
    scale: float

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.shape * self.scale

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return math.sqrt(self.shape) * self.scale

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        return np.asarray(self.scale * gammaincinv(self.shape, probability))


@dataclass(frozen=True)
class LogNormal:
    """Hazard ratios and other ratios, above 0."""

    log_mean: float
    log_sd: float

    @property
    def mean(self) -> float:
        """Expected value, above the median exp(log_mean)."""
        return math.exp(self.log_mean + self.log_sd**2 / 2.0)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return self.mean * math.sqrt(math.expm1(self.log_sd**2))

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        return np.asarray(np.exp(self.log_mean + self.log_sd * ndtri(probability)))


@dataclass(frozen=True)
class Normal:
    """Figures of either sign."""

    mean: float
    sd: float

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        return np.asarray(self.mean + self.sd * ndtri(probability))


@dataclass(frozen=True)
class Uniform:
    """A judgement that every value of an interval is as likely."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + self.high) / 2.0

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return (self.high - self.low) / math.sqrt(12.0)

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        return np.asarray(self.low + (self.high - self.low) * np.asarray(probability))


def from_standard_error(family: Family, mean: float, standard_error: float) -> Uncertain:
    """Return the distribution with this mean and this standard deviation of the mean.

    A narrow beta, gamma or PERT is the normal one: its own quantiles cannot be worked out so far.
    """
    if standard_error < 0:
        raise ValueError(f"the standard error {standard_error:g} is negative")
    if standard_error == 0:
        return Fixed(mean)
    variance = standard_error**2
    match family:
        case "beta":
            if not 0 < mean < 1 or variance >= mean * (1.0 - mean):
                raise ValueError(
                    f"no beta distribution has mean {mean:g} and standard error "
                    f"{standard_error:g}: the mean lies between 0 and 1 and the standard error "
                    "below the square root of mean x (1 - mean)"
                )
            if standard_error < AS_NORMAL * min(mean, 1.0 - mean):
                return Normal(mean, standard_error)
            size = mean * (1.0 - mean) / variance - 1.0
            return Beta(mean * size, (1.0 - mean) * size)
        case "gamma":
            _above_zero("gamma", mean)
            if standard_error < AS_NORMAL * mean:
                return Normal(mean, standard_error)
            return Gamma(mean**2 / variance, variance / mean)
        case "log_normal":
            _above_zero("log_normal", mean)
            log_variance = math.log1p(variance / mean**2)
            return LogNormal(math.log(mean) - log_variance / 2.0, math.sqrt(log_variance))
        case "normal":
            return Normal(mean, standard_error)
        case "uniform":
            half = standard_error * math.sqrt(3.0)
            return Uniform(mean - half, mean + half)
        case "triangular":
            half = standard_error * math.sqrt(6.0)
            return Triangular(mean - half, mean, mean + half)
        case "pert":
            if standard_error < AS_NORMAL * abs(mean):
                return Normal(mean, standard_error)
            half = standard_error * math.sqrt(PERT_WEIGHT + 3.0)
            return Pert(mean - half, mean, mean + half)
        case "dirichlet":
            raise ValueError("a dirichlet is of all shares of a set together: give sample_size")
        case "empirical":
            raise ValueError("an empirical distribution is that of its samples: give them")


def from_interval(family: Family, point: float, low: float, high: float) -> Uncertain:
    """Return the distribution of a point and its 95% interval.

    Log-normal: the point is the median and the interval is taken on the log scale. Uniform: the
    interval itself. Triangular and PERT: the point is the mode, the interval the whole range.
    Others: the point is the mean and the interval spans 3.92 standard errors.
    """
    if not low <= point <= high:
        raise ValueError(f"the interval {low:g} to {high:g} does not hold the point {point:g}")
    if low < high:
        match family:
            case "uniform":
                return Uniform(low, high)
            case "triangular":
                return Triangular(low, point, high)
            case "pert":
                return Pert(low, point, high)
            case "log_normal":
                _above_zero("log_normal", low)
                return LogNormal(math.log(point), math.log(high / low) / STANDARD_ERRORS_IN_95)
    return from_standard_error(family, point, (high - low) / STANDARD_ERRORS_IN_95)


def _above_zero(family: str, value: float) -> None:
    if value <= 0:
        raise ValueError(f"a {family} distribution lies above 0, but {value:g} is given")
