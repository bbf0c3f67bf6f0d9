"""Aims in order: a later one never costs an earlier one, and what is stopped says so."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from hepaplan.model.allocation.aims import STAYED, seek_in_order
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session, Stopped
from hepaplan.model.plan_rules import AIMS, Aim, Plan
from hepaplan.model.policies import nothing_scarce
from tests.support.naive_programme import best_plan
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import rules, share

Floats = npt.NDArray[np.float64]
NO_END = np.inf


def programme(matrix: Floats, upper: Floats, most: Floats) -> Programme:
    """Return rows of at most `upper`, columns from 0 to `most`."""
    rows, columns = matrix.shape
    return Programme(
        csr_array(matrix), np.full(rows, -NO_END), upper, (("all", 0, rows),), most,
        np.zeros(columns, dtype=bool), np.zeros(rows, dtype=np.int64),
    )  # fmt: skip


def sought(
    of: Programme, aims: list[Floats], give_up: float = 0.0
) -> tuple[Floats, tuple[float, ...]]:
    """Return the point and what each aim reached."""
    session = Session(of, aims[0])
    named = [(f"aim {number}", weights) for number, weights in enumerate(aims)]
    found, reached = seek_in_order(session, session.solve(), named, give_up)
    assert [step.status for step in reached] == ["optimal"] * len(reached)
    return found.point, tuple(step.total for step in reached)


TWO_PLACES = programme(np.array([[1.0, 1.0, 0.0]]), np.array([1.0]), np.array([1.0, 1.0, 1.0]))
"""One place that either of two may have; a third needs none."""
TREATED = np.array([-1.0, -1.0, 0.0])
PRICE = np.array([3.0, 2.0, 0.0])


def test_among_equals_the_next_aim_decides() -> None:
    point, reached = sought(TWO_PLACES, [TREATED, PRICE])
    assert point[:2].tolist() == pytest.approx([0.0, 1.0])
    assert reached == pytest.approx((-1.0, 2.0))
    point, _ = sought(TWO_PLACES, [TREATED, PRICE[[1, 0, 2]]])
    assert point[:2].tolist() == pytest.approx([1.0, 0.0])


def test_the_other_order_gives_another_plan() -> None:
    point, reached = sought(TWO_PLACES, [PRICE, TREATED])
    assert point[:2].tolist() == pytest.approx([0.0, 0.0])
    assert reached == pytest.approx((0.0, 0.0))


def test_an_aim_without_weights_is_passed_over() -> None:
    _, reached = sought(TWO_PLACES, [TREATED, np.zeros(3), PRICE])
    assert reached == pytest.approx((-1.0, 2.0))


@pytest.mark.parametrize("give_up", [0.05, 0.3])
def test_the_first_aim_gives_up_at_most_its_share(give_up: float) -> None:
    point, reached = sought(TWO_PLACES, [TREATED, PRICE], give_up)
    assert TREATED @ point == pytest.approx(-(1.0 - give_up))
    assert reached == pytest.approx((-1.0, 2.0 * (1.0 - give_up)))


def test_a_later_aim_that_is_stopped_keeps_the_point_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = Session(TWO_PLACES, TREATED)
    first = session.solve()

    def stopped() -> None:
        raise Stopped("time limit")

    monkeypatch.setattr(session, "again", stopped)
    aims = [("health", TREATED), ("cost", PRICE), ("travel", -PRICE)]
    found, reached = seek_in_order(session, first, aims)
    assert found is first
    assert [step.aim for step in reached] == ["health", "cost"]
    assert reached[1].status == f"{STAYED}: time limit"
    assert reached[1].total == pytest.approx(float(PRICE @ first.point))


@pytest.mark.parametrize("seed", range(30))
def test_random_programmes_reach_what_rows_with_slack_reach(seed: int) -> None:
    """Small whole weights, so that most aims leave many plans equally good."""
    chance = np.random.default_rng(seed)
    matrix = chance.integers(0, 3, (4, 7)).astype(float)
    upper, most = chance.integers(2, 9, 4).astype(float), chance.integers(1, 4, 7).astype(float)
    aims = [-chance.integers(0, 3, 7).astype(float) - (np.arange(7) == 0)]
    aims += [chance.integers(-2, 3, 7).astype(float) + 0.5 * (np.arange(7) == n) for n in (1, 2)]
    point, reached = sought(programme(matrix, upper, most), aims)
    assert (matrix @ point <= upper + 1e-7).all()
    rows, right = matrix, upper
    for number, aim in enumerate(aims):
        found = linprog(aim, A_ub=rows, b_ub=right, bounds=list(zip(0 * most, most, strict=True)))
        assert found.status == 0
        assert found.fun is not None
        assert reached[number] == pytest.approx(found.fun, abs=1e-6)
        assert float(aim @ point) == pytest.approx(found.fun, abs=1e-6)
        rows, right = np.vstack([rows, aim]), np.append(right, found.fun + 1e-9)


@pytest.mark.parametrize("factor", [0.3, 1.0])
def test_the_plan_in_order_is_a_programme_with_slack_written_from_scratch(factor: float) -> None:
    network = tiny_capacity().network
    network = replace(network, capacity=network.capacity * factor)
    other = best_plan(network, tiny_usual().worth, 0.2)
    found = most_health(network, rules(0.2, False), tiny_usual().worth, nothing_scarce(network))
    reached = {step.aim: step.total for step in found.reached}
    assert tuple(reached) == AIMS
    # Rows may be broken by 1e-7 QALYs, which buys less than a thousandth of a month here.
    assert reached["standard"] == pytest.approx(other.beyond, abs=1e-3)
    weights = found.written.weights
    assert float(weights["health"] @ found.point) == pytest.approx(reached["health"], abs=1e-6)


@pytest.mark.parametrize(("first", "then"), list(itertools.permutations(("standard", "cost"), 2)))
def test_later_aims_never_lose_an_earlier_one(first: Aim, then: Aim) -> None:
    network, worth = tiny_capacity().network, tiny_usual().worth
    usual = nothing_scarce(network)

    def totals(*aims: Aim) -> dict[Aim, float]:
        asked = rules(0.2, False).model_copy(update={"aims": aims})
        found = most_health(network, asked, worth, usual)
        return {aim: float(found.written.weights[aim] @ found.point) for aim in aims}

    alone, two = totals("health"), totals("health", first)
    three = totals("health", first, then)
    assert two["health"] == pytest.approx(alone["health"], abs=1e-6)
    assert three["health"] == pytest.approx(alone["health"], abs=1e-6)
    assert three[first] == pytest.approx(two[first], rel=1e-6, abs=1e-6)


def test_what_a_plan_gives_up_is_at_most_the_share_stated() -> None:
    network, worth = tiny_capacity().network, tiny_usual().worth
    usual = nothing_scarce(network)

    def health_and_cost(give_up: float) -> tuple[float, float]:
        stated = {
            "referral_shift": share(0.2), "age_neutral": False, "aims": ["health", "cost"],
            "give_up": share(give_up),
        }  # fmt: skip
        found = most_health(network, Plan.model_validate(stated), worth, usual)
        weights = found.written.weights
        return -float(weights["health"] @ found.point), float(weights["cost"] @ found.point)

    kept, some = health_and_cost(0.0), health_and_cost(0.02)
    assert some[0] == pytest.approx(0.98 * kept[0], rel=1e-6)
    assert some[1] < kept[1] - 1.0
