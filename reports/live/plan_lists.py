"""The sheet Lists: who comes, waits and starts, by site, list, group and month, by formula."""

from __future__ import annotations

from hepaplan.model.arrays import Floats
from hepaplan.reports.live.grid import near
from hepaplan.reports.live.plan_frame import PEOPLE, SHARE, ArrivalCells, Line, month_column
from hepaplan.reports.live.plan_people import (
    HEADINGS,
    SHARE_COLUMN,
    STAY_COLUMN,
    TREATMENT,
    PeopleBlocks,
)

ABOUT = "Who comes to each list, waits and starts, by site, group and month, in people."
NOTES = (
    "As model/replay.py (walk, starts_of), by group. On the list = those who stayed + share x "
    "arrivals x referral; wanted = the lesser of that and planned x split + owed; made = wanted x "
    "what fits; owed = wanted - made.",
    "Live: arrivals, shares, waiting, planned starts, what fits. Held: referral, split and "
    "recurrences (Plan weights). Rows without numbers: lists that a site does not hold.",
)


class ListsSheet(PeopleBlocks):
    """Writes the sheet; every formula has the replay's value."""

    def write(self, arrivals: ArrivalCells) -> None:
        """Write every block."""
        self.arrivals(arrivals)
        self.on_lists()
        self.day_one()
        for site in self.frame.sites:
            self._queues(site)
            self._wanted(site)
            self._made(site)
        widths = {1: 26.0, 2: 66.0, 3: 92.0, 4: 16.0, 5: 10.0, 6: 10.0, 7: 26.0, 8: 26.0}
        self.grid.widths(widths)
        self.grid.finish(self.frame.content.version, f"E{self.rows.first + 2}")

    def _came(self, row: int, place: int, site: int, month: int) -> str:
        """Return who joins a list at a site in a month, as an expression."""
        line = self.frame.lines[place]
        arrive = near(self.rows.arrivals[line.point, line.group], month_column(month))
        referral = self.inputs.referral(place, site, month)
        came = f"${near(row, SHARE_COLUMN)}*{arrive}*{referral}"
        first = self.rows.day_one.get((place, site))
        return f"{came}+{near(first, month_column(0))}" if first and not month else came

    def _queues(self, site: int) -> None:
        frame, top, made = self.frame, self.rows.queues[site], self.rows.made[site]
        self.head(top, f"{frame.site_label(site)}: on the list in the month, before any start")
        for place, line in enumerate(frame.lines):
            row = top + place
            self.labels(row, site, line)
            if not frame.here[line.option, site] or not frame.waits(line.point):
                continue
            self.share(row, line)
            stay = self.waiting.cell(self.waiting.STAY, line.point, line.group)
            value = float(frame.network.waiting.stay[line.point, line.group])
            self.grid.formula(row, STAY_COLUMN, f"={stay}", value, SHARE)
            for month in range(frame.count):
                column = month_column(month)
                formula = f"={self._came(row, place, site, month)}"
                if month:
                    before = f"({near(row, column - 1)}-{near(made + place, column - 1)})"
                    formula += f"+${near(row, STAY_COLUMN)}*{before}"
                value = self.queue[line.option, line.group, site, month]
                self.grid.formula(row, column, formula, value, PEOPLE)

    def _wanted(self, site: int) -> None:
        frame, top = self.frame, self.rows.wanted[site]
        self.head(top, f"{frame.site_label(site)}: starts wanted", HEADINGS[:5])
        for place, line in enumerate(frame.lines):
            self.labels(top + place, site, line, "starts")
            if not frame.here[line.option, site] or not frame.waits(line.point):
                continue
            swaps = self._swaps(line, site)
            for month in range(frame.count):
                column = month_column(month)
                wanted = self._planned(place, swaps, site, month)
                if month:
                    made = near(self.rows.made[site] + place, column - 1)
                    wanted += f"+{near(top + place, column - 1)}-{made}"
                formula = f"=MIN({near(self.rows.queues[site] + place, column)},{wanted})"
                value = frame.made[line.option, line.group, site, month]
                self.grid.formula(top + place, column, formula, value, PEOPLE)
            for at in swaps:
                self._wanted_instead(top, place, at, swaps, site)

    def _swaps(self, line: Line, site: int) -> list[int]:
        frame = self.frame
        return [at for at in frame.swaps_of(line) if frame.swap_here(frame.swaps[at].pair, site)]

    def _planned(self, place: int, swaps: list[int], site: int, month: int) -> str:
        """Return all starts planned for a line, whatever treatment, as an expression."""
        inputs, lines = self.inputs, len(self.frame.lines)
        option = self.frame.lines[place].option
        pairs = [(option, place), *((self.frame.swaps[at].pair, lines + at) for at in swaps)]
        return "+".join(
            f"{inputs.planned(pair, site, month)}*{inputs.split(row, site, month)}"
            for pair, row in pairs
        )

    def _wanted_instead(self, top: int, place: int, at: int, swaps: list[int], site: int) -> None:
        """Write which of the starts wanted are of another treatment, in the plan's proportion."""
        frame, row = self.frame, top + len(self.frame.lines) + at
        self._swap_labels(row, at, site)
        swap, inputs = frame.swaps[at], self.inputs
        for month in range(frame.count):
            column = month_column(month)
            every = self._planned(place, swaps, site, month)
            own = f"{inputs.planned(swap.pair, site, month)}*"
            own += inputs.split(len(frame.lines) + at, site, month)
            formula = f"=IF({every}>0,{near(top + place, column)}*{own}/({every}),0)"
            value = frame.planned[swap.pair, swap.group, site, month]
            self.grid.formula(row, column, formula, value, PEOPLE)

    def _swap_labels(self, row: int, at: int, site: int) -> None:
        frame, swap = self.frame, self.frame.swaps[at]
        listed, started = (
            int(of[swap.pair]) for of in (frame.network.pair_list, frame.network.pair_option)
        )
        point = frame.point_label(int(frame.kernels.point_of[listed]))
        words = f"{frame.option_label(listed)}: as {frame.option_label(started)}"
        labels = (frame.site_label(site), point, words, frame.group_label(swap.group))
        self.pen.words(row, *labels, "starts")

    def _made(self, site: int) -> None:
        frame, top = self.frame, self.rows.made[site]
        caption = f"{frame.site_label(site)}: starts made, of which with another treatment below"
        headings = (*HEADINGS[:6], "Not given", "Treatment given")
        self.head(top, caption, headings)
        treatments = frame.usual.treatments
        for place, line in enumerate(frame.lines):
            row = top + place
            self.labels(row, site, line, "starts")
            if not frame.here[line.option, site]:
                continue
            self.grid.text(row, TREATMENT, treatments[line.option])
            values = frame.made[line.option, line.group, site]
            if not frame.waits(line.point):
                self.share(row, line)
                self._row(row, [self._came(row, place, site, t) for t in self._months], values)
                continue
            swaps = self._swaps(line, site)
            self._row(row, [self._own(place, swaps, site, t) for t in self._months], values)
            for at in swaps:
                self._made_instead(at, site)

    @property
    def _months(self) -> range:
        return range(self.frame.count)

    def _row(self, row: int, formulas: list[str], values: Floats) -> None:
        for month, text in enumerate(formulas):
            self.grid.formula(row, month_column(month), f"={text}", values[month], PEOPLE)

    def _own(self, place: int, swaps: list[int], site: int, month: int) -> str:
        """Return the starts made of a line, as an expression."""
        option, column = self.frame.lines[place].option, month_column(month)
        below = len(self.frame.lines)
        wanted, made = self.rows.wanted[site], self.rows.made[site]
        fit = self.use.fit(site, option, month)
        if not swaps:
            return f"{near(wanted + place, column)}{fit}"
        other = "".join(f"-{near(wanted + below + at, column)}" for at in swaps)
        instead = "".join(f"+{near(made + below + at, column)}" for at in swaps)
        return f"({near(wanted + place, column)}{other}){fit}{instead}"

    def _made_instead(self, at: int, site: int) -> None:
        frame, swap = self.frame, self.frame.swaps[at]
        below = len(frame.lines) + at
        row = self.rows.made[site] + below
        self._swap_labels(row, at, site)
        listed, option = (
            int(of[swap.pair]) for of in (frame.network.pair_list, frame.network.pair_option)
        )
        self.grid.text(row, STAY_COLUMN, frame.usual.treatments[listed])
        self.grid.text(row, TREATMENT, frame.usual.treatments[option])
        wanted = self.rows.wanted[site] + below
        formulas = [
            f"{near(wanted, month_column(t))}{self.use.fit(site, option, t)}" for t in self._months
        ]
        self._row(row, formulas, frame.planned[swap.pair, swap.group, site])
