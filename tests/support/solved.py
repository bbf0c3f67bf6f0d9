"""A plan solved and kept at hand, for networks of any size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hepaplan.model.allocation import objectives
from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.prices import Solved, Unit, ranking_weights, saleable_units
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session
from hepaplan.model.allocation.solver import without_dust
from hepaplan.model.allocation.written import programme
from hepaplan.model.outcomes import Values
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network, hand_values, hand_waiting, rules

Floats = npt.NDArray[np.float64]


def solved_plan(
    network: Network,
    values: Values,
    shift: float = 1.0,
    age_neutral: bool = True,
) -> tuple[Solved, Classes]:
    """Return the plan with most QALYs in a session."""
    classes = patient_classes(network, nothing_scarce(network), pooled=age_neutral)
    at, rows = programme(network, classes, rules(shift, age_neutral))
    health = objectives.health(network, classes, at, values.qalys_discounted)
    money = objectives.money(network, classes, at, values.cost_discounted)
    beyond = objectives.beyond_standard(at)
    travel = objectives.travel(network, classes, at)
    weights = ranking_weights(health, beyond, money, travel)
    session = Session(without_dust(rows), weights)
    solution = session.solve()
    return Solved(session, rows, at, network, health, money, beyond, weights, solution), classes


def solved_anew(solved: Solved, programme: Programme) -> Solved:
    """Return the best plan of another programme with the same columns and weights."""
    session = Session(programme, solved.weights)
    return replace(solved, session=session, programme=programme, solution=session.solve())


def units_of(network: Network, size: float = 1.0) -> list[Unit]:
    """Return candidates whose saleable unit is some of a resource in every month."""
    resources, sites, months = network.capacity.shape
    alone = np.eye(resources)[:, :, None, None] * size
    gives = np.broadcast_to(alone, (resources, resources, sites, months))
    return saleable_units(network, np.array(gives))


def hospital(beds: float, months: int = 1) -> tuple[Network, Values]:
    """Return F6 and F7: theatre hours, hours of interventional radiology, bed-days.

    Whoever does not start in the month of coming is worth nothing.
    """
    use = np.array([[[6.0], [0.0], [5.0]], [[0.0], [2.0], [1.0]]])
    kernels = hand_kernels([("resectable", "resection"), ("ablatable", "ablation")], use)
    network = hand_network(
        kernels,
        np.repeat(np.array([[[15.0]], [[25.0]]]), months, axis=2),
        np.repeat(np.array([[[100.0]], [[40.0]], [[beds]]]), months, axis=2),
        waiting=hand_waiting(kernels, stay=0.0),
    )
    return network, hand_values(kernels, [1.6, 1.3])


def random_network(seed: int) -> tuple[Network, Values]:
    """Return a small network: two lists, an exchange, two sites, two resources, five months."""
    chance = np.random.default_rng(seed)
    use = chance.uniform(0.5, 2.0, (2, 2, 2)) * (chance.random((2, 2, 2)) < 0.7)
    use[:, 0, 0] += 0.5
    arrive = np.zeros((2, 2, 3))
    arrive[0, 1, 1:] = chance.uniform(0.0, 0.2, 2)
    groups = ("young", "old")
    kernels = hand_kernels([("first", "a"), ("second", "b")], use, groups, arrive=arrive)
    shares = chance.uniform(0.2, 0.8, (2, 2))
    network = hand_network(
        kernels,
        chance.uniform(1.0, 5.0, (2, 2, 5)),
        chance.uniform(0.0, 8.0, (2, 2, 5)),
        waiting=hand_waiting(kernels, stay=float(chance.uniform(0.5, 0.95))),
        referral=np.stack([shares, 1.0 - shares], axis=-1),
        backlog=chance.uniform(0.0, 2.0, (2, 2, 2, 3)),
        travel=chance.uniform(5.0, 60.0, (2, 2)),
        exchange=[(0, 1, float(chance.uniform(0.0, 1.0)))],
    )
    values = hand_values(kernels, chance.uniform(0.5, 2.0, 2).tolist(), monthly_rate=0.01)
    return network, values
