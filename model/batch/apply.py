"""A base scenario with the levels of one run in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from hepaplan.model.batch.design import By, Level, Target
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.uncertainty.drawing.drawn import PATHWAY
from hepaplan.model.uncertainty.drawing.located import record_at, refuse_unknown
from hepaplan.model.uncertainty.drawing.stated import refuse_crowded_out, stated_scenario
from hepaplan.model.uncertainty.spread.inputs import Value

MOST_SALEABLE_UNITS = 1e4


def with_levels(
    scenario: Scenario, targets: Mapping[str, Target], values: Mapping[str, Level]
) -> Scenario:
    """Return a scenario with the levels of the axes named in `targets`.

    All figures are stated together, as an overlay would state them: what is left of a set of shares
    is shared as before. Raises ValueError with words if a value cannot be.
    """
    new: dict[Key, Value] = {}
    for axis, target in targets.items():
        number = float(values[axis])
        if target.cell is not None:
            scenario = _with_capacity(scenario, *target.cell, target.by, number)
        for key in target.figures:
            new[key] = changed_figure(figure_of(scenario, key), target, number, new.get(key))
    return _with_figures(scenario, new) if new else scenario


def figure_of(scenario: Scenario, key: Key) -> Quantity | Schedule:
    """Return the figure at a key; those of the pathway begin with `pathway`.

    Raises ValueError, with the nearest key there is, where there is no number to change.
    """
    in_pathway = key[0] == PATHWAY
    record = scenario.pathway if in_pathway else scenario.settings
    here = key[1:] if in_pathway else key
    refuse_unknown(record, [here])
    figure = record_at(record, here)
    if not isinstance(figure, Quantity | Schedule):
        raise ValueError(f"{dotted(key)} is no single number")
    return figure


def changed_figure(
    figure: Quantity | Schedule, target: Target, number: float, before: Value | None = None
) -> Value:
    """Return the new value of a figure: one number, or one for each part it is stated by.

    `before` is what another axis has made of it already, of another patient group.
    """
    stated = figure.numbers()
    old = before if isinstance(before, Mapping) else stated
    new = {
        part: changed(float(old[part]), target, number)
        if target.group in ("", part)
        else float(old[part])
        for part in stated
    }
    return new[""] if list(new) == [""] else new


def changed(old: float, target: Target, number: float) -> float:
    """Return what setting, adding or multiplying makes of a value."""
    if target.by == "multiply":
        return old * number
    return number * target.factor + (old if target.by == "add" else 0.0)


def capacity_rows(scenario: Scenario, site: str, resource: str) -> pd.Series[bool]:
    """Return which rows of the capacity table hold a resource of a site."""
    table = scenario.tables.capacity
    return (table["site"] == site) & (table["resource"] == resource)


def changed_capacity(old: float, by: By, number: float) -> float:
    """Return saleable units after a change, or raise ValueError where there cannot be as many."""
    new = changed(old, Target(by), number)
    if not 0 <= new <= MOST_SALEABLE_UNITS:
        raise ValueError(
            f"{new:g} saleable units lie outside 0 to {MOST_SALEABLE_UNITS:g} "
            f"(the table has {old:g})"
        )
    return new


def _with_figures(scenario: Scenario, new: Mapping[Key, Value]) -> Scenario:
    """Return a scenario that states these values; refuse those that others would have altered."""
    stated = stated_scenario(scenario, new)
    for key, value in new.items():
        held = figure_of(stated, key).numbers()
        asked = value if isinstance(value, Mapping) else dict.fromkeys(held, value)
        for part, number in asked.items():
            refuse_crowded_out(key, float(number), held[part])
    return stated


def _with_capacity(scenario: Scenario, site: str, resource: str, by: By, number: float) -> Scenario:
    rows, table = capacity_rows(scenario, site, resource), scenario.tables.capacity
    new = table["number"].where(
        ~rows, [changed_capacity(old, by, number) if here else old
                for old, here in zip(table["number"], rows, strict=True)]
    )  # fmt: skip
    return replace(scenario, tables=replace(scenario.tables, capacity=table.assign(number=new)))
