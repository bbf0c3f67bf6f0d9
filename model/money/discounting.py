"""What one unit later is worth now: the discounting conventions met in published models."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from hepaplan.model.arrays import Floats

Convention = Literal["annual", "nominal", "whole-year", "continuous"]
FLOAT_NOISE = 1e-9
"""Years by which 12 twelfths may fall short of one year."""


@dataclass(frozen=True)
class Discounting:
    """A yearly rate, how it is applied, and when within a cycle a unit falls.

    Conventions, for a unit `years` from the start:

    - annual: compounded by the year at the very time, (1 + rate) ** -years (NICE PMG36).
    - nominal: the rate divided by the cycles a year, compounded by the cycle.
    - whole-year: as annual, after whole years only: the first year is not discounted.
    - continuous: exp(-rate * years); the rate is instantaneous.

    `offset` is the place within its cycle, in cycles: 0 leaves the first cycle undiscounted, 1
    discounts it in full, 0.5 is its middle. Costs and effects each take their own Discounting.
    """

    rate: float
    convention: Convention = "annual"
    offset: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a rate that is no rate and a convention nobody knows."""
        if not (math.isfinite(self.rate) and self.rate >= 0):
            raise ValueError(f"the discount rate {self.rate} is not a number of 0 or more")
        if not (math.isfinite(self.offset) and self.offset >= 0):
            raise ValueError(f"the offset {self.offset} is not a number of cycles of 0 or more")
        if self.convention not in get_args(Convention):
            known = ", ".join(get_args(Convention))
            raise ValueError(f'no discounting convention "{self.convention}"; known: {known}')

    def factors(self, cycles: int, cycle_years: float) -> Floats:
        """Return the worth now of one unit at each of the points 0 to `cycles`."""
        steps = np.arange(cycles + 1) + self.offset
        years = steps * cycle_years
        if self.convention == "continuous":
            return np.asarray(np.exp(-self.rate * years))
        if self.convention == "nominal":
            return np.asarray((1.0 + self.rate * cycle_years) ** -steps)
        if self.convention == "whole-year":
            years = np.floor(years + FLOAT_NOISE)
        return np.asarray((1.0 + self.rate) ** -years)


UNDISCOUNTED = Discounting(0.0)
