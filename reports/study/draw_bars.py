"""Bars lying on their side: one value a name, or both ends of an input's range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from hepaplan.reports.number_text import number_text
from hepaplan.reports.study.canvas import name_axis, wrapped
from hepaplan.reports.study.drawn import MOST_BARS, drawn_tables
from hepaplan.reports.study.pages import Picture
from hepaplan.reports.style import INK, PALETTE, PARTS, POLICY_LOOKS

NAME_LETTERS = 48
"""Of a line of a name, which has two: with fewer, long names lose the ends that tell them apart."""
VALUE_POINTS = 8.5
ROOM = 0.17  # of the width beyond the longest bar, for its value in figures
LOW_HUE, HIGH_HUE = "#A9D3EE", f"#{PALETTE[0]}"


def bar_height(picture: Picture) -> float:
    """Return the height of a picture of bars in inches: room for each, and for the axis."""
    beside = len(picture.frame.columns) - 2 if picture.shape == "bars" else 0
    return 1.5 + (0.34 + 0.16 * beside) * min(len(picture.frame), MOST_BARS)


def draw_bars(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw a bar a name and series with its value, the first on top; return what was left out.

    A value that is missing has no bar, as in the workbook.
    """
    names, series = name_rows(axes, picture, tuple(range(1, len(picture.frame.columns))))
    hues = _hues(picture)
    thick = 0.68 / len(series)
    _make_room(axes, np.append(np.nan_to_num(np.concatenate(series)), 0.0))
    for position, (values, hue) in enumerate(zip(series, hues, strict=True)):
        places = np.arange(len(names)) + (position - (len(series) - 1) / 2) * thick
        known = np.flatnonzero(np.isfinite(values))
        axes.barh(places[known], values[known], height=thick, color=hue)
        for at in known:
            write_value(axes, picture, values[at], float(places[at]), leftwards=values[at] < 0)
    axes.axvline(0.0, color=f"#{INK}", linewidth=0.9)
    if len(series) > 1:
        key_above(axes, list(picture.frame.columns[1:]), hues)
    return _left_out(picture)


