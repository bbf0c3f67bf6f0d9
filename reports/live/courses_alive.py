"""The sheet Alive: who is left in an option's own course, by month since the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hepaplan.reports.live.courses_leaving import Leaving
from hepaplan.reports.live.courses_months import (
    CHANCE,
    HEAD_ROW,
    ZERO_ROW,
    Column,
    Making,
    OtherCauses,
    column,
    finish_months,
    write_months,
)
from hepaplan.reports.live.courses_starts import StartRow
from hepaplan.reports.live.grid import LETTERS

ALIVE = "Alive"
SMALLEST_SHARE = 1e-12
SHORTEST = 60
"""Months are followed until fewer than this share of starts are left, but at least so many."""


@dataclass(frozen=True)
class AtRisk:
    """Those in a course: who begins it x who has not left it x who escaped other causes."""

    begun: str
    stayed: Column
    escaped: Column

    def at(self, month: int) -> str:
        """Return the expression of the share of starts at risk as a month begins."""
        return f"{self.begun}*{self.stayed.at(month)}*{self.escaped.at(month)}"

    def factors(self, first: int, last: int) -> list[str]:
        """Return the addresses whose products, times `begun`, are the shares of some months."""
        return [self.stayed.span(first, last), self.escaped.span(first, last)]


def rows_of(making: Making) -> dict[tuple[int, str], int]:
    """Return the last month followed, by option and group."""
    kernels = making.usual.kernels
    found = {}
    for option in range(len(kernels.options)):
        for number, group in enumerate(kernels.groups):
            left = np.flatnonzero(kernels.alive[option, number] > SMALLEST_SHARE)
            found[option, group] = min(max(int(left[-1]), SHORTEST), kernels.months)
    return found


def write_alive(
    making: Making,
    starts: Mapping[tuple[int, str], StartRow],
    leaving: Leaving,
    others: OtherCauses,
    rows: Mapping[tuple[int, str], int],
) -> dict[tuple[int, str], AtRisk]:
    """Write who has not left a course by month; return those at risk by option and group.

    Groups whose timing is the same share a column.
    """
    grid = making.grid(
        ALIVE,
        "The share of those who begin an option's own course and have not left it, by month.",
        "As model/course.py. Each month: those of the month before who did not leave (Leaving). At "
        "risk of a group = who begins (Courses) x this x who escaped other causes (Other causes).",
        "A column ends where hardly anybody is left at risk, not before month 60; if an edit "
        "leaves more than one in a million at its end, run hepaplan for the rest.",
        "Overall survival, with all that follows, is on the sheet Outcomes. Unit: share.",
    )
    kernels = making.usual.kernels
    write_months(grid, 0, max(rows.values()))
    for offset, head in enumerate(("Decision point", "Option", "Group", "Left at the end")):
        grid.text(HEAD_ROW + offset, 1, head)
    columns: dict[tuple[int, tuple[Column, ...]], Column] = {}
    found: dict[tuple[int, str], AtRisk] = {}
    for option, group in rows:
        exits = leaving.columns[option, group]
        same = [g for g in kernels.groups if leaving.columns[option, g] == exits]
        if (option, exits) not in columns:
            longest = max(same, key=lambda g: rows[option, g])
            last = rows[option, longest]
            gone = np.sum([np.zeros(last), *leaving.shares[option, longest]], axis=0)
            place, letter = len(columns) + 2, LETTERS[len(columns) + 1]
            of = "All" if len(same) == len(kernels.groups) else making.content.label(group)
            for offset, text in enumerate((*making.names(option), of)):
                grid.text(HEAD_ROW + offset, place, text)
            grid.text(ZERO_ROW - 1, place, "Share", "header right")
            grid.number(ZERO_ROW, place, 1.0, CHANCE)
            stayed = np.concatenate(([1.0], np.cumprod(1.0 - gone)))
            for month in range(1, last + 1):
                row = ZERO_ROW + month
                left = "".join(f"-{exit_.at(month)}" for exit_ in exits)
                formula = f"={letter}{row - 1}*(1{left})"
                grid.formula(row, place, formula, stayed[month], CHANCE)
            end = f"={letter}{ZERO_ROW + last}"
            grid.formula(HEAD_ROW + 3, place, end, stayed[last], "0.0E+00")
            columns[option, exits] = column(grid, place)
        point = kernels.options[option][0]
        begun = starts[option, group].begun
        found[option, group] = AtRisk(begun, columns[option, exits], others.escaped[point, group])
    grid.widths({1: 18} | dict.fromkeys(range(2, len(columns) + 2), 24.0))
    finish_months(grid, making, len(columns) + 1)
    return found
