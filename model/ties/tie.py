"""One figure that the engine and the workbook's formulas both give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Tie:
    """A figure of the engine, with what it is and its unit; keyed by a name such as `starts_a_b`.

    `part` is the part of the workbook that recomputes it; `is_headline`: shown before the totals.
    """

    part: str
    what: str
    unit: str
    value: float
    is_headline: bool = False


Ties = Mapping[str, Tie]