def draw_parts(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw shares of a whole end to end; the first says its value. Return what was left out."""
    names, series = name_rows(axes, picture, tuple(range(1, len(picture.frame.columns))))
    hues = [f"#{PARTS[position % len(PARTS)]}" for position in range(len(series))]
    places = np.arange(len(names))
    starts = np.zeros(len(names))
    for values, hue in zip(series, hues, strict=True):
        look: dict[str, Any] = {"color": hue, "edgecolor": f"#{INK}", "linewidth": 0.4}
        axes.barh(places, values, left=starts, height=0.68, **look)
        starts = starts + values
    for place, value in zip(places, series[0], strict=True):
        written = number_text(value, picture.label_format or picture.x_format)
        axes.annotate(written, (0.0, float(place)), **_beside(leftwards=False))
    axes.set_xlim(0.0, 1.0)
    key_above(axes, list(picture.frame.columns[1:]), hues)
    return _left_out(picture)


def key_above(axes: Axes, names: list[str], hues: list[str]) -> None:
    """Write what each colour of several series means above the axes."""
    patches = [Patch(facecolor=hue, edgecolor=f"#{INK}", linewidth=0.4) for hue in hues]
    titles = [wrapped(str(name), 60, 1) for name in names]
    figure = axes.get_figure(root=True)
    figure.legend(patches, titles, loc="outside upper left", ncols=min(3, len(names)))  # type: ignore[union-attr]


def _hues(picture: Picture) -> list[str]:
    """Return the colour of each series of bars, a policy's own where it is one."""
    names = [str(name) for name in picture.frame.columns[1:]]
    if len(names) == 1:
        return [HIGH_HUE]
    own = {name: POLICY_LOOKS[name.lower()][0] for name in names if name.lower() in POLICY_LOOKS}
    return [f"#{own.get(n, PALETTE[at % len(PALETTE)])}" for at, n in enumerate(names)]


def draw_tornado(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw each input's two ends from the base line, the widest swing on top.

    Ends at the low value are light and hatched, at the high value dark; where both lie on one side
    they stand one over the other. Return what was left out.
    """
    names, (low, high) = name_rows(axes, picture, (1, 2))
    base = picture.base
    same_side = (low - base) * (high - base) > 0
    _make_room(axes, np.concatenate([low, high, [base]]))
    for values, hatch, colour, shift in ((low, "////", LOW_HUE, -1), (high, "", HIGH_HUE, 1)):
        places = np.arange(len(names)) + np.where(same_side, 0.19 * shift, 0.0)
        heights = np.where(same_side, 0.36, 0.7)
        look: dict[str, Any] = {
            "color": colour,
            "edgecolor": HIGH_HUE,
            "linewidth": 0.6,
            "hatch": hatch,
        }
        axes.barh(places, values - base, left=base, height=heights, **look)
        for place, value in zip(places, values, strict=True):
            if value != base:
                write_value(axes, picture, value, float(place), leftwards=value < base)
    for place in np.flatnonzero((low == base) & (high == base)):
        axes.annotate("no change", (base, float(place)), **_beside(leftwards=False))
    axes.axvline(base, color=f"#{INK}", linewidth=1.2)
    said = f"base {number_text(base, picture.x_format)}"
    axes.annotate(said, (base, 1), (0, 3), xycoords=("data", "axes fraction"),
                  textcoords="offset points", ha="center", fontsize=VALUE_POINTS)  # fmt: skip
    key = [
        Patch(facecolor=LOW_HUE, edgecolor=HIGH_HUE, hatch="////", linewidth=0.6),
        Patch(facecolor=HIGH_HUE),
    ]
    titles = [wrapped(str(name), 60, 1) for name in picture.frame.columns[1:3]]
    axes.get_figure(root=True).legend(key, titles, loc="outside upper left", ncols=2)  # type: ignore[union-attr]
    return _left_out(picture)


def name_rows(
    axes: Axes, picture: Picture, columns: tuple[int, ...]
) -> tuple[list[str], list[np.ndarray]]:
    """Return names and values of the bars that are drawn, and name them on the axis."""
    shown = drawn_tables(picture)[0].frame
    names = [wrapped(str(name), NAME_LETTERS, 2) for name in shown.iloc[:, 0]]
    axes.set_yticks([])
    axes.set_ylim(len(names) - 0.4, -0.6)
    for place, name in enumerate(names):
        write_name(axes, name, place)
    axes.spines["left"].set_visible(False)
    name_axis(axes.xaxis, picture.x_title, picture.x_format, ticks=5)
    return names, [pd.to_numeric(shown.iloc[:, c]).to_numpy(float) for c in columns]


def write_name(axes: Axes, name: str, place: int) -> None:
    """Write a name left of the axes, each line for itself, so that any font ends it flush right."""
    lines = name.split("\n")
    for number, line in enumerate(lines):
        lower = ((len(lines) - 1) / 2 - number) * VALUE_POINTS * 1.15
        axes.annotate(line, (0, place), (-6, lower), xycoords=("axes fraction", "data"),
                      textcoords="offset points", ha="right", va="center",
                      fontsize=VALUE_POINTS)  # fmt: skip


def _make_room(axes: Axes, values: np.ndarray) -> None:
    low, high = float(values.min()), float(values.max())
    width = (high - low) or 1.0
    start = values[-1]
    axes.set_xlim(
        low - ROOM * width if low < start else low - 0.01 * width,
        high + ROOM * width if high > start or high == low else high + 0.01 * width,
    )


def write_value(axes: Axes, picture: Picture, value: float, place: float, leftwards: bool) -> None:
    """Write a value beside the end of its bar."""
    text = number_text(value, picture.label_format or picture.x_format)
    axes.annotate(text, (value, place), **_beside(leftwards=leftwards))


def _beside(*, leftwards: bool) -> dict[str, Any]:
    side = -1 if leftwards else 1
    return {
        "xytext": (4 * side, 0),
        "textcoords": "offset points",
        "ha": "right" if leftwards else "left",
        "va": "center",
        "fontsize": VALUE_POINTS,
    }


def _left_out(picture: Picture) -> tuple[str, ...]:
    rows = len(picture.frame)
    if rows <= MOST_BARS:
        return ()
    return (f"Drawn are the first {MOST_BARS} of {rows:,}; the table has them all.",)
