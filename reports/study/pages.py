"""What a study shows, before it is a sheet or a web page: sentences, a picture, a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Shape = Literal[
    "tornado", "plane", "lines", "fan", "bars", "waterfall", "parts", "columns", "points", "ready"
]  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """One chart, drawn natively in Excel and as SVG in the page from the same frame.

    `headline` is a sentence that says what it shows. Columns of `frame` by shape, under the names
    that a reader sees: tornado: input, at its low value, at its high value, with `base` where they
    start; plane: strategy, QALYs more, cost more, one row a draw, with `slope` the threshold in
    pounds per QALY; lines: x, then one series each; fan: month, P10, P25, P50, P75, P90 and at will
    a line to hold beside them; bars: name, then one series each; parts: name, then the shares of a
    whole; columns: x, then the series that stand on each other; points: name, x, y, with `slope`;
    ready: any, with the drawing in `svg`; waterfall: name, amount, from, to, where the first row
    and the last are the two ends. Formats are Excel number formats. `x` is what
    lies across and `y` what stands upright as drawn: of a tornado and of bars x is the value and
    y the names. Months are written "2027-01". `label_format` is that of values written beside bars
    and `formats`, by heading, those of the table below, where they are not those of the axes;
    `marks` are the series of lines that are single points.
    """

    shape: Shape
    name: str
    headline: str
    description: str
    frame: pd.DataFrame
    x_title: str
    y_title: str
    x_format: str = "General"
    y_format: str = "General"
    base: float = 0.0
    slope: float = 0.0
    label_format: str = ""
    formats: Mapping[str, str] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    svg: str = ""


@dataclass(frozen=True)
class Shown:
    """One table as a reader sees it: headings in words with units, number formats by heading.

    The last `unprinted` columns are for the screen: on paper they would make the rest too small.
    `cell_formats` holds, by heading, one format for each row where rows have different units. On a
    page a `folded` table opens when asked for, and texts of the column `linked` that are addresses
    are links.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    formats: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, float] = field(default_factory=dict)
    absent: str = "Nothing to show in this study."
    unprinted: int = 0
    cell_formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folded: bool = False
    linked: str = ""


@dataclass(frozen=True)
class Page:
    """One sheet, or one chapter of the page: `title` names it, `subtitle` says what is there."""

    title: str
    subtitle: str
    notes: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class Pages:
    """A whole study as shown; `facts` (name, value in words) say how to repeat it."""

    name: str
    title: str
    question: str
    headlines: tuple[str, ...]
    notes: tuple[str, ...]
    pages: tuple[Page, ...]
    facts: tuple[tuple[str, str], ...]
    version: str
