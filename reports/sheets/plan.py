"""The sheet Plan: which treatments start, where and when, under each policy."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.readings import NOTHING_SCARCE
from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import CHANGE, FEWER, MONTH, PEOPLE, SHARE, WHOLE, WHOLE_PEOPLE, Styles
from hepaplan.reports.views import lists as list_views
from hepaplan.reports.views import plan as plan_views
from hepaplan.reports.views import shown as views

ABOUT = (
    "Treatment starts under each policy: nothing scarce (what is wanted), first come (as "
    "today), longest wait (the same, network-wide) and most health (the plan)."
)
MOST_CHANGES = 8
WINDOW = "Average of the window"


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    access = list_views.access(content)
    sheet = SheetWriter(
        workbook,
        styles,
        titles.PLAN,
        ABOUT,
        (
            content.site_note,
            "Starts are averages, so fractions occur. By group and months waited: "
            "tables/starts.csv.",
            views.BACKLOG,
            *list_views.access_words(access),
        ),
    )
    cells = sheet.chart_grid(4, "Charts")
    marked = "(illustrative sites)" if content.site_note else ""
    yearly = _people(
        "plan_by_year", "Starts by treatment and year", plan_views.treatments_by_year(content)
    )
    sheet.add_table(yearly)
    total = plan_views.treatments_in_all(content)
    sheet.add_table(_people("plan_in_all", "Starts in the whole window", total, page=2))
    missing = plan_views.treatments_missing(content)
    missed = sheet.add_table(
        _people("plan_missing", "Fewer starts a year than wanted (- more)", missing, 2, FEWER)
    )
    sites = plan_views.starts_by_site(content, monthly=False)
    sheet.add_table(
        _people("plan_by_site", f"Starts a year by site and treatment {marked}", sites, 3)
    )
    in_all = sheet.add_table(
        _people(
            "plan_site_totals", f"Starts a year by site {marked}", plan_views.site_totals(sites), 4
        )
    )
    changes = sheet.add_table(
        _people(
            "plan_changes",
            f"Largest changes, starts a year {marked}",
            plan_views.largest_changes(sites, MOST_CHANGES),
            4,
        )
    )
    sheet.add_table(Block("access", "Access by region", access, _access_formats(access), page=5))
    monthly = sheet.add_table(
        _people("plan_by_month", "All starts by month", plan_views.starts_by_month(content), 0)
    )
    detail = plan_views.starts_by_site(content, monthly=True)
    sheet.add_table(
        _people(
            "plan_by_site_and_month", f"Starts by site, treatment and month {marked}", detail, 0
        )
    )
    if not monthly.frame.empty:
        _draw_starts(sheet, cells, missed, monthly)
    if not changes.frame.empty:
        _draw_sites(sheet, cells, in_all, changes)
    sheet.finish(content.version)


def _people(
    name: str, caption: str, frame: pd.DataFrame, page: int = 1, people: str = PEOPLE
) -> Block:
    """Return a table of people: months as dates, changes with their sign."""
    formats = {h: people for h in frame.columns} | {"Month": MONTH, "Change": CHANGE}
    return Block(name, caption, frame, formats, page=page)


def _access_formats(frame: pd.DataFrame) -> dict[str, str]:
    kinds = {list_views.STARTS: PEOPLE, list_views.MINUTES: WHOLE, list_views.WORST: SHARE}
    return {h: kinds[h.split(",")[0]] for h in frame.columns[1:]}


def _draw_starts(sheet: SheetWriter, cells: list[str], missed: Placed, monthly: Placed) -> None:
    if not missed.frame.empty:
        charts.place(
            sheet.sheet,
            charts.bars(
                [
                    charts.Line(p, missed.reference(p))
                    for p in views.compared(missed.frame.columns[1:])
                ],
                missed.reference("Treatment"),
                "Treatment",
                "Starts a year fewer than wanted",
                "0.0",
                from_zero=False,
            ),
            cells[0],
            missing_headline(missed.frame),
            "Horizontal bars of treatment starts a year fewer than wanted, under each policy.",
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


def _draw_sites(sheet: SheetWriter, cells: list[str], in_all: Placed, changes: Placed) -> None:
    policies = [h for h in in_all.frame.columns if h not in ("Site", "Change")]
    policies = views.compared(policies)
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line(p, in_all.reference(p)) for p in policies],
            in_all.reference("Site"),
            "Site",
            f"Starts a year. {WINDOW}",
            WHOLE,
            WHOLE_PEOPLE,
        ),
        cells[2],
        sites_headline(in_all.frame),
        "Horizontal bars of treatment starts a year by site under each policy.",
    )
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line("Change", changes.reference("Change"))],
            changes.reference("Where"),
            "Site and treatment",
            f"Starts a year more (+) or fewer (-). {WINDOW}",
            "+0;-0;0",
            from_zero=False,
        ),
        cells[3],
        changes_headline(changes.frame),
        "Horizontal bars of the largest changes in starts a year between the policies.",
    )


def missing_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of missing starts shows: how many, under each policy, and of what."""
    parts = [
        f"{frame[p].sum():,.1f} {views.policy_words(p)}" for p in views.compared(frame.columns[1:])
    ]
    last = frame.columns[-1]
    worst = frame.iloc[int(frame[last].argmax())]
    return (
        f"Starts a year fewer than wanted: {', '.join(parts)}, of these most "
        f"{views.in_sentence(str(worst['Treatment']))} ({worst[last]:,.1f})"
    )


def starts_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of all starts shows: the monthly level under each policy."""
    wanted = views.heading(NOTHING_SCARCE)
    levels = [
        f"{frame[name].mean():,.1f} {'wanted' if name == wanted else views.policy_words(name)}"
        for name in frame.columns[1:]
    ]
    return f"Treatment starts in an average month: {', '.join(levels)}"


def sites_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of sites shows: where starts rise and fall most under the plan."""
    up = frame.iloc[int(frame["Change"].argmax())]
    down = frame.iloc[int(frame["Change"].argmin())]
    if max(up["Change"], -down["Change"]) < 0.5:
        return f"No site gains or loses a start a year, of {frame.iloc[:, 1].sum():,.0f}"
    return (
        f"The plan moves work: {up['Site']} {up['Change']:+,.0f} starts a year, "
        f"{down['Site']} {down['Change']:+,.0f}"
    )


def changes_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of changes shows: the largest one, before and after."""
    top = frame.iloc[0]
    first, last = frame.columns[1], frame.columns[-2]
    return (
        f"Largest change: {top['Where']}, from {top[first]:,.0f} to {top[last]:,.0f} starts a year"
    )
