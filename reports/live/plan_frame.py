"""What the sheets of the plan share: their lines, their months in columns, the engine's figures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.referral_shares import class_shares
from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.readings import MOST_HEALTH, NOTHING_SCARCE, Capacity, UsualCare
from hepaplan.model.replay import Replay, recurrences_of, sum_by_list
from hepaplan.model.sites.network import Network
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live.grid import Grid, near
from hepaplan.reports.style import Styles

FIRST_MONTH = 9
"""Column of the window's first month, the same on every sheet of the plan."""
PEOPLE, SHARE, AMOUNT, POUNDS = "#,##0.000", "0.0000", "#,##0.00", "#,##0"
NOTHING = 1e-9


class ArrivalCells(Protocol):
    """Where people who come from outside the window's own starts are, by formula."""

    def entries(self, point: int, group: int, window_month: int) -> str: ...  # noqa: D102


class UseOfStarts(Protocol):
    """What one start takes, by formula."""

    def use(  # noqa: D102
        self, option_index: int, group_index: int, resource_index: int, month: int
    ) -> str | None: ...


@dataclass(frozen=True)
class Line:
    """A list's people of one group: decision point, group and intended option, by place."""

    point: int
    group: int
    option: int


@dataclass(frozen=True)
class Swap:
    """People of a list and group who start another option than intended, by place of the pair."""

    pair: int
    group: int


