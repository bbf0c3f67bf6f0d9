"""The tiny scenario, as files state it or with a change, and its two readings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.model.readings import Capacity, UsualCare
from hepaplan.scenarios.load import load_scenario

TINY = Path(__file__).parents[1] / "scenarios" / "tiny"


@cache
def tiny() -> Scenario:
    """Return the tiny scenario."""
    return load_scenario(TINY)


@cache
def tiny_usual() -> UsualCare:
    """Return reading 1 of the tiny scenario."""
    return usual_care(tiny())


@cache
def tiny_capacity() -> Capacity:
    """Return reading 2 of the tiny scenario."""
    return scarce_capacity(tiny_usual())


def tiny_with(**settings: object) -> Scenario:
    """Return the tiny scenario with settings as on the command line: `a__b` for `a.b`."""
    stated = {key.replace("__", "."): str(value) for key, value in settings.items()}
    return load_scenario(TINY, settings=stated)


def tiny_pathway() -> dict[str, Any]:
    """Return the tiny pathway as nested tables, to change before it is read."""
    return tomllib.loads((TINY / "pathway.toml").read_text(encoding="utf-8"))


def with_pathway(scenario: Scenario, record: Mapping[str, Any]) -> Scenario:
    """Return a scenario on another pathway."""
    return replace(scenario, pathway=Pathway.model_validate(record))


def with_table(scenario: Scenario, **tables: pd.DataFrame) -> Scenario:
    """Return a scenario whose tables are changed."""
    return replace(scenario, tables=replace(scenario.tables, **tables))


def scaled(table: pd.DataFrame, column: str, factor: float) -> pd.DataFrame:
    """Return a table with one column multiplied."""
    return table.assign(**{column: table[column] * factor})


def with_settings(scenario: Scenario, **settings: object) -> Scenario:
    """Return a scenario with other records in its settings."""
    return replace(scenario, settings=scenario.settings.model_copy(update=settings))
