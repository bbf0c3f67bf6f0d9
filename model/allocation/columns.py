"""The programme's variables, each block an array of column numbers; -1 where none exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.arrays import Flags, Ints
from hepaplan.model.network import Network


@dataclass(frozen=True)
class Columns:
    """Column numbers by block.

    `starts` (pair, class, site, month), `at_site`, `left` and `over` (list, class, site, month),
    `begun` (pair, class, month), `arrivals` (point, class, month). `left` and `over` exist where
    people wait; settled points have no columns.
    """

    starts: Ints
    at_site: Ints
    left: Ints
    over: Ints
    begun: Ints
    arrivals: Ints
    count: int


def columns(network: Network, classes: Classes) -> Columns:
    """Return the variables of a network's programme, numbered from 0 without gaps."""
    kernels, point = network.kernels, network.kernels.point_of
    used = np.einsum("lqgt,lg->lq", classes.overall, kernels.usual_share) > 0.0
    used &= ~classes.settled[point][:, None]
    listed = used[:, :, None] & network.offers[:, None, :]
    waits = listed & network.waiting.waits[point][:, None, None]
    pairs = listed[network.pair_list] & network.offers[network.pair_option][:, None, :]
    counter = 0

    def block(exists: Flags) -> Ints:
        nonlocal counter
        wide = np.repeat(exists[..., None], network.horizon, axis=-1)
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
        begun=block(pairs.any(axis=2)),
        arrivals=block(np.repeat(~classes.settled[:, None], classes.count, axis=1)),
        count=counter,
    )
