"""The sheets of a comparison, one function each."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from openpyxl.chart import BarChart
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.compare import bridge_page, headlines, views
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.sheets.records import write_about
from hepaplan.reports.study.sheets import Names, write_page
from hepaplan.reports.style import (
    AMOUNT,
    FINE_CHANGE,
    POUNDS,
    SIGNED_POUNDS,
    SIGNED_THOUSANDS,
    SMALL,
    THOUSANDS,
    TWO_PLACES,
    WHOLE,
    Styles,
)
from hepaplan.reports.views.checked import verdict

SUMMARY, DIFFERS, FIGURES = "Summary", "What differs", "Key figures"
STRATEGIES, BUDGET, CHECKS, ABOUT = "Cost-effectiveness", "Budget impact", "Checks", "About"
CONTENTS = {
    DIFFERS: "Inputs that are not the same in all scenarios, and why.",
    FIGURES: "Cases, treatment, need, waiting, health and money, side by side.",
    STRATEGIES: "Scenarios and policies compared: net benefit, cost per QALY, the frontier.",
    BUDGET: "What is spent each year, less what the reference spends.",
    bridge_page.TITLE: bridge_page.ABOUT,
    CHECKS: "What must hold in every scenario, and between them.",
    ABOUT: "What was compared, versions, solver and status.",
}
FORMATS = {
    "Cost": POUNDS, "QALYs": AMOUNT, "Net monetary benefit": POUNDS,
    "Cost more": SIGNED_POUNDS, "QALYs more": FINE_CHANGE,
    "Net monetary benefit more": SIGNED_POUNDS, "GBP per QALY gained": POUNDS,
    "Step in cost": SIGNED_POUNDS, "Step in QALYs": FINE_CHANGE,
    "GBP per QALY of the step": POUNDS, "Cost of one patient": POUNDS,
    "QALYs of one patient": TWO_PLACES, "Patients": WHOLE,
    "Come back from before the window": WHOLE,
}  # fmt: skip
NAMES = {"Scenario": 24.0, "Policy": 14.0}
COSTED = (
    "Care is costed as it is used. What it takes to set up a list, a session or a bed, or to keep "
    "one empty, is not in: weigh it against the net monetary benefit."
)


def write_summary(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet Summary: sentences, the main figures, and where to find what."""
    sheet = SheetWriter(workbook, styles, SUMMARY, content.title)
    words, passed = verdict(content)
    row = sheet.put_lines(3, f"{words}.", "pass" if passed else "fail")
    row = sheet.put_lines(row, content.site_note, "warning")
    sheet.put(row + 1, 1, "In short", "caption")
    row += 2
    for number, sentence in enumerate(content.headlines, start=1):
        row = sheet.put_lines(row, f"{number}. {sentence}", "about")
    sheet.caption_row, sheet.header_row = row + 1, row + 2
    _figures(sheet, content, "main_figures", "The main figures", views.MAIN)
    frame, _, _ = views.key_figures(content, views.MAIN)
    row = sheet.header_row + len(frame) + 2
    sheet.put(row, 1, "Where to find what", "caption")
    for offset, (name, about) in enumerate(CONTENTS.items(), start=1):
        sheet.link(row + offset, 1, name)
        sheet.put(row + offset, 2, about, "about")
    sheet.areas[1].last_row = row + len(CONTENTS)
    sheet.finish(content.version, freeze_row=2)
    sheet.sheet.print_title_rows = "1:1"


