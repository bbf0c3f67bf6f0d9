"""Native Excel charts of a study, one function a shape; each points at the tables that it draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from openpyxl.chart import AreaChart, LineChart, ScatterChart, Series
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.colors import ColorChoice, SchemeColor
from openpyxl.drawing.line import LineProperties

from hepaplan.reports.blocks import Placed, clean_text
from hepaplan.reports.number_text import number_text
from hepaplan.reports.pictures import charts
from hepaplan.reports.pictures.chart_looks import (
    draw_mark,
    draw_stroke,
    finish,
)
from hepaplan.reports.study.looks import COLOURS, looks_of
from hepaplan.reports.study.native_bars import FINE, bars, tornado
from hepaplan.reports.study.native_waterfall import waterfall
from hepaplan.reports.study.pages import Picture, Shape
from hepaplan.reports.style import INK, MONTH, POUNDS, Dash

OUTER, INNER, MIDDLE, CAPACITY = "CFE0EE", "86AFD3", "12436D", "D55E00"
SMALL_MARK, LARGE_MARK = 3, 11
TINT = 0.4
APART = (1, 3, 6, 12)
WIDE = 101_600
SEEN_THROUGH = 25_000  # thousandths of a per cent: Excel draws it below the others, others above


def draw(picture: Picture, placed: Sequence[Placed]) -> charts.Chart:
    """Return the chart of a picture over its drawn tables, the main one first."""
    return SHAPES[picture.shape](picture, placed)


def plane(picture: Picture, placed: Sequence[Placed]) -> ScatterChart:
    """Return small marks for draws, a large one for each strategy's mean, a dashed threshold."""
    points, means, *line = placed
    name, across, up = list(points.frame.columns[:3])
    strategies = [str(strategy) for strategy in means.frame[name]]
    chart = _scatter("lineMarker")
    looks = looks_of(strategies)
    drawn = points.frame[name].astype(str)
    for position, strategy in enumerate(strategies):
        first, count = int((drawn == strategy).to_numpy().argmax()), int((drawn == strategy).sum())
        series = _points(points, across, up, strategy, first, count)
        draw_mark(series, position, _lighter(looks[position].colour))
        series.marker.size = SMALL_MARK
        chart.series.append(series)
    for position, strategy in enumerate(strategies):
        series = _points(means, across, up, f"{strategy} (mean)", position, 1)
        draw_mark(series, position, looks[position].colour)
        series.marker.size = LARGE_MARK
        series.marker.graphicalProperties.line = LineProperties(solidFill=INK, w=15_875)
        chart.series.append(series)
    if line:
        title = (
            f"{number_text(picture.slope, POUNDS)} per QALY: below the line it is worth its cost"
        )
        series = _points(line[0], across, up, title, 0, len(line[0].frame))
        draw_stroke(series, INK, "sysDash")
        chart.series.append(series)
    finish(chart, picture.x_title, picture.y_title, picture.y_format, FINE)
    chart.y_axis.scaling.min = None
    chart.x_axis.number_format = picture.x_format
    _hide_in_legend(chart, range(len(strategies)))
    return chart


def lines(picture: Picture, placed: Sequence[Placed]) -> ScatterChart:
    """Return lines over numbers, told apart by dash as well as colour.

    A last one that always runs on one of the others, a frontier, is wide and seen through.
    """
    table = placed[0]
    across, *names = list(table.frame.columns)
    chart = _scatter("line")
    values = table.frame[names]
    looks = dict(zip(names, looks_of([str(n) for n in names]), strict=True))
    beneath = names[-1:] if _runs_on_others(values) else []
    for name in [*beneath, *(n for n in names if n not in beneath)]:
        series = _points(table, across, name, str(name), 0, len(table.frame))
        draw_stroke(series, looks[name].colour, looks[name].dash)
        if name in beneath:
            ink: Any = SchemeColor(val="tx1", alpha=SEEN_THROUGH)  # any: its stub names another
            shade = ColorChoice(schemeClr=ink)
            series.graphicalProperties.line = LineProperties(solidFill=shade, w=WIDE)
        chart.series.append(series)
    finish(chart, picture.x_title, picture.y_title, picture.y_format, FINE)
    axis: Any = chart.x_axis
    axis.number_format = picture.x_format
    first, last = float(table.frame[across].min()), float(table.frame[across].max())
    if first < last:
        axis.scaling.min = 0 if 0 <= first < last / 4 else first
        axis.scaling.max = last
    least, most = float(values.min().min()), float(values.max().max())
    if least < 0 or least > most / 2:  # a line far from 0 would be flat, were 0 in sight
        chart.y_axis.scaling.min = None
    if "%" in picture.y_format and 0.5 < most <= 1.0 and least >= 0:
        chart.y_axis.scaling.max = 1
        chart.y_axis.majorUnit = 0.2
    return chart


