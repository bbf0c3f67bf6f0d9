"""How charts look: fonts, axes, legends, lines and marks."""

from __future__ import annotations

from typing import Any, Literal

from openpyxl.chart import Reference
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)

from hepaplan.reports.blocks import clean_text
from hepaplan.reports.style import DASHES, FONT, INK, PALETTE, POLICY_LOOKS, Dash

GRID = "DDE1E6"
Mark = Literal["circle", "square", "diamond", "triangle", "x", "plus"]
MARKS: tuple[Mark, ...] = ("circle", "square", "diamond", "triangle", "x", "plus")


def draw_line(series: Any, name: str, position: int) -> None:
    """Draw a series as a line, in a policy's own colour and dash where it is one."""
    number = position % len(PALETTE)
    usual: tuple[str, str, Dash] = ("", PALETTE[number], DASHES[number])
    _, colour, dash = POLICY_LOOKS.get(name.lower(), usual)
    draw_stroke(series, colour, dash)


def draw_stroke(series: Any, colour: str, dash: Dash) -> None:
    """Draw a series as a line of a colour and a dash, without marks."""
    series.graphicalProperties = GraphicalProperties()
    series.graphicalProperties.line = LineProperties(solidFill=colour, w=25_400, prstDash=dash)
    series.smooth = False
    series.marker = Marker(symbol="none")


def draw_mark(series: Any, position: int, colour: str | None = None) -> None:
    """Draw a series as marks without a line, told apart by shape as well as colour."""
    colour = colour or PALETTE[position % len(PALETTE)]
    look = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
    symbol = MARKS[position % len(MARKS)]
    series.marker = Marker(symbol=symbol, size=9, spPr=look)
    series.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))


def finish(chart: Any, x_title: str, y_title: str, y_format: str, size: int = 900) -> None:
    """Name the axes, start upwards at zero, show a legend where there are several series.

    `size` of the figures beside the axes is in hundredths of a point; titles and legend are larger.
    """
    for axis, title in ((chart.x_axis, x_title), (chart.y_axis, y_title)):
        axis.delete = False
        axis.title = title_of(title, size + 100, bold=False)
        axis.txPr = text_look(size)
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
        chart.legend.txPr = text_look(size + 100)
    else:
        chart.legend = None
    chart.graphical_properties = GraphicalProperties(
        solidFill="FFFFFF", ln=LineProperties(solidFill="C9CED6", w=6_350)
    )


def title_of(text: str, size: int, *, bold: bool) -> Title:
    """Return a title; `size` in hundredths of a point."""
    look = CharacterProperties(sz=size, b=bold, solidFill=INK, latin=Font(typeface=FONT))
    paragraph = Paragraph(
        pPr=ParagraphProperties(defRPr=look), r=[RegularTextRun(rPr=look, t=clean_text(text))]
    )
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def text_look(size: int) -> RichText:
    """Return how texts look; `size` in hundredths of a point."""
    look = CharacterProperties(sz=size, solidFill=INK, latin=Font(typeface=FONT))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def values_shown(number_format: str, size: int = 800) -> DataLabelList:
    """Return labels that show values and nothing else."""
    shown = DataLabelList(
        numFmt=number_format,
        showVal=True,
        showLegendKey=False,
        showCatName=False,
        showSerName=False,
        showPercent=False,
        showBubbleSize=False,
    )
    shown.txPr = text_look(size)
    return shown


def row_count(reference: Reference) -> int:
    """Return how many rows a reference covers."""
    return int(reference.max_row) - int(reference.min_row) + 1
