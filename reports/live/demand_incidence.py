"""The sheet Incidence: people, rates and trend to new cancers, as model/incidence.py."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.model.parameters import SEXES, STAGES
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.tidy import years_of
from hepaplan.model.ties.demand import ALL
from hepaplan.model.ties.tie import tie_name
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live.demand_base import write_base, write_trend
from hepaplan.reports.live.demand_places import (
    BANDS,
    COUNTED,
    LABEL,
    MIDDLE,
    ROWS,
    SINCE,
    TITLE,
    YEAR_SHARE,
    IncidencePlaces,
    places_of,
)
from hepaplan.reports.live.demand_refs import (
    PEOPLE,
    SHARE,
    YEARS,
    block,
    fixed_block,
    headings,
    runs,
)
from hepaplan.reports.live.grid import Grid, fixed, near
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.style import Styles

ABOUT = (
    "New colorectal cancers: people x rate (x the region's standardised ratio, if stated) x trend "
    "x the month's share of its year x stage."
)
NOTES = (
    "As incident_cases in model/incidence.py. Live: people, rates, their ratio, trend, damping "
    "and stages, by sex and age band; regions are summed.",
    "Grey: the calendar (each month's share of its year, its middle) and how far a month lies "
    "between two years of a population projection, where there is one.",
)


def write_incidence(
    workbook: Workbook, styles: Styles, cells: InputCells, content: ReportContent, usual: UsualCare
) -> IncidencePlaces:
    """Write the sheet and return where things are."""
    sheet = places_of(Grid(workbook, styles, TITLE, ABOUT, NOTES), cells, usual)
    write_trend(sheet)
    write_base(sheet)
    _write_totals(sheet, content)
    _write_months(sheet)
    sheet.grid.widths({1: 19.0, 2: 12.0, 3: 14.0})
    sheet.grid.finish(content.version, f"C{sheet.grid.first_row}")
    sheet.grid.sheet.print_area = f"A1:{near(sheet.month_row - 3, sheet.window_column)}"
    return sheet


def _write_totals(sheet: IncidencePlaces, content: ReportContent) -> None:
    grid, usual = sheet.grid, sheet.usual
    window = len(usual.window_labels)
    first = usual.case_months.position(usual.scenario.settings.window.start)
    cases = usual.cases[first : first + window]
    whole = fixed_block(
        sheet.base_row, sheet.window_column, sheet.base_row + ROWS - 1, sheet.window_column
    )
    found = [(tie_name("cases", ALL), "All", f"=SUM({whole})", cases.sum())]
    case_column = COUNTED + (len(sheet.people.years) if sheet.people.projected else 0) + 1
    for year, (start, stop) in runs(years_of(usual.window_labels)).items():
        from_row = sheet.month_row + sheet.inside
        rows = fixed_block(from_row + start, case_column, from_row + stop, case_column)
        value = cases[start : stop + 1].sum()
        found.append((tie_name("cases", year), year, f"=SUM({rows})", value))
    for sex, name in enumerate(SEXES):
        rows = fixed_block(
            sheet.row(sex, 0), sheet.window_column, sheet.row(sex, BANDS - 1), sheet.window_column
        )
        found.append((tie_name("cases", name), name, f"=SUM({rows})", cases[:, :, sex].sum()))
    for place, stage in enumerate(STAGES):
        label, column = f"stage {stage}", sheet.stage_column + place
        rows = fixed_block(sheet.base_row, column, sheet.base_row + ROWS - 1, column)
        value = cases[..., place].sum()
        found.append((tie_name("cases", label), label, f"=SUMPRODUCT({whole},{rows})", value))
    last = sheet.base_row + ROWS - 1
    rate = fixed_block(sheet.base_row, sheet.rate_column, last, sheet.rate_column)
    factor = fixed_block(sheet.base_row, sheet.window_column - 1, last, sheet.window_column - 1)
    for column, name in enumerate(sheet.regions, start=3):
        people = fixed_block(sheet.base_row, column, last, column)
        formula = f"=SUMPRODUCT({people},{rate},{factor}){sheet.of_rate}"
        value = cases[:, column - 3].sum()
        found.append(
            (tie_name("cases_region", str(column - 2)), content.label(name), formula, value)
        )
    headings(grid, sheet.totals_row - 1, ("New cancers in the window", "People"), 2)
    for row, (name, label, formula, value) in enumerate(found, start=sheet.totals_row):
        grid.text(row, 1, label)
        grid.formula(row, 2, formula, value, PEOPLE)
        sheet.ties[name] = grid.cell(row, 2)


def _write_months(sheet: IncidencePlaces) -> None:
    grid, people, months = sheet.grid, sheet.people, sheet.months
    base, after, damping = (fixed(grid.first_row + place, 2) for place in (1, 2, 3))
    of = [f"Weight of {year}" for year in people.years] if people.projected else []
    names = (
        "Month", "Share of its year", "Middle, calendar year", "Years from the base",
        "Years of trend that count", *of, "Cases",
    )  # fmt: skip
    headings(grid, sheet.month_row - 1, names, 2)
    distance = months.middle - sheet.usual.scenario.settings.trend.base_year
    weights = people.weights(months.middle)
    column = COUNTED + len(of) + 1
    bases = fixed_block(
        sheet.base_row, sheet.cases_column,
        sheet.base_row + ROWS - 1, sheet.cases_column + len(people.years) - 1,
    )  # fmt: skip
    growth = fixed_block(
        sheet.base_row, sheet.growth_column, sheet.base_row + ROWS - 1, sheet.growth_column
    )
    window = range(sheet.inside, sheet.inside + len(sheet.usual.window_labels))
    for place, label in enumerate(months.labels):
        row = sheet.month_row + place
        grid.text(row, LABEL, label)
        grid.number(row, YEAR_SHARE, months.year_share[place], "0.000000")
        grid.number(row, MIDDLE, months.middle[place], YEARS)
        grid.formula(row, SINCE, f"={near(row, MIDDLE)}-{base}", distance[place], YEARS)
        since = near(row, SINCE)
        beyond = f"MAX(0,ABS({since})-{after})"
        damped = f"IF({damping}=0,0,(EXP({beyond}*LN({damping}))-1)/LN({damping}))"
        counted = f"IF({damping}=1,{beyond},{damped})"
        formula = f"=SIGN({since})*(MIN(ABS({since}),{after})+{counted})"
        grid.formula(row, COUNTED, formula, sheet.counted[place], YEARS)
        for number in range(len(of)):
            grid.number(row, COUNTED + 1 + number, weights[place, number], SHARE)
        if place in window:
            weighted = f"*{block(row, COUNTED + 1, row, column - 1)}" if of else ""
            year = f"SUMPRODUCT({bases}*{growth}^{near(row, COUNTED)}{weighted})"
            cases = sheet.usual.cases[place].sum()
            grid.formula(row, column, f"={near(row, YEAR_SHARE)}*{year}", cases, PEOPLE)
