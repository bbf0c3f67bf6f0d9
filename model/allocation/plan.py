"""The policy `most health`: the best plan that keeps every rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.allocation import constraints, objectives
from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.columns import Columns, columns
from hepaplan.model.allocation.rows import Programme, assemble
from hepaplan.model.allocation.solver import minimise
from hepaplan.model.arrays import Floats
from hepaplan.model.network import Network
from hepaplan.model.outcomes import Values
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.replay import Plan, Replay

QALYS_PER_MONTH_BEYOND = 1e-3
QALYS_PER_POUND = 1e-9
QALYS_PER_MINUTE = 1e-5
"""Weights that decide between plans of nearly equal health: standard, then travel, then cost.

A minute of travel counts as about 25 pence at 25,000 pounds a QALY.
"""

ROUNDS_OF_FITTING = 50


@dataclass(frozen=True)
class BestPlan:
    """A plan proven best, what it reaches, and the size and residuals of the programme behind it.

    `qalys` is the programme's own figure, discounted, for decisions over the whole horizon;
    `tie_breakers` what the weights that decide between equal plans take from the objective, in
    QALYs. `usual_residual` and `usual_worth_gap`: how far reading 1's flows break the rows
    (capacity left out), and how far their objective is from arrivals times value, relative.
    """

    plan: Plan
    qalys: float
    tie_breakers: float
    status: str
    gap: float
    variables: int
    rows: int
    nonzeros: int
    seconds: float
    residuals: dict[str, float]
    usual_residual: float
    usual_worth_gap: float


def programme(network: Network, classes: Classes, rules: PlanRules) -> tuple[Columns, Programme]:
    """Return the variables and the rows of every constraint."""
    at = columns(network, classes)
    rows = [
        constraints.arrivals(network, classes, at),
        constraints.begun(network, classes, at),
        constraints.referral(network, classes, at),
        constraints.referral_bounds(network, classes, at, rules),
        constraints.lists(network, classes, at),
        constraints.beyond_standard(network, classes, at),
        constraints.capacity(network, classes, at),
        constraints.substitution(network, classes, at),
    ]
    return at, assemble(rows, at.count, at.upper, at.whole)


def most_health(network: Network, rules: PlanRules, values: Values, usual: Replay) -> BestPlan:
    """Return the plan with most QALYs; among equals fewest beyond the standard, cost and travel.

    `usual` is reading 1. Raises `NoPlan` when no plan keeps every rule or none is proven best.
    """
    classes = patient_classes(network, usual, pooled=rules.age_neutral)
    at, rows = programme(network, classes, rules)
    health = objectives.health(network, classes, at, values.qalys_discounted)
    ties = (
        QALYS_PER_MONTH_BEYOND * objectives.beyond_standard(at)
        + QALYS_PER_POUND * objectives.money(network, classes, at, values.cost_discounted)
        + QALYS_PER_MINUTE * objectives.travel(network, classes, at)
    )
    solved = minimise(rows, ties - health)
    reading_one = programme_point(network, classes, at, usual)
    worth = objectives.usual_worth(network, classes, values.qalys_discounted)
    broken = rows.worst(reading_one)
    return BestPlan(
        plan=_plan(network, classes, at, solved.point),
        qalys=float(health @ solved.point),
        tie_breakers=float(ties @ solved.point),
        status=solved.status,
        gap=solved.gap,
        variables=at.count,
        rows=rows.matrix.shape[0],
        nonzeros=int(rows.matrix.nnz),
        seconds=solved.seconds,
        residuals=rows.worst(solved.point),
        usual_residual=max(v for name, v in broken.items() if name != "capacity"),
        usual_worth_gap=abs(float(health @ reading_one) - worth) / max(abs(worth), 1.0),
    )


def programme_point(network: Network, classes: Classes, at: Columns, done: Replay) -> Floats:
    """Return a replay's flows as a point of the programme."""
    point = np.zeros(at.count)
    over = np.zeros(done.at_site.shape)
    standard = network.waiting.standard_months[network.kernels.point_of]
    for listed, months in enumerate(standard):
        over[listed] = done.left[listed, :, :, months:].sum(axis=2)
    starts = done.starts.sum(axis=3)
    for numbers, people in (
        (at.starts, starts),
        (at.at_site, done.at_site),
        (at.left, done.left.sum(axis=3)),
        (at.over, over),
        (at.begun, starts.sum(axis=2)),
        (at.arrivals, done.arrivals),
    ):
        exists = numbers >= 0
        point[numbers[exists]] = classes.gathered(people)[exists]
    return point


def _plan(network: Network, classes: Classes, at: Columns, point: Floats) -> Plan:
    """Return the plan by group: each takes its usual part of its class.

    A class's shares by site become shares by group that add up to them and stay nearest to today's
    (iterative proportional fitting: Deming & Stephan, Annals of Mathematical Statistics
    1940;11:427-44, 10.1214/aoms/1177731829). A group whose every site the plan empties goes where
    the class goes.
    """
    padded = np.append(point, 0.0)
    mix = classes.on_list[network.pair_list]
    starts = np.einsum("pqght,pqht->pght", mix, padded[at.starts])
    placed = padded[at.at_site]
    people = placed.sum(axis=2, keepdims=True)
    wanted = np.divide(placed, people, out=np.zeros_like(placed), where=people > 1e-9)
    referral = np.repeat(network.referral[..., None], network.horizon, axis=-1)
    for _ in range(ROUNDS_OF_FITTING):
        found = np.einsum("lqgt,lght->lqht", classes.arriving, referral)
        change = (people > 1e-9) & (found > 1e-9)
        referral = referral * np.divide(wanted, found, out=np.ones_like(found), where=change)
        whole = referral.sum(axis=2, keepdims=True)
        nowhere = np.broadcast_to(wanted, referral.shape).copy()
        referral = np.divide(referral, whole, out=nowhere, where=whole > 0)
    return Plan(starts, referral, classes.pooled)
