"""The pictures of a study as SVG, one drawing function a shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.axes import Axes

from hepaplan.reports.study.canvas import HEIGHT, lay_out, sheet_of_paper
from hepaplan.reports.study.draw_bars import bar_height, draw_bars, draw_parts, draw_tornado
from hepaplan.reports.study.draw_lines import draw_columns, draw_fan, draw_lines
from hepaplan.reports.study.draw_plane import draw_plane, draw_points
from hepaplan.reports.study.draw_waterfall import draw_waterfall
from hepaplan.reports.study.pages import Picture, Shape
from hepaplan.reports.study.svg import svg_text

DRAW: dict[Shape, Callable[[Axes, Picture], tuple[str, ...]]] = {
    "tornado": draw_tornado,
    "plane": draw_plane,
    "lines": draw_lines,
    "fan": draw_fan,
    "bars": draw_bars,
    "waterfall": draw_waterfall,
    "parts": draw_parts,
    "columns": draw_columns,
    "points": draw_points,
}
PLANE_HEIGHT = 4.8


@dataclass(frozen=True)
class Drawing:
    """A picture as an SVG element for HTML, and what to say under it besides its description."""

    svg: str
    said: tuple[str, ...]


def draw(picture: Picture, identity: str) -> Drawing:
    """Return a picture drawn; `identity` is its own on the page. Its frame must have rows."""
    if picture.svg:
        return Drawing(picture.svg, ())
    with sheet_of_paper(_height(picture)) as (figure, axes):
        said = DRAW[picture.shape](axes, picture)
        lay_out(figure)
        figure.set_layout_engine(None)  # else saving would lay it out and draw it once more
        described = " ".join((picture.description, *said))
        return Drawing(svg_text(figure, identity, picture.headline, described), said)


def _height(picture: Picture) -> float:
    if picture.shape in ("tornado", "bars", "parts", "waterfall"):
        return bar_height(picture)
    return PLANE_HEIGHT if picture.shape in ("plane", "points") else HEIGHT
