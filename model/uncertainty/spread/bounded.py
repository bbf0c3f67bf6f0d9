"""Distributions between a least and a most value: triangular and PERT."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from hepaplan.model.arrays import Floats, Probability

PERT_WEIGHT = 4.0
"""How much more the mode weighs than either end in the mean of a PERT distribution."""


@dataclass(frozen=True)
class Triangular:
    """Least, most likely and most: straight lines between."""

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + self.mode + self.high) / 3.0

    @property
    def sd(self) -> float:
        """Standard deviation."""
        a, m, b = self.low, self.mode, self.high
        return math.sqrt((a * a + m * m + b * b - a * m - a * b - m * b) / 18.0)

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        below = np.asarray(probability, dtype=np.float64)
        width, rise = self.high - self.low, self.mode - self.low
        rising = self.low + np.sqrt(below * width * rise)
        falling = self.high - np.sqrt((1.0 - below) * width * (self.high - self.mode))
        return np.where(below * width <= rise, rising, falling)


@dataclass(frozen=True)
class Pert:
    """Least, most likely and most: a beta over the range.

    The mean is (low + 4 mode + high) / 6 (Malcolm et al., Oper Res 1959;7:646-69,
    10.1287/opre.7.5.646); the standard deviation is that of the beta, not their sixth of the range.
    """

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + PERT_WEIGHT * self.mode + self.high) / (PERT_WEIGHT + 2.0)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        rise, fall = self.mean - self.low, self.high - self.mean
        return math.sqrt(rise * fall / (PERT_WEIGHT + 3.0))

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        width = self.high - self.low
        alpha = 1.0 + PERT_WEIGHT * (self.mode - self.low) / width
        beta = 1.0 + PERT_WEIGHT * (self.high - self.mode) / width
        return np.asarray(self.low + width * betaincinv(alpha, beta, probability))
