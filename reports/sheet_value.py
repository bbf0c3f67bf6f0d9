"""The sheet Health and cost: what each policy gives in health and takes in money."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import charts, value_views, views
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import (
    MILLIONS,
    PEOPLE,
    POUNDS,
    SHARE,
    THOUSANDS,
    TWO_PLACES,
    Styles,
    format_for_unit,
)

TITLE = "Health and cost"
ABOUT = "Health and money under each policy, costs by treatment and year, and one patient's course."


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        TITLE,
        ABOUT,
        (
            "Costs by treatment, category and year are not discounted, and shown in thousand "
            "pounds (k). All three together: tables/costs.csv.",
            "Nothing scarce is usual care without limits. The plan may beat it in money, because "
            "it may also exchange one treatment for another within stated limits.",
            *value_views.comparison(content),
        ),
    )
    cells = sheet.chart_grid(2, "Charts")
    frame, units = value_views.outcomes(content)
    numbers = frozenset(frame.columns[2:])
    formats = [format_for_unit(unit, _size(frame.iloc[i, 2:])) for i, unit in enumerate(units)]
    sheet.add_table(
        Block("outcomes", "What each policy gives", frame, {}, formats, numbers, {"Measure": 46})
    )
    treatments = _cost_table(sheet, content, "treatment", "Treatment", "cost_by_treatment")
    _cost_table(sheet, content, "year", "Year", "cost_by_year")
    _cost_table(sheet, content, "category", "Category", "cost_by_category", page=3)
    shown = views.policies_in(content.tables["costs"])
    if shown:
        split = value_views.cost_by_year(content, shown[-1])
        yearly = sheet.add_table(
            Block(
                "cost_by_year_and_treatment",
                f"By year and treatment, GBP thousand, {shown[-1]}",
                split,
                {h: THOUSANDS for h in split.columns[1:]},
                page=4,
            )
        )
        _draw(sheet, cells, treatments, yearly, shown[-1])
    patients = value_views.per_patient(content)
    sheet.add_table(
        Block(
            "per_patient", "One patient, from the start of the option", patients, _FORMATS, page=5
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
    "Alive at 1 year": SHARE,
    "Alive at 5 years": SHARE,
}


def _size(row: pd.Series[float]) -> float:
    return max((abs(float(v)) for v in row if v is not None), default=0.0)


def _cost_table(
    sheet: SheetWriter, content: ReportContent, column: str, name: str, table: str, page: int = 2
) -> Placed:
    frame = value_views.costs(content, column, name)
    formats = {h: THOUSANDS for h in frame.columns[1:]}
    caption = f"By {name.lower()}, GBP thousand"
    return sheet.add_table(Block(table, caption, frame, formats, page=page))


def _draw(
    sheet: SheetWriter, cells: list[str], treatments: Placed, yearly: Placed, policy: str
) -> None:
    if treatments.frame.empty or yearly.frame.empty:
        return
    charts.place(
        sheet.sheet,
        charts.bars(
            [
                charts.Line(
                    treatments.frame.columns[-1], treatments.reference(treatments.frame.columns[-1])
                )
            ],
            treatments.reference("Treatment"),
            "Treatment",
            f"GBP million in the whole window, {policy}",
            MILLIONS,
            '[>=995000]"£"0.0,,"m";"£"0,"k"',
        ),
        cells[0],
        cost_headline(treatments.frame),
        f"Horizontal bars of undiscounted cost by treatment, {policy}.",
    )
    charts.place(
        sheet.sheet,
        charts.columns(
            [charts.Line(str(t), yearly.reference(str(t))) for t in yearly.frame.columns[1:]],
            yearly.reference("Year"),
            "Year",
            f"GBP million a year, {policy}",
            MILLIONS,
        ),
        cells[1],
        year_headline(yearly.frame, policy),
        f"Stacked columns of undiscounted cost by year and treatment, {policy}.",
    )


def cost_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of costs shows: the treatment that costs most, and its share."""
    policy = str(frame.columns[-1])
    total = frame[policy].sum()
    if total == 0:
        return "No costs in this run"
    top = frame.iloc[int(frame[policy].argmax())]
    return (
        f"{top['Treatment']} takes {top[policy] / total:.0%} of £{total / 1e6:,.1f} million "
        f"({policy.lower()}, whole window)"
    )


def year_headline(frame: pd.DataFrame, policy: str) -> str:
    """Return what the chart of yearly costs shows: the first and the last year."""
    totals = frame.iloc[:, 1:].sum(axis=1) / 1e6
    first, last = frame["Year"].iloc[0], frame["Year"].iloc[-1]
    if first == last:
        return f"£{totals.iloc[0]:,.1f} million in {first}, {policy}"
    return (
        f"£{totals.iloc[0]:,.1f} million in {first} and £{totals.iloc[-1]:,.1f} million "
        f"in {last}, {policy}"
    )
