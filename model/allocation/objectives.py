"""What the plan is for: health first, then fewest beyond the standard, then cost, then travel."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.network import Network
from hepaplan.model.outcomes import Value
from hepaplan.model.plan_value import plan_worth


def health(network: Network, classes: Classes, at: Columns, qalys: Value) -> Floats:
    """Return the QALYs of one person in each column, discounted to the first month."""
    return _worth(network, classes, at, qalys, network.waiting.qalys)


def money(network: Network, classes: Classes, at: Columns, cost: Value) -> Floats:
    """Return the pounds of one person in each column, counted as QALYs are in `health`."""
    return _worth(network, classes, at, cost, network.waiting.cost)


def beyond_standard(at: Columns) -> Floats:
    """Return 1 for each person-month beyond the waiting standard."""
    return _spread(at.count, (at.over, np.ones(at.over.shape)))


def travel(network: Network, classes: Classes, at: Columns) -> Floats:
    """Return the average minutes of travel of one person sent to each site."""
    minutes = np.einsum("lqgt,gh->lqht", classes.arriving, network.travel)
    return _spread(at.count, (at.at_site, minutes))


def usual_worth(network: Network, classes: Classes, value: Value) -> float:
    """Return what entries and the backlog are worth when everyone starts on arrival.

    The programme's objective at reading 1's flows must equal it. Entries at settled points are no
    part of the programme.
    """
    when = value.monthly_discount ** np.arange(network.horizon)
    decided = network.entries * ~classes.settled[:, None, None]
    arrived = float(np.einsum("cgt,cg,t->", decided, value.arrival, when))
    return arrived + float(np.einsum("lghw,lg->", network.backlog, value.start))


def _worth(
    network: Network, classes: Classes, at: Columns, value: Value, waiting: Floats
) -> Floats:
    """Return the worth of one person in each column.

    A class has the same mix at every site here: nobody grows younger by going to another one.
    """
    worth = plan_worth(
        network.kernels, network.waiting, value, waiting, network.horizon, classes.settled
    )
    start = worth.start[network.pair_option]
    starts = np.einsum("pqgt,pgt->pqt", classes.overall[network.pair_list], start)[:, :, None, :]
    left = np.einsum("lqgt,lgt->lqt", classes.overall, worth.left)[:, :, None, :]
    return _spread(
        at.count,
        (at.starts, np.broadcast_to(starts, at.starts.shape)),
        (at.left, np.broadcast_to(left, at.left.shape)),
    )


def _spread(count: int, *blocks: tuple[Ints, Floats]) -> Floats:
    weights = np.zeros(count)
    for columns, worth in blocks:
        exists = columns >= 0
        weights[columns[exists]] = worth[exists]
    return weights
