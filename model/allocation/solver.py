"""A programme solved and believed only with a proof; PuLP shows it to other solvers and eyes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pulp

from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import (
    TIME_LIMIT_SECONDS,
    Session,
    Solution,
    Status,
    Stopped,
)
from hepaplan.model.arrays import Floats

DUST = 2e-9
SMALLEST, LARGEST = 1e-6, 1e6
_WORDS: dict[Status, str] = {
    "infeasible": "no plan keeps every rule at once",
    "time limit": "the solver reached its time limit before it proved a best plan",
}


class NoPlan(Exception):
    """The programme has no plan to show: what the solver said, in words."""


def minimise(
    programme: Programme, weights: Floats, time_limit: float = TIME_LIMIT_SECONDS
) -> Solution:
    """Return the point of least total weight. Raises `NoPlan` unless it is proven."""
    check_range(programme)
    try:
        return Session(without_dust(programme), weights, time_limit, crossover=False).solve()
    except Stopped as stop:
        words = _WORDS.get(stop.status, f"the solver stopped without a proven plan ({stop.status})")
        raise NoPlan(words) from stop


def without_dust(programme: Programme) -> Programme:
    """Return the programme without flows below two in a billion, which the solver would ignore."""
    matrix = programme.matrix.copy()
    matrix.data[np.abs(matrix.data) < DUST] = 0.0
    matrix.eliminate_zeros()
    return replace(programme, matrix=matrix)


def check_range(programme: Programme) -> None:
    """Refuse figures that HiGHS would drop, or that would swamp the others."""
    size = np.abs(programme.matrix.data)
    footprints = np.abs(programme.part("capacity").data)
    least, most = footprints.min(initial=np.inf), size.max(initial=0.0)
    if least < SMALLEST or most > LARGEST:
        raise NoPlan(
            f"resource use from {least:g} to {most:g} units is too small or too large for the "
            f"solver to keep apart (it needs {SMALLEST:g} to {LARGEST:g}): state the resource in "
            f"another unit, such as minutes for hours"
        )


def pulp_problem(programme: Programme, weights: Floats) -> pulp.LpProblem:
    """Return the programme as a PuLP problem: variables x… and rows r… in the programme's order."""
    problem = pulp.LpProblem("hepaplan", pulp.LpMinimize)
    count = weights.size
    width = len(str(count))
    variables = [problem.add_variable(f"x{i:0{width}d}", lowBound=0) for i in range(count)]
    costs = weights.tolist()
    used = np.flatnonzero(weights).tolist()
    problem.setObjective(pulp.LpAffineExpression([(variables[i], costs[i]) for i in used]))
    matrix = programme.matrix
    starts, numbers, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    lower, upper = programme.lower.tolist(), programme.upper.tolist()
    width = len(str(len(lower)))
    for row, right in enumerate(upper):
        first, stop = starts[row], starts[row + 1]
        terms = [(variables[numbers[i]], values[i]) for i in range(first, stop)]
        sense = pulp.LpConstraintEQ if lower[row] == right else pulp.LpConstraintLE
        constraint = pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, rhs=right)
        problem.addConstraint(constraint, name=f"r{row:0{width}d}")
    return problem
