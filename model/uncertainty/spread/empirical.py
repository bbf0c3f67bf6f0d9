"""A figure known by samples: each of them as likely as the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats, Probability

FEWEST = 30
"""Samples below which a distribution of them says more about chance than about the figure."""


@dataclass(frozen=True)
class Empirical:
    """Samples, from the least to the most; a quantile is one of them."""

    samples: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean of the samples."""
        return float(np.mean(self.samples))

    @property
    def sd(self) -> float:
        """Standard deviation of a draw from the samples."""
        return float(np.std(self.samples))

    def quantile(self, probability: Probability) -> Floats:
        """Return quantiles: the sample at that place in their order."""
        share = np.asarray(probability, dtype=np.float64)
        place = np.minimum((share * len(self.samples)).astype(np.int64), len(self.samples) - 1)
        return np.asarray(self.samples)[place]


def empirical(samples: Floats, low: float, high: float) -> Empirical:
    """Return the distribution of samples of a figure that lies between `low` and `high`.

    Raises ValueError where they are too few, no numbers, or outside.
    """
    if len(samples) < FEWEST:
        raise ValueError(f"found {len(samples)} samples; expected at least {FEWEST}")
    if not np.isfinite(samples).all():
        raise ValueError("found samples that are no finite numbers")
    outside = samples[(samples < low) | (samples > high)]
    if outside.size:
        raise ValueError(
            f"found {outside.size} samples outside {low:g} to {high:g}, the first {outside[0]:g}"
        )
    return Empirical(tuple(np.sort(samples).tolist()))
