"""New metastases in every draw: few components give what the chain itself gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Incidence
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.drawing.designs import uniform
from hepaplan.model.uncertainty.drawing.drawn import drawn_scenario
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.region.front import front_of, interpolation, weights
from tests.support.front import quantity
from tests.support.scenarios import tiny, tiny_usual, with_settings


def test_interpolation_is_exact_for_polynomials_and_at_nodes() -> None:
    """Expected: x^3 - 2x through four points; a fourth power is not met between them."""
    nodes, at = np.array([0.1, 0.4, 0.7, 0.9]), np.array([0.0, 0.4, 0.55])
    weight = interpolation(nodes, at)
    np.testing.assert_allclose(weight @ (nodes**3 - 2 * nodes), at**3 - 2 * at, atol=1e-14)
    np.testing.assert_array_equal(weight[1], [0, 1, 0, 0])
    assert abs((weight @ nodes**4 - at**4)[2]) > 1e-3
    np.testing.assert_array_equal(interpolation(np.array([0.5]), np.array([0.5])), [[1.0]])


@pytest.mark.parametrize(("count", "nodes"), [(1, 1), (6, 6), (200, 24)])
def test_many_dampings_need_few_nodes(count: int, nodes: int) -> None:
    """Expected: arrivals of the chain itself with that damping, share and risk, to 1e-10."""
    damping = 0.3 + 0.7 * uniform(("trend", "damping"), count, seed=1)
    share = 0.10 + 0.05 * uniform(("synchronous",), count, seed=1)
    values: dict[Key, Any] = {
        ("trend", "damping"): damping,
        ("metastases", "synchronous_share"): share,
    }
    front = front_of(tiny_usual(), damping)
    assert front.damping.size <= nodes
    weight = weights(front, drawn_scenario(tiny(), values), count)
    for draw in {0, count // 2, int(np.argmin(damping))}:
        found = np.tensordot(weight[draw], front.people, axes=1)
        one: dict[Key, Any] = {key: float(array[draw]) for key, array in values.items()}
        usual = usual_care(stated_scenario(tiny(), one))
        expected = usual.metastases.sum(axis=-1).transpose(2, 1, 0)
        np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_a_drawn_standardised_ratio_multiplies_who_comes() -> None:
    """Expected: arrivals of the chain itself; the ratio stated is 1.2, drawn from 0.9 to 1.3."""
    compared = Incidence.model_validate({"standardised_ratio": quantity(1.2, "ratio")})
    scenario = with_settings(tiny(), incidence=compared)
    key = ("incidence", "standardised_ratio")
    ratio, damping = np.array([0.9, 1.2, 1.3]), np.array([0.8, 0.8, 0.6])
    values: dict[Key, Any] = {key: ratio, ("trend", "damping"): damping}
    front = front_of(usual_care(scenario), damping)
    weight = weights(front, drawn_scenario(scenario, values), 3)
    for draw in range(3):
        one: dict[Key, Any] = {k: float(array[draw]) for k, array in values.items()}
        usual = usual_care(stated_scenario(scenario, one))
        found = np.tensordot(weight[draw], front.people, axes=1)
        expected = usual.metastases.sum(axis=-1).transpose(2, 1, 0)
        np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_dampings_near_nothing_are_refused_in_words() -> None:
    damping = np.geomspace(1e-6, 1.0, 300)
    with pytest.raises(ValueError, match="draw it further from 0"):
        front_of(tiny_usual(), damping)
