"""The parts of the price list: what decides between plans, which year, how much can be taken.

The hospital of `solved.hospital`: 15 resections worth 1.6 take theatre and 5 bed-days each, 20 of
25 ablations worth 1.3 fit into 40 hours of radiology, two each: an hour is worth 0.65.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.allocation import prices
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.allocation.prices import (
    AS_PLANNED,
    SOLVED,
    Change,
    Solved,
    Unit,
    capacity_prices,
    price_list,
    ranking_weights,
    saleable_units,
    scarce_value,
    solved_by,
    with_prices,
)
from hepaplan.model.allocation.session import Session
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network, hand_values, hand_waiting, rules
from tests.support.solved import hospital, solved_plan, units_of

Floats = npt.NDArray[np.float64]
RADIOLOGY = 1


def scarce(months: int, hours: Mapping[int, float]) -> Solved:
    """Return a hospital that is short of radiology in some months only, by hours there."""
    network, values = hospital(120.0, months=months)
    capacity = np.full(network.capacity.shape, 1e4)
    for month, there in hours.items():
        capacity[RADIOLOGY, 0, month] = there
    return solved_plan(replace(network, capacity=capacity), values)[0]


def test_net_benefit_is_health_at_its_worth_less_the_money() -> None:
    assert Change(2.0, 7_000.0, -1.0).net_monetary_benefit(20_000.0) == 33_000.0
    assert Change(2.0, 7_000.0, -1.0).status == "optimal"


def test_health_comes_first_and_then_people_pounds_and_minutes() -> None:
    """Ten thousand person-months, a hundred million pounds, a million minutes: a QALY each."""
    health, beyond = np.array([3.0, 0.0, 0.0, 0.0]), np.array([0.0, 2e4, 0.0, 0.0])
    money, travel = np.array([0.0, 0.0, 5e8, 0.0]), np.array([0.0, 0.0, 0.0, 7e6])
    found = ranking_weights(health, beyond, money, travel)
    assert found.tolist() == pytest.approx([-3.0, 2.0, 5.0, 7.0])


def test_a_plan_that_was_found_is_asked_as_it_stands() -> None:
    network, values = hospital(80.0)
    dear = replace(values, cost_discounted=values.qalys_discounted)
    best = most_health(network, rules(), dear, nothing_scarce(network))
    solved = solved_by(best.written, best.point)
    assert float(solved.health @ best.point) == pytest.approx(45.2, abs=1e-6)
    assert float(solved.money @ best.point) == pytest.approx(45.2, abs=1e-6)
    late = best.written.weights["standard"]
    assert np.array_equal(solved.beyond, late)
    assert late.any()
    assert solved.solution.objective == pytest.approx(
        -45.2 + 1e-8 * 45.2 + 1e-4 * float(late @ best.point), abs=1e-9
    )
    assert (solved.solution.status, solved.solution.gap, solved.solution.seconds) == (
        "optimal", 0.0, 0.0,
    )  # fmt: skip
    assert solved.solution.row_price.shape == solved.programme.lower.shape
    assert solved.solution.column_price.shape == best.point.shape
    assert not capacity_prices(solved).any()
    assert capacity_prices(with_prices(solved)).ravel().tolist() == pytest.approx(
        [0.0, 0.49, 0.32], abs=1e-4
    )
    assert solved.session.solve().objective == pytest.approx(solved.solution.objective, abs=1e-6)


def test_capacity_that_nobody_could_use_has_no_price() -> None:
    """Theatre hours are in no row where nobody uses them; a price below nothing is rounding."""
    network, values = hospital(80.0)
    use = network.kernels.use.copy()
    use[:, :, 0] = 0.0
    plan, _ = solved_plan(replace(network, kernels=replace(network.kernels, use=use)), values)
    told = np.full(plan.programme.lower.size, -0.75)
    first = next(first for name, first, _ in plan.programme.blocks if name == "capacity")
    told[first] = 0.25
    solved = replace(plan, solution=replace(plan.solution, row_price=told))
    assert capacity_prices(solved).ravel().tolist() == [0.0, 0.0, 0.75]
    assert scarce_value(solved, np.array([[[9.0]], [[8.0]], [[2.0]]])) == 1.5


@pytest.mark.parametrize(
    ("months", "hours", "first"),
    [
        (36, {13: 45.0, 30: 40.0, 31: 40.0}, 24),
        (24, {13: 45.0, 30: 40.0, 31: 40.0}, 12),  # what comes after the window is not asked
        (35, {13: 45.0, 35: 40.0}, 12),
        (35, {35: 40.0}, None),
        (30, {29: 40.0}, 18),
        (30, {13: 45.0, 29: 45.0}, 12),  # of equal years the earlier
        (25, {24: 40.0}, 13),
        (25, {12: 45.0}, 12),
        (25, {13: 45.0, 24: 45.0}, 13),
        (12, {11: 45.0}, 0),
    ],
)
def test_a_unit_is_for_the_year_of_the_window_in_which_it_is_worth_most(
    months: int, hours: dict[int, float], first: int | None
) -> None:
    """Years begin with the first month, the thirteenth, …, and the last is the window's last."""
    solved = scarce(36, hours)
    found = price_list(solved, units_of(solved.network), months, threads=1)
    assert [price.first for price in found] == ([] if first is None else [first])
    for price in found:
        assert price.months == 12
        assert price.plus.qalys == pytest.approx(price.estimate, abs=1e-6)


