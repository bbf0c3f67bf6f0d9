"""The programme's rows, assembled as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array, vstack

from hepaplan.model.arrays import Flags, Floats, Ints


@dataclass
class Rows:
    """One constraint's rows: a name, bounds by row and coefficients as (row, column, value)."""

    name: str
    lower: Floats
    upper: Floats
    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)

    @classmethod
    def equal(cls, name: str, right: Floats) -> Rows:
        """Return rows whose sum must equal `right`."""
        return cls(name, right.ravel().copy(), right.ravel().copy())

    @classmethod
    def at_most(cls, name: str, right: Floats) -> Rows:
        """Return rows whose sum may not exceed `right`."""
        return cls(name, np.full(right.size, -np.inf), right.ravel().copy())

    def add(self, row: Ints, column: Ints, value: Floats | float) -> None:
        """Add coefficients, broadcast together; those of columns that do not exist are dropped."""
        rows, columns, values = np.broadcast_arrays(row, column, np.asarray(value, dtype=float))
        keep = (columns >= 0) & (values != 0.0)
        self.row.append(rows[keep])
        self.column.append(columns[keep])
        self.value.append(values[keep])


@dataclass(frozen=True)
class Programme:
    """Rows of all constraints as one matrix (row, column) with bounds, and each row's name.

    Columns lie between 0 and `most` (column,); those in `whole` (column,) are whole numbers.
    `kept` (row,): the number that each row had in its constraint before empty ones were left out.
    """

    matrix: csr_array
    lower: Floats
    upper: Floats
    blocks: tuple[tuple[str, int, int], ...]
    most: Floats
    whole: Flags
    kept: Ints

    def residual(self, point: Floats) -> Floats:
        """Return by how much each row is broken at a point, 0 where it holds, shape (row,)."""
        activity = self.matrix @ point
        broken = np.maximum(self.lower - activity, activity - self.upper)
        return np.asarray(np.maximum(broken, 0.0))

    def part(self, name: str) -> csr_array:
        """Return the coefficients of one constraint."""
        first, stop = next((first, stop) for block, first, stop in self.blocks if block == name)
        return csr_array(self.matrix[first:stop])

    def rows_of(self, name: str, like: Sequence[int]) -> Ints:
        """Return the row numbers of a constraint in its own shape, -1 where a row was empty."""
        first, stop = next((first, stop) for block, first, stop in self.blocks if block == name)
        numbers = np.full(int(np.prod(like)), -1, dtype=np.int64)
        numbers[self.kept[first:stop]] = np.arange(first, stop)
        return numbers.reshape(like)

    def worst(self, point: Floats) -> dict[str, float]:
        """Return the largest residual of each constraint."""
        broken = self.residual(point)
        return {
            name: float(broken[first:stop].max(initial=0.0)) for name, first, stop in self.blocks
        }


def assemble(
    constraints: Sequence[Rows],
    columns: int,
    most: Floats | None = None,
    whole: Flags | None = None,
) -> Programme:
    """Return the constraints as one programme, rows in the order given; empty ones are left out."""
    first, blocks, kept = 0, [], []
    matrices, lower, upper = [], [], []
    for constraint in constraints:
        if not constraint.row:
            blocks.append((constraint.name, first, first))
            continue
        where = (np.concatenate(constraint.row), np.concatenate(constraint.column))
        values = np.concatenate(constraint.value)
        matrix = csr_array((values, where), shape=(constraint.lower.size, columns))
        matrix.sum_duplicates()
        used = np.flatnonzero(np.diff(matrix.indptr))
        matrices.append(matrix[used])
        lower.append(constraint.lower[used])
        upper.append(constraint.upper[used])
        kept.append(used)
        blocks.append((constraint.name, first, first + used.size))
        first += used.size
    return Programme(
        csr_array(vstack(matrices, format="csr")),
        np.concatenate(lower),
        np.concatenate(upper),
        tuple(blocks),
        np.full(columns, np.inf) if most is None else most,
        np.zeros(columns, dtype=bool) if whole is None else whole,
        np.concatenate(kept),
    )
