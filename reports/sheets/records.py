"""The sheets that let a reader check: Assumptions, Sources, Checks and About."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

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
    YEAR,
    Styles,
    format_for_unit,
)
from hepaplan.reports.views import assumption as assumption_views
from hepaplan.reports.views import fixed as fixed_views
from hepaplan.reports.views import plausibility as plausibility_views
from hepaplan.reports.views import shown as views

NOTHING = 1e-9
"""Smaller differences are rounding."""
VALUES = "Every cell is a value, not a formula; totals are sums of the CSV tables."
VALUES_BESIDE_FORMULAS = (
    "Results are values of this run; totals are sums of the CSV tables. Formulas that follow "
    "changed inputs are on the workbook's sheets from Live or frozen to Reconciliation."
)


def verdict(content: ReportContent) -> tuple[str, bool]:
    """Return the master verdict in words, and whether every check passed."""
    checks = content.tables["checks"]
    failed = checks[~checks["passed"].astype(bool)]
    if checks.empty:
        return "CHECKS: none were made, so nothing here is verified", False
    if failed.empty:
        return f"CHECKS: all {len(checks)} passed", True
    names = ", ".join(str(name) for name in failed["check"])
    return f"CHECKS: {len(failed)} of {len(checks)} FAILED: {names}", False


def _plain(value: object) -> str:
    """Return a value as people write it: no more digits than say something."""
    if isinstance(value, float):
        if 0 < abs(value) < NOTHING:
            return f"below {NOTHING:g}"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)


def write_assumptions(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write every figure the run used, with where it comes from and who set it."""
    table = content.tables["assumptions"]
    count = table["quality"].value_counts()
    qualities = ", ".join(f"{n} {quality}" for quality, n in count.items())
    sheet = SheetWriter(
        workbook,
        styles,
        "Assumptions",
        "Every figure this run used: its value, unit, source, quality, and the place that set it.",
        (
            content.site_note,
            f"{len(table)} figures: {qualities}. The source names a row of the sheet Sources. Not "
            "printed: where it is set, the note with the reasoning, and the key, which is what "
            "hepaplan explain takes.",
        ),
    )
    frame = assumption_views.assumptions(content)
    widths = {
        "Where": 54.0,
        "What": 46.0,
        "Value": 28.0,
        "Unit": 20.0,
        "Source": 26.0,
        "Prices": 20.0,
        "Reason for a change": 28.0,
        "Set in": 40.0,
        "Note": 90.0,
        "Key": 64.0,
    }
    formats = [format_for_unit(str(unit)) for unit in table["unit"]]
    by_row = frozenset({"Value", "Low", "High"})
    unprinted = assumption_views.UNPRINTED
    sheet.add_table(
        Block(
            "assumptions",
            "Figures",
            frame,
            {"Year": YEAR},
            formats,
            by_row,
            widths,
            unprinted=unprinted,
        )
    )
    sheet.finish(content.version)


def write_sources(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the list of sources."""
    table = content.tables["sources"]
    sheet = SheetWriter(
        workbook,
        styles,
        "Sources",
        "Where the figures come from; 'seen' says whether we read the original.",
    )
    frame = table[["key", "citation", "url", "seen"]].rename(
        columns={"key": "Source", "citation": "Citation", "url": "Address", "seen": "Seen"}
    )
    frame["Address"] = frame["Address"].replace("", "none given")
    sheet.add_table(
        Block(
            "sources",
            "Sources",
            frame,
            widths={"Source": 30, "Citation": 84, "Address": 48, "Seen": 9},
        )
    )
    sheet.finish(content.version)


def write_checks(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write each check with its residual, its tolerance and its verdict."""
    sheet = SheetWriter(
        workbook,
        styles,
        "Checks",
        "What must hold in every run: parts sum to their whole, people are conserved, plans fit.",
    )
    judged, passed = verdict(content)
    sheet.put(3, 1, judged, "pass" if passed else "fail")
    if words := plausibility_views.age_words(content):
        sheet.put(4, 1, words, "note")
    if content.site_note and len(content.tables["actuals"]):
        sheet.put(5, 1, content.site_note, "warning")
    sheet.caption_row, sheet.header_row = 7, 8
    table = content.tables["checks"]
    frame = pd.DataFrame(
        {
            "Check": table["check"],
            "Verdict": ["passed" if ok else "FAILED" for ok in table["passed"]],
            "Residual": table["residual"],
            "Tolerance": table["tolerance"],
            "What it says": table["what"],
        }
    )
    formats = {"Residual": SMALL, "Tolerance": SMALL}
    widths = {"Check": 44, "What it says": 90}
    sheet.add_table(Block("checks", "Checks", frame, formats, widths=widths))
    norms = plausibility_views.utility_norms(content)
    if not norms.empty:
        caption = "Utilities above the general population's of the same ages; none is capped"
        places = {h: TWO_PLACES for h in norms.columns[3:]}
        wide = {"Decision point": 72.0, "Option": 56.0, "General population": 23.0}
        sheet.add_table(Block("utility_norms", caption, norms, places, widths=wide, page=2))
    _age_groups(sheet, content)
    _fixed(sheet, content)
    sheet.finish(content.version)


def _fixed(sheet: SheetWriter, content: ReportContent) -> None:
    rules = fixed_views.first_come(content)
    if not rules.empty:
        caption = "First come put into the programme as a fixed plan: the rules it keeps and breaks"
        formats = {"Rows": WHOLE, "Rows broken": WHOLE, "Largest breach": TWO_PLACES}
        wide = {"What it says": 100.0, "Rule": 30.0}
        sheet.add_table(Block("fixed_plan", caption, rules, formats, widths=wide, page=4))
    recorded = fixed_views.corrections(content)
    if not recorded.empty:
        caption = "Months that have happened: where the record says other than was expected"
        formats = {"Month": MONTH, "Amount": TWO_PLACES}
        if content.site_note:
            caption = f"{caption} (illustrative sites)"
        sheet.add_table(Block("actuals", caption, recorded, formats, page=5))


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
            page=3,
        )
    )


def write_about(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write what made this workbook, and how to read it."""
    sheet = SheetWriter(
        workbook,
        styles,
        "About",
        "What made this workbook: scenario, versions, solver and status.",
    )
    table = content.tables["about"]
    own = [
        ("Scenario", content.name),
        ("Question", content.question),
        ("Status of the plan", content.status),
        ("Version", f"hepaplan {content.version}"),
        ("Sites", content.site_note or "Sites and capacities as published or given."),
        ("Values", VALUES_BESIDE_FORMULAS if titles.is_live(workbook.sheetnames) else VALUES),
        ("Rounding", "Cells hold full precision; only the display is rounded."),
        ("n/a", "Not stated, or it never happens."),
    ]
    own_items = {item.lower() for item, _ in own} | {"plan: status"}
    rows = [
        (views.heading(str(item)), _plain(value))
        for item, value in zip(table["item"], table["value"], strict=True)
        if str(item).lower() not in own_items
    ]
    frame = pd.DataFrame(own + rows, columns=["Item", "Value"])
    sheet.add_table(Block("about", "About", frame, widths={"Item": 34, "Value": 100}))
    sheet.finish(content.version)
