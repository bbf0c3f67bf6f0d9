"""The sheet Survival: overall survival after each option, and how it compares with studies."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import charts, value_views
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import FINE_SHARE, SHARE, Styles
from hepaplan.reports.views import in_sentence

TITLE = "Survival"
ABOUT = "Share of patients alive after the start of a treatment, all causes of death counted."
MOST_LINES = 5
TWELFTHS = "0.0"


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
            f"published figure beside it. {value_views.published_words(content)}",
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
                "Month": TWELFTHS,
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
            widths={h: 42 for h in curves.columns[1:]},
            page=0,
        )
    )
    for cell, (title, names) in zip(cells, drawn.items(), strict=True):
        _draw(sheet, cell, placed, title, short_names(content, names), group)
    sheet.finish(content.version)


def chart_plan(content: ReportContent, headings: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the curves of each chart: a chart for each point with a choice, then the rest."""
    single = [names[0] for names in headings.values() if len(names) == 1]
    charts = {content.label(p): names for p, names in headings.items() if len(names) > 1}
    charts |= {"One option only": single} if single else {}
    plan: dict[str, list[str]] = {}
    for title, names in charts.items():
        parts = -(-len(names) // MOST_LINES)
        for part in range(parts):
            chosen = names[part * len(names) // parts : (part + 1) * len(names) // parts]
            plan[title + (f" ({part + 1} of {parts})" if parts > 1 else "")] = chosen
    return plan


def short_names(content: ReportContent, names: list[str]) -> dict[str, str]:
    """Return the option of each heading, with its decision point where two would be the same."""
    points = [f"{content.label(str(p))}: " for p in content.tables["survival"]["decision_point"]]
    points = sorted(set(points), key=len, reverse=True)
    short = {n: next((n.removeprefix(p) for p in points if n.startswith(p)), n) for n in names}
    options = list(short.values())
    return {n: o if options.count(o) == 1 else n for n, o in short.items()}


def _draw(
    sheet: SheetWriter, cell: str, placed: Placed, title: str, short: dict[str, str], group: str
) -> None:
    months = placed.reference("Months since start")
    lines = [charts.Line(name, placed.reference(h), months) for h, name in short.items()]
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
    if f"{alive[best]:.0%}" == f"{alive[worst]:.0%}":
        option = in_sentence(names[best])
        return f"{title}, {group}: {alive[best]:.0%} alive five years after {option}"
    return (
        f"{title}, {group}: {alive[worst]:.0%} to {alive[best]:.0%} alive at five years, most "
        f"after {in_sentence(names[best])}"
    )
