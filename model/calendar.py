"""Calendar months: their days, their share of the year and their working days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import holidays
import numpy as np
import numpy.typing as npt

from hepaplan.model.arrays import Floats, Ints

Days = npt.NDArray[np.datetime64]

WORKING_DAYS_PER_WEEK = 5
DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class Months:
    """A run of calendar months: the first, written "YYYY-MM", and how many."""

    first: str
    count: int

    def __post_init__(self) -> None:
        """Refuse a month that is not one, and an empty run."""
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", self.first):
            raise ValueError(f"the month '{self.first}' is not written YYYY-MM, such as 2027-01")
        if self.count < 1:
            raise ValueError(f"{self.count} months: at least one is needed")

    @property
    def labels(self) -> tuple[str, ...]:
        """Each month as "YYYY-MM"."""
        return tuple(str(month) for month in self._starts[:-1].astype("datetime64[M]"))

    @property
    def days(self) -> Ints:
        """Days in each month."""
        return np.diff(self._starts).astype(np.int64)

    @property
    def year_share(self) -> Floats:
        """Each month's share of its own calendar year, by days; a year's shares sum to 1."""
        return self.days / self._days_in_year

    @property
    def middle(self) -> Floats:
        """Calendar year at the middle of each month, such as 2027.04 for January 2027."""
        new_year = self._new_year
        day = (self._starts[:-1] - new_year).astype(np.int64) + self.days / 2
        return new_year.astype("datetime64[Y]").astype(np.int64) + 1970 + day / self._days_in_year

    def extended(self, before: int, after: int) -> Months:
        """Return the same months with some more before and after."""
        first = np.datetime64(self.first, "M") - np.timedelta64(before, "M")
        return Months(str(first), before + self.count + after)

    def position(self, label: str) -> int:
        """Return a month's place in the run: 0 for the first, negative for months before it."""
        return int((np.datetime64(label, "M") - np.datetime64(self.first, "M")).astype(np.int64))

    def working_days(self, country: str, subdivision: str | None = None) -> Ints:
        """Return the weekdays in each month that are not public holidays."""
        years = self._starts.astype("datetime64[Y]").astype(np.int64) + 1970
        closed = _public_holidays(country, subdivision, int(years[0]), int(years[-1]))
        counts = np.busday_count(self._starts[:-1], self._starts[1:], holidays=closed)
        return np.asarray(counts, dtype=np.int64)

    def weeks(
        self,
        calendar: Literal["working_days", "every_day"],
        country: str,
        subdivision: str | None = None,
    ) -> Floats:
        """Return the weeks in each month for a resource open on working days or on every day."""
        if calendar == "working_days":
            return self.working_days(country, subdivision) / WORKING_DAYS_PER_WEEK
        return self.days / DAYS_PER_WEEK

    @property
    def _starts(self) -> Days:
        """First day of each month and of the month after the last."""
        months = np.datetime64(self.first, "M") + np.arange(self.count + 1)
        return months.astype("datetime64[D]")

    @property
    def _new_year(self) -> Days:
        return self._starts[:-1].astype("datetime64[Y]").astype("datetime64[D]")

    @property
    def _days_in_year(self) -> Ints:
        next_year = self._starts[:-1].astype("datetime64[Y]") + 1
        return (next_year.astype("datetime64[D]") - self._new_year).astype(np.int64)


@lru_cache(maxsize=32)
def _public_holidays(country: str, subdivision: str | None, first: int, last: int) -> Days:
    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=range(first, last + 1))
    except NotImplementedError as unknown:
        place = country if subdivision is None else f"{country}, {subdivision}"
        raise ValueError(
            f"public holidays of '{place}' are not known: use codes of the `holidays` package, "
            "such as country GB with subdivision ENG"
        ) from unknown
    return np.array(sorted(found), dtype="datetime64[D]")
