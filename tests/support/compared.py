"""Comparisons of the tiny scenario with variants of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd

from hepaplan.model.compare.comparison import Comparison, compare
from hepaplan.model.parameters import Scenario
from tests.support.scenarios import scaled, tiny, tiny_with, with_table


def named(scenario: Scenario, name: str) -> Scenario:
    """Return a scenario under another name."""
    return replace(scenario, settings=scenario.settings.model_copy(update={"name": name}))


def more_capacity() -> Scenario:
    """Return the tiny scenario with three times its capacity."""
    return named(with_table(tiny(), capacity=scaled(tiny().tables.capacity, "number", 3.0)), "more")


def more_people() -> Scenario:
    """Return the tiny scenario with twice the people."""
    table: pd.DataFrame = scaled(tiny().tables.population, "people", 2.0)
    return named(with_table(tiny(), population=table), "people")


def dear_theatre() -> Scenario:
    """Return the tiny scenario with theatre at twice the cost: the same care for more money."""
    return named(tiny_with(resource__theatre__unit_cost=30), "dear")


@cache
def compared() -> Comparison:
    """Return the tiny scenario, itself again, more capacity, dear theatre and more people."""
    return compare([tiny(), tiny(), more_capacity(), dear_theatre(), more_people()])
