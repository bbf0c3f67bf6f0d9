"""One input changed as a planner would in the workbook, and the engine's figures after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hepaplan.model.evaluate import usual_care
from hepaplan.model.figures import with_figures
from hepaplan.model.held import held_of, held_replay
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule, Sourced
from hepaplan.model.readings import Capacity, UsualCare
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


def engine_figures(usual: UsualCare, capacity: Capacity, edit: Edit) -> Mapping[str, float]:
    """Return every figure of the workbook after an edit, by the engine, the plan held."""
    held = held_of(usual, capacity)
    changed = usual_care(edit.of(usual.scenario), held.clocks)
    network, done = held_replay(changed, held)
    ties = {**demand_ties(changed), **value_ties(changed), **plan_ties(changed, network, done)}
    return {name: tie.value for name, tie in ties.items()}
