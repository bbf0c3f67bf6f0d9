"""A plan's starts, and first come with what they leave free."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.policies import first_come, plan_and_spare
from hepaplan.model.replay import Plan, replay
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network, hand_waiting


def network(arrivals: float, room: float) -> Network:
    """One operation at one site, `room` of them a month, nobody lost on the list."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    return hand_network(
        kernels,
        np.full((1, 1, 4), arrivals),
        np.full((1, 1, 4), room),
        waiting=hand_waiting(kernels),
    )


def plan_of(starts: float, months: int = 4) -> Plan:
    return Plan(np.full((1, 1, 1, months), starts), np.ones((1, 1, 1, months)), pooled=True)


def test_people_the_plan_did_not_expect_take_what_it_leaves_free() -> None:
    """Five come a month, the plan starts three, there is room for four: four start."""
    there = network(5.0, 4.0)
    kept, filled = (walk(there, plan_of(3.0)) for walk in (replay, plan_and_spare))
    np.testing.assert_allclose(kept.starts.sum(axis=(0, 1, 2, 3)), 3.0)
    np.testing.assert_allclose(filled.starts.sum(axis=(0, 1, 2, 3)), 4.0)
    assert (filled.use <= there.available + 1e-9).all()


def test_a_plan_of_nothing_leaves_first_come_alone() -> None:
    there = network(5.0, 4.0)
    filled, first = plan_and_spare(there, plan_of(0.0)), first_come(there)
    np.testing.assert_allclose(filled.starts, first.starts, atol=1e-12)
    np.testing.assert_allclose(filled.left, first.left, atol=1e-12)


def test_a_plan_that_leaves_nothing_free_is_kept_to_the_letter() -> None:
    there = network(5.0, 4.0)
    filled, kept = (walk(there, plan_of(4.0)) for walk in (plan_and_spare, replay))
    np.testing.assert_allclose(filled.starts, kept.starts, atol=1e-12)


def test_what_the_plan_buys_may_be_used_too() -> None:
    there, plan = network(5.0, 4.0), plan_of(3.0)
    more = replace(plan, extra=np.ones((1, 1, 4)))
    started = plan_and_spare(there, more).starts.sum(axis=(0, 1, 2, 3))
    assert started == pytest.approx(np.full(4, 5.0))
