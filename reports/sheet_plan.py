"""The sheet Plan: which treatments start, where and when, under each policy."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import charts, views
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import POLICIES, ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import MONTH, PEOPLE, WHOLE, Styles

TITLE = "Plan"
ABOUT = (
    "Treatment starts under each policy: nothing scarce (what is wanted), first come (as today) "
    "and most health (the plan)."
)


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        TITLE,
        ABOUT,
        (
            content.site_note,
            "Starts are averages, so fractions occur. The tables stand to the right of the charts; "
            "those by month are not printed. By group and months waited: tables/starts.csv.",
        ),
    )
    cells = sheet.chart_grid(2, "Charts")
    yearly = views.treatments_by_year(content)
    sheet.add_table(Block("plan_by_year", "Starts by treatment and year", yearly, _people(yearly)))
    total = views.treatments_in_all(content)
    in_all = sheet.add_table(
        Block("plan_in_all", "Starts in the whole window", total, _people(total))
    )
    marked = "(illustrative sites)" if content.site_note else ""
    sites = views.starts_by_site(content, monthly=False)
    sheet.add_table(
        Block(
            "plan_by_site",
            f"Starts by site, treatment and year {marked}",
            sites,
            _people(sites),
            page=2,
        )
    )
    months = views.starts_by_month(content)
    monthly = sheet.add_table(
        Block("plan_by_month", "All starts by month", months, _people(months), page=0)
    )
    detail = views.starts_by_site(content, monthly=True)
    sheet.add_table(
        Block(
            "plan_by_site_and_month",
            f"Starts by site, treatment and month {marked}",
            detail,
            _people(detail),
            page=0,
        )
    )
    _draw(sheet, cells, in_all, monthly)
    sheet.finish(content.version)


def _people(frame: pd.DataFrame) -> dict[str, str]:
    return {h: PEOPLE for h in frame.columns} | {"Month": MONTH}


def _draw(sheet: SheetWriter, cells: list[str], in_all: Placed, monthly: Placed) -> None:
    months = len(monthly.frame)
    if months == 0:
        return
    if not in_all.frame.empty:
        charts.place(
            sheet.sheet,
            charts.bars(
                [charts.Line(p, in_all.reference(p)) for p in in_all.frame.columns[1:]],
                in_all.reference("Treatment"),
                "Treatment",
                "Starts in the whole window",
                WHOLE,
            ),
            cells[0],
            treatments_headline(in_all.frame, months),
            "Horizontal bars of treatment starts in the whole window under each policy.",
        )
    charts.place(
        sheet.sheet,
        charts.month_lines(
            [charts.Line(p, monthly.reference(p)) for p in monthly.frame.columns[1:]],
            monthly.reference("Month"),
            "Starts a month",
            WHOLE,
        ),
        cells[1],
        starts_headline(monthly.frame),
        "Line chart of all treatment starts in each month under each policy.",
    )


def treatments_headline(frame: pd.DataFrame, months: int) -> str:
    """Return what the chart of treatments shows: which treatment falls furthest short."""
    wanted, chosen = views.heading(POLICIES[0]), views.heading(POLICIES[2])
    if wanted not in frame.columns or chosen not in frame.columns:
        return "Treatment starts in the whole window, by policy"
    gap = (frame[wanted] - frame[chosen]) * 12 / months
    if gap.max() < 0.5:
        return "Nearly every treatment that is wanted is started under most health"
    worst = frame.iloc[int(gap.argmax())]
    return (
        f"Furthest short under most health: {str(worst['Treatment']).lower()}, "
        f"{worst[chosen] * 12 / months:,.0f} of {worst[wanted] * 12 / months:,.0f} wanted a year"
    )


def starts_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of all starts shows: the monthly level under each policy."""
    levels = [f"{name.lower()} {frame[name].mean():,.0f}" for name in frame.columns[1:]]
    return f"Treatment starts a month, on average: {', '.join(levels)}"
