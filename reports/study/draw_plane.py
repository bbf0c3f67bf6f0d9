"""The cost-effectiveness plane: a cloud of draws a strategy, its middle, and the threshold."""

from __future__ import annotations

import string

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from hepaplan.reports.number_text import number_text
from hepaplan.reports.study.canvas import MUTED, line_looks, name_axis, wrapped
from hepaplan.reports.study.drawn import MOST_POINTS, drawn_tables
from hepaplan.reports.study.pages import Picture
from hepaplan.reports.style import INK, POUNDS

MARGIN = 0.06
MARKERS = ("o", "s", "D", "^", "X", "P")
LEAST_ROOM = 0.28  # of the width or height, below which a quadrant has no room for its name
QUADRANTS = (
    (1, 1, "more health, costs more"),
    (0, 1, "less health, costs more"),
    (1, 0, "more health, saves money"),
    (0, 0, "less health, saves money"),
)


def draw_plane(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw at most 1,000 draws a strategy, a letter at its mean over all; return how to read it."""
    points, means = (table.frame for table in drawn_tables(picture)[:2])
    name_axis(axes.xaxis, picture.x_title, picture.x_format)
    name_axis(axes.yaxis, picture.y_title, picture.y_format)
    key, titles = [], []
    strategies = means.iloc[:, 0].astype(str)
    looks = line_looks(list(strategies))
    for position, (strategy, (colour, _)) in enumerate(zip(strategies, looks, strict=True)):
        cloud = points[points.iloc[:, 0].astype(str) == strategy]
        letter = string.ascii_uppercase[position % 26]
        axes.plot(cloud.iloc[:, 1], cloud.iloc[:, 2], "o", ms=2.6, mew=0, alpha=0.4, color=colour)
        middle = means.iloc[position, 1:].to_numpy(float)
        ring = {"boxstyle": "circle,pad=0.25", "fc": "white", "ec": colour, "lw": 1.6}
        axes.text(
            middle[0],
            middle[1],
            letter,
            bbox=ring,
            ha="center",
            va="center",
            weight="bold",
            zorder=5,
        )
        key.append(Line2D([], [], marker="o", linestyle="", color=colour))
        titles.append(f"{letter}: {wrapped(strategy, 60, 1)}")
    _view(axes, points)
    _name_quadrants(axes)
    _draw_threshold(axes, picture)
    figure = axes.get_figure(root=True)
    figure.legend(key, titles, loc="outside lower left", handlelength=1, ncols=min(2, len(key)))  # type: ignore[union-attr]
    said = ["Each point is one draw; a letter stands at the mean of all draws of its strategy."]
    if len(points) < len(picture.frame):
        said.append(
            f"Drawn are {len(points):,} of {len(picture.frame):,} points, "
            f"at most {MOST_POINTS:,} a strategy, evenly picked."
        )
    if picture.slope > 0:
        worth = number_text(picture.slope, POUNDS)
        said.append(f"Below the dashed line a QALY more costs less than {worth}.")
    return tuple(said)


def draw_points(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw one named point a strategy and the threshold; return how to read it."""
    name_axis(axes.xaxis, picture.x_title, picture.x_format)
    name_axis(axes.yaxis, picture.y_title, picture.y_format)
    points = picture.frame.rename(columns=str)
    strategies = list(points.iloc[:, 0].astype(str))
    for at, (strategy, (colour, _)) in enumerate(
        zip(strategies, line_looks(strategies), strict=True)
    ):
        across, upward = points.iloc[at, 1:3].to_numpy(float)
        axes.plot([across], [upward], MARKERS[at % len(MARKERS)], ms=8, color=colour, zorder=6,
                  label=wrapped(strategy, 60, 1))  # fmt: skip
    _view(axes, points)
    _name_quadrants(axes)
    _draw_threshold(axes, picture)
    figure = axes.get_figure(root=True)
    figure.legend(loc="outside lower left", ncols=min(3, len(strategies)))  # type: ignore[union-attr]
    if picture.slope <= 0:
        return ()
    worth = number_text(picture.slope, POUNDS)
    return (f"Below the dashed line a QALY more costs less than {worth}.",)


def _view(axes: Axes, points: pd.DataFrame) -> None:
    for column, limit in ((1, axes.set_xlim), (2, axes.set_ylim)):
        values = points.iloc[:, column]
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        margin = MARGIN * ((high - low) or 1.0)
        limit(low - margin, high + margin)
    axes.axhline(0.0, color=f"#{INK}", linewidth=0.9)
    axes.axvline(0.0, color=f"#{INK}", linewidth=0.9)


def _name_quadrants(axes: Axes) -> None:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    more_health, costs_more = right / (right - left), top / (top - bottom)
    for rightwards, upwards, name in QUADRANTS:
        width = more_health if rightwards else 1 - more_health
        height = costs_more if upwards else 1 - costs_more
        if min(width, height) < LEAST_ROOM:
            continue
        axes.text(
            0.985 if rightwards else 0.015,
            0.98 if upwards else 0.02,
            name,
            transform=axes.transAxes,
            ha="right" if rightwards else "left",
            va="top" if upwards else "bottom",
            fontsize=8.5,
            color=MUTED,
            style="italic",
            bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1},
            zorder=4,
        )


def _draw_threshold(axes: Axes, picture: Picture) -> None:
    """Draw the line of the worth of a QALY, named where it leaves the view."""
    if picture.slope <= 0:
        return
    axes.axline(
        (0.0, 0.0), slope=picture.slope, color=f"#{INK}", linewidth=1.2, linestyle=(0, (5, 2.5))
    )
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    said = f"{number_text(picture.slope, POUNDS)} per QALY"
    upwards = picture.slope * right > top
    axes.annotate(
        said,
        (top / picture.slope, top) if upwards else (right, picture.slope * right),
        (0, 3) if upwards else (4, 0),
        textcoords="offset points",
        ha="center" if upwards else "left",
        va="bottom" if upwards else "center",
        fontsize=8.5,
        annotation_clip=False,
    )
