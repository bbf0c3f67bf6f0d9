"""The sheet Cover: what the workbook answers, for whom, from what, and how to read it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import place_of
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import Styles
from hepaplan.reports.views.checked import verdict

WIDTHS = (30.0, 110.0)
LETTERS = 118
FOR_WHOM = (
    "Hospital planners who ask what to add, where and when; readers of health-economic "
    "evaluations; analysts."
)
NO_PATIENT = "None: the workbook holds no patient's data."
COLOURS = (
    ("passed", "verdict pass", "A check that holds."),
    ("FAILED", "verdict fail", "A check that does not hold: use no figure before it is mended."),
)
LIVE_COLOURS = (
    ("Input", "input text", "A number to change: blue on light yellow, the only unlocked cells."),
    ("Formula", "formula text", "Black on sheets that recalculate: follows inputs that are live."),
    (
        "Held still",
        "frozen",
        "Grey on these sheets: a number of the run, which formulas use as is.",
    ),
)
HOW = (
    "Read the Summary first; each sentence leads to the sheet that it comes from. Charts stand at "
    "the left of a sheet, the tables they are drawn from to their right; tables by month are not "
    "printed.",
    "Sheets of results hold values of this run at full precision; only the display is rounded. "
    "n/a: not stated, or it never happens.",
    "Nothing scarce is usual care without limits; first come is today; longest wait sends the "
    "longest wait first, network-wide; most health is the optimised plan.",
    "Sheets that do not apply to this run are left out.",
)
LIVE_HOW = (
    "To try another number, type it on Inputs, Input tables or Plan inputs: where Live says yes, "
    "the formulas follow at once. Sheets of results and their charts stay as they are until "
    "hepaplan run report.xlsx makes them anew.",
    "All but the input cells are protected, without a password (Review, Unprotect Sheet), so that "
    "nothing is lost by accident.",
)
GROUPS = (
    ("Contents", titles.CONTENTS),
    ("Recalculate: change a number and see what follows", titles.RECALCULATE),
    ("In between: the formulas, step by step; nothing to type there", titles.WORKINGS),
)


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet; it lists the other sheets of the workbook, so it is written last."""
    sheet = SheetWriter(workbook, styles, titles.COVER, content.question, heading=content.title)
    for column, width in enumerate(WIDTHS, start=1):
        sheet.sheet.column_dimensions[get_column_letter(column)].width = width
    row = sheet.put_lines(3, content.answer, "caption", sum(map(int, WIDTHS)))
    row = _facts(sheet, content, row + 1)
    live = titles.is_live(workbook.sheetnames)
    row = _caption(sheet, row, "How to read")
    for line in (*HOW, *(LIVE_HOW if live else ())):
        row = sheet.put_lines(row, line, "about", sum(map(int, WIDTHS)))
    row = _caption(sheet, row, "Colour key; the word says it too")
    for word, role, meaning in (*(LIVE_COLOURS if live else ()), *COLOURS):
        sheet.put(row, 1, word, role)
        sheet.put(row, 2, meaning, "text")
        row += 1
    for caption, meanings in GROUPS:
        row = _contents(sheet, workbook, row, caption, meanings)
    sheet.finish(content.version, freeze_row=1)
    sheet.sheet.print_title_rows = "1:1"
    sheet.sheet.print_area = f"A1:B{row}"
    sheet.sheet.page_setup.fitToHeight = 2 if live else 1


def _contents(
    sheet: SheetWriter, workbook: Workbook, row: int, caption: str, meanings: Mapping[str, str]
) -> int:
    """Write links to the sheets of a group that the workbook has; return the next row."""
    shown = [name for name in workbook.sheetnames if name in meanings]
    if not shown:
        return row
    row = _caption(sheet, row, caption)
    for name in shown:
        sheet.link_text(row, 1, name, place_of(workbook, name))
        sheet.put(row, 2, meanings[name], "text")
        row += 1
    return row


def _facts(sheet: SheetWriter, content: ReportContent, row: int) -> int:
    about = dict(
        zip(content.tables["about"]["item"], content.tables["about"]["value"], strict=True)
    )
    judged, passed = verdict(content)
    sure = passed and not content.status.startswith("STOPPED")
    facts = [
        (
            "Status",
            f"Plan: {content.status}. {judged}.",
            "verdict pass" if sure else "verdict fail",
        ),
        ("Scenario", content.name, "text"),
        ("Window", str(about.get("window", "")), "text"),
        ("Run made", content.made, "text"),
        ("Version", f"hepaplan {content.version}", "text"),
        ("Who it is for", FOR_WHOM, "text"),
        ("Patients' data", NO_PATIENT, "text"),
        ("Perspective, prices", _money(about), "text"),
        ("Sites", content.site_note, "warning text"),
    ]
    for name, value, role in facts:
        if not value:
            continue
        sheet.put(row, 1, name, "text")
        for position, line in enumerate(_lines(value)):
            if position:
                sheet.put(row, 1, " ", "text")
            sheet.put(row, 2, line, role)
            row += 1
    return row


def _lines(text: str) -> list[str]:
    return textwrap.wrap(text, LETTERS) or [""]


def _money(about: dict[object, object]) -> str:
    parts = [str(about[item]) for item in ("perspective", "price year") if item in about]
    return "; ".join(parts)


def _caption(sheet: SheetWriter, row: int, text: str) -> int:
    sheet.put(row + 1, 1, text, "caption")
    return row + 2
