"""The rows of the sheet Incidence by sex and age band: people, rates, trend, stages, cases."""

from __future__ import annotations

import numpy as np

from hepaplan.model.incidence import PER, standardised_ratio
from hepaplan.model.parameters import AGE_BANDS, SEXES, STAGES
from hepaplan.reports.live.demand_people import row_at, row_of
from hepaplan.reports.live.demand_places import COUNTED, YEAR_SHARE, IncidencePlaces, rate_of
from hepaplan.reports.live.demand_refs import (
    COUNT,
    PEOPLE,
    SHARE,
    YEARS,
    block,
    fixed_block,
    headings,
)
from hepaplan.reports.live.grid import fixed, near

RATIO = ("incidence", "standardised_ratio")


def write_trend(sheet: IncidencePlaces) -> None:
    """Write how rates move with time, and how the region's compare with them."""
    grid, cells, trend = sheet.grid, sheet.cells, sheet.usual.scenario.settings.trend
    row = grid.first_row
    headings(grid, row, ("Trend", "Value", "Unit"), 2)
    stated = (
        ("Base year", ("trend", "base_year"), trend.base_year, "calendar year"),
        ("Damped after", ("trend", "damped_after_years"), trend.damped_after_years.number, "years"),
        ("Damping", ("trend", "damping"), trend.damping.number, "share per year"),
    )
    for at, (what, key, value, unit) in enumerate(stated, start=row + 1):
        grid.text(at, 1, what)
        grid.formula(at, 2, f"={cells.cell(key)}", value, YEARS)
        grid.text(at, 3, unit)
    grid.text(row + 4, 1, "Rates are per")
    grid.number(row + 4, 2, PER, COUNT)
    grid.text(row + 4, 3, "person-years")
    if sheet.usual.scenario.settings.incidence is not None:
        ratio = standardised_ratio(sheet.usual.scenario)
        grid.text(row + 5, 1, "Standardised ratio")
        grid.formula(row + 5, 2, f"={cells.cell(RATIO)}", ratio, SHARE)
        grid.text(row + 5, 3, "new cancers for each expected")


def write_base(sheet: IncidencePlaces) -> None:
    """Write one row for each sex and age band."""
    grid, people = sheet.grid, sheet.people
    grid.text(sheet.base_row - 2, 1, "Cancers a year at the rates of their own period", "caption")
    of = [f"People, {year}" if people.projected else "People" for year in people.years]
    cases = [f"Cases, {year}" if people.projected else "Cases a year" for year in people.years]
    names = (
        "Sex", "Age from", *(f"People, {name}" for name in sheet.regions), *of,
        "Rate per 100,000 person-years", "Rate a year later: times",
        *(f"Stage {stage}" for stage in STAGES), *cases,
        *([] if people.projected else ["Years' worth in the window"]), "Cases in the window",
    )  # fmt: skip
    headings(grid, sheet.base_row - 1, names, 2)
    for sex, name in enumerate(SEXES):
        for band, age in enumerate(AGE_BANDS):
            row = sheet.row(sex, band)
            grid.text(row, 1, name)
            grid.number(row, 2, age, COUNT, "number")
            _write_people(sheet, sex, band)
            _write_rate_and_stages(sheet, sex, band)
            rate = near(row, sheet.rate_column)
            for number, cases_of in enumerate(sheet.base_cases[:, sex, band]):
                count = near(row, sheet.people_column + number)
                column = sheet.cases_column + number
                grid.formula(
                    row, column, f"={count}*{rate}{sheet.of_rate}", float(cases_of), PEOPLE
                )
            _write_window(sheet, sex, band)


