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
    sheet_capacity,
    sheet_chance,
    sheet_demand,
    sheet_plan,
    sheet_prices,
    sheet_records,
    sheet_summary,
    sheet_survival,
    sheet_value,
    sheet_waiting,
)
from hepaplan.reports.content import ReportContent, check_tables
from hepaplan.reports.output import atomic_file
from hepaplan.reports.style import FONT, SIZE, Styles

MADE = datetime.datetime(2024, 1, 1)
SHEETS: dict[str, Callable[[Workbook, Styles, ReportContent], None]] = {
    sheet_demand.TITLE: sheet_demand.write,
    sheet_capacity.TITLE: sheet_capacity.write,
    sheet_plan.TITLE: sheet_plan.write,
    sheet_waiting.TITLE: sheet_waiting.write,
    sheet_prices.TITLE: sheet_prices.write,
    sheet_chance.TITLE: sheet_chance.write,
    sheet_value.TITLE: sheet_value.write,
    sheet_survival.TITLE: sheet_survival.write,
    "Assumptions": sheet_records.write_assumptions,
    "Sources": sheet_records.write_sources,
    "Checks": sheet_records.write_checks,
    "About": sheet_records.write_about,
}
CONTENTS = {
    sheet_demand.TITLE: "Who falls ill and which treatments they need.",
    sheet_capacity.TITLE: "What is needed, what sites have, what is full.",
    sheet_plan.TITLE: "Which treatments start, where and when.",
    sheet_waiting.TITLE: "Who waits, who waits too long, what a later start costs.",
    sheet_prices.TITLE: "What one more list or bed is worth; what to build.",
    sheet_chance.TITLE: "How likely promises are kept; what headroom buys.",
    sheet_value.TITLE: "Life-years, QALYs and money; causes of death; budget.",
    sheet_survival.TITLE: "Survival on arrival and by option, beside studies; fits.",
    "Assumptions": "Every figure used, its source and its quality.",
    "Sources": "Where the figures come from.",
    "Checks": "What must hold and whether it does; simplifications.",
    "About": "Scenario, versions, solver and status.",
}


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
    workbook, styles = start_workbook((sheet_summary.TITLE, *SHEETS))
    sheet_summary.write(workbook, styles, content, CONTENTS)
    for write in SHEETS.values():
        write(workbook, styles, content)
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
