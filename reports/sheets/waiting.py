"""The sheet Waiting: how many people wait at each decision point, under each policy."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import MONTH, PEOPLE, TWO_PLACES, WHOLE, Styles
from hepaplan.reports.views import delay as delay_views
from hepaplan.reports.views import lists as list_views
from hepaplan.reports.views import plan as plan_views
from hepaplan.reports.views import shown as views

ABOUT = (
    "People waiting at the end of a month for the next treatment, those beyond the standard, and "
    "what a later start costs."
)
MOST_LISTS = 4
SHORT = 0.5
WAITING, BEYOND = "Waiting, ", "Beyond standard, "


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        titles.WAITING,
        ABOUT,
        (
            content.site_note,
            *delay_views.delay_words(content),
            f"Charts: all lists, then the {MOST_LISTS} longest; tables sum lists "
            f"below {plan_views.SMALL_LIST:g} people; by group and wait: tables/waiting.csv, "
            "tables/delay.csv.",
            "Months with fewer working days make lists rise: capacity follows working days, "
            "people fall ill every day.",
            *delay_views.gain_words(content),
        ),
    )
    monthly = plan_views.waiting(content)
    points = longest(monthly)
    bands = list_views.by_band(content)
    count = 0 if monthly.empty else 2 + (not bands.empty) + len(points)
    cells = sheet.chart_grid(count, "People at a month's end")
    for page, (column, name, caption) in enumerate(
        (
            ("waiting", "waiting_by_year", "Waiting, average of the year's months"),
            ("beyond_standard", "beyond_by_year", "Beyond the standard, average of the year"),
        ),
        start=1,
    ):
        frame = plan_views.waiting_by_year(content, column)
        sheet.add_table(Block(name, caption, frame, _people(frame), page=page))
    sites = plan_views.waiting_by_site(content)
    marked = "(illustrative sites)" if content.site_note else ""
    sheet.add_table(
        Block(
            "waiting_by_site",
            f"Waiting in an average month, by site {marked}",
            sites,
            _people(sites),
            page=3,
        )
    )
    _later_start(sheet, content)
    _rests_on_delay(sheet, content)
    _planning(sheet, content)
    placed = sheet.add_table(
        Block("waiting_by_month", "Every month", monthly, _people(monthly), page=0)
    )
    together = plan_views.waiting_in_all(monthly)
    in_all = sheet.add_table(
        Block("waiting_in_all", "All lists together", together, _people(together), page=0)
    )
    if cells:
        rows = (0, len(together))
        _draw(sheet, cells[0], in_all, "All lists together", WAITING, rows)
        _draw(sheet, cells[1], in_all, "Beyond the waiting standard", BEYOND, rows)
        if not bands.empty:
            _draw_bands(sheet, cells.pop(2), bands)
    for cell, point in zip(cells[2:], points, strict=True):
        chosen = monthly.index[monthly["Decision point"] == point]
        _draw(sheet, cell, placed, point, WAITING, (int(chosen[0]), len(chosen)))
    sheet.finish(content.version)


def _draw_bands(sheet: SheetWriter, cell: str, frame: pd.DataFrame) -> None:
    caption = "All lists by months waited, first come"
    placed = sheet.add_table(Block("waiting_by_band", caption, frame, _people(frame), page=0))
    lines = [charts.Line(str(h), placed.reference(str(h))) for h in frame.columns[1:]]
    months = placed.reference("Month")
    charts.place(
        sheet.sheet,
        charts.columns(lines, months, "Month", "People waiting", WHOLE, dates=True),
        cell,
        list_views.band_headline(frame),
        "Stacked columns of people waiting at each month's end under first come, by months waited.",
    )


def _later_start(sheet: SheetWriter, content: ReportContent) -> None:
    later = delay_views.later_start(content)
    if later.empty:
        return
    sheet.add_table(
        Block(
            "later_start",
            delay_views.caption(content),
            later,
            {h: TWO_PLACES for h in later.columns[2:]},
            widths=dict.fromkeys(later.columns[2:], 10.5),
            page=4,
        )
    )


def _rests_on_delay(sheet: SheetWriter, content: ReportContent) -> None:
    frame = delay_views.variants(content)
    caption = "The plan's gain by what delay does, discounted QALYs"
    amounts = {h: PEOPLE for h in frame.columns[1:]}
    sheet.add_table(Block("delay_variants", caption, frame, amounts, page=5))


def _planning(sheet: SheetWriter, content: ReportContent) -> None:
    frame = list_views.list_planning(content)
    marked = "(illustrative sites)" if content.site_note else ""
    sheet.add_table(
        Block(
            "list_planning",
            f"Planning figures of lists in the window's last year {marked}".strip(),
            frame,
            {h: TWO_PLACES for h in frame.columns[2:]},
            page=5,
            absent="No list holds a tenth of a person when the window ends.",
        )
    )


def _people(frame: pd.DataFrame) -> dict[str, str]:
    return {h: PEOPLE for h in frame.columns} | {"Month": MONTH}


def _columns(frame: pd.DataFrame, start: str) -> list[str]:
    return [h for h in frame.columns if h.startswith(start)]


def longest(frame: pd.DataFrame) -> list[str]:
    """Return the decision points with the longest lists, at their peak, longest first."""
    if frame.empty:
        return []
    peak = frame.set_index("Decision point")[_columns(frame, WAITING)].max(axis=1)
    peak = peak.groupby(level=0).max()
    peak = peak[peak >= SHORT].sort_values(ascending=False, kind="stable")
    return [str(point) for point in peak.index[:MOST_LISTS]]


def _draw(
    sheet: SheetWriter, cell: str, placed: Placed, name: str, start: str, rows: tuple[int, int]
) -> None:
    first, count = rows
    lines = [
        charts.Line(
            views.heading(heading.removeprefix(start)), placed.reference(heading, first, count)
        )
        for heading in _columns(placed.frame, start)
    ]
    months = placed.reference("Month", first, count)
    title = "People waiting" if start == WAITING else "People beyond the standard"
    charts.place(
        sheet.sheet,
        charts.month_lines(lines, months, title, WHOLE),
        cell,
        list_headline(name, placed.frame.iloc[first : first + count], start),
        f"Line chart of people at the end of each month, {name}, under each policy.",
    )


def list_headline(name: str, frame: pd.DataFrame, start: str) -> str:
    """Return what the chart of a list shows: its average and its peak under each policy."""
    parts = [
        f"{frame[h].mean():,.1f} {views.policy_words(h.removeprefix(start))} "
        f"(at most {frame[h].max():,.0f})"
        for h in views.compared(_columns(frame, start))
    ]
    return f"{name}, in an average month: {', '.join(parts)}"
