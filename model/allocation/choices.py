"""The rules of whole choices: what is built, what is opened or closed, and what it may cost."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.most_people import most_starts, most_who_come
from hepaplan.model.allocation.rows import Rows
from hepaplan.model.arrays import Ints
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.sites.network import Network


def opened(network: Network, classes: Classes, at: Columns) -> Rows:
    """Start an opened service, and send people to it, only where what opens it is in use.

    Rows (starts or sent, option, site, month); no more than could ever come.
    """
    opens, in_use = network.lumps.opens, network.lumps.in_use
    shape = (2, *opens.shape[1:], network.horizon)
    rows = Rows.at_most("opened", np.zeros(shape))
    if not opens.any():
        return rows
    number = np.arange(rows.upper.size).reshape(shape)
    most, came = most_starts(network), most_who_come(network)
    for option, site in zip(*np.nonzero(opens.any(axis=0)), strict=True):
        starting = at.starts[network.pair_option == option, :, site]
        opening = opens[:, option, site]
        built = np.where(in_use[opening], at.built[opening][:, None], -1)
        rows.add(number[0, option, site], starting, 1.0)
        rows.add(number[0, option, site], built, -most[option, site])
        rows.add(number[1, option, site], at.at_site[option, :, site], 1.0)
        rows.add(number[1, option, site], built, -came[option])
    return rows


def minimum_volumes(network: Network, classes: Classes, at: Columns) -> Rows:
    """Start at least the least yearly number where a service is kept open, rows (volume, year).

    Years are counted from the first month; a last, shorter one counts in proportion.
    """
    lumps, years = network.lumps, plan_years(network.horizon)
    least = lumps.least[:, None] * np.bincount(years) / MONTHS_PER_YEAR
    rows = Rows.at_most("minimum_volumes", np.where(lumps.may_close[:, None], 0.0, -least))
    number = np.arange(least.size).reshape(least.shape)
    for volume in range(len(lumps.volumes)):
        rows.add(number[volume, years], _counted(network, at, volume), -1.0)
        rows.add(number[volume], at.open[volume], least[volume])
    return rows


def closed(network: Network, classes: Classes, at: Columns) -> Rows:
    """Start nothing at a closed service, rows (volume, month); no more than could ever come."""
    lumps = network.lumps
    rows = Rows.at_most("closed", np.zeros((len(lumps.volumes), network.horizon)))
    if not lumps.may_close.any():
        return rows
    number = np.arange(rows.upper.size).reshape(-1, network.horizon)
    most = most_starts(network)
    for volume in np.flatnonzero(lumps.may_close):
        rows.add(number[volume], _counted(network, at, int(volume)), 1.0)
        limit = most[lumps.counts[volume]].sum(axis=0)
        rows.add(number[volume], at.open[volume], -limit)
    return rows


def sent_to_open(network: Network, classes: Classes, at: Columns) -> Rows:
    """Send nobody to a closed service unless every other that people could go to is closed too.

    Rows (list, site, other site, month).
    """
    sites = len(network.sites)
    shape = (len(network.offers), sites, sites, network.horizon)
    rows = Rows.at_most("sent_to_open", np.zeros(shape))
    number = np.arange(rows.upper.size).reshape(shape)
    closing, came = _closing(network, at), most_who_come(network)
    for list_, site in zip(*np.nonzero((closing >= 0) & network.offers), strict=True):
        for other in np.flatnonzero(network.offers[list_]):
            if other == site:
                continue
            row, most = number[list_, site, other], came[list_]
            rows.add(row, at.at_site[list_, :, site], 1.0)
            rows.add(row, closing[list_, site], -most)
            if closing[list_, other] >= 0:
                rows.add(row, closing[list_, other], most)
                rows.upper[row] = most
    return rows


def referral_if_closed(network: Network, classes: Classes, at: Columns, rules: PlanRules) -> Rows:
    """Keep referral near today's while services are open; where one is closed people go elsewhere.

    Rows (most or least, list, class, site, month) of lists that `Lumps.closable` names.
    """
    lumps, shift = network.lumps, rules.referral_shift.number
    rows = Rows.at_most("referral_if_closed", np.zeros((2, *at.at_site.shape)))
    may_move = lumps.closable
    if not may_move.any():
        return rows
    number = np.arange(rows.upper.size).reshape(2, *at.at_site.shape)
    closing, came = _closing(network, at), most_who_come(network)
    present = np.einsum("lqgt,lgh->lqht", classes.arriving, network.referral)
    mix = classes.at_point[network.kernels.point_of]
    listed = np.einsum("lqgt,lg->lqt", mix, network.kernels.usual_share)[:, :, None, :]
    for list_ in np.flatnonzero(may_move):
        everyone = at.arrivals[network.kernels.point_of[list_]][:, None, :]
        placed = at.at_site[list_]
        choice = (placed >= 0).sum(axis=1, keepdims=True) > 1
        placed = np.where(choice, placed, -1)
        everyone = np.where(placed >= 0, everyone, -1)
        sites = np.flatnonzero(closing[list_] >= 0)
        most, least = number[0, list_], number[1, list_]
        rows.add(most, placed, 1.0)
        rows.add(most, everyone, -np.minimum(present + shift, 1.0)[list_] * listed[list_])
        rows.add(least, placed, -1.0)
        rows.add(least, everyone, np.maximum(present - shift, 0.0)[list_] * listed[list_])
        for site in sites:
            for row in (most, least[:, [site]]):
                rows.add(row, closing[list_, site], came[list_])
                rows.upper[row] += np.broadcast_to(came[list_], row.shape)
    return rows


def budgets(network: Network, classes: Classes, at: Columns) -> Rows:
    """Spend at most each calendar year's budget on expansions, overtime and outsourcing."""
    lumps, extras = network.lumps, network.extras
    rows = Rows.at_most("budgets", lumps.budget)
    months = np.flatnonzero(np.isfinite(lumps.budget)[lumps.year_of])
    year = lumps.year_of[months]
    if lumps.expansions:
        rows.add(year, at.built[:, None], lumps.cost[:, months])
    if extras.names:
        rows.add(year, at.bought[:, months], extras.unit_cost[:, None])
    return rows


def plan_years(horizon: int) -> Ints:
    """Return the year of each month, twelve months each, counted from the first."""
    return np.arange(horizon) // MONTHS_PER_YEAR


def _counted(network: Network, at: Columns, volume: int) -> Ints:
    """Return the columns (start, month) that a minimum volume counts."""
    counts = network.lumps.counts[volume][network.pair_option]
    columns: Ints = at.starts.transpose(0, 2, 1, 3)[counts]
    return columns.reshape(-1, network.horizon)


def _closing(network: Network, at: Columns) -> Ints:
    """Return the column that closes a list's service at a site (list, site), -1 where none does."""
    closing = np.full(network.offers.shape, -1, dtype=np.int64)
    for volume in np.flatnonzero(network.lumps.may_close):
        closing[network.lumps.counts[volume]] = at.open[volume]
    return closing
