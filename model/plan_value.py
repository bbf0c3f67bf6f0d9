"""What a plan's starts and waiting are worth, nothing counted twice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.delay_harm.delayed import Delayed, month_on_list
from hepaplan.model.kernels import Kernels
from hepaplan.model.outcomes import Value, Values
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.replay import Replay, starts_by_option
from hepaplan.model.sites.network import Network
from hepaplan.model.waiting import WaitingMonth

CHARGED = ("qalys_discounted", "cost_discounted")
"""What the programme counts, by the names of `Values`."""
SMALLEST_LIST = 1e-6
"""Months on a list, of everybody together, below which a replay says nothing about it."""


@dataclass(frozen=True)
class PlanWorth:
    """Worth of one person by month of the horizon, discounted to its first month.

    `start` (option, group, month): the option's own course, and arrivals after the horizon at
    their worth in reading 1; what follows inside the horizon is valued where it happens.
    `left` (list, group, month): the month that follows on the list; after the horizon's last month
    also what becomes of those still waiting.
    """

    start: Floats
    left: Floats


def plan_worth(
    kernels: Kernels,
    waiting: WaitingMonth,
    value: Value,
    waiting_worth: Floats,
    horizon: int,
    settled: Flags | None = None,
    charge: Floats | None = None,
) -> PlanWorth:
    """Return the worth of starts and waiting; `waiting_worth` (point, group) is of one month.

    Arrivals at `settled` points (point,) are valued when they happen, not when they start there.
    `charge` (list, group) is what one month on a list takes from what follows a start, where it is
    not counted by months waited (`delayed.month_on_list`).
    """
    monthly, point = value.monthly_discount, kernels.point_of
    when = monthly ** np.arange(horizon)
    at_once = np.zeros(len(kernels.points), dtype=bool) if settled is None else settled
    sure, later = value.arrival * at_once[:, None], value.arrival * ~at_once[:, None]
    left = np.repeat((waiting_worth[point] * np.sqrt(monthly))[:, :, None], horizon, axis=2)
    left += (np.einsum("cxg,xg->cg", waiting.move, sure)[point] * monthly)[:, :, None]
    moved = np.einsum("cxg,xg->cg", waiting.move, later)[point]
    left[..., -1] += (waiting.stay[point] * value.start + moved) * monthly
    if charge is not None:
        left -= charge[:, :, None]
    return PlanWorth(
        start_worth(kernels.arrive, value.own, value, horizon, at_once) * when, left * when
    )


def start_worth(arrive: Floats, own: Floats, value: Value, horizon: int, settled: Flags) -> Floats:
    """Return the worth of starts (…, option, group, month), discounted to the month of the start.

    `arrive` (…, option, group, point, month since start), `own` (…, option, group). Arrivals inside
    the horizon are valued where they happen, except those at `settled` points.
    """
    months = arrive.shape[-1]
    discounted = arrive * value.monthly_discount ** np.arange(months)
    sure, later = value.arrival * settled[:, None], value.arrival * ~settled[:, None]
    beyond = np.zeros((*own.shape, max(months, horizon) + 1))
    by_month = np.einsum("...kgcd,cg->...kgd", discounted, later)
    beyond[..., :months] = np.cumsum(by_month[..., ::-1], axis=-1)[..., ::-1]
    at_once = np.einsum("...kgcd,cg->...kg", discounted, sure)
    return np.asarray((own + at_once)[..., None] + beyond[..., horizon:0:-1])


@dataclass(frozen=True)
class Totals:
    """Lifetime totals of everyone in the window: years, QALYs and pounds."""

    life_years: float
    qalys: float
    cost: float
    qalys_discounted: float
    cost_discounted: float


def replay_totals(network: Network, done: Replay, values: Values, months: int) -> Totals:
    """Return what a replay's first `months` are worth, later arrivals as in reading 1.

    A start is worth what the months waited for it leave; those still on a list at the end are taken
    to start a month later.
    """
    starts = starts_by_option(network, done.starts[..., :months].sum(axis=(2, 3)))
    left = done.left[..., :months].sum(axis=(2, 3))
    month = network.waiting
    late = _late_starts(network, network.delayed, done, months) if network.delayed else None

    def total(name: str, waiting_worth: Floats) -> float:
        value: Value = getattr(values, name)
        worth = plan_worth(network.kernels, month, value, waiting_worth, months)
        found = float((starts * worth.start).sum() + (left * worth.left).sum())
        if network.delayed is None or late is None:
            return found
        return found - _lost_after_waits(network, network.delayed, late, name, value)

    lived = np.where(month.waits[:, None], month.person_months() / MONTHS_PER_YEAR, 0.0)
    return Totals(
        life_years=total("life_years", lived),
        qalys=total("qalys", month.qalys),
        cost=total("cost", month.cost),
        qalys_discounted=total("qalys_discounted", month.qalys),
        cost_discounted=total("cost_discounted", month.cost),
    )


@dataclass(frozen=True)
class LateStarts:
    """Starts by the months waited that count, 0 to the longest met.

    `inside` (waited, pair, group, month); `after` (waited, list, group): of those still on a list
    at the end of the last month, in the month that follows.
    """

    inside: Floats
    after: Floats


def _late_starts(network: Network, delayed: Delayed, done: Replay, months: int) -> LateStarts:
    starts = done.starts[..., :months].sum(axis=2)
    inside = np.stack([delayed.by_harm(starts[..., at], at) for at in range(months)], axis=-1)
    last = done.left[..., months - 1].sum(axis=2)
    one_more = np.concatenate((np.zeros_like(last[..., :1]), last), axis=-1)
    stayed = network.waiting.stay[network.kernels.point_of][..., None]
    after = stayed * delayed.by_harm(one_more, months)
    met = inside.any(axis=(0, 1, 3)) | after.any(axis=(0, 1))
    longest = 1 + int(np.flatnonzero(met).max(initial=0))
    return LateStarts(np.moveaxis(inside, 2, 0)[:longest], np.moveaxis(after, 2, 0)[:longest])


def _lost_after_waits(
    network: Network, delayed: Delayed, late: LateStarts, measure: str, value: Value
) -> float:
    """Return what waits take from starts, discounted to the first month, in `value`'s unit."""
    waits, months = late.inside.shape[0], late.inside.shape[-1]
    settled = np.zeros(value.arrival.shape[0], dtype=bool)
    worth = start_worth(
        delayed.arrive[:waits], delayed.own[measure][:waits], value, months, settled
    )
    when = value.monthly_discount ** np.arange(months + 1)
    lost = (late.inside * (worth[0] - worth)[:, network.pair_option] * when[:-1]).sum()
    return float(lost + when[-1] * (late.after * delayed.lost(measure, value)[:waits]).sum())