def _runs_on_others(values: pd.DataFrame) -> bool:
    """Return whether the last of three lines or more lies on another everywhere: a frontier."""
    if values.shape[1] < 3:
        return False
    others, last = values.iloc[:, :-1].to_numpy(float), values.iloc[:, -1:].to_numpy(float)
    return bool(np.isclose(others, last).any(axis=1).all())


def fan(picture: Picture, placed: Sequence[Placed]) -> AreaChart:
    """Return percentiles as bands from no less than 0, their middle as a line, others dashed."""
    table = placed[0]
    month, low, lower_band, inner_band, upper_band, middle, *beside = list(table.frame.columns)
    lower, upper = inner_band.split(" to ")
    high = upper_band.split(" to ")[1]
    chart = AreaChart()
    chart.grouping = "stacked"
    for heading, title, shade in (
        (low, low, ""),
        (lower_band, f"{low} to {high}: 8 of 10 draws", OUTER),
        (inner_band, f"{lower} to {upper}: half of the draws", INNER),
        (upper_band, upper_band, OUTER),
    ):
        series = Series(table.reference(heading), title=clean_text(title))
        look = GraphicalProperties(solidFill=shade) if shade else GraphicalProperties(noFill=True)
        look.line = LineProperties(noFill=True)
        series.graphicalProperties = look
        chart.series.append(series)
    chart.set_categories(table.reference(month))
    over = LineChart()
    strokes: list[tuple[str, str, str, Dash]] = [
        (middle, f"{middle}: the middle draw", MIDDLE, "solid")
    ]
    strokes += [
        (name, str(name), (CAPACITY, *COLOURS[3:])[i % (len(COLOURS) - 2)], "sysDash")
        for i, name in enumerate(beside)
    ]
    for heading, title, colour, dash in strokes:
        series = Series(table.reference(heading), title=clean_text(title))
        draw_stroke(series, colour, dash)
        over.series.append(series)
    over.set_categories(table.reference(month))
    finish(chart, picture.x_title, picture.y_title, picture.y_format, FINE)
    _name_some_months(chart, len(table.frame))
    _hide_in_legend(chart, (0, 3))
    chart += over
    return chart


def _name_some_months(chart: AreaChart, months: int) -> None:
    """Name months so far apart that they need not stand aslant: areas have no calendar axis."""
    axis: Any = chart.x_axis
    axis.number_format = MONTH
    axis.tickLblSkip = axis.tickMarkSkip = next(n for n in APART if months <= 12 * n or n == 12)
    chart.y_axis.crossBetween = "midCat"


def _scatter(style: Literal["line", "lineMarker"]) -> ScatterChart:
    chart = ScatterChart()
    chart.style = 13
    chart.scatterStyle = style
    axis: Any = chart.x_axis
    axis.majorGridlines = None
    return chart


def _lighter(colour: str) -> str:
    parts = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
    return "".join(f"{round(part + (255 - part) * TINT):02X}" for part in parts)


def _points(placed: Placed, across: str, up: str, title: str, first: int, count: int) -> Any:
    return Series(
        placed.reference(up, first, count),
        placed.reference(across, first, count),
        title=clean_text(title),
    )


def _hide_in_legend(chart: Any, positions: Sequence[int]) -> None:
    if chart.legend is not None:
        chart.legend.legendEntry = [LegendEntry(idx=i, delete=True) for i in positions]


SHAPES: dict[Shape, Callable[[Picture, Sequence[Placed]], charts.Chart]] = {
    "tornado": tornado,
    "plane": plane,
    "lines": lines,
    "fan": fan,
    "bars": bars,
    "waterfall": waterfall,
}