def write_differences(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet What differs."""
    frame = views.differences(content)
    sheet = SheetWriter(
        workbook,
        styles,
        DIFFERS,
        f"{len(frame)} inputs are not the same in all scenarios; everything else is.",
        ("Rows of a table are counted against those of the first scenario.",),
    )
    widths = {"What": 56.0, "Unit": 16.0, "Reason": 70.0}
    sheet.add_table(Block("differences", DIFFERS, frame, widths=widths))
    sheet.finish(content.version)


def write_key_figures(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet Key figures."""
    names = views.scenarios(content)
    sheet = SheetWriter(
        workbook,
        styles,
        FIGURES,
        f"Every key figure in every scenario, and what is different from {names[0]}.",
        (
            content.site_note,
            "A year is an average over the window. Nothing scarce is what would be needed. n/a: a "
            "total of other patients, which cannot be less or more healthy than the reference's.",
        ),
    )
    _figures(sheet, content, "key_figures", "Key figures", ())
    sheet.finish(content.version)


def _figures(
    sheet: SheetWriter, content: ReportContent, name: str, caption: str, measures: Iterable[str]
) -> None:
    frame, values, changes = views.key_figures(content, measures)
    names = [views.column(n) for n in views.scenarios(content)]
    each = {h: values if h in names else changes for h in frame.columns[3:]}
    widths = {"Key figure": 48.0, "Under": 15.0, "Unit": 19.0} | dict.fromkeys(each, 17.0)
    sheet.add_table(Block(name, caption, frame, cell_formats=each, widths=widths))


def write_strategies(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet Cost-effectiveness with the cost-effectiveness plane."""
    frame, added = views.strategies(content), views.plane(content)
    sheet = SheetWriter(
        workbook,
        styles,
        STRATEGIES,
        "Each scenario under each policy as a strategy for the region: lifetime cost and QALYs of "
        "its patients, discounted.",
        (
            content.site_note,
            COSTED,
            "A ratio is given only to a strategy that is dearer and better; dominance is a status. "
            "Where earlier treatment changes who comes back in the window, that is taken out.",
        ),
    )
    drawn = bool(added.iloc[:, 1:].abs().to_numpy().sum() > 0)
    cells = sheet.chart_grid(2 if drawn else 0, "Charts")
    wide = {**NAMES, "Compared with": 34.0, "In words": 44.0, "Strategy": 36.0, "Standing": 58.0}
    sheet.add_table(Block("strategies", "Beside the reference", frame, FORMATS, widths=wide))
    table = views.frontier(content)
    sheet.add_table(
        Block("frontier", "Along the frontier, cheapest first", table, FORMATS, widths=wide, page=2)
    )
    one = views.per_patient(content)
    sheet.add_table(Block("per_patient", "One patient", one, FORMATS, widths=NAMES, page=3))
    if drawn:
        formats = FORMATS | {"Net monetary benefit more": SIGNED_THOUSANDS}
        placed = sheet.add_table(Block("plane", "Drawn", added, formats, widths=wide, page=0))
        _draw_plane(sheet, content, cells, placed)
    sheet.finish(content.version)


def _draw_plane(
    sheet: SheetWriter, content: ReportContent, cells: list[str], placed: Placed
) -> None:
    worth = views.willingness_to_pay(content)
    line = headlines.threshold(placed.frame, worth)
    drawn = sheet.add_table(
        Block("threshold", "The threshold", line, {"Cost more": SIGNED_POUNDS}, page=0)
    )
    reference = str(content.tables["strategies"]["strategy"].iloc[0])
    across, up = placed.reference, drawn.reference
    points = [
        charts.Line(str(name), across("Cost more", i, 1), across("QALYs more", i, 1))
        for i, name in enumerate(placed.frame["Strategy"])
    ]
    charts.place(
        sheet.sheet,
        charts.plane(
            points,
            charts.Line(f"£{worth:,.0f} per QALY", up("Cost more"), up("QALYs more")),
            f"QALYs more than {reference}, lifetime, discounted",
            "Cost more, GBP thousand, discounted",
        ),
        cells[0],
        headlines.plane_headline(placed.frame, reference, worth),
        f"Cost against QALYs of each strategy, {reference} at the origin; strategies below the "
        "dashed line are worth their cost.",
    )
    benefit = "Net monetary benefit more"
    bars = charts.bars(
        [charts.Line(benefit, across(benefit))],
        across("Strategy"),
        "Strategy",
        f"Net monetary benefit more than {reference}, GBP thousand",
        SIGNED_THOUSANDS,
        from_zero=False,
    )
    _make_room(bars, placed.frame[[benefit]])
    charts.place(
        sheet.sheet,
        bars,
        cells[1],
        headlines.benefit_headline(placed.frame, reference),
        "Horizontal bars of incremental net monetary benefit by strategy.",
    )


def _make_room(bars: BarChart, values: pd.DataFrame) -> None:
    bars.y_axis.scaling.min, bars.y_axis.majorUnit = headlines.room_below(values)


def write_budget(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet Budget impact."""
    first, *others = views.scenarios(content)
    sheet = SheetWriter(
        workbook,
        styles,
        BUDGET,
        f"Spending by calendar year, not discounted, less that of {first} under the same policy.",
        (content.site_note, COSTED),
    )
    policies = [p for p in views.policies(content) if p != "nothing scarce"]
    cells = sheet.chart_grid(len(policies), "Charts")
    impact = views.budget_impact(content)
    spent = views.spending(content)
    years = list(impact.columns[3:])
    widths = {**NAMES, "Category": 34.0} | {year: 15.0 for year in years}
    for name, caption, frame, shown, page in (
        ("budget_impact", f"Less {first}, GBP", impact, SIGNED_POUNDS, 1),
        ("spending", "Spending, GBP thousand", spent, THOUSANDS, 2),
    ):
        formats = {year: shown for year in years}
        sheet.add_table(Block(name, caption, frame, formats, widths=widths, page=page))
    for cell, policy in zip(cells, policies, strict=True):
        frame = views.spending_by_year(content, policy)
        name = f"by_year_{policy.replace(' ', '_')}"
        formats = {heading: SIGNED_THOUSANDS for heading in frame.columns[1:]}
        placed = sheet.add_table(Block(name, f"Drawn: {policy}", frame, formats, page=0))
        headings = [views.column(other) for other in others]
        bars = charts.bars(
            [charts.Line(heading, placed.reference(heading)) for heading in headings],
            placed.reference("Year"),
            "Year",
            f"Spending less that of {first}, GBP thousand, {policy}",
            SIGNED_THOUSANDS,
            from_zero=False,
        )
        _make_room(bars, frame[headings])
        charts.place(
            sheet.sheet,
            bars,
            cell,
            headlines.budget_headline(frame, first, policy),
            f"Horizontal bars of the difference in undiscounted spending by year, {policy}.",
        )
    sheet.finish(content.version)


def write_bridge(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet Bridge: a waterfall for each scenario and measure that differ."""
    page = bridge_page.bridge_page(content, views.scenarios(content)[0])
    write_page(workbook, styles, page, content.version, Names())


def write_checks(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet Checks."""
    words, passed = verdict(content)
    sheet = SheetWriter(
        workbook, styles, CHECKS, "What must hold in every scenario, and between them."
    )
    sheet.put(3, 1, words, "pass" if passed else "fail")
    sheet.caption_row, sheet.header_row = 5, 6
    frame = views.checks(content)
    formats = {"Residual": SMALL, "Tolerance": SMALL}
    widths = {"Scenario": 24.0, "Check": 44.0, "What it says": 90.0}
    sheet.add_table(Block("checks", CHECKS, frame, formats, widths=widths))
    sheet.finish(content.version)


WRITERS = {
    SUMMARY: write_summary,
    DIFFERS: write_differences,
    FIGURES: write_key_figures,
    STRATEGIES: write_strategies,
    BUDGET: write_budget,
    bridge_page.TITLE: write_bridge,
    CHECKS: write_checks,
    ABOUT: write_about,
}
