"""From labelled arrays to tidy tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats

Labels = Sequence[str] | Sequence[int]
NEGLIGIBLE = 1e-9


def tidy(values: Floats, column: str, sparse: bool = False, **axes: Labels) -> pd.DataFrame:
    """Return one row for each cell of an array, its axes as columns in the order given.

    `sparse` leaves out cells below a billionth of a person: an absent row means none.
    """
    shape = tuple(len(labels) for labels in axes.values())
    if shape != values.shape:
        raise ValueError(f"the array's shape {values.shape} does not match its labels {shape}")
    cells = np.nonzero(values > NEGLIGIBLE) if sparse else np.unravel_index(
        np.arange(values.size), shape
    )  # fmt: skip
    columns: dict[str, object] = {
        name: np.asarray(labels, dtype=object)[place]
        for (name, labels), place in zip(axes.items(), cells, strict=True)
    }
    columns[column] = values[cells]
    return pd.DataFrame(columns)


def add_up(values: Floats, labels: Sequence[str], axis: int) -> tuple[Floats, tuple[str, ...]]:
    """Return an array whose cells of equal label are summed along an axis, and the labels left."""
    kept = tuple(dict.fromkeys(labels))
    member = np.array([[float(name == label) for label in labels] for name in kept])
    return np.moveaxis(np.tensordot(member, values, axes=(1, axis)), 0, axis), kept


def years_of(months: Sequence[str]) -> list[str]:
    """Return the calendar year of each month."""
    return [month[:4] for month in months]


def concat(frames: Mapping[str, pd.DataFrame], column: str) -> pd.DataFrame:
    """Return frames under each other, the key of each in a first column."""
    parts = []
    for name, frame in frames.items():
        part = frame.copy()
        part.insert(0, column, name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
