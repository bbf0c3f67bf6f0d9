"""Where the cells of the plan's sheets are: known before any of them is written."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepaplan.reports.live.plan_filling import Filling, Signature
from hepaplan.reports.live.plan_frame import (
    PlanFrame,
    column_span,
    month_column,
    there,
)

LISTS, USE, WAITING, START = "Lists", "Use live", "Waiting live", "Use of one start"
CARRIED, NEEDED, FITS, USED = range(4)
Place = tuple[int, int]


@dataclass
class ListCells:
    """Rows of the sheet Lists; queue, wanted and made start at a row for each site."""

    frame: PlanFrame
    first: int
    arrivals: dict[Place, int] = field(default_factory=dict)
    on_list: dict[Place, int] = field(default_factory=dict)
    day_one: dict[Place, int] = field(default_factory=dict)
    queues: dict[int, int] = field(default_factory=dict)
    wanted: dict[int, int] = field(default_factory=dict)
    made: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Place the blocks below each other, two rows of headings before each."""
        frame, row = self.frame, self.first + 2
        for c in frame.points:
            for g in frame.groups:
                self.arrivals[c, g] = row
                row += 1
        row += 3
        for c in frame.points:
            for g in frame.groups if frame.waits(c) else ():
                self.on_list[c, g] = row
                row += 1
        row += 3
        for h in frame.sites:
            for place in range(len(frame.lines)):
                if self.people_on_day_one(place, h):
                    self.day_one[place, h] = row
                    row += 1
        for h in frame.sites:
            self.queues[h] = row + 3
            self.wanted[h] = self.queues[h] + len(frame.lines) + 3
            self.made[h] = self.wanted[h] + frame.rows + 3
            row = self.made[h] + frame.rows

    def people_on_day_one(self, place: int, site: int) -> bool:
        """Return whether a line's decision point holds people at a site as the window opens."""
        there_too = self.frame.kernels.point_of == self.frame.lines[place].point
        return bool(self.frame.network.backlog[there_too, :, site].any())

    def lines_of(self, point: int, group: int | None = None) -> tuple[int, int]:
        """Return the first and last place of the lines of a decision point, or of one group."""
        places = [
            place
            for place, line in enumerate(self.frame.lines)
            if line.point == point and group in (None, line.group)
        ]
        return places[0], places[-1]

    def block(self, rows: dict[int, int], site: int, first: int, last: int) -> str:
        """Return the address of all rows of a block, in neighbouring months, for other sheets."""
        row = rows[site]
        span = column_span(row, row + self.frame.rows - 1, month_column(first), month_column(last))
        return f"'{LISTS}'!{span}"

    def rows_of(self, rows: dict[int, int], site: int, point: int, month: int) -> str:
        """Return the address of a decision point's lines in a month, for other sheets."""
        first, last = self.lines_of(point)
        column = month_column(month)
        return f"'{LISTS}'!{column_span(rows[site] + first, rows[site] + last, column)}"


@dataclass
class UseCells:
    """Rows of the sheet Use live, by what (CARRIED, …), resource and site, and of what fits."""

    frame: PlanFrame
    filling: Filling
    start: StartCells
    first: int
    rows: dict[tuple[int, int, int], int] = field(default_factory=dict)
    fits: dict[tuple[int, Signature], int] = field(default_factory=dict)
    captions: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Place each site's resources in the order of filling, then what fits by kind of start."""
        row = self.first
        for h in self.frame.sites:
            self.captions[h] = row
            row += 2
            for r in self.resources(h):
                for what in self._figures(r, h):
                    self.rows[what, r, h] = row
                    row += 1
            for kind in self.filling.here(h):
                self.fits[h, kind] = row
                row += 1
            row += 1

    def resources(self, site: int) -> list[int]:
        """Return a site's resources: those filled in turn, then those taken later only."""
        needed, order = self.frame.needs(site), self.filling.order
        return [r for r in order if r in needed] + [r for r in needed if r not in order]

    def _figures(self, resource: int, site: int) -> list[int]:
        later = self.start.depths.get(resource, 0) > 1
        at_once = bool(self.filling.groups(site, resource))
        return [CARRIED] * later + [NEEDED, FITS] * at_once + [USED]

    def fit(self, site: int, option: int, month: int) -> str:
        """Return a factor "*share that fits" for starts of an option, nothing if they need none."""
        signature = self.frame.at_once(option)
        if not signature:
            return ""
        return f"*{there(USE, self.fits[site, signature], month_column(month))}"

    def cell(self, what: int, resource: int, site: int, month: int) -> str:
        """Return the address of a month's figure, for other sheets."""
        return there(USE, self.rows[what, resource, site], month_column(month))


