"""The report of a batch, as a workbook and as a page, beside its data set."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink

from hepaplan.model.batch.tasks import Batch
from hepaplan.reports.batch.batch_pages import FILES, Data, batch_pages
from hepaplan.reports.batch.parquet import read_columns
from hepaplan.reports.batch.results import REPORTS, RESULTS
from hepaplan.reports.folder_lock import hold
from hepaplan.reports.saving import save
from hepaplan.reports.study.page import write_study_page
from hepaplan.reports.study.workbook import build_study_workbook
from hepaplan.reports.whole_file import atomic_file

WORKBOOK, PAGE = REPORTS


def write_batch_report(folder: Path, batch: Batch) -> None:
    """Write report.xlsx and report.html of a batch whose data set is in its folder."""
    paths = sorted((folder / RESULTS).glob("*.parquet"))
    files = tuple(f"{RESULTS}/{path.name}" for path in paths)
    with hold(folder):
        pages = batch_pages(batch, Data(partial(read_columns, paths), files))
        workbook = build_study_workbook(pages)
        _link_files(workbook, files)
        with atomic_file(folder / WORKBOOK) as file:
            save(workbook, file)
        write_study_page(folder / PAGE, pages)


def _link_files(workbook: Workbook, files: tuple[str, ...]) -> None:
    """Make each file's name a link, relative to the workbook, so that the folder may move."""
    for row in workbook[FILES].iter_rows():
        for cell in row:
            if cell.value in files:
                here: Any = cell
                here._hyperlink = Hyperlink(ref=cell.coordinate, target=str(cell.value))
