"""The sheet Alive: who is at risk in an option's own course, by month since the start."""

from __future__ import annotations

from collections.abc import Mapping

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
SMALLEST_SHARE = 1e-8
SHORTEST = 60
"""A column ends where fewer than this share are left, but not before this month."""


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
) -> dict[tuple[int, str], Column]:
    """Write the share of starts at risk by month; return the columns by option and group."""
    grid = making.grid(
        ALIVE,
        "The share of planned starts still in the option's own course, by month since the start.",
        "As model/course.py. Month 0: performed and alive after the procedure. Later: those of the "
        "month before who neither left (Leaving) nor died of other causes (Other causes).",
        "A column ends where fewer than one in a hundred million are left, not before month 60; if "
        "an edit leaves more than one in a million at its end, run hepaplan for the rest.",
        "Overall survival, with all that follows, is on the sheet Survival. Unit: share of starts.",
    )
    kernels, groups = making.usual.kernels, making.usual.kernels.groups
    write_months(grid, 0, max(rows.values()))
    for offset, head in enumerate(("Decision point", "Option", "Group", "Left at the end")):
        grid.text(HEAD_ROW + offset, 1, head)
    columns: dict[tuple[int, str], Column] = {}
    for place, ((option, group), last) in enumerate(rows.items(), start=2):
        for offset, text in enumerate((*making.names(option), making.content.label(group))):
            grid.text(HEAD_ROW + offset, place, text)
        grid.text(ZERO_ROW - 1, place, "Share", "header right")
        start, letter = starts[option, group], LETTERS[place - 1]
        grid.formula(ZERO_ROW, place, f"={start.begun}", start.values["Begin the course"], CHANCE)
        alive = kernels.alive[option, groups.index(group)]
        exits = leaving.columns[option, group]
        spared = others.survival[kernels.options[option][0], group]
        for month in range(1, last + 1):
            left = "".join(f"-{exit_.at(month)}" for exit_ in exits)
            stay = f"*(1{left})" if exits else ""
            row = ZERO_ROW + month
            formula = f"={letter}{row - 1}{stay}*{spared.at(month)}"
            grid.formula(row, place, formula, alive[month], CHANCE)
        columns[option, group] = column(grid, place)
        if last < kernels.months:
            end = f"={letter}{ZERO_ROW + last}"
            grid.formula(HEAD_ROW + 3, place, end, alive[last], "0.0E+00")
        else:
            grid.text(HEAD_ROW + 3, place, "to the horizon", "absent")
    grid.widths({1: 18} | dict.fromkeys(range(2, len(rows) + 2), 24.0))
    finish_months(grid, making, len(rows) + 1)
    return columns
