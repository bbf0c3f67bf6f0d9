"""One figure that the engine and the workbook's formulas both give."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hepaplan.model.names import as_word
from hepaplan.model.problems import InvalidInput

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


def ties_of(found: Iterable[tuple[str, Tie]]) -> dict[str, Tie]:
    """Return figures by name.

    Raises InvalidInput where keys of the scenario differ only in case, spaces or signs, which the
    names of a workbook cannot tell apart.
    """
    ties: dict[str, Tie] = {}
    twice = set()
    for name, tie in found:
        if name in ties:
            twice.add(name)
        ties[name] = tie
    if twice:
        raise InvalidInput(
            "the scenario has keys that differ only in case, spaces or signs, which names in a "
            f"workbook cannot tell apart: {', '.join(sorted(twice))}; rename one of each"
        )
    return ties


def tie_name(*parts: str) -> str:
    """Return a figure's name, lower-case words joined by _, from what it is of.

    A long one ends in a checksum: Excel takes names of up to 255 letters.
    """
    name = "_".join(as_word(part) for part in parts)
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:LONGEST_NAME]}_{zlib.crc32(name.encode()):08x}"
