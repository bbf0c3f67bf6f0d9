"""Native Excel charts of bars that lie on their side: a tornado, and one value a name."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from openpyxl.chart import BarChart, Series
from openpyxl.chart.label import DataLabel
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties

from hepaplan.reports.blocks import Placed, clean_text
from hepaplan.reports.compare.headlines import room_below
from hepaplan.reports.number_text import number_text
from hepaplan.reports.pictures import charts
from hepaplan.reports.pictures.chart_looks import finish, text_look, values_shown
from hepaplan.reports.study.drawn import signed
from hepaplan.reports.study.pages import Picture

LOW_SHADE, HIGH_SHADE = "56B4E9", "12436D"
FINE = 1_000
FULL, WIDEST_GAP = 12, 500  # fewer bars stand further apart, up to what Excel allows


def tornado(picture: Picture, placed: Sequence[Placed]) -> BarChart:
    """Return bars that go left and right from the base, the widest on top, names on the left."""
    table = placed[0]
    name, low, high, *changes = list(table.frame.columns)
    values = table.frame[changes]
    widest = float(values.abs().max().max())
    shown = signed(picture.x_format, widest)
    change = (
        f"{picture.x_title}: change from the base, {number_text(picture.base, picture.x_format)}"
    )
    chart = BarChart()
    chart.type = "bar"
    chart.grouping = "clustered"
    chart.overlap = 100
    at_low, at_high = (values[heading] for heading in changes)
    same_side = at_low * at_high > 0
    for heading, title, shade, hidden in (
        (changes[0], low, LOW_SHADE, same_side & (at_low.abs() <= at_high.abs())),
        (changes[1], high, HIGH_SHADE, same_side & (at_low.abs() > at_high.abs())),
    ):
        series = Series(table.reference(heading), title=clean_text(title))
        series.graphicalProperties = GraphicalProperties(solidFill=shade)
        series.invertIfNegative = False
        series.dLbls = values_shown(shown, FINE)
        series.dLbls.position = "outEnd"
        series.dLbls.dLbl = [_no_label(row) for row in np.flatnonzero(hidden).tolist()]
        chart.series.append(series)
    if same_side.any():
        over = chart.series[1]
        over.tx.v = f"{over.tx.v} (only outlined where both ends lie on one side)"
        over.dPt = [_outlined(row) for row in np.flatnonzero(same_side).tolist()]
    chart.set_categories(table.reference(name))
    marks = signed(picture.x_format, widest, "base")
    finish(chart, _some_of(picture, table), change, marks, FINE)
    names_on_the_left(chart, len(values))
    step = room_below(values.abs() * -1.0)[1]
    if step:
        chart.y_axis.scaling.min = step * math.floor(1.2 * min(0.0, values.min().min()) / step)
        chart.y_axis.scaling.max = step * math.ceil(1.2 * max(0.0, values.max().max()) / step)
        chart.y_axis.majorUnit = step
    return chart


def _no_label(row: int) -> DataLabel:
    """Return how to leave a bar without its value: a longer bar on its side shows its own there."""
    return DataLabel(
        idx=row,
        showVal=False,
        showLegendKey=False,
        showCatName=False,
        showSerName=False,
        showPercent=False,
    )


def _outlined(row: int) -> DataPoint:
    """Return how to draw a bar so that the one behind it is seen."""
    edge = LineProperties(solidFill=HIGH_SHADE, w=19_050)
    return DataPoint(
        idx=row, invertIfNegative=False, spPr=GraphicalProperties(noFill=True, ln=edge)
    )


def bars(picture: Picture, placed: Sequence[Placed]) -> BarChart:
    """Return horizontal bars with their values, the first on top."""
    name, value = list(placed[0].frame.columns[:2])
    least = float(placed[0].frame[value].min())
    chart = charts.bars(
        [charts.Line(clean_text(value), placed[0].reference(value))],
        placed[0].reference(name),
        _some_of(picture, placed[0]),
        picture.x_title,
        picture.x_format,
        from_zero=not least < 0,
    )
    names_on_the_left(chart, len(placed[0].frame))
    return chart


def _some_of(picture: Picture, placed: Placed) -> str:
    """Return the title of the axis of names, with how many there are where not all are drawn."""
    drawn, there = len(placed.frame), len(picture.frame)
    return picture.y_title if drawn == there else f"{picture.y_title}: {drawn} of {there:,}"


def names_on_the_left(chart: BarChart, names: int) -> None:
    """Name every bar left of the axis, the first on top, bars as thick as their number allows."""
    chart.gapWidth = int(min(WIDEST_GAP, max(40, 100 * (FULL / max(names, 1) - 1))))
    chart.x_axis.tickLblSkip = 1
    chart.x_axis.txPr = text_look(FINE)
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.y_axis.tickLblPos = "nextTo"
