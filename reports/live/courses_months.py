"""Columns by month since a start, the same rows on every sheet: discounting, other causes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.arrays import Floats
from hepaplan.model.money.discounting import Discounting
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.surroundings import Surroundings, surroundings
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live.grid import LETTERS, Grid
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.style import Styles

DISCOUNTING, OTHER_CAUSES = "Discounting", "Other causes"
HEAD_ROW, ZERO_ROW = 8, 18
"""First row of what a column is; the row of month 0, on every sheet by month."""
FACTOR, CHANCE = "0.000000", "0.0000000"
PRINTED_MONTHS, COLUMNS_A_PAGE, LONGEST = 60, 14, 28


@dataclass(frozen=True)
class Making:
    """What every writer of courses needs."""

    workbook: Workbook
    styles: Styles
    cells: InputCells
    content: ReportContent
    usual: UsualCare

    def grid(self, title: str, about: str, *notes: str) -> Grid:
        """Return a new live sheet."""
        return Grid(self.workbook, self.styles, title, about, notes)

    def names(self, option: int) -> tuple[str, str]:
        """Return the labels of an option's decision point and of the option."""
        point, name = self.usual.kernels.options[option]
        return self.content.label(point), self.content.option_label(point, name)

    def surroundings(self) -> dict[tuple[str, str], Surroundings]:
        """Return what surrounds options, by point and group, as the kernels were made with."""
        usual = self.usual
        return surroundings(
            usual.scenario.pathway,
            usual.kernels.groups,
            usual.other_cause_survival,
            usual.studied_survival,
        )


@dataclass(frozen=True)
class Column:
    """A column by month since a start, to be used on any sheet."""

    sheet: str
    letter: str

    def at(self, month: int) -> str:
        """Return the address of a month's cell."""
        return f"{self.sheet}{self.letter}{ZERO_ROW + month}"

    def span(self, first: int, last: int) -> str:
        """Return the address of months, first to last."""
        return f"{self.at(first)}:{self.letter}{ZERO_ROW + last}"


def column(grid: Grid, place: int) -> Column:
    """Return a column of a sheet by its place, which counts from 1."""
    return Column(grid.cell(1, 1).removesuffix("$A$1"), LETTERS[place - 1])


def write_heading(
    grid: Grid, row: int, place: int, words: str, unit: str = "", *, right: bool = True
) -> None:
    """Write a heading, cut where it is long, its unit below it, and widen the column for both."""
    words = words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()}…"
    grid.text(row, place, words, "header right" if right else "header")
    if unit:
        grid.text(row + 1, place, unit, "absent" if right else "absent text")
    held = grid.sheet.column_dimensions[LETTERS[place - 1]].width
    grid.widths({place: max(held, 1.15 * max(len(words), len(unit)) + 3.0)})


def finish(grid: Grid, making: Making, freeze: str, title_rows: str, last: tuple[int, int]) -> None:
    """Finish a sheet that prints from its first cell to its `last` (row, column), legibly.

    What goes on to the right is printed on further pages, with the first column again.
    """
    grid.finish(making.content.version, freeze, title_rows)
    row, place = last
    grid.sheet.print_area = f"A1:{LETTERS[place - 1]}{row}"
    grid.sheet.print_title_cols = "A:A"
    grid.sheet.page_setup.fitToWidth = math.ceil(place / COLUMNS_A_PAGE)


def finish_months(grid: Grid, making: Making, last_place: int) -> None:
    """Finish a sheet by month; only the first months are printed."""
    titles = f"{HEAD_ROW}:{ZERO_ROW - 1}"
    row = min(ZERO_ROW + PRINTED_MONTHS, grid.last_row)
    finish(grid, making, f"B{ZERO_ROW}", titles, (row, last_place))


def write_months(grid: Grid, first: int, last: int) -> None:
    """Write the months since the start down the first column."""
    grid.text(ZERO_ROW - 1, 1, "Month since start", "header")
    for month in range(first, last + 1):
        grid.number(ZERO_ROW + month, 1, month, "0", "number")


@dataclass(frozen=True)
class Rate:
    """One discount rate: its yearly cell, its factors by month, and that of half a month.

    Without a column nothing is discounted.
    """

    column: Column | None = None
    half_month: str = ""


