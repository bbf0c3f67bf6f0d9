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


def shares(of_set: Key, **more: Key) -> dict[Key, Input]:
    """Return two shares of a Dirichlet of 40 people, 12 and 28; `more` begin their originals."""
    points = {"early": 0.3, "late": 0.7}
    return {
        (*of_set, name): replace(
            made_input((*of_set, name), point, Gamma(40 * point, 1 / 40), of_set=of_set),
            original=(*more["original"], name) if more else (),
        )
        for name, point in points.items()
    }


def told(*keys: str, inputs: dict[Key, Input]) -> dict[Key, str]:
    return dict(correlated_faults({"one": stated(keys=list(keys), correlation=0.9)}, inputs))


def test_two_shares_of_one_dirichlet_cannot_be_correlated() -> None:
    inputs = {**shares(("a",)), **shares(("b",)), C: made_input(C, 0.375, Beta(3.0, 5.0))}
    assert told("a.early", "b.late", inputs=inputs) == {}
    assert told("a.early", "c", inputs=inputs) == {}
    found = told("a.early", "c", "a.late", inputs=inputs)
    assert list(found) == [("one", "keys", 2)]
    said = "found 'a.late', a share of the same set as 'a.early': they are"
    assert said in found["one", "keys", 2]
    apart = {
        "one": stated(keys=["a.early", "c"], correlation=0.9),
        "two": stated(keys=["a.late", "b.late"], correlation=0.9),
    }
    assert dict(correlated_faults(apart, inputs)) == {}


def test_shares_of_sets_that_are_copies_count_as_of_one_set() -> None:
    """Shares of b begin as those of a; one of d is a copy of one of a, the other is its own."""
    altered = {**shares(("a",)), **shares(("b",), original=("a",))}
    assert list(told("a.early", "b.late", inputs=altered)) == [("one", "keys", 1)]
    followed = {**shares(("a",)), ("d", "late"): shares(("d",))["d", "late"]}
    followed["a", "early"] = replace(followed["a", "early"], copies=(("d", "early"),))
    assert list(told("a.early", "d.late", inputs=followed)) == [("one", "keys", 1)]
    assert told("a.late", "d.late", inputs=followed) == {}


def test_an_altered_copy_takes_the_number_that_its_original_has_in_the_set() -> None:
    inputs = together(correlation_matrix(stated(keys=["a", "b"], correlation=0.6)))
    inputs[C] = replace(inputs[C], original=B)
    numbers = {key: np.array([0.2, 0.9]) for key in (A, B)}
    moved = moved_together(inputs, numbers)
    assert moved.keys() == {A, B}
    # 0.6 + 0.8 = 1.4 of the score of 0.2, -0.8416: -1.1783.
    np.testing.assert_allclose(moved[inputs[C].stream][0], 0.1193, atol=1e-4)


def test_a_set_that_names_a_copy_moves_its_originals_number() -> None:
    inputs = together(correlation_matrix(stated(keys=["a", "b"], correlation=0.6)))
    inputs[A] = replace(inputs[A], original=C)
    moved = moved_together(inputs, {key: np.array([0.2, 0.9]) for key in (B, C)})
    assert moved.keys() == {B, C}
    np.testing.assert_allclose(moved[C], [0.2, 0.9])
    np.testing.assert_allclose(moved[B][0], 0.1193, atol=1e-4)


def test_a_copy_that_takes_a_taken_number_is_told() -> None:
    inputs = {key: made_input(key, 0.375, Beta(3.0, 5.0)) for key in (A, B, C)}
    inputs[C] = replace(inputs[C], original=A)
    found = told("a", "b", "c", inputs=inputs)
    assert list(found) == [("one", "keys", 2)]
    assert "moves with a set already, one" in found["one", "keys", 2]