def test_a_window_of_less_than_a_year_is_asked_as_a_whole() -> None:
    solved = scarce(7, {0: 40.0, 4: 45.0})
    (price,) = price_list(solved, units_of(solved.network), 5, threads=1)
    assert (price.first, price.months, price.method) == (0, 5, SOLVED)
    assert price.estimate == pytest.approx(1.3, abs=1e-6)
    assert price.plus.qalys == pytest.approx(1.3, abs=1e-6)
    assert price.minus.qalys == pytest.approx(-1.3, abs=1e-6)


def test_the_part_of_a_unit_that_can_be_taken_away_is_counted_over_the_year() -> None:
    """A unit of 45 hours a month where 45 are there in one of two months, 9 in the other."""
    solved = scarce(2, {0: 45.0, 1: 9.0})
    (price,) = price_list(solved, units_of(solved.network, 45.0), 2, threads=1)
    assert price.units_less == pytest.approx(54.0 / 90.0)
    assert price.minus.qalys == pytest.approx(-54.0 / 2 * 1.3, abs=1e-6)
    assert price.plus.qalys == pytest.approx((2.5 + 20.5) * 1.3, abs=1e-6)


def test_a_price_of_a_billionth_of_a_qaly_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = scarce(1, {0: 40.0})
    for price, count in ((2e-9, 1), (0.5e-9, 0)):
        monkeypatch.setattr(prices, "capacity_prices", lambda *_, p=price: np.full((3, 1, 1), p))
        assert len(price_list(solved, units_of(solved.network), 1, threads=1)) == count * 3


def test_ten_units_are_solved_for_unless_asked_for_more() -> None:
    """Twelve sites of one list, each with a place too few."""
    sites = 12
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(
        kernels, np.full((1, 1, 1), 60.0), np.full((1, sites, 1), 4.0), hand_waiting(kernels, 0.0)
    )
    solved, _ = solved_plan(network, hand_values(kernels, [1.0]), shift=0.0)
    units = units_of(network)
    assert len(units) == sites
    assert len(price_list(solved, units, 1, threads=1)) == 10
    assert len(price_list(solved, units, 1, best=11, threads=1)) == 11


