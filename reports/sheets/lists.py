"""The sheets CHEERS 2022 and TECH-VER: what reviewers ask, and where this run answers it."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, place_of
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.sheets.cheers_items import CHEERS
from hepaplan.reports.sheets.tech_ver_items import TECH_VER
from hepaplan.reports.style import Styles
from hepaplan.reports.views import checklist as checklist_views
from hepaplan.reports.views.checklist import Item

CHEERS_ABOUT = "What a reader of a health-economic evaluation asks, and where this run answers it."
CHEERS_NOTE = (
    "After CHEERS 2022: Husereau et al., Value in Health 2022;25:3-9, "
    "10.1016/j.jval.2021.11.1351. Items are paraphrased; the original's wording counts."
)
TECH_VER_ABOUT = "How the model was verified, and what the checks of this run found."
TECH_VER_NOTE = (
    "After TECH-VER: Büyükkaramikli et al., PharmacoEconomics 2019;37:1391-1408, "
    "10.1007/s40273-019-00844-y. Tests are paraphrased. 'In this run' was judged as the run was "
    "made; 'in the tests' is part of the program's own tests, not repeated here."
)
WIDTHS = {"Section": 24.0, "What is asked": 58.0, "Where": 22.0, "Answer": 92.0, "State": 16.0}


def write_cheers(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the list of what an evaluation should report, answered from the run."""
    _write(workbook, styles, content, titles.CHEERS, CHEERS_ABOUT, CHEERS_NOTE, CHEERS)


def write_tech_ver(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the list of verification tests and what is known of each."""
    _write(workbook, styles, content, titles.TECH_VER, TECH_VER_ABOUT, TECH_VER_NOTE, TECH_VER)


def _write(
    workbook: Workbook,
    styles: Styles,
    content: ReportContent,
    title: str,
    about: str,
    note: str,
    items: tuple[Item, ...],
) -> None:
    said = checklist_views.counted(items)
    sheet = SheetWriter(workbook, styles, title, about, (note, said, content.site_note))
    frame = checklist_views.answered(items, content, workbook.sheetnames)
    links = [place_of(workbook, item.sheet, item.table) for item in items]
    name = title.split(" ")[0].replace("-", "_").lower() + "_items"
    block = Block(name, f"{title}: items", frame, widths=WIDTHS, links={"Where": links})
    sheet.add_table(block)
    sheet.finish(content.version)
