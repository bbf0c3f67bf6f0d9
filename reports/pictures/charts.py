"""Native Excel charts: a sentence for a title, named axes with units, told apart without colour."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import AreaChart, BarChart, LineChart, Reference, ScatterChart, Series
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.image import Image
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.utils import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.reports.blocks import clean_text
from hepaplan.reports.pictures.chart_looks import (
    draw_line,
    draw_mark,
    finish,
    row_count,
    text_look,
    title_of,
    values_shown,
)
from hepaplan.reports.sheet import CHART_COLUMNS, CHART_ROWS
from hepaplan.reports.style import INK, PALETTE, PARTS, POLICY_LOOKS, SIGNED_THOUSANDS, STACK

MARGIN = 60_000  # English metric units: a twelfth of a row of 15 points is 15,875

Chart = AreaChart | BarChart | LineChart | ScatterChart


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
        """Put the description into a chart's or a picture's frame as openpyxl hands it over."""
        frames = {"graphicFrame": "nvGraphicFramePr", "pic": "nvPicPr"}
        if name in frames and value is not None:
            said = getattr(value, frames[name]).cNvPr
            said.descr, said.title = self.description, self.heading
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
    chart.title = title_of(headline, 1200, bold=True)
    anchor: Any = described_anchor(cell, headline, description, size)
    chart.anchor = anchor
    sheet.add_chart(chart)


def place_picture(
    sheet: Worksheet,
    png: bytes,
    cell: str,
    headline: str,
    description: str,
    size: tuple[int, int],
) -> None:
    """Put a picture at a cell, over columns and rows kept for it, with its alternative text."""
    picture = Image(io.BytesIO(png))
    picture.anchor = described_anchor(cell, headline, description, size)
    sheet.add_image(picture)


def described_anchor(
    cell: str, headline: str, description: str, size: tuple[int, int]
) -> DescribedAnchor:
    """Return the place of a chart or a picture, with what is read out instead of it."""
    row, column = coordinate_to_tuple(cell)
    anchor: Any = DescribedAnchor(
        editAs="oneCell",
        _from=AnchorMarker(col=column - 1, row=row - 1, rowOff=MARGIN),
        to=AnchorMarker(col=column - 1 + size[0], row=row - 2 + size[1], rowOff=MARGIN),
    )
    anchor.heading = clean_text(headline)
    anchor.description = clean_text(f"{headline}. {description}")
    return anchor  # type: ignore[no-any-return]


def month_axis(months: Reference) -> DateAxis:
    """Return an axis of calendar months, every half year named or, of many, every year."""
    axis = DateAxis(crossAx=100)
    axis.number_format = "mmm yyyy"
    axis.majorTimeUnit = "months"
    axis.baseTimeUnit = "months"
    axis.majorUnit = 6 if row_count(months) <= 72 else 12
    return axis


def month_lines(lines: Sequence[Line], months: Reference, y_title: str, y_format: str) -> LineChart:
    """Return a line chart by calendar month, from zero."""
    chart = LineChart()
    chart.x_axis = month_axis(months)
    chart.y_axis.crossAx = 500
    for position, line in enumerate(lines):
        series = Series(line.values, title=line.name)
        draw_line(series, line.name, position)
        chart.series.append(series)
    chart.set_categories(months)
    finish(chart, "Month", y_title, y_format)
    return chart


def curves(
    lines: Sequence[Line], x_title: str, y_title: str, last: float, marks: Sequence[Line] = ()
) -> ScatterChart:
    """Return survival curves: time across, share surviving from 0 to 1 upwards.

    `marks` are single figures beside the curves, such as published ones.
    """
    chart = ScatterChart()
    across: Any = chart.x_axis
    chart.style = 13
    chart.scatterStyle = "line"
    for position, line in enumerate(lines):
        series = Series(line.values, line.categories, title=line.name)
        draw_line(series, line.name, position)
        chart.series.append(series)
    for position, mark in enumerate(marks):
        series = Series(mark.values, mark.categories, title=mark.name)
        draw_mark(series, position, INK)
        chart.series.append(series)
    finish(chart, x_title, y_title, "0%")
    across.number_format = "0"
    across.scaling.min = 0
    across.scaling.max = last
    across.majorUnit = 12
    across.majorGridlines = None
    chart.y_axis.scaling.max = 1
    chart.y_axis.majorUnit = 0.2
    return chart


def plane(points: Sequence[Line], line: Line, x_title: str, y_title: str) -> ScatterChart:
    """Return a cost-effectiveness plane: marks for strategies, a dashed line for the threshold."""
    chart = ScatterChart()
    chart.style = 13
    chart.scatterStyle = "lineMarker"
    for position, point in enumerate(points):
        series = Series(point.values, point.categories, title=point.name)
        draw_mark(series, position)
        chart.series.append(series)
    threshold = Series(line.values, line.categories, title=line.name)
    draw_line(threshold, line.name, 5)
    chart.series.append(threshold)
    finish(chart, x_title, y_title, SIGNED_THOUSANDS)
    chart.y_axis.scaling.min = None
    across: Any = chart.x_axis
    across.number_format = "+#,##0.##;-#,##0.##;0"
    across.majorGridlines = None
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
        chart.x_axis = month_axis(categories)
        chart.y_axis.crossAx = 500
    _add_bars(chart, lines, categories, STACK if len(lines) > 2 else (PALETTE[0], PALETTE[4]))
    finish(chart, x_title, y_title, y_format)
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
    parts: bool = False,
) -> BarChart:
    """Return horizontal bars, the first category on top; several series stand beside each other.

    Each bar shows its value, so that small ones can be read too; `from_zero` is for values of
    which none is negative. `parts` are shares of a whole: they stand end to end, to
    100%, and only the first shows its value, lest small ones are written over each other.
    """
    chart = BarChart()
    chart.type = "bar"
    chart.grouping = "stacked" if parts else "clustered"
    chart.overlap = 100 if parts else None
    chart.gapWidth = 50
    _add_bars(chart, lines, categories, PARTS if parts else PALETTE)
    finish(chart, x_title, y_title, value_format)
    if parts:
        chart.y_axis.scaling.max = 1
        chart.y_axis.majorUnit = 0.2
    if not from_zero:
        chart.y_axis.scaling.min = None
    shown = values_shown(label_format or value_format)
    if parts:
        chart.series[0].dLbls = shown
    else:
        chart.dataLabels = shown
    chart.x_axis.tickLblSkip = 1
    if row_count(categories) > 10:
        chart.x_axis.txPr = text_look(700)
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
