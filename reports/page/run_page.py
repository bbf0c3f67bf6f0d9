"""report.html: the report's workbook as one page to read, made from the same sheets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.content import ReportContent
from hepaplan.reports.page.run_page_sheets import chapter_of
from hepaplan.reports.pictures import pathway_picture
from hepaplan.reports.study.page import write_study_page
from hepaplan.reports.study.pages import Page, Pages, Picture, Shown
from hepaplan.reports.views import pathway as pathway_views
from hepaplan.reports.views import summary as summary_views
from hepaplan.reports.views.checked import verdict

PAGE = "report.html"
ADDRESS = "Address"
FLOWS = "flows"
EXCEL = (
    "report.xlsx beside this page: the same sheets, and the inputs to change with the formulas "
    "that follow them"
)


def write_page(path: Path, workbook: Workbook, content: ReportContent) -> None:
    """Write the page of a run, whole or not at all; the same bytes for the same run.

    `workbook` is the report's workbook: the page shows its sheets in its order.
    """
    write_study_page(path, run_pages(workbook, content))


def run_pages(workbook: Workbook, content: ReportContent) -> Pages:
    """Return the report's workbook as the page shows it, a chapter for each sheet but the cover."""
    chapters = []
    for title in workbook.sheetnames:
        linked = ADDRESS if title == titles.SOURCES else ""
        if title == titles.COVER:
            continue
        chapter = chapter_of(workbook, title, linked, {FLOWS})
        if chapter is not None:
            own = OWN.get(title)
            chapters.append(own(chapter, content) if own else chapter)
    words, passed = verdict(content)
    warning = "" if passed else ". Do not rely on what follows before this is mended"
    notes = (content.site_note, f"Plan: {content.status}. {words}{warning}.")
    return Pages(
        content.name,
        content.title,
        content.question,
        content.headlines,
        tuple(note for note in notes if note),
        tuple(chapters),
        _facts(content),
        content.version,
    )


def _summary(chapter: Page, content: ReportContent) -> Page:
    """Return the chapter without the sentences that open the page, with what differs from the base.

    The sheet lays its differences out in cells, not in a table.
    """
    changes = Shown(
        "changes",
        "What differs from the base",
        summary_views.changes(content),
        absent="Nothing: this scenario is a base itself.",
    )
    return replace(
        chapter,
        subtitle="Key figures, what is short, and what differs from the base.",
        notes=(),
        tables=(*chapter.tables, changes),
    )


def _pathway(chapter: Page, content: ReportContent) -> Page:
    """Return the chapter with the picture of flow, which the sheet holds as dots, sharp."""
    table = next(shown for shown in chapter.tables if shown.name == FLOWS)
    headline = pathway_views.headline(content)
    picture = Picture(
        "ready",
        FLOWS,
        headline,
        pathway_picture.described(content),
        table.frame,
        "",
        "",
        svg=pathway_picture.pathway_svg(content),
    )
    return replace(chapter, pictures=(picture, *chapter.pictures))


OWN = {titles.SUMMARY: _summary, titles.PATHWAY: _pathway}
"""What the page adds to chapters whose sheets are not laid out as tables and charts alone."""


def _facts(content: ReportContent) -> tuple[tuple[str, str], ...]:
    """Return what made the page and how to make it again."""
    made = (("Made", content.made),) if content.made else ()
    return (
        ("Scenario", content.name),
        *made,
        ("Plan", content.status),
        ("Version", f"hepaplan {content.version}"),
        ("Command", f"hepaplan run {content.name}"),
        ("In Excel", EXCEL),
        ("As files", "tables/ beside this page holds every table as CSV; manifest.json lists them"),
    )
