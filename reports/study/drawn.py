"""The tables that native charts point at: what a picture's frame becomes before it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hepaplan.reports.blocks import as_dates
from hepaplan.reports.number_text import number_text
from hepaplan.reports.study.pages import Picture
from hepaplan.reports.style import MONTH

MOST_POINTS = 1_000
MOST_BARS = 20
WHOLE_FROM = 100.0
SHORTEST = 8.0
BASE, ENDS = "Base, not drawn", "Both ends"
ADDS, TAKES = "Adds", "Takes away"
BELOW = ", below 0"
FLAT = 0.4  # of its reach: less than that is told apart only where the axis starts higher up


@dataclass(frozen=True)
class Drawn:
    """One table that a chart points at, with its caption and its number formats by heading."""

    name: str
    caption: str
    frame: pd.DataFrame
    formats: dict[str, str] = field(default_factory=dict)


def signed(number_format: str, largest: float, nothing: str = "") -> str:
    """Return a number format with a sign before it, words for 0, for values up to `largest`.

    One that already treats signs or sizes apart is returned as it is.
    """
    if ";" in number_format or "[" in number_format:
        return number_format
    if number_format == "General":
        number_format = "#,##0" if largest >= WHOLE_FROM else "#,##0.0" if largest >= 1 else "0.000"
    return f'+{number_format};-{number_format};"{nothing}"'


def drawn_tables(picture: Picture) -> tuple[Drawn, ...]:
    """Return the tables that a chart of the picture points at, the main one first."""
    first = Drawn(f"drawn_{picture.name}", f"Drawn: {picture.headline}", picture.frame)
    if picture.shape == "tornado":
        return (_swings(picture, first),)
    if picture.shape == "plane":
        return _clouds(picture, first)
    if picture.shape == "fan":
        return (_bands(picture, first),)
    if picture.shape == "waterfall":
        return (_steps(picture, first),)
    across, up = picture.x_format, picture.y_format
    if picture.shape == "bars":
        across, up = up, across
        first = replace(first, frame=picture.frame.iloc[:MOST_BARS])
    key, *others = first.frame.columns
    return (replace(first, formats={key: across} | dict.fromkeys(others, up)),)


def _swings(picture: Picture, drawn: Drawn) -> Drawn:
    """Return what each input changes from the base at both ends, the widest swing first."""
    _, low, high = names = list(picture.frame.columns[:3])
    frame = picture.frame[names].copy()
    headings = [f"{end}, change from base" for end in (low, high)]
    for heading, end in zip(headings, (low, high), strict=True):
        frame[heading] = frame[end] - picture.base
    ends = frame[headings]
    swing = ends.max(axis=1).clip(lower=0.0) - ends.min(axis=1).clip(upper=0.0)
    order = np.argsort(-swing.to_numpy(), kind="stable")[:MOST_BARS]
    frame = frame.iloc[order].reset_index(drop=True)
    changes = signed(picture.x_format, float(ends.abs().to_numpy().max(initial=0.0)))
    formats = dict.fromkeys((low, high), picture.x_format) | dict.fromkeys(headings, changes)
    return replace(drawn, frame=frame, formats=formats)


def _clouds(picture: Picture, drawn: Drawn) -> tuple[Drawn, ...]:
    """Return points, few enough to draw, by strategy; means over all draws; the threshold."""
    name, across, up = list(picture.frame.columns[:3])
    groups = picture.frame.groupby(name, sort=False)
    kept = [group.iloc[_evenly(len(group))] for _, group in groups]
    points = pd.concat(kept, ignore_index=True) if kept else picture.frame
    formats = {across: picture.x_format, up: picture.y_format}
    thinned = len(points) < len(picture.frame)
    caption = drawn.caption + (f" ({MOST_POINTS:,} draws of each strategy)" if thinned else "")
    means = groups[[across, up]].mean().reset_index()
    tables = [
        Drawn(drawn.name, caption, points, formats),
        Drawn(f"{drawn.name}_means", "Means of all draws given", means, formats),
    ]
    if picture.slope:
        ends = threshold_ends(points[across], points[up], picture.slope)
        line = pd.DataFrame({across: ends, up: [end * picture.slope for end in ends]})
        tables.append(Drawn(f"{drawn.name}_threshold", "The threshold", line, formats))
    return tuple(tables)


def threshold_ends(across: pd.Series, up: pd.Series, slope: float) -> tuple[float, float]:
    """Return how far a line through the origin stays beside the points, or a part of that."""
    (left, right), (down, top) = ((min(0.0, v.min()), max(0.0, v.max())) for v in (across, up))
    start, end = max(left, down / slope), min(right, top / slope)
    if end - start > (right - left) / SHORTEST:
        return start, end
    return -(right - left) / SHORTEST, (right - left) / SHORTEST


def _evenly(rows: int) -> np.ndarray:
    return np.linspace(0, rows - 1, min(rows, MOST_POINTS)).round().astype(int)


def _bands(picture: Picture, drawn: Drawn) -> Drawn:
    """Return the lowest percentile and what each next one adds, to stack; then lines beside."""
    month, low, lower, middle, upper, high, *beside = list(picture.frame.columns)
    whole = picture.frame
    frame = pd.DataFrame(
        {
            month: as_dates(whole[month].astype(str)),
            low: whole[low],
            f"{low} to {lower}": whole[lower] - whole[low],
            f"{lower} to {upper}": whole[upper] - whole[lower],
            f"{upper} to {high}": whole[high] - whole[upper],
            middle: whole[middle],
        }
    ).join(whole[beside])
    formats = {month: MONTH} | dict.fromkeys(frame.columns[1:], picture.y_format)
    return replace(drawn, frame=frame, formats=formats)


def axis_start(picture: Picture) -> float:
    """Return where the axis of a waterfall starts: at 0 unless all of it is far from there.

    Rounded to one figure of the room that changes take.
    """
    places = picture.frame.iloc[:, 3].to_numpy(float)
    least, most = float(places.min()), float(places.max())
    if least <= 0 or most - least >= FLAT * most or most == least:
        return 0.0
    room = 0.5 * (most - least)
    step = 10.0 ** np.floor(np.log10(room))
    return max(0.0, float(np.floor((least - room) / step) * step))


def _steps(picture: Picture, drawn: Drawn) -> Drawn:
    """Return the parts of stacked bars: a base that is not drawn, both ends, more and less.

    A bar that lies across 0 stands on no base and has a part on each side. The name has its amount
    beside it.
    """
    name, amount, start, end = (str(column) for column in picture.frame.columns[:4])
    frame = picture.frame
    amounts = frame[amount].to_numpy(float)
    whole = np.isin(np.arange(len(frame)), (0, len(frame) - 1))
    places = frame[[start, end]].to_numpy(float)
    low, high = places.min(axis=1), places.max(axis=1)
    above = np.clip(high, 0, None) - np.clip(low, 0, None)
    below = np.clip(low, None, 0) - np.clip(high, None, 0)
    base = np.where(whole, 0.0, np.where(low > 0, low, np.where(high < 0, high, 0.0)))
    parts = {BASE: base, ENDS: np.where(whole, frame[end], 0.0)}
    for heading, here in ((ADDS, ~whole & (amounts >= 0)), (TAKES, ~whole & (amounts < 0))):
        parts[heading] = np.where(here, above, 0.0)
        if (below[here] < 0).any():
            parts[heading + BELOW] = np.where(here, below, 0.0)
    changes = signed(picture.x_format, float(np.abs(amounts).max()), "no change")
    shown = [
        f"{text}: {number_text(value, picture.x_format if ends else changes)}"
        for text, value, ends in zip(frame[name], amounts, whole, strict=True)
    ]
    made = pd.DataFrame({name: shown, amount: amounts} | parts)
    return replace(drawn, frame=made, formats=dict.fromkeys(made.columns[1:], picture.x_format))
