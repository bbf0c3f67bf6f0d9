"""Between the programme's columns and people: a replay as a point, a point as a plan."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.classes import Classes, settled_points
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.referral_shares import group_shares
from hepaplan.model.arrays import Floats
from hepaplan.model.outcomes import Value, Values
from hepaplan.model.plan_rules import Aim
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.replay import Plan, Replay
from hepaplan.model.sites.network import Network

SOME = 1e-9
"""People so few that nobody is sent."""


def programme_point(network: Network, classes: Classes, at: Columns, done: Replay) -> Floats:
    """Return a replay's flows as a point of the programme."""
    point = np.zeros(at.count)
    over = np.zeros(done.at_site.shape)
    standard = network.waiting.standard_months[network.kernels.point_of]
    for listed, months in enumerate(standard):
        over[listed] = done.left[listed, :, :, months:].sum(axis=2)
    starts = done.starts.sum(axis=3)
    for numbers, people in (
        (at.starts, starts),
        (at.at_site, done.at_site),
        (at.left, done.left.sum(axis=3)),
        (at.over, over),
        (at.begun, starts.sum(axis=2)),
        (at.arrivals, done.arrivals),
    ):
        exists = numbers >= 0
        point[numbers[exists]] = classes.gathered(people)[exists]
    return point


def plan_at(network: Network, classes: Classes, at: Columns, point: Floats) -> Plan:
    """Return the plan at a point, by group: each takes its usual part of its class.

    Shares by site become shares by group that add up to them (`group_shares`).
    """
    padded = np.append(point, 0.0)
    mix = classes.on_list[network.pair_list]
    starts = np.einsum("pqght,pqht->pght", mix, padded[at.starts])
    placed = padded[at.at_site]
    people = placed.sum(axis=2, keepdims=True)
    wanted = np.divide(placed, people, out=np.zeros_like(placed), where=people > SOME)
    referral = group_shares(network, classes, wanted, people > SOME)
    extras, lumps = network.extras, network.lumps
    extra = np.zeros(network.capacity.shape)
    if extras.names:
        extra += network.bought_capacity(padded[at.bought])
    built = np.round(padded[at.built])
    if lumps.expansions:
        extra += np.einsum("e,erht->rht", built, lumps.adds)
    return Plan(starts, referral, classes.pooled, extra, built)


def programme_qalys(network: Network, done: Replay, values: Values) -> float:
    """Return a replay's discounted QALYs over the whole horizon, counted as the programme does.

    People at settled points are left out, as there.
    """
    totals = replay_totals(network, done, values, network.horizon)
    return totals.qalys_discounted - _settled_worth(network, values.qalys_discounted)


def programme_worth(
    network: Network, done: Replay, values: Values, aim: Aim, willingness_to_pay: float
) -> float:
    """Return a replay's QALYs, or where the aim is money its net monetary benefit, likewise."""
    qalys = programme_qalys(network, done, values)
    if aim != "money":
        return qalys
    totals = replay_totals(network, done, values, network.horizon)
    cost = totals.cost_discounted - _settled_worth(network, values.cost_discounted)
    return willingness_to_pay * qalys - cost


def _settled_worth(network: Network, value: Value) -> float:
    when = value.monthly_discount ** np.arange(network.horizon)
    settled = settled_points(network)[:, None, None]
    return float(np.einsum("cgt,cg,t->", network.entries * settled, value.arrival, when))
