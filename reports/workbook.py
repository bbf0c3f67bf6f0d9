"""report.xlsx: the sheets in their order, written whole or not at all, the same each time."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.styles import Font
from openpyxl.workbook.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from hepaplan.reports import (
    pathway_views,
    sheet_capacity,
    sheet_chance,
    sheet_cover,
    sheet_demand,
    sheet_economics,
    sheet_evidence,
    sheet_half,
    sheet_lists,
    sheet_outcomes,
    sheet_pathway,
    sheet_plan,
    sheet_prices,
    sheet_records,
    sheet_summary,
    sheet_waiting,
    titles,
)
from hepaplan.reports.content import ReportContent, check_tables
from hepaplan.reports.output import atomic_file
from hepaplan.reports.style import FONT, SIZE, Styles

MADE = datetime.datetime(2024, 1, 1)
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
    titles.CHECKS: sheet_records.write_checks,
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


class SteadyZip(ZipFile):
    """A zip whose bytes depend on nothing but what is put in: no clock in it."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **kwargs: Any) -> None:
        """Write a part with a fixed time; the workbook's own clock is set back too."""
        name = str(getattr(zinfo_or_arcname, "filename", zinfo_or_arcname))
        if name == "docProps/core.xml":
            data = _without_clock(data)
        info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.compress_type = ZIP_DEFLATED
        super().writestr(info, data)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **kwargs: Any) -> None:
        """Write a part from a temporary file."""
        self.writestr(arcname, Path(filename).read_bytes())


def _without_clock(core: bytes | str) -> str:
    text = core.decode("utf-8") if isinstance(core, bytes) else core
    stamp = MADE.strftime("%Y-%m-%dT%H:%M:%SZ")
    return re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{stamp}", text)


def build_workbook(content: ReportContent) -> Workbook:
    """Return the whole workbook; refuses tables that are incomplete or not finite."""
    check_tables(content.tables)
    shown = [t for t in SHEETS if t not in APPLIES or APPLIES[t](content)]
    workbook, styles = start_workbook(shown)
    for title in (*(t for t in shown if t not in LINKING), *LINKING):
        SHEETS[title](workbook, styles, content)
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
    properties.title = title
    properties.subject = question
    properties.creator = f"hepaplan {version}"
    properties.description = remarks
    properties.language = "en-GB"
    properties.created = properties.modified = MADE


def write_workbook(path: Path, content: ReportContent) -> None:
    """Write the workbook to `path`: the old file stays until the new one is whole."""
    workbook = build_workbook(content)
    with atomic_file(path) as file:
        save(workbook, file)


def save(workbook: Workbook, file: BinaryIO) -> None:
    """Write a workbook so that the same content gives the same bytes."""
    with SteadyZip(file, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).write_data()
