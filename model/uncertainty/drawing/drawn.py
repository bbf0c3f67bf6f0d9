"""A scenario whose uncertain figures are arrays, one value a draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key, dotted
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.uncertainty.drawing.completed import completed_pathway, eligibility_values
from hepaplan.model.uncertainty.drawing.located import record_at, refuse_unknown, with_figures_at
from hepaplan.model.uncertainty.spread.inputs import Value, Values

Figure = Quantity | Schedule
Place = Callable[[Key, Figure, Value], Figure]
"""What puts a value into the figure at a key."""
PATHWAY, TABLES = "pathway", "tables"
"""First parts of the keys of the pathway's figures and of tables' shares; others are settings."""
ELIGIBILITY = 3
"""Parts of the key of a group's shares: tables, eligibility, group."""


def drawn_scenario(scenario: Scenario, values: Values) -> Scenario:
    """Return the scenario with each input in `values` replaced by its values, arrays (draw,).

    Keys and parts as `inputs.Input` has them. Sets of shares that must sum to 1 still do, those
    not drawn included (`completed.completed_set`); a value at a curve fitted to points multiplies
    its hazard. Figures hold the arrays (`Quantity.for_group`, `Schedule.amounts`), and so does the
    column `share` of the table of eligibility. Raises ValueError, in words, for a key without a
    figure and for a value outside the bounds of its figure.
    """
    return placed_scenario(scenario, values, _draws_within_bounds)


def block_scenario(scenario: Scenario, values: Values) -> Scenario:
    """Return `drawn_scenario` of values that it has been given before, without checking them."""
    return placed_scenario(scenario, values, draws_placed)


def draws_placed(key: Key, figure: Figure, value: Value) -> Figure:
    """Return a figure that holds draws; a schedule keeps the amounts that are not drawn."""
    if isinstance(figure, Quantity):
        held = dict(value) if isinstance(value, Mapping) else value
        return figure.drawn(held)
    return figure.drawn(schedule_amounts(key, figure, value))


def placed_scenario(scenario: Scenario, values: Values, place: Place) -> Scenario:
    """Return a scenario with its inputs' values put in by `place`, sets of shares made whole."""
    pathway = {key[1:]: value for key, value in values.items() if key[0] == PATHWAY}
    tables = {key: value for key, value in values.items() if key[0] == TABLES}
    settings = {key: v for key, v in values.items() if key[0] not in (PATHWAY, TABLES)}
    refuse_unknown(scenario.settings, settings)
    changed = {
        key: place(key, record_at(scenario.settings, key), value) for key, value in settings.items()
    }
    return replace(
        scenario,
        pathway=placed_pathway(scenario.pathway, pathway, place),
        settings=with_figures_at(scenario.settings, changed),
        tables=replace(scenario.tables, eligibility=_eligibility(scenario, tables)),
    )


def placed_pathway(pathway: Pathway, values: Values, place: Place) -> Pathway:
    """Return a pathway with values put in by `place`, sets of shares made whole."""
    refuse_unknown(pathway, values)
    whole = completed_pathway(pathway, values)
    changed = {
        key: place((PATHWAY, *key), _figure(pathway, key), value) for key, value in whole.items()
    }
    return with_figures_at(pathway, changed)


def schedule_amounts(key: Key, schedule: Schedule, value: Value) -> dict[str, Any]:
    """Return all amounts of a schedule of which some have new values."""
    amounts: dict[str, Any] = dict(schedule.numbers())
    if not isinstance(value, Mapping) or not value.keys() <= amounts.keys():
        raise ValueError(f"{dotted(key)} is a schedule: give values for {', '.join(amounts)}")
    return amounts | dict(value)


def _figure(pathway: Pathway, key: Key) -> Any:
    """Return the figure at a key; where an exit has no hazard ratio, one of 1 of its curve."""
    if (figure := record_at(pathway, key)) is not None:
        return figure
    time = record_at(pathway, (*key[:-1], "time"))
    return Quantity(
        value=1.0,
        unit="hazard ratio",
        source=time.source,
        year=time.year,
        quality=time.quality,
        note="factor on the hazard of the curve",
    )


def refuse_beyond_bounds(key: Key, figure: Figure, value: Value) -> None:
    """Raise ValueError, with the value and the bounds, if a figure cannot have it."""
    low, high = figure.bounds
    for part, numbers in (value if isinstance(value, Mapping) else {"": value}).items():
        plain = isinstance(numbers, float)
        least, most = (numbers, numbers) if plain else (np.min(numbers), np.max(numbers))
        if not (low <= least and most <= high):
            name = f"{dotted(key)} {part}".rstrip()
            outside = most if low <= least else least
            raise ValueError(f"{name}: the value {outside:g} lies outside {low:g} to {high:g}")


def _draws_within_bounds(key: Key, figure: Figure, value: Value) -> Figure:
    refuse_beyond_bounds(key, figure, value)
    return draws_placed(key, figure, value)


def _eligibility(scenario: Scenario, values: Values) -> pd.DataFrame:
    table = scenario.tables.eligibility
    shares: list[Any] = list(table["share"])
    where = list(zip(table["group"].astype(str), table["decision_point"].astype(str), strict=True))
    for key, value in values.items():
        if len(key) != ELIGIBILITY or key[1] != "eligibility":
            raise ValueError(f"no shares {dotted(key)}: only those of tables.eligibility are drawn")
        whole = eligibility_values(scenario, str(key[2]), value)
        for row, (group, point) in enumerate(where):
            if group == key[2]:
                shares[row] = whole[point]
    if not values:
        return table
    plain = all(np.ndim(share) == 0 for share in shares)
    column = pd.Series(shares, index=table.index, dtype=float if plain else object)
    return table.assign(share=column)


def drawn_eligibility(drawn: Scenario, count: int) -> Floats:
    """Return the share of each group sent to each point in every draw (point, group, draw)."""
    points = tuple(drawn.pathway.decision_point)
    share = np.zeros((len(points), len(drawn.groups), count))
    table = drawn.tables.eligibility
    rows = zip(table["group"], table["decision_point"], table["share"], strict=True)
    for group, point, value in rows:
        share[points.index(point), drawn.groups.index(group)] += np.asarray(value, dtype=float)
    return share
