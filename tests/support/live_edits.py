"""One input changed as a planner would in the workbook, and the engine's figures after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl

from hepaplan.model.by_hand.held import Held, held_of, held_replay
from hepaplan.model.evaluate import usual_care
from hepaplan.model.figures import with_figures
from hepaplan.model.input_rows import PLAN_HEADINGS
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule, Sourced
from hepaplan.model.readings import Capacity, UsualCare
from hepaplan.model.sites.network import Network
from hepaplan.model.ties.demand import demand_ties
from hepaplan.model.ties.plan import plan_ties
from hepaplan.model.ties.value import value_ties
from hepaplan.reports.live.inputs import InputCells


@dataclass(frozen=True)
class Edit:
    """One number changed: of a figure (`key`, `part`), or of a table (`table`, `row`, `column`)."""

    factor: float
    key: Key = ()
    part: str = ""
    table: str = ""
    row: int = 0
    column: str = ""

    @property
    def name(self) -> str:
        """What is changed, for people."""
        if self.table:
            return f"{self.table} row {self.row} {self.column} x {self.factor:g}"
        return f"{'.'.join(map(str, self.key))} {self.part} x {self.factor:g}".replace("  ", " ")

    def cells(self, scenario: Scenario) -> dict[tuple[str, str], float]:
        """Return the changed cell by sheet and place, with its new number."""
        inputs = InputCells(scenario)
        if self.table:
            address = inputs.table_cell(self.table, self.row, self.column)
            value = float(inputs.tables[self.table][self.column].iloc[self.row])
        else:
            address = inputs.cell(self.key, self.part)
            value = next(
                row.value for row in inputs.rows if (row.key, row.part) == (self.key, self.part)
            )
        sheet, _, cell = address.rpartition("!")
        return {(sheet.strip("'"), cell.replace("$", "")): value * self.factor}

    def of(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the change."""
        if self.table:
            table = getattr(scenario.tables, self.table).copy()
            at = table.columns.get_loc(self.column)
            table[self.column] = table[self.column].astype(float)
            table.iloc[self.row, at] = float(table.iloc[self.row, at]) * self.factor
            return replace(scenario, tables=replace(scenario.tables, **{self.table: table}))

        def changed(key: Key, figure: Sourced) -> Sourced:
            if key != self.key or not isinstance(figure, Quantity | Schedule):
                return figure
            numbers = dict(figure.numbers())
            numbers[self.part] *= self.factor
            if isinstance(figure, Schedule):
                *listed, then = numbers.values()
                return figure.model_copy(update={"value": tuple(listed), "then": then})
            single = not isinstance(figure.value, dict)
            return figure.model_copy(update={"value": numbers[""] if single else numbers})

        return replace(
            scenario,
            settings=with_figures(scenario.settings, changed),
            pathway=with_figures(scenario.pathway, changed, ("pathway",)),
        )


@dataclass(frozen=True)
class StartsEdit:
    """Planned starts of one site, list, treatment and month (from 0) changed."""

    factor: float
    site: str
    decision_point: str
    intended: str
    option: str
    month: int

    @property
    def name(self) -> str:
        """What is changed, for people."""
        return f"planned starts of {self.option} at {self.site} x {self.factor:g}"

    def cells(self, path: Path) -> dict[tuple[str, str], float]:
        """Return the changed cell by sheet and place in a workbook, with its new number."""
        book = openpyxl.load_workbook(path)
        ((sheet, span),) = book.defined_names["plan_starts"].destinations
        named = (self.site, self.decision_point, self.intended, self.option)
        for row in book[sheet][span]:
            if tuple(cell.value for cell in row[4 : len(PLAN_HEADINGS)]) == named:
                cell = row[len(PLAN_HEADINGS) + self.month]
                return {(sheet, cell.coordinate): float(cell.value) * self.factor}
        raise KeyError(named)

    def of(self, held: Held, network: Network) -> Held:
        """Return the plan with the change, in every group."""
        options = network.kernels.options
        named = ((self.decision_point, self.intended), (self.decision_point, self.option))
        pairs = zip(network.pair_list, network.pair_option, strict=True)
        pair = [(options[listed], options[started]) for listed, started in pairs].index(named)
        starts = held.starts.copy()
        starts[pair, :, network.sites.index(self.site), self.month] *= self.factor
        return replace(held, starts=starts)


def changed_cells(
    path: Path, scenario: Scenario, edits: Sequence[Edit | StartsEdit]
) -> dict[tuple[str, str], float]:
    """Return every changed cell of a scenario's workbook by sheet and place, with its number."""
    found: dict[tuple[str, str], float] = {}
    for edit in edits:
        found |= edit.cells(scenario) if isinstance(edit, Edit) else edit.cells(path)
    return found


def engine_figures(
    usual: UsualCare, capacity: Capacity, *edits: Edit | StartsEdit
) -> Mapping[str, float]:
    """Return every figure of the workbook after edits, by the engine, the plan held."""
    held = held_of(usual, capacity)
    scenario = usual.scenario
    for edit in edits:
        if isinstance(edit, Edit):
            scenario = edit.of(scenario)
        else:
            held = edit.of(held, capacity.network)
    changed = usual_care(scenario, held.clocks)
    network, done = held_replay(changed, held)
    ties = {**demand_ties(changed), **value_ties(changed), **plan_ties(changed, network, done)}
    return {name: tie.value for name, tie in ties.items()}
