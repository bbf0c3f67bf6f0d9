"""The sheet Arrivals: who reaches which decision point when, nothing scarce."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.arrays import Floats
from hepaplan.model.flows.renewal import carried_in
from hepaplan.model.readings import UsualCare
from hepaplan.model.sites.network import day_one_people
from hepaplan.model.ties.tie import tie_name
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live.demand_kernels import Kernels
from hepaplan.reports.live.demand_metastases import Metastases
from hepaplan.reports.live.demand_people import rows_with
from hepaplan.reports.live.demand_refs import PEOPLE, SHARE, block, heading, headings
from hepaplan.reports.live.grid import Grid, fixed, near
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.style import Styles

TITLE = "Arrivals"
ABOUT = "People who arrive at each decision point by month, when nothing is scarce."
NOTES = (
    "As usual_flow in model/flows/renewal.py: new patients (share of the group sent to the point x "
    "new metastases), those on a list as the window opens, and who comes after earlier starts: "
    "earlier arrivals x Kernels, month by month. All years before the window are live too.",
    "To the right: entries of the window, as `entries` in model/sites/network.py: new patients, "
    "and who comes after starts before the window; those on a list as it opens are not in them.",
)


@dataclass
class ArrivalPlaces:
    """Where the sheet holds shares, and arrivals by month of the span; entries by the window's."""

    grid: Grid
    usual: UsualCare
    metastases: Metastases
    kernels: Kernels
    eligible: frozenset[tuple[int, int]]
    listed_on: frozenset[tuple[int, int]]
    on_day_one: Floats
    ties: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out the rows of points, then months; columns by group, then point."""
        kernels = self.usual.kernels
        self.points, self.groups = len(kernels.points), len(kernels.groups)
        self.point_row = self.grid.first_row + 2
        self.months = self.usual.before + self.usual.scenario.settings.window.months
        self.month_row = self.point_row + self.points + 4
        self.totals = 2 + 3 * self.groups

    def share(self, point: int, group: int) -> str:
        """Return the address of the share of a group sent to a point, on this sheet."""
        return fixed(self.point_row + point, 2 + group)

    def listed(self, point: int, group: int) -> str:
        """Return the address of those on a list as the window opens, on this sheet."""
        return fixed(self.point_row + point, 2 + self.groups + group)

    def in_window(self, point: int, group: int) -> tuple[int, int]:
        """Return row and column of a point's new patients of the window."""
        return self.point_row + point, 2 + 2 * self.groups + group

    def column(self, point: int, group: int) -> int:
        """Return the column of a point's arrivals of a group."""
        return 2 + group * self.points + point

    def entry_column(self, point: int, group: int) -> int:
        """Return the column of a point's entries of a group."""
        return 3 + (self.groups + group) * self.points + point

    def row(self, month: int) -> int:
        """Return the row of a month of the span."""
        return self.month_row + month

    def came(self, sources: range, group: int, first: int, last: int) -> str:
        """Return the address of arrivals of some points and months of the span, on this sheet."""
        return block(
            self.row(first), self.column(sources[0], group),
            self.row(last), self.column(sources[-1], group),
        )  # fmt: skip


def write_arrivals(
    workbook: Workbook,
    styles: Styles,
    cells: InputCells,
    content: ReportContent,
    metastases: Metastases,
    kernels: Kernels,
) -> ArrivalPlaces:
    """Write the sheet and return where things are."""
    usual = kernels.usual
    grid = Grid(workbook, styles, TITLE, ABOUT, NOTES)
    tables = usual.scenario.tables
    eligible, listed_on = (_stated(usual, table) for table in (tables.eligibility, tables.backlog))
    on_day_one = day_one_people(usual.scenario, usual.kernels).sum(axis=-1)
    sheet = ArrivalPlaces(grid, usual, metastases, kernels, eligible, listed_on, on_day_one)
    _write_points(sheet, cells, content)
    _write_months(sheet, content)
    _write_entries(sheet, content)
    grid.widths({1: 58.0})
    grid.finish(content.version, f"B{sheet.month_row}")
    last = near(sheet.point_row + sheet.points - 1, sheet.totals + 1)
    grid.sheet.print_area = f"A1:{last}"
    return sheet


def _stated(usual: UsualCare, table: pd.DataFrame) -> frozenset[tuple[int, int]]:
    """Return the points and groups for which a table has rows."""
    points, groups = usual.kernels.points, usual.kernels.groups
    rows = zip(table["decision_point"], table["group"], strict=True)
    return frozenset((points.index(point), groups.index(group)) for point, group in rows)


