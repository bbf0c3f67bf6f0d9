"""The sheet Capacity live: what each site may use of each resource, by formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.arrays import Floats
from hepaplan.model.calendar import Months
from hepaplan.model.sites.site_capacity import site_capacity, usable_units
from hepaplan.reports.live.grid import Grid, near
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.live.plan_frame import (
    AMOUNT,
    Pen,
    PlanFrame,
    column_span,
    month_column,
    there,
)
from hepaplan.reports.style import Styles

TITLE = "Capacity live"
NUMBER = 6
ABOUT = "What each site may use of each resource, by month, in the resource's units."
NOTES = (
    "As model/sites/site_capacity.py. Live: saleable units and their dated changes, units a week, "
    "the utilisation cap, cancellations, other services' use. Grey: weeks a month (the calendar).",
    "Grey, from the engine: what starts before the window still take; what the plan buys or "
    "builds. Where whole cases or a ring fence say what a unit gives, capacity is grey too.",
)


@dataclass(frozen=True)
class CapacityCells:
    """Where capacity is, by resource and site: rows; months as on every sheet of the plan."""

    capacity: dict[tuple[int, int], int]
    committed: dict[tuple[int, int], int]
    extra: dict[tuple[int, int], int]

    @property
    def blocks(self) -> tuple[dict[tuple[int, int], int], ...]:
        """The rows of what a site has, what is taken of it already, and what the plan adds."""
        return self.capacity, self.committed, self.extra

    def span(self, rows: dict[tuple[int, int], int], where: tuple[int, int], months: int) -> str:
        """Return the window's cells of one of the blocks."""
        row = rows[where]
        return f"'{TITLE}'!{column_span(row, row, month_column(0), month_column(months - 1))}"

    def cell(self, rows: dict[tuple[int, int], int], where: tuple[int, int], month: int) -> str:
        """Return a month's cell of one of the blocks."""
        return there(TITLE, rows[where], month_column(month))


def write_capacity(
    workbook: Workbook, styles: Styles, cells: InputCells, frame: PlanFrame
) -> CapacityCells:
    """Write the sheet and return where its rows are."""
    return _Capacity(Grid(workbook, styles, TITLE, ABOUT, NOTES), styles, cells, frame).write()


