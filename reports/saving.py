"""Saving a workbook: the same bytes for the same content, and live sheets' rows as they are made.

openpyxl writes no cached values of formulas: a live sheet (`live.grid.Grid`) makes its own rows,
which take the place of the empty ones.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

MADE = datetime.datetime(2024, 1, 1)
EMPTY = ("<sheetData />", "<sheetData/>", "<sheetData></sheetData>")


class LiveWriter(ExcelWriter):
    """Writes sheets as openpyxl does, and the rows of live sheets as their grids made them."""

    def write_worksheet(self, ws: Any) -> None:
        """Write one sheet; a live one has its grid in `live_grid`."""
        grid = vars(ws).get("live_grid")
        if grid is None:
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
            ws.path[1:], text.replace(found, f"<sheetData>{grid.xml()}</sheetData>", 1)
        )
        archive.manifest.append(ws)
        writer.cleanup()


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


def protect(sheet: Worksheet) -> None:
    """Guard a sheet's locked cells against accidents, without a password; widths may be changed."""
    protection = sheet.protection
    protection.sheet = True
    protection.formatColumns = protection.formatRows = protection.formatCells = False
    protection.autoFilter = protection.sort = False


def save(workbook: Workbook, file: BinaryIO) -> None:
    """Write a workbook, the same bytes for the same content.

    One with live sheets is recalculated by the program that opens it.
    """
    if any("live_grid" in vars(sheet) for sheet in workbook.worksheets):
        calculation: Any = workbook.calculation
        calculation.fullCalcOnLoad = True
    with SteadyZip(file, "w", ZIP_DEFLATED) as archive:
        LiveWriter(workbook, archive).write_data()
