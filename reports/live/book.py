"""Every live sheet of a run's workbook, in the order in which formulas lead on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.input_rows import INPUT_TABLES, INPUTS, NUMBER_COLUMNS
from hepaplan.model.readings import MOST_HEALTH, Capacity, UsualCare
from hepaplan.model.ties.demand import demand_ties
from hepaplan.model.ties.plan import plan_ties
from hepaplan.model.ties.tie import Ties
from hepaplan.model.ties.value import value_ties
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live import courses, demand, guide, plan, reconciliation, value
from hepaplan.reports.live.courses import write_courses
from hepaplan.reports.live.demand import write_demand
from hepaplan.reports.live.grid import LETTERS
from hepaplan.reports.live.guide import write_guide
from hepaplan.reports.live.inputs import FIRST_ROW, VALUE, InputCells, write_inputs
from hepaplan.reports.live.plan import write_plan
from hepaplan.reports.live.reconciliation import Block, Section, write_reconciliation
from hepaplan.reports.live.value import write_value
from hepaplan.reports.saving import LIVE
from hepaplan.reports.style import Styles
from hepaplan.reports.views.checked import verdict


@dataclass(frozen=True)
class LivePart:
    """Both readings of a run, which the live sheets repeat, and the `--set` values it had."""

    usual: UsualCare
    capacity: Capacity
    settings: Mapping[str, str]

    @property
    def titles(self) -> tuple[str, ...]:
        """The sheets, in reading order; those of the plan only where every month is planned."""
        return (
            guide.TITLE,
            INPUTS,
            INPUT_TABLES,
            *(plan.TITLES if self.is_planned else ()),
            *demand.TITLES,
            *courses.SHEETS,
            *value.SHEETS,
            reconciliation.TITLE,
        )

    @property
    def is_planned(self) -> bool:
        """Whether every month is planned, none has happened."""
        return self.capacity.planned_in is self.capacity.network

    @property
    def figures(self) -> dict[str, float]:
        """The engine's figures that the formulas give again, by the names of their cells."""
        ties = {**demand_ties(self.usual), **value_ties(self.usual)}
        if self.is_planned:
            ties |= self._plan_ties()
        return {name: tie.value for name, tie in ties.items()}

    def _plan_ties(self) -> Ties:
        capacity = self.capacity
        return plan_ties(self.usual, capacity.network, capacity.replays[MOST_HEALTH])

    def write(self, workbook: Workbook, styles: Styles, content: ReportContent) -> None:
        """Write the sheets of `titles`, which the workbook has already, empty."""
        usual, capacity = self.usual, self.capacity
        cells = InputCells(usual.scenario)
        course = write_courses(workbook, styles, cells, content, usual)
        arrivals = write_demand(workbook, styles, cells, content, usual, course)
        worth = write_value(course, arrivals)
        planned = write_plan(workbook, styles, cells, content, usual, capacity, course, arrivals)
        sections = [
            Section(demand_ties(usual), arrivals.ties),
            Section(value_ties(usual), worth.ties),
        ]
        blocks = _blocks(cells)
        if planned is not None:
            sections.append(Section(self._plan_ties(), planned.ties))
            blocks += [planned.starts, planned.switch]
        write_inputs(workbook, styles, cells, content.version, self.settings)
        write_reconciliation(workbook, styles, sections, blocks, content.version, verdict(content))
        grids = [vars(workbook[title]).get(LIVE) for title in self.titles]
        formulas = {grid.title: grid.formulas for grid in grids if grid and grid.formulas}
        write_guide(workbook, styles, formulas, content.name, content.version)


def _blocks(cells: InputCells) -> list[Block]:
    """Return the blocks of input cells of settings, pathway and tables."""
    first = FIRST_ROW + 1
    values = np.array([[row.value] for row in cells.rows])
    letter, last = LETTERS[VALUE - 1], FIRST_ROW + len(cells.rows)
    where = f"{INPUTS}!${letter}${first}:${letter}${last}"
    blocks = [Block.of("settings and pathway", where, values, first, VALUE)]
    for name, table in cells.tables.items():
        for column in NUMBER_COLUMNS[name]:
            numbers = table[[column]].to_numpy(dtype=float)
            at = cells.columns[name] + list(table.columns).index(column)
            letter, last = LETTERS[at - 1], FIRST_ROW + len(table)
            where = f"'{INPUT_TABLES}'!${letter}${first}:${letter}${last}"
            what = f"table {name.replace('_', ' ')}, {column.replace('_', ' ')}"
            blocks.append(Block.of(what, where, numbers, first, at))
    return blocks
