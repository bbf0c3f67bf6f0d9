"""Lines across a scale or the months, and the fan of months over draws."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hepaplan.reports.number_text import value_text
from hepaplan.reports.readable_text import clean
from hepaplan.reports.study.canvas import End, line_looks, name_at_the_end, name_axis
from hepaplan.reports.study.draw_bars import key_above
from hepaplan.reports.study.pages import Picture
from hepaplan.reports.style import MONTH, PALETTE, STACK

MONTH_WRITTEN = re.compile(r"\d{4}-\d{2}")
MOST_NAMED = 10
MONTHS_NAMED_QUARTERLY = 24
BANDS = ((1, 5, "#C5D9EA"), (2, 4, "#7FA8CC"))
FAN_NAMES = ((5, "P90: 1 in 10 draws above"), (3, "Median (P50)"), (1, "P10: 1 in 10 draws below"))


def draw_lines(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw one line a series, named at its end; return nothing more to say."""
    across = places_across(axes, picture)
    _finish(axes, picture, _draw_each(axes, picture, across, 1))
    return ()


def draw_columns(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw series standing on each other, explained above; return nothing more to say."""
    across = places_across(axes, picture)
    names = [str(name) for name in picture.frame.columns[1:]]
    shades = STACK if len(names) > 2 else (PALETTE[0], PALETTE[4])
    hues = [f"#{shades[position % len(shades)]}" for position in range(len(names))]
    floor = np.zeros(len(across))
    for column, hue in enumerate(hues, start=1):
        upward = np.nan_to_num(_upward(picture, column))
        axes.bar(across, upward, width=0.75, bottom=floor, color=hue, edgecolor="white", lw=0.3)
        floor = floor + upward
    name_axis(axes.yaxis, picture.y_title, picture.y_format)
    axes.set_xlim(across.min() - 0.6, across.max() + 0.6)
    axes.grid(visible=False, axis="x")
    key_above(axes, names, hues)
    return ()


def draw_fan(axes: Axes, picture: Picture) -> tuple[str, ...]:
    """Draw the bands of P10 to P90 and P25 to P75, the median, and lines to hold beside them."""
    across = places_across(axes, picture)
    blue = f"#{PALETTE[0]}"
    for low, high, shade in BANDS:
        axes.fill_between(across, _upward(picture, low), _upward(picture, high), color=shade, lw=0)
    ends = []
    for column, name in FAN_NAMES:
        upward = _upward(picture, column)
        end = End(name, _last(upward), blue, width=2.2 if column == 3 else 0.8)
        ends.append(_draw(axes, across, upward, end))
    ends += _draw_each(axes, picture, across, 6, of_fan=True)
    _finish(axes, picture, ends)
    return ("Light band: the middle 80% of draws; dark band: the middle 50%.",)


def _draw_each(
    axes: Axes, picture: Picture, across: np.ndarray, first: int, *, of_fan: bool = False
) -> list[End]:
    """Draw the columns from `first` on and return their ends; a fan has the blues already."""
    names = [str(name) for name in picture.frame.columns[first:]]
    looks = line_looks(["", "", *names])[2:] if of_fan else line_looks(names)
    drawn = []
    for column, (name, look) in enumerate(zip(names, looks, strict=True), first):
        upward = _upward(picture, column)
        mark = "o" if name in picture.marks else ""
        drawn.append(_draw(axes, across, upward, End(name, _last(upward), *look, mark=mark)))
    return drawn


def _draw(axes: Axes, across: np.ndarray, upward: np.ndarray, end: End) -> End:
    """Draw a line in the look of its end, and return that."""
    known = np.isfinite(upward)
    (line,) = axes.plot(across[known], upward[known], clip_on=False)
    line.set(color=end.colour, linestyle=end.dashes, linewidth=end.width)
    if end.mark:
        line.set(marker=end.mark, linestyle="")
    return end


def _finish(axes: Axes, picture: Picture, ends: list[End]) -> None:
    name_axis(axes.yaxis, picture.y_title, picture.y_format)
    low, high = axes.get_ylim()
    drawn = picture.frame.iloc[:, 1:].apply(pd.to_numeric)
    if float(np.nanmin(drawn)) >= 0:
        low = 0.0
    if picture.y_format.endswith("%") and 0.5 < float(np.nanmax(drawn)) <= 1:
        high = 1.0
    axes.set_ylim(low, high)
    axes.grid(visible=False, axis="x")
    name_at_the_end(axes, ends)


def _upward(picture: Picture, column: int) -> np.ndarray:
    return pd.to_numeric(picture.frame.iloc[:, column]).to_numpy(float)


def _last(upward: np.ndarray) -> float:
    known = upward[np.isfinite(upward)]
    return float(known[-1]) if known.size else 0.0


def places_across(axes: Axes, picture: Picture) -> np.ndarray:
    """Return where the rows lie across, and name some of these places on the axis."""
    column = picture.frame.iloc[:, 0]
    if pd.api.types.is_numeric_dtype(column):
        name_axis(axes.xaxis, picture.x_title, picture.x_format)
        axes.margins(x=0)
        return column.to_numpy(float)
    names = [clean(value_text(value, MONTH)) for value in column]
    places = np.arange(len(names), dtype=float)
    if all(MONTH_WRITTEN.fullmatch(name) for name in names):
        named = _months_named(names)
        names = [value_text(pd.Timestamp(f"{name}-01"), MONTH) for name in names]
    else:
        named = list(range(0, len(names), max(1, -(-len(names) // MOST_NAMED))))
    name_axis(axes.xaxis, picture.x_title)
    axes.set_xticks(named, [names[at] for at in named])
    axes.margins(x=0)
    return places


def _months_named(months: list[str]) -> list[int]:
    """Return the positions of the first months of quarters, or of years when there are many."""
    if len(months) <= MONTHS_NAMED_QUARTERLY:
        named = [at for at, month in enumerate(months) if month[5:] in {"01", "04", "07", "10"}]
    else:
        named = [at for at, month in enumerate(months) if month.endswith("-01")]
    return named or [0]
