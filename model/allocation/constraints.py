"""The rules of the plan, one function each; the equations are those of docs/model.md."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.booked import booked_use
from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.rows import Rows
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.sites.network import Network


def arrivals(network: Network, classes: Classes, at: Columns) -> Rows:
    """Balance arrivals at a point: entries, what earlier starts cause, moves from other lists."""
    kernels, waiting, horizon = network.kernels, network.waiting, network.horizon
    rows = Rows.equal("arrivals", classes.gathered(network.entries))
    number = _numbers(at.arrivals)
    rows.add(number, at.arrivals, 1.0)
    mix, fate = classes.overall[network.pair_list], kernels.arrive[network.pair_option]
    for since in range(1, min(horizon, kernels.months + 1)):
        flow = np.einsum("pqgt,pgc->pcqt", mix, fate[..., since] * ~classes.settled)
        pair, point = np.nonzero(flow.any(axis=(2, 3)))
        rows.add(
            number[point][:, :, since:],
            at.begun[pair][:, :, : horizon - since],
            -flow[pair, point][:, :, : horizon - since],
        )
    for origin, destination in zip(*np.nonzero(waiting.move.any(axis=2)), strict=True):
        if classes.settled[destination]:
            continue
        lists = np.flatnonzero(kernels.point_of == origin)
        moves = np.broadcast_to(
            waiting.move[origin, destination], (lists.size, len(kernels.groups))
        )
        moving = np.einsum("lqgt,lg->lqt", classes.waiting[lists], moves)
        rows.add(
            number[destination][None, :, None, 1:],
            at.left[lists][..., :-1],
            -moving[:, :, None, :-1],
        )
    return rows


def begun(network: Network, classes: Classes, at: Columns) -> Rows:
    """Sum a pair's starts over sites."""
    rows = Rows.equal("begun", np.zeros(at.begun.shape))
    number = _numbers(at.begun)
    rows.add(number, at.begun, 1.0)
    rows.add(number[:, :, None, :], at.starts, -1.0)
    return rows


def referral(network: Network, classes: Classes, at: Columns) -> Rows:
    """Send everyone who comes to a list to some site."""
    rows = Rows.equal("referral", np.zeros((*at.at_site.shape[:2], network.horizon)))
    number = _numbers(at.at_site[:, :, 0])
    rows.add(number[:, :, None, :], at.at_site, 1.0)
    came = at.arrivals[network.kernels.point_of]
    rows.add(number, came, -_list_share(network, classes))
    return rows


def referral_bounds(network: Network, classes: Classes, at: Columns, rules: PlanRules) -> Rows:
    """Keep a site's share of a list within `referral_shift` of today's, either way.

    Where travel is limited, it rises only by people who live within reach.
    Lists of which a site may close have `choices.referral_if_closed` instead.
    """
    shift = rules.referral_shift.number
    present = np.einsum("lqgt,lgh->lqht", classes.arriving, network.referral)
    rows = Rows.at_most("referral_bounds", np.zeros((2, *at.at_site.shape)))
    number = _numbers(np.empty((2, *at.at_site.shape)))
    choice = (at.at_site >= 0).sum(axis=2, keepdims=True) > 1
    if network.lumps.volumes:
        choice &= ~network.lumps.closable[:, None, None, None]
    placed = np.where(choice, at.at_site, -1)
    came = np.where(placed >= 0, at.arrivals[network.kernels.point_of][:, :, None, :], -1)
    listed = _list_share(network, classes)[:, :, None, :]
    rows.add(number[0], placed, 1.0)
    most = np.minimum(present + shift, 1.0)
    if network.reachable is not None:
        near = np.einsum("lqgt,lgh->lqht", classes.arriving, network.reachable)
        most = np.minimum(most, near)
    rows.add(number[0], came, -most * listed)
    least = np.maximum(present - shift, 0.0) * listed
    rows.add(number[1], np.where(least > 0, placed, -1), -1.0)
    rows.add(number[1], came, least)
    return rows


