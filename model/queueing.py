"""Rules of thumb for waiting lists, and formulas for services that take whoever comes by chance.

Lists: Fong et al., medRxiv 2022, 10.1101/2022.08.23.22279117, as in the R package NHSRwaitinglist.
Times are weeks, rates people a week.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from hepaplan.model.quantities import DAYS_PER_MONTH
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network

TARGET_WEEKS = 52.0
FACTOR = 4.0
"""How many times shorter than the target the mean wait must be for nearly all to meet it."""
RELIEF_WEEKS = 26.0
DAYS_PER_WEEK = 7.0
MONTHS_LOOKED_AT = 12


def load(demand: float, capacity: float) -> float:
    """Return demand over capacity: above 1 a list grows without end."""
    if capacity > 0.0:
        return demand / capacity
    return math.inf if demand > 0.0 else 0.0


def target_mean_wait(target: float = TARGET_WEEKS, factor: float = FACTOR) -> float:
    """Return the mean wait at which nearly all wait less than the target."""
    return target / factor


def target_queue(demand: float, target: float = TARGET_WEEKS, factor: float = FACTOR) -> float:
    """Return the longest list that keeps the target: Little's law at the mean wait for it."""
    return demand * target_mean_wait(target, factor)


def relief_capacity(
    demand: float, queue: float, wanted: float, weeks: float = RELIEF_WEEKS
) -> float:
    """Return the starts a week that bring a queue to the one `wanted` within some weeks."""
    return demand + (queue - wanted) / weeks


def target_capacity(
    demand: float,
    target: float = TARGET_WEEKS,
    factor: float = FACTOR,
    cv_demand: float = 1.0,
    cv_capacity: float = 1.0,
) -> float:
    """Return the capacity a week that keeps the target in the long run, for given variation.

    The coefficients of variation are those of the times between arrivals and between starts;
    1 is that of Poisson arrivals.
    """
    return demand + (cv_demand**2 + cv_capacity**2) / 2.0 * factor / target


def pressure(mean_wait: float, target: float = TARGET_WEEKS) -> float:
    """Return twice the mean wait over the target: above 1 a list is under pressure."""
    return 2.0 * mean_wait / target


def erlang_b(offered: float, servers: int) -> float:
    """Return the share turned away where nobody can wait.

    `offered` is arrivals times mean service (Erlang 1917; recursion of Jagerman, Bell System
    Technical Journal 1974;53:525-551, 10.1002/j.1538-7305.1974.tb02756.x).
    """
    lost = 1.0
    for server in range(1, servers + 1):
        lost = offered * lost / (server + offered * lost)
    return lost


def erlang_c(offered: float, servers: int) -> float:
    """Return the share who must wait where everybody does; 1 if servers are too few."""
    if offered >= servers:
        return 1.0
    lost = erlang_b(offered, servers)
    return servers * lost / (servers - offered * (1.0 - lost))


def erlang_c_mean_wait(offered: float, servers: int) -> float:
    """Return the mean wait of all who come, in service times; infinite if servers are too few."""
    if offered >= servers:
        return math.inf
    return erlang_c(offered, servers) / (servers - offered)


def list_planning(network: Network, done: Replay, months: int) -> pd.DataFrame:
    """Return the planning figures of each list by site and decision point.

    Demand and starts are those of the last year of the first `months`, the list that at their end,
    the target each decision point's own standard. What is started stands for the capacity.
    """
    first = max(0, months - MONTHS_LOOKED_AT)
    weeks = (months - first) * DAYS_PER_MONTH / DAYS_PER_WEEK
    kernels, waiting = network.kernels, network.waiting
    waited = np.arange(done.left.shape[3]) * DAYS_PER_MONTH / DAYS_PER_WEEK
    own = kernels.point_of
    rows = []
    for point in np.flatnonzero(waiting.waits):
        target = float(waiting.standard_days[point]) / DAYS_PER_WEEK
        for site, name in enumerate(network.sites):
            came = float(done.at_site[own == point, :, site, first:months].sum())
            from_list = own[network.pair_list] == point
            started = float(done.starts[from_list, :, site, :, first:months].sum())
            left = done.left[own == point][:, :, site, :, months - 1].sum(axis=(0, 1))
            queue = float(left.sum())
            if came == 0.0 and queue == 0.0:
                continue
            demand, capacity = came / weeks, started / weeks
            wanted = target_queue(demand, target)
            mean_wait = float(left @ waited) / queue if queue > 0.0 else 0.0
            rows.append(
                {
                    "site": name,
                    "decision_point": kernels.points[point],
                    "demand_per_week": demand,
                    "started_per_week": capacity,
                    "load": load(demand, capacity) if capacity > 0.0 else np.nan,
                    "waiting": queue,
                    "target_waiting": wanted,
                    "relief_per_week": relief_capacity(demand, max(queue, wanted), wanted),
                    "mean_wait_weeks": mean_wait,
                    "pressure": pressure(mean_wait, target),
                }
            )
    return pd.DataFrame(rows)
