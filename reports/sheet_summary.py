"""The sheet Summary: the answer in sentences, key figures, the evidence sets, what is short."""

from __future__ import annotations

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import value_views, views
from hepaplan.reports.blocks import Block
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.sheet_records import verdict
from hepaplan.reports.style import MONTH, SHARE, WHOLE, Styles, format_for_unit

TITLE = "Summary"
WIDTHS = (62.0, 30.0, 19.0, 19.0, 19.0, 19.0)
TEXT_WIDTH = sum(WIDTHS)
MOST_SHORT = 8


def write(
    workbook: Workbook, styles: Styles, content: ReportContent, contents: dict[str, str]
) -> None:
    """Write the sheet; `contents` says what each other sheet holds."""
    sheet = SheetWriter(workbook, styles, TITLE, content.title)
    for column, width in enumerate(WIDTHS, start=1):
        sheet.sheet.column_dimensions[get_column_letter(column)].width = width
    row = _sentences(sheet, content)
    frame, units = value_views.key_figures(content)
    row = _table(sheet, row, "key_figures", "Key figures", frame, units)
    frame, units = value_views.evidence_sets(content)
    caption = (
        "Do half or a quarter of patients develop liver metastases? The evidence sets compared"
    )
    row = _table(sheet, row, "evidence_sets", caption, frame, units)
    short = views.bottlenecks(content, MOST_SHORT)
    formats = {"Mean share used": SHARE, "First month full": MONTH, "Months full": WHOLE}
    marked = " (illustrative sites)" if content.site_note else ""
    sheet.add_table(Block("what_is_short", f"What is short{marked}", short, formats), row=row + 2)
    row += len(short) + 5
    sheet.put(row - 1, 1, "Where to find what", "caption")
    for offset, (name, about) in enumerate(contents.items()):
        sheet.link(row + offset, 1, name)
        sheet.put(row + offset, 2, about, "about")
    sheet.areas[1].last_column = len(WIDTHS)
    sheet.finish(content.version, freeze_row=2)


def _sentences(sheet: SheetWriter, content: ReportContent) -> int:
    words, passed = verdict(content)
    row = sheet.put_lines(3, content.question, "about")
    row = sheet.put_lines(row, f"Plan: {content.status}. {words}", "pass" if passed else "fail")
    row = sheet.put_lines(row, content.site_note, "warning")
    sheet.put(row + 1, 1, "In short", "caption")
    row += 2
    for number, sentence in enumerate(content.headlines, start=1):
        row = sheet.put_lines(row, f"{number}. {sentence}", "about")
    return row


def _table(
    sheet: SheetWriter, row: int, name: str, caption: str, frame: pd.DataFrame, units: list[str]
) -> int:
    numbers = frozenset(frame.columns[2:])
    formats = [format_for_unit(unit, _size(frame.iloc[i, 2:])) for i, unit in enumerate(units)]
    block = Block(name, caption, frame, {}, formats, numbers)
    sheet.add_table(block, row=row + 2)
    return row + 3 + len(frame)


def _size(row: pd.Series[float]) -> float:
    return max((abs(float(v)) for v in row if isinstance(v, int | float)), default=0.0)
