"""The first blocks of the sheet Lists: who comes, who is left, who waits on the first day."""

from __future__ import annotations

import numpy as np

from hepaplan.reports.live.grid import Grid, near
from hepaplan.reports.live.input_keys import share_key
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.live.plan_cells import ListCells, UseCells, WaitingCells
from hepaplan.reports.live.plan_frame import (
    PEOPLE,
    SHARE,
    ArrivalCells,
    Line,
    Pen,
    PlanFrame,
    column_span,
    month_column,
)
from hepaplan.reports.live.plan_inputs import PlanInputCells
from hepaplan.reports.style import Styles

SHARE_COLUMN, STAY_COLUMN, TREATMENT = 6, 7, 8
HEADINGS = ("Site", "Decision point", "Intended", "Group", "Unit", "Share", "Stay a month")


class PeopleBlocks:
    """Writes the blocks by decision point and group, and what every row of a list begins with."""

    def __init__(
        self, grid: Grid, styles: Styles, cells: InputCells, frame: PlanFrame,
        rows: ListCells, use: UseCells, waiting: WaitingCells, inputs: PlanInputCells,
    ) -> None:  # fmt: skip
        self.grid, self.cells, self.frame, self.rows = grid, cells, frame, rows
        self.use, self.waiting, self.inputs = use, waiting, inputs
        self.pen = Pen(grid, styles, frame.months)
        self.queue = frame.left + frame.made

    def head(self, row: int, caption: str, headings: tuple[str, ...] = HEADINGS) -> None:
        """Write a caption and headings in the two rows before a block."""
        self.grid.text(row - 2, 1, caption, "caption")
        self.pen.head(row - 1, headings)

    def arrivals(self, arrivals: ArrivalCells) -> None:
        """Write who arrives at each decision point."""
        frame = self.frame
        found = frame.done.arrivals[..., : frame.count]
        self.head(self.rows.first + 2, "People who arrive at each decision point", HEADINGS[:5])
        for (c, g), row in self.rows.arrivals.items():
            self.pen.words(row, "", frame.point_label(c), "", frame.group_label(g), "people")
            moves = [p for p in frame.points if (p, c, g) in self.waiting.moves]
            for month in range(frame.count):
                column = month_column(month)
                parts = [arrivals.entries(c, g, month), self.inputs.recurrence(c, g, month)]
                if month:
                    parts += [
                        f"{self.waiting.move(p, c, g)}*{near(self.rows.on_list[p, g], column - 1)}"
                        for p in moves
                    ]
                self.grid.formula(row, column, f"={'+'.join(parts)}", found[c, g, month], PEOPLE)

    def on_lists(self) -> None:
        """Write who is left on the lists of each decision point."""
        frame, rows = self.frame, self.rows
        self.head(
            next(iter(rows.on_list.values())),
            "People on the lists at the month's end",
            HEADINGS[:5],
        )
        for (c, g), row in rows.on_list.items():
            self.pen.words(row, "", frame.point_label(c), "", frame.group_label(g), "people")
            first, last = rows.lines_of(c, g)
            held = [h for h in frame.sites if self._held(first, last, h)]
            for month in range(frame.count):
                column = month_column(month)
                terms = [
                    f"SUM({column_span(top[h] + first, top[h] + last, column)})"
                    for h in held
                    for top in (rows.queues, rows.made)
                ]
                text = "".join(
                    f"{'-' if place % 2 else '+'}{term}" for place, term in enumerate(terms)
                )
                formula = f"={text.removeprefix('+') or '0'}"
                self.grid.formula(row, column, formula, frame.on_list[c, g, month], PEOPLE)

    def _held(self, first: int, last: int, site: int) -> bool:
        lines = self.frame.lines[first : last + 1]
        return any(bool(self.frame.here[line.option, site]) for line in lines)

    def day_one(self) -> None:
        """Write who waits as the window opens: all of them, and those who waited longer."""
        frame, rows = self.frame, self.rows
        if not rows.day_one:
            return
        top = next(iter(rows.day_one.values()))
        self.grid.text(top - 2, 1, "People on the lists on the first day", "caption")
        headings = (*HEADINGS[:6], "Referral")
        for column, heading in enumerate(headings, start=1):
            self.grid.text(top - 1, column, heading, "header")
        longest = 1 + int(frame.network.waiting.standard_months.max())
        for least in range(longest):
            label = f"waited {least} months or more" if least else "all"
            self.grid.text(top - 1, month_column(least), label, "header right")
        for (place, h), row in rows.day_one.items():
            line = frame.lines[place]
            self.labels(row, h, line)
            if not frame.here[line.option, h]:
                continue
            self.share(row, line)
            weight = float(frame.network.referral[line.option, line.group, h])
            self.grid.number(row, STAY_COLUMN, weight, SHARE)
            backlog = frame.network.backlog[line.option, line.group, h]
            for least in range(longest):
                people = "+".join(self._waiting(line, least)) or "0"
                formula = f"=${near(row, SHARE_COLUMN)}*${near(row, STAY_COLUMN)}*({people})"
                value = float(backlog[least:].sum())
                self.grid.formula(row, month_column(least), formula, value, PEOPLE)

    def _waiting(self, line: Line, least: int) -> list[str]:
        """Return the addresses of day one's people at a list's decision point, by months waited."""
        table = self.frame.usual.scenario.tables.backlog
        here = (table["decision_point"] == self.frame.kernels.points[line.point]) & (
            table["group"] == self.frame.kernels.groups[line.group]
        )
        found = np.flatnonzero(here & (table["months_waited"] >= least))
        return [self.cells.table_cell("backlog", int(at), "patients") for at in found]

    def labels(self, row: int, site: int, line: Line, unit: str = "people") -> None:
        """Write what a row is of."""
        frame = self.frame
        where = (frame.site_label(site), frame.point_label(line.point))
        who = (frame.option_label(line.option), frame.group_label(line.group))
        self.pen.words(row, *where, *who, unit if frame.here[line.option, site] else "not here")

    def share(self, row: int, line: Line) -> None:
        """Write the share of a decision point's people who join a list."""
        kernels = self.frame.kernels
        point, name = kernels.options[line.option]
        value = float(kernels.usual_share[line.option, line.group])
        option = self.frame.usual.scenario.pathway.decision_point[point].option[name]
        group = kernels.groups[line.group]
        if np.isclose(option.usual_share.for_group(group), value, rtol=1e-12, atol=0.0):
            key = share_key(self.frame.usual, line.option)
            formula = f"={self.cells.figure(key, group)}"
            self.grid.formula(row, SHARE_COLUMN, formula, value, SHARE)
        else:
            self.grid.number(row, SHARE_COLUMN, value, SHARE)