def write_discounting(making: Making) -> dict[str, Rate]:
    """Write the factors of costs and effects by month, and return them with "none" beside them."""
    grid = making.grid(
        DISCOUNTING,
        "What one unit is worth at the start of each month since a start, discounted to the start.",
        "As model/money/discounting.py: compounded by the year, (1 + rate) ^ -years. Months are "
        "counted at their middle: the factor of half a month is applied to each sum.",
        "Live: both rates. Unit of every figure: worth now of one unit then.",
    )
    months = making.usual.kernels.months
    write_months(grid, 0, months)
    economics = making.usual.scenario.settings.economics
    rates = {"none": Rate()}
    figures = (
        ("costs", economics.discount_rate_costs),
        ("effects", economics.discount_rate_effects),
    )
    for place, (name, figure) in enumerate(figures, start=2):
        address = making.cells.cell(("economics", f"discount_rate_{name}"))
        factors = Discounting(figure.number).factors(months, 1 / MONTHS_PER_YEAR)
        grid.text(HEAD_ROW, place, name.capitalize(), "header right")
        grid.formula(HEAD_ROW + 1, place, f"={address}", figure.number, "0.0%")
        half = float((1.0 + figure.number) ** (-1 / (2 * MONTHS_PER_YEAR)))
        rate = f"{LETTERS[place - 1]}${HEAD_ROW + 1}"
        grid.formula(HEAD_ROW + 2, place, f"=(1+{rate})^(-1/(2*12))", half, FACTOR)
        grid.text(ZERO_ROW - 1, place, "Factor", "header right")
        for month in range(months + 1):
            row = ZERO_ROW + month
            grid.formula(row, place, f"=(1+{rate})^(-$A{row}/12)", factors[month], FACTOR)
        rates[name] = Rate(column(grid, place), grid.cell(HEAD_ROW + 2, place))
    grid.text(HEAD_ROW, 1, "Discounted")
    grid.text(HEAD_ROW + 1, 1, "Rate, share a year")
    grid.text(HEAD_ROW + 2, 1, "Factor of half a month")
    grid.widths({1: 26, 2: 14, 3: 14})
    finish_months(grid, making, 3)
    return rates


@dataclass(frozen=True)
class OtherCauses:
    """Weights: escaping death from other causes, by point and group, and published.

    `survival` in a month, from 1; `escaped` since the start, from month 0.
    """

    survival: dict[tuple[str, str], Column]
    escaped: dict[tuple[str, str], Column]
    by_month: dict[tuple[str, str], Floats]
    published: Column


def write_other_causes(making: Making, rows: dict[tuple[str, str], int]) -> OtherCauses:
    """Write the monthly survival of other causes, as far as each point and group has `rows`."""
    grid = making.grid(
        OTHER_CAUSES,
        "The share who escape death from other causes in each month since a start, held still.",
        "Weights from the engine (model/ages/ageing.py): ages at a point come from the whole "
        "pathway, so these change only on a new run. In the month: share of those alive as it "
        "begins. Since the start: share of those who start.",
        "Published: hazard of death from other causes per month among the patients of published "
        "curves that count such deaths (design: nothing is counted twice).",
    )
    kernels, around = making.usual.kernels, making.surroundings()
    longest = max(rows.values())
    write_months(grid, 0, longest)
    grid.text(HEAD_ROW, 1, "Decision point")
    grid.text(HEAD_ROW + 1, 1, "Group")
    grid.text(HEAD_ROW, 2, "Published curves")
    grid.text(ZERO_ROW - 1, 2, "Hazard a month", "header right")
    published = around[kernels.points[0], kernels.groups[0]].published
    for month in range(1, longest + 1):
        grid.number(ZERO_ROW + month, 2, published[month - 1], CHANCE)
    survival: dict[tuple[str, str], Column] = {}
    escaped: dict[tuple[str, str], Column] = {}
    values: dict[tuple[str, str], Floats] = {}

    def write(place: int, key: tuple[str, str], head: str, first: int, shares: Floats) -> Column:
        for offset, name in enumerate(key):
            grid.text(HEAD_ROW + offset, place, making.content.label(name))
        grid.text(ZERO_ROW - 1, place, head, "header right")
        for month, share in enumerate(shares, start=first):
            grid.number(ZERO_ROW + month, place, share, CHANCE)
        return column(grid, place)

    for place, key in enumerate(rows, start=3):
        values[key] = np.exp(-around[key].background)
        months = values[key][: rows[key]]
        survival[key] = write(place, key, "In the month", 1, months)
        since = np.concatenate(([1.0], np.cumprod(months)))
        escaped[key] = write(place + len(rows), key, "Since the start", 0, since)
    last_place = 2 * len(rows) + 2
    grid.widths({1: 18} | dict.fromkeys(range(2, last_place + 1), 24.0))
    finish_months(grid, making, last_place)
    return OtherCauses(survival, escaped, values, column(grid, 2))
