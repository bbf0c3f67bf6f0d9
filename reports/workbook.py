"""report.xlsx: the sheets in their order, written whole or not at all, the same each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from openpyxl.styles import Font
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import clean_text
from hepaplan.reports.content import ReportContent, check_tables
from hepaplan.reports.saving import MADE, protect, save
from hepaplan.reports.sheets import capacity as sheet_capacity
from hepaplan.reports.sheets import chance as sheet_chance
from hepaplan.reports.sheets import checks as sheet_checks
from hepaplan.reports.sheets import cover as sheet_cover
from hepaplan.reports.sheets import demand as sheet_demand
from hepaplan.reports.sheets import economics as sheet_economics
from hepaplan.reports.sheets import evidence as sheet_evidence
from hepaplan.reports.sheets import half as sheet_half
from hepaplan.reports.sheets import lists as sheet_lists
from hepaplan.reports.sheets import outcomes as sheet_outcomes
from hepaplan.reports.sheets import pathway as sheet_pathway
from hepaplan.reports.sheets import plan as sheet_plan
from hepaplan.reports.sheets import prices as sheet_prices
from hepaplan.reports.sheets import records as sheet_records
from hepaplan.reports.sheets import summary as sheet_summary
from hepaplan.reports.sheets import waiting as sheet_waiting
from hepaplan.reports.style import FONT, SIZE, Styles
from hepaplan.reports.views import pathway as pathway_views
from hepaplan.reports.whole_file import atomic_file

Writer = Callable[[Workbook, Styles, ReportContent], None]
SHEETS: dict[str, Writer] = {
    titles.COVER: sheet_cover.write,
    titles.SUMMARY: sheet_summary.write,
    titles.HALF: sheet_half.write,
    titles.DEMAND: sheet_demand.write,
    titles.PATHWAY: sheet_pathway.write,
    titles.CAPACITY: sheet_capacity.write,
    titles.PLAN: sheet_plan.write,
    titles.WAITING: sheet_waiting.write,
    titles.PRICES: sheet_prices.write,
    titles.CHANCE: sheet_chance.write,
    titles.OUTCOMES: sheet_outcomes.write,
    titles.ECONOMICS: sheet_economics.write,
    titles.ASSUMPTIONS: sheet_records.write_assumptions,
    titles.EVIDENCE: sheet_evidence.write,
    titles.SOURCES: sheet_records.write_sources,
    titles.CHECKS: sheet_checks.write,
    titles.CHEERS: sheet_lists.write_cheers,
    titles.TECH_VER: sheet_lists.write_tech_ver,
    titles.ABOUT: sheet_records.write_about,
}
"""Every sheet in reading order."""
APPLIES: dict[str, Callable[[ReportContent], bool]] = {
    titles.HALF: sheet_half.applies,
    titles.PATHWAY: pathway_views.applies,
    titles.CHANCE: lambda content: not content.tables["chance_years"].empty,
}
"""Sheets that are left out of runs to which they do not apply."""
LINKING = (titles.CHEERS, titles.TECH_VER, titles.SUMMARY, titles.COVER)
"""Sheets that link to tables of others, written after them in this order."""


class MoreSheets(Protocol):
    """Sheets that come after the checks and write themselves, such as the live ones."""

    @property
    def titles(self) -> Sequence[str]:
        """Their titles in reading order."""

    def write(self, workbook: Workbook, styles: Styles, content: ReportContent) -> None:
        """Write them into a workbook that has them already, empty."""


def build_workbook(content: ReportContent, more: MoreSheets | None = None) -> Workbook:
    """Return the whole workbook; refuses tables that are incomplete or not finite."""
    check_tables(content.tables)
    shown = [t for t in SHEETS if t not in APPLIES or APPLIES[t](content)]
    after = shown.index(titles.CHECKS) + 1
    in_order = [*shown[:after], *(more.titles if more else ()), *shown[after:]]
    workbook, styles = start_workbook(in_order)
    if more is not None:
        more.write(workbook, styles, content)
    for title in (*(t for t in shown if t not in LINKING), *LINKING):
        SHEETS[title](workbook, styles, content)
        protect(workbook[title])
    describe(workbook, content)
    return workbook


def start_workbook(titles: Sequence[str]) -> tuple[Workbook, Styles]:
    """Return a workbook of empty sheets in order, and its styles."""
    workbook = Workbook()
    default = workbook.active
    if default is not None:
        workbook.remove(default)
    for title in titles:
        workbook.create_sheet(title)
    fonts: Any = vars(workbook)["_fonts"]
    fonts[0] = Font(name=FONT, size=SIZE)
    return workbook, Styles(workbook[titles[0]])


def describe(workbook: Workbook, content: ReportContent) -> None:
    """Fill in what a workbook of a run or a comparison says of itself."""
    remarks = content.site_note or content.status
    describe_as(workbook, content.title, content.question, content.version, remarks)


def describe_as(workbook: Workbook, title: str, question: str, version: str, remarks: str) -> None:
    """Fill in what a workbook says of itself: title, maker, language, and a fixed time."""
    properties = workbook.properties
    properties.title = clean_text(title)
    properties.subject = clean_text(question)
    properties.creator = f"hepaplan {version}"
    properties.description = clean_text(remarks)
    properties.language = "en-GB"
    properties.created = properties.modified = MADE


def write_workbook(path: Path, content: ReportContent, more: MoreSheets | None = None) -> Workbook:
    """Write the workbook to `path` and return it: the old file stays until the new one is whole."""
    workbook = build_workbook(content, more)
    with atomic_file(path) as file:
        save(workbook, file)
    return workbook
