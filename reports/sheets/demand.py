"""The sheet Demand: who falls ill and what they need when nothing is scarce."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import MONTH, PEOPLE, WHOLE, WHOLE_PEOPLE, Styles
from hepaplan.reports.views import shown as views

ABOUT = "People who fall ill and the treatments they need, before asking what the sites can do."


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        titles.DEMAND,
        ABOUT,
        (
            "Sums of the tables cases, metastases and demand; the files in the folder tables/ "
            "hold them by region, sex, age, stage, timing and group. Months differ by their days; "
            "people who wait as the window begins are counted in its first month.",
        ),
    )
    cells = sheet.chart_grid(4, "Charts")
    frame = views.cases_by_month(content)
    people = {heading: PEOPLE for heading in frame.columns[1:]}
    monthly = sheet.add_table(
        Block("demand_by_month", "By month, people", frame, {"Month": MONTH} | people)
    )
    regions = views.by_region(content)
    whole = {heading: WHOLE for heading in regions.columns[1:]}
    sheet.add_table(
        Block("demand_by_region", "By region, people in the whole window", regions, whole, page=2)
    )
    treatments = views.demand_by_year(content, "treatment", "Treatment")
    treatments = views.by_size(treatments, "All years")
    yearly = sheet.add_table(_yearly("demand_by_treatment", "Starts wanted", treatments))
    points = views.demand_by_year(content, "decision_point", "Decision point")
    by_point = sheet.add_table(
        _yearly("demand_by_point", "Starts wanted, by decision point", points, page=3)
    )
    _draw_people(sheet, cells, monthly)
    _draw_starts(sheet, cells, yearly, by_point)
    sheet.finish(content.version)


def _yearly(name: str, caption: str, frame: pd.DataFrame, page: int = 2) -> Block:
    return Block(name, caption, frame, {h: PEOPLE for h in frame.columns[1:]}, page=page)


def _draw_people(sheet: SheetWriter, cells: list[str], monthly: Placed) -> None:
    if monthly.frame.empty:
        return
    frame = monthly.frame
    months = monthly.reference("Month")
    charts.place(
        sheet.sheet,
        charts.month_lines(
            [charts.Line("Colorectal cancers", monthly.reference("Colorectal cancers"))],
            months,
            "People a month",
            WHOLE,
        ),
        cells[0],
        cases_headline(frame),
        "Line chart of people diagnosed with colorectal cancer in each month.",
    )
    charts.place(
        sheet.sheet,
        charts.columns(
            [
                charts.Line("At diagnosis", monthly.reference("Liver metastases at diagnosis")),
                charts.Line("Later", monthly.reference("Liver metastases later")),
            ],
            months,
            "Month",
            "People a month",
            WHOLE,
            dates=True,
        ),
        cells[1],
        metastases_headline(frame),
        "Stacked columns of people with new liver metastases in each month, found with the "
        "cancer (synchronous) or later (metachronous).",
    )


def _draw_starts(sheet: SheetWriter, cells: list[str], yearly: Placed, by_point: Placed) -> None:
    if yearly.frame.empty:
        return
    for cell, placed, name, headline in (
        (cells[2], yearly, "Treatment", treatments_headline(yearly.frame)),
        (cells[3], by_point, "Decision point", points_headline(by_point.frame)),
    ):
        chart = charts.bars(
            [charts.Line("Starts wanted", placed.reference("A year"))],
            placed.reference(name),
            name,
            "Starts wanted a year, average of the window",
            WHOLE,
            WHOLE_PEOPLE,
        )
        description = f"Horizontal bars of starts wanted when nothing is scarce, by {name.lower()}."
        charts.place(sheet.sheet, chart, cell, headline, description)


def cases_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of cases shows: the monthly level, and its change over the years."""
    cases = frame["Colorectal cancers"]
    text = f"About {cases.mean():,.0f} colorectal cancers a month"
    if len(cases) < 24:
        return text
    first, last = cases.iloc[:12].sum(), cases.iloc[-12:].sum()
    return f"{text}: {first:,.0f} in the first year, {last:,.0f} in the last"


def metastases_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of metastases shows: the monthly level and the share at diagnosis."""
    total = frame["New liver metastases, all"].sum()
    if total == 0:
        return "Nobody has new liver metastases"
    share = frame["Liver metastases at diagnosis"].sum() / total
    return (
        f"About {total / len(frame):,.0f} people a month have new liver metastases, "
        f"{share:.0%} of them when the cancer is diagnosed"
    )


def treatments_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of treatments shows: the most frequent one, a year."""
    top = frame.iloc[0]
    return (
        f"{frame['A year'].sum():,.0f} treatment starts a year are wanted; most of one kind: "
        f"{views.in_sentence(str(top['Treatment']))}, {top['A year']:,.0f} a year"
    )


def points_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of decision points shows: where most starts are wanted, a year."""
    top = frame.sort_values("A year", ascending=False, kind="stable").head(2)
    named = [
        f"{views.in_sentence(str(point))} ({number:,.0f} a year)"
        for point, number in zip(top["Decision point"], top["A year"], strict=True)
    ]
    return f"Most starts are wanted for {', then '.join(named)}"
