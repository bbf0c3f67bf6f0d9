"""The four-state reference model: weights, draws and the trace; verification I has its results."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.sick_sicker import STATES, drawn, reference, rewards, transitions


def test_i_start_and_end_weights_have_the_trapezium_between_them() -> None:
    start, half, end = (
        np.stack([reference("B", w)["cost"], reference("B", w)["qalys"]])
        for w in ("start", "half-cycle", "end")
    )
    np.testing.assert_allclose((start + end) / 2, half, rtol=1e-13)
    assert (start[1] > end[1]).all()


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
