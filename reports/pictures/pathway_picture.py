"""The picture of flow through the pathway, as PNG for the workbook and as SVG for the page."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from hepaplan.model.tables.flow_tables import NEW
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures.pathway_layout import DEATH, Band, Box, layout
from hepaplan.reports.readable_text import clean
from hepaplan.reports.study.canvas import in_our_look, moved_apart
from hepaplan.reports.study.svg import svg_text
from hepaplan.reports.style import BLUE, INK, PALETTE
from hepaplan.reports.views.pathway import headline
from hepaplan.reports.views.shown import shortened

SIZE = (13.0, 5.5)
DOTS = 150
BOX_WIDTH = 0.13
LETTERS = 15
POINTS = 11.5
LINE_POINTS = POINTS * 1.15
SHADES = {NEW: PALETTE[5], DEATH: PALETTE[7]}
BAND_SHADE = 0.32


def pathway_png(content: ReportContent) -> bytes:
    """Return the picture as PNG, the same bytes each time."""
    file = io.BytesIO()
    with in_our_look():
        _figure(content).savefig(file, format="png", dpi=DOTS, metadata={"Software": None})
    return file.getvalue()


def pathway_svg(content: ReportContent, identity: str = "pathway") -> str:
    """Return the picture as an SVG element for HTML, read out by its title and description."""
    with in_our_look():  # drawing decides that letters stay letters
        return svg_text(_figure(content), identity, headline(content), described(content))


def described(content: ReportContent) -> str:
    """Return what the picture shows for those who do not see it: its largest flows."""
    made = layout(content.tables["flows"])
    bands = sorted(made.bands, key=lambda band: -band.people)[:6]
    largest = "; ".join(
        f"{_name(content, b.source)} to {_name(content, b.target)}, {b.people:,.0f}" for b in bands
    )
    return (
        "Bands from left to right, as wide as the people they stand for, from new patients through "
        f"decision points to death. The largest, people a year: {largest}. The tables hold "
        "every flow."
    )


def not_drawn(content: ReportContent) -> str:
    """Return how many people a year the picture leaves out."""
    left_out = layout(content.tables["flows"]).left_out
    return (
        f"Not drawn: flows back to an earlier column and small ones, {left_out:,.0f} people a year "
        "in all; the tables hold them."
    )


def _figure(content: ReportContent) -> Figure:
    made = layout(content.tables["flows"])
    with in_our_look():
        figure = Figure(figsize=SIZE)
        axes = figure.add_axes((0.005, 0.01, 0.99, 0.98))
        axes.set_axis_off()
        last = max(box.column for box in made.boxes)
        axes.set_xlim(-0.05, last + BOX_WIDTH + 0.75)
        axes.set_ylim(-0.02, 1.04)
        at = {box.name: box for box in made.boxes}
        for band in sorted(made.bands, key=lambda band: -band.people):
            shade = f"#{_shade(band.source)}"
            ribbon = _ribbon(band, at)
            axes.add_patch(PathPatch(ribbon, facecolor=shade, alpha=BAND_SHADE, linewidth=0))
        for column in range(last + 1):
            _draw_boxes(axes, content, [box for box in made.boxes if box.column == column])
    return figure


def _draw_boxes(axes: Axes, content: ReportContent, boxes: Sequence[Box]) -> None:
    """Draw the boxes of a column, their names moved apart where they would touch."""
    names = shortened([clean(_name(content, box.name)) for box in boxes])
    named = [
        "\n".join([*textwrap.wrap(name, LETTERS), f"{box.people:,.0f}"])
        for name, box in zip(names, boxes, strict=True)
    ]
    low, high = axes.get_ylim()
    line = LINE_POINTS / (SIZE[1] * 72) * (high - low)
    heights = np.array([(1 + words.count("\n")) * line for words in named])
    places = moved_apart(np.array([(box.bottom + box.top) / 2 for box in boxes]), heights)
    for box, words, at in zip(boxes, named, places, strict=True):
        corner, height = (box.column, box.bottom), box.top - box.bottom
        place = Rectangle(corner, BOX_WIDTH, height, facecolor=f"#{_shade(box.name)}", zorder=4)
        axes.add_patch(place)  # above the pale ground of names in the column before
        _write(axes, box.column + BOX_WIDTH + 0.03, float(at), words)


def _write(axes: Axes, across: float, upright: float, words: str) -> None:
    text = axes.text(
        across,
        upright,
        words,
        va="center",
        fontsize=POINTS,
        color=f"#{INK}",
        linespacing=1.05,
    )
    text.set_bbox({"facecolor": "white", "alpha": 0.72, "linewidth": 0, "pad": 1.2})


def _ribbon(band: Band, at: dict[str, Box]) -> Path:
    start = at[band.source].column + BOX_WIDTH
    end = at[band.target].column
    middle = (start + end) / 2
    left, right, height = band.left, band.right, band.height
    points = [
        (start, left), (middle, left), (middle, right), (end, right),
        (end, right - height), (middle, right - height), (middle, left - height),
        (start, left - height), (start, left),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    return Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])


def _shade(name: str) -> str:
    return SHADES.get(name, BLUE)


def _name(content: ReportContent, name: str) -> str:
    return {NEW: "New, and on the first day's lists", DEATH: "Death"}.get(name) or content.label(
        name
    )
