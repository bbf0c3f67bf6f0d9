"""Whether every chart of a workbook draws rows of a table that stands on its sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
CHART_PART = "xl/charts/chart"
Bounds = tuple[int, int, int, int]
"""First column and row, last column and row."""


@dataclass(frozen=True)
class Series:
    """A series of a chart: its part of the file, its sheet, and the cells that it draws.

    `across` are those of its names or its other axis, None where it has none.
    """

    chart: str
    sheet: str
    drawn: Bounds
    across: tuple[str, Bounds] | None


def series_of(path: Path) -> list[Series]:
    """Return every series of every chart in a workbook's file."""
    with zipfile.ZipFile(path) as archive:
        charts = [name for name in archive.namelist() if name.startswith(CHART_PART)]
        return [found for chart in charts for found in _in_chart(chart, archive.read(chart))]


def faults_of(series: list[Series], workbook: Workbook) -> list[str]:
    """Return in words each series that draws anything but rows of one column of a table.

    `workbook` is what was written to the file, with its tables.
    """
    return [f"{each.chart}: {fault}" for each in series for fault in _faults(each, workbook)]


def _in_chart(chart: str, content: bytes) -> Iterator[Series]:
    for series in ElementTree.fromstring(content).iter(f"{CHART}ser"):
        places = {tag: _cells(series, tag) for tag in ("cat", "val", "xVal", "yVal")}
        drawn = places["val"] or places["yVal"]
        if drawn is not None:
            yield Series(chart, *drawn, places["cat"] or places["xVal"])


def _cells(series: Any, tag: str) -> tuple[str, Bounds] | None:
    found = series.find(f"{CHART}{tag}//{CHART}f")
    if found is None:
        return None
    sheet, _, cells = str(found.text).rpartition("!")
    return sheet.strip("'").replace("''", "'"), _bounds(cells.replace("$", ""))


def _bounds(cells: str) -> Bounds:
    left, top, right, bottom = (int(number or 0) for number in range_boundaries(cells))
    return left, top, right, bottom


def _faults(series: Series, workbook: Workbook) -> Iterator[str]:
    left, top, right, bottom = series.drawn
    if left != right:
        yield "its values lie in several columns"
    if series.across is not None:
        sheet, (_, first, _, last) = series.across
        if (sheet, first, last) != (series.sheet, top, bottom):
            yield "its names are of other rows than its values"
    tables: Any = workbook[series.sheet].tables  # any: its methods are untyped
    if not any(_holds(_bounds(table.ref), series.drawn) for table in tables.values()):
        yield f"its values are no rows of a table on {series.sheet}"


def _holds(table: Bounds, drawn: Bounds) -> bool:
    left, heading, right, bottom = table
    return left <= drawn[0] and drawn[2] <= right and heading < drawn[1] and drawn[3] <= bottom
