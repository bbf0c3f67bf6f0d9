"""Verification I: the four-state reference model against three independent programs.

Sick-Sicker with constant mortality, Alarid-Escudero et al., Medical Decision Making 2023;43:3-20,
10.1177/0272989X221103163. Annual; 75 cycles from age 25; everyone starts healthy. Rates a year:
healthy to dead 0.002, healthy to sick 0.15, sick to healthy 0.5, sick to sicker 0.105; hazard
ratio of death 3 in sick and 10 in sicker; treatment B multiplies sick to sicker by 0.6. A
probability is 1 - exp(-rate); death first, the other moves among those who live. Costs a year
2,000, 4,000, 15,000, 0; A adds 12,000 and B 13,000 in sick and sicker. Utilities 1, 0.75, 0.5; A
lifts sick to 0.95. Both discounted at 3% from time 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hepaplan.model.cohort.cycle_weights import CycleWeights, cycle_weights
from hepaplan.model.cohort.evaluation import evaluate
from hepaplan.model.cohort.rewards import Stream
from hepaplan.model.cohort.transitions import Transitions, from_array, from_probabilities
from hepaplan.model.cohort.varying import by_time_in_state, per_cycle
from hepaplan.model.economics import frontier
from hepaplan.model.money.discounting import Discounting
from tests.support.sick_sicker import (
    CYCLES,
    PUBLISHED,
    RATES,
    STATES,
    STRATEGIES,
    moves,
    reference,
    rewards,
    transitions,
)

ROUNDING = 1e-12
"""Relative; the independent programs agree among themselves to 1e-14."""

TRACE = {
    10: (0.62019214156242819, 0.18314866693066195, 0.15870600659143669, 0.037953184915473462),
    75: (0.11572345055598442, 0.034178536306431528, 0.31706153551131322, 0.53303647762627171),
}


def as_stated(treatment: str) -> Transitions:
    return transitions(RATES, treatment)


def as_an_array(treatment: str) -> Transitions:
    array = np.zeros((1, len(STATES), len(STATES), 1))
    for (a, b), chance in moves(RATES, treatment).items():
        array[0, STATES.index(a), STATES.index(b)] = chance
    array[0, range(len(STATES)), range(len(STATES))] = 1 - array.sum(axis=2)[0]
    return from_array(STATES, array)


def by_every_cycle(treatment: str) -> Transitions:
    held = {key: np.full(CYCLES, chance) for key, chance in moves(RATES, treatment).items()}
    return from_probabilities(STATES, {key: per_cycle(chance) for key, chance in held.items()})


def by_every_time_in_state(treatment: str) -> Transitions:
    held = {key: np.full(7, chance) for key, chance in moves(RATES, treatment).items()}
    return from_probabilities(
        STATES, {key: by_time_in_state(chance) for key, chance in held.items()}
    )


@pytest.mark.parametrize("weights", PUBLISHED)
@pytest.mark.parametrize("told", [as_stated, as_an_array, by_every_cycle, by_every_time_in_state])
def test_i_costs_qalys_and_icers(told: Callable[[str], Transitions], weights: CycleWeights) -> None:
    """Expected: the published table to 1e-12, under all cycle weights, however moves are stated.

    The frontier runs from standard of care over B to A and B; A is dominated and has no ratio.
    """
    discounting = Discounting(0.03)
    totals = {
        name: evaluate(
            told(code), start={"healthy": 1.0}, cycles=CYCLES, cycle_years=1, weights=weights,
            streams=[Stream(line, discounting, on) for line, on in rewards(code).items()],
        )
        for name, code in STRATEGIES.items()
    }  # fmt: skip
    table = frontier([(n, r["cost"].item(), r["qalys"].item()) for n, r in totals.items()])
    assert len(table) == len(PUBLISHED[weights])
    for row in table:
        cost, qalys, icer = PUBLISHED[weights][row.name]
        assert row.cost == pytest.approx(cost, rel=ROUNDING)
        assert row.qalys == pytest.approx(qalys, rel=ROUNDING)
        assert row.icer == (None if icer is None else pytest.approx(icer, rel=ROUNDING))
    assert {row.name: row.standing for row in table} == {
        "standard of care": "reference",
        "B": "on the frontier",
        "A and B": "on the frontier",
        "A": "dominated",
    }


@pytest.mark.parametrize("cycle", TRACE)
def test_i_trace_of_standard_care(cycle: int) -> None:
    """Expected: people by state after 10 and after 75 cycles, to 1e-12."""
    trace = reference("", trace=True).trace
    np.testing.assert_allclose(trace.at(cycle=cycle, draw=0), TRACE[cycle], rtol=ROUNDING)
    assert trace.at(cycle=cycle - 1, draw=0)[0] != pytest.approx(TRACE[cycle][0])


@pytest.mark.parametrize("name", RATES)
def test_i_one_rate_off_by_a_millionth_is_seen(name: str) -> None:
    """Expected: with any rate 1e-6 too high, cost and QALYs are no longer those of the table."""
    wrong = reference("", rates=RATES | {name: RATES[name] * (1 + 1e-6)})
    cost, qalys, _ = PUBLISHED["half-cycle"]["standard of care"]
    assert wrong["cost"].item() != pytest.approx(cost, rel=ROUNDING)
    assert wrong["qalys"].item() != pytest.approx(qalys, rel=ROUNDING)


def test_i_the_weights_of_the_tutorial_are_a_choice_of_their_own() -> None:
    """Expected: they sum to 74.67 cycles, not 75, and give 1.6% fewer QALYs than the trapezium."""
    half = reference("", "half-cycle")["qalys"].item()
    tutorial = reference("", "tutorial-simpson")["qalys"].item()
    assert cycle_weights("tutorial-simpson", CYCLES).sum() == pytest.approx(74 + 2 / 3)
    assert cycle_weights("half-cycle", CYCLES).sum() == pytest.approx(75)
    assert 0.015 < 1 - tutorial / half < 0.016
