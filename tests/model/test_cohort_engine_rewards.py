"""Rewards, cycle weights and discounting, by numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.cycle_weights import CycleWeights, cycle_weights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import Stream
from hepaplan.model.cohort.transitions import from_rates
from hepaplan.model.cohort.varying import per_cycle
from hepaplan.model.money.discounting import UNDISCOUNTED, Convention, Discounting
from hepaplan.model.outcomes import discount_factors

STATES = ("alive", "dead")
MONTH = 1 / 12
COSTS, EFFECTS = Discounting(0.035), Discounting(0.015)


def exponential(
    rate: float,
    streams: list[Stream],
    weights: CycleWeights = "half-cycle",
    cycles: int = 120,
    cycle_years: float = MONTH,
) -> Results:
    moves = from_rates(STATES, {("alive", "dead"): rate}, cycle_years, "competing")
    return evaluate(
        moves,
        start={"alive": 1.0},
        cycles=cycles,
        cycle_years=cycle_years,
        streams=streams,
        weights=weights,
    )


def years(rate: float, weights: CycleWeights, discounting: Discounting = UNDISCOUNTED) -> float:
    return exponential(rate, [Stream("x", discounting, {"alive": MONTH})], weights)["x"].item()


def test_a12_exponential_life_years() -> None:
    assert years(0.3, "start") == pytest.approx(3.2071336, abs=5e-8)
    assert years(0.3, "end") == pytest.approx(3.1279492, abs=5e-8)
    assert years(0.3, "half-cycle") == pytest.approx(3.1675414, abs=5e-8)
    assert (1 - math.exp(-3)) / 0.3 == pytest.approx(3.1673764, abs=5e-8)


def test_a13_discounted_by_the_month() -> None:
    assert years(0.3, "half-cycle", COSTS) == pytest.approx(2.8850578, abs=5e-8)


def test_a5_without_death_life_years_are_the_horizon() -> None:
    assert years(0.0, "half-cycle") == pytest.approx(10.0, rel=1e-14)


def test_a4_over_a_lifetime_everyone_dies() -> None:
    moves = from_rates(STATES, {("alive", "dead"): 0.1}, 1.0, "competing")
    found = evaluate(
        moves,
        start={"alive": 1.0},
        cycles=80,
        cycle_years=1,
        streams=[],
        weights="none",
        trace=True,
    )
    assert found.trace.at(cycle=80, state="alive").item() < 0.001


def test_a11_median_survival() -> None:
    rate = math.log(2) / 14.5
    moves = from_rates(STATES, {("alive", "dead"): rate}, 1.0, "competing")
    assert moves.moves["alive", "dead"].by_cycle.item() == pytest.approx(0.0466787, abs=5e-8)
    found = evaluate(
        moves,
        start={"alive": 1.0},
        cycles=12,
        cycle_years=MONTH,
        streams=[],
        weights="none",
        trace=True,
    )
    assert found.trace.at(cycle=12, state="alive").item() == pytest.approx(0.5634712, abs=5e-8)


def test_a20_months_and_days_agree() -> None:
    by_day = exponential(
        0.3, [Stream("x", UNDISCOUNTED, {"alive": 1 / 365})], cycles=3650, cycle_years=1 / 365
    )
    assert by_day["x"].item() == pytest.approx(years(0.3, "half-cycle"), rel=1e-3)


def test_a17_a18_arms_swapped_and_a_difference_doubled() -> None:
    base, better, best = (years(rate, "half-cycle") for rate in (0.300, 0.297, 0.294))
    assert years(0.3 * 1.0, "half-cycle") == base
    assert (best - base) / (better - base) == pytest.approx(2.0, rel=0.02)


def test_a3_without_disease_survival_is_the_life_table() -> None:
    by_age = np.array([0.02, 0.03, 0.05, 0.08, 0.13])
    table = np.cumprod(np.append(1.0, 1 - by_age))

    def alive(excess: float) -> Floats:
        moves = from_rates(
            ("well", "dead"),
            {("well", "dead"): per_cycle(-np.log1p(-by_age) + excess)},
            1.0,
            "competing",
        )
        found = evaluate(
            moves,
            start={"well": 1.0},
            cycles=5,
            cycle_years=1,
            streams=[],
            weights="none",
            trace=True,
        )
        return found.trace.at(state="well", draw=0)

    np.testing.assert_allclose(alive(0.0), table, rtol=1e-14)
    assert (alive(0.04)[1:] < table[1:]).all()


def test_a15_a16_progression_free_below_overall_and_falling_with_the_hazard_ratio() -> None:
    def alive(ratio: float) -> tuple[Floats, Floats]:
        trace = evaluate(
            from_rates(
                ("free", "progressed", "dead"),
                {
                    ("free", "progressed"): 0.8 * ratio,
                    ("free", "dead"): 0.05,
                    ("progressed", "dead"): 1.1,
                },
                MONTH,
                "competing",
            ),
            start={"free": 1.0},
            cycles=60,
            cycle_years=MONTH,
            streams=[],
            weights="none",
            trace=True,
        ).trace
        free = trace.at(state="free", draw=0)
        return free, free + trace.at(state="progressed", draw=0)

    free, overall = alive(1.0)
    assert (free[1:] < overall[1:]).all()
    more_free, more_overall = alive(0.7)
    assert (more_free[1:] > free[1:]).all()
    assert (more_overall[2:] > overall[2:]).all()


def test_costs_and_effects_each_at_their_own_rate() -> None:
    found = exponential(
        0.0,
        [Stream("cost", COSTS, {"alive": 7.0}), Stream("qalys", EFFECTS, {"alive": 0.8})],
        "end",
        cycles=2,
        cycle_years=1.0,
    )
    assert found["cost"].item() == pytest.approx(7 / 1.035 + 7 / 1.035**2, rel=1e-14)
    assert found["qalys"].item() == pytest.approx(0.8 / 1.015 + 0.8 / 1.015**2, rel=1e-14)


@pytest.mark.parametrize(
    ("convention", "offset", "expected"),
    [
        ("annual", 0.0, [1.0, 1.06**-0.5, 1 / 1.06, 1.06**-1.5]),
        ("annual", 1.0, [1.06**-0.5, 1 / 1.06, 1.06**-1.5, 1.06**-2]),
        ("nominal", 0.0, [1.0, 1 / 1.03, 1.03**-2, 1.03**-3]),
        ("nominal", 1.0, [1 / 1.03, 1.03**-2, 1.03**-3, 1.03**-4]),
        ("whole-year", 0.0, [1.0, 1.0, 1 / 1.06, 1 / 1.06]),
        ("whole-year", 1.0, [1.0, 1 / 1.06, 1 / 1.06, 1.06**-2]),
        ("continuous", 0.0, [1.0, math.exp(-0.03), math.exp(-0.06), math.exp(-0.09)]),
        ("continuous", 0.5, [math.exp(-0.015 - 0.03 * i) for i in range(4)]),
    ],
)
def test_discounting_conventions(
    convention: Convention, offset: float, expected: list[float]
) -> None:
    found = Discounting(0.06, convention, offset).factors(3, 0.5)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_whole_years_by_the_month_start_at_the_thirteenth() -> None:
    factors = Discounting(0.06, "whole-year").factors(36, MONTH)
    np.testing.assert_array_equal(np.flatnonzero(np.diff(factors)), [11, 23, 35])


def test_the_pathway_discounts_as_an_offset_of_half_a_month() -> None:
    np.testing.assert_allclose(
        Discounting(0.035, offset=0.5).factors(59, MONTH), discount_factors(0.035, 60), rtol=1e-14
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("none", [1, 1, 1, 1, 1]),
        ("start", [1, 1, 1, 1, 0]),
        ("end", [0, 1, 1, 1, 1]),
        ("half-cycle", [0.5, 1, 1, 1, 0.5]),
        ("tutorial-simpson", [1 / 3, 2 / 3, 4 / 3, 2 / 3, 1 / 3]),
    ],
)
def test_cycle_weights(kind: CycleWeights, expected: list[float]) -> None:
    np.testing.assert_allclose(cycle_weights(kind, 4), expected, rtol=1e-15)


def test_the_tutorials_weights_do_not_sum_to_the_horizon() -> None:
    assert cycle_weights("tutorial-simpson", 75).sum() == pytest.approx(74 + 2 / 3)
    assert cycle_weights("half-cycle", 75).sum() == 75
