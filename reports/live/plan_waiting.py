"""The sheet Waiting live: what a month on a list does, who waits, and who waits too long."""

from __future__ import annotations

from hepaplan.model.arrays import Floats
from hepaplan.model.tables.plan_tables import beyond_standard
from hepaplan.reports.live.grid import Grid, near
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.live.plan_cells import LISTS, ListCells, WaitingCells
from hepaplan.reports.live.plan_frame import (
    PEOPLE,
    SHARE,
    Pen,
    PlanFrame,
    column_span,
    month_column,
)
from hepaplan.reports.style import Styles

ABOUT = "People waiting at each month's end, and those beyond the standard, by decision point."
NOTES = (
    "As model/waiting.py and model/tables/plan_tables.py (beyond_standard). Live: what a month on "
    "a list does, the lists. Grey: survival of death from other causes (clocks of the engine).",
    "Beyond a standard of s months, first in first out: those left s months ago who stayed, less "
    "all starts since. The standards in months are those of the run.",
)


class WaitingSheet:
    """Writes the sheet; `ties` are the addresses of its totals."""

    def __init__(
        self, grid: Grid, styles: Styles, cells: InputCells, frame: PlanFrame,
        rows: WaitingCells, lists: ListCells,
    ) -> None:  # fmt: skip
        self.grid, self.cells, self.frame, self.rows, self.lists = grid, cells, frame, rows, lists
        self.pen = Pen(grid, styles, frame.months)
        self.points = [c for c in frame.points if frame.waits(c)]
        self.row = rows.last + 1
        self.over = beyond_standard(frame.usual, frame.done)[..., : frame.count].sum(axis=1)
        self.waiting: dict[int, int] = {}
        self.beyond: dict[int, int] = {}
        self.totals: dict[str, str] = {}

    def write(self) -> None:
        """Write the effects, then the lists by decision point, then those beyond the standard."""
        self._effects()
        self._people()
        self._beyond()
        self._sums()
        self.grid.widths({1: 66, 2: 26, 3: 66, 4: 14, 5: 16, 6: 16, 7: 20, 8: 26})
        self.grid.finish(self.frame.content.version, near(self.rows.first, month_column(0)))

    def cell(self, rows: dict[int, int], point: int, month: int) -> str:
        """Return the address of a decision point's people in a month."""
        return self.grid.cell(rows[point], month_column(month))

    def _effects(self) -> None:
        frame, rows, month = self.frame, self.rows, self.frame.network.waiting
        self.grid.text(rows.first, 1, "What one month on a list does", "caption")
        heads = {1: "Decision point", 2: "Group", rows.ESCAPED: "Share other causes spare"}
        heads |= {rows.STAY: "Stays", rows.CANCER: "Dies of cancer", rows.OTHER: "Dies otherwise"}
        heads |= {rows.COST: "Cost, GBP a month", rows.MONTHS: "Person-months waited"}
        for column, words in heads.items():
            role = "header right" if column >= rows.ESCAPED else "header"
            self.grid.text(rows.first + 1, column, words, role)
        for (c, g), row in rows.rows.items():
            group = frame.kernels.groups[g]
            point = frame.kernels.points[c]
            key = ("pathway", "decision_point", point, "waiting")
            record = frame.usual.scenario.pathway.decision_point[point].waiting
            if record is None:
                raise ValueError(f"nobody waits at {point}")
            self.pen.words(row, frame.point_label(c), frame.group_label(g))
            escaped = float(frame.usual.other_cause_survival[c, g, 1])
            self.grid.number(row, rows.ESCAPED, escaped, "0.000000")
            spared = f"${near(row, rows.ESCAPED)}"
            dies = f"=1-{spared}"
            lived = f"(1-({near(row, rows.CANCER)}+{near(row, rows.OTHER)})/2)"
            columns = [
                (rows.STAY, f"={self.cells.figure((*key, 'stay'), group)}*{spared}",
                 month.stay[c, g]),
                (rows.CANCER, f"={self.cells.figure((*key, 'cancer_death'), group)}*{spared}",
                 month.cancer_death[c, g]),
                (rows.OTHER, dies, month.other_death[c, g]),
            ]  # fmt: skip
            cost = self.cells.figure((*key, "cost"), group)
            self.grid.formula(row, rows.COST, f"={cost}*{lived}", month.cost[c, g], "#,##0.00")
            waited = self.lists.on_list[c, g]
            span = column_span(waited, waited, month_column(0), month_column(frame.count - 1))
            value = float(frame.on_list[c, g].sum())
            self.grid.formula(row, rows.MONTHS, f"=SUM('{LISTS}'!{span})", value, PEOPLE)
            for column, formula, value in columns:
                self.grid.formula(row, column, formula, float(value), SHARE)
        self._moves()

    def _moves(self) -> None:
        """Write the chance of each move to another decision point, and who moved in the window."""
        frame, rows, month = self.frame, self.rows, self.frame.network.waiting
        if not rows.moves:
            return
        top = min(rows.moves.values())
        self.grid.text(top - 2, 1, "Moves in one month on a list", "caption")
        heads = ("Decision point", "Group", "Moves to", "Chance", "Moved, people")
        for column, heading in enumerate(heads, start=1):
            role = "header right" if column >= rows.CHANCE else "header"
            self.grid.text(top - 1, column, heading, role)
        for (c, to, g), row in rows.moves.items():
            words = (frame.point_label(c), frame.group_label(g), frame.point_label(to))
            self.pen.words(row, *words)
            points = frame.kernels.points
            key = ("pathway", "decision_point", points[c], "waiting", "move", points[to])
            effects = rows.rows[c, g]
            address = self.cells.figure(key, frame.kernels.groups[g])
            chance = float(month.move[c, to, g])
            formula = f"={address}*{near(effects, rows.ESCAPED)}"
            self.grid.formula(row, rows.CHANCE, formula, chance, SHARE)
            formula = f"={near(row, rows.CHANCE)}*{near(effects, rows.MONTHS)}"
            moved = chance * float(frame.on_list[c, g].sum())
            self.grid.formula(row, rows.MOVED, formula, moved, PEOPLE)

    def _head(self, caption: str, headings: tuple[str, ...]) -> None:
        self.row += 1
        self.grid.text(self.row, 1, caption, "caption")
        self.pen.head(self.row + 1, headings)
        self.row += 2

    def _people(self) -> None:
        self._head("People waiting at the month's end", ("Decision point", "", "Unit"))
        for c in self.points:
            groups = [self.lists.on_list[c, g] for g in self.frame.groups]
            formulas = [
                f"=SUM('{LISTS}'!{column_span(groups[0], groups[-1], month_column(t))})"
                for t in range(self.frame.count)
            ]
            self.waiting[c] = self._line(
                (self.frame.point_label(c), "", "people"),
                formulas,
                self.frame.on_list[c].sum(axis=0),
            )

    def _line(self, words: tuple[str, ...], formulas: list[str], values: Floats) -> int:
        row, self.row = self.row, self.row + 1
        self.pen.words(row, *words)
        for month, formula in enumerate(formulas):
            self.grid.formula(row, month_column(month), formula, float(values[month]), PEOPLE)
        return row

    def _beyond(self) -> None:
        frame = self.frame
        over = self.over
        self._head("People beyond the standard, by site", ("Decision point", "Site", "Unit"))
        of: dict[int, list[int]] = {c: [] for c in self.points}
        for c in self.points:
            lists = frame.kernels.point_of == c
            for h in frame.sites:
                if not frame.here[lists, h].any():
                    continue
                words = (frame.point_label(c), frame.site_label(h), "people")
                formulas = [f"={self._over(c, h, t)}" for t in range(frame.count)]
                of[c].append(self._line(words, formulas, over[lists, h].sum(axis=0)))
        self._head("People beyond the standard, all sites", ("Decision point", "", "Unit"))
        for c in self.points:
            values = over[frame.kernels.point_of == c].sum(axis=(0, 1))
            formulas = [
                f"=SUM({column_span(of[c][0], of[c][-1], month_column(t))})" if of[c] else "=0"
                for t in range(frame.count)
            ]
            self.beyond[c] = self._line((frame.point_label(c), "", "people"), formulas, values)

    def _over(self, point: int, site: int, month: int) -> str:
        """Return the people of a decision point at a site beyond its standard, an expression."""
        lists = self.lists
        standard = int(self.frame.network.waiting.standard_months[point])
        first, last = lists.lines_of(point)
        top = lists.queues[site]
        stay = f"'{LISTS}'!$G${top + first}:$G${top + last}"
        back = min(month, standard - 1)
        since = "".join(
            f"-{_times(stay, ago)}{lists.rows_of(lists.made, site, point, month - ago)}"
            for ago in range(back + 1)
        )
        if month >= standard:
            queue, made = (
                lists.rows_of(rows, site, point, month - standard)
                for rows in (lists.queues, lists.made)
            )
            old = f"{_times(stay, standard)}({queue}-{made})"
        else:
            old = _times(stay, month) + self._old_on_day_one(point, site, standard - month)
        people = f"({old}{since})"
        return f"SUMPRODUCT(({people}>0)*{people})"

    def _old_on_day_one(self, point: int, site: int, least: int) -> str:
        """Return day one's people who had waited some months, by line, or nothing."""
        lists = self.lists
        first, last = lists.lines_of(point)
        if (first, site) not in lists.day_one:
            return "0"
        rows = lists.day_one[first, site], lists.day_one[last, site]
        return f"'{LISTS}'!{column_span(*rows, month_column(least))}"

    def _sums(self) -> None:
        """Write what the window adds up to."""
        frame, rows, month = self.frame, self.rows, self.frame.network.waiting
        self._head("Over the window", ("What", "", "Unit"))
        end = month_column(frame.count - 1)
        for name, words, at, value in (
            (
                "waiting_all",
                "People waiting at the end",
                self.waiting,
                frame.on_list[..., -1].sum(),
            ),
            ("beyond_all", "Of whom beyond the standard", self.beyond, self.over[..., -1].sum()),
        ):
            span = column_span(min(at.values()), max(at.values()), end)
            self._total(name, words, f"=SUM({span})", float(value))
        first, last = min(rows.rows.values()), max(rows.rows.values())
        months = column_span(first, last, rows.MONTHS)
        dies = "+".join(column_span(first, last, column) for column in (rows.CANCER, rows.OTHER))
        lived, chance = frame.on_list.sum(axis=2), month.cancer_death + month.other_death
        deaths = float((lived * chance).sum())
        self._total("deaths", "Deaths on the lists", f"=SUMPRODUCT(({dies})*{months})", deaths)
        gone = rows.moves.values()
        moves = f"=SUM({column_span(min(gone), max(gone), rows.MOVED)})" if gone else "=0"
        moved = float((lived * month.move.sum(axis=1)).sum())
        self._total("moved", "Moved on while waiting", moves, moved)

    def _total(self, name: str, words: str, formula: str, value: float) -> None:
        self.totals[name] = self.grid.cell(self.row, month_column(0))
        self.pen.words(self.row, words, "", "people")
        self.grid.formula(self.row, month_column(0), formula, value, PEOPLE)
        self.row += 1


def _times(stay: str, months: int) -> str:
    """Return what multiplies those who stayed some months."""
    return f"{stay}*" * months
