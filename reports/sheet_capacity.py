"""The sheet Capacity and use: what demand needs, what sites have, and what each plan uses."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import charts, views
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import AMOUNT, MONTH, SHARE, WHOLE, Styles

TITLE = "Capacity and use"
ABOUT = "What demand needs against what the sites have, and what is used under each policy."


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    sheet = SheetWriter(
        workbook,
        styles,
        TITLE,
        ABOUT,
        (
            content.site_note,
            "Capacity is what is left for these patients after the utilisation cap. The "
            "tables stand to the right of the charts; those by month are not printed.",
        ),
    )
    needed = views.requirements(content)
    resources = list(dict.fromkeys(needed["Resource"]))
    cells = sheet.chart_grid(len(resources), f"Needed against capacity {_marked(content)}")
    yearly = views.use_by_site(content, monthly=False)
    sheet.add_table(
        Block(
            "use_by_year",
            f"By site, resource and year {_marked(content)}",
            yearly,
            _formats(yearly),
        )
    )
    full = views.bottlenecks(content)
    sheet.add_table(
        Block(
            "months_full",
            f"How often each resource is full {_marked(content)}",
            full,
            {"Mean share used": SHARE, "First month full": MONTH, "Months full": WHOLE},
            page=2,
        )
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
    monthly = views.use_by_site(content, monthly=True)
    sheet.add_table(
        Block(
            "use_by_month",
            f"By site, resource and month {_marked(content)}",
            monthly,
            _formats(monthly),
            page=0,
        )
    )
    for cell, resource in zip(cells, resources, strict=True):
        _draw(sheet, cell, placed, resource)
    sheet.finish(content.version)


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
    """Return what the chart of a resource shows: how often, and by how much, it falls short."""
    short = frame[frame["Needed"] > frame["Capacity"] * (1 + 1e-9)]
    if frame["Capacity"].sum() == 0:
        return f"{resource}: no site has any"
    held = frame[frame["Capacity"] > 0]
    peak = float((held["Needed"] / held["Capacity"]).max())
    if short.empty:
        return f"{resource}: need stays within capacity, at most {peak:.0%} of it"
    often = "every month" if len(short) == len(frame) else f"{len(short)} of {len(frame)} months"
    return f"{resource}: need exceeds capacity in {often}, by up to {peak - 1:.0%}"
