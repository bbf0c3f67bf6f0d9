"""The policy `most health`: the best plan that keeps every rule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.allocation import constraints, objectives
from hepaplan.model.allocation.columns import Columns, columns
from hepaplan.model.allocation.rows import Programme, assemble
from hepaplan.model.allocation.solver import Solution, Solver
from hepaplan.model.arrays import Floats
from hepaplan.model.network import Network
from hepaplan.model.outcomes import Values
from hepaplan.model.parameters import Plan as PlanRules
from hepaplan.model.replay import Plan, Replay

TIME_LIMIT_SECONDS = 600.0
AIM_SLACK = 1e-6


@dataclass(frozen=True)
class BestPlan:
    """A plan proven best, its QALYs, and the size and residuals of the programme behind it.

    `usual_residual` and `usual_worth_gap`: how far reading 1's flows break the rows (capacity left
    out), and how far their objective is from arrivals times value, relative.
    """

    plan: Plan
    qalys: float
    aims: tuple[tuple[str, float], ...]
    status: str
    variables: int
    rows: int
    nonzeros: int
    seconds: float
    residuals: dict[str, float]
    usual_residual: float
    usual_worth_gap: float


def programme(network: Network, rules: PlanRules, usual: Replay) -> tuple[Columns, Programme]:
    """Return the variables and the rows of every constraint; `usual` is reading 1."""
    at = columns(network)
    own = usual.starts[: len(network.kernels.options)].sum(axis=3)
    rows = [
        constraints.arrivals(network, at),
        constraints.begun(network, at),
        constraints.referral(network, at),
        constraints.referral_bounds(network, at, rules),
        constraints.lists(network, at),
        constraints.beyond_standard(network, at),
        constraints.capacity(network, at),
        constraints.substitution(network, at),
    ]
    if rules.age_neutral:
        rows.append(constraints.age_neutral(network, at, rules, own))
    return at, assemble(rows, at.count)


def most_health(network: Network, rules: PlanRules, values: Values, usual: Replay) -> BestPlan:
    """Return the plan with most QALYs, then fewest beyond the standard, then least cost and travel.

    Lexicographic: each aim is kept, within a millionth, while the next is sought. Raises `NoPlan`
    when no plan keeps every rule or the solver cannot prove one best.
    """
    at, rows = programme(network, rules, usual)
    solver = Solver(rows, at.count, TIME_LIMIT_SECONDS)
    aims: tuple[tuple[str, Floats], ...] = (
        ("QALYs", -objectives.health(network, at, values.qalys_discounted)),
        ("person-months beyond the standard", objectives.beyond_standard(at)),
        ("cost (GBP)", objectives.money(network, at, values.cost_discounted)),
        ("travel (minutes)", objectives.travel(network, at)),
    )
    reached: list[tuple[str, float]] = []
    solutions: list[Solution] = []
    for name, weights in aims:
        solution = solver.minimise(weights)
        solutions.append(solution)
        reached.append((name, abs(solution.objective)))
        solver.keep(weights, solution.objective + AIM_SLACK * max(1.0, abs(solution.objective)))
    last = solutions[-1]
    reading_one = programme_point(network, at, usual)
    worth = objectives.usual_worth(network, values.qalys_discounted)
    usual_rows = rows.worst(reading_one)
    return BestPlan(
        plan=_plan(network, at, last.point),
        qalys=-float(aims[0][1] @ last.point),
        aims=tuple(reached),
        status=last.status,
        variables=at.count,
        rows=rows.matrix.shape[0],
        nonzeros=int(rows.matrix.nnz),
        seconds=sum(s.seconds for s in solutions),
        residuals=rows.worst(last.point),
        usual_residual=max(v for name, v in usual_rows.items() if name != "capacity"),
        usual_worth_gap=abs(-float(aims[0][1] @ reading_one) - worth) / max(abs(worth), 1.0),
    )


def programme_point(network: Network, at: Columns, done: Replay) -> Floats:
    """Return a replay's flows as a point of the programme."""
    point = np.zeros(at.count)
    over = np.zeros(done.at_site.shape)
    standard = network.waiting.standard_months[network.kernels.point_of]
    for listed, months in enumerate(standard):
        over[listed] = done.left[listed, :, :, months:].sum(axis=2)
    starts = done.starts.sum(axis=3)
    begun = np.zeros(at.begun.shape)
    np.add.at(begun, at.fate_of[network.pair_option], starts.sum(axis=2))
    for numbers, people in (
        (at.starts, starts),
        (at.at_site, done.at_site),
        (at.left, done.left.sum(axis=3)),
        (at.over, over),
        (at.arrivals, done.arrivals),
        (at.begun, begun),
    ):
        exists = numbers >= 0
        point[numbers[exists]] = people[exists]
    return point


def _plan(network: Network, at: Columns, point: Floats) -> Plan:
    padded = np.append(point, 0.0)
    starts, placed = padded[at.starts], padded[at.at_site]
    came = placed.sum(axis=2, keepdims=True)
    present = np.broadcast_to(network.referral[..., None], placed.shape)
    referral = np.divide(placed, came, out=present.copy(), where=came > 1e-9)
    return Plan(starts, referral)
