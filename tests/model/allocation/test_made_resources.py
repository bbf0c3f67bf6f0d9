"""The plan with whole cases, a fence, other services, overtime and limited travel at once."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.evaluate import network_of, scarce_capacity, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import ExtraCapacity, RingFence
from hepaplan.model.readings import FIRST_COME, LONGEST_WAIT, MOST_HEALTH, Capacity, UsualCare
from hepaplan.model.tables.plan_tables import all_tables
from tests.support.scenarios import tiny, with_settings, with_table
from tests.support.small import figure

HILLTOP, RIVERSIDE = 0, 1


def everything() -> Scenario:
    """Return the tiny scenario with every rule of this page, and fewer lists than it needs."""
    settings, tables = tiny().settings, tiny().tables
    theatre = settings.resource["theatre"].model_copy(update={"whole_cases": True})
    fence = {
        "label": "Kept for ablation", "site": "hilltop", "resource": "theatre",
        "number": figure(0.05, "saleable units"), "treatments": ["ablation"],
    }  # fmt: skip
    evening = {
        "label": "Evenings", "kind": "overtime", "site": "hilltop", "resource": "theatre",
        "most": figure(30.0, "units per month"), "unit_cost": figure(9.0, "GBP per unit"),
    }  # fmt: skip
    plan = settings.plan.model_dump() | {"longest_travel": figure(45, "minutes")}
    row = ("hilltop", "theatre", "2027-01", "2027-02", 0.1, "made_up", "illustrative")
    changed = with_settings(
        tiny(),
        resource=settings.resource | {"theatre": theatre},
        ring_fence={"fence": RingFence.model_validate(fence)},
        extra_capacity={"evening": ExtraCapacity.model_validate(evening)},
        plan=type(settings.plan).model_validate(plan),
    )
    return with_table(changed, other_use=pd.DataFrame([row], columns=tables.other_use.columns))


@cache
def planned() -> tuple[UsualCare, Capacity]:
    usual = usual_care(everything())
    return usual, scarce_capacity(usual)


def test_every_policy_keeps_within_every_resource_made_or_real() -> None:
    _, capacity = planned()
    network = capacity.network
    assert len(network.kernels.resources) == 2 + 2 + 3
    for policy in (FIRST_COME, LONGEST_WAIT, MOST_HEALTH):
        use = capacity.replays[policy].use
        extra = 0.0 if policy != MOST_HEALTH else capacity.best.plan.extra
        assert extra is not None
        room = np.maximum(network.capacity + extra, network.committed)
        assert (use <= room + 1e-6).all(), policy


def test_reading_one_keeps_every_row_but_capacity() -> None:
    _, capacity = planned()
    assert capacity.best.usual_residual < 1e-9
    assert capacity.best.usual_worth_gap < 1e-12
    assert max(capacity.best.residuals.values()) < 1e-6


def test_made_resources_are_in_no_table() -> None:
    usual, capacity = planned()
    tables = all_tables(usual, capacity)
    for name in ("resources", "requirements", "bottlenecks"):
        assert set(tables[name]["resource"]) <= {"theatre", "chair"}
    categories = set(tables["costs"]["category"])
    assert "theatre" in categories
    assert not [name for name in categories if "whole" in name or "kept" in name]


@pytest.mark.parametrize("month", range(4))
def test_whole_cases_hold_fewer_than_minutes_would(month: int) -> None:
    usual, _ = planned()
    network = network_of(usual)
    sessions = network.capacity[2, HILLTOP, month]
    # A resection of 300 minutes takes two sessions of 204.
    assert sessions / 2 * 300 < network.capacity[0, HILLTOP, month]
