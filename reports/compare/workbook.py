"""compare.xlsx: the sheets of a comparison in their order, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.compare.sheets import WRITERS
from hepaplan.reports.content import ReportContent, UnfitTable, number_faults
from hepaplan.reports.saving import save
from hepaplan.reports.whole_file import atomic_file
from hepaplan.reports.workbook import describe, start_workbook


def build_comparison_workbook(content: ReportContent) -> Workbook:
    """Return the whole workbook; refuses tables with numbers that are not finite."""
    faults = [f for name, table in content.tables.items() for f in number_faults(name, table)]
    if faults:
        raise UnfitTable("this cannot be reported:\n" + "\n".join(faults))
    workbook, styles = start_workbook(tuple(WRITERS))
    for write in WRITERS.values():
        write(workbook, styles, content)
    describe(workbook, content)
    return workbook


def write_comparison_workbook(path: Path, content: ReportContent) -> None:
    """Write the workbook to `path`: the old file stays until the new one is whole."""
    workbook = build_comparison_workbook(content)
    with atomic_file(path) as file:
        save(workbook, file)
