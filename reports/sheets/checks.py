"""The sheet Checks: one verdict, then what was judged to reach it, and the plausibility beside."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.model.tables.words import sentence_case
from hepaplan.reports import titles
from hepaplan.reports.blocks import Block
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import (
    ERROR,
    ERROR_SHARE,
    MONTH,
    SMALL,
    TWO_PLACES,
    WHOLE,
    Styles,
)
from hepaplan.reports.views import checked as views
from hepaplan.reports.views import fixed as fixed_views
from hepaplan.reports.views import plausibility as plausibility_views

ABOUT = "Did this run calculate right? What it checked of itself, and what to do if a check fails."
IDENTITIES = "Identities: what must hold in every run"
VERIFICATION = "Verification: one thing changed on this scenario, and what must follow"
WIDTHS = {
    "Row": 9.0,
    "Outcome": 16.0,
    "What is changed": 38.0,
    "What must follow": 52.0,
    "What was found": 100.0,
}


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the verdict, the identities, the rows of verification, and what is plausible."""
    sheet = SheetWriter(workbook, styles, titles.CHECKS, ABOUT)
    judged, passed = views.verdict(content)
    row = sheet.put_lines(3, judged, "pass" if passed else "fail")
    row = sheet.put_lines(row, views.meaning(passed), "about")
    if len(content.tables["actuals"]):
        row = sheet.put_lines(row, content.site_note, "warning")
    others = views.others_in_words(content.tables)
    unjudged = f"{sentence_case(others)}. " if others else ""
    row = sheet.put_lines(row, f"{unjudged}{views.program_in_words()}", "note")
    row = sheet.put_lines(row, plausibility_views.age_words(content), "note")
    sheet.caption_row, sheet.header_row = row + 1, row + 2
    formats = {"Residual": SMALL, "Tolerance": SMALL}
    widths = {"Check": 44, "What it says": 90}
    sheet.add_table(
        Block("checks", IDENTITIES, views.identities(content.tables), formats, widths=widths)
    )
    rows = views.verification(content.tables)
    sheet.add_table(Block("verification", VERIFICATION, rows, widths=WIDTHS, page=2))
    _norms(sheet, content)
    _age_groups(sheet, content)
    _fixed(sheet, content)
    sheet.finish(content.version)


def _norms(sheet: SheetWriter, content: ReportContent) -> None:
    norms = plausibility_views.utility_norms(content)
    if norms.empty:
        return
    caption = "Utilities above the general population's of the same ages; none is capped"
    places = {h: TWO_PLACES for h in norms.columns[3:]}
    wide = {"Decision point": 72.0, "Option": 56.0, "General population": 23.0}
    sheet.add_table(Block("utility_norms", caption, norms, places, widths=wide, page=3))


def _fixed(sheet: SheetWriter, content: ReportContent) -> None:
    rules = fixed_views.first_come(content)
    if not rules.empty:
        caption = "First come put into the programme as a fixed plan: the rules it keeps and breaks"
        formats = {"Rows": WHOLE, "Rows broken": WHOLE, "Largest breach": TWO_PLACES}
        wide = {"What it says": 100.0, "Rule": 30.0}
        sheet.add_table(Block("fixed_plan", caption, rules, formats, widths=wide, page=5))
    recorded = fixed_views.corrections(content)
    if not recorded.empty:
        caption = "Months that have happened: where the record says other than was expected"
        formats = {"Month": MONTH, "Amount": TWO_PLACES}
        if content.site_note:
            caption = f"{caption} (illustrative sites)"
        sheet.add_table(Block("actuals", caption, recorded, formats, page=6))


def _age_groups(sheet: SheetWriter, content: ReportContent) -> None:
    frame = plausibility_views.age_groups(content)
    if frame.empty:
        return
    shares = [unit == "share" for unit in frame["Unit"]]
    sheet.add_table(
        Block(
            "age_groups_error",
            "One patient's figures with ages in groups and with single ages",
            frame,
            {"Difference, share": ERROR_SHARE},
            ["0.0%" if share else TWO_PLACES for share in shares],
            frozenset({"Ages in groups", "Single ages"}),
            widths={"Difference, share": 22.0},
            cell_formats={"Difference": [ERROR_SHARE if share else ERROR for share in shares]},
            page=4,
        )
    )
