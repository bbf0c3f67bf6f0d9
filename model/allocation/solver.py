"""PuLP and HiGHS: a programme handed over, solved, and believed only with a proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Thread
from typing import Any, Literal

import highspy
import numpy as np
import pulp

from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Floats

Status = Literal["optimal", "time limit", "infeasible", "unbounded", "failed"]
TIME_LIMIT_SECONDS = 600.0
DUST = 2e-9
SMALLEST, LARGEST = 1e-6, 1e6
_STATUS: dict[Any, Status] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "time limit",
    highspy.HighsModelStatus.kIterationLimit: "time limit",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
}
_WORDS: dict[Status, str] = {
    "infeasible": "no plan keeps every rule at once",
    "time limit": "the solver reached its time limit before it proved a best plan",
}


class NoPlan(Exception):
    """The programme has no plan to show: what the solver said, in words."""


@dataclass(frozen=True)
class Solution:
    """A point proven best, its total weight, and the relative gap to the proof."""

    point: Floats
    objective: float
    status: Status
    gap: float
    seconds: float


def minimise(
    programme: Programme, weights: Floats, time_limit: float = TIME_LIMIT_SECONDS
) -> Solution:
    """Return the point of least total weight; all variables are people and cannot be negative.

    Interior point without crossover: on plans of this shape, where every start touches every later
    month, it is tens of times faster than simplex. Raises `NoPlan` unless optimality is proven.
    """
    check_range(programme)
    programme = without_dust(programme)
    scale = float(np.abs(weights).max(initial=0.0)) or 1.0
    problem = pulp_problem(programme, weights / scale)
    route = pulp.HiGHS(
        msg=False,
        threads=1,
        timeLimit=time_limit,
        random_seed=1,
        solver="ipx",
        run_crossover="off",
    )
    route.createAndConfigureSolver(problem)
    route.buildSolverModel(problem)
    highs: Any = problem.solverModel
    _run_interruptibly(highs)
    status = _STATUS.get(highs.getModelStatus(), "failed")
    if status != "optimal":
        raise NoPlan(_WORDS.get(status, f"the solver stopped without a proven plan ({status})"))
    point = np.maximum(np.array(highs.getSolution().col_value), 0.0)
    return Solution(
        point=point,
        objective=float(weights @ point),
        status=status,
        gap=abs(float(highs.getInfo().primal_dual_objective_error)),
        seconds=float(highs.getRunTime()),
    )


def _run_interruptibly(highs: Any) -> None:
    """Run the solver so that Ctrl-C and other signals are heard while it works."""
    work = Thread(target=highs.run, daemon=True)
    work.start()
    while work.is_alive():
        work.join(timeout=0.1)


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
