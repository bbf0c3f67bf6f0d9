"""What the plan is for: health first, then fewest beyond the standard, then cost, then travel."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.columns import Columns
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.network import Network
from hepaplan.model.outcomes import Value
from hepaplan.model.plan_value import plan_worth


def health(network: Network, at: Columns, qalys: Value) -> Floats:
    """Return the QALYs of one person in each column, discounted to the first month."""
    return _worth(network, at, qalys, network.waiting.qalys)


def money(network: Network, at: Columns, cost: Value) -> Floats:
    """Return the pounds of one person in each column, counted as QALYs are in `health`."""
    return _worth(network, at, cost, network.waiting.cost)


def beyond_standard(at: Columns) -> Floats:
    """Return 1 for each person-month beyond the waiting standard."""
    return _spread(at.count, (at.over, np.ones(at.over.shape)))


def travel(network: Network, at: Columns) -> Floats:
    """Return the average minutes of travel of one person sent to each site."""
    minutes = np.broadcast_to(network.travel[None, :, :, None], at.at_site.shape)
    return _spread(at.count, (at.at_site, minutes))


def usual_worth(network: Network, value: Value) -> float:
    """Return what all entries and the backlog are worth when everyone starts on arrival.

    The programme's objective at reading 1's flows must equal it.
    """
    when = value.monthly_discount ** np.arange(network.horizon)
    arrived = float(np.einsum("cgt,cg,t->", network.entries, value.arrival, when))
    return arrived + float(np.einsum("lghw,lg->", network.backlog, value.start))


def _worth(network: Network, at: Columns, value: Value, waiting: Floats) -> Floats:
    worth = plan_worth(network.kernels, network.waiting, value, waiting, network.horizon)
    start = worth.start[network.pair_option][:, :, None, :]
    return _spread(
        at.count,
        (at.starts, np.broadcast_to(start, at.starts.shape)),
        (at.left, np.broadcast_to(worth.left[:, :, None, :], at.left.shape)),
    )


def _spread(count: int, *blocks: tuple[Ints, Floats]) -> Floats:
    weights = np.zeros(count)
    for columns, worth in blocks:
        exists = columns >= 0
        weights[columns[exists]] = worth[exists]
    return weights
