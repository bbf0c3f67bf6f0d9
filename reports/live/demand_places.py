"""Where the sheet Incidence holds what, and the values that its rows start from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.calendar import Months
from hepaplan.model.incidence import PER, effective_years, standardised_ratio
from hepaplan.model.parameters import AGE_BANDS, SEXES, STAGES
from hepaplan.model.population import regions
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.tidy import years_of
from hepaplan.reports.live.demand_people import People, people_of, row_at, row_of
from hepaplan.reports.live.demand_refs import runs
from hepaplan.reports.live.grid import Grid, fixed
from hepaplan.reports.live.inputs import InputCells

TITLE = "Incidence"
BANDS, ROWS = len(AGE_BANDS), len(AGE_BANDS) * len(SEXES)
LABEL, YEAR_SHARE, MIDDLE, SINCE, COUNTED = 1, 2, 3, 4, 5
"""Columns of the months; weights of the population's years follow, then cases."""


@dataclass
class IncidencePlaces:
    """The sheet: where it holds what later sheets use, and the values that they start from.

    Rows of the base are sexes by age bands; `months` are those whose cases matter, to the window's
    end.
    """

    grid: Grid
    cells: InputCells
    usual: UsualCare
    people: People
    months: Months
    growth: Floats
    stage_share: Floats
    base_cases: Floats
    counted: Floats
    ties: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out the blocks below each other, and the columns of the base."""
        window = self.usual.scenario.settings.window
        self.inside = self.months.position(window.start)
        self.regions = () if self.people.projected else regions(self.usual.scenario)
        self.base_row = self.grid.first_row + 9
        self.people_column = 3 + len(self.regions)
        self.rate_column = self.people_column + len(self.people.years)
        self.growth_column = self.rate_column + 1
        self.stage_column = self.growth_column + 1
        self.cases_column = self.stage_column + len(STAGES)
        self.window_column = self.cases_column + len(self.people.years)
        self.window_column += 0 if self.people.projected else 1
        self.totals_row = self.base_row + ROWS + 3
        years = len(runs(years_of(self.usual.window_labels)))
        totals = 1 + years + len(SEXES) + len(STAGES) + len(self.regions)
        self.month_row = self.totals_row + totals + 3

    def row(self, sex: int, band: int) -> int:
        """Return the row of a sex and an age band."""
        return self.base_row + sex * BANDS + band

    @property
    def of_rate(self) -> str:
        """The factors that make cases of people times a rate: what it is per, and the ratio."""
        factors = f"/{fixed(self.grid.first_row + 4, 2)}"
        if self.usual.scenario.settings.incidence is not None:
            factors += f"*{fixed(self.grid.first_row + 5, 2)}"
        return factors

    def years_of_trend(self, month: int) -> str:
        """Return the address of the years of trend that count in a month."""
        return f"{TITLE}!{fixed(self.month_row + month, COUNTED)}"

    def year_share(self, month: int) -> str:
        """Return the address of a month's share of its year."""
        return f"{TITLE}!{fixed(self.month_row + month, YEAR_SHARE)}"

    def weights(self, month: int) -> str:
        """Return the factor of a month's weights of the population's years, nothing for one."""
        if not self.people.projected:
            return ""
        row, last = self.month_row + month, COUNTED + len(self.people.years)
        return f"*{TITLE}!{fixed(row, COUNTED + 1)}:{fixed(row, last)}"


def places_of(grid: Grid, cells: InputCells, usual: UsualCare) -> IncidencePlaces:
    """Return the places of the sheet and the values of its rows by sex and age band."""
    scenario = usual.scenario
    tables, people = scenario.tables, people_of(scenario)
    growth, stage = np.ones(BANDS), np.zeros((len(SEXES), BANDS, len(STAGES)))
    for band, age in enumerate(AGE_BANDS):
        if (at := row_at(tables.trend, age)) is not None:
            growth[band] += float(tables.trend["change_per_year"].iloc[at])
        for sex, name in enumerate(SEXES):
            if (at := row_at(tables.stage, age, sex=name)) is not None:
                stage[sex, band] = tables.stage[list(STAGES)].iloc[at].to_numpy(dtype=float)
    rate = np.array([[rate_of(usual, sex, age) for age in AGE_BANDS] for sex in SEXES])
    count = usual.case_months.count - scenario.settings.window.run_out_months
    months = Months(usual.case_months.first, count)
    counted = effective_years(scenario.settings.trend, months.middle)
    cases = people.people * rate / PER * standardised_ratio(scenario)
    return IncidencePlaces(grid, cells, usual, people, months, growth, stage, cases, counted)


def rate_of(usual: UsualCare, sex: str, age: int) -> float:
    """Return cases per 100,000 person-years of a sex and an age band."""
    table = usual.scenario.tables.incidence
    return float(table["rate_per_100k"].iloc[row_of(table, sex=sex, age_from=age)])
