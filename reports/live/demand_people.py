"""Who the sheet Incidence counts: years of the population, and a table's row for a sex and age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.parameters import AGE_BANDS, SEXES, Scenario
from hepaplan.model.population import MIDDLE_OF_YEAR


@dataclass(frozen=True)
class People:
    """People by year of the population, sex and age band, all regions together.

    `years` is only (0,) without a projection; `people` (year, sex, band).
    """

    scenario: Scenario
    years: tuple[int, ...]
    people: Floats

    @property
    def projected(self) -> bool:
        """Whether the population changes over time."""
        return not self.scenario.tables.projection.empty

    def table_of(self, year: int) -> str:
        """Return the name of the table that holds a year's people."""
        stated = set(self.scenario.tables.projection["year"]) if self.projected else set()
        return "projection" if year in stated else "population"

    def weights(self, middle: Floats) -> Floats:
        """Return how much each year counts at calendar times, shape (time, year), rows sum to 1.

        As model/population.py: linear from the middle of one year to the next, flat outside.
        """
        at = [year + MIDDLE_OF_YEAR for year in self.years]
        return np.stack([np.interp(middle, at, unit) for unit in np.eye(len(at))], axis=1)


def people_of(scenario: Scenario) -> People:
    """Return the people of a scenario, by the years for which tables state them."""
    tables, projection = scenario.tables, scenario.tables.projection
    if projection.empty:
        return People(scenario, (0,), _counted(tables.population)[None])
    stated = _by_year(projection)
    own_year = scenario.settings.tables["population"].year
    if own_year is not None:
        stated.setdefault(own_year, tables.population)
    years = tuple(sorted(stated))
    return People(scenario, years, np.stack([_counted(stated[year]) for year in years]))


def _by_year(projection: pd.DataFrame) -> dict[int, pd.DataFrame]:
    years = sorted({int(year) for year in projection["year"]})
    return {year: projection[projection["year"] == year] for year in years}


def _counted(table: pd.DataFrame) -> Floats:
    summed = table.groupby(["sex", "age_from"])["people"].sum()
    return np.array([[float(summed[sex, age]) for age in AGE_BANDS] for sex in SEXES])


def rows_with(table: pd.DataFrame, **keys: object) -> list[int]:
    """Return the places of the rows with these keys."""
    chosen = np.ones(len(table), dtype=bool)
    for column, value in keys.items():
        chosen &= (table[column] == value).to_numpy()
    return [int(place) for place in np.flatnonzero(chosen)]


def row_of(table: pd.DataFrame, **keys: object) -> int:
    """Return the place of the one row with these keys."""
    (found,) = rows_with(table, **keys)
    return found


def row_at(table: pd.DataFrame, age: int, **keys: object) -> int | None:
    """Return the place of the row that holds at an age: that of the last `age_from` up to it."""
    starts = {place: int(table["age_from"].iloc[place]) for place in rows_with(table, **keys)}
    begun = [place for place, start in starts.items() if start <= age]
    return max(begun, key=lambda place: starts[place], default=None)
