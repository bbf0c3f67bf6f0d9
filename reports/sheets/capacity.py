"""The sheet Capacity: what demand needs, what sites have, and what each plan uses."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import CHART_COLUMNS, CHART_ROWS, SheetWriter
from hepaplan.reports.style import AMOUNT, MONTH, SHARE, WHOLE, Styles
from hepaplan.reports.views import capacity as capacity_views
from hepaplan.reports.views import shown as views
from hepaplan.reports.views.shown import heading, in_sentence, policy_words

MOST_SHORT = 8
STATED = "Capacity stated by each site, before the cap and dated changes"
ABOUT = "What demand needs against what the sites have, and what is used under each policy."


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        titles.CAPACITY,
        ABOUT,
        (
            content.site_note,
            "Capacity is what is left for these patients after the utilisation cap; it follows "
            "the working days of a month. All sites together can have enough while one of them is "
            "full.",
            views.BACKLOG,
        ),
    )
    needed = capacity_views.requirements(content)
    resources = list(dict.fromkeys(needed["Resource"]))
    short = capacity_views.what_is_short(content, MOST_SHORT)
    first = 0 if short.empty else 1
    cells = sheet.chart_grid(
        len(resources) + first, f"What is full, and need against capacity {_marked(content)}"
    )
    sheet.add_table(
        Block(
            "stated_capacity",
            f"{STATED} {_marked(content)}".strip(),
            capacity_views.stated(content),
            {"Number": "0.0#", "Utilisation cap": SHARE},
        )
    )
    yearly = capacity_views.use_by_site(content, monthly=False)
    sheet.add_table(
        Block(
            "use_by_year",
            f"By site, resource and year {_marked(content)}",
            yearly,
            _formats(yearly),
            page=2,
        )
    )
    full = capacity_views.bottlenecks(content)
    sheet.add_table(
        Block(
            "months_full",
            f"How often each resource is full {_marked(content)}",
            full,
            full_formats(full),
            page=3,
        )
    )
    fullest = sheet.add_table(
        Block("fullest", f"The fullest {_marked(content)}", short, full_formats(short), page=0)
    )
    placed = sheet.add_table(
        Block(
            "needed_by_month",
            "Needed and capacity, all sites",
            needed,
            {"Month": MONTH, "Needed": AMOUNT, "Capacity": AMOUNT},
            page=0,
        )
    )
    monthly = capacity_views.use_by_site(content, monthly=True)
    sheet.add_table(
        Block(
            "use_by_month",
            f"By site, resource and month {_marked(content)}",
            monthly,
            _formats(monthly),
            page=0,
        )
    )
    if first:
        months = int(needed["Month"].nunique())
        draw_full(sheet, cells[0], fullest, months, (CHART_COLUMNS, CHART_ROWS))
    for cell, resource in zip(cells[first:], resources, strict=True):
        _draw(sheet, cell, placed, resource)
    sheet.finish(content.version)


def full_formats(frame: pd.DataFrame) -> dict[str, str]:
    """Return the number formats of a table of what is full."""
    kinds = {"Months": WHOLE, "Share": SHARE, "First": MONTH}
    return {h: kinds[h.split()[0]] for h in frame.columns if h.split()[0] in kinds}


def draw_full(
    sheet: SheetWriter, cell: str, placed: Placed, months: int, size: tuple[int, int]
) -> None:
    """Draw how many months the fullest resources are full, under each policy."""
    frame = placed.frame
    shown = [h for h in frame.columns if h.startswith("Months full")]
    named = {h: heading(h.removeprefix("Months full, ")) for h in shown}
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line(named[h], placed.reference(h)) for h in shown],
            placed.reference(frame.columns[0]),
            "Resource and site",
            f"Months full, of {months}",
            WHOLE,
        ),
        cell,
        full_headline(frame, months),
        "Horizontal bars of months in which a resource of a site is full, under each policy.",
        size,
    )


def full_headline(frame: pd.DataFrame, months: int) -> str:
    """Return what the chart of full resources shows: what is full longest under each policy."""
    policies: dict[str, list[str]] = {}
    for column in (h for h in frame.columns if h.startswith("Months full")):
        numbers = frame[column].astype(float).fillna(0.0)
        what = in_sentence(str(frame.iloc[int(numbers.argmax()), 0]))
        said = f"{what}, in {numbers.max():.0f} of {months} months" if numbers.max() else "nothing"
        policies.setdefault(said, []).append(policy_words(column.removeprefix("Months full, ")))
    parts = [f"{' and '.join(names)}: {said}" for said, names in policies.items()]
    return f"Most often full {'; '.join(parts)}"


def _marked(content: ReportContent) -> str:
    return "(illustrative sites)" if content.site_note else ""


def _formats(frame: pd.DataFrame) -> dict[str, str]:
    formats = {h: AMOUNT for h in frame.columns if h.startswith(("Used", "Capacity"))}
    shares = {h: SHARE for h in frame.columns if h.startswith("Share")}
    return formats | shares | {"Month": MONTH}


def _draw(sheet: SheetWriter, cell: str, placed: Placed, resource: str) -> None:
    rows = placed.frame.index[placed.frame["Resource"] == resource]
    first, count = int(rows[0]), len(rows)
    chosen = placed.frame.loc[rows]
    unit = str(chosen["Unit"].iloc[0])
    chart = charts.month_lines(
        [
            charts.Line("Needed when nothing is scarce", placed.reference("Needed", first, count)),
            charts.Line("Capacity of all sites", placed.reference("Capacity", first, count)),
        ],
        placed.reference("Month", first, count),
        f"{unit[:1].upper()}{unit[1:]} a month",
        WHOLE,
    )
    charts.place(
        sheet.sheet,
        chart,
        cell,
        resource_headline(resource, chosen),
        f"Line chart by month of {resource} needed and {resource} available, in {unit}.",
    )


def resource_headline(resource: str, frame: pd.DataFrame) -> str:
    """Return what the chart of a resource shows: how often it falls short, and the average use."""
    short = frame[frame["Needed"] > frame["Capacity"] * (1 + 1e-9)]
    if frame["Capacity"].sum() == 0:
        return f"{resource}: no site has any"
    mean = f"{frame['Needed'].sum() / frame['Capacity'].sum():.0%} of it"
    if short.empty:
        return f"{resource}: need stays within capacity and is {mean} on average"
    often = "every month" if len(short) == len(frame) else f"{len(short)} of {len(frame)} months"
    return f"{resource}: need exceeds capacity in {often} and is {mean} on average"
