"""The sheet Demand live: starts by treatment and year, and what they need, nothing scarce."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.tidy import years_of
from hepaplan.model.tables.usual_totals import usual_starts, usual_use
from hepaplan.model.ties.demand import ALL
from hepaplan.model.ties.tie import tie_name
from hepaplan.reports.content import ReportContent, readable
from hepaplan.reports.live import demand_arrivals
from hepaplan.reports.live.demand_arrivals import ArrivalPlaces
from hepaplan.reports.live.demand_refs import PEOPLE, block, heading, headings, runs
from hepaplan.reports.live.grid import Grid, near
from hepaplan.reports.style import Styles

TITLE = "Demand live"
ABOUT = "Starts of usual care and what they need of each resource, when nothing is scarce."
NOTES = (
    "As model/tables/usual_totals.py: starts = usual share x arrivals, in the month of arrival; "
    "need = starts of this and all earlier months x what they take (Kernels), years before the "
    "window included. All of it is live.",
)
FIRST_YEAR = 4


@dataclass
class Totals:
    """The sheet, and its addresses by the names of the engine's figures."""

    grid: Grid
    arrivals: ArrivalPlaces
    years: dict[str, tuple[int, int]]
    ties: dict[str, str] = field(default_factory=dict)

    @property
    def usual(self) -> UsualCare:
        """Reading 1."""
        return self.arrivals.usual

    @property
    def whole(self) -> int:
        """The column of the window's total."""
        return FIRST_YEAR + len(self.years)


def write_totals(
    workbook: Workbook, styles: Styles, content: ReportContent, arrivals: ArrivalPlaces
) -> Totals:
    """Write the sheet and return where its totals are."""
    grid = Grid(workbook, styles, TITLE, ABOUT, NOTES)
    usual = arrivals.usual
    sheet = Totals(grid, arrivals, runs(years_of(usual.window_labels)))
    options = list(usual.treatments)
    treatments = tuple(dict.fromkeys(options))
    option_row = grid.first_row + 2
    treatment_row = option_row + len(options) + 3
    need_row = treatment_row + len(treatments) + 4
    _write_options(sheet, content, option_row)
    _write_treatments(sheet, option_row, treatment_row, treatments)
    _write_need(sheet, need_row)
    grid.widths({1: 58.0, 2: 62.0, 3: 26.0})
    grid.finish(content.version, f"D{grid.first_row}")
    return sheet


def _write_options(sheet: Totals, content: ReportContent, first: int) -> None:
    grid, usual, arrivals = sheet.grid, sheet.usual, sheet.arrivals
    grid.text(first - 2, 1, "Starts by option", "caption")
    names = ("Decision point", "Usual option", "Treatment", *sheet.years, "Window, people")
    headings(grid, first - 1, names, FIRST_YEAR)
    starts = usual_starts(usual).sum(axis=1)
    for option, (point, name) in enumerate(usual.kernels.options):
        row, at = first + option, int(usual.kernels.point_of[option])
        grid.text(row, 1, content.label(point))
        grid.text(row, 2, content.option_label(point, name))
        grid.text(row, 3, readable(usual.treatments[option]))
        for column, (start, stop) in enumerate(sheet.years.values(), start=FIRST_YEAR):
            terms = []
            for group in range(arrivals.groups):
                months = arrivals.came(
                    range(at, at + 1), group, usual.before + start, usual.before + stop
                )
                came = f"SUM({demand_arrivals.TITLE}!{months})"
                terms.append(f"{arrivals.kernels.share(option, group)}*{came}")
            value = starts[option, start : stop + 1].sum()
            grid.formula(row, column, f"={'+'.join(terms)}", value, PEOPLE)
        _write_whole(sheet, row, starts[option].sum())
        name_of = tie_name("starts_option", f"{point} {name}")
        sheet.ties[name_of] = grid.cell(row, sheet.whole)


def _write_whole(sheet: Totals, row: int, value: float) -> None:
    """Write the sum over a row's years."""
    years = block(row, FIRST_YEAR, row, sheet.whole - 1)
    sheet.grid.formula(row, sheet.whole, f"=SUM({years})", value, PEOPLE)


