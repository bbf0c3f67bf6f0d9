"""The sheet Health and cost: what becomes of patients, and what each policy gives and takes."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import budget_views, patient_views, value_charts, value_views, views
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import (
    PEOPLE,
    POUNDS,
    SIGNED_BUDGET,
    THOUSANDS,
    TWO_PLACES,
    Styles,
    format_for_unit,
)

TITLE = "Health and cost"
ABOUT = (
    "What becomes of new patients; health and money under each policy; costs by treatment, "
    "category and year."
)


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        TITLE,
        ABOUT,
        (
            *patient_views.expected(content),
            "Costs by treatment, category and year are not discounted, and shown in thousand "
            "pounds (k). All three together: tables/costs.csv.",
            *value_views.whom_counted(content),
            "Nothing scarce is usual care without limits. The plan may beat it in money, because "
            "it may also exchange one treatment for another within stated limits.",
            *value_views.comparison(content),
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
    expected, by_column = patient_views.region(content)
    sheet.add_table(
        Block(
            "region",
            "What the region's new patients can expect, usual care, nothing scarce",
            expected,
            cell_formats=by_column,
            page=2,
        )
    )
    arriving = sheet.add_table(
        Block(
            "arrival_value",
            "What becomes of an arrival at each decision point, all ages, usual care",
            patient_views.arrival_value(content),
            _FORMATS,
            page=3,
        )
    )
    yearly = sheet.add_table(_by_year(content))
    treatments = _cost_table(sheet, content, "treatment", "Treatment", "cost_by_treatment", 4)
    _cost_table(sheet, content, "category", "Category", "cost_by_category", 5)
    value_charts.draw_deaths(sheet, cells[0], arriving, content)
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
            "per_patient", "One patient, from the start of the option", patients, _FORMATS, page=7
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
    sheet.finish(content.version)


_FORMATS = {
    "Life-years": TWO_PLACES,
    "QALYs": TWO_PLACES,
    "QALYs, discounted": TWO_PLACES,
    "Cost, GBP": POUNDS,
    "Cost, GBP, discounted": POUNDS,
    "Median survival, months": PEOPLE,
    patient_views.PEOPLE_A_YEAR: PEOPLE,
} | {words: "0.0%" for words in value_views.CAUSES.values()}


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
