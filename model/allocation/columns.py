"""The programme's variables, each block an array of column numbers; -1 where none exists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.sites.network import Network


@dataclass(frozen=True)
class Columns:
    """Column numbers by block.

    `starts` (pair, class, site, month), `at_site`, `left` and `over` (list, class, site, month),
    `begun` (pair, class, month), `arrivals` (point, class, month). `left` and `over` exist where
    people wait; settled points have no columns. `bought` (extra, month): units of overtime or
    outsourcing. `built` (expansion,) and `open` (volume,): choices, 0 or 1. `upper` and `whole`
    (column,): the most each may be, and whether it must be a whole number.
    """

    starts: Ints
    at_site: Ints
    left: Ints
    over: Ints
    begun: Ints
    arrivals: Ints
    bought: Ints
    built: Ints
    open: Ints
    upper: Floats
    whole: Flags

    @property
    def count(self) -> int:
        """Number of columns."""
        return self.upper.size


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
        numbers = np.full(exists.shape, -1, dtype=np.int64)
        size = int(exists.sum())
        numbers[exists] = np.arange(counter, counter + size)
        counter += size
        return numbers

    def monthly(exists: Flags) -> Ints:
        return block(np.repeat(exists[..., None], network.horizon, axis=-1))

    extras, lumps = network.extras, network.lumps
    starts, at_site, left, over = monthly(pairs), monthly(listed), monthly(waits), monthly(waits)
    begun = monthly(pairs.any(axis=2))
    arrivals = monthly(np.repeat(~classes.settled[:, None], classes.count, axis=1))
    bought = block(extras.most > 0)
    built = block(np.ones(len(lumps.expansions), dtype=bool))
    kept_open = block(lumps.may_close)
    upper = np.full(counter, np.inf)
    upper[bought[bought >= 0]] = extras.most[bought >= 0]
    whole = np.zeros(counter, dtype=bool)
    whole[built], whole[kept_open[kept_open >= 0]] = True, True
    upper[whole] = 1.0
    return Columns(
        starts, at_site, left, over, begun, arrivals, bought, built, kept_open, upper, whole
    )
