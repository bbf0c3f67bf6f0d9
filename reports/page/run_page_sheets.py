"""Sheets of the report's workbook as chapters of its page: the same words, numbers and formats."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.page.run_page_charts import pictures_of
from hepaplan.reports.study.pages import Page, Shown
from hepaplan.reports.style import GENERAL

NOTES_FROM = 3
CONTINUED = "    "
"""How the sheets begin a line that continues the one above."""
MOST_OPEN = 40
"""Tables with more rows are folded away until they are asked for, and printed."""

Corners = tuple[int, int, int, int]
"""First column, first row, last column, last row."""


def chapter_of(
    workbook: Workbook, title: str, linked: str = "", wanted: Collection[str] = ()
) -> Page | None:
    """Return a sheet as a chapter, None where it has no text of its own, as a live sheet has not.

    Tables that the workbook does not print are named and not shown, unless their names are
    `wanted`: the pictures show what they hold. Addresses in the column `linked` become links.
    """
    sheet: Any = workbook[title]
    if _value(sheet, 1, 1) is None:
        return None
    places = [_corners(table.ref) for table in sheet.tables.values()]
    header_row = min((top for _, top, _, _ in places), default=_first_row_below(sheet) - 1)
    printed = _printed(sheet)
    shown, kept = [], []
    for name, reference in sheet.tables.items():
        corners = _corners(reference)
        area = next((area for area in printed if _begins_in(corners, area)), None)
        made = _table(sheet, name, corners, area, linked)
        if area is None and name not in wanted:
            kept.append(f"{made.caption} ({len(made.frame):,} rows)")
        else:
            shown.append((corners[1], corners[0], made))
    shown += _empty(sheet, header_row, {left for left, _, _, _ in places})
    notes = tuple(_notes(sheet, header_row - 1))
    if kept:
        notes = (*notes, f"Only in the workbook, sheet {title}: {'; '.join(kept)}.")
    return Page(
        title,
        str(_value(sheet, 2, 1) or ""),
        notes,
        pictures_of(workbook, title),
        tuple(made for _, _, made in sorted(shown, key=lambda each: each[:2])),
    )


def _value(sheet: Any, row: int, column: int) -> object:
    """Return what stands in a cell; asking the sheet itself would make a cell where none is."""
    cell = sheet._cells.get((row, column))
    return None if cell is None else cell.value


def _corners(reference: str) -> Corners:
    left, top, right, bottom = range_boundaries(reference)
    assert None not in (left, top, right, bottom)
    return int(left or 0), int(top or 0), int(right or 0), int(bottom or 0)


def _printed(sheet: Any) -> list[Corners]:
    """Return the areas that a sheet prints; all of it where it names none."""
    named = [part.rpartition("!")[2] for part in str(sheet.print_area or "").split(",")]
    return [_corners(part) for part in named if part] or [(1, 1, sheet.max_column, sheet.max_row)]


def _begins_in(corners: Corners, area: Corners) -> bool:
    return area[0] <= corners[0] <= area[2] and area[1] <= corners[1] <= area[3]


def _first_row_below(sheet: Any) -> int:
    """Return the first row below those that stay in view."""
    return int(_corners(sheet.freeze_panes)[1]) if sheet.freeze_panes else sheet.max_row + 2


def _notes(sheet: Any, before: int) -> Iterator[str]:
    """Yield the notes above the tables, each put together again from its lines."""
    note = ""
    for row in range(NOTES_FROM, before):
        line = _value(sheet, row, 1)
        if not isinstance(line, str):
            continue
        if line.startswith(CONTINUED):
            note = f"{note} {line.strip()}"
            continue
        if note:
            yield note
        note = line
    if note:
        yield note


def _table(sheet: Any, name: str, corners: Corners, area: Corners | None, linked: str) -> Shown:
    left, top, right, bottom = corners
    columns: dict[str, list[object]] = {}
    formats: dict[str, str] = {}
    mixed: dict[str, tuple[str, ...]] = {}
    for column in range(left, right + 1):
        heading = str(sheet.cell(top, column).value)
        cells = [sheet.cell(row, column) for row in range(top + 1, bottom + 1)]
        columns[heading] = [cell.value for cell in cells]
        each = tuple(_format(cell) for cell in cells)
        kinds = set(each) - {GENERAL}
        if len(kinds) > 1 or (kinds and not all(_fits(cell, kinds) for cell in cells)):
            mixed[heading] = each
        elif kinds:
            formats[heading] = kinds.pop()
    frame = pd.DataFrame(columns, dtype=object)
    return Shown(
        name,
        str(_value(sheet, top - 1, left) or name),
        frame,
        formats,
        unprinted=max(0, right - area[2]) if area else 0,
        cell_formats=mixed,
        folded=len(frame) > MOST_OPEN,
        linked=linked,
    )


def _format(cell: Any) -> str:
    """Return the number format of a cell; of a text none matters."""
    return GENERAL if isinstance(cell.value, str) else str(cell.number_format)


def _fits(cell: Any, kinds: set[str]) -> bool:
    return isinstance(cell.value, str) or str(cell.number_format) in kinds


def _empty(sheet: Any, header_row: int, taken: set[int]) -> Iterator[tuple[int, int, Shown]]:
    """Yield the captions under which a sheet says in words that there is nothing to show."""
    for column in range(1, sheet.max_column + 1):
        caption = _value(sheet, header_row - 1, column)
        said = _value(sheet, header_row, column)
        if column not in taken and isinstance(caption, str) and isinstance(said, str):
            made = Shown(f"absent_{column}", caption, pd.DataFrame(), absent=said)
            yield header_row, column, made
