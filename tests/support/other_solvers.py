"""Programmes made at random, and model files as other solvers read them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, csr_array

from hepaplan.model.allocation.rows import Programme, Rows, assemble

Floats = npt.NDArray[np.float64]


def made_at_random(seed: int, whole: int = 0) -> tuple[Programme, Floats]:
    """Return a programme that has plans, and weights; the first `whole` columns are 0 or 1.

    Rows of each kind, around a point that keeps them all: at most, at least, equal, between.
    """
    chance = np.random.default_rng(seed)
    columns, rows = int(chance.integers(4, 14)) + whole, int(chance.integers(3, 9))
    most = np.where(chance.random(columns) < 0.5, np.inf, chance.uniform(2, 9, columns))
    most[:whole] = 1.0
    inside = np.minimum(chance.uniform(0, 4, columns), most)
    inside[:whole] = np.round(inside[:whole])
    matrix = chance.uniform(-1, 4, (rows, columns)) * (chance.random((rows, columns)) < 0.6)
    matrix[0] = chance.uniform(0.5, 2, columns)  # every variable is bounded
    activity, kind = matrix @ inside, chance.integers(0, 4, rows)
    kind[0] = 0
    lower = np.where(kind == 0, -np.inf, activity - np.where(kind == 2, 0.0, 1.7))
    upper = np.where(kind == 1, np.inf, activity + np.where(kind == 2, 0.0, 2.3))
    block = Rows("capacity", lower, upper)
    every = np.arange(columns, dtype=np.int64)
    for row, coefficients in enumerate(matrix):
        block.add(np.full(columns, row, dtype=np.int64), every, coefficients)
    flags = np.arange(columns) < whole
    return assemble([block], columns, most, flags), chance.uniform(-5, 3, columns)


@dataclass(frozen=True)
class ReadModel:
    """A model file as HiGHS reads it: `matrix` (row, column) and what the programme has."""

    names: tuple[str, ...]
    weights: Floats
    matrix: csr_array
    lower: Floats
    upper: Floats
    most: Floats
    whole: npt.NDArray[np.bool_]

    def least(self) -> float:
        """Return the least total weight, by scipy's mixed-integer solver."""
        found = milp(
            self.weights,
            integrality=self.whole.astype(int),
            bounds=Bounds(0, self.most),
            constraints=LinearConstraint(self.matrix, self.lower, self.upper),
            options={"mip_rel_gap": 0.0},
        )
        assert found.status == 0, found.message
        return float(found.fun)


def read_model(path: Path) -> ReadModel:
    """Return the model in a file."""
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    read = highs.getLp()
    assert read.sense_ == highspy.ObjSense.kMinimize
    assert not np.any(read.col_lower_)
    stored, shape = read.a_matrix_, (read.num_row_, read.num_col_)
    kind = csc_array if stored.format_ == highspy.MatrixFormat.kColwise else csr_array
    whole = [k == highspy.HighsVarType.kInteger for k in read.integrality_]
    return ReadModel(
        tuple(read.col_names_),
        np.array(read.col_cost_),
        csr_array(kind((stored.value_, stored.index_, stored.start_), shape=shape)),
        np.array(read.row_lower_),
        np.array(read.row_upper_),
        np.array(read.col_upper_),
        np.array(whole or [False] * read.num_col_),
    )


def by_trying_all(programme: Programme, weights: Floats) -> float:
    """Return the least total weight over every combination of the whole columns, each 0 or 1."""
    matrix, most = programme.matrix.toarray(), programme.most
    chosen = np.flatnonzero(programme.whole)
    upper, lower = np.isfinite(programme.upper), np.isfinite(programme.lower)
    best = np.inf
    for choice in itertools.product((0.0, 1.0), repeat=chosen.size):
        low, high = np.zeros(most.size), most.copy()
        low[chosen] = high[chosen] = choice
        found = linprog(
            weights,
            A_ub=np.concatenate((matrix[upper], -matrix[lower])),
            b_ub=np.concatenate((programme.upper[upper], -programme.lower[lower])),
            bounds=list(zip(low, high, strict=True)),
        )
        if found.status == 0 and found.fun is not None:
            best = min(best, float(found.fun))
    return best
