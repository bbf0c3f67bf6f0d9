"""One sheet: a title, a line saying what it is, and tables and charts side by side under it."""

from __future__ import annotations

import datetime
import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.chart import Reference
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break, RowBreak
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.reports.output import FORMULA_STARTS
from hepaplan.reports.style import GENERAL, Styles

ROW_POINTS = 15.0
CELL_LIMIT = 32_767
CUT = " … [cut]"
WIDEST = 60.0
GAP = 3.0
CHART_COLUMNS = 8
CHART_COLUMN_WIDTH = 10.5
CHART_ROWS = 17
TABLE_LOOK = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)


class NotFinite(ValueError):
    """A number on its way into a cell is NaN or infinite, which Excel would show as a blank."""


def clean_text(text: str) -> str:
    """Return text a cell can hold: control characters shown as a mark, and cut visibly if long."""
    readable = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    if len(readable) > CELL_LIMIT:
        readable = readable[: CELL_LIMIT - len(CUT)] + CUT
    return readable


def as_dates(months: pd.Series) -> pd.Series:
    """Return months written "2027-01" as the dates of their first days."""
    known = {m: datetime.date(int(m[:4]), int(m[5:7]), 1) for m in months.unique()}
    return months.map(known).astype(object)


@dataclass(frozen=True)
class Block:
    """A table to place: its Excel name, its caption, its rows under readable headings.

    `formats` gives number formats by heading; `row_formats` one for each row, used by the
    headings in `by_row`. A block on page 0 is for the screen and is not printed.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    row_formats: Sequence[str] = ()
    by_row: frozenset[str] = frozenset()
    widths: Mapping[str, float] = field(default_factory=dict)
    page: int = 1


@dataclass(frozen=True)
class Placed:
    """Where a table went, so that charts can point at it."""

    sheet: Worksheet
    frame: pd.DataFrame
    top: int
    left: int

    def reference(self, heading: str, first: int = 0, count: int | None = None) -> Reference:
        """Return the cells of a column, from row `first` of the table on."""
        column = self.left + list(self.frame.columns).index(heading)
        rows = len(self.frame) - first if count is None else count
        start = self.top + 1 + first
        return Reference(
            self.sheet, min_col=column, min_row=start, max_col=column, max_row=start + rows - 1
        )


@dataclass
class Area:
    """Columns that print together, and the last row used in them."""

    first_column: int
    last_column: int
    last_row: int


class SheetWriter:
    """Writes one sheet; each cell once. Tables share one header row, which stays in view."""

    def __init__(
        self, workbook: Workbook, styles: Styles, title: str, about: str, notes: Sequence[str] = ()
    ) -> None:
        """Start a sheet with its title in A1, what it is in A2, and notes below."""
        self.sheet: Worksheet = workbook[title]
        self.styles = styles
        self.areas: dict[int, Area] = {}
        self.lines: dict[int, int] = {}
        self.written: set[tuple[int, int]] = set()
        self.put(1, 1, title, "title")
        self.put(2, 1, about, "about")
        row = 3
        for note in notes:
            if note:
                self.put(row, 1, note, "warning" if note.startswith("ILLUSTRATIVE") else "note")
                row += 1
        self.caption_row = row + 1
        self.header_row = row + 2
        self.next_column = 1
        self.chart_steps = 0

    def put(
        self, row: int, column: int, value: object, role: str, number_format: str = GENERAL
    ) -> None:
        """Write one value: text as text, numbers finite, nothing as "n/a"; never the cell twice."""
        if (row, column) in self.written:
            raise RuntimeError(f"{self.sheet.title}: row {row}, column {column} is written twice")
        self.written.add((row, column))
        cell = self.sheet.cell(row, column)
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
            cell._style = self.styles.get("absent")
        else:
            raise TypeError(f"{self.sheet.title}: a cell cannot hold {type(value).__name__}")

    def add_table(self, block: Block, *, row: int | None = None) -> Placed:
        """Place a table to the right of what is there (or at `row`, from the first column)."""
        top = self.header_row if row is None else row
        left = self.next_column if row is None else 1
        self.put(top - 1, left, block.caption, "caption")
        placed = Placed(self.sheet, block.frame, top, left)
        if block.frame.empty:
            self.put(top, left, "Nothing to show in this run.", "note")
            self._use(block.page, left, left, top)
            self.sheet.column_dimensions[get_column_letter(left)].width = 32.0
            if row is None:
                self._skip(left + 1)
            return placed
        headings = [str(heading) for heading in block.frame.columns]
        if len({heading.casefold() for heading in headings}) < len(headings):
            raise ValueError(f"{block.name}: two columns have the same heading: {headings}")
        most_lines = 1
        for offset, heading in enumerate(headings):
            width = self._write_column(block, heading, top, left + offset, fixed=row is not None)
            most_lines = max(most_lines, _line_count(heading, width - 2.5))
        self.lines[top] = max(self.lines.get(top, 1), most_lines)
        last_row, last_column = top + len(block.frame), left + len(headings) - 1
        corner = f"{get_column_letter(last_column)}{last_row}"
        table = Table(displayName=block.name, ref=f"{get_column_letter(left)}{top}:{corner}")
        table.tableStyleInfo = TABLE_LOOK
        self.sheet.add_table(table)
        self._use(block.page, left, last_column, last_row)
        if row is None:
            self._skip(last_column + 1)
        return placed

    def _write_column(
        self, block: Block, heading: str, top: int, column: int, *, fixed: bool
    ) -> float:
        values = block.frame[heading].tolist()
        dimension = self.sheet.column_dimensions[get_column_letter(column)]
        if fixed:
            width = float(dimension.width)
        else:
            width = block.widths.get(heading) or _fitting_width(heading, values)
            dimension.width = width
        numeric = any(isinstance(v, numbers.Real | datetime.date) for v in values) and not any(
            isinstance(v, bool) for v in values
        )
        self.put(top, column, heading, "header right" if numeric else "header")
        number_format = block.formats.get(heading, GENERAL)
        by_row = heading in block.by_row
        for offset, value in enumerate(values, start=1):
            if isinstance(value, str):
                lines = _line_count(value, width)
                role = "wrapped" if lines > 1 else "text"
                if lines > 1:
                    row = top + offset
                    self.lines[row] = max(self.lines.get(row, 1), lines)
                if value in ("passed", "FAILED"):
                    role = "verdict pass" if value == "passed" else "verdict fail"
            else:
                role = "text" if isinstance(value, bool) else "number"
            chosen = block.row_formats[offset - 1] if by_row else number_format
            self.put(top + offset, column, value, role, chosen)
        return width

    def link(self, row: int, column: int, sheet: str) -> None:
        """Write a sheet's name as a link to its first cell."""
        self.put(row, column, sheet, "link")
        cell = self.sheet.cell(row, column)
        cell._hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1", display=sheet)

    def chart_column(self, charts: int, *, page: int = 1) -> list[str]:
        """Keep columns free for charts, one below the other; return their top left cells."""
        left = self.next_column
        for column in range(left, left + CHART_COLUMNS):
            dimension = self.sheet.column_dimensions[get_column_letter(column)]
            dimension.width = CHART_COLUMN_WIDTH
        if charts:
            last = self.header_row + charts * CHART_ROWS - 1
            self._use(page, left, left + CHART_COLUMNS - 1, last)
            self.chart_steps = max(self.chart_steps, charts)
        self._skip(left + CHART_COLUMNS)
        letter = get_column_letter(left)
        return [f"{letter}{self.header_row + i * CHART_ROWS}" for i in range(charts)]

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
        sheet.sheet_view.showGridLines = False
        sheet.sheet_view.zoomScale = 90
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.footer = 0.5, 0.6, 0.3
        sheet.print_title_rows = f"1:{frozen}"
        sheet.print_area = [
            f"{get_column_letter(a.first_column)}1:{get_column_letter(a.last_column)}{a.last_row}"
            for _, a in sorted(self.areas.items())
        ]
        sheet.oddFooter.left.text = "&F"
        sheet.oddFooter.center.text = f"&A - hepaplan {version}"
        sheet.oddFooter.right.text = "Page &P of &N"
        self._break_between_charts()

    def _break_between_charts(self) -> None:
        """Start a page where a chart starts, so that none is cut in two."""
        per_page = self._charts_per_page()
        breaks = RowBreak()
        for step in range(per_page, self.chart_steps, per_page):
            breaks.append(Break(id=self.header_row + step * CHART_ROWS - 1))
        self.sheet.row_breaks = breaks

    def _charts_per_page(self) -> int:
        widest = max(
            (
                sum(
                    self.sheet.column_dimensions[get_column_letter(c)].width
                    for c in range(area.first_column, area.last_column + 1)
                )
                for area in self.areas.values()
            ),
            default=100.0,
        )
        scale = min(1.0, 10.89 * 72 / (widest * 6.0))
        heading = ROW_POINTS * (self.header_row + 2 + self.lines.get(self.header_row, 1))
        room = (8.27 - 1.1) * 72 / scale - heading
        return max(1, math.floor(room / (CHART_ROWS * ROW_POINTS)))


def _line_count(text: str, width: float) -> int:
    """Return how many lines a text takes in a column, a little on the safe side."""
    total = 0
    for paragraph in text.split("\n"):
        lines, used = 1, 0.0
        for word in paragraph.split(" "):
            size = len(word) * 1.02
            if used and used + 1 + size > width:
                lines, used = lines + 1, size
            else:
                used += size + (1 if used else 0)
            if used > width:
                lines += math.ceil(used / width) - 1
                used = used % width
        total += lines
    return total


def _fitting_width(heading: str, values: Sequence[object]) -> float:
    longest_word = max((len(word) for word in heading.split()), default=1)
    least = max(longest_word + 4.0, math.ceil(len(heading) / 3) + 4.0, 9.0)
    texts = {v for v in values if isinstance(v, str)}
    longest = max((len(text) for text in texts), default=0) + 2.0
    return max(least, min(longest, WIDEST), 12.0 if not texts else 0.0)
