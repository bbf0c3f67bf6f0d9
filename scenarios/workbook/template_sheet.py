"""One sheet of a template: notes, a table to fill in, and the checks that its cells make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.scenarios.tables import Numbers, number_range

FONT, INK, BLUE, INPUT_BLUE, YELLOW = "Arial", "1F2933", "12436D", "0000C0", "FFFBE0"
TITLE = Font(name=FONT, size=16, bold=True, color=BLUE)
PLAIN = Font(name=FONT, size=11, color=INK)
BOLD = Font(name=FONT, size=11, bold=True, color=INK)
HEADER = Font(name=FONT, size=11, bold=True, color="FFFFFF")
INPUT = Font(name=FONT, size=11, color=INPUT_BLUE)
HEADER_FILL = PatternFill("solid", start_color=BLUE, end_color=BLUE)
INPUT_FILL = PatternFill("solid", start_color=YELLOW, end_color=YELLOW)
RULE = Border(bottom=Side(style="thin", color="D0D5DB"))
LEFT = Alignment(vertical="top", horizontal="left", wrap_text=True, indent=1)
RIGHT = Alignment(vertical="top", horizontal="right")
HEADING_ROW = 6
LINE, WIDER = 15.0, 0.95
PAPER, COLUMN = 100.0, 9.0
"""Characters that a page holds at full size, and an empty column."""
NOT_PARTED = {"year"}
"""Columns whose whole numbers are not parted by thousands."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class TemplateSheet:
    """A sheet under construction: title, notes above, one table from the heading row on."""

    def __init__(self, book: Workbook, title: str, notes: Sequence[str]) -> None:
        self.book = book
        self.sheet: Worksheet = book.create_sheet(title)
        self.put(1, 1, title, TITLE)
        for row, note in enumerate(notes, start=2):
            self.put(row, 1, note, PLAIN)
        self.sheet.sheet_view.showGridLines = False

    def put(self, row: int, column: int, value: object, font: Font = PLAIN) -> Cell:
        """Write a cell; text is never a formula."""
        cell: Any = self.sheet.cell(row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
            cell.quotePrefix = value.startswith(FORMULA_STARTS)
        cell.font = font
        return cell  # type: ignore[no-any-return]

    def input(self, row: int, column: int, value: object, *, parted: bool = False) -> None:
        """Write a cell that may be typed over, empty for nothing; `parted` by thousands."""
        cell = self.put(row, column, value, INPUT)
        cell.fill, cell.border = INPUT_FILL, RULE
        cell.protection = Protection(locked=False)
        text = not isinstance(value, int | float)
        cell.alignment = LEFT if text else RIGHT
        if isinstance(value, str):
            cell.number_format = "@"
        elif parted:
            cell.number_format = "#,##0"

    def table(
        self,
        name: str,
        headings: Mapping[str, str],
        rows: Sequence[Sequence[object]],
        fixed: Sequence[str] = (),
        spare: int = 0,
    ) -> None:
        """Write a table under its headings, each with a unit above it, and give it a name.

        Columns of `fixed` are what rows are of, not to be changed; `spare` rows follow, empty.
        """  # fmt: skip
        right = {
            heading
            for heading, values in zip(headings, zip(*rows, strict=True), strict=False)
            if all(isinstance(value, int | float) for value in values)
        }
        for column, (heading, unit) in enumerate(headings.items(), start=1):
            counted = heading in right
            self.put(HEADING_ROW - 1, column, unit, BOLD).alignment = RIGHT if counted else LEFT
            cell = self.put(HEADING_ROW, column, heading, HEADER)
            cell.fill, cell.alignment = HEADER_FILL, RIGHT if counted else LEFT
        empty: list[object] = [None] * len(headings)
        for row, values in enumerate([*rows, *[empty] * spare], start=HEADING_ROW + 1):
            for column, (heading, value) in enumerate(zip(headings, values, strict=True), start=1):
                if heading in fixed:
                    cell = self.put(row, column, value)
                    cell.border, cell.alignment = RULE, LEFT
                else:
                    whole = isinstance(value, int | float) and float(value).is_integer()
                    self.input(row, column, value, parted=whole and heading not in NOT_PARTED)
        last = HEADING_ROW + len(rows) + spare
        span = f"$A${HEADING_ROW}:${get_column_letter(len(headings))}${last}"
        define(self.book, name, f"{quote_sheetname(self.sheet.title)}!{span}")
        self.last, self.filled = last, HEADING_ROW + len(rows)
        self.sheet.freeze_panes = f"A{HEADING_ROW + 1}"

    def finish(self, widths: Sequence[float]) -> None:
        """Set the widths of the columns, in characters, make long text wrap, and set up to print.

        Protected without a password; printed as far as rows are filled.
        """
        sheet = self.sheet
        for column, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        above = HEADING_ROW - 2
        for row, cells in enumerate(sheet.iter_rows(above, self.filled), start=above):
            lines = max(
                math.ceil(len(str(cell.value or "")) * WIDER / width)
                for cell, width in zip(cells, widths, strict=False)
            )
            if lines > 1:
                sheet.row_dimensions[row].height = LINE * lines
        columns = len(widths) + math.ceil(max(0.0, PAPER - sum(widths)) / COLUMN)
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False
        sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
        sheet.print_area = f"A1:{get_column_letter(columns)}{self.filled}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9
        sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
        sheet.page_setup.fitToHeight = 0
        sheet.oddFooter.center.text = "&F, &A, page &P of &N"  # type: ignore[union-attr]

    def numbers(self, where: str, kind: Numbers, unit: str) -> None:
        """Refuse in Excel what is no number of a kind; the prompt says the unit."""
        wanted = number_range(kind)
        check = DataValidation(
            type="whole" if kind.whole else "decimal",
            operator="between",
            formula1=f"{max(kind.low, -1e12):.10g}",
            formula2=f"{min(kind.high, 1e12):.10g}",
            allow_blank=True,
        )
        self._check(check, where, f"Type {wanted}; unit: {unit}.", f"{wanted}, unit: {unit}")

    def choices(self, where: str, listed: str, what: str) -> None:
        """Refuse in Excel what is not in a list: names parted by commas in quotes, or a range."""
        check = DataValidation(type="list", formula1=listed, allow_blank=True)
        self._check(check, where, f"Choose {what} from the list.", f"{what}, from the list")

    def _check(self, check: DataValidation, where: str, error: str, prompt: str) -> None:
        check.showErrorMessage, check.showInputMessage = True, True
        check.errorTitle, check.error = "Not possible here", error[:220]
        check.promptTitle, check.prompt = "Input", (prompt[:1].upper() + prompt[1:])[:220]
        check.add(where)
        self.sheet.add_data_validation(check)


def define(book: Workbook, name: str, address: str) -> None:
    """Give a cell or a block a name."""
    book.defined_names[name] = DefinedName(name, attr_text=address)
