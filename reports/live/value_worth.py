"""The sheet Worth: what a start and an arrival are worth with all that follows at usual care."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.outcomes import discount_factors
from hepaplan.reports.live.courses_at import Courses
from hepaplan.reports.live.courses_exits import destinations
from hepaplan.reports.live.courses_months import finish, write_heading
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.value_loops import worth_order
from hepaplan.reports.live.value_own import MEASURES

WORTH = "Worth"
SHARE = "0.000000"
RATE_WORDS = {"none": "share", "effects": "share, as effects", "costs": "share, as costs"}
"""Units of who goes on: not discounted, or discounted at the rate of effects or of costs."""


class Worth:
    """Where worth is: `start` by measure, option and group, `arrival` by measure, point, group."""

    def __init__(self, courses: Courses) -> None:
        """Write the sheet: arrivals above, then a row for each option, group by group."""
        self._courses, self._making = courses, courses.making
        self._kernels = self._making.usual.kernels
        self._options = range(len(self._kernels.options))
        self._groups = range(len(self._kernels.groups))
        self._points = range(len(self._kernels.points))
        self._order, self._looped = worth_order(self._reached())
        self._grid = _started(courses, self._loop_note())
        top = self._grid.first_row
        self._first = top + 3 + len(MEASURES) * len(self._groups) + 5
        self._exits = max((len(record.exits) for record in courses.records), default=0)
        self._place = _places(self._exits, len(self._points))
        self.start: dict[tuple[str, int, int], str] = {}
        self.arrival: dict[tuple[str, int, int], str] = {}
        self._arrivals_headings(top)
        for row, (measure, group) in enumerate(
            ((m, g) for m in MEASURES for g in self._groups), start=top + 3
        ):
            self._arrivals_row(row, measure, group)
        self._headings(self._first - 3)
        for group in self._groups:
            for option in self._options:
                self._onward(option, group)
        for measure in MEASURES:
            for group in self._groups:
                for option in self._options:
                    self._start(measure, option, group)
        self._grid.widths({1: 50, 2: 44, 3: 16})
        end = (self._grid.last_row, max(self._place.values()))
        finish(self._grid, self._making, f"D{top}", "", end)

    def _reached(self) -> dict[int, list[int]]:
        """Return the points that each point's options lead to."""
        return {
            point: sorted({c for k in self._options_of(point) for c in self._destinations(k)})
            for point in self._points
        }

    def _options_of(self, point: int) -> list[int]:
        return [k for k in self._options if self._kernels.point_of[k] == point]

    def _destinations(self, option: int) -> list[int]:
        """Return the points that an option leads to, also by not being performed."""
        record = self._courses.records[option]
        names = {name for exit_ in record.exits.values() for name in destinations(exit_)}
        if record.not_performed is not None:
            names |= set(record.not_performed.to)
        return sorted(self._kernels.points.index(n) for n in names if n in self._kernels.points)

    def _loop_note(self) -> str:
        if not self._looped:
            return "No points lead back to each other, except a point to itself: all worth is live."
        names = ", ".join(self._making.content.label(self._kernels.points[c]) for c in self._looped)
        return f"Held: worth of an arrival at points on a loop, which no formula solves: {names}."

    def _row(self, option: int, group: int) -> int:
        return self._first + group * len(self._options) + option

    def _cell(self, row: int, name: tuple[str, str, int]) -> str:
        return self._grid.cell(row, self._place[name])

    def _arrivals_headings(self, top: int) -> None:
        self._grid.text(top, 1, "Worth of an arrival, who starts the usual option", "caption")
        for place, text in enumerate(("Measure", "Group", "Unit"), start=1):
            write_heading(self._grid, top + 2, place, text, right=False)
        for point in self._points:
            label = self._making.content.label(self._kernels.points[point])
            write_heading(self._grid, top + 2, 4 + point, label)

    def _arrivals_row(self, row: int, measure: str, group: int) -> None:
        """Write the worth of arrivals: what is started there, and a loop to itself in one step."""
        words, unit, rate, number_format = MEASURES[measure]
        label = self._making.content.label(self._kernels.groups[group])
        for place, text in enumerate((words, label, unit), start=1):
            self._grid.text(row, place, text)
        values = getattr(self._making.usual.worth, measure).arrival
        for point in self._points:
            address = self._grid.cell(row, 4 + point)
            self.arrival[measure, point, group] = address
            options, value = self._options_of(point), values[point, group]
            if point in self._looped:
                self._grid.number(row, 4 + point, value, number_format)
            elif options:
                shares = self._rows(options, group, ("share", "", 0))
                once = self._rows(options, group, ("once", measure, 0))
                formula = f"=SUMPRODUCT({shares},{once})"
                if any(point in self._destinations(k) for k in options):
                    again = self._rows(options, group, ("reached", rate, point))
                    formula += f"/(1-SUMPRODUCT({shares},{again}))"
                self._grid.formula(row, 4 + point, formula, value, number_format)
            else:
                self._grid.number(row, 4 + point, value, number_format)

    def _rows(self, options: list[int], group: int, name: tuple[str, str, int]) -> str:
        """Return the address of a column's rows for the options of a point, which lie together."""
        first, last = self._row(options[0], group), self._row(options[-1], group)
        return self._grid.span(first, self._place[name], last, self._place[name])

    def _headings(self, top: int) -> None:
        self._grid.text(top, 1, "Worth of a start, and where it leads", "caption")
        for place, text in enumerate(("Decision point", "Option", "Group"), start=1):
            write_heading(self._grid, top + 1, place, text, right=False)
        for (what, of, number), place in self._place.items():
            if what == "share":
                heading, unit = "Usual share", "share of arrivals"
            elif what == "left":
                heading, unit = f"Leave by exit {number + 1}", RATE_WORDS[of]
            elif what == "reached":
                heading = self._making.content.label(self._kernels.points[number])
                unit = RATE_WORDS[of]
                self._grid.text(top, place, "reach", "absent")
            else:
                heading, unit, _, _ = MEASURES[of]
                self._grid.text(top, place, "once" if what == "once" else "in all", "absent")
            write_heading(self._grid, top + 1, place, heading, unit)

    def _onward(self, option: int, group: int) -> None:
        """Write who leaves by each exit, and whom each point receives, discounted to the start."""
        row, courses, kernels = self._row(option, group), self._courses, self._kernels
        names = (*self._making.names(option), self._making.content.label(kernels.groups[group]))
        for place, text in enumerate(names, start=1):
            self._grid.text(row, place, text)
        usual = float(kernels.usual_share[option, group])
        self._grid.formula(
            row, self._place["share", "", 0], f"={courses.usual_share(option, group)}", usual, SHARE
        )
        for rate in RATE_WORDS:
            factors = self._factors(rate)
            for number in range(len(courses.records[option].exits)):
                self._left(row, option, group, number, rate, factors)
            reached = kernels.arrive[option, group] @ factors
            for point in self._destinations(option):
                formula = self._reach(row, option, group, point, rate)
                place = self._place["reached", rate, point]
                self._grid.formula(row, place, f"={formula}", reached[point], SHARE)

    def _factors(self, rate: str) -> Floats:
        """Return the engine's factors at each month's start, shape (months + 1,)."""
        economics = self._making.usual.scenario.settings.economics
        annual = {
            "none": 0.0,
            "effects": economics.discount_rate_effects.number,
            "costs": economics.discount_rate_costs.number,
        }
        return discount_factors(annual[rate], self._kernels.months + 1, offset=0.0)

    def _left(
        self, row: int, option: int, group: int, number: int, rate: str, factors: Floats
    ) -> None:
        """Write those whom an exit moves on while other causes spare them."""
        courses, name = self._courses, self._courses.group(group)
        last = courses.last[option, name]
        alive = np.array(self._kernels.alive[option, group, :last])
        alive[0] = courses.starts[option, name].values["Begin the course"]
        spared = courses.others.by_month[self._kernels.options[option][0], name][:last]
        shares = courses.left.shares[option, name][number]
        value = float((alive * shares * spared) @ factors[1 : last + 1])
        at_risk = courses.alive[option, name]
        spans = [
            *at_risk.factors(0, last - 1),
            courses.left.columns[option, name][number].span(1, last),
            courses.spared(option, group).span(1, last),
        ]
        column = courses.rates[rate].column
        spans += [column.span(1, last)] if column else []
        place = self._place["left", rate, number]
        self._grid.formula(
            row, place, f"={at_risk.begun}*SUMPRODUCT({','.join(spans)})", value, SHARE
        )

    def _reach(self, row: int, option: int, group: int, point: int, rate: str) -> str:
        courses, destination = self._courses, self._kernels.points[point]
        record, parts = courses.records[option], []
        for number, (name, exit_) in enumerate(record.exits.items()):
            if destination in exit_.to:
                left = self._cell(row, ("left", rate, number))
                parts.append(f"{left}*{courses.share_to(option, group, name, destination)}")
        if record.not_performed is not None and destination in record.not_performed.to:
            missing = courses.starts[option, courses.group(group)].not_performed
            share = courses.share_abandoned(option, group, destination)
            column = courses.rates[rate].column
            later = f"*{column.at(1)}" if column else ""
            parts.append(f"{missing}*{courses.spared(option, group).at(1)}*{share}{later}")
        return "+".join(parts)

    def _start(self, measure: str, option: int, group: int) -> None:
        """Write the worth of a start: once, without coming back to its own point, and in all."""
        row, point = self._row(option, group), int(self._kernels.point_of[option])
        _, _, rate, number_format = MEASURES[measure]
        values = getattr(self._making.usual.worth, measure)
        reached = self._destinations(option)
        onward = "".join(
            f"+{self._cell(row, ('reached', rate, c))}*{self.arrival[measure, c, group]}"
            for c in reached
            if c != point
        )
        start = float(values.start[option, group])
        factors = self._factors(rate)
        back = float(self._kernels.arrive[option, group, point] @ factors)
        once = start - back * float(values.arrival[point, group])
        own = self._courses.own[measure, option, group]
        place = self._place["once", measure, 0]
        self._grid.formula(row, place, f"={own}{onward}", once, number_format)
        formula = f"={self._grid.cell(row, place)}"
        if point in reached:
            again = self._cell(row, ("reached", rate, point))
            formula += f"+{again}*{self.arrival[measure, point, group]}"
        place = self._place["start", measure, 0]
        self._grid.formula(row, place, formula, start, number_format)
        self.start[measure, option, group] = self._grid.cell(row, place)


def _places(exits: int, points: int) -> dict[tuple[str, str, int], int]:
    """Return the column of each quantity: (what, rate or measure, number)."""
    names = [("share", "", 0)]
    names += [("start", measure, 0) for measure in MEASURES]
    names += [("once", measure, 0) for measure in MEASURES]
    names += [("left", rate, number) for rate in RATE_WORDS for number in range(exits)]
    names += [("reached", rate, point) for rate in RATE_WORDS for point in range(points)]
    return {name: place for place, name in enumerate(names, start=4)}


def _started(courses: Courses, loops: str) -> Grid:
    return courses.making.grid(
        WORTH,
        "What a start and an arrival are worth with all that follows, everybody at usual care.",
        "As model/outcomes.py, worth: own course, and the worth of arriving at each point reached, "
        "discounted from then to the start. In all: with all that follows. Once: without what "
        "follows a return to the same point. Reach: shares of starts, discounted or not.",
        "A point that leads back to itself is solved in one step: worth once / (1 - share that "
        "comes back). Everyone at a point starts its options in their usual shares.",
        loops,
    )
