"""Programmes whose rows and variables are only counted, and a network whose names all differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.calendar import Months
from hepaplan.model.sites.extras import Extras
from hepaplan.model.sites.lumps import Lumps
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network

OPTIONS = [("operable", "resection"), ("operable", "ablation"), ("late", "chemotherapy")]
BLOCKS = ("starts", "at_site", "left", "over", "begun", "arrivals", "bought", "built", "open")


def three_lists(first: str = "2027-11", months: int = 26) -> Network:
    """Return three lists, one exchange, two groups, two sites, two resources and every choice."""
    kernels = hand_kernels(OPTIONS, np.ones((3, 2, 1)), groups=("young", "old"))
    network = hand_network(
        kernels, np.ones((2, 2, months)), np.ones((2, 2, months)), exchange=[(0, 1, 0.5)]
    )
    extras = Extras(("evenings",), np.array([0]), np.array([1]), np.ones((1, months)), np.ones(1))
    lumps = Lumps(expansions=("third theatre",), volumes=("safe", "sure"))
    return replace(
        network, months=Months(first, months), sites=("Hill", "St Mary's"),
        extras=extras, lumps=lumps,
    )  # fmt: skip


def counted(blocks: Sequence[tuple[str, Sequence[int]]], columns: int = 1) -> Programme:
    """Return a programme of empty rows: by constraint, the numbers its rows had in it."""
    ends = np.cumsum([0, *(len(kept) for _, kept in blocks)]).tolist()
    rows = ends[-1]
    return Programme(
        csr_array((rows, columns)),
        np.zeros(rows),
        np.ones(rows),
        tuple((name, ends[i], ends[i + 1]) for i, (name, _) in enumerate(blocks)),
        np.ones(columns),
        np.zeros(columns, dtype=bool),
        np.array([number for _, kept in blocks for number in kept], dtype=np.int64),
    )


def place(shape: Sequence[int], where: Sequence[int]) -> int:
    """Return the number of a place in an array of this shape."""
    return int(np.ravel_multi_index(tuple(where), tuple(shape)))


def columns_at(
    shapes: Mapping[str, tuple[int, ...]], there: Mapping[str, Sequence[tuple[int, ...]]]
) -> Columns:
    """Return columns that exist at some places of their blocks only, numbered in that order."""
    numbers: dict[str, npt.NDArray[np.int64]] = {
        name: np.full(shapes.get(name, (0,)), -1, dtype=np.int64) for name in BLOCKS
    }
    count = 0
    for name, places in there.items():
        for where in places:
            numbers[name][where] = count
            count += 1
    return Columns(**numbers, upper=np.ones(count), whole=np.zeros(count, dtype=bool))
