"""The same scenario told otherwise: other names and order, a region in two, twice as much of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.support.random_scenarios import Made

PEOPLE = {"population": "people", "backlog": "patients"}
ROOM = {"capacity": "number", "capacity_changes": "add", "other_use": "number"}
SECOND_HALF = "other_half"


def all_names(made: Made) -> list[str]:
    """Return every name a scenario gives: places, groups, points, options, treatments, services."""
    points = made.pathway["decision_point"]
    names = [*points, *made.settings.get("ring_fence", {})]
    for part in ("site", "group", "resource"):
        names += made.settings[part]
    for point in points.values():
        for name, option in point["option"].items():
            names += [name, option["treatment"], option["service"]]
    return list(dict.fromkeys([*names, *made.tables["population"]["region"]]))


def new_names(made: Made, seed: int) -> dict[str, str]:
    """Return another name for each, whose order in the alphabet is another too."""
    names = all_names(made)
    number = np.random.default_rng(seed).permutation(len(names))
    return {name: f"n{place:03d}" for name, place in zip(names, number.tolist(), strict=True)}


def renamed(made: Made, names: dict[str, str], seed: int) -> Made:
    """Return the scenario under other names, its records and the rows of its tables shuffled."""
    chance = np.random.default_rng(seed)
    return Made(
        _shuffled(made.settings, names, chance),
        _shuffled(made.pathway, names, chance),
        {name: _rows(table, names, chance) for name, table in made.tables.items()},
    )


def _shuffled(part: Any, names: dict[str, str], chance: np.random.Generator) -> Any:
    if isinstance(part, dict):
        order = chance.permutation(list(part)).tolist()
        return {names.get(key, key): _shuffled(part[key], names, chance) for key in order}
    if isinstance(part, list):
        return [_shuffled(entry, names, chance) for entry in part]
    return names.get(part, part) if isinstance(part, str) else part


def _rows(table: pd.DataFrame, names: dict[str, str], chance: np.random.Generator) -> pd.DataFrame:
    order = chance.permutation(len(table))
    return pd.DataFrame(
        {
            column: [names.get(cell, cell) for cell in table[column].to_numpy()[order]]
            if column in WORDS
            else table[column].to_numpy()[order]
            for column in table.columns
        }
    )


WORDS = {
    "region", "site", "group", "resource", "decision_point", "option", "service",
}  # fmt: skip


def split(made: Made) -> Made:
    """Return the scenario with its first region in two halves, alike in everything."""
    region = made.tables["population"]["region"].iloc[0]
    tables = {}
    for name in ("population", "referral", "travel"):
        if name in made.tables:
            table = made.tables[name]
            if name == "population":
                half = np.where(table["region"] == region, 0.5, 1.0)
                table = table.assign(people=table["people"] * half)
            rest = table[table["region"] == region].assign(region=SECOND_HALF)
            tables[name] = pd.concat([table, rest], ignore_index=True)
    return made.with_tables(**tables)


def doubled(made: Made) -> Made:
    """Return the scenario with twice the people, those waiting among them, and twice the room."""
    tables = {
        name: made.tables[name].assign(**{column: made.tables[name][column] * 2.0})
        for name, column in (PEOPLE | ROOM).items()
        if name in made.tables
    }
    fences = {
        name: fence | {"number": fence["number"] | {"value": fence["number"]["value"] * 2.0}}
        for name, fence in made.settings.get("ring_fence", {}).items()
    }
    settings = made.settings | ({"ring_fence": fences} if fences else {})
    return Made(settings, made.pathway, made.tables | tables)
