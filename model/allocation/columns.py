"""The programme's variables, each block an array of column numbers; -1 where none exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.network import Network


@dataclass(frozen=True)
class Columns:
    """Column numbers by block.

    `starts` (pair, group, site, month), `at_site`, `left` and `over` (list, group, site, month),
    `arrivals` (point, group, month), `begun` (fate, group, month): starts of all options that
    share one kernel; `fate_of` (option) says which. `left` and `over` exist where people wait.
    """

    starts: Ints
    at_site: Ints
    left: Ints
    over: Ints
    arrivals: Ints
    begun: Ints
    fate_of: Ints
    count: int


def columns(network: Network) -> Columns:
    """Return the variables of a network's programme, numbered from 0 without gaps."""
    kernels, horizon = network.kernels, network.horizon
    groups, point = len(kernels.groups), kernels.point_of
    used = kernels.usual_share > 0.0
    listed = used[:, :, None] & network.offers[:, None, :]
    waits = listed & network.waiting.waits[point][:, None, None]
    pairs = listed[network.pair_list] & network.offers[network.pair_option][:, None, :]
    fate_of, fates = _fates(kernels.arrive)
    counter = 0

    def block(exists: Flags) -> Ints:
        nonlocal counter
        wide = np.repeat(exists[..., None], horizon, axis=-1)
        numbers = np.full(wide.shape, -1, dtype=np.int64)
        size = int(wide.sum())
        numbers[wide] = np.arange(counter, counter + size)
        counter += size
        return numbers

    return Columns(
        starts=block(pairs),
        at_site=block(listed),
        left=block(waits),
        over=block(waits),
        arrivals=block(np.ones((len(kernels.points), groups), dtype=bool)),
        begun=block(np.ones((fates, groups), dtype=bool)),
        fate_of=fate_of,
        count=counter,
    )


def _fates(arrive: Floats) -> tuple[Ints, int]:
    """Return the number of each option's kernel, equal kernels sharing one, and how many."""
    seen: dict[bytes, int] = {}
    numbers = [seen.setdefault(kernel.tobytes(), len(seen)) for kernel in arrive]
    return np.array(numbers, dtype=np.int64), len(seen)
