"""The sheet Kernels: what a start at a decision point brings and takes, usual options mixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.arrays import Floats
from hepaplan.model.readings import UsualCare
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live.demand_refs import (
    COUNT,
    SHARE,
    TINY,
    Flows,
    fixed_block,
    heading,
    headings,
)
from hepaplan.reports.live.grid import Grid, fixed, near
from hepaplan.reports.live.input_keys import share_key
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.style import Styles

TITLE = "Kernels"
ABOUT = (
    "Of those who arrive at a decision point: where they arrive next and what they use, by month."
)
NOTES = (
    "As usual_kernel in model/flows/renewal.py: usual share x what follows a start, summed over a "
    "point's options. Rows are months since arrival, the last month first, as sums over earlier "
    "months need them.",
    "Live: usual shares, and all that Courses, Leaving and Alive hold. Shares of starts to each "
    "point; use in the resource's own unit for each arrival. Below 1E-12 of starts: left out.",
)
SHARES_OF_SITES = (
    "Grey: usual shares are those of the sites, weighted by who goes there (site_shares), as run."
)

Expression = Callable[[int, int, int, int], str | None]


@dataclass(frozen=True)
class Columns:
    """Columns side by side, one for each of some decision points, and their longest month."""

    first: int
    points: range
    longest: int


@dataclass
class Kernels:
    """Where the sheet holds shares of starts and what follows them.

    `moves` by group and destination, `use` by group and resource: columns for the points that
    people come from.
    """

    grid: Grid
    usual: UsualCare
    share_row: int
    last_row: int
    moves: Mapping[tuple[int, int], Columns]
    use: Mapping[tuple[int, int], Columns]

    def share(self, option: int, group: int) -> str:
        """Return the address of an option's usual share, for any sheet."""
        return f"{TITLE}!{fixed(self.share_row + option, 3 + group)}"

    def span(self, columns: Columns, longest: int, shortest: int) -> str:
        """Return the address of some months since arrival, the longest first, for any sheet."""
        last = columns.first + len(columns.points) - 1
        rows = (self.last_row - longest, self.last_row - shortest)
        return f"{TITLE}!{fixed_block(rows[0], columns.first, rows[1], last)}"


def write_kernels(
    workbook: Workbook,
    styles: Styles,
    cells: InputCells,
    content: ReportContent,
    usual: UsualCare,
    courses: Flows,
) -> Kernels:
    """Write the sheet, as many months as lie between the span's first and the window's last."""
    sited = not usual.scenario.tables.site_shares.empty
    notes = (*NOTES, SHARES_OF_SITES) if sited else NOTES
    grid = Grid(workbook, styles, TITLE, ABOUT, notes)
    kernels, settings = usual.kernels, usual.scenario.settings
    months = usual.before + settings.window.months
    share_row = grid.first_row + 1
    last_row = share_row + len(kernels.options) + 4 + months
    sheet = Kernels(grid, usual, share_row, last_row, {}, {})
    _write_shares(sheet, None if sited else cells, content)
    heading(grid, last_row - months, 1, "Months since arrival")
    for month in range(months):
        grid.number(last_row - month, 1, month, COUNT)
    column = 3
    moves: dict[tuple[int, int], Columns] = {}
    use: dict[tuple[int, int], Columns] = {}

    def block(
        written: dict[tuple[int, int], Columns],
        values: Floats,
        expression: Expression,
        group: int,
        place: int,
        label: str,
    ) -> None:
        """Write one block beside the last, if anybody or anything is in it."""
        nonlocal column
        above = (content.label(kernels.groups[group]), label)
        of = values[:, group, place, :months]
        found = _write_block(sheet, content, column, group, of, above, _to(expression, place))
        if found is not None:
            written[group, place] = found
            column = found.first + len(found.points)

    for group in range(len(kernels.groups)):
        for place, to in enumerate(kernels.points):
            label = f"to {content.label(to)}"
            block(moves, kernels.arrive, courses.flow, group, place, label)
    for place, resource in enumerate(settings.resource.values()):
        for group in range(len(kernels.groups)):
            label = f"{resource.label}, {resource.unit}"
            block(use, kernels.use, courses.use, group, place, label)
    grid.widths({1: 58.0, 2: 62.0})
    grid.finish(content.version, f"C{last_row - months + 1}")
    last = near(share_row + len(kernels.options) - 1, 2 + len(kernels.groups))
    grid.sheet.print_area = f"A1:{last}"
    return Kernels(grid, usual, share_row, last_row, moves, use)


def _to(expression: Expression, place: int) -> Callable[[int, int, int], str | None]:
    """Return what gives the expression of an option, a group and a month to one destination."""
    return lambda option, group, month: expression(option, group, place, month)


def _write_shares(sheet: Kernels, cells: InputCells | None, content: ReportContent) -> None:
    """Write usual shares; without cells, as the engine has them."""
    grid, kernels = sheet.grid, sheet.usual.kernels
    groups = [f"{content.label(name)}, share" for name in kernels.groups]
    headings(grid, sheet.share_row - 1, ("Decision point", "Usual option", *groups), 3)
    for option, (point, name) in enumerate(kernels.options):
        row = sheet.share_row + option
        grid.text(row, 1, content.label(point))
        grid.text(row, 2, content.option_label(point, name))
        for group, of in enumerate(kernels.groups):
            value = kernels.usual_share[option, group]
            if cells is None:
                grid.number(row, 3 + group, value, SHARE)
            else:
                cell = cells.figure(share_key(sheet.usual, option), of)
                grid.formula(row, 3 + group, f"={cell}", value, SHARE)


def _write_block(
    sheet: Kernels,
    content: ReportContent,
    first: int,
    group: int,
    values: np.ndarray,
    above: tuple[str, str],
    expression: Callable[[int, int, int], str | None],
) -> Columns | None:
    """Write a column for each point, first to last, whose starts have any of `values`.

    `values` (option, month). Options that nobody starts are in the formulas too: their share may be
    raised. Returns nothing where no start has any.
    """
    kernels, grid = sheet.usual.kernels, sheet.grid
    terms: dict[tuple[int, int], list[tuple[str, float]]] = {}
    for option, month in np.argwhere(values > 0).tolist():
        text = expression(option, group, month)
        if text is not None:
            share = fixed(sheet.share_row + option, 3 + group)
            value = float(kernels.usual_share[option, group] * values[option, month])
            place = (int(kernels.point_of[option]), month)
            terms.setdefault(place, []).append((f"{share}*({text})", value))
    if not terms:
        return None
    sources = [point for point, _ in terms]
    points = range(min(sources), max(sources) + 1)
    top = sheet.last_row - values.shape[1]
    for column, point in enumerate(points, start=first):
        label = content.label(kernels.points[point])
        for row, text in enumerate((*above, f"from {label}"), start=top - 2):
            heading(grid, row, column, text)
    for (point, month), parts in terms.items():
        formula = "=" + "+".join(text for text, _ in parts)
        value = sum(value for _, value in parts)
        column = first + point - points.start
        grid.formula(sheet.last_row - month, column, formula, value, TINY)
    return Columns(first, points, max(month for _, month in terms))