def lists(network: Network, classes: Classes, at: Columns) -> Rows:
    """Balance a list: left are those who stayed from last month and came, less who started."""
    here = np.zeros(at.left.shape)
    here[..., 0] = classes.gathered(network.backlog.sum(axis=-1))
    rows = Rows.equal("lists", here)
    number = _numbers(at.left)
    stay = classes.of_waiting(network.waiting.stay[network.kernels.point_of])[:, :, None, :-1]
    rows.add(number, at.left, 1.0)
    rows.add(number[..., 1:], at.left[..., :-1], -stay)
    rows.add(number, at.at_site, -1.0)
    rows.add(number[network.pair_list], at.starts, 1.0)
    return rows


def beyond_standard(network: Network, classes: Classes, at: Columns) -> Rows:
    """Count people beyond the standard: left, less those who came within it and still wait.

    Exact when the longest wait starts first, as everywhere in the plan.
    """
    waiting, horizon = network.waiting, network.horizon
    point = network.kernels.point_of
    standard = waiting.standard_months[point]
    stay = waiting.stay[point]
    backlog = classes.gathered(network.backlog)
    within = np.zeros(at.over.shape)
    for waited in range(backlog.shape[-1]):
        for month in range(min(horizon, int(standard.max(initial=0)))):
            counts = (waited + month < standard)[:, None]
            stayed = classes.of_lists(stay**month * counts)[:, :, None, month]
            within[..., month] += stayed * backlog[..., waited]
    rows = Rows.at_most("beyond_standard", within)
    number = _numbers(at.over)
    rows.add(number, at.left, 1.0)
    rows.add(number, at.over, -1.0)
    for ago in range(min(int(standard.max(initial=0)), horizon)):
        stayed = classes.of_lists(np.where((ago < standard)[:, None], stay**ago, 0.0))
        came = np.where(at.left >= 0, at.at_site, -1)
        kept = horizon - ago
        rows.add(number[..., ago:], came[..., :kept], -stayed[:, :, None, :kept])
    return rows


def capacity(network: Network, classes: Classes, at: Columns) -> Rows:
    """Keep use of a resource at a site within what earlier starts leave free.

    Starts count as `booked_use` has them.
    """
    horizon, limits = network.horizon, network.limits
    rows = Rows.at_most("capacity", network.available)
    number = _numbers(network.available)
    mix = classes.on_list[network.pair_list]
    use = booked_use(network.kernels.use)[network.pair_option]
    for since in range(min(horizon, use.shape[-1])):
        pair, resource = np.nonzero(use[..., since].any(axis=1))
        if pair.size == 0:
            continue
        taken = np.einsum("nqght,ng->nqht", mix[pair], use[pair, :, resource, since])
        rows.add(
            number[resource][:, None, :, since:],
            np.where(limits[resource][:, None, :, None], at.starts[pair], -1)[
                ..., : horizon - since
            ],
            taken[..., : horizon - since],
        )
    extras, lumps = network.extras, network.lumps
    if extras.names:
        gives = network.brings[:, extras.resource] * limits[:, extras.site]
        rows.add(number[:, extras.site], at.bought, -gives[:, :, None])
    if lumps.expansions:
        rows.add(number[None], at.built[:, None, None, None], -lumps.adds * limits[..., None])
    return rows


def substitution(network: Network, classes: Classes, at: Columns) -> Rows:
    """Keep starts of other options than the intended one within the share that may shift."""
    own = len(network.kernels.options)
    extra = np.arange(own, len(network.pair_list))
    rows = Rows.at_most("substitution", np.zeros((extra.size, *at.starts.shape[2:])))
    number = _numbers(np.empty((extra.size, *at.starts.shape[2:])))
    for row, pair in enumerate(extra):
        rows.add(number[row][None], at.starts[pair], 1.0)
        for other in np.flatnonzero(network.pair_list == network.pair_list[pair]):
            rows.add(number[row][None], at.starts[other], -float(network.may_shift[pair]))
    return rows


def _list_share(network: Network, classes: Classes) -> Floats:
    """Return the share of a point's arrivals that a list takes (list, class, month)."""
    kernels = network.kernels
    mix = classes.at_point[kernels.point_of]
    return np.asarray(np.einsum("lqgt,lg->lqt", mix, kernels.usual_share))


def _numbers(like: Floats | Ints) -> Ints:
    """Return row numbers 0, 1, … in the shape of an array."""
    return np.arange(like.size, dtype=np.int64).reshape(like.shape)
