"""Where each option's course is in the live workbook, and what other sheets take of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hepaplan.model.pathway import CANCER_DEATH, Option
from hepaplan.reports.live.courses_alive import AtRisk
from hepaplan.reports.live.courses_exits import ExitRow, destinations
from hepaplan.reports.live.courses_leaving import Leaving
from hepaplan.reports.live.courses_months import Column, Making, OtherCauses, Rate
from hepaplan.reports.live.courses_starts import StartRow
from hepaplan.reports.live.input_keys import option_key

SMALLEST_FLOW = 1e-12
"""Share of starts in a month; smaller flows are left out."""


@dataclass(frozen=True)
class Courses:
    """Where each option's course is, by option (its place in the pathway) and group.

    `last` is the last month followed; `left` has a column for each exit, in the exits' order.
    `own`: addresses of what the option's own course is worth on the sheet Value, by field of
    `outcomes.Values`, option and group (its number); `alive_at`, there too, the share still in it
    by month, option and group.
    """

    making: Making
    starts: Mapping[tuple[int, str], StartRow]
    exits: Mapping[tuple[int, str], list[ExitRow]]
    left: Leaving
    alive: Mapping[tuple[int, str], AtRisk]
    others: OtherCauses
    last: Mapping[tuple[int, str], int]
    dose_prices: Mapping[tuple[str, str], Mapping[str, str]]
    rates: Mapping[str, Rate]
    own: Mapping[tuple[str, int, int], str] = field(default_factory=dict)
    alive_at: Mapping[tuple[int, int, int], str] = field(default_factory=dict)

    @cached_property
    def records(self) -> list[Option]:
        """Open options in the kernels' order."""
        return [record for _, _, record in self.making.usual.scenario.pathway.options()]

    def group(self, group: int) -> str:
        """Return a group's name."""
        return self.making.usual.kernels.groups[group]

    def usual_share(self, option: int, group: int) -> str:
        """Return the address of the share of a point's arrivals who start an option."""
        return self.starts[option, self.group(group)].usual_share

    def spared(self, option: int, group: int) -> Column:
        """Return the monthly survival of other causes around an option."""
        kernels = self.making.usual.kernels
        return self.others.survival[kernels.options[option][0], kernels.groups[group]]

    def flow(self, option_index: int, group_index: int, point_index: int, month: int) -> str | None:
        """Return an expression: the share of starts that arrive at a point in a month after.

        Between month - 1 and month; None where the engine has less than `SMALLEST_FLOW`. Those not
        performed arrive in month 1.
        """
        kernels, name = self.making.usual.kernels, self.group(group_index)
        if (
            month > kernels.months
            or kernels.arrive[option_index, group_index, point_index, month] < SMALLEST_FLOW
        ):
            return None
        record, destination = self.records[option_index], kernels.points[point_index]
        spared = self.spared(option_index, group_index).at(month)
        parts = []
        if month <= self.last[option_index, name]:
            risk = self.alive[option_index, name].at(month - 1)
            for row, exit_ in zip(
                self.exits[option_index, name], self.left.columns[option_index, name], strict=True
            ):
                if destination in destinations(row.record):
                    share = self.share_to(option_index, group_index, row.name, destination)
                    parts.append(f"{risk}*{exit_.at(month)}*{spared}*{share}")
        abandoned = record.not_performed
        if month == 1 and abandoned is not None and destination in abandoned.to:
            missing = self.starts[option_index, name].not_performed
            parts.append(
                f"{missing}*{spared}*{self.share_abandoned(option_index, group_index, destination)}"
            )
        return "+".join(parts) or None

    def share_to(self, option: int, group: int, exit_: str, destination: str) -> str:
        """Return the address of the share of an exit that leads somewhere."""
        key = (*option_key(self.making.usual, option), "exits", exit_, "to", destination)
        return self.making.cells.figure(key, self.group(group))

    def share_abandoned(self, option: int, group: int, destination: str) -> str:
        """Return the address of the share of those not performed who go somewhere."""
        key = (*option_key(self.making.usual, option), "not_performed", "to", destination)
        return self.making.cells.figure(key, self.group(group))

    def dying(self, option: int, group: int) -> list[tuple[str, Column]]:
        """Return the exits that lead to death: the address of that share, and the exit's column."""
        name = self.group(group)
        return [
            (self.share_to(option, group, row.name, CANCER_DEATH), exit_)
            for row, exit_ in zip(
                self.exits[option, name], self.left.columns[option, name], strict=True
            )
            if CANCER_DEATH in row.record.to
        ]

    def use(
        self, option_index: int, group_index: int, resource_index: int, month: int
    ) -> str | None:
        """Return an expression: what a start takes of a resource in a month since it.

        Complications are in month 0. None where nothing is taken: an amount of 0 after the months
        listed stays 0.
        """
        kernels, name = self.making.usual.kernels, self.group(group_index)
        record, what = self.records[option_index], kernels.resources[resource_index]
        schedule = record.footprint.get(what)
        parts = []
        if schedule is not None and (month < len(schedule.value) or schedule.then):
            key = (*option_key(self.making.usual, option_index), "footprint", what)
            amount = self.making.cells.schedule(key, month)
            if month == 0:
                parts.append(f"{self.starts[option_index, name].started}*{amount}")
            elif month <= self.last[option_index, name]:
                parts.append(f"{self.alive[option_index, name].at(month)}*{amount}")
        if month == 0 and (
            harms := self.complication_use(option_index, group_index, resource_index)
        ):
            parts.append(harms)
        return "+".join(parts) or None

    def complication_use(self, option: int, group: int, resource: int) -> str:
        """Return an expression of what complications take of a resource, "" where nothing."""
        kernels, name = self.making.usual.kernels, self.group(group)
        what, cells = kernels.resources[resource], self.making.cells
        parts = []
        for harm, complication in self.records[option].complications.items():
            if what in complication.footprint:
                key = (*option_key(self.making.usual, option), "complications", harm)
                chance = cells.figure((*key, "probability"), name)
                amount = cells.figure((*key, "footprint", what), name)
                parts.append(f"{chance}*{amount}")
        performed = self.starts[option, name].performed
        return f"{performed}*({'+'.join(parts)})" if parts else ""
