"""An array whose axes carry names and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import listed, nearest
from hepaplan.model.tables.tidy import Labels, tidy


@dataclass(frozen=True, eq=False)
class Labelled:
    """Values, and for each axis in order its name and its labels."""

    values: Floats
    axes: Mapping[str, Labels]

    def __post_init__(self) -> None:
        """Refuse labels that do not fit the values."""
        shape = tuple(len(labels) for labels in self.axes.values())
        if shape != self.values.shape:
            raise ValueError(f"values of shape {self.values.shape} have labels of shape {shape}")

    def at(self, **where: str | int) -> Floats:
        """Return the values at a label of each axis named; the other axes stay in order."""
        for name in where.keys() - self.axes.keys():
            raise KeyError(f"no axis {name}{nearest(name, self.axes)}; axes: {listed(self.axes)}")
        return self.values[
            tuple(
                _position(name, labels, where[name]) if name in where else slice(None)
                for name, labels in self.axes.items()
            )
        ]

    def to_frame(self, column: str = "value") -> pd.DataFrame:
        """Return one row for each cell: the axes as columns, then the value."""
        return tidy(self.values, column, sparse=False, **self.axes).infer_objects()


def _position(axis: str, labels: Labels, label: str | int) -> int:
    for i, known in enumerate(labels):
        if known == label:
            return i
    names = [str(known) for known in labels]
    raise KeyError(f"no {axis} {label}{nearest(str(label), names)}; known: {listed(names)}")
