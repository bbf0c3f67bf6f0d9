"""Inputs that take one random number: an altered copy and its original."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.drawing.designs import sobol, uniform
from hepaplan.model.uncertainty.drawing.draws import all_streams, draw
from hepaplan.model.uncertainty.moving.global_sensitivity import factors_of, values_of
from hepaplan.model.uncertainty.spread.distributions import Gamma, Uniform
from hepaplan.model.uncertainty.spread.inputs import Input
from tests.support.inputs_by_hand import made_input

FIRST: Key = ("open", "utility")
COPY: Key = ("laparoscopic", "utility")
OTHER: Key = ("share",)


def three() -> dict[Key, Input]:
    """An original of 0.8, a copy of it altered to 0.9 and another input, all even over 0.2."""
    points = {FIRST: 0.8, COPY: 0.9, OTHER: 0.3}
    found = {
        key: made_input(key, point, Uniform(point - 0.1, point + 0.1))
        for key, point in points.items()
    }
    found[COPY] = replace(found[COPY], original=FIRST)
    return found


def test_an_altered_copy_lies_where_its_original_lies() -> None:
    values: Any = draw(three(), 30, 5)
    np.testing.assert_allclose(values[COPY] - values[FIRST], 0.1, rtol=1e-12)
    np.testing.assert_allclose(values[FIRST], 0.7 + 0.2 * uniform(FIRST, 30, 5), rtol=1e-12)
    alone: Any = draw({COPY: three()[COPY]}, 30, 5)
    np.testing.assert_array_equal(alone[COPY], values[COPY])


def test_one_random_number_is_one_dimension_and_one_factor() -> None:
    assert all_streams(three()) == (FIRST, OTHER)
    values: Any = draw(three(), 8, 5, "sobol")
    expected = sobol((FIRST, OTHER), 8, 5)[FIRST]
    np.testing.assert_allclose(values[COPY], 0.8 + 0.2 * expected, rtol=1e-12)
    assert [factor.name for factor in factors_of(three())] == ["open.utility", "share"]
    moved: Any = values_of(three(), np.array([[0.25, 0.5]]))
    np.testing.assert_allclose([moved[key][0] for key in (FIRST, COPY, OTHER)], [0.75, 0.85, 0.3])


def test_streams_beside_share_the_sobol_sequence_and_move_no_other_design() -> None:
    inputs = {OTHER: three()[OTHER]}
    values: Any = draw(inputs, 8, 5, "sobol", beside=all_streams(three()))
    expected = sobol((FIRST, OTHER), 8, 5)[OTHER]
    np.testing.assert_allclose(values[OTHER], 0.2 + 0.2 * expected, rtol=1e-12)
    assert values.keys() == {OTHER}
    for design in ("random", "latin"):
        beside: Any = draw(inputs, 8, 5, design, beside=[FIRST])
        alone: Any = draw(inputs, 8, 5, design)
        np.testing.assert_array_equal(beside[OTHER], alone[OTHER])


def test_an_altered_set_is_a_dirichlet_of_the_originals_numbers() -> None:
    """Of 100 people 30 and 70, altered to 40 and 60: gammas of the same random numbers."""
    points = {("a", "x"): 30.0, ("a", "y"): 70.0, ("b", "x"): 40.0, ("b", "y"): 60.0}
    inputs: dict[Key, Input] = {
        key: replace(
            made_input(key, people / 100, Gamma(people, 0.01), of_set=key[:1]),
            original=("a", key[1]) if key[0] == "b" else (),
        )
        for key, people in points.items()
    }
    values: Any = draw(inputs, 20, 5)
    x, y = (
        Gamma(points["b", name], 1.0).quantile(uniform(("a", name), 20, 5)) for name in ("x", "y")
    )
    np.testing.assert_allclose(values["b", "x"], x / (x + y), rtol=1e-12)
    np.testing.assert_allclose(values["a", "x"] + values["a", "y"], 1.0, rtol=1e-12)
