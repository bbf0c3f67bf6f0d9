"""The sheet Leaving: the share of those at risk who leave by each exit, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.course import exit_hazards
from hepaplan.model.surroundings import Surroundings
from hepaplan.model.survival.fitted import monthly_hazards
from hepaplan.model.survival.hazard_ratios import hazard_ratio_by_month
from hepaplan.reports.live.courses_curves import Curve, line_of
from hepaplan.reports.live.courses_exits import EVERYBODY, ExitRow
from hepaplan.reports.live.courses_months import (
    CHANCE,
    HEAD_ROW,
    ZERO_ROW,
    Column,
    Making,
    column,
    finish_months,
    write_months,
)
from hepaplan.reports.live.grid import LETTERS, Grid

LEAVING = "Leaving"
HEADS = (
    "Decision point", "Option", "Exit", "Group", "Cured share", "Intercept", "Slope",
    "Hazard ratio",
)  # fmt: skip
CURED, INTERCEPT, SLOPE, RATIO = (HEAD_ROW + offset for offset in range(4, 8))
PARAMETER = "0.000000"
Exits = Mapping[tuple[int, str], Sequence[ExitRow]]


class Leaving:
    """The columns of the share leaving, by option, group and exit, in the exits' order."""

    def __init__(
        self, making: Making, exits: Exits, rows: Mapping[tuple[int, str], int],
        published: Column, smallest: str,
    ) -> None:  # fmt: skip
        """Write the sheet: columns for all groups where an exit's timing is the same for all."""
        self._making, self._published, self._smallest = making, published, smallest
        self._around = making.surroundings()
        self._grid = _started(making, max(rows.values()))
        self._place = 2
        self.columns: dict[tuple[int, str], tuple[Column, ...]] = {}
        self.shares: dict[tuple[int, str], tuple[Floats, ...]] = {}
        done: dict[int, tuple[Column, ...]] = {}
        for (option, group), found in exits.items():
            if found and id(found[0]) not in done:
                same = [g for (k, g), e in exits.items() if k == option and e and e[0] is found[0]]
                last = max(rows[option, g] for g in same)
                done[id(found[0])] = self._write(option, group, found, last, len(same) > 1)
            self.columns[option, group] = done[id(found[0])] if found else ()
            self.shares[option, group] = self._shares(option, group, found, rows[option, group])
        self._grid.widths({1: 18} | dict.fromkeys(range(2, self._place), 24.0))
        finish_months(self._grid, making, self._place - 1)

    def _shares(
        self, option: int, group: str, exits: Sequence[ExitRow], last: int
    ) -> tuple[Floats, ...]:
        """Return the engine's share leaving by each exit, by month from the first."""
        hazards, disease = self._hazards(option, group, exits, last)
        part = [np.divide(h, disease, out=np.zeros_like(h), where=disease > 0) for h in hazards]
        return tuple(share * -np.expm1(-disease) for share in part)

    def _hazards(
        self, option: int, group: str, exits: Sequence[ExitRow], last: int
    ) -> tuple[list[Floats], Floats]:
        around = self._around[self._making.usual.kernels.options[option][0], group].cut(last)
        hazards = [exit_hazards(row.record, around)[:, 0] for row in exits]
        return hazards, reduce(np.add, hazards, np.zeros(last))

    def _write(
        self, option: int, group: str, exits: Sequence[ExitRow], last: int, shared: bool
    ) -> tuple[Column, ...]:
        """Write an option's exits in a group; several compete."""
        point = self._making.usual.kernels.options[option][0]
        around = self._around[point, group].cut(last)
        hazards, _ = self._hazards(option, group, exits, last)
        label = EVERYBODY if shared else self._making.content.label(group)
        heads = (*self._making.names(option), label)
        if len(exits) == 1:
            (left,) = self._shares(option, group, exits, last)
            return (self._exit(exits[0], around, heads, left, only=True),)
        parts = [
            self._exit(row, around, heads, hazard, only=False)
            for row, hazard in zip(exits, hazards, strict=True)
        ]
        letters = [part.letter for part in parts]
        made = []
        shares = self._shares(option, group, exits, last)
        for row, letter, values in zip(exits, letters, shares, strict=True):
            place = self._next(heads, f"{row.name.replace('_', ' ')}: share")
            for month, value in enumerate(values, start=1):
                at = ZERO_ROW + month
                total = "+".join(f"{each}{at}" for each in letters)
                formula = f"=IF({total}>0,{letter}{at}/({total})*(1-EXP(-({total}))),0)"
                self._grid.formula(at, place, formula, value, CHANCE)
            self._grid.text(ZERO_ROW - 1, place, "Share", "header right")
            made.append(column(self._grid, place))
        return tuple(made)

    def _exit(
        self, row: ExitRow, around: Surroundings, heads: tuple[str, str, str], values: Floats,
        *, only: bool,
    ) -> Column:  # fmt: skip
        """Write one exit's column: the share leaving where it is the only one, else its hazard."""
        held = None if row.is_live else self._held(row, around, heads)
        ratios = self._ratios(row, around, heads) if row.later else None
        what = row.name.replace("_", " ")
        place = self._next(heads, what if only else f"{what}: hazard")
        letter = LETTERS[place - 1]
        for at, source in ((CURED, row.cured), (INTERCEPT, row.intercept), (SLOPE, row.slope)):
            if source:
                self._grid.formula(at, place, f"={source}", _parameter(row, at), PARAMETER)
        if row.ratio and ratios is None:
            value = row.record.hazard_ratio.for_group(row.group) if row.record.hazard_ratio else 1.0
            self._grid.formula(RATIO, place, f"={row.ratio}", value, "0.000")
        curve = Curve(
            row.record.time.family,
            f"{letter}${CURED}" if row.cured else "",
            f"{letter}${INTERCEPT}",
            f"{letter}${SLOPE}",
            self._smallest,
        )
        for month, value in enumerate(values, start=1):
            at = ZERO_ROW + month
            own = f"{held}{at}" if held else curve.hazard(f"$A{at}", f"$A{at - 1}", month == 1)
            if row.record.time.counts_other_deaths:
                own = f"MAX(0,{own}-{self._published.at(month)})"
            if ratios is not None:
                own = f"{ratios}{at}*{own}"
            elif row.ratio:
                own = f"{letter}${RATIO}*{own}"
            formula = f"=1-EXP(-({own}))" if only else f"={own}"
            self._grid.formula(at, place, formula, value, CHANCE)
        self._grid.text(ZERO_ROW - 1, place, "Share" if only else "Hazard a month", "header right")
        return column(self._grid, place)

    def _held(self, row: ExitRow, around: Surroundings, heads: tuple[str, str, str]) -> str:
        """Write the engine's hazards of a curve that no formula gives; return the letter."""
        place = self._next(heads, f"{row.name.replace('_', ' ')}: curve, held")
        hazards = monthly_hazards(row.record.time, around.published.size, row.group)
        for month, hazard in enumerate(hazards, start=1):
            self._grid.number(ZERO_ROW + month, place, hazard, CHANCE)
        self._grid.text(ZERO_ROW - 1, place, "Hazard a month", "header right")
        return LETTERS[place - 1]

    def _ratios(self, row: ExitRow, around: Surroundings, heads: tuple[str, str, str]) -> str:
        """Write the hazard ratio by month, where it changes; return the letter.

        Straight on the log scale, at the middle of each month, as model/survival/hazard_ratios.py.
        """
        place = self._next(heads, f"{row.name.replace('_', ' ')}: hazard ratio")
        first = row.record.hazard_ratio
        values = hazard_ratio_by_month(
            first.for_group(row.group) if first else 1.0,
            row.record.hazard_ratio_changes,
            around.published.size,
            row.group,
        )
        for month, value in enumerate(values, start=1):
            at = ZERO_ROW + month
            self._grid.formula(at, place, f"={_ratio(row, month, f'$A{at}')}", value, "0.0000")
        self._grid.text(ZERO_ROW - 1, place, "Ratio", "header right")
        return LETTERS[place - 1]

    def _next(self, heads: tuple[str, str, str], what: str) -> int:
        point, option, group = heads
        place, self._place = self._place, self._place + 1
        for at, text in enumerate((point, option, what, group), start=HEAD_ROW):
            self._grid.text(at, place, text)
        return place


