"""What a sheet places: a table with its headings and formats, and the text that cells can hold."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from openpyxl.chart import Reference
from openpyxl.utils import coordinate_to_tuple, get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.reports.readable_text import clean

CELL_LIMIT = 32_767
CUT = " … [cut]"
WIDEST = 60.0
WIDEST_BESIDE_CHARTS = 110.0


def clean_text(text: str) -> str:
    """Return text a cell can hold: control characters shown as a mark, and cut visibly if long.

    A character that XML does not know would spoil the whole file, and openpyxl lets some by.
    """
    readable = clean(text)
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
    headings in `by_row`; `cell_formats` one for each cell of a column. A block on page 0 is for
    the screen and is not printed, nor are the last `unprinted` columns of any other. `absent` is
    what is said where there are no rows. `links` gives, for each cell of a column of texts, the
    place in the workbook that it leads to, nothing where it leads nowhere.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    row_formats: Sequence[str] = ()
    by_row: frozenset[str] = frozenset()
    widths: Mapping[str, float] = field(default_factory=dict)
    page: int = 1
    unprinted: int = 0
    cell_formats: Mapping[str, Sequence[str]] = field(default_factory=dict)
    absent: str = "Nothing to show in this run."
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)


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


def line_count(text: str, width: float) -> int:
    """Return how many lines a text takes in a column, a little on the safe side."""
    total = 0
    for paragraph in text.split("\n"):
        lines, used = 1, 0.0
        for word in paragraph.split(" "):
            size = len(word) * 0.88
            if used and used + 1 + size > width:
                lines, used = lines + 1, size
            else:
                used += size + (1 if used else 0)
            if used > width:
                lines += math.ceil(used / width) - 1
                used = used % width
        total += lines
    return total


def fitting_width(heading: str, values: Sequence[object], widest: float = WIDEST) -> float:
    """Return a width, in digits, that shows a heading in two lines and texts up to a limit."""
    longest_word = max((len(word) for word in heading.split()), default=1)
    least = max(longest_word + 4.0, math.ceil(len(heading) / 2) + 5.0, 9.0)
    texts = {v for v in values if isinstance(v, str)}
    longest = max((len(text) for text in texts), default=0) + 3.0
    return max(least, min(longest, widest), 12.0 if not texts else 0.0)


def place_of(workbook: Workbook, sheet: str, table: str = "") -> str:
    """Return where a link to a sheet, or to the caption of a table on it, leads; nothing if absent.

    Tables that are not written yet are not found: what links to them is written after them.
    """
    if sheet not in workbook.sheetnames:
        return ""
    tables: Any = workbook[sheet].tables  # any: its methods are untyped
    found = tables.get(table)
    row, column = (1, 1) if found is None else coordinate_to_tuple(found.ref.split(":")[0])
    return f"'{sheet}'!{get_column_letter(column)}{max(row - 1, 1)}"
