"""A plan as a tidy table that can be edited by hand, and back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.referral_shares import class_shares, group_shares
from hepaplan.model.arrays import Ints
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.replay import Plan
from hepaplan.model.sites.network import Network

DUST = 1e-12
KEYS = ["month", "site", "decision_point", "intended", "option"]


def plan_table(
    network: Network, classes: Classes, plan: Plan, months: int | None = None
) -> pd.DataFrame:
    """Return a plan as the table `plan`, of its first `months` or all.

    Columns month, site, decision_point, intended (the list's own option), option (started), starts,
    referral_share (of those who come to the list, sent to the site; only where option is the
    intended one); a plan by group also has group. Combinations without either are left out, and
    points where nobody waits and nothing is scarce.
    """
    stop = network.horizon if months is None else months
    starts = classes.gathered(plan.starts)[..., :stop]
    shares = np.full(starts.shape, np.nan)
    own = len(network.kernels.options)
    shares[:own] = np.minimum(class_shares(classes, plan.referral)[..., :stop], 1.0)
    by_list = np.argsort(network.pair_list, kind="stable")
    by_list = by_list[~classes.settled[network.kernels.point_of[network.pair_list[by_list]]]]
    order = (3, 2, 0, 1)
    starts, shares = (cells[by_list].transpose(order) for cells in (starts, shares))
    month, site, pair, group = np.nonzero((starts > DUST) | (shares > DUST))
    where = (month, site, pair, group)
    listed, started = network.pair_list[by_list][pair], network.pair_option[by_list][pair]
    names = np.array(network.kernels.options, dtype=object)
    table = pd.DataFrame(
        {
            "month": np.array(network.months.labels, dtype=object)[month],
            "site": np.array(network.sites, dtype=object)[site],
            "decision_point": names[listed, 0],
            "intended": names[listed, 1],
            "option": names[started, 1],
            "starts": starts[where],
            "referral_share": shares[where],
        }
    )
    if not plan.pooled:
        table.insert(2, "group", np.array(network.kernels.groups, dtype=object)[group])
    return table


def plan_from_table(network: Network, classes: Classes, table: pd.DataFrame, window: int) -> Plan:
    """Return the plan that a table states; a combination without a row has no starts.

    Without `intended` an option is started by those it is intended for; where no share of a list
    is stated for a month, referral is today's. Months after the table's last and after the `window`
    (months) continue as the year before them. With `group` the plan counts each group by itself,
    and `classes` must too.
    """
    pair, group, site, month = table_places(network, table)
    shape = (len(network.pair_list), classes.count, len(network.sites), network.horizon)
    starts, wanted = np.zeros(shape), np.zeros((len(network.kernels.options), *shape[1:]))
    np.add.at(starts, (pair, group, site, month), table["starts"].to_numpy())
    if "referral_share" in table:
        share = table["referral_share"].to_numpy(dtype=np.float64)
        stated = np.isfinite(share)
        place = (network.pair_list[pair], group, site, month)
        wanted[tuple(axis[stated] for axis in place)] = share[stated]
    whole = wanted.sum(axis=2, keepdims=True)
    wanted = np.divide(wanted, whole, out=np.zeros_like(wanted), where=whole > 0)
    again = _continued(int(month.max(initial=-1)), window, network.horizon)
    starts, wanted, known = starts[..., again], wanted[..., again], (whole > 0)[..., again]
    mix = classes.on_list[network.pair_list]
    return Plan(
        starts=np.einsum("pqght,pqht->pght", mix, starts),
        referral=group_shares(network, classes, wanted, known),
        pooled=classes.pooled,
    )


def table_places(network: Network, table: pd.DataFrame) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the pair, class, site and month of each row; class 0 where no group is stated."""
    points = table["decision_point"]
    intended = table["intended"] if "intended" in table else table["option"]
    numbers = pair_numbers(network)
    pair = [numbers[key] for key in zip(points, intended, table["option"], strict=True)]
    group = np.zeros(len(table), dtype=np.int64)
    if "group" in table:
        group = _numbered(table["group"], network.kernels.groups)
    site = _numbered(table["site"], network.sites)
    month = _numbered(table["month"], network.months.labels)
    return np.array(pair, dtype=np.int64), group, site, month


def pair_numbers(network: Network) -> dict[tuple[str, str, str], int]:
    """Return the number of each pair by decision point, intended option and option started."""
    options = network.kernels.options
    return {
        (*options[listed], options[option][1]): number
        for number, (listed, option) in enumerate(
            zip(network.pair_list, network.pair_option, strict=True)
        )
    }


def _numbered(labels: pd.Series, known: tuple[str, ...]) -> Ints:
    places = {name: number for number, name in enumerate(known)}
    return np.array([places[label] for label in labels], dtype=np.int64)


def _continued(last: int, window: int, horizon: int) -> Ints:
    """Return the month whose plan each month follows: itself, or its like in the last year."""
    stated = max(last + 1, window)
    year = min(MONTHS_PER_YEAR, stated)
    months = np.arange(horizon)
    return np.where(months < stated, months, stated - year + (months - stated) % year)
