"""The sheet Half or quarter: what the registries' and the review's evidence mean, side by side."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import TIMES, WHOLE, WHOLE_PEOPLE, Styles, format_for_unit
from hepaplan.reports.views import summary as summary_views

ABOUT = (
    "Do half or a quarter of people with colorectal cancer develop liver metastases? The same "
    "region under both sets of evidence."
)
HOW = (
    "Registry: built from its parts, what population registries count at diagnosis and later. "
    "Review: the headline figures of the review this project started from, its half split evenly "
    "between diagnosis and later by an old rule of thumb (a judgement).",
    "Everything on the other sheets uses this scenario's own evidence. Nothing is scarce here: "
    "these are starts wanted, not starts made. The sources are on the sheet Sources.",
)


def applies(content: ReportContent) -> bool:
    """Return whether both sets of evidence could be worked out for this scenario."""
    shown = set(content.tables["evidence_sets"].columns)
    return {summary_views.REGISTRY, summary_views.REVIEW} <= shown


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    said = tuple(line for line in content.headlines if line.startswith("Half or a quarter?"))
    sheet = SheetWriter(workbook, styles, titles.HALF, ABOUT, (*said, *HOW))
    cells = sheet.chart_grid(1, "Chart")
    frame, units = summary_views.evidence_sets(content)
    numbers = [h for h in frame.columns[2:] if h != summary_views.RATIO]
    sizes = [summary_views.largest(frame[numbers].iloc[i]) for i in range(len(frame))]
    sheet.add_table(
        Block(
            "evidence_sets",
            "Registry and review",
            frame,
            {summary_views.RATIO: TIMES},
            [format_for_unit(u, size) for u, size in zip(units, sizes, strict=True)],
            frozenset(numbers),
            {"Half or a quarter?": 48.0},
        )
    )
    people = summary_views.evidence_people(content)
    placed = sheet.add_table(
        Block(
            "half_or_quarter",
            "People a year",
            people,
            {"Registry": WHOLE, "Review": WHOLE},
            page=2,
        )
    )
    if len(people) > 1:
        _draw(sheet, cells[0], placed)
    sheet.finish(content.version)


def _draw(sheet: SheetWriter, cell: str, placed: Placed) -> None:
    people = placed.frame
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line(name, placed.reference(name)) for name in people.columns[1:]],
            placed.reference("What"),
            "Patients and treatment starts",
            "People a year if nothing were scarce",
            WHOLE,
            WHOLE_PEOPLE,
        ),
        cell,
        people_headline(people),
        "Horizontal bars of people a year under the registry's and the review's evidence.",
    )


def people_headline(frame: pd.DataFrame) -> str:
    """Return what the chart shows: how many times the patients, and how many times the starts."""
    patients, starts = frame.iloc[0], frame.iloc[1:]
    factors = starts["Review"] / starts["Registry"].where(starts["Registry"] > 0)
    return (
        f"The review's evidence means {patients['Review'] / patients['Registry']:.1f} times the "
        f"patients of the registry's, and {factors.min():.1f} to {factors.max():.1f} times the "
        "starts"
    )
