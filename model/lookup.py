"""From a tidy table to an array: every row in its place, none missing, none twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats


def dense(table: pd.DataFrame, column: str, **axes: Sequence[str] | Sequence[int]) -> Floats:
    """Return a column as an array with one axis for each key column, in the order given.

    Each combination of the axes' values needs exactly one row; other rows are left out.
    """
    indexed = table.set_index(list(axes))[column]
    if indexed.index.has_duplicates:
        twice = indexed.index[indexed.index.duplicated()][0]
        raise ValueError(f"column {column}: more than one row for {_row(axes, twice)}: keep one")
    product = pd.MultiIndex.from_product(list(axes.values()), names=list(axes))
    wanted = product if len(axes) > 1 else product.get_level_values(0)
    values = indexed.reindex(wanted).to_numpy(dtype=np.float64)
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


def _row(axes: dict[str, Sequence[str] | Sequence[int]], key: object) -> str:
    keys = key if isinstance(key, tuple) else (key,)
    return ", ".join(f"{name} {value}" for name, value in zip(axes, keys, strict=True))
