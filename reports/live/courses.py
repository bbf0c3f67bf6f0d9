"""Survival and own value in the live workbook: the writer of the sheets of options' courses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from openpyxl.workbook.workbook import Workbook

from hepaplan.model.input_checks.table_checks import SHARES_SUM_TO
from hepaplan.model.readings import UsualCare
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live.courses_alive import ALIVE, rows_of, write_alive
from hepaplan.reports.live.courses_at import Courses
from hepaplan.reports.live.courses_exits import write_exits
from hepaplan.reports.live.courses_leaving import LEAVING, Leaving
from hepaplan.reports.live.courses_months import (
    DISCOUNTING,
    OTHER_CAUSES,
    Making,
    finish,
    write_discounting,
    write_other_causes,
)
from hepaplan.reports.live.courses_starts import write_dose_prices, write_starts
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.live.value_own import VALUE, Own
from hepaplan.reports.style import Styles

__all__ = ["SHEETS", "Courses", "write_courses"]
COURSES = "Courses"
SHEETS = (COURSES, DISCOUNTING, OTHER_CAUSES, LEAVING, ALIVE, VALUE)
"""Titles in reading order."""
SMALLEST_NUMBER = 1e-300


def write_courses(
    workbook: Workbook, styles: Styles, cells: InputCells, content: ReportContent, usual: UsualCare
) -> Courses:
    """Write the sheets of `SHEETS` and return where everything is."""
    making = Making(workbook, styles, cells, content, usual)
    grid = _parameters(making)
    first = grid.first_row
    grid.text(first, 1, "Smallest share whose logarithm is taken")
    grid.number(first, 2, SMALLEST_NUMBER, "0E+00")
    grid.text(first + 1, 1, "Furthest that shares may sum from 1")
    grid.number(first + 1, 2, SHARES_SUM_TO, "0E+00")
    exits, row = write_exits(grid, making, first + 3)
    starts, row = write_starts(grid, making, row + 1, grid.cell(first + 1, 2))
    prices = write_dose_prices(grid, making, row + 1)
    grid.widths({1: 50, 2: 44, 3: 26})
    finish(grid, making, f"C{first}", "", (grid.last_row, 13))
    rates = write_discounting(making)
    last = rows_of(making)
    others = write_other_causes(making, _furthest(making, last))
    leaving = Leaving(making, exits, last, others.published, grid.cell(first, 2))
    alive = write_alive(making, starts, leaving, others, last)
    courses = Courses(making, starts, exits, leaving, alive, others, last, prices, rates)
    own = Own(courses)
    return replace(courses, own=own.addresses, alive_at=own.alive)


def _furthest(making: Making, last: Mapping[tuple[int, str], int]) -> dict[tuple[str, str], int]:
    """Return the last month followed after any option, by point and group."""
    kernels = making.usual.kernels
    found: dict[tuple[str, str], int] = {}
    for (option, group), month in last.items():
        key = (kernels.options[option][0], group)
        found[key] = max(found.get(key, 0), month)
    return found


def _parameters(making: Making) -> Grid:
    return making.grid(
        COURSES,
        "How long each option's effect lasts, and what becomes of a planned start at once.",
        "As model/survival/fit.py and model/course.py. Live: every figure here that a formula "
        "takes from Inputs; a curve with just enough figures goes through them by formula.",
        "Held: curves fitted to more figures than they need, and families without a formula: "
        "then the engine's hazards stand on Leaving in grey, and a new run is needed.",
    )
