"""The sheet Cost-effectiveness: what each policy gives and takes, and what that is worth."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import value_charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import (
    CHANGE,
    PEOPLE,
    POUNDS,
    SIGNED_BUDGET,
    SIGNED_POUNDS,
    THOUSANDS,
    TWO_PLACES,
    Styles,
    format_for_unit,
)
from hepaplan.reports.views import budget as budget_views
from hepaplan.reports.views import economics as economics_views
from hepaplan.reports.views import patient as patient_views
from hepaplan.reports.views import shown as views
from hepaplan.reports.views import value as value_views

ABOUT = (
    "Health, money and net benefit of each policy against first come; spending by year, treatment "
    "and category; options for one patient."
)


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        titles.ECONOMICS,
        ABOUT,
        (
            *value_views.comparison(content),
            "Costs by treatment, category and year are not discounted, and shown in thousand "
            "pounds (k). All three together: tables/costs.csv.",
            *value_views.whom_counted(content),
            "Nothing scarce is usual care without limits. The plan may beat it in money, because "
            "it may also exchange one treatment for another within stated limits.",
            "An ICER stands only where a policy is dearer and better than the next cheaper one "
            "that nothing beats; dominance is a word, never a number. Options of one decision "
            "point are often for different patients: their ratios do not choose for one patient.",
        ),
    )
    group = content.label(value_views.shown_group(content))
    cells = sheet.chart_grid(4, "Charts")
    frame, units = value_views.outcomes(content)
    numbers = frozenset(frame.columns[2:])
    formats = [format_for_unit(unit, _size(frame.iloc[i, 2:])) for i, unit in enumerate(units)]
    sheet.add_table(
        Block("outcomes", "What each policy gives", frame, {}, formats, numbers, {"Measure": 46})
    )
    compared = _strategies(sheet, content)
    yearly = sheet.add_table(_by_year(content))
    treatments = _cost_table(sheet, content, "treatment", "Treatment", "cost_by_treatment", 4)
    _cost_table(sheet, content, "category", "Category", "cost_by_category", 5)
    if compared is not None:
        value_charts.draw_plane(sheet, cells[0], *compared, content)
    value_charts.draw_budget(sheet, cells[3], yearly)
    shown = views.policies_in(content.tables["costs"])
    if shown:
        more = budget_views.by_category(content, shown[-1])
        caption = f"{shown[-1].capitalize()} against first come, by category, GBP thousand"
        signed = {h: SIGNED_BUDGET for h in more.columns[1:]}
        sheet.add_table(Block("budget_by_category", caption, more, signed, page=5))
        split = value_views.cost_by_year(content, shown[-1])
        by_treatment = sheet.add_table(
            Block(
                "cost_by_year_and_treatment",
                f"By year and treatment, GBP thousand, {shown[-1]}",
                split,
                {h: THOUSANDS for h in split.columns[1:]},
                page=6,
            )
        )
        value_charts.draw_costs(sheet, cells[1:3], treatments, by_treatment, shown[-1])
    patients = value_views.per_patient(content)
    sheet.add_table(
        Block(
            "per_patient",
            "One patient, from the start of the option",
            patients,
            value_charts.PATIENT_FORMATS,
            page=7,
        )
    )
    by_category = patient_views.patient_costs(content)
    sheet.add_table(
        Block(
            "patient_costs",
            f"One patient's cost by category, GBP, undiscounted, from the start on, {group}",
            by_category,
            {h: POUNDS for h in by_category.columns[2:]},
            page=8,
        )
    )
    _options(sheet, content)
    sheet.finish(content.version)


def _strategies(sheet: SheetWriter, content: ReportContent) -> tuple[Placed, Placed] | None:
    """Place the policies against each other and the threshold; none where they cannot be."""
    frame = economics_views.strategies(content)
    if frame.empty:
        return None
    formats = {"QALYs": PEOPLE, economics_views.MORE_QALYS: CHANGE}
    formats |= {h: SIGNED_POUNDS if "against" in h else POUNDS for h in economics_views.MONEY}
    caption = "Policies against first come, lifetime, discounted"
    wide = {"Standing": 34.0}
    placed = sheet.add_table(Block("strategies", caption, frame, formats, widths=wide, page=2))
    line = economics_views.threshold_line(content, frame)
    signed = {economics_views.MORE_QALYS: CHANGE, economics_views.LINE: SIGNED_POUNDS}
    worth = sheet.add_table(Block("threshold_line", "The threshold", line, signed, page=0))
    return placed, worth


def _options(sheet: SheetWriter, content: ReportContent) -> None:
    frame = economics_views.options(content)
    if frame.empty:
        return
    formats = {h: POUNDS for h in economics_views.OPTION_MONEY} | {"QALYs": TWO_PLACES}
    group = content.label(value_views.shown_group(content))
    caption = f"Options where a decision point has several, one patient, discounted, {group}"
    sheet.add_table(Block("option_strategies", caption, frame, formats, page=9))


def _size(row: pd.Series[float]) -> float:
    return max((abs(float(v)) for v in row if v is not None), default=0.0)


def _cost_table(
    sheet: SheetWriter, content: ReportContent, column: str, name: str, table: str, page: int
) -> Placed:
    frame = value_views.costs(content, column, name)
    formats = {h: THOUSANDS for h in frame.columns[1:]}
    caption = f"By {name.lower()}, GBP thousand"
    return sheet.add_table(Block(table, caption, frame, formats, page=page))


def _by_year(content: ReportContent) -> Block:
    frame = budget_views.by_year(content)
    formats = {
        h: SIGNED_BUDGET if h.endswith(budget_views.AGAINST) else THOUSANDS
        for h in frame.columns[1:]
    }
    caption = "Budget by year, GBP thousand, undiscounted, and against first come"
    return Block("budget_impact", caption, frame, formats, page=4)
