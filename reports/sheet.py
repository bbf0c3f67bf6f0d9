"""One sheet: a title, a line saying what it is, and tables and charts side by side under it."""

from __future__ import annotations

import datetime
import itertools
import math
import numbers
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.reports.blocks import (
    WIDEST,
    WIDEST_BESIDE_CHARTS,
    Block,
    Placed,
    clean_text,
    fitting_width,
    line_count,
)
from hepaplan.reports.output import FORMULA_STARTS
from hepaplan.reports.saving import set_page
from hepaplan.reports.style import GENERAL, Styles

ROW_POINTS = 15.0
LINE = 170
GAP = 3.0
CAPTION_LETTER = 1.25  # a bold letter of a caption, in widths of a digit
CHART_COLUMNS = 8
CHART_COLUMN_WIDTH = 10.0
CHART_ROWS = 17
CHART_ROWS_A_PAGE = 2
MOST_LINES_ABOVE = 11  # more lines of notes and headings leave room for one row of charts
VERDICTS = {
    "passed": "verdict pass",
    "FAILED": "verdict fail",
    "not applicable": "absent text",
    "left out": "absent text",
}
"""The look of texts that are verdicts; those that judge nothing are grey."""
TABLE_LOOK = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)


class NotFinite(ValueError):
    """A number on its way into a cell is NaN or infinite, which Excel would show as a blank."""


@dataclass
class Area:
    """Columns that print together, and the last row used in them."""

    first_column: int
    last_column: int
    last_row: int