def _write_treatments(
    sheet: Totals, option_row: int, first: int, treatments: tuple[str, ...]
) -> None:
    grid, usual = sheet.grid, sheet.usual
    grid.text(first - 2, 1, "Starts by treatment", "caption")
    names = ("Treatment", "", "", *sheet.years, "Window, people")
    headings(grid, first - 1, names, FIRST_YEAR)
    starts = usual_starts(usual).sum(axis=1)
    for row, treatment in enumerate(treatments, start=first):
        options = [option for option, name in enumerate(usual.treatments) if name == treatment]
        grid.text(row, 1, readable(treatment))
        for column, (year, (start, stop)) in enumerate(sheet.years.items(), start=FIRST_YEAR):
            cells = ",".join(near(option_row + option, column) for option in options)
            value = starts[options, start : stop + 1].sum()
            grid.formula(row, column, f"=SUM({cells})", value, PEOPLE)
            sheet.ties[tie_name("starts", treatment, year)] = grid.cell(row, column)
        _write_whole(sheet, row, starts[options].sum())
    row = first + len(treatments)
    grid.text(row, 1, "All")
    for column in range(FIRST_YEAR, sheet.whole + 1):
        cells = block(first, column, row - 1, column)
        months = [*sheet.years.values(), (0, starts.shape[1] - 1)][column - FIRST_YEAR]
        value = starts[:, months[0] : months[1] + 1].sum()
        grid.formula(row, column, f"=SUM({cells})", value, PEOPLE)
    sheet.ties[tie_name("starts", ALL)] = grid.cell(row, sheet.whole)


def _write_need(sheet: Totals, first: int) -> None:
    """Write need by resource and year, and below it by month."""
    grid, usual = sheet.grid, sheet.usual
    resources = usual.scenario.settings.resource
    months = usual.window_labels
    need = np.asarray(usual_use(usual)[:, : len(months)])
    grid.text(first - 2, 1, "Need of resources", "caption")
    headings(grid, first - 1, ("Resource", "", "Unit", *sheet.years, "Window"), FIRST_YEAR)
    month_row = first + len(resources) + 4
    grid.text(month_row - 2, 1, "Need of resources by month", "caption")
    grid.text(month_row - 1, 1, "Month", "header")
    for row, label in enumerate(months, start=month_row):
        grid.text(row, 1, label)
    for number, (name, resource) in enumerate(resources.items()):
        row, month_column = first + number, FIRST_YEAR + number
        grid.text(row, 1, resource.label)
        grid.text(row, 3, resource.unit)
        heading(grid, month_row - 1, month_column, f"{resource.label}, {resource.unit}")
        for month, value in enumerate(need[number].tolist()):
            formula = _need(sheet, number, month)
            grid.formula(month_row + month, month_column, formula, value, "#,##0.0")
        for column, (year, (start, stop)) in enumerate(sheet.years.items(), start=FIRST_YEAR):
            rows = block(month_row + start, month_column, month_row + stop, month_column)
            value = need[number, start : stop + 1].sum()
            grid.formula(row, column, f"=SUM({rows})", value, "#,##0.0")
            sheet.ties[tie_name("need", name, year)] = grid.cell(row, column)
        years = block(row, FIRST_YEAR, row, sheet.whole - 1)
        grid.formula(row, sheet.whole, f"=SUM({years})", need[number].sum(), "#,##0.0")
        sheet.ties[tie_name("need", name)] = grid.cell(row, sheet.whole)


def _need(sheet: Totals, resource: int, window_month: int) -> str:
    """Return the formula of a month's need: arrivals until then x what each takes by now."""
    arrivals, kernels = sheet.arrivals, sheet.arrivals.kernels
    month = sheet.usual.before + window_month
    terms = []
    for group in range(arrivals.groups):
        use = kernels.use.get((group, resource))
        if use is not None:
            first = max(month - use.longest, 0)
            came = arrivals.came(use.points, group, first, month)
            kernel = kernels.span(use, month - first, 0)
            terms.append(f"SUMPRODUCT({demand_arrivals.TITLE}!{came},{kernel})")
    return f"={'+'.join(terms) or '0'}"
