"""What derivatives say of parameters: closed forms of two by two matrices."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.calibration.identify import identified

NAMES = ("alpha", "beta")


def test_independent_parameters_have_the_errors_of_their_targets() -> None:
    told = identified(np.diag([20.0, 5.0]), NAMES)
    assert told.standard_errors == pytest.approx([1 / 20, 1 / 5])
    assert told.condition == pytest.approx(4.0)
    assert [d.singular_value for d in told.directions] == pytest.approx([20.0, 5.0])
    assert [d.told for d in told.directions] == ["well", "well"]
    assert told.directions[0].words == "raising alpha moves the targets"
    assert list(told.alike(NAMES)) == []


def test_errors_and_correlation_are_those_of_the_inverse() -> None:
    derivatives = np.array([[3.0, 1.0], [2.0, 5.0], [0.5, -1.0]])
    covariance = np.linalg.inv(derivatives.T @ derivatives)
    told = identified(derivatives, NAMES)
    assert told.standard_errors == pytest.approx(np.sqrt(np.diag(covariance)))
    expected = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert told.correlation[0, 1] == pytest.approx(expected)


def test_a_product_tells_neither_of_its_factors() -> None:
    """At (0.3, 0.4) the derivatives of x * y are (0.4, 0.3): raise one, lower the other."""
    told = identified(100.0 * np.array([[0.4, 0.3], [0.8, 0.6]]), NAMES)
    last = told.directions[-1]
    assert last.told == "not at all"
    assert np.abs(last.weights) == pytest.approx([0.6, 0.8])
    assert last.words == "raising beta while lowering alpha moves no target"
    assert np.isnan(told.standard_errors).all()
    assert told.condition == np.inf
    [(first, other, correlation)] = told.alike(NAMES)
    assert (first, other) == NAMES
    assert correlation == pytest.approx(-1.0)


def test_one_target_settles_one_of_two_and_says_which_it_leaves() -> None:
    told = identified(np.array([[10.0, 0.0]]), NAMES)
    assert told.standard_errors[0] == pytest.approx(0.1)
    assert np.isnan(told.standard_errors[1])
    assert told.directions[-1].words == "raising beta moves no target"


def test_a_range_that_moves_targets_by_less_than_an_error_is_hardly_told() -> None:
    told = identified(np.diag([20.0, 0.5]), NAMES)
    assert [d.told for d in told.directions] == ["well", "weakly"]
    assert told.standard_errors[1] == pytest.approx(2.0)


def test_targets_that_nothing_moves_tell_nothing() -> None:
    told = identified(np.zeros((2, 2)), NAMES)
    assert [d.told for d in told.directions] == ["not at all"] * 2
    assert np.isnan(told.standard_errors).all()