def _ratio(row: ExitRow, month: int, cell: str) -> str:
    """Return the expression of the hazard ratio in the month that ends at `month` (a cell)."""
    before = row.ratio or "1"
    for change in row.later:
        if month <= change.from_month:
            break
        if month <= change.from_month + change.over_months:
            done = f"(({cell}-1/2-{change.start})/{change.over})"
            return f"{before}^(1-{done})*{change.ratio}^{done}"
        before = change.ratio
    return before


def _parameter(row: ExitRow, at: int) -> float:
    cure = row.record.time.cure_share
    if at == CURED and cure is not None:
        return cure.for_group(row.group)
    intercept, slope = line_of(row.record.time, row.group)
    return intercept if at == INTERCEPT else slope


def _started(making: Making, longest: int) -> Grid:
    grid = making.grid(
        LEAVING,
        "The share of those at risk who leave an option by each exit, by month since its start.",
        "As model/course.py: 1 - exp(-hazard ratio x hazard); the hazard is ln(S(month - 1) / "
        "S(month)) of the published curve, less death from other causes where that counts it.",
        "Several exits of one option compete: each takes its part of the month's exits. By group "
        "only where a figure is by group. Grey: the engine's, held still.",
    )
    for offset, head in enumerate(HEADS):
        grid.text(HEAD_ROW + offset, 1, head)
    write_months(grid, 0, longest)
    return grid
