"""Distributions made of another: cut off at bounds, or in other prices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hepaplan.model.arrays import Floats, Probability
from hepaplan.model.uncertainty.spread.distributions import Uncertain

HALVINGS = 60
MOMENT_POINTS = 20_000
"""Even quantiles over which the moments of a cut distribution are taken."""
SMALLEST = 2.0**-53
"""The smallest random number that is drawn, and its distance from 1."""


@dataclass(frozen=True)
class Truncated:
    """What is left of a distribution between probabilities `below` and `above` of its own."""

    whole: Uncertain
    below: float
    above: float

    @cached_property
    def _spread(self) -> Floats:
        return self.quantile((np.arange(MOMENT_POINTS) + 0.5) / MOMENT_POINTS)

    @property
    def mean(self) -> float:
        """Expected value of what is left."""
        return float(self._spread.mean())

    @property
    def sd(self) -> float:
        """Standard deviation of what is left."""
        return float(self._spread.std())

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        share = np.asarray(probability, dtype=np.float64)
        return self.whole.quantile(self.below + share * (self.above - self.below))


@dataclass(frozen=True)
class Scaled:
    """A distribution times a number, such as one in other prices."""

    whole: Uncertain
    factor: float

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.whole.mean * self.factor

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return self.whole.sd * self.factor

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles."""
        return self.whole.quantile(probability) * self.factor


def truncated(whole: Uncertain, low: float, high: float) -> Uncertain:
    """Return a distribution with what lies below `low` and above `high` cut off.

    One that reaches neither is returned as it is. Raises ValueError if nothing lies between.
    """
    below = share_below(whole, low)
    above = share_below(whole, high)
    if below <= SMALLEST and above >= 1.0 - SMALLEST:
        return whole
    if above - below < SMALLEST:
        raise ValueError(f"nothing of the distribution lies between {low:g} and {high:g}")
    return Truncated(whole, below, above)


def share_below(what: Uncertain, value: float) -> float:
    """Return the probability of lying below a value, by halving."""
    if not what.quantile(SMALLEST) < value:
        return 0.0
    if not what.quantile(1.0 - SMALLEST) > value:
        return 1.0
    low, high = SMALLEST, 1.0 - SMALLEST
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if what.quantile(middle) < value:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
