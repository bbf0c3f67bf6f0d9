"""Saving a workbook with live sheets: their rows take the place of the empty ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from hepaplan.reports.workbook import SteadyZip

EMPTY = ("<sheetData />", "<sheetData/>", "<sheetData></sheetData>")


class LiveWriter(ExcelWriter):
    """Writes sheets as openpyxl does, and the rows of live sheets as their grids made them."""

    def write_worksheet(self, ws: Any) -> None:
        """Write one sheet; a live one has its rows in `live_rows`."""
        rows = vars(ws).get("live_rows")
        if rows is None:
            super().write_worksheet(ws)
            return
        archive: Any = self
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts = ws._charts
        ws._drawing.images = ws._images
        writer: Any = WorksheetWriter(ws)
        writer.write()
        ws._rels = writer._rels
        text = Path(writer.out).read_text("utf-8")
        found = next(empty for empty in EMPTY if empty in text)
        archive._archive.writestr(
            ws.path[1:], text.replace(found, f"<sheetData>{rows()}</sheetData>", 1)
        )
        archive.manifest.append(ws)
        writer.cleanup()


def save_live(workbook: Workbook, file: BinaryIO) -> None:
    """Write a workbook, the same bytes for the same content; programs recalculate it on opening."""
    calculation: Any = workbook.calculation
    calculation.fullCalcOnLoad = True
    with SteadyZip(file, "w", ZIP_DEFLATED) as archive:
        LiveWriter(workbook, archive).write_data()
