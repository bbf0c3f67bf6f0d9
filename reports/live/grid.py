"""One live sheet: formulas with the engine's values as their cached values, written fast.

openpyxl writes no cached values and visits every cell; a live sheet's rows are made here, as text,
and take the place of the empty rows that openpyxl writes (`saving.LiveWriter`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.reports.blocks import clean_text, line_count
from hepaplan.reports.output import FORMULA_STARTS
from hepaplan.reports.saving import LIVE, protect, set_page
from hepaplan.reports.style import GENERAL, Styles

WRAPPING = ("header", "header right", "wrapped")
ROW_POINTS, TITLE_POINTS, MARGIN = 15.0, 24.0, 2.5
LETTERS = tuple(get_column_letter(column) for column in range(1, 1001))


def near(row: int, column: int) -> str:
    """Return the address of a cell for formulas of its own sheet that are copied across."""
    return f"{LETTERS[column - 1]}{row}"


def fixed(row: int, column: int) -> str:
    """Return the address of a cell of the same sheet that stays where it is."""
    return f"${LETTERS[column - 1]}${row}"


class NotFiniteCell(ValueError):
    """A number on its way into a live sheet is NaN or infinite."""


class Grid:
    """Cells of a live sheet, each written once, in any order; rows and columns count from 1.

    `formula` takes the text with its "=", and the engine's value of the cell. Roles are those of
    `style.ROLES`: "input" (unlocked), "weight" (the engine's value, frozen), "formula".
    """

    def __init__(
        self, workbook: Workbook, styles: Styles, title: str, about: str, notes: Sequence[str] = ()
    ) -> None:
        """Start a sheet with its title in A1, what it is in A2, and notes below."""
        self.sheet: Worksheet = workbook[title]
        self.styles = styles
        self.title = title
        self.formulas = 0
        self._ids: dict[tuple[str, str, bool], int] = {}
        self._cells: dict[int, dict[int, str]] = {}
        self._wrapped: list[tuple[int, int, str]] = []
        self._quoted = "'" + title.replace("'", "''") + "'!"
        self.text(1, 1, title, "title")
        self.text(2, 1, about, "about")
        for row, note in enumerate(notes, start=3):
            self.text(row, 1, note, "note")
        self.first_row = 4 + len(notes)

    def text(self, row: int, column: int, value: str, role: str = "text") -> None:
        """Write text, never a formula."""
        value = clean_text(value)
        style = self._style(role, GENERAL, quoted=value.startswith(FORMULA_STARTS))
        if role in WRAPPING:
            self._wrapped.append((row, column, value))
        space = ' xml:space="preserve"' if value != value.strip() else ""
        self._put(
            row,
            column,
            f's="{style}" t="inlineStr"><is><t{space}>{escape(value)}</t></is></c>',
        )

    def number(
        self, row: int, column: int, value: float, number_format: str, role: str = "weight"
    ) -> None:
        """Write a number: an input, or a weight that the engine gives."""
        style = self._style(role, number_format)
        self._put(row, column, f's="{style}"><v>{self._finite(value, row, column)}</v></c>')

    def formula(
        self,
        row: int,
        column: int,
        formula: str,
        value: float,
        number_format: str,
        role: str = "formula",
    ) -> None:
        """Write a formula and the engine's value of it."""
        style, cached = self._style(role, number_format), self._finite(value, row, column)
        self.formulas += 1
        self._put(row, column, f's="{style}"><f>{escape(formula[1:])}</f><v>{cached}</v></c>')

    def formula_text(
        self, row: int, column: int, formula: str, value: str, role: str = "formula text"
    ) -> None:
        """Write a formula whose value is text."""
        style = self._style(role, GENERAL)
        self.formulas += 1
        self._put(
            row,
            column,
            f's="{style}" t="str"><f>{escape(formula[1:])}</f><v>{escape(value)}</v></c>',
        )

    def cell(self, row: int, column: int) -> str:
        """Return the absolute address of a cell, to be used on any sheet."""
        return f"{self._quoted}{fixed(row, column)}"

    def span(self, first_row: int, first_column: int, last_row: int, last_column: int) -> str:
        """Return the absolute address of a block, to be used on any sheet."""
        return f"{self._quoted}{fixed(first_row, first_column)}:{fixed(last_row, last_column)}"

    def widths(self, widths: Mapping[int, float]) -> None:
        """Set the widths of columns, in characters."""
        for column, width in widths.items():
            self.sheet.column_dimensions[LETTERS[column - 1]].width = width

    def finish(self, version: str, freeze: str, title_rows: str = "") -> None:
        """Set what stays in view, how the sheet prints, and its protection, without a password."""
        sheet = self.sheet
        sheet.freeze_panes = freeze
        set_page(sheet, version)
        if title_rows:
            sheet.print_title_rows = title_rows
        protect(sheet)
        vars(sheet)[LIVE] = self

    def xml(self) -> str:
        """Return the sheet's rows as the file holds them."""
        rows, heights = [], self._heights()
        for row in sorted(self._cells):
            cells = self._cells[row]
            inside = "".join(
                f'<c r="{LETTERS[column - 1]}{row}" {cells[column]}' for column in sorted(cells)
            )
            height = f' ht="{heights[row]}" customHeight="1"' if row in heights else ""
            rows.append(f'<row r="{row}"{height}>{inside}</row>')
        return "".join(rows)

    def _heights(self) -> dict[int, float]:
        """Return the heights of rows whose text takes several lines, in points; the title's too."""
        lines: dict[int, int] = {}
        for row, column, value in self._wrapped:
            width = float(self.sheet.column_dimensions[LETTERS[column - 1]].width)
            lines[row] = max(lines.get(row, 1), line_count(value, width - MARGIN))
        several = {row: ROW_POINTS * count + 2.0 for row, count in lines.items() if count > 1}
        return {1: TITLE_POINTS, **several}

    @property
    def last_row(self) -> int:
        """The last row with anything in it."""
        return max(self._cells)

    def _put(self, row: int, column: int, cell: str) -> None:
        cells = self._cells.setdefault(row, {})
        if column in cells:
            raise RuntimeError(f"{self.title}: row {row}, column {column} is written twice")
        cells[column] = cell

    def _style(self, role: str, number_format: str, *, quoted: bool = False) -> int:
        key = (role, number_format, quoted)
        if key not in self._ids:
            made = self.styles.get(role, number_format, quoted=quoted)
            book: Any = self.sheet.parent  # any: its table of styles is untyped
            self._ids[key] = int(book._cell_styles.add(made))
        return self._ids[key]

    def _finite(self, value: float, row: int, column: int) -> str:
        value = float(value)
        if not math.isfinite(value):
            raise NotFiniteCell(f"{self.title}: {value} in row {row}, column {column}")
        return repr(value)
