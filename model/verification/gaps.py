"""How far what is found lies from what must be: one number for whole arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import numpy as np

from hepaplan.model.arrays import Floats

EXACT = 1e-9
"""Relative difference that is rounding alone."""


def largest_gap(found: Floats, expected: Floats) -> float:
    """Return the largest difference, as a share of the largest number expected.

    As it stands where nothing is expected; infinite where the two have another shape, or where one
    of them holds no number.
    """
    if np.shape(found) != np.shape(expected):
        return np.inf
    size = float(np.abs(expected).max(initial=0.0))
    gap = float(np.abs(found - expected).max(initial=0.0)) / (size or 1.0)
    return np.inf if np.isnan(gap) else gap


def above(found: Floats, limit: Floats | float) -> float:
    """Return by how much the numbers lie above a limit at most, 0 where none does.

    Infinite where one of them is no number.
    """
    most = float(np.max(np.maximum(found - limit, 0.0), initial=0.0))
    return np.inf if np.isnan(most) else most


def numbers_in(record: object) -> Iterator[tuple[str, Floats]]:
    """Yield the name and numbers of every array of numbers within a record of records."""
    if not is_dataclass(record):
        return
    for part in fields(record):
        value = getattr(record, part.name)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            yield part.name, value
        else:
            yield from numbers_in(value)
