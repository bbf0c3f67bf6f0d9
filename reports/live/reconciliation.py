"""The sheet Reconciliation: each figure of the engine beside the same figure by formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.arrays import Floats
from hepaplan.model.ties.tie import Ties
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.inputs import define
from hepaplan.reports.style import GREEN, RED, SMALL, Styles

TITLE = "Reconciliation"
TOLERANCE, SMALLEST, ROUNDING = 1e-6, 1e-3, 1e-13
"""Largest relative difference that agrees; smaller figures count as the second; rounding alone."""
AGREES, CHANGED, DIFFERS = "agrees", "changed with the inputs", "DIFFERS"
HEADINGS = (
    "Part", "What", "Unit", "Engine, as run", "Live, by formula", "Difference",
    "Relative difference", "Verdict",
)  # fmt: skip
NOTES = (
    "Left: what hepaplan calculated when this report was made. Right: what the sheets before this "
    "one calculate from the input cells, now. With untouched inputs they must agree.",
    "After an input is changed the engine's figures are those of the run still; hepaplan run "
    "report.xlsx makes them anew.",
)
SUMMARY_ROW, CHECKS_ROW, FIRST_ROW, FIRST_NUMBER = 7, 13, 15, 4
CHANGED_CELL, TOLERANCE_CELL = f"$D${SUMMARY_ROW + 1}", f"$D${SUMMARY_ROW + 3}"
SMALLEST_CELL, ROUNDING_CELL = f"$D${SUMMARY_ROW + 4}", f"$D${SUMMARY_ROW + 5}"
PRECISE = "#,##0.000000"


@dataclass(frozen=True)
class Block:
    """Input cells side by side: what they are, their address, and their weighted sum as run.

    Each cell counts by its row and a little by its column, so that two changes do not cancel.
    """

    what: str
    address: str
    total: float
    COLUMNS: ClassVar[int] = 997

    @property
    def formula(self) -> str:
        """The weighted sum, without the sign of equality."""
        place = f"ROW({self.address})+COLUMN({self.address})/{self.COLUMNS}"
        return f"SUMPRODUCT({self.address}*({place}))"

    @classmethod
    def of(cls, what: str, address: str, values: Floats, row: int, column: int) -> Block:
        """Return the block of values (row, column) whose first cell is at `row` and `column`."""
        rows, columns = (np.arange(count, dtype=float) for count in values.shape)
        weight = (row + rows)[:, None] + (column + columns) / cls.COLUMNS
        return cls(what, address, float((values * weight).sum()))


@dataclass(frozen=True)
class Section:
    """Engine figures by name, and the address of the cell that recalculates each."""

    ties: Ties
    cells: Mapping[str, str]


def write_reconciliation(
    workbook: Workbook,
    styles: Styles,
    sections: Sequence[Section],
    blocks: Sequence[Block],
    version: str,
    checks: tuple[str, bool],
) -> None:
    """Write the sheet, headlines first; each figure gets the name `out_…`.

    `blocks` are all input cells: they tell whether one was changed since the run. `checks` are the
    words for what the run's own checks found, and whether all passed.
    """
    about = "Whether the formulas of this workbook give what the engine gave, figure by figure."
    grid = Grid(workbook, styles, TITLE, about, NOTES)
    rows = [
        (name, tie, section.cells[name])
        for section in sections
        for name, tie in section.ties.items()
    ]
    rows.sort(key=lambda row: not row[1].is_headline)
    last = FIRST_ROW + len(rows)
    for column, heading in enumerate(HEADINGS, start=1):
        right = FIRST_NUMBER <= column < len(HEADINGS)
        grid.text(FIRST_ROW, column, heading, "header right" if right else "header")
    for row, (name, tie, address) in enumerate(rows, start=FIRST_ROW + 1):
        for column, text in enumerate((tie.part, tie.what, tie.unit), start=1):
            grid.text(row, column, text)
        grid.number(row, 4, tie.value, PRECISE)
        grid.formula(row, 5, f"={address}", tie.value, PRECISE)
        grid.formula(row, 6, f"=E{row}-D{row}", 0.0, SMALL)
        grid.formula(row, 7, f"=ABS(F{row})/MAX(ABS(D{row}),{SMALLEST_CELL})", 0.0, SMALL)
        verdict = f'IF({CHANGED_CELL}="no","{DIFFERS}","{CHANGED}")'
        grid.formula_text(row, 8, f'=IF(G{row}<={TOLERANCE_CELL},"{AGREES}",{verdict})', AGREES)
        define(workbook, f"out_{name}", grid.cell(row, 5))
    _write_summary(grid, last, len(blocks))
    words, passed = checks
    grid.text(CHECKS_ROW, 1, "Checks of the run, not of the formulas")
    grid.text(CHECKS_ROW, 4, words, "pass" if passed else "fail")
    _write_blocks(grid, last + 3, blocks)
    define(workbook, "verdict", grid.cell(SUMMARY_ROW, 4))
    define(workbook, "largest_difference", grid.cell(SUMMARY_ROW + 2, 4))
    _colour(grid, (f"H{FIRST_ROW + 1}:H{last}", f"D{SUMMARY_ROW}"))
    grid.widths({1: 34, 2: 66, 3: 24, 4: 20, 5: 20, 6: 13, 7: 13, 8: 26})
    grid.sheet.print_area = f"A1:H{last}"
    grid.finish(version, f"A{FIRST_ROW + 1}", f"{FIRST_ROW}:{FIRST_ROW}")


def _write_summary(grid: Grid, last: int, blocks: int) -> None:
    row, verdicts = SUMMARY_ROW, f"H{FIRST_ROW + 1}:H{last}"
    good = f"{AGREES}: every figure, within the tolerance"
    grid.text(row, 1, "Verdict", "caption")
    grid.formula_text(
        row,
        4,
        f'=IF(COUNTIF({verdicts},"{DIFFERS}")>0,"{DIFFERS}: the formulas do not give the engine\'s '
        f'figures",IF({CHANGED_CELL}="no","{good}",'
        f'"{CHANGED}: run hepaplan again for the engine\'s figures"))',
        good,
    )
    first = last + 4
    grid.text(row + 1, 1, "Inputs changed since the run")
    changed = f'=IF(COUNTIF(H{first}:H{first + blocks - 1},"yes")>0,"yes","no")'
    grid.formula_text(row + 1, 4, changed, "no")
    grid.text(row + 2, 1, "Largest relative difference")
    grid.formula(row + 2, 4, f"=MAX(G{FIRST_ROW + 1}:G{last})", 0.0, SMALL)
    grid.text(row + 3, 1, "Tolerance, relative")
    grid.number(row + 3, 4, TOLERANCE, SMALL)
    grid.text(row + 4, 1, "Smaller figures count as this large")
    grid.number(row + 4, 4, SMALLEST, SMALL)


def _write_blocks(grid: Grid, row: int, blocks: Sequence[Block]) -> None:
    """Write the weighted sum of each block of inputs, as run and now."""
    grid.text(row, 1, "Input cells, each weighted by its place", "caption")
    for number, block in enumerate(blocks, start=row + 1):
        grid.text(number, 1, "Inputs")
        grid.text(number, 2, block.what)
        grid.text(number, 3, "weighted sum")
        grid.number(number, 4, block.total, PRECISE)
        grid.formula(number, 5, f"={block.formula}", block.total, PRECISE)
        grid.formula(number, 6, f"=E{number}-D{number}", 0.0, SMALL)
        grid.text(number, 7, "changed:", "absent")
        test = f"ABS(F{number})>{ROUNDING_CELL}*MAX(ABS(D{number}),{SMALLEST_CELL})"
        grid.formula_text(number, 8, f'=IF({test},"yes","no")', "no")
    grid.text(SUMMARY_ROW + 5, 1, "Rounding of a weighted sum, relative")
    grid.number(SUMMARY_ROW + 5, 4, ROUNDING, SMALL)


def _colour(grid: Grid, places: Sequence[str]) -> None:
    for where in places:
        for words, colour in ((AGREES, GREEN), (DIFFERS, RED)):
            test = f'ISNUMBER(SEARCH("{words}",{where.split(":")[0]}))'
            rule = Rule(
                type="expression",
                formula=[test],
                dxf=DifferentialStyle(font=Font(bold=True, color=colour)),
            )
            grid.sheet.conditional_formatting.add(where, rule)
