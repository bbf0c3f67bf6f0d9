"""What every picture of a page shares: a quiet look, axes in words, names at the ends of lines."""

from __future__ import annotations

import itertools
import textwrap
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, YAxis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hepaplan.reports.number_text import number_text, smallest_step
from hepaplan.reports.pictures.chart_looks import GRID, MARKS
from hepaplan.reports.readable_text import clean
from hepaplan.reports.study.looks import Look, looks_of
from hepaplan.reports.style import DASHES, INK, POLICY_LOOKS, Dash

WIDTH = 7.4
HEIGHT = 4.0
MUTED = "#595959"
# A colour that is too pale for a line on white has a darker one, as the policies do.
LINE_HUES = {fill: line for fill, line, _ in POLICY_LOOKS.values()}
LABEL_LETTERS = 24
ACROSS_LETTERS, UPRIGHT_LETTERS = 75, 54  # as many as fit beside the axes
LABEL_POINTS = 9.0
AXIS_POINTS = 56.0
"""The most height that the axis across takes with its title: laying out to know is slow."""
STROKES: dict[Dash, tuple[float, ...]] = {
    "solid": (),
    "sysDash": (3, 1.5),
    "lgDash": (7, 2),
    "sysDot": (1, 1.3),
    "dashDot": (4, 1.5, 1, 1.5),
    "lgDashDot": (7, 2, 1, 2),
    "dash": (5, 2),
    "sysDashDot": (3, 1, 1, 1),
}
LOOK = {
    "axes.edgecolor": "#8A929B",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": f"#{INK}",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9.5,
    "grid.color": f"#{GRID}",
    "grid.linewidth": 0.6,
    "hatch.linewidth": 1.0,
    "legend.frameon": False,
    "legend.handlelength": 2.4,
    "svg.fonttype": "none",  # letters stay letters: smaller, searchable, sharp on paper
    "text.color": f"#{INK}",
    "text.parse_math": False,
    "xtick.color": f"#{INK}",
    "ytick.color": f"#{INK}",
}

Dashes = tuple[float, tuple[float, ...] | None]


@dataclass(frozen=True)
class End:
    """Where a line ends on the upright axis, its name there, and its look."""

    name: str
    at: float
    colour: str
    dashes: Dashes = (0.0, None)
    width: float = 2.0
    mark: str = ""


@contextmanager
def in_our_look() -> Iterator[None]:
    """Draw in our look, and keep to ourselves what of a scenario's names cannot be drawn well."""
    with matplotlib.style.context(["default", LOOK]), warnings.catch_warnings():
        # The reader's browser has its own letters, and names too long for any room are drawn as is.
        for harmless in ("Glyph .* missing from", "constrained_layout not applied"):
            warnings.filterwarnings("ignore", message=harmless)
        yield


@contextmanager
def sheet_of_paper(height: float = HEIGHT) -> Iterator[tuple[Figure, Axes]]:
    """Yield a figure with one pair of axes in our look; `height` in inches, width is fixed."""
    with in_our_look():
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        yield figure, figure.add_subplot()


def lay_out(figure: Figure | None) -> None:
    """Give the parts of a figure their room, as drawing it would, without drawing it."""
    if figure is not None and (engine := figure.get_layout_engine()) is not None:
        engine.execute(figure)


def line_looks(names: Sequence[str]) -> list[tuple[str, Dashes]]:
    """Return colour and dashes of each series for matplotlib, none too pale for a line."""
    made: list[tuple[str, Dashes]] = []
    turns: Counter[Look] = Counter()
    for look in looks_of(names):
        look = replace(look, mark=MARKS[0])
        # Where there are more series than looks, the colours come again with other dashes.
        dash = DASHES[(DASHES.index(look.dash) + turns[look]) % len(DASHES)]
        turns[look] += 1
        made.append((f"#{LINE_HUES.get(look.colour, look.colour)}", (0.0, STROKES[dash] or None)))
    return made


def wrapped(text: str, letters: int = LABEL_LETTERS, lines: int = 3) -> str:
    """Return a label in short lines, cut with a mark where it is very long."""
    return "\n".join(textwrap.wrap(clean(text), letters, max_lines=lines, placeholder=" …") or [""])


def name_axis(axis: Axis, title: str, number_format: str = "", ticks: int = 6) -> None:
    """Give an axis its title and, where it counts something, round ticks in that format."""
    letters = UPRIGHT_LETTERS if isinstance(axis, YAxis) else ACROSS_LETTERS
    axis.set_label_text(wrapped(title, letters, 2), fontsize=9.5)
    if number_format:
        axis.set_major_locator(ShownLocator(number_format, ticks))
        axis.set_major_formatter(FuncFormatter(lambda at, _: number_text(at, number_format)))


class ShownLocator(MaxNLocator):
    """Round ticks that their number format shows as they are: 2.5 is no tick where it reads 3."""

    def __init__(self, number_format: str, ticks: int) -> None:
        """Take a number format and how many ticks there may be."""
        super().__init__(ticks, steps=[1, 2, 2.5, 5, 10], integer=True)
        self.number_format = number_format

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Return ticks between two values, all multiples of what the format can tell apart."""
        step = smallest_step(self.number_format, max(abs(vmin), abs(vmax)))
        self.set_params(integer=step > 0)
        unit = step or 1.0
        return [float(tick) * unit for tick in super().tick_values(vmin / unit, vmax / unit)]


def name_at_the_end(axes: Axes, ends: Sequence[End]) -> None:
    """Write the name of each line right of the axes, level with its end, moved apart if too near.

    Each name stands behind a piece of its line, so that it is found without colour as well.
    """
    points = HEIGHT * 72 - AXIS_POINTS
    low, high = axes.get_ylim()
    labels = [wrapped(end.name) for end in ends]
    heights = np.array([(1 + label.count("\n")) * LABEL_POINTS * 1.4 for label in labels]) / points
    places = moved_apart(np.array([(end.at - low) / (high - low) for end in ends]), heights)
    for label, place, end in zip(labels, places, ends, strict=True):
        sample = Line2D([1.01, 1.085], [place, place], transform=axes.transAxes, clip_on=False)
        sample.set(color=end.colour, linestyle=end.dashes, linewidth=end.width)
        if end.mark:
            sample.set(marker=end.mark, linestyle="", markevery=[0])
        axes.add_line(sample)
        written = axes.text(1.1, place, label, transform=axes.transAxes, va="center")
        written.set(fontsize=LABEL_POINTS, linespacing=1.1)


def moved_apart(places: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Return heights on the axis (0 to 1) at which labels do not touch, in the same order."""
    moved = places.astype(float)
    order = np.argsort(places, kind="stable")
    for lower, upper in itertools.pairwise(order):
        least = moved[lower] + (heights[lower] + heights[upper]) / 2
        moved[upper] = max(moved[upper], least)
    top = 1 + heights[order[-1:]] / 2
    for upper in order[::-1]:
        moved[upper] = min(moved[upper], float(top[0]) - heights[upper] / 2)
        top = np.array([moved[upper] - heights[upper] / 2])
    return moved
