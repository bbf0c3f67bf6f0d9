"""Addresses, headings and number formats that the sheets of demand share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from hepaplan.reports.live.grid import LETTERS, Grid, fixed, near

PEOPLE, SHARE, TINY, YEARS, COUNT = "#,##0.00", "0.0000", "0.0E+00", "0.0000", "0"
"""Number formats of people, shares, very small shares, years and whole months."""
WIDEST = 20.0
"""Characters; a longer heading is wrapped."""


class Flows(Protocol):
    """The part of the sheets of courses that demand reads; months since start."""

    def flow(self, option_index: int, group_index: int, point_index: int, month: int) -> str | None:
        """Return the share of starts that arrives at a point in a month, as an expression."""

    def use(self, option: int, group: int, resource: int, month: int, /) -> str | None:
        """Return the units that a month since start takes of a resource, as an expression."""


def block(first_row: int, first_column: int, last_row: int, last_column: int) -> str:
    """Return the address of a block of the same sheet that moves with the formula."""
    return f"{near(first_row, first_column)}:{near(last_row, last_column)}"


def fixed_block(first_row: int, first_column: int, last_row: int, last_column: int) -> str:
    """Return the address of a block of the same sheet that stays where it is."""
    return f"{fixed(first_row, first_column)}:{fixed(last_row, last_column)}"


def headings(grid: Grid, row: int, names: Iterable[str], right_from: int, first: int = 1) -> None:
    """Write a row of headings, numbers' headings to the right, in columns wide enough."""
    for column, name in enumerate(names, start=first):
        heading(grid, row, column, name, right=column >= right_from)


def heading(grid: Grid, row: int, column: int, name: str, *, right: bool = True) -> None:
    """Write one heading and make its column wide enough, up to `WIDEST`."""
    grid.text(row, column, name, "header right" if right else "header")
    dimension = grid.sheet.column_dimensions[LETTERS[column - 1]]
    dimension.width = max(dimension.width, min(len(name) + 4.0, WIDEST))


def runs(labels: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the first and last place of each run of equal labels, such as a year's months."""
    found: dict[str, tuple[int, int]] = {}
    for place, label in enumerate(labels):
        found[label] = (found.get(label, (place, place))[0], place)
    return found
