"""The sheet Chance: what becomes of the plan when people come by chance, and what buys safety."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import MONTH, PEOPLE, SHARE, WHOLE, Styles
from hepaplan.reports.views import chance as chance_views

ABOUT = (
    "The plan and first come when people come by chance and are whole: how likely each standard "
    "is met, how long lists may be, and what headroom buys."
)
NOTES = (
    "P10, P50 and P90: of 100 futures, 10, 50 and 90 lie below. A standard is met at a place in a "
    "month if nobody there is beyond it at the month's end. Headroom is what more of every "
    "resource that is ever full keeps the promise in the window's last year.",
    "Not drawn by chance: how long a case takes, cancelled lists, and the figures of the scenario. "
    "So the probabilities are still too good. By site and month: tables/chance.csv, "
    "tables/chance_lists.csv.",
)


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        titles.CHANCE,
        ABOUT,
        (content.site_note, *chance_views.warning(content), *NOTES),
    )
    lists = chance_views.lists_by_month(content)
    names = list(dict.fromkeys(lists["List"]))
    any_year = not content.tables["chance_years"].empty
    any_place = not content.tables["chance"].empty
    cells = iter(sheet.chart_grid(any_year + any_place + len(names), "By chance"))
    yearly = chance_views.years(content)
    shares = {h: SHARE for h in yearly.columns[2:]} | {"Its standard error": "0.0%"}
    sheet.add_table(
        Block(
            "chance_years",
            "Share started within the standard, all sites",
            yearly,
            shares,
            absent=chance_views.ABSENT,
        )
    )
    safe = chance_views.headroom(content)
    sheet.add_table(
        Block(
            "headroom",
            "Headroom that keeps the promise",
            safe,
            {h: SHARE for h in safe.columns[1:]} | {"Its standard error": "0.0%"},
            widths={"Headroom": 18.0},
            absent=chance_views.ABSENT,
        )
    )
    for page, policy in ((2, MOST_HEALTH), (3, FIRST_COME)):
        _promises(sheet, content, policy, page)
    if any_year:
        _draw_years(sheet, next(cells), content)
    if any_place:
        _draw_risk(sheet, next(cells), content)
    formats = {h: PEOPLE for h in lists.columns} | {"Month": MONTH}
    placed = sheet.add_table(
        Block(
            "lists_by_chance",
            f"The longest lists under the plan, people {_marked(content)}".strip(),
            lists,
            formats,
            page=0,
            absent=chance_views.ABSENT,
        )
    )
    for name in names:
        _draw_list(sheet, next(cells), placed, name)
    sheet.finish(content.version)


def _marked(content: ReportContent) -> str:
    return "(illustrative sites)" if content.site_note else ""


def _promises(sheet: SheetWriter, content: ReportContent, policy: str, page: int) -> None:
    frame = chance_views.promises(content, policy)
    absent = "The standard is met everywhere, as good as always."
    sheet.add_table(
        Block(
            f"promises_{policy.replace(' ', '_')}",
            f"How likely the standard is met, {policy} {_marked(content)}".strip(),
            frame,
            {h: SHARE for h in frame.columns[2:]},
            page=page,
            absent=chance_views.ABSENT if content.tables["chance"].empty else absent,
        )
    )


def _draw_years(sheet: SheetWriter, cell: str, content: ReportContent) -> None:
    frame = chance_views.medians(content)
    placed = sheet.add_table(
        Block("medians", "Median share", frame, {h: SHARE for h in frame.columns[1:]}, page=0)
    )
    axis = "Share started within the standard, median of all futures"
    headline = chance_views.years_headline(content)
    _bars(sheet, cell, placed, axis, headline, "the median share started in time, by year")


def _draw_risk(sheet: SheetWriter, cell: str, content: ReportContent) -> None:
    frame = chance_views.at_risk(content)
    caption = f"Promises most at risk {_marked(content)}".strip()
    formats = {h: SHARE for h in frame.columns[1:]}
    placed = sheet.add_table(Block("promises_at_risk", caption, frame, formats, page=0))
    axis = "Probability that nobody is beyond the standard, mean of all months"
    headline = chance_views.risk_headline(frame)
    _bars(sheet, cell, placed, axis, headline, "the probability that a standard is met")


def _bars(
    sheet: SheetWriter, cell: str, placed: Placed, axis: str, headline: str, what: str
) -> None:
    first, *policies = placed.frame.columns
    chart = charts.bars(
        [charts.Line(p, placed.reference(p)) for p in policies],
        placed.reference(first),
        {"Promise": "Decision point and site"}.get(first, first),
        axis,
        SHARE,
    )
    chart.y_axis.scaling.max = 1
    chart.y_axis.majorUnit = 0.2
    charts.place(sheet.sheet, chart, cell, headline, f"Horizontal bars of {what}, by policy.")


def _draw_list(sheet: SheetWriter, cell: str, placed: Placed, name: str) -> None:
    rows = placed.frame.index[placed.frame["List"] == name]
    first, count = int(rows[0]), len(rows)
    shown = (chance_views.EXPECTED, chance_views.MEAN, chance_views.LOW, chance_views.HIGH)
    charts.place(
        sheet.sheet,
        charts.month_lines(
            [charts.Line(h, placed.reference(h, first, count)) for h in shown],
            placed.reference("Month", first, count),
            "People waiting at a month's end",
            WHOLE,
        ),
        cell,
        chance_views.list_headline(name, placed.frame.loc[rows]),
        f"Line chart by month of people waiting, {name}: expected by the plan, and by chance.",
    )
