"""How the series of a study are told apart: by colour, by dash and by mark, the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hepaplan.reports.pictures.chart_looks import MARKS, Mark
from hepaplan.reports.style import DASHES, POLICY_LOOKS, Dash

Each = TypeVar("Each")

COLOURS = ("12436D", "56B4E9", "D55E00", "6B6B6B", "CC79A7", "009E73", "B58900", "000000")
"""The palette in an order that keeps the first ones apart on a grey printer too."""


@dataclass(frozen=True)
class Look:
    """How one series is drawn."""

    colour: str
    dash: Dash
    mark: Mark


def looks_of(names: Sequence[str]) -> tuple[Look, ...]:
    """Return a look for each series: a policy's own where it is one, else the next not taken.

    With more series than looks, they begin again.
    """
    own = {name: POLICY_LOOKS[name.lower()] for name in names if name.lower() in POLICY_LOOKS}
    colours = _others(COLOURS, [colour for colour, _, _ in own.values()])
    dashes = _others(DASHES, [dash for _, _, dash in own.values()])
    found = []
    others = 0
    for position, name in enumerate(names):
        mark = MARKS[position % len(MARKS)]
        if name in own:
            colour, _, dash = own[name]
        else:
            colour, dash = colours[others % len(colours)], dashes[others % len(dashes)]
            others += 1
        found.append(Look(colour, dash, mark))
    return tuple(found)


def _others(all_of_them: Sequence[Each], taken: Sequence[Each]) -> list[Each]:
    left = [each for each in all_of_them if each not in taken]
    return left or list(all_of_them)
