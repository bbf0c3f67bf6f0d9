"""A native Excel chart of a bridge: stacked bars on an invisible base, both ends whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openpyxl.chart import BarChart, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.drawing.line import LineProperties

from hepaplan.reports.blocks import Placed, clean_text
from hepaplan.reports.number_text import number_text
from hepaplan.reports.pictures.chart_looks import finish
from hepaplan.reports.study.drawn import BASE, ENDS, axis_start
from hepaplan.reports.study.native_bars import FINE, names_on_the_left
from hepaplan.reports.study.pages import Picture
from hepaplan.reports.style import INK, PALETTE

END_SHADE, MORE_SHADE, LESS_SHADE = PALETTE[0], PALETTE[4], PALETTE[1]


def waterfall(picture: Picture, placed: Sequence[Placed]) -> BarChart:
    """Return bars from one end to the other, the first on top; each name has its amount with it.

    Excel cannot write values beside stacked bars, so amounts stand with the names on the left.
    """
    table = placed[0]
    headings = list(table.frame.columns)
    chart = BarChart()
    chart.type = "bar"
    chart.grouping = "stacked"
    chart.overlap = 100
    for heading in headings[headings.index(BASE) :]:
        series = Series(table.reference(heading), title=clean_text(heading))
        series.invertIfNegative = False
        series.graphicalProperties = _look(heading)
        chart.series.append(series)
    chart.set_categories(table.reference(headings[0]))
    start = axis_start(picture)
    said = f" (the axis starts at {number_text(start, picture.x_format)})" if start else ""
    finish(chart, picture.y_title, f"{picture.x_title}{said}", picture.x_format, FINE)
    names_on_the_left(chart, len(table.frame))
    chart.y_axis.scaling.min = start or None
    chart.legend = None  # names carry + or -; LibreOffice hides another entry than the base's
    return chart


def _look(heading: str) -> GraphicalProperties:
    if heading == BASE:
        look = GraphicalProperties(noFill=True)
        look.line = LineProperties(noFill=True)
    elif heading.startswith("Takes"):
        ink, paper = _colour(LESS_SHADE), _colour("FFFFFF")
        fill = PatternFillProperties(prst="wdUpDiag", fgClr=ink, bgClr=paper)
        look = GraphicalProperties(pattFill=fill, ln=LineProperties(solidFill=LESS_SHADE))
    else:
        shade = END_SHADE if heading == ENDS else MORE_SHADE
        look = GraphicalProperties(solidFill=shade, ln=LineProperties(solidFill=INK, w=6_350))
    return look


def _colour(shade: str) -> ColorChoice:
    stated: Any = shade  # any: its stub names what a file is read from
    return ColorChoice(srgbClr=stated)
