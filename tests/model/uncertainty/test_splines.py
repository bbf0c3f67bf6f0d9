"""Smooth curves: straight lines are exact, bends are found, noise is not chased."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import BSpline

from hepaplan.model.uncertainty.information import splines
from hepaplan.model.uncertainty.information.splines import curve_basis, curves, surface_basis

NUMBERS = np.random.default_rng(5)
SKEWED = np.exp(1.5 * NUMBERS.standard_normal(1_000))
NOISE = NUMBERS.standard_normal(1_000)


def test_functions_are_orthonormal_and_the_first_two_make_straight_lines() -> None:
    basis = curve_basis(SKEWED)
    assert basis.functions.shape == (1_000, splines.FUNCTIONS)
    assert np.allclose(basis.functions.T @ basis.functions, np.eye(splines.FUNCTIONS), atol=1e-8)
    assert np.ptp(basis.functions[:, 0]) == 0
    assert abs(np.corrcoef(basis.functions[:, 1], SKEWED)[0, 1]) == pytest.approx(1.0)
    assert (basis.roughness[:2] == 0).all()
    assert (basis.roughness[2:] > 0).all()


def test_splines_and_their_penalty_are_those_of_scipy() -> None:
    knots = np.array([-1.0, -0.2, 0.1, 1.0])
    whole = np.concatenate([[-1.0] * 3, knots, [1.0] * 3])
    at = np.linspace(-1.0, 1.0, 41)
    every = [BSpline(whole, row, 3) for row in np.eye(6)]
    assert np.allclose(splines._splines(at, knots), np.stack([b(at) for b in every], axis=1))
    bends = np.stack([b.derivative(2)(at) for b in every], axis=1)
    assert np.allclose(splines._splines(at[:-1], knots, 2), bends[:-1])
    fine = np.linspace(-1.0, 1.0, 200_001)[:-1] + 5e-6
    bent = np.stack([b.derivative(2)(fine) for b in every], axis=1)
    assert np.allclose(splines._bending(knots), bent.T @ bent * 1e-5, rtol=1e-4)


def test_a_straight_line_is_kept_however_skewed_the_values_are() -> None:
    found = curves(curve_basis(SKEWED), np.stack([3.0 - 2.0 * SKEWED, np.full(1_000, 7.0)]))
    assert np.allclose(found.fitted, [3.0 - 2.0 * SKEWED, np.full(1_000, 7.0)])


def test_a_bend_is_found_through_noise_and_noise_alone_is_almost_flat() -> None:
    values = NUMBERS.uniform(-1.0, 1.0, 1_000)
    found = curves(curve_basis(values), np.stack([np.sin(3.0 * values) + NOISE, NOISE]))
    assert np.sqrt(np.mean((found.fitted[0] - np.sin(3.0 * values)) ** 2)) < 0.12
    assert found.fitted[1].std() < 0.12
    assert found.shrunk[1].sum() < found.shrunk[0].sum()
    assert found.residual[0, 0] == pytest.approx(1.0, rel=0.1)
    assert found.residual[0, 1] == pytest.approx(1.0, rel=0.1)


def test_smoothing_is_that_of_a_search_over_plain_regressions() -> None:
    values = NUMBERS.uniform(-1.0, 1.0, 1_000)
    outcome = np.sin(3.0 * values) + NOISE
    basis = curve_basis(values)
    scores = {}
    for smoothing in splines._grid(basis.roughness):
        gram = np.eye(splines.FUNCTIONS) + smoothing * np.diag(basis.roughness)
        hat = basis.functions @ np.linalg.inv(gram) @ basis.functions.T
        left = outcome - hat @ outcome
        scores[left @ left / (1_000 - 1.4 * np.trace(hat)) ** 2] = hat @ outcome
    found = curves(basis, outcome[None])
    assert np.allclose(found.fitted[0], scores[min(scores)])


def test_few_different_values_get_their_means() -> None:
    values = NUMBERS.integers(0, 4, 1_000).astype(float)
    found = curves(curve_basis(values), (values**2 + NOISE)[None]).fitted[0]
    for each in range(4):
        mean = (values**2 + NOISE)[values == each].mean()
        assert found[values == each] == pytest.approx(mean)


def test_many_equal_values_among_others_do_no_harm() -> None:
    values = np.maximum(NUMBERS.standard_normal(1_000), 0.0)
    found = curves(curve_basis(values), (2.0 * values)[None]).fitted[0]
    assert np.allclose(found, 2.0 * values)


def test_a_value_that_never_varies_gives_the_mean() -> None:
    fixed = np.full(1_000, 0.3)
    for basis in (curve_basis(fixed), surface_basis([fixed, 2.0 * fixed])):
        assert np.allclose(curves(basis, NOISE[None]).fitted[0], NOISE.mean())
    one = surface_basis([fixed, SKEWED])
    assert np.allclose(one.functions, curve_basis(SKEWED).functions)


def test_a_surface_holds_products_of_two_inputs() -> None:
    one, other = NUMBERS.standard_normal((2, 1_000))
    found = curves(surface_basis([one, other]), (one * other + 0.1 * NOISE)[None]).fitted[0]
    assert np.sqrt(np.mean((found - one * other) ** 2)) < 0.05
    alone = curves(curve_basis(one), (one * other)[None]).fitted[0]
    assert np.abs(alone).mean() < 0.2


def test_an_input_given_twice_changes_little() -> None:
    one = NUMBERS.standard_normal(1_000)
    basis = surface_basis([one, 3.0 * one])
    assert np.allclose(curves(basis, one[None]).fitted[0], one, atol=1e-4)


@pytest.mark.parametrize("count", [2, 6, 40, 150])
def test_a_surface_stays_below_its_size(count: int) -> None:
    basis = surface_basis(list(NUMBERS.standard_normal((count, 1_000))))
    assert basis.functions.shape[1] <= splines.MOST
    assert basis.functions.shape[1] > count


def test_what_cannot_be_fitted_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        curve_basis(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="a surface over 0 inputs"):
        surface_basis([])
