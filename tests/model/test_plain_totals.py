"""What policies and plans come to, added up from their tables and people by plain dictionaries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.allocation.plan import CLOSE as CLOSE_ROUNDS
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.outcomes import Values
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.readings import FIRST_COME, LONGEST_WAIT, MOST_HEALTH, NOTHING_SCARCE
from hepaplan.model.replay import Replay, replay
from hepaplan.model.tables.plan_tables import all_tables
from tests.support.plain_path import PlainPath
from tests.support.plain_totals import TableTotals, month_on_list, network_total
from tests.support.random_networks import Region, region
from tests.support.scenarios import TINY, tiny, tiny_pathway, with_pathway

CLOSE = 1e-8
"""Relative: tables leave out cells below a billionth of a person."""
WAITING = (FIRST_COME, LONGEST_WAIT, MOST_HEALTH)


@cache
def tables() -> dict[str, pd.DataFrame]:
    """Return the tables of the tiny scenario where every list starts what it intended."""
    record = tiny_pathway()
    del record["decision_point"]["operable"]["interchangeable"]
    usual = usual_care(with_pathway(tiny(), record))
    return all_tables(usual, scarce_capacity(usual))


@cache
def plain() -> PlainPath:
    return PlainPath(TINY)


def rows_of(name: str, policy: str) -> list[dict[str, Any]]:
    return [row for row in records(name) if row["policy"] == policy]


def records(name: str) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in tables()[name].to_dict("records")]


def totals(policy: str) -> TableTotals:
    if policy == NOTHING_SCARCE:
        return TableTotals(plain(), records("demand"), [])
    return TableTotals(plain(), rows_of("starts", policy), rows_of("waiting", policy))


def outcome(policy: str, measure: str) -> float:
    (row,) = (row for row in rows_of("outcomes", policy) if row["measure"] == measure)
    return float(row["value"])


@pytest.mark.parametrize("policy", [NOTHING_SCARCE, *WAITING])
def test_qalys_cost_and_net_benefit_of_the_rows_are_those_of_the_outcomes(policy: str) -> None:
    added = totals(policy)
    for measure, name in (("qalys", "QALYs"), ("cost", "cost")):
        assert added.worth(measure, discounted=False) == pytest.approx(
            outcome(policy, name), rel=CLOSE
        )
    qalys, cost = added.worth("qalys"), added.worth("cost")
    assert qalys == pytest.approx(outcome(policy, "QALYs, discounted"), rel=CLOSE)
    assert cost == pytest.approx(outcome(policy, "cost, discounted"), rel=CLOSE)
    benefit = outcome(policy, "net monetary benefit, discounted")
    assert 20_000 * qalys - cost == pytest.approx(benefit, rel=CLOSE)
    lost = outcome(policy, "QALYs lost to waiting, discounted")
    assert totals(NOTHING_SCARCE).worth("qalys") - qalys == pytest.approx(lost, abs=CLOSE)


@pytest.mark.parametrize("policy", WAITING)
def test_who_is_left_is_who_came_less_who_started(policy: str) -> None:
    added = totals(policy)
    left: dict[tuple[str, str, int], float] = defaultdict(float)
    for (point, _, group, month), people in added.still_waiting().items():
        left[point, group, month] += people
    for row in added.waiting:
        left[row["decision_point"], row["group"], added.at(row["month"])] -= row["waiting"]
    assert max(map(abs, left.values())) < CLOSE
    moved, died = added.moved_and_died()
    assert moved == pytest.approx(outcome(policy, "moved on while waiting"), rel=CLOSE)
    assert died == pytest.approx(outcome(policy, "deaths on a waiting list"), rel=CLOSE)


def test_a_row_left_out_or_moved_by_a_month_is_seen() -> None:
    right = totals(FIRST_COME)
    rows = list(right.starts)
    later = [{**rows[0], "month": "2027-02"}, *rows[1:]]
    for wrong in (rows[1:], later):
        added = replace(right, starts=wrong)
        for measure in ("qalys", "cost"):
            assert added.worth(measure) != pytest.approx(right.worth(measure), rel=CLOSE)
        left, before = added.still_waiting(), right.still_waiting()
        assert max(abs(left[key] - before[key]) for key in left) > 0.01


def test_a_month_on_a_list_on_paper() -> None:
    """Under 65, operable: 0.9 stay and 0.08 move of those whom other causes spare."""
    spared = plain().clocks["operable", "under_65"][1]
    month = month_on_list(plain(), "operable", "under_65")
    assert month.stay == pytest.approx(0.9 * spared)
    assert month.cost == pytest.approx(90 * (1 - (1 - 0.98 * spared) / 2))


REGIONS = [
    (points, options, sites, months, plenty, seed)
    for seed, (points, options, sites, months, plenty) in enumerate(
        [(2, 1, 1, 2, 0.5), (2, 2, 2, 4, 0.5), (3, 2, 1, 3, 0.1), (3, 1, 3, 5, 1.0),
         (2, 2, 3, 3, 4.0), (3, 2, 2, 4, 0.5)]
    )
]  # fmt: skip
MEASURES = ("qalys", "cost", "qalys_discounted", "cost_discounted")


def added_up(where: Region, done: Replay, measure: str, months: int) -> float:
    month = where.network.waiting
    waiting = month.qalys if measure.startswith("qalys") else month.cost
    return network_total(where.network, done, getattr(where.values, measure), waiting, months)


def settled_worth(where: Region) -> float:
    """Return what comes from outside to points where nobody waits and from which none move on."""
    settled = where.written().classes.settled
    return sum(
        float(people * at_once(where.values, c, g, t))
        for (c, g, t), people in np.ndenumerate(where.network.entries)
        if settled[c]
    )


def at_once(values: Values, point: int, group: int, month: int) -> float:
    """Return the discounted QALYs of someone who comes to a point in a month."""
    value = values.qalys_discounted
    return float(value.arrival[point, group] * value.monthly_discount**month)


@pytest.mark.parametrize("size", REGIONS)
@pytest.mark.parametrize("pooled", [False, True])
def test_objective_and_totals_of_a_plan_person_by_person(
    size: tuple[int, int, int, int, float, int], pooled: bool
) -> None:
    points, options, sites, months, plenty, seed = size
    where = region(points, options, sites, months, plenty, pooled, seed)
    network = where.network
    best = most_health(network, where.rules, where.values, nothing_scarce(network))
    done = replay(network, best.plan)
    objective = added_up(where, done, "qalys_discounted", months) - settled_worth(where)
    # Ages on a list drift a little from those a pooled programme was written for.
    near = CLOSE_ROUNDS if pooled else 1e-6
    assert best.qalys == pytest.approx(objective, rel=near, abs=1e-6)
    for policy in (done, first_come(network)):
        for until in (months, 1):
            found = replay_totals(network, policy, where.values, until)
            for measure in MEASURES:
                assert getattr(found, measure) == pytest.approx(
                    added_up(where, policy, measure, until), rel=1e-9
                )


def test_a_wrong_rate_or_a_wrong_worth_is_seen() -> None:
    points, options, sites, months, plenty, seed = REGIONS[1]
    where = region(points, options, sites, months, plenty, False, seed)
    done = first_come(where.network)
    right = added_up(where, done, "qalys_discounted", months)

    def told(values: Values, **wrong: Any) -> float:
        value = replace(values.qalys_discounted, **wrong)
        values = replace(values, qalys_discounted=value)
        return replay_totals(where.network, done, values, months).qalys_discounted

    value = replace(where.values).qalys_discounted
    assert told(where.values) == pytest.approx(right, rel=1e-9)
    for wrong in (
        {"monthly_discount": value.monthly_discount * (1 - 1e-6)},
        {"arrival": value.arrival * 1.00001},
        {"own": value.own * 1.00001},
        {"start": value.start * 1.00001},
    ):
        assert told(where.values, **wrong) != pytest.approx(right, rel=1e-9)
