"""The rules of the plan, one function each; the equations are those of docs/model.md."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.rows import Rows
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.network import Network
from hepaplan.model.parameters import Plan as PlanRules

NEGLIGIBLE = 1e-6


def arrivals(network: Network, at: Columns) -> Rows:
    """Balance arrivals at a point: entries, what earlier starts cause, moves from other lists."""
    kernels, horizon = network.kernels, network.horizon
    rows = Rows.equal("arrivals", network.entries)
    number = _numbers(at.arrivals)
    rows.add(number, at.arrivals, 1.0)
    _, representative = np.unique(at.fate_of, return_index=True)
    fate_arrive = kernels.arrive[representative]
    for since in range(1, min(horizon, kernels.months + 1)):
        fate, group, point = np.nonzero(fate_arrive[..., since])
        rows.add(
            number[point, group, since:],
            at.begun[fate, group, : horizon - since],
            -fate_arrive[fate, group, point, since][:, None],
        )
    for origin, destination, group in zip(*np.nonzero(network.waiting.move), strict=True):
        lists = np.flatnonzero(kernels.point_of == origin)
        rows.add(
            number[destination, group, 1:],
            at.left[lists, group, :, :-1],
            -float(network.waiting.move[origin, destination, group]),
        )
    return rows


def begun(network: Network, at: Columns) -> Rows:
    """Sum starts that share a fate over lists, options and sites."""
    rows = Rows.equal("begun", np.zeros(at.begun.shape))
    number = _numbers(at.begun)
    rows.add(number, at.begun, 1.0)
    fate = at.fate_of[network.pair_option]
    rows.add(number[fate][:, :, None, :], at.starts, -1.0)
    return rows


def referral(network: Network, at: Columns) -> Rows:
    """Send everyone who comes to a list to some site."""
    kernels = network.kernels
    rows = Rows.equal("referral", np.zeros((*kernels.usual_share.shape, network.horizon)))
    number = _numbers(at.at_site[:, :, 0])
    rows.add(number[:, :, None, :], at.at_site, 1.0)
    rows.add(number, at.arrivals[kernels.point_of], -kernels.usual_share[:, :, None])
    return rows


def referral_bounds(network: Network, at: Columns, rules: PlanRules) -> Rows:
    """Keep a site's share of a list within `referral_shift` of today's, either way."""
    kernels, shift = network.kernels, rules.referral_shift.number
    choice = (at.at_site[:, :, :, 0] >= 0).sum(axis=2) > 1
    rows = Rows.at_most("referral_bounds", np.zeros((2, *at.at_site.shape)))
    number = _numbers(np.empty((2, *at.at_site.shape)))
    came = np.where(choice[:, :, None, None], at.arrivals[kernels.point_of][:, :, None, :], -1)
    placed = np.where(choice[:, :, None, None], at.at_site, -1)
    came = np.where(at.at_site >= 0, came, -1)
    usual = kernels.usual_share[:, :, None]
    most = np.minimum(network.referral + shift, 1.0) * usual
    least = np.maximum(network.referral - shift, 0.0) * usual
    rows.add(number[0], placed, 1.0)
    rows.add(number[0], came, -most[..., None])
    rows.add(number[1], placed, -1.0)
    rows.add(number[1], came, least[..., None])
    return rows


def lists(network: Network, at: Columns) -> Rows:
    """Balance a list: left are those who stayed from last month and came, less who started."""
    kernels, waiting = network.kernels, network.waiting
    here = np.zeros(at.left.shape)
    here[..., 0] = network.backlog.sum(axis=-1)
    rows = Rows.equal("lists", here)
    number = _numbers(at.left)
    stay = waiting.stay[kernels.point_of][:, :, None, None]
    rows.add(number, at.left, 1.0)
    rows.add(number[..., 1:], at.left[..., :-1], -stay)
    rows.add(number, at.at_site, -1.0)
    rows.add(number[network.pair_list], at.starts, 1.0)
    return rows


def beyond_standard(network: Network, at: Columns) -> Rows:
    """Count people beyond the standard: left, less those who came within it and still wait.

    Exact when the longest wait starts first, as everywhere in the plan.
    """
    kernels, waiting = network.kernels, network.waiting
    point = kernels.point_of
    within = np.zeros(at.over.shape)
    for waited in range(network.backlog.shape[-1]):
        for month in range(network.horizon):
            counts = waited + month < waiting.standard_months[point]
            stayed = waiting.stay[point] ** month * counts[:, None]
            within[..., month] += stayed[:, :, None] * network.backlog[..., waited]
    rows = Rows.at_most("beyond_standard", within)
    number = _numbers(at.over)
    rows.add(number, at.left, 1.0)
    rows.add(number, at.over, -1.0)
    for ago in range(min(int(waiting.standard_months.max(initial=0)), network.horizon)):
        inside = (ago < waiting.standard_months[point])[:, None]
        stayed = np.where(inside, waiting.stay[point] ** ago, 0.0)[:, :, None, None]
        came = np.where(at.left >= 0, at.at_site, -1)
        rows.add(number[..., ago:], came[..., : network.horizon - ago], -stayed)
    return rows


def capacity(network: Network, at: Columns) -> Rows:
    """Keep use of a resource at a site within what earlier starts leave free."""
    kernels, horizon = network.kernels, network.horizon
    rows = Rows.at_most("capacity", network.available)
    number = _numbers(network.available)
    use = kernels.use[network.pair_option][:, :, :, :horizon]
    for since in range(horizon):
        pair, group, resource = np.nonzero(use[..., since])
        if pair.size:
            rows.add(
                number[resource, :, since:],
                at.starts[pair, group, :, : horizon - since],
                use[pair, group, resource, since][:, None, None],
            )
    return rows


def substitution(network: Network, at: Columns) -> Rows:
    """Keep starts of other options than the intended one within the share that may shift."""
    own = len(network.kernels.options)
    extra = np.arange(own, len(network.pair_list))
    rows = Rows.at_most("substitution", np.zeros((extra.size, *at.starts.shape[2:])))
    number = _numbers(np.empty((extra.size, *at.starts.shape[2:])))
    for row, pair in enumerate(extra):
        limit = float(network.may_shift[pair])
        rows.add(number[row][None], at.starts[pair], 1.0)
        for other in np.flatnonzero(network.pair_list == network.pair_list[pair]):
            rows.add(number[row][None], at.starts[other], -limit)
    return rows


def age_neutral(network: Network, at: Columns, rules: PlanRules, usual: Floats) -> Rows:
    """Let starts within a list follow arrivals by group: nobody is passed over for age.

    `usual` (list, group, site, month) are the starts of reading 1. In every few months each
    group's starts keep its usual share of the list's, within a tolerance either way.
    """
    step, tolerance = rules.months_per_age_check, rules.age_neutral_tolerance.number
    spans = range(0, network.horizon, step)
    groups = len(network.kernels.groups)
    shape = (2, usual.shape[0], groups, usual.shape[2], len(spans))
    rows = Rows.at_most("age_neutral", np.zeros(shape))
    number = _numbers(np.empty(shape))
    waits = network.waiting.waits[network.kernels.point_of]
    for span, first in enumerate(spans):
        months = slice(first, first + step)
        volume = usual[..., months].sum(axis=-1)
        whole = volume.sum(axis=1, keepdims=True)
        share = np.divide(volume, whole, out=np.zeros_like(volume), where=whole > 0)
        for pair, listed in enumerate(network.pair_list):
            if not waits[listed]:
                continue
            for group in range(groups):
                for other in range(groups):
                    own = 1.0 if other == group else 0.0
                    ratio = share[listed, group][:, None]
                    column = at.starts[pair, other, :, months]
                    upper = own - ratio * (1.0 + tolerance)
                    lower = ratio * (1.0 - tolerance) - own
                    rows.add(number[0, listed, group, :, span][:, None], column, snapped(upper))
                    rows.add(number[1, listed, group, :, span][:, None], column, snapped(lower))
    return rows


def snapped(value: Floats) -> Floats:
    """Return figures with those too small for the solver set to 0, which the tolerance covers."""
    return np.where(np.abs(value) < NEGLIGIBLE, 0.0, value)


def _numbers(like: Floats | Ints) -> Ints:
    """Return row numbers 0, 1, … in the shape of an array."""
    return np.arange(like.size, dtype=np.int64).reshape(like.shape)
