from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model import policies
from hepaplan.model.allocation import objectives
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.expansion_worth import ExpansionWorth, expansion_worths
from hepaplan.model.allocation.prices import Solved
from hepaplan.model.allocation.session import Session
from hepaplan.model.allocation.written import programme
from hepaplan.model.sites.network import Network
from tests.support.expansions import with_expansions
from tests.support.small import hand_kernels, hand_network, hand_values, hand_waiting, rules

MONTHS = 3


def theatre_and_beds(budget: float) -> Network:
    """Return operations (theatre and bed, 3 QALYs) and care (bed, 1 QALY), and two expansions.

    A month: 8 and 6 come, theatre for 5 and beds for 8. Two more places in theatre cost 100, one
    more bed 50, in the first month.
    """
    use = np.array([[1.0, 1.0], [0.0, 1.0]])[:, :, None]
    kernels = hand_kernels([("a", "operation"), ("b", "care")], use)
    network = hand_network(
        kernels,
        np.array([8.0, 6.0])[:, None, None] * np.ones((2, 1, MONTHS)),
        np.array([5.0, 8.0])[:, None, None] * np.ones((2, 1, MONTHS)),
        waiting=hand_waiting(kernels, stay=0.0),
    )
    adds = np.zeros((2, 2, 1, MONTHS))
    adds[0, 0], adds[1, 1] = 2.0, 1.0
    cost = np.array([[100.0, 0, 0], [50.0, 0, 0]])
    return with_expansions(network, adds, cost, budget=(budget,))


def solved(network: Network) -> Solved:
    classes = patient_classes(network, policies.nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules())
    values = hand_values(network.kernels, [3.0, 1.0])
    health = objectives.health(network, classes, at, values.qalys_discounted)
    money = objectives.money(network, classes, at, replace(values.cost, monthly_discount=1.0))
    weights = 1e-6 * money - health
    session = Session(rows, weights)
    return Solved(
        session, rows, at, network, health, money, objectives.beyond_standard(at), weights,
        session.solve(),
    )  # fmt: skip


def figures(worth: ExpansionWorth) -> list[float]:
    return [worth.qalys, worth.cost, worth.displaced]


def test_two_places_in_theatre_take_two_beds_from_others() -> None:
    """2 operations more and 2 cared for less a month: 6 - 2 QALYs; the beds are worth 1 each."""
    theatre, bed = expansion_worths(solved(theatre_and_beds(100)))
    assert theatre.chosen
    assert figures(theatre) == pytest.approx([MONTHS * 4, 100, MONTHS * 2], abs=1e-6)
    assert theatre.charged.icer == pytest.approx(100 / 12)
    assert theatre.uncharged.icer == pytest.approx(100 / 18)
    assert not bed.chosen
    assert figures(bed) == pytest.approx([MONTHS * 1, 50, 0], abs=1e-6)
    assert bed.charged.icer == bed.uncharged.icer == pytest.approx(50 / 3)


def test_with_beds_enough_nothing_is_displaced() -> None:
    network = theatre_and_beds(150)
    capacity = network.capacity.copy()
    capacity[1] = 50.0
    theatre, bed = expansion_worths(solved(replace(network, capacity=capacity)))
    assert figures(theatre) == pytest.approx([MONTHS * 6, 100, 0], abs=1e-6)
    assert not bed.chosen
    assert bed.qalys == pytest.approx(0, abs=1e-6)
    assert bed.charged.relation == "dominated"
    assert bed.charged.icer is None


def test_an_expansion_that_a_rule_needs_cannot_be_left_out() -> None:
    """Seven operations a month are a minimum: without the expansion there is no plan."""
    network = theatre_and_beds(100)
    counts = np.zeros((1, 2, 1), dtype=bool)
    counts[0, 0, 0] = True
    lumps = replace(
        network.lumps,
        volumes=("least",),
        counts=counts,
        least=np.array([7 * 12.0]),
        may_close=np.zeros(1, dtype=bool),
    )
    theatre, bed = expansion_worths(solved(replace(network, lumps=lumps)))
    assert (theatre.status, bed.status) == ("infeasible", "optimal")
    assert np.isnan(figures(theatre)).all()
    assert figures(bed) == pytest.approx([MONTHS, 50, 0], abs=1e-6)