def _write_window(sheet: IncidencePlaces, sex: int, band: int) -> None:
    """Write a row's cases of the window: its cases a year, and the months' shares and trend."""
    grid, row, row_of_month = sheet.grid, sheet.row(sex, band), sheet.month_row + sheet.inside
    months = len(sheet.usual.window_labels)
    last = row_of_month + months - 1
    inside = slice(sheet.inside, sheet.inside + months)
    growth, cases = fixed(row, sheet.growth_column), near(row, sheet.cases_column)
    factor = f"{fixed_block(row_of_month, YEAR_SHARE, last, YEAR_SHARE)}*{growth}^"
    factor += fixed_block(row_of_month, COUNTED, last, COUNTED)
    value = sheet.months.year_share[inside] * sheet.growth[band] ** sheet.counted[inside]
    by_year = value @ sheet.people.weights(sheet.months.middle)[inside]
    in_window = float(by_year @ sheet.base_cases[:, sex, band])
    if sheet.people.projected:
        cases = block(row, sheet.cases_column, row, sheet.window_column - 1)
        weights = fixed_block(row_of_month, COUNTED + 1, last, COUNTED + len(by_year))
        formula = f"=SUMPRODUCT({factor}*{weights}*{cases})"
    else:
        grid.formula(row, sheet.window_column - 1, f"=SUMPRODUCT({factor})", by_year[0], SHARE)
        formula = f"={cases}*{near(row, sheet.window_column - 1)}"
    grid.formula(row, sheet.window_column, formula, in_window, PEOPLE)


def _write_people(sheet: IncidencePlaces, sex: int, band: int) -> None:
    grid, people, cells, row = sheet.grid, sheet.people, sheet.cells, sheet.row(sex, band)
    keys = {"sex": SEXES[sex], "age_from": AGE_BANDS[band]}
    if not people.projected:
        table = people.scenario.tables.population
        for column, region in enumerate(sheet.regions, start=3):
            at = row_of(table, region=region, **keys)
            value = float(table["people"].iloc[at])
            grid.formula(row, column, f"={cells.table_cell('population', at, 'people')}", value,
                         "#,##0")  # fmt: skip
        formulas = [f"=SUM({block(row, 3, row, sheet.people_column - 1)})"]
    else:
        formulas = []
        for year in people.years:
            name = people.table_of(year)
            of = f"({cells.table_span(name, 'sex')}={fixed(row, 1)})"
            of += f"*({cells.table_span(name, 'age_from')}={fixed(row, 2)})"
            if name == "projection":
                at = np.flatnonzero(people.scenario.tables.projection["year"] == year)[0]
                of += f"*({cells.table_span(name, 'year')}="
                of += f"{cells.table_cell(name, int(at), 'year')})"
            formulas.append(f"=SUMPRODUCT({of}*{cells.table_span(name, 'people')})")
    for number, formula in enumerate(formulas):
        value = people.people[number, sex, band]
        grid.formula(row, sheet.people_column + number, formula, value, "#,##0")


def _write_rate_and_stages(sheet: IncidencePlaces, sex: int, band: int) -> None:
    grid, cells, row = sheet.grid, sheet.cells, sheet.row(sex, band)
    tables, age, name = sheet.usual.scenario.tables, AGE_BANDS[band], SEXES[sex]
    at = row_of(tables.incidence, sex=name, age_from=age)
    rate = cells.table_cell("incidence", at, "rate_per_100k")
    grid.formula(row, sheet.rate_column, f"={rate}", rate_of(sheet.usual, name, age), "#,##0.00")
    changes = row_at(tables.trend, age)
    if changes is None:
        grid.number(row, sheet.growth_column, 1.0, SHARE)
    else:
        cell = cells.table_cell("trend", changes, "change_per_year")
        grid.formula(row, sheet.growth_column, f"=1+{cell}", sheet.growth[band], SHARE)
    stages = row_at(tables.stage, age, sex=name)
    for place, stage in enumerate(STAGES):
        column, value = sheet.stage_column + place, sheet.stage_share[sex, band, place]
        if stages is None:
            grid.number(row, column, 0.0, SHARE)
        else:
            cell = cells.table_cell("stage", stages, stage)
            grid.formula(row, column, f"={cell}", value, SHARE)
