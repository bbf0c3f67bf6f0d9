"""What a plan's starts and waiting are worth, nothing counted twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.kernels import Kernels
from hepaplan.model.network import Network
from hepaplan.model.outcomes import Value, Values
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.replay import Replay
from hepaplan.model.waiting import WaitingMonth


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
) -> PlanWorth:
    """Return the worth of starts and waiting; `waiting_worth` (point, group) is of one month.

    Arrivals at `settled` points (point,) are valued when they happen, not when they start there.
    """
    monthly, point = value.monthly_discount, kernels.point_of
    when = monthly ** np.arange(horizon)
    powers = monthly ** np.arange(kernels.months + 1)
    at_once = np.zeros(len(kernels.points), dtype=bool) if settled is None else settled
    sure, later = value.arrival * at_once[:, None], value.arrival * ~at_once[:, None]
    after = np.zeros((*value.own.shape, horizon))
    after += np.einsum("kgcd,d,cg->kg", kernels.arrive, powers, sure, optimize=True)[..., None]
    for month in range(horizon):
        late = kernels.arrive[..., horizon - month :] @ powers[horizon - month :]
        after[..., month] += np.einsum("kgc,cg->kg", late, later)
    left = np.repeat((waiting_worth[point] * np.sqrt(monthly))[:, :, None], horizon, axis=2)
    left += (np.einsum("cxg,xg->cg", waiting.move, sure)[point] * monthly)[:, :, None]
    moved = np.einsum("cxg,xg->cg", waiting.move, later)[point]
    left[..., -1] += (waiting.stay[point] * value.start + moved) * monthly
    return PlanWorth((value.own[:, :, None] + after) * when, left * when)


@dataclass(frozen=True)
class Totals:
    """Lifetime totals of everyone in the window: years, QALYs and pounds."""

    life_years: float
    qalys: float
    cost: float
    qalys_discounted: float
    cost_discounted: float


def replay_totals(network: Network, done: Replay, values: Values, months: int) -> Totals:
    """Return what a replay's first `months` are worth, later arrivals as in reading 1."""
    lists = len(network.kernels.options)
    by_pair = done.starts[..., :months].sum(axis=(2, 3))
    starts = np.zeros((lists, *by_pair.shape[1:]))
    np.add.at(starts, network.pair_option, by_pair)
    left = done.left[..., :months].sum(axis=(2, 3))
    month = network.waiting

    def total(value: Value, waiting_worth: Floats) -> float:
        worth = plan_worth(network.kernels, month, value, waiting_worth, months)
        return float((starts * worth.start).sum() + (left * worth.left).sum())

    lived = np.where(month.waits[:, None], month.person_months() / MONTHS_PER_YEAR, 0.0)
    return Totals(
        life_years=total(values.life_years, lived),
        qalys=total(values.qalys, month.qalys),
        cost=total(values.cost, month.cost),
        qalys_discounted=total(values.qalys_discounted, month.qalys),
        cost_discounted=total(values.cost_discounted, month.cost),
    )
