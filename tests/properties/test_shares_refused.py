"""Any share that cannot be is refused by its key, any scenario that is sound is read."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.problems import Key, dotted
from tests.support.examples import examples
from tests.support.random_scenarios import MADE, Made, made
from tests.support.random_shapes import least_shape
from tests.support.sound import faults_of

SUMS = {"eligibility": "share", "referral": "share", "stage": "II"}
OFF = st.floats(1.1e-9, 0.5) | st.floats(-0.5, -1.1e-9)
IMPOSSIBLE = st.floats(-1e6, -1e-12) | st.floats(1.0 + 1e-9, 1e6)


@dataclass(frozen=True)
class Part:
    """One of shares that sum to 1: where it is, and the key under which a wrong sum is told."""

    at: Key
    sum_at: Key


def parts(made: Made) -> list[Part]:
    """Return every share of the pathway that is part of a sum."""
    return list(_parts(made.pathway["decision_point"]))


def _parts(points: dict[str, Any]) -> Iterator[Part]:
    for name, point in points.items():
        key: Key = ("decision_point", name)
        if "waiting" in point:
            row: Key = (*key, "waiting")
            yield from (Part((*row, part), row) for part in ("stay", "cancer_death"))
            yield from (Part((*row, "move", to), row) for to in point["waiting"]["move"])
        for other, option in point["option"].items():
            at: Key = (*key, "option", other)
            yield Part((*at, "usual_share"), (*key, "option"))
            for exit_, leaving in option["exits"].items():
                to_: Key = (*at, "exits", exit_, "to")
                yield from (Part((*to_, to), to_) for to in leaving["to"])
            if "not_performed" in option:
                to_ = (*at, "not_performed", "to")
                yield from (Part((*to_, to), to_) for to in option["not_performed"]["to"])


def figure_at(pathway: Any, key: Key) -> dict[str, Any]:
    for name in key:
        pathway = pathway[name]
    return cast("dict[str, Any]", pathway)


def with_value(made: Made, key: Key, number: float) -> Made:
    """Return the scenario with a share, or the first group's, of another value."""
    pathway = copy.deepcopy(made.pathway)
    figure = figure_at(pathway, key)
    if isinstance(figure["value"], dict):
        figure["value"][next(iter(figure["value"]))] = number
    else:
        figure["value"] = number
    return Made(made.settings, pathway, made.tables)


def value_of(made: Made, key: Key) -> float:
    value = figure_at(made.pathway, key)["value"]
    return float(next(iter(value.values())) if isinstance(value, dict) else value)


@examples()
@given(MADE, st.integers(0, 10_000), OFF)
def test_shares_that_do_not_sum_to_one_are_refused(scenario: Made, seed: int, off: float) -> None:
    """Expected: as made there is no fault; a part more or less names the sum, or the part."""
    assert faults_of(scenario) == {}
    all_parts = parts(scenario)
    part = all_parts[seed % len(all_parts)]
    number = value_of(scenario, part.at) + off
    found = faults_of(with_value(scenario, part.at, number))
    named = part.sum_at if 0.0 <= number <= 1.0 else part.at
    key = dotted(("pathway", *named))
    assert any(where.startswith(key) for where in found), (key, found)


@examples()
@given(MADE, st.integers(0, 10_000), IMPOSSIBLE)
def test_a_share_that_cannot_be_is_refused(scenario: Made, seed: int, number: float) -> None:
    """Expected: below 0 or above 1 is refused, naming the share and the number's bounds."""
    all_parts = parts(scenario)
    part = all_parts[seed % len(all_parts)]
    found = faults_of(with_value(scenario, part.at, number))
    key = dotted(("pathway", *part.at))
    assert [where for where in found if not where.startswith(key)] == []
    assert any("outside 0 to 1" in message for message in found.values()), found


@examples()
@given(MADE, st.sampled_from(sorted(SUMS)), st.integers(0, 10_000), OFF | IMPOSSIBLE)
def test_shares_of_tables_are_refused_too(scenario: Made, name: str, seed: int, off: float) -> None:
    """Expected: one cell more or less names the table, and its column or all that are summed."""
    table = scenario.tables[name].copy()
    row = seed % len(table)
    shares = table[SUMS[name]].to_numpy(dtype=np.float64, copy=True)
    shares[row] += off
    found = faults_of(scenario.with_tables(**{name: table.assign(**{SUMS[name]: shares})}))
    inside = 0.0 <= shares[row] <= 1.0
    column = "I to IV" if inside and name == "stage" else SUMS[name]
    wanted = f"tables.{name}.{column}" if inside else f"tables.{name}.{column}.{row}"
    assert any(where.replace('"', "") == wanted for where in found), (wanted, found)


def test_rounding_is_no_fault() -> None:
    """Expected: a sum off by less than a billionth is accepted, by a little more it is not."""
    one = made(least_shape(seed=2))
    part = parts(one)[0]
    value = value_of(one, part.at)
    assert faults_of(with_value(one, part.at, value + 0.9e-9)) == {}
    assert faults_of(with_value(one, part.at, value + 1.2e-9)) != {}
