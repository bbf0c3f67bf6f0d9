"""Verification I: the four-state reference model, to 1e-12."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.cohort.cycle_weights import CycleWeights
from hepaplan.model.economics import Compared, frontier
from tests.support.sick_sicker import (
    PUBLISHED,
    RATES,
    STATES,
    STRATEGIES,
    drawn,
    reference,
    rewards,
    transitions,
)

TRACE = {
    10: (0.62019214156242819, 0.18314866693066195, 0.15870600659143669, 0.037953184915473462),
    75: (0.11572345055598442, 0.034178536306431528, 0.31706153551131322, 0.53303647762627171),
}


def compared(weights: CycleWeights) -> dict[str, Compared]:
    results = {name: reference(treatment, weights) for name, treatment in STRATEGIES.items()}
    return {
        row.name: row
        for row in frontier(
            [(name, r["cost"].item(), r["qalys"].item()) for name, r in results.items()]
        )
    }


@pytest.mark.parametrize("weights", PUBLISHED)
def test_i_costs_qalys_and_icers(weights: CycleWeights) -> None:
    found = compared(weights)
    for name, (cost, qalys, icer) in PUBLISHED[weights].items():
        assert found[name].cost == pytest.approx(cost, rel=1e-12)
        assert found[name].qalys == pytest.approx(qalys, rel=1e-12)
        # The table states ICERs to 10 decimals; a ratio of differences loses two digits.
        assert found[name].icer == (None if icer is None else pytest.approx(icer, rel=1e-12))
    assert found["A"].standing == "dominated"
    assert found["standard of care"].standing == "reference"


def test_i_start_and_end_weights_have_the_trapezium_between_them() -> None:
    start, half, end = (
        np.stack([reference("B", w)["cost"], reference("B", w)["qalys"]])
        for w in ("start", "half-cycle", "end")
    )
    np.testing.assert_allclose((start + end) / 2, half, rtol=1e-13)
    assert (start[1] > end[1]).all()


@pytest.mark.parametrize("cycle", TRACE)
def test_i_trace_of_standard_care(cycle: int) -> None:
    trace = reference("", trace=True).trace
    for state, people in zip(STATES, TRACE[cycle], strict=True):
        assert trace.at(cycle=cycle, state=state).item() == pytest.approx(people, rel=1e-12)


def test_i_a_wrong_rate_is_seen() -> None:
    wrong = reference("", rates=RATES | {"recover": 0.5001})
    assert wrong["cost"].item() != pytest.approx(PUBLISHED["half-cycle"]["standard of care"][0])


def test_i_draws_equal_a_product_of_matrices_for_each_draw() -> None:
    rates = drawn(300)
    found = reference("AB", rates=rates)
    weights = 1.03 ** -np.arange(76.0)
    weights[[0, 75]] /= 2
    for draw in (0, 150, 299):
        matrix = np.zeros((4, 4))
        for (a, b), value in transitions(
            {name: values[draw] for name, values in rates.items()}, "AB"
        ).moves.items():
            matrix[STATES.index(a), STATES.index(b)] = value.by_cycle.item()
        matrix += np.diag(1 - matrix.sum(axis=1))
        people = np.array([np.linalg.matrix_power(matrix, t)[0] for t in range(76)])
        for name, on in rewards("AB").items():
            worth = np.array([on.get(state, 0.0) for state in STATES])
            assert found[name][draw] == pytest.approx(weights @ people @ worth, rel=1e-12)


def test_d6_a_draw_does_not_depend_on_the_others() -> None:
    rates = drawn(5_000)
    alone = reference("A", rates={name: values[4_321:4_322] for name, values in rates.items()})
    among = reference("A", rates=rates)
    assert alone["qalys"].item() == pytest.approx(among["qalys"][4_321], rel=1e-14)
    assert among["qalys"].std() > 0.1


def test_asking_for_the_trace_changes_nothing() -> None:
    rates = drawn(700)
    with_trace = reference("A", rates=rates, trace=True)
    np.testing.assert_allclose(with_trace["cost"], reference("A", rates=rates)["cost"], rtol=1e-13)
    np.testing.assert_allclose(with_trace.trace.values.sum(axis=1), 1.0, rtol=1e-13)
