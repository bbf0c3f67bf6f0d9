"""What an axis of a design changes in a scenario: a figure with its copies, or a capacity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hepaplan.model.batch.apply import capacity_rows, figure_of, with_levels
from hepaplan.model.batch.design import By, Level, Target
from hepaplan.model.money.prices import price_factor
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted, listed, nearest
from hepaplan.model.quantities import Schedule
from hepaplan.model.uncertainty.drawing.stated import CURVE_FIGURES
from hepaplan.scenarios.changes import key_parts

CAPACITY = "capacity"
CELL_PARTS = 3


class NoTarget(Exception):
    """A key that is no figure or capacity; the text says what is wrong, or nothing."""


def target_of(scenario: Scenario, stated: str, by: By) -> Target:
    """Return what a key changes, or raise NoTarget.

    Without words where the loader should be asked: a switch, a curve that must be fitted anew, or a
    key that it does not know either.
    """
    try:
        key: Key = key_parts(stated)
    except ValueError:
        raise NoTarget from None
    if key[0] == CAPACITY:
        return Target(by, cell=_cell(scenario, key))
    group = ""
    if "value" in key:
        place = key.index("value")
        key, group = key[:place], ".".join(map(str, key[place + 1 :]))
    try:
        figure = figure_of(scenario, key)
    except ValueError:
        raise NoTarget from None
    if key[-1] in CURVE_FIGURES:
        raise NoTarget
    if isinstance(figure, Schedule) and by == "set":
        raise NoTarget('is a list by month; write by = "multiply" or by = "add"')
    parts = figure.numbers()
    if group and group not in parts:
        raise NoTarget(f"has no value for {group}{nearest(group, parts)}; it has {listed(parts)}")
    return Target(by, (key, *scenario.copies_of(key)), group)


def priced(target: Target, scenario: Scenario) -> Target:
    """Return a target whose values, stated in the file's prices, are turned into the scenario's."""
    amount = scenario.stated.get(target.figures[0]) if target.figures else None
    if amount is None:
        return target
    settings = scenario.settings
    return replace(target, factor=price_factor(amount, settings.economics, settings.prices))


def value_faults(
    scenario: Scenario, target: Target, levels: Sequence[Level]
) -> Iterator[tuple[int, str]]:
    """Yield (place among the levels, message) for levels that the figure or capacity cannot have.

    Bounds are intervals, so of numbers the least and the greatest tell of all.
    """
    if isinstance(levels[0], str | bool):
        yield 0, f"found {levels[0]}; expected a number"
        return
    numbers = [float(level) for level in levels]
    for place in dict.fromkeys((numbers.index(min(numbers)), numbers.index(max(numbers)))):
        try:
            with_levels(scenario, {"axis": target}, {"axis": numbers[place]})
        except ValueError as error:
            yield place, f"found {numbers[place]:g}: {error}"


def _cell(scenario: Scenario, key: Key) -> tuple[str, str]:
    settings = scenario.settings
    if len(key) != CELL_PARTS:
        raise NoTarget(f"expected {CAPACITY}.SITE.RESOURCE, in saleable units; found {dotted(key)}")
    site, resource = str(key[1]), str(key[2])
    for name, known, what in (
        (site, settings.site, "site"), (resource, settings.resource, "resource")
    ):  # fmt: skip
        if name not in known:
            raise NoTarget(
                f"found no {what} {name}{nearest(name, known)}; expected one of {listed(known)}"
            )
    if not capacity_rows(scenario, site, resource).any():
        table = scenario.tables.capacity
        has = table.loc[table["site"] == site, "resource"]
        raise NoTarget(
            f"the capacity table gives {site} no {resource}; it has {listed(has)}; "
            "add a row to the table, or an expansion"
        )
    return site, resource
