"""The sheet Spending live: starts by treatment, and what resources and waiting cost, by year."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.tables.tidy import add_up, years_of
from hepaplan.reports.live.grid import LETTERS, Grid, fixed, near
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.live.plan_cells import (
    LISTS,
    USED,
    WAITING,
    ListCells,
    UseCells,
    WaitingCells,
)
from hepaplan.reports.live.plan_frame import (
    PEOPLE,
    POUNDS,
    Pen,
    PlanFrame,
    column_span,
    month_column,
)
from hepaplan.reports.style import Styles

ABOUT = "Starts by treatment, what they use at unit cost, and care while waiting, by year."
NOTES = (
    "As model/tables/money_tables.py (cost_table) and model/tables/plan_tables.py "
    "(treatment_table). Undiscounted; use is paid for in the month it happens. Starts before the "
    "window are left out.",
    "Costs of doses, care and complications by option are on the sheet Value, per start.",
)
NAME, UNIT_COST = 1, 4
MILLIONS = 12.0
"""Width that shows pounds of a year."""


class SpendingSheet:
    """Writes the sheet; `cells` by (what, name, year) are the addresses of yearly figures."""

    def __init__(
        self, grid: Grid, styles: Styles, inputs: InputCells, frame: PlanFrame,
        lists: ListCells, use: UseCells, waiting: WaitingCells,
    ) -> None:  # fmt: skip
        self.grid, self.inputs, self.frame = grid, inputs, frame
        self.lists, self.use, self.waiting = lists, use, waiting
        self.pen = Pen(grid, styles, frame.months)
        self.row = grid.first_row
        self.years = years_of(frame.months)
        self.cells: dict[tuple[str, str, str], str] = {}
        self.monthly: dict[tuple[str, str], tuple[int, Floats]] = {}

    def write(self) -> None:
        """Write months first, then the same by year."""
        self._treatments()
        self._resources()
        self._waiting()
        self._by_year()
        years = dict.fromkeys(map(month_column, range(len(set(self.years)))), MILLIONS)
        self.grid.widths({1: 34, 2: 4, 3: 12, 4: 14, 5: 4, 6: 4, 7: 4, 8: 4, **years})
        self.grid.finish(self.frame.content.version, near(self.grid.first_row, month_column(0)))

    def _head(self, caption: str, headings: tuple[str, ...]) -> None:
        self.grid.text(self.row, 1, caption, "caption")
        self.pen.head(self.row + 1, headings)
        self.row += 2

    def _line(self, what: str, name: str, unit: str, formulas: list[str], values: Floats) -> None:
        look = POUNDS if unit == "GBP" else PEOPLE
        self.grid.text(self.row, 3, unit)
        for month, formula in enumerate(formulas):
            self.grid.formula(self.row, month_column(month), formula, float(values[month]), look)
        self.monthly[what, name] = (self.row, values)
        self.row += 1

    def _treatments(self) -> None:
        frame, lists = self.frame, self.lists
        self._head("Starts by treatment", ("Treatment", "", "Unit"))
        names = frame.usual.treatments
        first = min(lists.made.values())
        last = max(lists.made.values()) + frame.rows - 1

        def column(letter: str) -> str:
            return f"'{LISTS}'!${letter}${first}:${letter}${last}"

        begun = np.zeros((len(names), frame.count))
        np.add.at(begun, frame.network.pair_option, frame.planned.sum(axis=(1, 2)))
        starts, kept = add_up(begun, names, axis=0)
        for name, values in zip(kept, starts, strict=True):
            self.grid.text(self.row, NAME, name)
            asked = f"$A{self.row}"
            formulas = []
            for month in range(frame.count):
                people = column(LETTERS[month_column(month) - 1])
                given = f"SUMIF({column('H')},{asked},{people})"
                formulas.append(f"={given}-SUMIF({column('G')},{asked},{people})")
            self._line("starts", name, "people", formulas, values)
        self.row += 1

    def _resources(self) -> None:
        frame = self.frame
        self._head("Use at unit cost", ("Resource", "", "Unit", "GBP a unit"))
        for r in frame.resources:
            sites = [h for h in frame.sites if r in frame.needs(h)]
            if not sites:
                continue
            name = frame.kernels.resources[r]
            price = frame.usual.scenario.settings.resource[name].unit_cost.number
            self.grid.text(self.row, NAME, frame.resource_label(r))
            address = self.inputs.cell(("resource", name, "unit_cost"))
            self.grid.formula(self.row, UNIT_COST, f"={address}", price, "#,##0.00")
            formulas = []
            for t in range(frame.count):
                used = "+".join(self.use.cell(USED, r, h, t) for h in sites)
                formulas.append(f"=${near(self.row, UNIT_COST)}*({used})")
            self._line("resource", name, "GBP", formulas, price * frame.use[r, sites].sum(axis=0))
        self.row += 1

    def _waiting(self) -> None:
        frame, costs = self.frame, self.waiting.rows
        self._head("Care while waiting", ("", "", "Unit"))
        self.grid.text(self.row, NAME, "Care while waiting")
        first, last = min(costs.values()), max(costs.values())
        column = self.waiting.COST
        price = f"'{WAITING}'!{fixed(first, column)}:{fixed(last, column)}"
        rows = list(self.lists.on_list.values())
        formulas = [
            f"=SUMPRODUCT({price},'{LISTS}'!{column_span(rows[0], rows[-1], month_column(t))})"
            for t in range(frame.count)
        ]
        spent = np.einsum("cgt,cg->t", frame.on_list, frame.network.waiting.cost)
        self._line("waiting", "care", "GBP", formulas, np.asarray(spent))
        self.row += 1

    def _by_year(self) -> None:
        self.grid.text(self.row, 1, "By calendar year", "caption")
        starts = [0, *(t for t, (a, b) in enumerate(pairwise(self.years), 1) if a != b)]
        ends = [*(start - 1 for start in starts[1:]), self.frame.count - 1]
        for column, heading in ((1, "What"), (3, "Unit")):
            self.grid.text(self.row + 1, column, heading, "header")
        for place, start in enumerate(starts):
            year = self.years[start]
            self.grid.text(self.row + 1, month_column(place), year, "header right")
        self.row += 2
        for (what, name), (row, values) in self.monthly.items():
            words = self.frame.content.label(name) if what != "starts" else name
            unit = "people" if what == "starts" else "GBP"
            self.pen.words(self.row, words if what != "waiting" else "Care while waiting", "", unit)
            for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
                span = column_span(row, row, month_column(start), month_column(end))
                value = float(values[start : end + 1].sum())
                look = PEOPLE if unit == "people" else POUNDS
                self.grid.formula(self.row, month_column(place), f"=SUM({span})", value, look)
                address = self.grid.cell(self.row, month_column(place))
                self.cells[what, name, self.years[start]] = address
            self.row += 1
