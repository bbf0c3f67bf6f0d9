"""The sheet Waiting lists: how many people wait at each decision point, under each policy."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import charts, views
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import MONTH, PEOPLE, WHOLE, Styles

TITLE = "Waiting lists"
ABOUT = (
    "People waiting at the end of a month for the next treatment, and those beyond the standard."
)
MOST_CHARTS = 8


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        TITLE,
        ABOUT,
        (
            content.site_note,
            f"Charts: the longest lists, {MOST_CHARTS} at most. The tables stand to their right; "
            "the one by month is not printed. By group and months waited: tables/waiting.csv.",
        ),
    )
    monthly = views.waiting(content, year_ends=False)
    points = longest(monthly)
    cells = sheet.chart_grid(len(points), "People waiting at the end of each month")
    ends = views.waiting(content, year_ends=True)
    sheet.add_table(Block("waiting_at_year_ends", "At the end of each year", ends, _people(ends)))
    sites = views.waiting_by_site(content)
    marked = "(illustrative sites)" if content.site_note else ""
    sheet.add_table(
        Block(
            "waiting_by_site",
            f"At the end of the window, by site {marked}",
            sites,
            _people(sites),
            page=2,
        )
    )
    placed = sheet.add_table(
        Block("waiting_by_month", "Every month", monthly, _people(monthly), page=0)
    )
    for cell, point in zip(cells, points, strict=True):
        _draw(sheet, cell, placed, point)
    sheet.finish(content.version)


def _people(frame: pd.DataFrame) -> dict[str, str]:
    return {h: PEOPLE for h in frame.columns} | {"Month": MONTH}


def _waiting(frame: pd.DataFrame) -> list[str]:
    return [h for h in frame.columns if h.startswith("Waiting, ")]


def longest(frame: pd.DataFrame) -> list[str]:
    """Return the decision points with the longest lists, at their peak, longest first."""
    if frame.empty:
        return []
    peak = frame.set_index("Decision point")[_waiting(frame)].max(axis=1).groupby(level=0).max()
    peak = peak[peak >= 0.05].sort_values(ascending=False, kind="stable")
    return [str(point) for point in peak.index[:MOST_CHARTS]]


def _draw(sheet: SheetWriter, cell: str, placed: Placed, point: str) -> None:
    rows = placed.frame.index[placed.frame["Decision point"] == point]
    first, count = int(rows[0]), len(rows)
    lines = [
        charts.Line(
            views.heading(heading.removeprefix("Waiting, ")),
            placed.reference(heading, first, count),
        )
        for heading in _waiting(placed.frame)
    ]
    charts.place(
        sheet.sheet,
        charts.month_lines(lines, placed.reference("Month", first, count), "People waiting", WHOLE),
        cell,
        list_headline(point, placed.frame.loc[rows]),
        f"Line chart of people waiting at the end of each month, {point}, under each policy.",
    )


def list_headline(point: str, frame: pd.DataFrame) -> str:
    """Return what the chart of a list shows: how many wait at the end, under each policy."""
    last = frame.iloc[-1]
    ends = [f"{h.removeprefix('Waiting, ')} {last[h]:,.0f}" for h in _waiting(frame)]
    return f"{point}: people waiting at the end, {', '.join(ends)}"
