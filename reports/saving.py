"""Finishing a workbook: pages, protection, and the same bytes for the same content.

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
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

MADE = datetime.datetime(2024, 1, 1)
LIVE = "live_grid"
"""Where a sheet holds its grid, if it is live."""
EMPTY = ("<sheetData />", "<sheetData/>", "<sheetData></sheetData>")


class LiveWriter(ExcelWriter):
    """Writes sheets as openpyxl does, and the rows of live sheets as their grids made them."""

    def write_worksheet(self, ws: Any) -> None:
        """Write one sheet; a live one has its grid in `LIVE`."""
        grid = vars(ws).get(LIVE)
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
        """Write a part with a fixed time; the workbook's own clocks are set back too."""
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
    return re.sub(r"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rf"\g<1>{stamp}", text)


def protect(sheet: Worksheet) -> None:
    """Guard a sheet's locked cells against accidents, without a password; widths may be changed."""
    protection = sheet.protection
    protection.sheet = True
    protection.formatColumns = protection.formatRows = protection.formatCells = False
    protection.autoFilter = protection.sort = False


def set_page(sheet: Worksheet, version: str) -> None:
    """Set how a sheet looks on screen and prints: landscape A4, one page wide, with a footer."""
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 90
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    footer: Any = sheet.oddFooter
    footer.left.text = "&F"
    footer.center.text = f"&A - hepaplan {version}"
    footer.right.text = "Page &P of &N"


def save(workbook: Workbook, file: BinaryIO) -> None:
    """Write a workbook, the same bytes for the same content.

    One with live sheets is recalculated by the program that opens it.
    """
    if any(LIVE in vars(sheet) for sheet in workbook.worksheets):
        calculation: Any = workbook.calculation
        calculation.fullCalcOnLoad = True
    with SteadyZip(file, "w", ZIP_DEFLATED) as archive:
        LiveWriter(workbook, archive).write_data()
