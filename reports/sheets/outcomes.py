"""The sheet Outcomes: what patients can expect, the fits, and how they compare with studies."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent, readable
from hepaplan.reports.pictures import charts, value_charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import ALIVE, ERROR_SHARE, PEOPLE, Styles
from hepaplan.reports.views import fit as fit_views
from hepaplan.reports.views import patient as patient_views
from hepaplan.reports.views import value as value_views
from hepaplan.reports.views.shown import in_sentence

ABOUT = (
    "What becomes of patients: share alive after arrival and after the start of a treatment, "
    "causes of death, life-years, QALYs and cost."
)
MOST_LINES = 5
TWELFTHS = "0.0"
FITS = {
    "Month": TWELFTHS,
    "Cured share": "0.0%",
    "Without the event, stated": "0.0%",
    "Without the event, fitted": "0.0%",
    "Error": ERROR_SHARE,
}


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    group = content.label(value_views.shown_group(content))
    sheet = SheetWriter(
        workbook,
        styles,
        titles.OUTCOMES,
        ABOUT,
        (
            f"Charts are for the largest age group ({group}) unless they show all; every month and "
            "group: tables/survival.csv.",
            "Modelled overall survival emerges from the pathway; it is never fitted to the "
            f"published figure beside it. {value_views.published_words(content)}",
            *fit_views.fit_words(content),
            *patient_views.expected(content),
        ),
    )
    curves, headings = value_views.survival_curves(content)
    drawn = chart_plan(content, headings)
    found = fit_views.cured(content)
    cells = sheet.chart_grid(1 + len(drawn) + (found is not None), "Share alive, causes of death")
    for page, by_group in enumerate((False, True), start=1):
        arrivals = patient_views.arrival_survival(content, by_group=by_group)
        shares = {h: ALIVE for h in arrivals.columns if h.startswith("Alive")}
        sheet.add_table(
            Block(
                f"arrival_survival{'_by_group' if by_group else ''}",
                "What an arrival can expect at usual care, "
                + ("by age group" if by_group else patient_views.ALL_AGES.lower()),
                arrivals,
                shares | {patient_views.PEOPLE_A_YEAR: PEOPLE, patient_views.MEDIAN: PEOPLE},
                page=page,
            )
        )
    yearly = value_views.survival_by_year(content)
    sheet.add_table(
        Block(
            "survival_by_year",
            "Alive after the start",
            yearly,
            {h: ALIVE for h in yearly.columns[3:]},
            page=3,
        )
    )
    sheet.add_table(
        Block(
            "fits",
            "Published input and fitted curve, with the error",
            fit_views.fits(content),
            FITS,
            page=4,
        )
    )
    compared = value_views.published(content)
    studies = sheet.add_table(
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
            page=5,
        )
    )
    placed = sheet.add_table(
        Block(
            "survival_curves",
            f"The curves of the charts, {group}",
            curves,
            {h: "0.0%" for h in curves.columns[1:]},
            widths={h: 42 for h in curves.columns[1:]},
            page=0,
        )
    )
    if found is not None:
        levelling = sheet.add_table(
            Block(
                "cured_curves",
                f"The curves of the first chart, {found.label}",
                found.curves,
                {h: "0.0%" for h in found.curves.columns[1:]},
                page=0,
            )
        )
        _draw_cured(sheet, cells.pop(0), levelling, studies, content, found)
    value_charts.draw_deaths(sheet, cells.pop(), _arrivals(sheet, content), content)
    for cell, (title, names) in zip(cells, drawn.items(), strict=True):
        _draw(sheet, cell, placed, title, short_names(content, names), group)
    sheet.finish(content.version)


def _arrivals(sheet: SheetWriter, content: ReportContent) -> Placed:
    """Place what the region's new patients and an arrival at each point can expect."""
    expected, by_column = patient_views.region(content)
    caption = "What the region's new patients can expect, usual care, nothing scarce"
    sheet.add_table(Block("region", caption, expected, cell_formats=by_column, page=6))
    caption = "What becomes of an arrival at each decision point, all ages, usual care"
    frame = patient_views.arrival_value(content)
    return sheet.add_table(
        Block("arrival_value", caption, frame, value_charts.PATIENT_FORMATS, page=7)
    )


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


def _draw_cured(
    sheet: SheetWriter,
    cell: str,
    placed: Placed,
    studies: Placed,
    content: ReportContent,
    found: fit_views.Cured,
) -> None:
    months = placed.reference(fit_views.SINCE)
    lines = [
        charts.Line(str(name), placed.reference(str(name)), months)
        for name in placed.frame.columns[1:]
    ]
    marks = [
        charts.Line(
            f"Published, all ages: {readable(source)}",
            studies.reference("Published", first, count),
            studies.reference("Month", first, count),
        )
        for source, first, count in fit_views.published_runs(content, found)
    ]
    last = float(placed.frame[fit_views.SINCE].max())
    charts.place(
        sheet.sheet,
        charts.curves(lines, "Months since the start of treatment", "Share alive", last, marks),
        cell,
        fit_views.cured_headline(content, found),
        f"Overall survival by age group after {found.label}, published figures as marks, and the "
        "fitted cured share as a level line.",
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
