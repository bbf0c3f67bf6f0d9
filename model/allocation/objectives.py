"""What the plan is for: health first, then fewest beyond the standard, then cost, then travel."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.delay_harm.delayed import month_on_list
from hepaplan.model.outcomes import Value
from hepaplan.model.plan_value import plan_worth
from hepaplan.model.sites.network import Network


def health(network: Network, classes: Classes, at: Columns, qalys: Value) -> Floats:
    """Return the QALYs of one person in each column, discounted to the first month."""
    return _worth(network, classes, at, "qalys_discounted", qalys, network.waiting.qalys)


def money(network: Network, classes: Classes, at: Columns, cost: Value) -> Floats:
    """Return the pounds of one person in each column, counted as QALYs are in `health`.

    With what expansions and units bought cost, discounted from the middle of each month; units of
    a resource cost what they do in `cost` besides.
    """
    spent = _worth(network, classes, at, "cost_discounted", cost, network.waiting.cost)
    when = cost.monthly_discount ** (np.arange(network.horizon) + 0.5)
    extras, lumps = network.extras, network.lumps
    if extras.names:
        spent += _spread(at.count, (at.bought, extras.unit_cost[:, None] * when))
    if lumps.expansions:
        spent += _spread(at.count, (at.built, lumps.cost @ when))
    return spent


def beyond_standard(at: Columns) -> Floats:
    """Return 1 for each person-month beyond the waiting standard."""
    return _spread(at.count, (at.over, np.ones(at.over.shape)))


def as_it_is(at: Columns) -> Floats:
    """Return 1 for what is built and -1 for what stays open: nothing changes without a gain."""
    built = (at.built, np.ones(at.built.shape))
    return _spread(at.count, built, (at.open, -np.ones(at.open.shape)))


def waiting(at: Columns) -> Floats:
    """Return 1 for each person-month on a list."""
    return _spread(at.count, (at.left, np.ones(at.left.shape)))


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
    network: Network, classes: Classes, at: Columns, measure: str, value: Value, waiting: Floats
) -> Floats:
    """Return the worth of one person in each column; `measure` is the value's name in `Values`.

    A class has the same mix at every site here: nobody grows younger by going to another one. What
    waiting takes from a later start is charged to each month on the list.
    """
    kernels, month, delayed = network.kernels, network.waiting, network.delayed
    charge = month_on_list(delayed, kernels, month, measure, value) if delayed else None
    worth = plan_worth(kernels, month, value, waiting, network.horizon, classes.settled, charge)
    start = worth.start[network.pair_option]
    starts = np.einsum("pqgt,pgt->pqt", classes.overall[network.pair_list], start)[:, :, None, :]
    left = np.einsum("lqgt,lgt->lqt", classes.waiting, worth.left)[:, :, None, :]
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
