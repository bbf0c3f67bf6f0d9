"""Networks whose capacity or length is changed on purpose, for the policies without a plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hepaplan.model.calendar import Months
from hepaplan.model.sites.network import Network

PLENTY = 1e12
"""Units a month that nobody could use up."""


def supply_times(network: Network, factor: float) -> Network:
    """Return the network with so many times the capacity; what earlier starts take stays."""
    return replace(network, capacity=network.capacity * factor)


def plentiful(network: Network) -> Network:
    """Return the network with room for everybody at every site."""
    return replace(network, capacity=np.full(network.capacity.shape, PLENTY))


def with_nobody_on_day_one(network: Network) -> Network:
    """Return the network with empty lists when the first month begins."""
    return replace(network, backlog=np.zeros_like(network.backlog))


def first_months(network: Network, months: int) -> Network:
    """Return the first months of a network, for a policy that neither buys nor builds."""
    return replace(
        network,
        months=Months(network.months.first, months),
        entries=network.entries[..., :months],
        capacity=network.capacity[..., :months],
        committed=network.committed[..., :months],
    )