class PlanFrame:
    """The lines of the plan in the order of rows, and the plan as replayed over the window."""

    def __init__(self, usual: UsualCare, capacity: Capacity, content: ReportContent) -> None:
        """Order the lines by decision point and group, so that sums are of neighbouring rows."""
        self.usual, self.capacity, self.content = usual, capacity, content
        self.network: Network = capacity.network
        self.done: Replay = capacity.replays[MOST_HEALTH]
        self.plan = capacity.best.plan
        self.months = usual.window_labels
        self.kernels = usual.kernels
        point_of = self.kernels.point_of
        self.groups = range(len(self.kernels.groups))
        self.sites = range(len(self.network.sites))
        self.resources = range(self.network.reported)
        self.points = [c for c in range(len(self.kernels.points)) if (point_of == c).any()]
        self.lines = [
            Line(c, g, int(k))
            for c in self.points
            for g in self.groups
            for k in np.flatnonzero(point_of == c)
        ]
        lists = len(self.kernels.options)
        self.swaps = [
            Swap(pair, g) for pair in range(lists, len(self.network.pair_list)) for g in self.groups
        ]

    @property
    def count(self) -> int:
        """Months of the window."""
        return len(self.months)

    @property
    def rows(self) -> int:
        """Rows of a block: the lines, then the swaps."""
        return len(self.lines) + len(self.swaps)

    def pair_of(self, row: int) -> tuple[int, int]:
        """Return the pair and group, by place, of a row of a block."""
        if row < len(self.lines):
            return self.lines[row].option, self.lines[row].group
        swap = self.swaps[row - len(self.lines)]
        return swap.pair, swap.group

    def place_of(self, option: int, group: int) -> int:
        """Return the place among the lines of a list's people of one group."""
        return self._places[option, group]

    @cached_property
    def _places(self) -> dict[tuple[int, int], int]:
        return {(line.option, line.group): place for place, line in enumerate(self.lines)}

    @cached_property
    def planned(self) -> Floats:
        """Starts of the plan as replayed (pair, group, site, month)."""
        return np.asarray(self.done.starts[..., : self.count].sum(axis=3))

    @cached_property
    def made(self) -> Floats:
        """Starts by the list they come from (list, group, site, month)."""
        return sum_by_list(self.network, self.planned)

    @cached_property
    def left(self) -> Floats:
        """People left on the lists at each month's end (list, group, site, month)."""
        return np.asarray(self.done.left[..., : self.count].sum(axis=3))

    @cached_property
    def recurrences(self) -> Floats:
        """People who come after starts of the window (point, group, month)."""
        return recurrences_of(self.network, self.done)[..., : self.count]

    @cached_property
    def referral(self) -> Floats:
        """Shares of a list's new people by site (list, group, site, month)."""
        return self.plan.referral[..., : self.count]

    @cached_property
    def shares(self) -> Floats:
        """Shares of a list's new people of all groups by site (list, site, month), up to 1."""
        capacity, classes = self.capacity, self.capacity.best.written.classes
        if not classes.pooled:
            in_proportion = capacity.replays[NOTHING_SCARCE]
            classes = patient_classes(self.network, in_proportion, pooled=True)
        shares = class_shares(classes, self.plan.referral)[:, 0, :, : self.count]
        return np.asarray(np.minimum(shares, 1.0))

    @cached_property
    def use(self) -> Floats:
        """Use by the starts of the plan (resource, site, month), earlier starts left out."""
        return np.asarray((self.done.use - self.network.committed)[..., : self.count])

    @cached_property
    def on_list(self) -> Floats:
        """People left on the lists at each month's end (point, group, month)."""
        total = np.zeros((len(self.kernels.points), len(self.groups), self.count))
        np.add.at(total, self.kernels.point_of, self.left.sum(axis=2))
        return total

    @cached_property
    def split(self) -> Floats:
        """Each group's share of planned starts (pair, group, site, month).

        Where none are planned, that of those who come to the list there.
        """
        came = self.done.at_site[self.network.pair_list][..., : self.count]
        ever = np.broadcast_to(came.sum(axis=3, keepdims=True), came.shape)
        even = np.full_like(came, 1.0 / len(self.groups))
        found = even
        for people in (ever, came, self.planned):
            total = people.sum(axis=1, keepdims=True)
            found = np.divide(people, total, out=found.copy(), where=total > NOTHING)
        return found

    @cached_property
    def here(self) -> Flags:
        """Whether a list is held at a site (list, site)."""
        people = self.referral.max(axis=3) + self.network.referral + self.made.max(axis=3)
        return np.asarray((people > 0.0).any(axis=1))

    def swap_here(self, pair: int, site: int) -> bool:
        """Return whether the plan starts a pair's option at a site for people of its list."""
        return bool((self.planned[pair, :, site] > NOTHING).any())

    def waits(self, point: int) -> bool:
        """Return whether anybody waits at a decision point."""
        return bool(self.network.waiting.waits[point])

    def swaps_of(self, line: Line) -> list[int]:
        """Return the places among the swaps of what a line's people may start instead."""
        return [
            place
            for place, swap in enumerate(self.swaps)
            if self.network.pair_list[swap.pair] == line.option and swap.group == line.group
        ]

    def needs(self, site: int) -> list[int]:
        """Return the resources that a site has, or that what is started there takes."""
        has = self.network.capacity[: self.network.reported, site].sum(axis=1) > 0.0
        takes = self.kernels.use[self.here[:, site]].sum(axis=(0, 1, 3)) > 0.0
        return [r for r in self.resources if has[r] or takes[r]]

    def at_once(self, option: int) -> tuple[int, ...]:
        """Return the resources that an option takes in the month of the start."""
        taken = self.network.kernels.use[option, :, : self.network.reported, 0].sum(axis=0)
        return tuple(int(r) for r in np.flatnonzero(taken))

    def point_label(self, point: int) -> str:
        """Return a decision point in words."""
        return self.content.label(self.kernels.points[point])

    def group_label(self, group: int) -> str:
        """Return a patient group in words."""
        return self.content.label(self.kernels.groups[group])

    def site_label(self, site: int) -> str:
        """Return a site in words."""
        return self.content.label(self.network.sites[site])

    def option_label(self, option: int) -> str:
        """Return an option in words."""
        return self.content.option_label(*self.kernels.options[option])

    def resource_label(self, resource: int) -> str:
        """Return a resource in words."""
        return self.content.label(self.kernels.resources[resource])

    def resource_unit(self, resource: int) -> str:
        """Return the unit of a resource."""
        return self.usual.scenario.settings.resource[self.kernels.resources[resource]].unit


@dataclass(frozen=True)
class Pen:
    """Writes rows of months on one sheet of the plan."""

    grid: Grid
    styles: Styles
    months: tuple[str, ...]

    def head(self, row: int, headings: tuple[str, ...]) -> None:
        """Write the headings of a block, and the months."""
        for column, heading in enumerate(headings, start=1):
            self.grid.text(row, column, heading, "header")
        for place, month in enumerate(self.months):
            self.grid.text(row, FIRST_MONTH + place, month, "header right")

    def words(self, row: int, *texts: str) -> None:
        """Write the labels of a row, from its first column; empty ones are left out."""
        for column, text in enumerate(texts, start=1):
            if text:
                self.grid.text(row, column, text)


def month_column(month: int) -> int:
    """Return the column of a month of the window."""
    return FIRST_MONTH + month


def there(title: str, row: int, column: int) -> str:
    """Return a cell's address on another sheet."""
    return f"'{title}'!{near(row, column)}"


def column_span(first_row: int, last_row: int, column: int, last: int | None = None) -> str:
    """Return the address of neighbouring rows in one or several columns."""
    return f"{near(first_row, column)}:{near(last_row, column if last is None else last)}"
