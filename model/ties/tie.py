"""One figure that the engine and the workbook's formulas both give."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_NAME = 200


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


def tie_name(*parts: str) -> str:
    """Return a figure's name, lower-case words joined by _, from what it is of.

    A long one ends in a checksum: Excel takes names of up to 255 letters.
    """
    name = "_".join(re.sub(r"[^a-z0-9]+", "_", part.lower()).strip("_") for part in parts)
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:LONGEST_NAME]}_{zlib.crc32(name.encode()):08x}"
