"""The sheet Survival: overall survival after each option, and how it compares with studies."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import charts, value_views
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import FINE_SHARE, SHARE, WHOLE, Styles

TITLE = "Survival"
ABOUT = "Share of patients alive after the start of a treatment, all causes of death counted."
MOST_LINES = 6


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    group = content.label(value_views.shown_group(content))
    sheet = SheetWriter(
        workbook,
        styles,
        TITLE,
        ABOUT,
        (
            f"Charts are for the largest age group ({group}); the tables stand to their right; "
            "every month and group: tables/survival.csv.",
            "Modelled overall survival emerges from the pathway; it is never fitted to the "
            "published figure beside it.",
        ),
    )
    curves, headings = value_views.survival_curves(content)
    drawn = chart_plan(content, headings)
    cells = sheet.chart_grid(len(drawn), f"Share alive, {group}")
    yearly = value_views.survival_by_year(content)
    sheet.add_table(
        Block(
            "survival_by_year",
            "Alive after the start",
            yearly,
            {h: SHARE for h in yearly.columns[3:]},
        )
    )
    compared = value_views.published(content)
    sheet.add_table(
        Block(
            "published_survival",
            "Published overall survival beside the modelled",
            compared,
            {
                "Month": WHOLE,
                "Published": "0.0%",
                "Modelled": "0.0%",
                "Difference": "+0.0%;-0.0%;0.0%",
            },
            page=2,
        )
    )
    placed = sheet.add_table(
        Block(
            "survival_curves",
            f"The curves of the charts, {group}",
            curves,
            {h: FINE_SHARE for h in curves.columns[1:]},
            widths={h: 22 for h in curves.columns},
            page=0,
        )
    )
    for cell, (title, names) in zip(cells, drawn.items(), strict=True):
        _draw(sheet, cell, placed, title, names, group)
    sheet.finish(content.version)


def chart_plan(content: ReportContent, headings: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the curves of each chart: a chart for each point with a choice, then the rest."""
    plan: dict[str, list[str]] = {}
    single: list[str] = []
    for point, names in headings.items():
        if len(names) == 1:
            single += names
        for part, start in enumerate(range(0, len(names), MOST_LINES)):
            if len(names) > 1:
                title = content.label(point) + (f" ({part + 1})" if len(names) > MOST_LINES else "")
                plan[title] = names[start : start + MOST_LINES]
    for part, start in enumerate(range(0, len(single), MOST_LINES)):
        title = "Where there is one option" + (f" ({part + 1})" if len(single) > MOST_LINES else "")
        plan[title] = single[start : start + MOST_LINES]
    return plan


def _draw(
    sheet: SheetWriter, cell: str, placed: Placed, title: str, names: list[str], group: str
) -> None:
    months = placed.reference("Months since start")
    short = {name: name.removeprefix(f"{title}: ") for name in names}
    lines = [charts.Line(short[name], placed.reference(name), months) for name in names]
    last = float(placed.frame["Months since start"].max())
    charts.place(
        sheet.sheet,
        charts.curves(lines, "Months since the start of treatment", "Share alive", last),
        cell,
        curves_headline(placed, title, short, group),
        f"Survival curves by month since start for {group}.",
    )


def curves_headline(placed: Placed, title: str, names: dict[str, str], group: str) -> str:
    """Return what the chart of curves shows: the best and the worst share alive at five years."""
    at = placed.frame.index[placed.frame["Months since start"] == 60]
    if len(at) == 0:
        return f"{title}, {group}: share alive by month"
    alive = placed.frame.loc[at[0], list(names)].astype(float)
    best, worst = str(alive.idxmax()), str(alive.idxmin())
    text = f"{title}, {group}: {alive[best]:.0%} alive at five years after {names[best].lower()}"
    return text if best == worst else f"{text}, {alive[worst]:.0%} after {names[worst].lower()}"
