"""Ring fences on two sites, two resources, and where cases are whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.allocation import constraints
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.columns import columns
from hepaplan.model.allocation.rows import assemble
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import RingFence
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.sites.network import Network
from hepaplan.model.sites.site_capacity import usable_units
from tests.support.scenarios import tiny, tiny_usual, with_settings
from tests.support.small import figure

THEATRE, CHAIR, MADE = 0, 1, 2
HILLTOP, RIVERSIDE = 0, 1
RESECTION, ABLATION = 0, 1


def fence(number: float, *treatments: str, resource: str = "theatre") -> RingFence:
    return RingFence.model_validate(
        {
            "label": "Kept for " + " and ".join(treatments),
            "site": "hilltop",
            "resource": resource,
            "number": figure(number, "saleable units"),
            "treatments": treatments,
        }
    )


def fenced(*fences: RingFence, scenario: Scenario | None = None) -> Network:
    records = {f"fence_{i}": record for i, record in enumerate(fences)}
    return network_of(usual_care(with_settings(scenario or tiny(), ring_fence=records)))


def test_others_have_the_total_less_the_fence_at_that_site_only() -> None:
    network, plain = fenced(fence(0.1, "resection")), network_of(tiny_usual())
    assert network.kernels.resources[MADE:] == ("theatre, less what is kept: Kept for resection",)
    assert network.reported == 2
    kept = 0.1 * usable_units(tiny(), "theatre", network.months)
    np.testing.assert_allclose(network.capacity[MADE, HILLTOP], plain.capacity[0, HILLTOP] - kept)
    assert (network.capacity[MADE, HILLTOP] > 0).all()
    np.testing.assert_array_equal(network.capacity[MADE, RIVERSIDE], plain.capacity[0, RIVERSIDE])
    assert network.limits.tolist() == [[True, True], [True, True], [True, False]]
    use = network.kernels.use
    assert not use[RESECTION, :, MADE].any()
    np.testing.assert_array_equal(use[ABLATION, :, MADE], use[ABLATION, :, THEATRE])
    np.testing.assert_array_equal(network.kernels.cost, plain.kernels.cost)


def test_a_fence_of_all_there_is_leaves_others_nothing_and_takes_nothing_else() -> None:
    network = fenced(fence(9.0, "resection"))
    assert not network.capacity[MADE, HILLTOP].any()
    started = first_come(network).starts.sum(axis=(1, 3, 4))
    assert started[ABLATION, HILLTOP] == 0
    assert started[ABLATION, RIVERSIDE] > 0
    before = first_come(network_of(tiny_usual())).starts.sum(axis=(1, 3, 4))
    assert started[RESECTION, HILLTOP] >= before[RESECTION, HILLTOP] - 1e-9


def test_fences_of_different_treatments_add_up_for_those_that_neither_names() -> None:
    first, second = fence(0.05, "resection"), fence(0.07, "ablation")
    network = fenced(first, second)
    # Nothing else uses theatres, so nobody must leave both.
    assert len(network.kernels.resources) - 2 == 2
    network = fenced(fence(1.0, "something"), fence(2.0, "something"), fence(4.0, "nothing"))
    units = network.capacity[THEATRE, HILLTOP]
    assert len(network.kernels.resources) - 2 == 3  # 3 for something, 4 for nothing, 7 for both
    assert not network.capacity[MADE:, HILLTOP].any()
    unit = usable_units(tiny(), "theatre", network.months)
    network = fenced(fence(0.01, "something"), fence(0.02, "something"), fence(0.04, "nothing"))
    kept = [(units - network.capacity[MADE + k, HILLTOP]) / unit for k in range(3)]
    np.testing.assert_allclose(sorted(k[0] for k in kept), [0.03, 0.04, 0.07])


def test_a_fence_where_cases_are_whole_keeps_sessions_too() -> None:
    theatre = tiny().settings.resource["theatre"].model_copy(update={"whole_cases": True})
    scenario = with_settings(tiny(), resource=tiny().settings.resource | {"theatre": theatre})
    network = fenced(fence(0.1, "resection"), scenario=scenario)
    names = network.kernels.resources[MADE:]
    assert [name.split(", less")[0] for name in names] == [
        "theatre, whole cases (1)", "theatre, whole cases (2)",
        "theatre", "theatre, whole cases (1)", "theatre, whole cases (2)",
    ]  # fmt: skip
    for sessions in (5, 6):
        np.testing.assert_allclose(
            network.capacity[sessions, HILLTOP], network.capacity[4, HILLTOP] / 204
        )
    np.testing.assert_allclose(
        network.brings[:, THEATRE], [1, 0, *[1 / 204] * 2, 1, *[1 / 204] * 2]
    )


def test_a_rule_has_rows_only_where_it_may_bind() -> None:
    network = fenced(fence(0.1, "resection"))
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at = columns(network, classes)
    rows = assemble([constraints.capacity(network, classes, at)], at.count)
    numbers = rows.rows_of("capacity", network.available.shape)
    assert (numbers[MADE, HILLTOP] >= 0).all()
    assert (numbers[MADE, RIVERSIDE] == -1).all()


@pytest.mark.parametrize("number", [0.0, 0.03, 0.12])
def test_the_replay_obeys_a_fence(number: float) -> None:
    network = fenced(fence(number, "resection"))
    tight = replace(network, capacity=network.capacity * 0.6)
    done = first_come(tight)
    assert (done.use <= np.maximum(tight.capacity, tight.committed) + 1e-9).all()