class SheetWriter:
    """Writes one sheet; each cell once. Tables share one header row, which stays in view."""

    def __init__(
        self,
        workbook: Workbook,
        styles: Styles,
        title: str,
        about: str,
        notes: Sequence[str] = (),
        heading: str = "",
    ) -> None:
        """Start a sheet with its heading (or title) in A1, what it is in A2, and notes below."""
        self.sheet: Worksheet = workbook[title]
        self.styles = styles
        self.areas: dict[int, Area] = {}
        self.lines: dict[int, int] = {}
        self.written: set[tuple[int, int]] = set()
        self.put(1, 1, heading or title, "title")
        self.put(2, 1, about, "about")
        row = 3
        for note in notes:
            role = "warning" if note.startswith("ILLUSTRATIVE") else "note"
            row = self.put_lines(row, note, role)
        self.caption_row = row + 1
        self.header_row = row + 2
        self.next_column = 1
        self.chart_rows = 0

    def put(
        self, row: int, column: int, value: object, role: str, number_format: str = GENERAL
    ) -> None:
        """Write one value: text as text, numbers finite, nothing as "n/a"; never the cell twice."""
        if (row, column) in self.written:
            raise RuntimeError(f"{self.sheet.title}: row {row}, column {column} is written twice")
        self.written.add((row, column))
        cell: Any = self.sheet.cell(row, column)  # any: its style is untyped
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if isinstance(value, str):
            cell.value = clean_text(value)
            cell.data_type = "s"
            quoted = value.startswith(FORMULA_STARTS)
            cell._style = self.styles.get(role, quoted=quoted)
        elif isinstance(value, datetime.date):
            cell.value = value
            cell._style = self.styles.get(role, number_format)
        elif isinstance(value, numbers.Real):
            number = int(value) if isinstance(value, numbers.Integral) else float(value)
            if not math.isfinite(number):
                raise NotFinite(f"{self.sheet.title}: {number} in row {row}, column {column}")
            cell.value = number
            cell._style = self.styles.get(role, number_format)
        elif value is None:
            cell.value = "n/a"
            cell._style = self.styles.get("absent" if role == "number" else "absent text")
        else:
            raise TypeError(f"{self.sheet.title}: a cell cannot hold {type(value).__name__}")

    def dress(self, row: int, first: int, last: int, role: str) -> None:
        """Give cells of a row a look and no value, so that text beside them can run over them."""
        for column in range(first, last + 1):
            cell: Any = self.sheet.cell(row, column)
            cell._style = self.styles.get(role)

    def put_lines(self, row: int, text: str, role: str, width: int = LINE) -> int:
        """Write a text in as many rows as it needs to be read on paper; return the next row."""
        for line in textwrap.wrap(text, width, subsequent_indent="    "):
            self.put(row, 1, line, role)
            row += 1
        return row

    def add_table(self, block: Block, *, row: int | None = None, column: int = 1) -> Placed:
        """Place a table to the right of what is there (or at `row` and `column`, widths kept)."""
        top = self.header_row if row is None else row
        left = self.next_column if row is None else column
        self.put(top - 1, left, block.caption, "caption")
        placed = Placed(self.sheet, block.frame, top, left)
        if block.frame.empty:
            self.put(top, left, block.absent, "note")
            self._use(block.page, left, left, top)
            if row is None:
                self.sheet.column_dimensions[get_column_letter(left)].width = max(
                    32.0, len(block.absent) + 2.0, len(block.caption) * CAPTION_LETTER
                )
                self._skip(left + 1)
            return placed
        headings = [str(heading) for heading in block.frame.columns]
        if len({heading.casefold() for heading in headings}) < len(headings):
            raise ValueError(f"{block.name}: two columns have the same heading: {headings}")
        most_lines = 1
        for offset, heading in enumerate(headings):
            width = self._write_column(
                block,
                heading,
                top,
                left + offset,
                fixed=row is not None,
                wrap=offset < len(headings) - block.unprinted,
            )
            most_lines = max(most_lines, line_count(heading, width - 2.5))
        self.lines[top] = max(self.lines.get(top, 1), most_lines)
        last_row, last_column = top + len(block.frame), left + len(headings) - 1
        corner = f"{get_column_letter(last_column)}{last_row}"
        table = Table(displayName=block.name, ref=f"{get_column_letter(left)}{top}:{corner}")
        table.tableStyleInfo = TABLE_LOOK
        self.sheet.add_table(table)
        self._use(block.page, left, last_column - block.unprinted, last_row)
        if row is None:
            self._skip(last_column + 1)
        return placed

    def _write_column(
        self, block: Block, heading: str, top: int, column: int, *, fixed: bool, wrap: bool
    ) -> float:
        values = block.frame[heading].tolist()
        dimension = self.sheet.column_dimensions[get_column_letter(column)]
        if fixed:
            width = float(dimension.width)
        else:
            widest = WIDEST_BESIDE_CHARTS if self.chart_rows else WIDEST
            width = block.widths.get(heading) or fitting_width(heading, values, widest)
            dimension.width = width
        numeric = any(isinstance(v, numbers.Real | datetime.date) for v in values) and not any(
            isinstance(v, bool) for v in values
        )
        self.put(top, column, heading, "header right" if numeric else "header")
        number_format = block.formats.get(heading, GENERAL)
        each = block.row_formats if heading in block.by_row else block.cell_formats.get(heading)
        for offset, value in enumerate(values, start=1):
            if isinstance(value, str):
                lines = line_count(value, width - 1.5) if wrap else 1
                role = "wrapped" if lines > 1 else "text"
                if lines > 1:
                    row = top + offset
                    self.lines[row] = max(self.lines.get(row, 1), lines)
                role = VERDICTS.get(value, role)
            else:
                role = "number" if numeric else "text"
            chosen = each[offset - 1] if each else number_format
            to = block.links.get(heading, ())
            if to and to[offset - 1] and isinstance(value, str):
                self.link_text(top + offset, column, value, to[offset - 1], f"link {role}")
            else:
                self.put(top + offset, column, value, role, chosen)
        return width

    def link(self, row: int, column: int, sheet: str) -> None:
        """Write a sheet's name as a link to its first cell."""
        self.link_text(row, column, sheet, f"'{sheet}'!A1")

    def link_text(
        self, row: int, column: int, text: str, location: str, role: str = "link"
    ) -> None:
        """Write a text as a link to a place in the workbook; plainly where there is no place."""
        self.put(row, column, text, role if location else "text")
        if location:
            cell: Any = self.sheet.cell(row, column)
            shown = clean_text(text)
            cell._hyperlink = Hyperlink(ref=cell.coordinate, location=location, display=shown)

    def chart_grid(self, charts: int, caption: str) -> list[str]:
        """Keep the leftmost columns free for charts, two abreast; return their top left cells."""
        if charts == 0:
            return []
        self.put(self.caption_row, 1, caption, "caption")
        across = 2 * CHART_COLUMNS + 1
        for column in range(1, across + 1):
            width = GAP if column == CHART_COLUMNS + 1 else CHART_COLUMN_WIDTH
            self.sheet.column_dimensions[get_column_letter(column)].width = width
        self.chart_rows = math.ceil(charts / 2)
        self._skip(across + 1)
        first = self.header_row + 1
        return [
            f"{get_column_letter(1 + i % 2 * (CHART_COLUMNS + 1))}{first + i // 2 * CHART_ROWS}"
            for i in range(charts)
        ]

    def _skip(self, column: int) -> None:
        self.sheet.column_dimensions[get_column_letter(column)].width = GAP
        self.next_column = column + 1

    def _use(self, page: int, first: int, last: int, last_row: int) -> None:
        if page == 0:
            return
        area = self.areas.setdefault(page, Area(first, last, last_row))
        area.first_column = min(area.first_column, first)
        area.last_column = max(area.last_column, last)
        area.last_row = max(area.last_row, last_row)

    def finish(self, version: str, *, freeze_row: int | None = None) -> None:
        """Set row heights, frozen rows and how the sheet prints."""
        sheet = self.sheet
        sheet.row_dimensions[1].height = 24.0
        for row, lines in self.lines.items():
            if lines > 1:
                sheet.row_dimensions[row].height = ROW_POINTS * lines + 2.0
        frozen = self.header_row if freeze_row is None else freeze_row
        sheet.freeze_panes = f"A{frozen + 1}"
        set_page(sheet, version)
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.footer = 0.5, 0.6, 0.3
        sheet.print_title_rows = f"{min(self.caption_row, frozen)}:{frozen}"
        sheet.print_area = [*self._chart_areas(), *self.table_areas()]

    def _chart_areas(self) -> list[str]:
        """Return one printed area for each page of charts, so that none is cut in two."""
        last = get_column_letter(2 * CHART_COLUMNS + 2)
        above = self.header_row + self.lines.get(self.header_row, 1) - 1
        first = CHART_ROWS_A_PAGE if above <= MOST_LINES_ABOVE else 1
        breaks = [0, *range(first, self.chart_rows, CHART_ROWS_A_PAGE), self.chart_rows]
        areas = []
        for start, end in itertools.pairwise(breaks if self.chart_rows else ()):
            top = 1 if start == 0 else self.header_row + 1 + start * CHART_ROWS
            areas.append(f"A{top}:{last}{self.header_row + end * CHART_ROWS}")
        return areas

    def table_areas(self) -> list[str]:
        """Return the printed area of each page of tables."""
        areas = []
        for _, area in sorted(self.areas.items()):
            top = 1 if area.first_column == 1 else self.caption_row
            first, last = get_column_letter(area.first_column), get_column_letter(area.last_column)
            areas.append(f"{first}{top}:{last}{area.last_row}")
        return areas
