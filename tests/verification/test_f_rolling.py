"""Verification rows F: the plan when its figures, its horizon or its labels change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepaplan.model.allocation.plan import BestPlan, most_health
from hepaplan.model.by_hand.actuals import fixed_months
from hepaplan.model.outcomes import Values
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Replay, replay
from hepaplan.model.sites.network import Network
from hepaplan.model.verification.changed_supply import first_months
from tests.support.small import hand_kernels, hand_network, hand_values, hand_waiting, rules
from tests.support.solved import random_network

Floats = npt.NDArray[np.float64]
LONG = 6


def best_of(network: Network, values: Values, age_neutral: bool = True) -> BestPlan:
    """Return the best plan of a network, referral free."""
    return most_health(network, rules(1.0, age_neutral), values, nothing_scarce(network))


def one_group(seed: int) -> tuple[Network, Values]:
    """Return two lists of people of one age that share two sites, over `LONG` months."""
    chance = np.random.default_rng(seed)
    arrive = np.zeros((2, 2, 2))
    arrive[0, 1, 1] = chance.uniform(0.0, 0.4)
    use = chance.uniform(0.5, 2.0, (2, 1, 1))
    kernels = hand_kernels([("first", "a"), ("second", "b")], use, arrive=arrive)
    network = hand_network(
        kernels,
        chance.uniform(1.0, 5.0, (2, 1, LONG)),
        chance.uniform(1.0, 8.0, (1, 2, LONG)),
        waiting=hand_waiting(kernels, stay=float(chance.uniform(0.5, 0.95))),
        backlog=chance.uniform(0.0, 2.0, (2, 1, 2, 3)),
        travel=chance.uniform(5.0, 60.0, (1, 2)),
    )
    return network, hand_values(kernels, chance.uniform(0.5, 2.0, 2).tolist(), 0.01)


def record_of(network: Network, done: Replay, months: int) -> pd.DataFrame:
    """Return what was done in a replay's first months."""
    starts = done.starts.sum(axis=(1, 3))
    return pd.DataFrame(
        {"month": network.months.labels[month], "site": site, "decision_point": point,
         "option": option, "starts": starts[listed, h, month],
         "arrivals": done.at_site[listed, :, h, month].sum()}
        for listed, (point, option) in enumerate(network.kernels.options)
        for h, site in enumerate(network.sites)
        for month in range(months)
    )  # fmt: skip


def qalys(network: Network, done: Replay, values: Values) -> float:
    return replay_totals(network, done, values, network.horizon).qalys_discounted


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), pooled=st.booleans())
def test_f3_double_capacity_and_demand_doubles_the_plan(seed: int, pooled: bool) -> None:
    """Expected: activity and objective double."""
    network, values = random_network(seed)
    double = replace(
        network,
        entries=2 * network.entries,
        backlog=2 * network.backlog,
        capacity=2 * network.capacity,
    )
    once, twice = best_of(network, values, pooled), best_of(double, values, pooled)
    assert twice.qalys == pytest.approx(2 * once.qalys, rel=1e-6)
    starts = [plan.plan.starts.sum(axis=(1, 2, 3)) for plan in (once, twice)]
    assert starts[1] == pytest.approx(2 * starts[0], rel=1e-4, abs=1e-4)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_f14_ten_times_the_value_is_the_same_plan(seed: int) -> None:
    """Expected: the same starts; the objective times ten."""
    network, values = random_network(seed)
    worth = values.qalys_discounted
    more = replace(worth, own=10 * worth.own, start=10 * worth.start, arrival=10 * worth.arrival)
    once = best_of(network, values)
    ten = best_of(network, replace(values, qalys_discounted=more))
    assert ten.qalys == pytest.approx(10 * once.qalys, rel=1e-6)
    by_month = [plan.plan.starts.sum(axis=1) for plan in (once, ten)]
    np.testing.assert_allclose(by_month[1], by_month[0], atol=1e-4)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_f15_hospitals_by_other_names_and_in_another_order_reach_the_same(seed: int) -> None:
    """Expected: the same total with the sites permuted; the same plan, bit by bit, when run again.

    Two of the sites are alike, so that plans tie.
    """
    network, values = random_network(seed)
    network = replace(
        network,
        capacity=np.repeat(network.capacity[:, :1], 2, axis=1),
        travel=np.repeat(network.travel[:, :1], 2, axis=1),
        referral=np.full(network.referral.shape, 0.5),
        backlog=np.repeat(network.backlog[:, :, :1], 2, axis=2),
    )
    uneven = replace(network, capacity=network.capacity * np.array([1.0, 0.6])[:, None])
    for case in (network, uneven):
        turned = replace(
            case,
            sites=("zebra", "aardvark"),
            capacity=case.capacity[:, ::-1],
            travel=case.travel[:, ::-1],
            backlog=case.backlog[:, :, ::-1],
        )
        found, other, again = (best_of(each, values) for each in (case, turned, case))
        assert other.qalys == pytest.approx(found.qalys, rel=1e-6)
        np.testing.assert_array_equal(again.plan.starts, found.plan.starts)
        np.testing.assert_array_equal(again.plan.referral, found.plan.referral)
        came = [first_come(each).starts.sum(axis=(1, 2, 3)) for each in (case, turned)]
        np.testing.assert_allclose(came[0], came[1], atol=1e-9)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), months=st.integers(1, 3))
def test_f13_rolling_on_with_a_month_more_is_no_worse(seed: int, months: int) -> None:
    """Expected: the plan of five months, its first months done and the rest planned over six, is
    at least as good over six months as the plan of five carried out and first come in the sixth.
    """
    network, values = one_group(seed)
    short = first_months(network, LONG - 1)
    planned = replay(short, best_of(short, values).plan)
    carried_out = fixed_months(network, record_of(network, planned, LONG - 1))
    on = carried_out.joined(first_come(carried_out.rest))
    fixed = fixed_months(network, record_of(network, planned, months))
    assert fixed.corrections.empty or set(fixed.corrections["what"]) == {"arrivals as recorded"}
    rest = best_of(fixed.rest, values)
    rolled = fixed.joined(replay(fixed.rest, rest.plan))
    assert qalys(network, rolled, values) >= qalys(network, on, values) - 1e-5
    # The same data and horizon, planned again half way: nothing is lost, nothing is gained.
    whole = best_of(network, values)
    done = replay(network, whole.plan)
    half = fixed_months(network, record_of(network, done, months))
    again = half.joined(replay(half.rest, best_of(half.rest, values).plan))
    assert qalys(network, again, values) == pytest.approx(qalys(network, done, values), rel=1e-5)


def test_f13_no_list_is_emptied_or_dumped_at_the_end_of_the_window() -> None:
    """Expected: capacity full in every month of the window, and the same with a month more."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    seen = []
    for horizon in (LONG, LONG + 1):
        network = hand_network(
            kernels, np.full((1, 1, horizon), 10.0), np.full((1, 1, horizon), 8.0),
            waiting=hand_waiting(kernels, stay=0.9),
        )  # fmt: skip
        values = hand_values(kernels, [1.3], 0.01)
        done = replay(network, best_of(network, values).plan)
        seen.append((done.starts.sum(axis=(0, 1, 2, 3)), done.left.sum(axis=(0, 1, 2, 3))))
    window = LONG - 2
    for starts, left in seen:
        assert starts[:window] == pytest.approx(8)
        assert (np.diff(left[:window]) > 0).all()
    for short, long in zip(*seen, strict=True):
        np.testing.assert_allclose(long[:window], short[:window], atol=1e-6)
