"""The sheets of a study: a summary, a sheet for each page, and how it was made."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.blocks import Block, clean_text, fitting_width
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import (
    CHART_COLUMNS,
    CHART_ROWS,
    CHART_ROWS_A_PAGE,
    GAP,
    LINE,
    MOST_LINES_ABOVE,
    Area,
    SheetWriter,
)
from hepaplan.reports.study.drawn import drawn_tables
from hepaplan.reports.study.native_charts import draw
from hepaplan.reports.study.pages import Page, Pages, Shown
from hepaplan.reports.style import Styles

SUMMARY, ABOUT = "Summary", "About"
WIDTHS = (34.0, 126.0)
PRINTED_ROWS = 30
LEAST_WIDTH, LETTERS_A_DIGIT = 40.0, 1.1
PRINTED_WIDTH = 150.0  # in digits: wider tables beside each other print too small to read
CELL_NAME = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]\d*([RrCc]\d*)?")


@dataclass(frozen=True)
class Place:
    """A slot of two abreast, the columns and rows taken from there, and rows of slots till then."""

    slot: int
    size: tuple[int, int]
    rows_used: int


class Names:
    """Names of tables, which Excel wants short, plain and unlike any other of the workbook."""

    def __init__(self) -> None:
        """Start with none taken."""
        self.taken: set[str] = set()

    def give(self, name: str) -> str:
        """Return a name like this one that no table has."""
        plain = re.sub(r"\W", "_", name, flags=re.ASCII)[:200]
        if CELL_NAME.fullmatch(plain) or not re.match("[A-Za-z_]", plain):
            plain = f"_{plain}"
        free, number = plain, 1
        while free.lower() in self.taken:
            number += 1
            free = f"{plain}_{number}"
        self.taken.add(free.lower())
        return free


def write_summary(workbook: Workbook, styles: Styles, pages: Pages) -> None:
    """Write the sheet Summary: the question, what was found, and where to find what."""
    sheet = SheetWriter(workbook, styles, SUMMARY, pages.title)
    for column, width in enumerate(WIDTHS, start=1):
        sheet.sheet.column_dimensions[get_column_letter(column)].width = width
    row = sheet.put_lines(3, pages.question, "about")
    sheet.put(row + 1, 1, "In short", "caption")
    row += 2
    for number, sentence in enumerate(pages.headlines, start=1):
        row = sheet.put_lines(row, f"{number}. {sentence}", "about")
    for note in pages.notes:
        row = sheet.put_lines(row, note, _role(note))
    row += 1
    sheet.put(row, 1, "Where to find what", "caption")
    contents = [(page.title, page.subtitle) for page in pages.pages]
    contents.append((ABOUT, "How to repeat this: scenario, draws, seed, version."))
    for offset, (title, subtitle) in enumerate(contents, start=1):
        sheet.link(row + offset, 1, title)
        sheet.put(row + offset, 2, subtitle, "about")
    sheet.areas[1] = Area(1, len(WIDTHS), row + len(contents))
    sheet.finish(pages.version, freeze_row=2)
    sheet.sheet.print_title_rows = "1:1"


def _role(note: str) -> str:
    return "warning" if note.startswith("ILLUSTRATIVE") or "FAILED" in note else "note"


def write_page(workbook: Workbook, styles: Styles, page: Page, version: str, names: Names) -> None:
    """Write one page: its charts on the left, its tables beside them, what is drawn last.

    A picture of nothing is left out.
    """
    pictures = [picture for picture in page.pictures if len(picture.frame)]
    tables = page.tables
    if pictures:
        tables = tuple(replace(t, widths={**t.widths, **one_line(t.frame)}) for t in tables)
    numbers = printed_pages(tables)
    first = sum(printed_width(t) for t, n in zip(tables, numbers, strict=True) if n == 1)
    about, *notes = above([page.subtitle, *page.notes], math.inf if pictures else first)
    sheet = SheetWriter(workbook, styles, page.title, about, notes)
    places = chart_places(len(pictures), sheet.header_row <= MOST_LINES_ABOVE)
    cells = sheet.chart_grid(2 * places[-1].rows_used if places else 0, "Charts")
    for number, shown in zip(numbers, tables, strict=True):
        sheet.add_table(
            Block(
                names.give(shown.name),
                shown.caption,
                shown.frame,
                shown.formats,
                widths=shown.widths,
                page=number,
                absent=shown.absent,
                unprinted=shown.unprinted if len(shown.frame) else 0,
                cell_formats=shown.cell_formats,
            )
        )
    for picture, place in zip(pictures, places, strict=True):
        placed = [
            sheet.add_table(
                Block(
                    names.give(drawn.name),
                    drawn.caption,
                    drawn.frame,
                    drawn.formats,
                    widths=one_line(drawn.frame),
                    page=0,
                )
            )
            for drawn in drawn_tables(picture)
        ]
        chart = draw(picture, placed)
        headline, description = clean_text(picture.headline), clean_text(picture.description)
        charts.place(sheet.sheet, chart, cells[place.slot], headline, description, place.size)
    sheet.finish(version)


def chart_places(charts_there: int, roomy: bool) -> list[Place]:
    """Return where charts stand, under each other and as wide as the page: one a printed page.

    Where the first page has no room for a whole one (not `roomy`), the first is half as high.
    """
    places, row = [], 0
    for number in range(charts_there):
        rows = CHART_ROWS_A_PAGE if roomy or number else 1
        places.append(Place(2 * row, (2 * CHART_COLUMNS + 1, rows * CHART_ROWS), row + rows))
        row += rows
    return places


def above(texts: Sequence[str], width: float) -> list[str]:
    """Return the lines above a table so broken that they print over its `width` in digits."""
    letters = int(min(LINE, max(width, LEAST_WIDTH) * LETTERS_A_DIGIT))
    return [line for text in texts for line in textwrap.wrap(text, letters) or [""]]


def one_line(frame: pd.DataFrame) -> dict[str, float]:
    """Return widths at which no text of a table needs a second line.

    Taller rows would stretch the charts beside them.
    """
    return {
        str(heading): fitting_width(str(heading), frame[heading].tolist(), math.inf)
        for heading in frame.columns
        if frame[heading].map(lambda value: isinstance(value, str)).any()
    }


def printed_width(shown: Shown) -> float:
    """Return how wide what is printed of a table is with the gap after it, in digits."""
    printed = list(shown.frame.columns)[: len(shown.frame.columns) - shown.unprinted]
    return GAP + sum(
        shown.widths.get(str(heading)) or fitting_width(str(heading), shown.frame[heading].tolist())
        for heading in printed
    )


def printed_pages(tables: Sequence[Shown]) -> list[int]:
    """Return the page on which each table is printed: small ones stand beside each other."""
    pages: list[int] = []
    page, used = 0, math.inf
    for shown in tables:
        width = printed_width(shown)
        long = len(shown.frame) > PRINTED_ROWS
        if long or used + width > PRINTED_WIDTH:
            page, used = page + 1, 0.0
        used = math.inf if long else used + width
        pages.append(page)
    return pages


def write_about(workbook: Workbook, styles: Styles, pages: Pages) -> None:
    """Write the sheet About: what must be known to repeat the study, and how to read it."""
    sheet = SheetWriter(
        workbook, styles, ABOUT, "How this was made, and what is needed to repeat it."
    )
    rows = [
        ("Study", pages.name),
        ("Question", pages.question),
        *pages.facts,
        ("Version", f"hepaplan {pages.version}"),
        ("Values", "Every cell is a value, not a formula."),
        ("Rounding", "Cells hold full precision; only the display is rounded."),
        ("n/a", "Not stated, or it never happens."),
    ]
    frame = pd.DataFrame(rows, columns=["Item", "Value"])
    sheet.add_table(Block("about", "About", frame, widths={"Item": 34.0, "Value": 100.0}))
    sheet.finish(pages.version)