def uncharged(network: Network) -> Network:
    """Return the network with nothing charged for what waits take from later starts."""
    if network.delayed is None:
        return network
    nothing = np.zeros_like(network.kernels.usual_share)
    charge = dict.fromkeys(CHARGED, nothing)
    return replace(network, delayed=replace(network.delayed, charge=charge))


def charged_by_replay(network: Network, done: Replay, values: Values) -> Network:
    """Return the network with each month on a list charged what the waits of a replay took.

    What the starts of a list and group lost, those still waiting at the end included, spread over
    their months on the list: less than one month's loss where most of those who wait never start.
    Lists on which nobody was left are charged one month's loss.
    """
    delayed = network.delayed
    if delayed is None:
        return network
    late = _late_starts(network, delayed, done, network.horizon)
    left = done.left.sum(axis=(2, 3))
    charge = {}
    for measure in CHARGED:
        value: Value = getattr(values, measure)
        when = value.monthly_discount ** np.arange(network.horizon + 1)
        loss = delayed.lost(measure, value)[: late.inside.shape[0]]
        of_pairs = np.einsum(
            "wpgt,wpg,t->pg", late.inside, loss[:, network.pair_option], when[:-1], optimize=True
        )
        lost = when[-1] * (late.after * loss).sum(axis=0)
        np.add.at(lost, network.pair_list, of_pairs)
        months = left @ when[:-1]
        one = month_on_list(
            replace(delayed, charge={}), network.kernels, network.waiting, measure, value
        )
        charge[measure] = np.divide(lost, months, out=one, where=months > SMALLEST_LIST)
    return replace(network, delayed=replace(delayed, charge=charge))