class _Capacity:
    def __init__(self, grid: Grid, styles: Styles, cells: InputCells, frame: PlanFrame) -> None:
        self.grid, self.cells, self.frame = grid, cells, frame
        self.pen = Pen(grid, styles, frame.months)
        self.scenario = frame.usual.scenario
        self.months = Months(frame.months[0], frame.count)
        self.row = grid.first_row

    def write(self) -> CapacityCells:
        """Write the blocks below each other."""
        frame, network = self.frame, self.frame.network
        where = [(r, h) for h in frame.sites for r in frame.needs(h)]
        gives = self._gives()
        self._head("Capacity", "Saleable units")
        plain = site_capacity(self.scenario, self.months)
        capacity = {}
        for r, h in where:
            engine = network.capacity[r, h, : frame.count]
            live = np.allclose(engine, plain[r, h], rtol=1e-12, atol=0.0)
            capacity[r, h] = self._capacity(r, h, gives[r], engine, live=live)
        extra = np.zeros_like(network.capacity)
        if frame.plan.extra is not None:
            extra[:] = frame.plan.extra
        self._head("Taken by starts before the window", "")
        committed = {at: self._weights(at, network.committed[at]) for at in where}
        self._head("Bought or built by the plan", "")
        bought = {at: self._weights(at, extra[at]) for at in where}
        self.grid.widths({1: 26, 2: 30, 3: 12, 4: 12, 5: 14, 6: 14, 7: 4, 8: 4})
        self.grid.finish(frame.content.version, near(self.grid.first_row, month_column(0)))
        return CapacityCells(capacity, committed, bought)

    def _head(self, caption: str, number: str) -> None:
        self.grid.text(self.row, 1, caption, "caption")
        self.pen.head(self.row + 1, ("Site", "Resource", "", "", "Unit", number))
        self.row += 2

    def _gives(self) -> dict[int, int]:
        """Write what one saleable unit gives in a month, and return the rows by resource."""
        frame, calendar = self.frame, self.scenario.settings.calendar
        self._head("Weeks in a month, and what one saleable unit gives", "")
        rows = {}
        for r in frame.resources:
            name = frame.kernels.resources[r]
            record = self.scenario.settings.resource[name]
            weeks = self.months.weeks(record.calendar, calendar.country, calendar.subdivision)
            units = usable_units(self.scenario, name, self.months)
            self.pen.words(self.row, "", frame.resource_label(r), "", "", "weeks")
            self.pen.words(
                self.row + 1, "", frame.resource_label(r), "", "", frame.resource_unit(r)
            )
            parts = [self.cells.cell(("resource", name, "units_per_week"))]
            parts.append(self.cells.cell(("resource", name, "utilisation_cap")))
            if record.cancelled is not None:
                parts.append(f"(1-{self.cells.cell(('resource', name, 'cancelled'))})")
            for month in range(frame.count):
                column = month_column(month)
                self.grid.number(self.row, column, weeks[month], AMOUNT)
                formula = f"={near(self.row, column)}*{'*'.join(parts)}"
                self.grid.formula(self.row + 1, column, formula, units[month], AMOUNT)
            rows[r] = self.row + 1
            self.row += 2
        self.row += 1
        return rows

    def _capacity(self, r: int, h: int, gives: int, engine: Floats, *, live: bool) -> int:
        frame = self.frame
        row, self.row = self.row, self.row + 1
        unit = frame.resource_unit(r)
        self.pen.words(row, frame.site_label(h), frame.resource_label(r), "", "", unit)
        if not live:
            self._numbers(row, engine)
            return row
        table = self.scenario.tables.capacity
        stated = self._rows(table, r, h)
        total = "+".join(self.cells.table_cell("capacity", at, "number") for at in stated) or "0"
        number = float(table["number"].iloc[stated].sum())
        self.grid.formula(row, NUMBER, f"={total}", number, AMOUNT)
        for month, label in enumerate(frame.months):
            units = self._units(row, r, h, label)
            column = month_column(month)
            formula = f"=MAX(0,{units}*{near(gives, column)})"
            self.grid.formula(row, column, formula, engine[month], AMOUNT)
        return row

    def _units(self, row: int, r: int, h: int, label: str) -> str:
        """Return saleable units in a month: stated, changed by date, less other services' use."""
        tables = self.scenario.tables
        units = f"${near(row, NUMBER)}"
        for at in self._rows(tables.capacity_changes, r, h, label):
            multiply = self.cells.table_cell("capacity_changes", at, "multiply")
            units = f"({units}*{multiply}+{self.cells.table_cell('capacity_changes', at, 'add')})"
        other = [
            self.cells.table_cell("other_use", at, "number")
            for at in self._rows(tables.other_use, r, h, label)
        ]
        return f"({'-'.join([units, *other])})" if other else units

    def _rows(self, table: pd.DataFrame, r: int, h: int, label: str = "") -> list[int]:
        """Return the places of a table's rows of a resource and site, that hold in a month."""
        if table.empty:
            return []
        here = (table["resource"] == self.frame.kernels.resources[r]) & (
            table["site"] == self.frame.network.sites[h]
        )
        if label:
            here &= (table["from_month"] <= label) & (table["to_month"] >= label)
        return [int(at) for at in np.flatnonzero(here)]

    def _weights(self, where: tuple[int, int], values: Floats) -> int:
        r, h = where
        row, self.row = self.row, self.row + 1
        unit = self.frame.resource_unit(r)
        self.pen.words(row, self.frame.site_label(h), self.frame.resource_label(r), "", "", unit)
        self._numbers(row, values[: self.frame.count])
        return row

    def _numbers(self, row: int, values: Floats) -> None:
        for month, value in enumerate(values):
            self.grid.number(row, month_column(month), float(value), AMOUNT)
