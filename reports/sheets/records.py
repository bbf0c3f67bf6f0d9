"""The sheets that let a reader look things up: Assumptions, Sources and About."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import (
    YEAR,
    Styles,
    format_for_unit,
)
from hepaplan.reports.views import assumption as assumption_views
from hepaplan.reports.views import shown as views

NOTHING = 1e-9
"""Smaller differences are rounding."""
VALUES = "Every cell is a value, not a formula; totals are sums of the CSV tables."
VALUES_BESIDE_FORMULAS = (
    "Results are values of this run; totals are sums of the CSV tables. Formulas that follow "
    "changed inputs are on the workbook's sheets from Live or frozen to Reconciliation."
)


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
