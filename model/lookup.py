"""From a tidy table to an array: every row in its place, none missing, none twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats


def dense(table: pd.DataFrame, column: str, **axes: Sequence[str] | Sequence[int]) -> Floats:
    """Return a column as an array with one axis for each key column, in the order given.

    Each combination of the axes' values needs exactly one row; other rows are left out.
    """
    keys = list(zip(*(table[name].tolist() for name in axes), strict=True))
    found = dict(zip(keys, table[column].tolist(), strict=True))
    if len(found) < len(keys):
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise ValueError(f"column {column}: more than one row for {_row(axes, twice)}: keep one")
    wanted = list(product(*axes.values()))
    values = np.array([found.get(key, np.nan) for key in wanted], dtype=np.float64)
    missing = np.flatnonzero(np.isnan(values))
    if missing.size:
        raise ValueError(
            f"column {column}: {missing.size} rows are missing, the first for "
            f"{_row(axes, wanted[missing[0]])}: add them, with an explicit 0 where that is meant"
        )
    return values.reshape([len(values_of_axis) for values_of_axis in axes.values()])


def at_ages(table: pd.DataFrame, columns: Sequence[str], ages: Sequence[int]) -> Floats:
    """Return columns at given ages, shape (age, column): a row holds from its age to the next."""
    ordered = table.sort_values("age_from")
    starts = ordered["age_from"].to_numpy(dtype=np.int64)
    rows = np.searchsorted(starts, np.asarray(ages, dtype=np.int64), side="right") - 1
    if (rows < 0).any():
        raise ValueError(
            f"{', '.join(columns)}: no row holds at age {min(ages)}: "
            f"add a row with age_from {min(ages)} or less"
        )
    return ordered[list(columns)].to_numpy(dtype=np.float64)[rows]


def _row(axes: dict[str, Sequence[str] | Sequence[int]], key: tuple[object, ...]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(axes, key, strict=True))