@dataclass
class WaitingCells:
    """Rows and columns of what a month on a list does, on the sheet Waiting live."""

    frame: PlanFrame
    first: int
    rows: dict[Place, int] = field(default_factory=dict)
    moves: dict[tuple[int, int, int], int] = field(default_factory=dict)
    ESCAPED = 3
    STAY = 4
    CANCER = 5
    OTHER = 6
    COST = 7
    MONTHS = 8
    CHANCE = 4
    MOVED = 5

    def __post_init__(self) -> None:
        """Place a row for each decision point where people wait, and group."""
        row = self.first + 2
        for c in self.frame.points:
            for g in self.frame.groups if self.frame.waits(c) else ():
                self.rows[c, g] = row
                row += 1
        row += 3
        pathway, names = self.frame.usual.scenario.pathway, self.frame.kernels.points
        for c, g in self.rows:
            waits = pathway.decision_point[names[c]].waiting
            for to in waits.move if waits else ():
                self.moves[c, names.index(to), g] = row
                row += 1
        self.last = row

    def cell(self, column: int, point: int, group: int) -> str:
        """Return the address of one effect, for other sheets."""
        return there(WAITING, self.rows[point, group], column)

    def move(self, point: int, to: int, group: int) -> str:
        """Return the address of the probability of moving to another decision point."""
        return there(WAITING, self.moves[point, to, group], self.CHANCE)


@dataclass
class StartCells:
    """The sheet Use of one start: a block for each resource, months since the start backwards."""

    frame: PlanFrame
    first: int
    rows: dict[int, int] = field(default_factory=dict)
    depths: dict[int, int] = field(default_factory=dict)
    kinds: int = 0

    def __post_init__(self) -> None:
        """Place the blocks: as deep as any option takes the resource inside the window."""
        row = self.first
        for r in self.frame.resources:
            taken = self.frame.kernels.use[:, :, r, : self.frame.count].sum(axis=(0, 1))
            if not taken.any():
                continue
            self.depths[r] = 1 + int(np.flatnonzero(taken)[-1])
            self.rows[r] = row + 2
            row += 3 + self.frame.rows
        self.kinds = row + 2

    def now(self, resource: int) -> str:
        """Return the address of what all rows take in the month of the start."""
        return self.block(resource, 0, 0)

    def cell(self, resource: int, place: int) -> str:
        """Return the address of what a row takes in the month of the start, for other sheets."""
        return there(START, self.rows[resource] + place, self.column(resource, 0))

    def kind(self, place: int) -> str:
        """Return the address of the rows' marks (1 or 0) of a kind of start."""
        last = self.kinds + self.frame.rows - 1
        return f"'{START}'!{column_span(self.kinds, last, month_column(place))}"

    def column(self, resource: int, since: int) -> int:
        """Return the column of a number of months since the start."""
        return month_column(self.depths[resource] - 1 - since)

    def block(self, resource: int, longest: int, shortest: int) -> str:
        """Return the address of all rows, from the longest to the shortest time since the start."""
        row = self.rows[resource]
        columns = (self.column(resource, longest), self.column(resource, shortest))
        return f"'{START}'!{column_span(row, row + self.frame.rows - 1, *columns)}"
