"""Tables of prices: what one more saleable unit is worth, and what a floor of fairness costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from hepaplan.model.allocation.fairness import group_origin
from hepaplan.model.allocation.floor_prices import FloorPrice
from hepaplan.model.allocation.prices import Price
from hepaplan.model.arrays import Floats
from hepaplan.model.calendar import Months
from hepaplan.model.parameters import Scenario
from hepaplan.model.population import regions
from hepaplan.model.readings import UsualCare
from hepaplan.model.sites.network import Network, region_mix
from hepaplan.model.sites.site_shares import regional_referral
from hepaplan.model.tables.access import region_by_site

Over = Literal["region", "group"]
PRICES = (
    "rank", "site", "resource", "unit", "window", "qalys_plus_one", "qalys_minus_one",
    "nmb_plus_one", "nmb_minus_one", "beyond_standard_plus_one", "beyond_standard_minus_one",
    "units_less", "qalys_by_row_price", "status",
)  # fmt: skip
EQUITY = ("floor", "qalys", "qalys_lost", "worst", "worst_share", "status")


def whose(usual: UsualCare, network: Network, over: Over) -> tuple[tuple[str, ...], Floats]:
    """Return the regions or groups, and whose those on a list at a site are.

    Shares (list, group, site, region or group) that sum to 1 over the last axis, by present
    referral.
    """
    if over == "group":
        return network.kernels.groups, group_origin(network)
    names = regions(usual.scenario)
    mix = region_mix(usual.eligible[..., usual.before :])
    by_region = regional_referral(usual.scenario, names, mix)
    there = region_by_site(by_region, network.referral[..., None])[..., 0]
    return names, there.swapaxes(2, 3)


def price_table(scenario: Scenario, months: Months, prices: Sequence[Price]) -> pd.DataFrame:
    """Return one row for each saleable unit solved for, the most worth having first.

    QALYs and pounds are discounted to the first month, person-months beyond the standard are not;
    all are changes against the plan.
    """
    settings = scenario.settings
    sites, resources = tuple(settings.site), tuple(settings.resource)
    worth = settings.economics.willingness_to_pay.number
    rows = []
    for rank, price in enumerate(prices, start=1):
        resource = resources[price.unit.resource]
        first, last = months.labels[price.first], months.labels[price.first + price.months - 1]
        plus, minus = price.plus, price.minus
        bad = [
            f"{words}: {change.status}"
            for words, change in (("one more", plus), ("one less", minus))
            if change.status != "optimal"
        ]
        rows.append(
            (
                rank,
                sites[price.unit.site],
                resource,
                settings.resource[resource].saleable_unit,
                f"{first} to {last}",
                plus.qalys,
                minus.qalys,
                plus.net_monetary_benefit(worth),
                minus.net_monetary_benefit(worth),
                plus.beyond,
                minus.beyond,
                price.units_less,
                price.estimate,
                "; ".join(bad) or price.method,
            )
        )
    return pd.DataFrame(rows, columns=list(PRICES))


def equity_table(names: Sequence[str], prices: Sequence[FloorPrice]) -> pd.DataFrame:
    """Return one row for each floor: QALYs, those lost against no floor, and the worst share.

    `names` are of the regions or groups whose shares these are.
    """
    rows = []
    for price in prices:
        worst = int(np.argmin(price.shares))
        name = names[worst] if price.status == "optimal" else ""
        share = price.shares[worst]
        rows.append((price.floor, price.qalys, price.lost, name, share, price.status))
    return pd.DataFrame(rows, columns=list(EQUITY))
