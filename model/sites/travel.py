"""How far people travel to each site, and who may be sent further than today."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.parameters import Scenario
from hepaplan.model.sites.site_shares import regional_referral


def travel_minutes(scenario: Scenario, regions: tuple[str, ...]) -> Floats:
    """Return minutes from each region to each site (region, site); zeros without a table."""
    sites = tuple(scenario.settings.site)
    minutes = np.zeros((len(regions), len(sites)))
    table = scenario.tables.travel
    for region, site, time in zip(table["region"], table["site"], table["minutes"], strict=True):
        minutes[regions.index(region), sites.index(site)] = time
    return minutes


def most_within_reach(scenario: Scenario, regions: tuple[str, ...], mix: Floats) -> Floats | None:
    """Return the most that each site's share of a list may be (list, group, site).

    A site's share is that of all who live within `plan.longest_travel` of it, and of those further
    away who go there already. None where the plan has no such rule. `mix` (group, region). Raises
    `ValueError` without a table of travel.
    """
    longest = scenario.settings.plan.longest_travel
    if longest is None:
        return None
    if scenario.tables.travel.empty:
        raise ValueError(
            "plan.longest_travel is stated, but the scenario has no table of travel; "
            "add [tables.travel], or delete longest_travel"
        )
    by_region = regional_referral(scenario, regions, mix)
    near = travel_minutes(scenario, regions) <= longest.number
    lives = by_region.sum(axis=3, keepdims=True)
    return np.asarray(np.where(near, lives, by_region).sum(axis=2))