def _write_points(sheet: ArrivalPlaces, cells: InputCells, content: ReportContent) -> None:
    """Write by point: shares, people on lists, new patients and arrivals of the window."""
    grid, usual, row = sheet.grid, sheet.usual, sheet.point_row - 1
    tables, kernels = usual.scenario.tables, usual.kernels
    names = [content.label(name) for name in kernels.groups]
    parts = ("share sent here", "people on the list on day one", "new people in the window")
    of = [f"{name}: {part}" for part in parts for name in names]
    totals = ("New people in the window", "All arrivals in the window, people")
    headings(grid, row, ("Decision point", *of, *totals), 2)
    inside = slice(usual.before, sheet.months)
    new = usual.eligible[..., inside].sum(axis=1)
    came = usual.flow.arrivals[..., inside].sum(axis=(1, 2, 3))
    for point, name in enumerate(kernels.points):
        at = sheet.point_row + point
        grid.text(at, 1, content.label(name))
        for group, of_group in enumerate(kernels.groups):
            keys = {"decision_point": name, "group": of_group}
            if rows := rows_with(tables.eligibility, **keys):
                shares = [cells.table_cell("eligibility", row, "share") for row in rows]
                share = float(tables.eligibility["share"].iloc[rows].sum())
                grid.formula(at, 2 + group, f"={'+'.join(shares)}", share, SHARE)
                met = sheet.metastases.new(group, usual.before, sheet.months - 1)
                where = sheet.in_window(point, group)
                formula = f"={sheet.share(point, group)}*{met}"
                grid.formula(*where, formula, new[point, group].sum(), PEOPLE)
            if rows := rows_with(tables.backlog, **keys):
                listed = [cells.table_cell("backlog", row, "patients") for row in rows]
                column = 2 + sheet.groups + group
                value = sheet.on_day_one[point, group]
                grid.formula(at, column, f"={'+'.join(listed)}", value, PEOPLE)
        first, last = sheet.in_window(point, 0)[1], sheet.in_window(point, sheet.groups - 1)[1]
        grid.formula(
            at, sheet.totals, f"=SUM({block(at, first, at, last)})", new[point].sum(), PEOPLE
        )
        blocks = [
            sheet.came(range(point, point + 1), group, usual.before, sheet.months - 1)
            for group in range(sheet.groups)
        ]
        grid.formula(at, sheet.totals + 1, f"=SUM({','.join(blocks)})", came[point], PEOPLE)
        sheet.ties[tie_name("new", name)] = grid.cell(at, sheet.totals)
        sheet.ties[tie_name("arrivals", name)] = grid.cell(at, sheet.totals + 1)


def _write_months(sheet: ArrivalPlaces, content: ReportContent) -> None:
    """Write all arrivals, month by month of the span."""
    grid, usual = sheet.grid, sheet.usual
    came = usual.flow.arrivals.sum(axis=1)
    grid.text(sheet.month_row - 1, 1, "Month", "header")
    for month, label in enumerate(usual.span.labels[: sheet.months]):
        grid.text(sheet.row(month), 1, label)
    for group, name in enumerate(usual.kernels.groups):
        for point, of in enumerate(usual.kernels.points):
            column = sheet.column(point, group)
            heading(grid, sheet.month_row - 2, column, content.label(name))
            heading(grid, sheet.month_row - 1, column, f"{content.label(of)}, people")
            for month in range(sheet.months):
                terms = _new(sheet, point, group, month)
                if month == usual.before and (point, group) in sheet.listed_on:
                    terms.append(sheet.listed(point, group))
                terms += _after(sheet, point, group, month, month - 1)
                if terms:
                    formula = f"={'+'.join(terms)}"
                    value = came[point, group, month]
                    grid.formula(sheet.row(month), column, formula, value, PEOPLE)


def _write_entries(sheet: ArrivalPlaces, content: ReportContent) -> None:
    """Write who enters the window: new patients, and who comes after starts before it."""
    grid, usual = sheet.grid, sheet.usual
    window = sheet.months - usual.before
    earlier = usual.flow.starts[..., : usual.before].sum(axis=1)
    entries = usual.eligible[..., usual.before : sheet.months].sum(axis=1)
    entries = entries + carried_in(usual.kernels, earlier[:, None], window)[:, 0]
    for group, name in enumerate(usual.kernels.groups):
        for point, of in enumerate(usual.kernels.points):
            column = sheet.entry_column(point, group)
            heading(grid, sheet.month_row - 2, column, content.label(name))
            heading(grid, sheet.month_row - 1, column, f"Entries: {content.label(of)}, people")
            for month in range(usual.before, sheet.months):
                terms = _new(sheet, point, group, month)
                terms += _after(sheet, point, group, month, usual.before - 1)
                if terms:
                    formula = f"={'+'.join(terms)}"
                    value = entries[point, group, month - usual.before]
                    grid.formula(sheet.row(month), column, formula, value, PEOPLE)


def _new(sheet: ArrivalPlaces, point: int, group: int, month: int) -> list[str]:
    """Return the term of new patients, if any are sent to the point."""
    if (point, group) not in sheet.eligible:
        return []
    return [f"{sheet.share(point, group)}*{sheet.metastases.new(group, month)}"]


def _after(sheet: ArrivalPlaces, point: int, group: int, month: int, last: int) -> list[str]:
    """Return the term of those who come after arrivals up to the month `last`, if any can."""
    moves = sheet.kernels.moves.get((group, point))
    if moves is None:
        return []
    first = max(month - moves.longest, 0)
    if first > last:
        return []
    kernel = sheet.kernels.span(moves, month - first, month - last)
    return [f"SUMPRODUCT({sheet.came(moves.points, group, first, last)},{kernel})"]
