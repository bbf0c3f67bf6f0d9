"""How much more capacity makes a promise safe against chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.chance.simulate import Simulated, simulate
from hepaplan.model.replay import Plan, Replay
from hepaplan.model.sites.network import Network

MOST = 100
"""Per cent of capacity beyond which no headroom is sought."""
PROMISES = (0.8, 0.95)
NEARLY_FULL = 0.99


@dataclass(frozen=True)
class Target:
    """At least `share` started within the standard in the months from `first` to before `stop`.

    Of all whose wait ended then or who are beyond the standard at the end: whoever died or moved on
    while waiting counts against it. `site` is one site's number; all sites together without it.
    """

    first: int
    stop: int
    share: float = 0.95
    site: int | None = None


def share_within(drawn: Simulated, target: Target) -> Floats:
    """Return the share started within the standard, of each replication; 1 where nobody came."""
    here = np.ones(len(drawn.queues.places), dtype=bool)
    if target.site is not None:
        here = drawn.queues.places[:, 1] == target.site
    during, last = slice(target.first, target.stop), target.stop - 1
    inside = drawn.within[here, during].sum(axis=(0, 1))
    whole = (
        drawn.started[here, during].sum(axis=(0, 1))
        + drawn.gone[here, target.first : last].sum(axis=(0, 1))
        + drawn.late[here, last].sum(axis=0)
    )
    share = np.divide(inside, whole, out=np.ones_like(inside), where=whole > 0.0)
    return np.asarray(share, dtype=np.float64)


def binding(done: Replay) -> Flags:
    """Return which resources are full at which sites in some month of a replay."""
    full = (done.capacity > 0.0) & (done.use >= NEARLY_FULL * done.capacity)
    return np.asarray(full.any(axis=2))


def headroom(
    network: Network,
    plan: Plan | None,
    target: Target,
    which: Flags,
    replications: int = 200,
    seed: int = 1,
    promises: Sequence[float] = PROMISES,
) -> pd.DataFrame:
    """Return the least headroom at which the target is met with each promised probability.

    Headroom is a share added to the capacity of `which` (resource, site), in whole per cent up to
    100%; it is missing where even that is too little. It is found by halving, so the probability is
    taken to rise with capacity: every capacity meets the same people who come. `probability` and
    its Monte Carlo `standard_error` are those at the headroom found, or at 100%.
    """
    met: dict[int, float] = {}

    def probability(per_cent: int) -> float:
        if per_cent not in met:
            factor = np.where(which[:, :, None], 1.0 + per_cent / 100.0, 1.0)
            wider = replace(network, capacity=network.capacity * factor)
            drawn = simulate(wider, plan, replications, seed, months=target.stop)
            met[per_cent] = float((share_within(drawn, target) >= target.share).mean())
        return met[per_cent]

    rows = []
    for promise in promises:
        found = least(probability, promise, MOST)
        chance = probability(MOST if found is None else found)
        rows.append(
            {
                "site": "all" if target.site is None else network.sites[target.site],
                "share_within": target.share,
                "promised_probability": promise,
                "headroom": np.nan if found is None else found / 100.0,
                "probability": chance,
                "standard_error": float(np.sqrt(chance * (1.0 - chance) / replications)),
            }
        )
    return pd.DataFrame(rows)


def least(rising: Callable[[int], float], wanted: float, most: int) -> int | None:
    """Return the least number, 0 to `most`, at which what rises with it is as wanted, if any."""
    if rising(most) < wanted:
        return None
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if rising(middle) >= wanted else (middle, high)
    return high
