"""The programme as PuLP shows it to eyes, to files and to other solvers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pulp

from hepaplan.model.allocation.model_names import Names, plain_names
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Floats

FORMATS = (".lp", ".mps")


def pulp_problem(
    programme: Programme, weights: Floats, names: Names | None = None
) -> pulp.LpProblem:
    """Return the programme as a PuLP problem to be minimised, in the programme's order.

    A row with two different bounds becomes two, the lower one's name ending in `_least`; a row
    without bounds is left out. Every variable is in the objective, if with weight 0, since PuLP
    writes no others. Names are x0, x1, … unless given.
    """
    names = names or plain_names(programme)
    problem = pulp.LpProblem("hepaplan", pulp.LpMinimize)
    kinds = (pulp.LpContinuous, pulp.LpInteger)
    variables = [
        problem.add_variable(name, 0, most if np.isfinite(most) else None, cat=kinds[whole])
        for name, most, whole in zip(
            names.variables, programme.most.tolist(), programme.whole.tolist(), strict=True
        )
    ]
    problem.setObjective(
        pulp.LpAffineExpression(list(zip(variables, weights.tolist(), strict=True)))
    )
    matrix = programme.matrix
    starts, numbers, values = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    for row, (name, least, most) in enumerate(
        zip(names.rows, programme.lower.tolist(), programme.upper.tolist(), strict=True)
    ):
        first, stop = starts[row], starts[row + 1]
        terms = [(variables[numbers[i]], values[i]) for i in range(first, stop)]
        for sense, right, suffix in _senses(least, most):
            constraint = pulp.LpConstraint(pulp.LpAffineExpression(terms), sense, rhs=right)
            problem.addConstraint(constraint, name=name + suffix)
    return problem


def write_model(
    path: Path, programme: Programme, weights: Floats, names: Names | None = None
) -> None:
    """Write the programme for another solver: LP where the name ends in .lp, MPS in .mps.

    Figures have 12 digits. Both formats minimise. Raises `ValueError` for another ending.
    """
    if path.suffix not in FORMATS:
        raise ValueError(f"{path.name}: a model file ends in {' or '.join(FORMATS)}")
    problem = pulp_problem(programme, weights, names)
    if path.suffix == ".lp":
        problem.writeLP(str(path), max_length=255)
    else:
        problem.writeMPS(str(path))


def _senses(least: float, most: float) -> list[tuple[int, float, str]]:
    """Return PuLP's senses of a row, with right-hand side and what its name ends in."""
    if least == most:
        return [(pulp.LpConstraintEQ, most, "")]
    found = []
    if most < np.inf:
        found.append((pulp.LpConstraintLE, most, ""))
    if least > -np.inf:
        found.append((pulp.LpConstraintGE, least, "_least"))
    return found
