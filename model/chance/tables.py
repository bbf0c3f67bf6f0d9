"""Tables of what chance makes of a plan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.chance.headroom import Target, share_within
from hepaplan.model.chance.simulate import Simulated, simulate
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, Capacity, UsualCare
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.tidy import concat

PLANNED = (FIRST_COME, MOST_HEALTH)
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


COLUMNS: dict[str, tuple[str, ...]] = {
    "chance": (
        "policy", "month", "site", "decision_point", "probability", "standard_error",
        "share_within", *QUANTILES,
    ),
    "chance_lists": (
        "policy", "measure", "month", "site", "name", "expected", "mean", "standard_error",
        *QUANTILES,
    ),
    "chance_years": (
        "policy", "from_month", "to_month", "share_within", *QUANTILES, "target", "probability",
        "standard_error",
    ),
    "headroom": (
        "site", "share_within", "promised_probability", "headroom", "probability",
        "standard_error",
    ),
}  # fmt: skip


def empty_tables() -> dict[str, pd.DataFrame]:
    """Return the tables of a run without chance: their columns, and no rows."""
    return {name: pd.DataFrame(columns=list(columns)) for name, columns in COLUMNS.items()}


def all_tables(
    usual: UsualCare, capacity: Capacity, replications: int = 1000, seed: int = 1
) -> dict[str, pd.DataFrame]:
    """Return the tables `chance`, `chance_lists` and `chance_years`, by policy.

    They cover the window, what is left of it where months have happened, under first come and the
    plan.
    """
    network = capacity.planned_in
    labels = network.months.labels[: usual.window_in(network)]
    there = (capacity.first_come_there, capacity.planned)
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for policy, plan, done in zip(PLANNED, (None, capacity.best.plan), there, strict=True):
        drawn = simulate(network, plan, replications, seed, months=len(labels))
        tables = {
            "chance": chance(network, drawn),
            "chance_lists": chance_lists(network, drawn, done),
            "chance_years": chance_years(drawn, labels),
        }
        for name, table in tables.items():
            found.setdefault(name, {})[policy] = table
    return {name: concat(by_policy, "policy") for name, by_policy in found.items()}


def chance(network: Network, drawn: Simulated) -> pd.DataFrame:
    """Return how likely each standard is met, by month, site and decision point.

    A month meets it if nobody on the list is beyond the standard at its end. `share_within` is the
    share started within the standard of those whose wait ended in the month or right after it, over
    all replications; `p10` to `p90` are over the replications in which somebody's did.
    """
    met = (drawn.late <= 0.0).astype(float)
    ended = drawn.started + drawn.gone
    share = np.divide(drawn.within, ended, out=np.full_like(ended, np.nan), where=ended > 0.0)
    rows = []
    for place, month in np.ndindex(*met.shape[:2]):
        known = share[place, month][~np.isnan(share[place, month])]
        whole = ended[place, month].sum()
        rows.append(
            {
                **_where(network, drawn, place, month),
                "probability": met[place, month].mean(),
                "standard_error": standard_error(met[place, month]),
                "share_within": drawn.within[place, month].sum() / whole if whole else np.nan,
                **_quantiles(known),
            }
        )
    return pd.DataFrame(rows)


def chance_lists(network: Network, drawn: Simulated, done: Replay) -> pd.DataFrame:
    """Return people waiting and use of each resource, by month and site, beside the replay's.

    `measure` is "waiting", `name` then the decision point, or "use" and the resource, in its unit.
    """
    own, months = network.kernels.point_of, drawn.left.shape[1]
    rows = []
    for place, month in np.ndindex(len(drawn.queues.places), months):
        point, site = drawn.queues.places[place]
        where = _where(network, drawn, place, month)
        rows.append(
            {
                "measure": "waiting",
                **{key: where[key] for key in ("month", "site")},
                "name": where["decision_point"],
                "expected": done.left[own == point][:, :, site, :, month].sum(),
                **_spread(drawn.left[place, month]),
            }
        )
    for resource, site, month in np.ndindex(network.reported, *drawn.use.shape[1:3]):
        if network.capacity[resource, site].any():
            rows.append(
                {
                    "measure": "use",
                    "month": network.months.labels[month],
                    "site": network.sites[site],
                    "name": network.kernels.resources[resource],
                    "expected": done.use[resource, site, month],
                    **_spread(drawn.use[resource, site, month]),
                }
            )
    return pd.DataFrame(rows)


def chance_years(drawn: Simulated, labels: Sequence[str], share: float = 0.95) -> pd.DataFrame:
    """Return the share started within the standard in each whole year, over all sites.

    A run of less than a year counts as one. `probability` is that of at least `share`, as
    `headroom.Target` counts it.
    """
    months = drawn.started.shape[1]
    year = min(months, MONTHS_PER_YEAR)
    rows = []
    for first in range(0, months - year + 1, year):
        found = share_within(drawn, Target(first, first + year, share))
        met = (found >= share).astype(float)
        rows.append(
            {
                "from_month": labels[first],
                "to_month": labels[first + year - 1],
                "share_within": found.mean(),
                **_quantiles(found),
                "target": share,
                "probability": met.mean(),
                "standard_error": standard_error(met),
            }
        )
    return pd.DataFrame(rows)


def standard_error(values: Floats) -> float:
    """Return the Monte Carlo standard error of a mean over replications; missing for one alone."""
    return float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else np.nan


def _where(network: Network, drawn: Simulated, place: int, month: int) -> dict[str, object]:
    point, site = drawn.queues.places[place]
    return {
        "month": network.months.labels[month],
        "site": network.sites[site],
        "decision_point": network.kernels.points[point],
    }


def _spread(values: Floats) -> dict[str, float]:
    error = standard_error(values)
    return {"mean": float(values.mean()), "standard_error": error, **_quantiles(values)}


def _quantiles(values: Floats) -> dict[str, float]:
    found = np.quantile(values, list(QUANTILES.values())) if values.size else [np.nan] * 3
    return dict(zip(QUANTILES, np.asarray(found).tolist(), strict=True))
