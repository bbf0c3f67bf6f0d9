"""The sheet Summary: the answer in sentences, key figures, the evidence sets, what is short."""

from __future__ import annotations

import itertools
import textwrap

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import capacity_views, charts, sheet_capacity, summary_views
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.sheet_records import verdict
from hepaplan.reports.style import TIMES, WHOLE, WHOLE_PEOPLE, Styles, format_for_unit

TITLE = "Summary"
LEFT = (48.0, 15.0, 12.0, 12.0, 12.0, 12.0)
RIGHT = (38.0, 14.0, 12.0, 11.0, 11.0, 12.0)
WIDTHS = (*LEFT, 3.0, *RIGHT)
POLICIES_SHOWN = (
    "Key figures: nothing scarce is what is wanted, first come is today, most health is the plan"
)
SECOND = len(LEFT) + 2
ASIDE = len(WIDTHS) + 2
SENTENCE = int(sum(WIDTHS) * 1.2)
CHART_ROWS = 20
MOST_SHORT = 8
CHANGES = "What differs from the base"
MOST_CHANGES = 12
# Where a text starts, and how many letters fit before the next.
CHANGE_COLUMNS = {1: int(LEFT[0] * 1.1), 2: int(sum(LEFT[1:]) * 1.1), SECOND: int(sum(RIGHT) * 1.1)}


def write(
    workbook: Workbook, styles: Styles, content: ReportContent, contents: dict[str, str]
) -> None:
    """Write the sheet; `contents` says what each other sheet holds."""
    sheet = SheetWriter(workbook, styles, TITLE, content.title)
    for column, width in enumerate((*WIDTHS, 1.0, 30.0, 12.0, 12.0), start=1):
        sheet.sheet.column_dimensions[get_column_letter(column)].width = width
    row = _sentences(sheet, content)
    first_page = _figures(sheet, content, row)
    changed = first_page + 2
    top = _changes(sheet, content, changed)
    short = capacity_views.what_is_short(content, MOST_SHORT)
    people = summary_views.evidence_people(content)
    drawn = top + CHART_ROWS
    marked = " (illustrative sites)" if content.site_note else ""
    caption = f"What is short{marked}"
    sheet.put(top, 1, f"In pictures{marked}", "caption")
    block = Block("what_is_short", caption, short, sheet_capacity.full_formats(short))
    fullest = sheet.add_table(block, row=drawn + 3)
    numbers = {"Registry": WHOLE, "Review": WHOLE}
    block = Block("half_or_quarter", "People a year", people, numbers, page=0)
    compared = sheet.add_table(block, row=top + 1, column=ASIDE)
    _draw(sheet, content, top + 1, fullest, compared)
    sheet.put(drawn + 2, SECOND, "Where to find what", "caption")
    for offset, (name, about) in enumerate(contents.items()):
        sheet.link(drawn + 4 + offset, SECOND, name)
        sheet.put(drawn + 4 + offset, SECOND + 1, about, "about")
    last = drawn + 4 + max(len(contents), len(short) + 1)
    sheet.finish(content.version, freeze_row=2)
    _pages(sheet, first_page, last)


def _sentences(sheet: SheetWriter, content: ReportContent) -> int:
    words, passed = verdict(content)
    role = "pass" if passed else "fail"
    warning = "" if passed else ". Do not rely on what follows before this is mended"
    row = sheet.put_lines(3, content.question, "about", SENTENCE)
    row = sheet.put_lines(row, f"Plan: {content.status}. {words}{warning}.", role, SENTENCE)
    row = sheet.put_lines(row, content.site_note, "warning", SENTENCE)
    sheet.put(row + 1, 1, "In short", "caption")
    row += 2
    for number, sentence in enumerate(content.headlines, start=1):
        row = sheet.put_lines(row, f"{number}. {sentence}", "about", SENTENCE)
    return row


def _figures(sheet: SheetWriter, content: ReportContent, row: int) -> int:
    """Write key figures and evidence sets beside each other; return the last row used."""
    last = row
    key, key_units = summary_views.key_figures(content)
    sets, set_units = summary_views.evidence_sets(content)
    question = "Do half or a quarter of patients develop liver metastases?"
    for name, caption, frame, units, column in (
        ("key_figures", POLICIES_SHOWN, key, key_units, 1),
        ("evidence_sets", question, sets, set_units, SECOND),
    ):
        numbers = [h for h in frame.columns[2:] if h != summary_views.RATIO]
        sizes = [_size(frame[numbers].iloc[i]) for i in range(len(frame))]
        formats = [format_for_unit(u, size) for u, size in zip(units, sizes, strict=True)]
        ratio = {summary_views.RATIO: TIMES}
        block = Block(name, caption, frame, ratio, formats, frozenset(numbers))
        sheet.add_table(block, row=row + 2, column=column)
        last = max(last, row + 2 + len(frame))
    return last


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


def _draw(
    sheet: SheetWriter, content: ReportContent, row: int, fullest: Placed, compared: Placed
) -> None:
    cells = [f"{get_column_letter(column)}{row}" for column in (1, SECOND)]
    if len(compared.frame) > 1:
        people = compared.frame
        charts.place(
            sheet.sheet,
            charts.bars(
                [charts.Line(p, compared.reference(p)) for p in people.columns[1:]],
                compared.reference("What"),
                "Patients and treatment starts",
                "People a year if nothing were scarce",
                WHOLE,
                WHOLE_PEOPLE,
            ),
            cells[0],
            people_headline(people),
            "Horizontal bars of people a year under the registry's and the review's evidence.",
            (len(LEFT), CHART_ROWS),
        )
    if not fullest.frame.empty:
        months = int(content.tables["cases"]["month"].nunique())
        size = (len(RIGHT), CHART_ROWS)
        sheet_capacity.draw_full(sheet, cells[1], fullest, months, size)


def people_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of evidence sets shows: how many times the demand."""
    patients, starts = frame.iloc[0], frame.iloc[1:]
    factors = starts["Review"] / starts["Registry"].where(starts["Registry"] > 0)
    return (
        f"The review's evidence means {patients['Review'] / patients['Registry']:.1f} times the "
        f"patients of the registry's, and {factors.min():.1f} to {factors.max():.1f} times the "
        "starts"
    )


def _pages(sheet: SheetWriter, first_page: int, last: int) -> None:
    """Print two pages: sentences and figures, then pictures and where to find what."""
    end = get_column_letter(len(WIDTHS) + 1)
    sheet.sheet.print_area = [f"A1:{end}{first_page}", f"A{first_page + 2}:{end}{last}"]
    sheet.sheet.print_title_rows = "1:1"
    sheet.sheet.page_setup.fitToHeight = 2


def _size(row: pd.Series[float]) -> float:
    return max((abs(float(v)) for v in row if isinstance(v, int | float)), default=0.0)
