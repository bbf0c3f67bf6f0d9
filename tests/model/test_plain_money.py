"""Economics against plain loops on random inputs: frontier, ratios, benefit, discounting, budgets.

The loops try every pair and every mixture of two; the model walks the frontier once.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.economics import Compared, frontier, increment, net_monetary_benefit, preferred
from hepaplan.model.evaluate import as_today, usual_care
from hepaplan.model.money.discounting import Convention, Discounting
from hepaplan.model.readings import FIRST_COME, NOTHING_SCARCE, Replayed, UsualCare
from hepaplan.model.tables.money_tables import budget_impact, cost_table, outcomes
from hepaplan.model.tables.plan_tables import treatment_table
from tests.support.plain_money import (
    Named,
    beats,
    mixture_beats,
    net_benefit,
    ratio,
    spending_against,
    standing,
    worth_later,
)
from tests.support.random_scenarios import made
from tests.support.random_shapes import Shape

SEEDS = range(60)


def strategies(seed: int, grid: bool = False) -> list[Named]:
    """Return strategies at random places, or on a grid where many are equal or in line."""
    random = np.random.default_rng(seed)
    count = int(random.integers(1, 9))
    cost, qalys = random.uniform(0, 40_000, count), random.uniform(0, 3, count)
    if grid:
        cost, qalys = random.integers(0, 5, (2, count)).astype(float)
    return [(f"s{i}", float(cost[i]), float(qalys[i])) for i in range(count)]


def faults(found: Compared, among: list[Named]) -> list[str]:
    """Return in what a row differs from the loops."""
    by_name = {one[0]: one for one in among}
    this = by_name[found.name]
    said = []
    if found.standing != standing(this, among):
        said.append("standing")
    icer = ratio(this, among)
    if (found.icer is None) != (icer is None) or (
        icer is not None and not math.isclose(found.icer or 0.0, icer, rel_tol=1e-9)
    ):
        said.append("ratio")
    beaten = [by_name[name] for name in found.beaten_by]
    if found.standing == "dominated" and not (beaten and all(beats(o, this) for o in beaten)):
        said.append("beaten by")
    if found.standing == "extendedly dominated" and not any(
        mixture_beats(low, high, this) for low in beaten for high in beaten
    ):
        said.append("beaten by")
    if {*found.same_as} != {one[0] for one in among if one[1:] == this[1:]}:
        said.append("same as")
    return said


@pytest.mark.parametrize("grid", [False, True])
def test_the_frontier_by_trying_every_pair_and_mixture(grid: bool) -> None:
    seen = set()
    for seed in SEEDS:
        among = strategies(seed, grid)
        for found in frontier(among):
            assert faults(found, among) == [], (seed, found.name)
            seen.add(found.standing)
    assert len(seen) == 4


def test_a_wrong_row_is_seen() -> None:
    among = [("a", 0.0, 0.0), ("b", 9.0, 1.0), ("c", 10.0, 2.0), ("d", 11.0, 1.5)]
    rows = {row.name: row for row in frontier(among)}
    assert {name: row.standing for name, row in rows.items()} == {
        "a": "reference", "b": "extendedly dominated", "c": "on the frontier", "d": "dominated",
    }  # fmt: skip
    assert faults(replace(rows["b"], standing="on the frontier"), among) == ["standing"]
    assert faults(replace(rows["c"], icer=9.0), among) == ["ratio"]
    assert faults(rows["d"], among) == []
    assert faults(replace(rows["d"], beaten_by=("b",)), among) == ["beaten by"]
    assert faults(replace(rows["a"], same_as=("a", "b")), among) == ["same as"]


@pytest.mark.parametrize("seed", SEEDS)
def test_net_benefit_the_best_and_increments(seed: int) -> None:
    among = strategies(seed)
    for threshold in (0.0, 7_350.0, 20_000.0, 31_000.0):
        worth = {one[0]: net_benefit(one, threshold) for one in among}
        for name, cost, qalys in among:
            assert net_monetary_benefit(cost, qalys, threshold) == pytest.approx(worth[name])
        assert preferred(among, threshold) == (max(worth, key=lambda name: worth[name]),)
    for one in among:
        for other in among:
            found = increment(one[1:], other[1:])
            assert (found.cost, found.qalys) == (one[1] - other[1], one[2] - other[2])
            expected = "equal" if one == other else (
                "dominant" if beats(one, other) else "dominated" if beats(other, one)
                else "dearer and better" if one[1] > other[1] else "cheaper and worse"
            )  # fmt: skip
            assert found.relation == expected
            more = net_benefit(one, 20_000.0) - net_benefit(other, 20_000.0)
            assert found.net_benefit(20_000.0) == pytest.approx(more, abs=1e-6)


@pytest.mark.parametrize("convention", get_args(Convention))
def test_discounting_year_by_year(convention: Convention) -> None:
    random = np.random.default_rng(7)
    for _ in range(40):
        rate, offset = float(random.uniform(0, 0.08)), float(random.choice([0, 0.5, 1]))
        cycles, per_year = int(random.integers(1, 40)), int(random.choice([1, 2, 12]))
        found = Discounting(rate, convention, offset).factors(cycles, 1 / per_year)
        expected = [
            worth_later(rate, convention, offset, c, 1 / per_year) for c in range(cycles + 1)
        ]
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    other = worth_later(0.015, convention, 0.5, 30, 1 / 12)
    assert abs(Discounting(0.035, convention, 0.5).factors(30, 1 / 12)[30] - other) > 0.01


@pytest.mark.parametrize("seed", range(20))
def test_budget_impact_of_random_spending(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = [
        {
            "policy": str(random.choice([NOTHING_SCARCE, FIRST_COME, "most health"])),
            "year": str(random.choice(["2027", "2028"])),
            "treatment": str(random.choice(["knife", "drug"])),
            "category": str(random.choice(["theatre", "ward", "drugs"])),
            "cost_gbp": float(random.uniform(1, 1e6)),
        }
        for _ in range(int(random.integers(2, 30)))
    ]
    rows.append({**rows[0], "policy": FIRST_COME})
    expected = spending_against(rows, FIRST_COME)
    found = {
        (row["policy"], row["year"], row["category"]): (
            row["cost_gbp"], row["against_first_come_gbp"],
        )
        for row in budget_impact(pd.DataFrame(rows)).to_dict("records")
    }  # fmt: skip
    assert found.keys() == expected.keys()
    for key, figures in expected.items():
        assert found[key] == pytest.approx(figures, rel=1e-9, abs=1e-6)
    assert spending_against(rows[1:], FIRST_COME) != expected


SHAPES = [
    Shape(2, 2, 3, 2, 2, 2, 14, 1, 0.4, True, True, True, True, True, True, False, seed=1),
    Shape(1, 1, 2, 3, 3, 1, 8, 0, 0.1, True, False, False, False, False, False, False, seed=2),
    Shape(3, 3, 4, 1, 2, 3, 13, 2, 1.0, False, True, False, False, True, True, False, seed=3),
]


def spent(usual: UsualCare, capacity: Replayed, policy: str) -> dict[tuple[str, str, str], float]:
    """Return pounds by year, treatment and category, start by start and month by month."""
    kernels, done = usual.kernels, capacity.replays[policy]
    found: dict[tuple[str, str, str], float] = defaultdict(float)
    window = usual.scenario.settings.window.months
    begun: dict[tuple[int, int, int], float] = defaultdict(float)
    for (k, _, g, month), people in np.ndenumerate(usual.flow.starts[..., : usual.before]):
        begun[k, g, month - usual.before] += float(people)
    for (pair, g, _, _, month), people in np.ndenumerate(done.starts[..., :window]):
        begun[int(capacity.network.pair_option[pair]), g, month] += float(people)
    for (k, g, month), number in begun.items():
        for y, category in enumerate(kernels.categories):
            for now in range(max(month, 0), min(window, month + kernels.months)):
                year, treatment = usual.window_labels[now][:4], usual.treatments[k]
                cost = float(kernels.cost[k, g, y, now - month])
                found[year, treatment, category] += number * cost
    for (listed, g, _, _, month), people in np.ndenumerate(done.left[..., :window]):
        cost = float(usual.waiting.cost[kernels.point_of[listed], g])
        year = usual.window_labels[month][:4]
        found[year, "waiting list", "care while waiting"] += float(people) * cost
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_money_tables_of_random_scenarios(shape: Shape) -> None:
    usual = usual_care(made(shape).scenario)
    capacity = as_today(usual)
    window = usual.scenario.settings.window.months
    for policy, done in capacity.replays.items():
        expected = spent(usual, capacity, policy)
        table = cost_table(usual, capacity, done).to_dict("records")
        found = {(r["year"], r["treatment"], r["category"]): r["cost_gbp"] for r in table}
        assert found.keys() <= expected.keys()
        for key, pounds in expected.items():
            assert found.get(key, 0.0) == pytest.approx(pounds, rel=1e-9, abs=1e-6)
        started: dict[tuple[str, str], float] = defaultdict(float)
        for (pair, _, _, _, month), people in np.ndenumerate(done.starts[..., :window]):
            treatment = usual.treatments[int(capacity.network.pair_option[pair])]
            started[usual.window_labels[month][:4], treatment] += float(people)
        for row in treatment_table(usual, capacity, done).to_dict("records"):
            assert row["starts"] == pytest.approx(started[row["year"], row["treatment"]], rel=1e-9)
    reached = outcomes(usual, capacity).set_index(["policy", "measure"])["value"]
    for policy in capacity.replays:
        one = (policy, reached[policy, "cost, discounted"], reached[policy, "QALYs, discounted"])
        worth = reached[policy, "net monetary benefit, discounted"]
        assert worth == pytest.approx(net_benefit(one, 20_000.0), rel=1e-9)


def test_a_start_counted_a_month_late_is_seen() -> None:
    usual = usual_care(made(SHAPES[0]).scenario)
    capacity = as_today(usual)
    done = capacity.replays[FIRST_COME]
    late = replace(done, starts=np.roll(done.starts, 1, axis=-1))
    told = cost_table(usual, capacity, late)["cost_gbp"].sum()
    right = sum(spent(usual, capacity, FIRST_COME).values())
    assert cost_table(usual, capacity, done)["cost_gbp"].sum() == pytest.approx(right, rel=1e-9)
    assert abs(told / right - 1) > 1e-4
