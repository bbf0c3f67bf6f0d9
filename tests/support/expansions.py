"""Expansions and minimum volumes as a file would state them, and a network with choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hepaplan.model.plan_rules import Expansion
from hepaplan.model.sites.lumps import Lumps
from hepaplan.model.sites.network import Network
from tests.support.small import figure, hand_kernels, hand_network, hand_waiting

Floats = npt.NDArray[np.float64]
UNITS = {
    "adds": "saleable units",
    "capital": "GBP",
    "running": "GBP per year",
    "lead": "months",
    "ramp_up": "months",
}


def expansion(**changes: float | str) -> Expansion:
    """Return one more theatre list at Riverside, with changes."""
    stated: dict[str, float | str] = {
        "label": "One more list",
        "site": "riverside",
        "resource": "theatre",
        "adds": 1,
        "capital": 100_000,
        "running": 24_000,
        "lead": 0,
        "ramp_up": 0,
    }
    record = {
        name: figure(float(value), UNITS[name]) if name in UNITS else value
        for name, value in (stated | changes).items()
    }
    return Expansion.model_validate(record)


def two_centres(
    demand: Sequence[float], least: Sequence[float], may_close: bool = True, room: float = 100.0
) -> Network:
    """Return two centres of one operation, its yearly `demand` referred to each, for a year.

    Nobody lives through a month on the list. Each centre has a minimum volume.
    """
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    yearly = np.array(demand)
    network = hand_network(
        kernels,
        np.full((1, 1, 12), yearly.sum() / 12),
        np.full((1, 2, 12), room),
        waiting=hand_waiting(kernels, stay=0.0),
        referral=(yearly / yearly.sum()).reshape(1, 1, 2),
    )
    counts = np.zeros((2, 1, 2), dtype=bool)
    counts[[0, 1], 0, [0, 1]] = True
    lumps = Lumps(
        volumes=("first", "second"),
        counts=counts,
        least=np.array(least, dtype=float),
        may_close=np.full(2, may_close),
    )
    return replace(network, lumps=lumps)


def with_expansions(
    network: Network,
    adds: Floats,
    cost: Floats | None = None,
    opens: npt.NDArray[np.bool_] | None = None,
    budget: Sequence[float] = (np.inf,),
) -> Network:
    """Return a network with expansions: `adds` (expansion, resource, site, month)."""
    count, horizon = adds.shape[0], network.horizon
    options = len(network.kernels.options)
    if opens is None:
        opens = np.zeros((count, options, len(network.sites)), dtype=bool)
    lumps = replace(
        network.lumps,
        expansions=tuple(f"option_{number}" for number in range(count)),
        adds=adds,
        in_use=np.asarray(adds.any(axis=(1, 2))),
        cost=np.zeros((count, horizon)) if cost is None else cost,
        opens=opens,
        budget=np.array(budget, dtype=float),
        year_of=np.arange(horizon) * len(budget) // horizon,
    )
    return replace(network, lumps=lumps, offers=network.offers | opens.any(axis=0))
