"""Figures that move together: their ranks do, and each keeps its own distribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.spread.correlated import (
    correlated_faults,
    correlation_matrix,
    moved_together,
)
from hepaplan.model.uncertainty.spread.distributions import Beta, Gamma, Normal
from hepaplan.model.uncertainty.spread.inputs import Input
from hepaplan.model.uncertainty.spread.rules import Correlated
from tests.support.inputs_by_hand import made_input

COUNT = 20_000
A: Key = ("a",)
B: Key = ("b",)
C: Key = ("c",)


def stated(**words: object) -> Correlated:
    return Correlated.model_validate(
        {"unit": "correlation", "source": "paper", "quality": "judgement", **words}
    )


def together(matrix: np.ndarray) -> dict[Key, Input]:
    """Return three inputs of which the first two are a set."""
    row = matrix.tolist()
    keys = (A, B)
    alone = {
        A: made_input(A, 3.0, Normal(3.0, 0.5)),
        B: made_input(B, 8.0, Gamma(4.0, 2.0)),
        C: made_input(C, 0.375, Beta(3.0, 5.0)),
    }
    return {
        key: replace(
            item,
            correlated="pair",
            correlations=tuple(zip(keys, row[keys.index(key)], strict=True)),
        )
        if key in keys
        else item
        for key, item in alone.items()
    }


def test_scores_have_the_stated_correlation_and_others_stay() -> None:
    inputs = together(correlation_matrix(stated(keys=["a", "b"], correlation=0.6)))
    generator = np.random.default_rng(5)
    uniforms = {key: generator.random(COUNT) for key in inputs}
    moved = moved_together(inputs, uniforms)
    np.testing.assert_allclose(moved[A], uniforms[A], rtol=1e-12)
    assert (moved[C] == uniforms[C]).all()
    ranks = [moved[key].argsort().argsort() for key in (A, B)]
    # Spearman's of a Gaussian copula: 6 / pi x arcsin(0.6 / 2) = 0.5819.
    expected = 6 / np.pi * np.arcsin(0.3)
    first, second = (rank.astype(np.float64) for rank in ranks)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(expected, abs=3 * 0.8 / np.sqrt(COUNT))
    assert abs(np.corrcoef(moved[A], moved[C])[0, 1]) < 4 / np.sqrt(COUNT)
    drawn = inputs[B].parts[""].quantile(moved[B])
    assert drawn.mean() == pytest.approx(8.0, abs=4 * 4.0 / np.sqrt(COUNT))
    assert drawn.std() == pytest.approx(4.0, rel=0.03)


def test_a_set_that_lacks_a_member_is_refused() -> None:
    inputs = together(np.array([[1.0, 0.5], [0.5, 1.0]]))
    del inputs[B]
    with pytest.raises(ValueError, match="pair: the set lacks b"):
        moved_together(inputs, {A: np.array([0.5]), C: np.array([0.5])})


def test_covariances_give_their_correlations() -> None:
    found = correlation_matrix(
        stated(keys=["a", "b"], unit="covariance", matrix=[[4.0, 1.8], [1.8, 9.0]])
    )
    np.testing.assert_allclose(found, [[1.0, 0.3], [0.3, 1.0]])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({}, "give correlation, one number for any two, or matrix"),
        ({"correlation": 0.2, "matrix": [[1.0, 0.2], [0.2, 1.0]]}, "and not both"),
        ({"matrix": [[1.0, 0.2]]}, "needs 2 rows of 2 numbers"),
        ({"matrix": [[1.0, 0.2], [0.3, 1.0]]}, "is not symmetric"),
        ({"matrix": [[2.0, 0.2], [0.2, 1.0]]}, "has 1 all along its diagonal"),
        ({"matrix": [[1.0, 1.0], [1.0, 1.0]]}, "not positive definite: its smallest eigenvalue"),
        ({"unit": "covariance", "matrix": [[4.0, 7.0], [7.0, 9.0]]}, "covariance matrix is not po"),
        ({"unit": "covariance", "matrix": [[0.0, 0.0], [0.0, 9.0]]}, "not positive definite"),
        ({"unit": "covariance", "correlation": 0.2}, "a covariance needs a matrix"),
    ],
)
def test_matrices_that_cannot_be_are_refused(words: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlation_matrix(stated(keys=["a", "b"], **words))


def test_keys_that_are_no_inputs_and_those_named_twice_are_told() -> None:
    early: Key = ("share", "early")
    inputs = {
        early: made_input(early, 0.375, Beta(3.0, 5.0)),
        B: made_input(B, 8.0, Gamma(4.0, 2.0)),
    }
    sets = {
        "one": stated(keys=["share.early", "share.earli"], correlation=0.1),
        "two": stated(keys=["b", "share.early"], correlation=0.1),
    }
    found = dict(correlated_faults(sets, inputs))
    assert 'no uncertain figure; did you mean "share.early"?' in found["one", "keys", 1]
    assert "moves with a set already, one" in found["two", "keys", 1]
    assert len(found) == 2
