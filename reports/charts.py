"""Native Excel charts: a sentence for a title, named axes with units, told apart without colour."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, ScatterChart, Series
from openpyxl.chart.axis import ChartLines, DateAxis
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.utils import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.reports.sheet import CHART_COLUMN_WIDTH, CHART_COLUMNS, CHART_ROWS, ROW_POINTS
from hepaplan.reports.style import DASHES, FONT, INK, PALETTE, STACK

EMU_PER_POINT = 12_700
EMU_PER_PIXEL = 9_525
TITLE_WIDTH = 68
MARKERS = ("circle", "triangle", "square", "diamond", "x", "plus", "star", "dash")
GRID = "DDE1E6"

Chart = BarChart | LineChart | ScatterChart


@dataclass(frozen=True)
class Line:
    """One series: its name in the legend and the cells it shows."""

    name: str
    values: Reference
    categories: Reference | None = None


class DescribedAnchor(OneCellAnchor):
    """A place for a chart that also carries its description for screen readers."""

    __elements__ = OneCellAnchor.__elements__
    description = ""
    heading = ""

    def __setattr__(self, name: str, value: Any) -> None:
        """Put the description into the frame when openpyxl hands the frame over."""
        if name == "graphicFrame" and value is not None:
            value.nvGraphicFramePr.cNvPr.descr = self.description
            value.nvGraphicFramePr.cNvPr.title = self.heading
        super().__setattr__(name, value)


def place(sheet: Worksheet, chart: Chart, cell: str, headline: str, description: str) -> None:
    """Put a chart at a cell, sized to the columns kept for it, with its alternative text."""
    chart.title = _title(headline, 1200, bold=True, width=TITLE_WIDTH)
    row, column = coordinate_to_tuple(cell)
    width = CHART_COLUMNS * (CHART_COLUMN_WIDTH * 8 + 5) * EMU_PER_PIXEL
    height = (CHART_ROWS - 0.7) * ROW_POINTS * EMU_PER_POINT
    anchor = DescribedAnchor(
        _from=AnchorMarker(col=column - 1, row=row - 1),
        ext=XDRPositiveSize2D(round(width), round(height)),
    )
    anchor.heading = headline
    anchor.description = f"{headline}. {description}"
    chart.anchor = anchor
    sheet.add_chart(chart)


def month_lines(lines: Sequence[Line], months: Reference, y_title: str, y_format: str) -> LineChart:
    """Return a line chart by calendar month, from zero."""
    chart = LineChart()
    axis = DateAxis(crossAx=100)
    axis.number_format = "mmm yyyy"
    axis.majorTimeUnit = "months"
    axis.baseTimeUnit = "months"
    axis.majorUnit = 6 if _rows(months) <= 72 else 12
    chart.x_axis = axis
    chart.y_axis.crossAx = 500
    for position, line in enumerate(lines):
        series = Series(line.values, title=line.name)
        _draw_line(series, position, marker=False)
        chart.series.append(series)
    chart.set_categories(months)
    _finish(chart, "Month", y_title, y_format)
    return chart


def curves(lines: Sequence[Line], x_title: str, y_title: str, last: float) -> ScatterChart:
    """Return survival curves: time across, share surviving from 0 to 1 upwards."""
    chart = ScatterChart()
    chart.style = 13
    chart.scatterStyle = "lineMarker"
    for position, line in enumerate(lines):
        series = Series(line.values, line.categories, title=line.name)
        _draw_line(series, position, marker=True)
        chart.series.append(series)
    _finish(chart, x_title, y_title, "0%")
    chart.x_axis.number_format = "0"
    chart.x_axis.scaling.min = 0
    chart.x_axis.scaling.max = last
    chart.x_axis.majorUnit = 12
    chart.x_axis.majorGridlines = None
    chart.y_axis.scaling.max = 1
    chart.y_axis.majorUnit = 0.2
    return chart


def columns(
    lines: Sequence[Line],
    categories: Reference,
    x_title: str,
    y_title: str,
    y_format: str,
    *,
    dates: bool = False,
) -> BarChart:
    """Return stacked columns."""
    chart = BarChart()
    chart.type = "col"
    chart.grouping = "stacked"
    chart.overlap = 100
    chart.gapWidth = 30
    if dates:
        axis = DateAxis(crossAx=100)
        axis.number_format = "mmm yyyy"
        axis.majorTimeUnit = "months"
        axis.baseTimeUnit = "months"
        axis.majorUnit = 6 if _rows(categories) <= 72 else 12
        chart.x_axis = axis
        chart.y_axis.crossAx = 500
    _add_bars(chart, lines, categories, STACK if len(lines) > 2 else (PALETTE[0], PALETTE[4]))
    _finish(chart, x_title, y_title, y_format)
    return chart


def bars(
    lines: Sequence[Line], categories: Reference, x_title: str, y_title: str, value_format: str
) -> BarChart:
    """Return horizontal bars, the first category on top; several series stand beside each other."""
    chart = BarChart()
    chart.type = "bar"
    chart.grouping = "clustered"
    chart.gapWidth = 50
    shades = (PALETTE[0],) if len(lines) == 1 else ("C9CED6", PALETTE[4], PALETTE[0])
    _add_bars(chart, lines, categories, shades[-len(lines) :])
    _finish(chart, x_title, y_title, value_format)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    return chart


def _add_bars(
    chart: BarChart, lines: Sequence[Line], categories: Reference, shades: Sequence[str]
) -> None:
    for position, line in enumerate(lines):
        series = Series(line.values, title=line.name)
        series.graphicalProperties = GraphicalProperties(solidFill=shades[position % len(shades)])
        series.graphicalProperties.line = LineProperties(solidFill="FFFFFF", w=3_175)
        series.invertIfNegative = False
        chart.series.append(series)
    chart.set_categories(categories)


def _draw_line(series: Any, position: int, *, marker: bool) -> None:
    colour = PALETTE[position % len(PALETTE)]
    line = LineProperties(solidFill=colour, w=25_400, prstDash=DASHES[position % len(DASHES)])
    series.graphicalProperties = GraphicalProperties()
    series.graphicalProperties.line = line
    series.smooth = False
    symbol = MARKERS[position % len(MARKERS)] if marker else "none"
    series.marker = Marker(symbol=symbol, size=6 if marker else None)
    if marker:
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.marker.graphicalProperties.line = LineProperties(solidFill=colour)


def _finish(chart: Chart, x_title: str, y_title: str, y_format: str) -> None:
    for axis, title in ((chart.x_axis, x_title), (chart.y_axis, y_title)):
        axis.delete = False
        axis.title = _title(title, 1000, bold=False, width=200)
        axis.txPr = _text_look(900)
        axis.graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill="8A929B", w=9_525)
        )
        axis.tickLblPos = "low"
    chart.y_axis.number_format = y_format
    chart.y_axis.scaling.min = 0
    chart.y_axis.majorGridlines = ChartLines(
        spPr=GraphicalProperties(ln=LineProperties(solidFill=GRID, w=6_350))
    )
    if len(chart.series) > 1:
        chart.legend = Legend()
        chart.legend.position = "b"
        chart.legend.overlay = False
        chart.legend.txPr = _text_look(1000)
    else:
        chart.legend = None
    chart.graphical_properties = GraphicalProperties(
        solidFill="FFFFFF", ln=LineProperties(solidFill="C9CED6", w=6_350)
    )


def _title(text: str, size: int, *, bold: bool, width: int) -> Title:
    """Return a title whose long text is broken by us: not every program breaks it itself."""
    look = CharacterProperties(
        sz=size, b=bold, solidFill=INK, latin=Font(typeface=FONT)
    )
    paragraphs = [
        Paragraph(
            pPr=ParagraphProperties(defRPr=look), r=[RegularTextRun(rPr=look, t=line)]
        )
        for line in textwrap.wrap(text, width) or [""]
    ]
    return Title(tx=Text(rich=RichText(p=paragraphs)), overlay=False)


def _text_look(size: int) -> RichText:
    look = CharacterProperties(sz=size, solidFill=INK, latin=Font(typeface=FONT))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def _rows(reference: Reference) -> int:
    return int(reference.max_row) - int(reference.min_row) + 1


def sentence(text: str) -> str:
    """Return text with single spaces and a capital letter."""
    tidy = re.sub(r"\s+", " ", text).strip()
    return tidy[:1].upper() + tidy[1:]
