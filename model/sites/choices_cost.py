"""What a plan builds and buys, in units and in pounds: care itself is costed as it is used."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.replay import Plan
from hepaplan.model.sites.network import Network


def bought_units(network: Network, plan: Plan) -> Floats:
    """Return the units that a plan buys of each extra (extra, month), the cheapest first.

    Of its capacity beyond today's, what its expansions do not give.
    """
    extras = network.extras
    units = np.zeros((len(extras.names), network.horizon))
    if plan.extra is None:
        return units
    bought = plan.extra.copy()
    if plan.built is not None and plan.built.size:
        bought -= network.lumps.capacity_of(plan.built)
    for number in np.argsort(extras.unit_cost, kind="stable"):
        place = extras.resource[number], extras.site[number]
        units[number] = np.clip(bought[place], 0.0, extras.most[number])
        bought[place] = bought[place] - units[number]
    return units


def choices_cost(network: Network, plan: Plan, annual_rate: float, months: int) -> float:
    """Return pounds for what a plan builds and buys in the first months, discounted.

    Capital counts in full in the month of its decision, so a short window overstates it.
    """
    spent = network.extras.unit_cost @ bought_units(network, plan)
    if plan.built is not None and plan.built.size:
        spent = spent + plan.built @ network.lumps.cost
    return float(spent[:months] @ discount_factors(annual_rate, months))