def test_units_are_those_that_something_on_offer_at_the_site_uses() -> None:
    """Three sites: resections at the first, ablations at the second, nothing at the third."""
    use = np.zeros((2, 2, 3))
    use[0, 0, 2], use[1, 1, 0] = 1.0, 2.0
    kernels = hand_kernels([("a", "resection"), ("b", "ablation")], use)
    referral = np.array([[[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]]])
    network = hand_network(kernels, np.ones((2, 1, 4)), np.ones((2, 3, 4)), referral=referral)
    gives = np.zeros((2, 2, 3, 4))
    gives[0, 0, :, 1] = 5.0
    gives[1, 1, :, 2] = 7.0
    found = saleable_units(network, gives)
    assert [(unit.resource, unit.site) for unit in found] == [(0, 0), (1, 1)]
    assert found[0].gives.tolist() == [[0.0, 5.0, 0.0, 0.0], [0.0] * 4]
    assert found[1].gives.tolist() == [[0.0] * 4, [0.0, 0.0, 7.0, 0.0]]


def test_what_a_unit_gives_besides_changes_no_other_rule() -> None:
    """Nobody uses the theatre: its hours have no row, and a hundred more of them change nothing."""
    network, values = hospital(80.0)
    use = network.kernels.use.copy()
    use[:, :, 0] = 0.0
    plan, _ = solved_plan(replace(network, kernels=replace(network.kernels, use=use)), values)
    unit = Unit(RADIOLOGY, 0, np.array([[100.0], [1.0], [0.0]]))
    (price,) = price_list(plan, [unit], 1, threads=1)
    assert price.plus.qalys == pytest.approx(0.49, abs=1e-6)
    assert price.minus.qalys == pytest.approx(-0.49, abs=1e-6)


def test_whole_choices_are_fixed_where_the_plan_has_them() -> None:
    """A column that must be whole and is 1 but for rounding; nothing moves it, nor another."""
    network, values = hospital(80.0)
    plan, _ = solved_plan(network, values)
    ablations = int(plan.at.starts[1, 0, 0, 0])
    whole = np.arange(plan.at.count) == ablations
    point = plan.solution.point.copy()
    point[ablations] = 19.0 + 4e-7
    asked = replace(
        plan, programme=replace(plan.programme, whole=whole),
        solution=replace(plan.solution, point=point),
    )  # fmt: skip
    fixed = with_prices(asked)
    assert fixed.solution.point[ablations] == pytest.approx(19.0, abs=1e-9)
    assert not fixed.programme.whole.any()
    (beds,) = price_list(asked, units_of(network), 1, threads=1)
    assert (beds.unit.resource, beds.method) == (2, AS_PLANNED)
    assert beds.plus.qalys == pytest.approx(0.32, abs=1e-6)


@pytest.mark.parametrize(("most", "vertex"), [(12, "on"), (11, "off")])
def test_a_vertex_is_sought_in_small_programmes_only(
    most: int, vertex: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    made = Session.__init__

    def kept(self: Session, *given: Any, **named: Any) -> None:
        asked.append("on" if named.get("crossover", True) else "off")
        made(self, *given, **named)

    network, values = hospital(80.0)
    plan, _ = solved_plan(network, values)
    assert plan.weights.size == 12
    monkeypatch.setattr(prices, "SMALL", most)
    monkeypatch.setattr(Session, "__init__", kept)
    with_prices(plan)
    assert asked == [vertex]


def test_what_changes_nothing_is_not_solved_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit that brings only what earlier starts take already, and of which none can go."""
    network, values = hospital(80.0)
    plan, _ = solved_plan(network, values)
    nothing = np.zeros((3, 1))
    assert prices._change(plan, plan, 0, nothing) == Change(0.0, 0.0, 0.0)
    unit = Unit(RADIOLOGY, 0, np.eye(3)[:, [RADIOLOGY]] * 12.0)
    taken = taken_already(network, 50.0)
    moved = prices._moved(taken, unit, 1.0, np.arange(1))
    assert moved.ravel().tolist() == [0.0, 2.0, 0.0]
    assert not prices._moved(taken, unit, -1.0, np.arange(1)).any()
    assert not prices._moved(taken, unit, 1.0, np.arange(0)).any()


def taken_already(network: Network, hours: float) -> Network:
    return replace(network, committed=np.array([[[0.0]], [[hours]], [[0.0]]]))
