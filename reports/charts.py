"""Native Excel charts: a sentence for a title, named axes with units, told apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, ScatterChart, Series
from openpyxl.chart.axis import ChartLines, DateAxis
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.utils import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.reports.sheet import CHART_COLUMNS, CHART_ROWS
from hepaplan.reports.style import DASHES, FONT, INK, PALETTE, POLICY_LOOKS, STACK, Dash

MARGIN = 60_000  # English metric units: a twelfth of a row of 15 points is 15,875
GRID = "DDE1E6"

Chart = BarChart | LineChart | ScatterChart


@dataclass(frozen=True)
class Line:
    """One series: its name in the legend and the cells it shows."""

    name: str
    values: Reference
    categories: Reference | None = None


class DescribedAnchor(TwoCellAnchor):
    """A place for a chart that also carries its description for screen readers."""

    __elements__ = TwoCellAnchor.__elements__
    __attrs__ = TwoCellAnchor.__attrs__
    description = ""
    heading = ""

    def __setattr__(self, name: str, value: Any) -> None:
        """Put the description into the frame when openpyxl hands the frame over."""
        if name == "graphicFrame" and value is not None:
            value.nvGraphicFramePr.cNvPr.descr = self.description
            value.nvGraphicFramePr.cNvPr.title = self.heading
        super().__setattr__(name, value)


def place(
    sheet: Worksheet,
    chart: Chart,
    cell: str,
    headline: str,
    description: str,
    size: tuple[int, int] = (CHART_COLUMNS, CHART_ROWS),
) -> None:
    """Put a chart at a cell, over columns and rows kept for it, with its alternative text."""
    chart.title = _title(headline, 1200, bold=True)
    row, column = coordinate_to_tuple(cell)
    anchor: Any = DescribedAnchor(
        editAs="oneCell",
        _from=AnchorMarker(col=column - 1, row=row - 1, rowOff=MARGIN),
        to=AnchorMarker(col=column - 1 + size[0], row=row - 2 + size[1], rowOff=MARGIN),
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
        _draw_line(series, line.name, position)
        chart.series.append(series)
    chart.set_categories(months)
    _finish(chart, "Month", y_title, y_format)
    return chart


def curves(lines: Sequence[Line], x_title: str, y_title: str, last: float) -> ScatterChart:
    """Return survival curves: time across, share surviving from 0 to 1 upwards."""
    chart = ScatterChart()
    across: Any = chart.x_axis
    chart.style = 13
    chart.scatterStyle = "line"
    for position, line in enumerate(lines):
        series = Series(line.values, line.categories, title=line.name)
        _draw_line(series, line.name, position)
        chart.series.append(series)
    _finish(chart, x_title, y_title, "0%")
    across.number_format = "0"
    across.scaling.min = 0
    across.scaling.max = last
    across.majorUnit = 12
    across.majorGridlines = None
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
    lines: Sequence[Line],
    categories: Reference,
    x_title: str,
    y_title: str,
    value_format: str,
    label_format: str = "",
    *,
    from_zero: bool = True,
) -> BarChart:
    """Return horizontal bars, the first category on top; several series stand beside each other.

    Each bar shows its value, so that small ones can be read too; `from_zero` is for values of
    which none is negative.
    """
    chart = BarChart()
    chart.type = "bar"
    chart.grouping = "clustered"
    chart.gapWidth = 50
    _add_bars(chart, lines, categories, PALETTE)
    _finish(chart, x_title, y_title, value_format)
    if not from_zero:
        chart.y_axis.scaling.min = None
    chart.dataLabels = _values_shown(label_format or value_format)
    chart.x_axis.tickLblSkip = 1
    if _rows(categories) > 10:
        chart.x_axis.txPr = _text_look(700)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.y_axis.tickLblPos = "nextTo"
    return chart


def _add_bars(
    chart: BarChart, lines: Sequence[Line], categories: Reference, shades: Sequence[str]
) -> None:
    for position, line in enumerate(lines):
        series = Series(line.values, title=line.name)
        known = POLICY_LOOKS.get(line.name.lower())
        fill = known[0] if known else shades[position % len(shades)]
        series.graphicalProperties = GraphicalProperties(solidFill=fill)
        series.graphicalProperties.line = LineProperties(solidFill="FFFFFF", w=3_175)
        series.invertIfNegative = False
        chart.series.append(series)
    chart.set_categories(categories)


def _draw_line(series: Any, name: str, position: int) -> None:
    number = position % len(PALETTE)
    usual: tuple[str, str, Dash] = ("", PALETTE[number], DASHES[number])
    _, colour, dash = POLICY_LOOKS.get(name.lower(), usual)
    series.graphicalProperties = GraphicalProperties()
    series.graphicalProperties.line = LineProperties(solidFill=colour, w=25_400, prstDash=dash)
    series.smooth = False
    series.marker = Marker(symbol="none")


def _finish(chart: Chart, x_title: str, y_title: str, y_format: str) -> None:
    for axis, title in ((chart.x_axis, x_title), (chart.y_axis, y_title)):
        axis.delete = False
        axis.title = _title(title, 1000, bold=False)
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


def _title(text: str, size: int, *, bold: bool) -> Title:
    look = CharacterProperties(sz=size, b=bold, solidFill=INK, latin=Font(typeface=FONT))
    paragraph = Paragraph(
        pPr=ParagraphProperties(defRPr=look), r=[RegularTextRun(rPr=look, t=text)]
    )
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _text_look(size: int) -> RichText:
    look = CharacterProperties(sz=size, solidFill=INK, latin=Font(typeface=FONT))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def _values_shown(number_format: str) -> DataLabelList:
    shown = DataLabelList(
        numFmt=number_format,
        showVal=True,
        showLegendKey=False,
        showCatName=False,
        showSerName=False,
        showPercent=False,
        showBubbleSize=False,
    )
    shown.txPr = _text_look(800)
    return shown


def _rows(reference: Reference) -> int:
    return int(reference.max_row) - int(reference.min_row) + 1
