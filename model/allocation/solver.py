"""PuLP and HiGHS: the programme handed over once, solved for one aim after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
import pulp

from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Floats

Status = Literal["optimal", "time limit", "infeasible", "unbounded", "failed"]
SMALLEST, LARGEST = 1e-9, 1e6
_STATUS: dict[Any, Status] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "time limit",
    highspy.HighsModelStatus.kIterationLimit: "time limit",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
}


class NoPlan(Exception):
    """The programme has no plan to show: what the solver said, in words."""


@dataclass(frozen=True)
class Solution:
    """A point that the solver calls optimal, its objective, and the work it took."""

    point: Floats
    objective: float
    status: Status
    iterations: int
    seconds: float


class Solver:
    """A programme inside HiGHS, built through PuLP; the basis is kept between aims."""

    def __init__(self, programme: Programme, columns: int, time_limit: float) -> None:
        """Hand the programme over; all variables are people and cannot be negative."""
        check_range(programme.matrix.data, "a coefficient of the programme")
        self.problem = _pulp_problem(programme, columns)
        route = pulp.HiGHS(msg=False, threads=1, timeLimit=time_limit, random_seed=1)
        route.createAndConfigureSolver(self.problem)
        route.buildSolverModel(self.problem)
        self.highs: Any = self.problem.solverModel
        self.columns = np.arange(columns, dtype=np.int32)

    def minimise(self, weights: Floats) -> Solution:
        """Return the point of least total weight, or say why there is none."""
        scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        self.highs.changeColsCost(len(weights), self.columns, weights / scale)
        started = self.highs.getRunTime()
        self.highs.run()
        status = _STATUS.get(self.highs.getModelStatus(), "failed")
        if status != "optimal":
            raise NoPlan(
                {
                    "infeasible": "no plan keeps every rule at once",
                    "time limit": "the solver reached its time limit before it proved a best plan",
                }.get(status, f"the solver stopped without a proven plan ({status})")
            )
        point = np.maximum(np.array(self.highs.getSolution().col_value), 0.0)
        return Solution(
            point,
            float(weights @ point),
            status,
            int(self.highs.getInfo().simplex_iteration_count),
            float(self.highs.getRunTime() - started),
        )

    def keep(self, weights: Floats, most: float) -> None:
        """Add the rule that the total weight stays at most `most`, for the aims that follow."""
        scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        columns = np.flatnonzero(weights).astype(np.int32)
        self.highs.addRow(
            -highspy.kHighsInf, most / scale, len(columns), columns, weights[columns] / scale
        )


def check_range(values: Floats, what: str) -> None:
    """Refuse non-zero figures that HiGHS would drop or that would swamp the others."""
    size = np.abs(values[values != 0.0])
    if size.size and not (size.min() > SMALLEST and size.max() <= LARGEST):
        raise NoPlan(
            f"{what} lies outside {SMALLEST:g} to {LARGEST:g} "
            f"({size.min():g} to {size.max():g}): the solver would lose it. State the resource in "
            f"a larger or smaller unit"
        )


def _pulp_problem(programme: Programme, columns: int) -> pulp.LpProblem:
    problem = pulp.LpProblem("hepaplan", pulp.LpMinimize)
    width = len(str(columns))
    variables = [problem.add_variable(f"x{i:0{width}d}", lowBound=0) for i in range(columns)]
    matrix = programme.matrix
    starts, numbers, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    lower, upper = programme.lower.tolist(), programme.upper.tolist()
    row_width = len(str(len(lower)))
    for row in range(len(lower)):
        first, stop = starts[row], starts[row + 1]
        if first == stop:
            continue
        terms = [(variables[numbers[i]], values[i]) for i in range(first, stop)]
        if lower[row] == upper[row]:
            sense, right = pulp.LpConstraintEQ, upper[row]
        else:
            sense, right = pulp.LpConstraintLE, upper[row]
        problem.addConstraint(
            pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, rhs=right),
            name=f"r{row:0{row_width}d}",
        )
    problem.setObjective(pulp.LpAffineExpression([]))
    return problem
