"""The sheet Summary: the answer in sentences, key figures with intervals, what is short."""

from __future__ import annotations

import itertools
import textwrap
from dataclasses import replace

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import summary_links, titles
from hepaplan.reports.blocks import Block, place_of
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.sheets import capacity as sheet_capacity
from hepaplan.reports.style import Styles
from hepaplan.reports.views import capacity as capacity_views
from hepaplan.reports.views import summary as summary_views
from hepaplan.reports.views.checked import verdict

LEFT = (48.0, 15.0, 12.0, 12.0, 12.0, 12.0)
RIGHT = (38.0, 14.0, 12.0, 11.0, 11.0, 12.0)
WIDTHS = (*LEFT, 3.0, *RIGHT)
POLICIES_SHOWN = (
    "Key figures: nothing scarce is what is wanted, first come is today, most health is the plan"
)
INTERVALS = "Intervals of what each policy gives"
NO_INTERVALS = "No interval: this run holds one value of each figure. hepaplan psa gives intervals."
SECOND = len(LEFT) + 2
SENTENCE = int(sum(WIDTHS) * 1.2)
CHART_ROWS = 20
MOST_SHORT = 8
CHANGES = "What differs from the base"
MOST_CHANGES = 12
# Where a text starts, and how many letters fit before the next.
CHANGE_COLUMNS = {1: int(LEFT[0] * 1.1), 2: int(sum(LEFT[1:]) * 1.1), SECOND: int(sum(RIGHT) * 1.1)}


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet; it links to tables of other sheets, so it is written after them."""
    sheet = SheetWriter(workbook, styles, titles.SUMMARY, content.title)
    for column, width in enumerate(WIDTHS, start=1):
        sheet.sheet.column_dimensions[get_column_letter(column)].width = width
    row = _sentences(sheet, workbook, content)
    beside = row + 3 + len(summary_views.intervals(content)[0])
    row = max(_figures(sheet, workbook, content, row), beside + CHART_ROWS) + 1
    last = _short(sheet, content, row + 1, beside)
    changed = _changes(sheet, content, last + 2)
    sheet.finish(content.version, freeze_row=2)
    _pages(sheet, last, changed)


def _short(sheet: SheetWriter, content: ReportContent, row: int, beside: int) -> int:
    """Write what is short, and draw it beside the key figures; return the last row used."""
    marked = " (illustrative sites)" if content.site_note else ""
    short = capacity_views.what_is_short(content, MOST_SHORT)
    formats = sheet_capacity.full_formats(short)
    fullest = sheet.add_table(
        Block("what_is_short", f"What is short{marked}", short, formats), row=row + 1
    )
    if not short.empty:
        months = int(content.tables["cases"]["month"].nunique())
        where, size = f"{get_column_letter(SECOND)}{beside}", (len(RIGHT), CHART_ROWS)
        sheet_capacity.draw_full(sheet, where, fullest, months, size)
    return row + 1 + len(short)


def _sentences(sheet: SheetWriter, workbook: Workbook, content: ReportContent) -> int:
    words, passed = verdict(content)
    role = "pass" if passed else "fail"
    warning = "" if passed else ". Do not rely on what follows before this is mended"
    row = sheet.put_lines(3, content.question, "about", SENTENCE)
    row = sheet.put_lines(row, f"Plan: {content.status}. {words}{warning}.", role, SENTENCE)
    row = sheet.put_lines(row, content.site_note, "warning", SENTENCE)
    sheet.put(row + 1, 1, "In short; each sentence leads to where it comes from", "caption")
    row += 2
    for number, sentence in enumerate(content.headlines, start=1):
        place = summary_links.sentence_place(sentence)
        where = place_of(workbook, *place) if place else ""
        said = f"{number}. {sentence}" + (f" [{place[0]}]" if place and where else "")
        first, *more = textwrap.wrap(
            said, SENTENCE, subsequent_indent="    ", break_on_hyphens=False
        )
        if where:
            sheet.link_text(row, 1, first, where, "link line")
        else:
            sheet.put(row, 1, first, "about")
        for offset, line in enumerate(more, start=1):
            sheet.put(row + offset, 1, line, "about")
        row += 1 + len(more)
    return row


def _figures(sheet: SheetWriter, workbook: Workbook, content: ReportContent, row: int) -> int:
    """Write key figures and their intervals beside each other; return the last row used."""
    key, units = summary_views.key_figures(content)
    places = [summary_links.figure_place(str(m)) for m in content.tables["key_figures"]["measure"]]
    links = {"Key figure": [place_of(workbook, *place) if place else "" for place in places]}
    _figure_table(sheet, Block("key_figures", POLICIES_SHOWN, key, links=links), units, row + 2, 1)
    intervals, units = summary_views.intervals(content)
    block = Block("intervals", INTERVALS, intervals, absent=NO_INTERVALS)
    _figure_table(sheet, block, units, row + 2, SECOND)
    return row + 2 + max(len(key), len(intervals))


def _figure_table(
    sheet: SheetWriter, block: Block, units: list[str], row: int, column: int
) -> None:
    numbers = list(block.frame.columns[2:])
    rows = (block.frame[numbers].iloc[i] for i in range(len(block.frame)))
    formats = [
        summary_views.telling_format(unit, row) for unit, row in zip(units, rows, strict=True)
    ]
    shown = replace(block, row_formats=formats, by_row=frozenset(numbers))
    sheet.add_table(shown, row=row, column=column)


def _changes(sheet: SheetWriter, content: ReportContent, row: int) -> int:
    """Write what differs from the base, if anything does; return the row that follows.

    Laid out in cells, not as an Excel table, because texts need several of the sheet's columns.
    """
    frame = summary_views.changes(content)
    if frame.empty:
        return row
    more = f": the first {MOST_CHANGES} of {len(frame)}, all in tables/changes.csv"
    sheet.put(row, 1, CHANGES + (more if len(frame) > MOST_CHANGES else ""), "caption")
    row += 1
    sheet.dress(row, 1, len(WIDTHS), "header")
    for column, heading in zip(CHANGE_COLUMNS, frame.columns, strict=True):
        sheet.put(row, column, heading, "header")
    for texts in frame.head(MOST_CHANGES).itertuples(index=False):
        cells = [
            textwrap.wrap(text, width)
            for text, width in zip(texts, CHANGE_COLUMNS.values(), strict=True)
        ]
        for lines in itertools.zip_longest(*cells, fillvalue=""):
            row += 1
            sheet.dress(row, 1, len(WIDTHS), "text")
            for column, line in zip(CHANGE_COLUMNS, lines, strict=True):
                if line:
                    sheet.put(row, column, line, "text")
    return row + 2


def _pages(sheet: SheetWriter, first_page: int, last: int) -> None:
    """Print one page, and a second one if anything differs from the base."""
    end = get_column_letter(len(WIDTHS) + 1)
    changed = [f"A{first_page + 2}:{end}{last}"] if last > first_page + 2 else []
    sheet.sheet.print_area = [f"A1:{end}{first_page}", *changed]
    sheet.sheet.print_title_rows = "1:1"
    sheet.sheet.page_setup.fitToHeight = 1 + len(changed)
