"""A pathway of two decision points and two options over three months, and networks by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hepaplan.model.calendar import Months
from hepaplan.model.kernels import Kernels, pathway_kernels
from hepaplan.model.outcomes import Value, Values, worth
from hepaplan.model.parameters import Resource
from hepaplan.model.pathway import Pathway
from hepaplan.model.plan_rules import Plan
from hepaplan.model.sites.network import Network
from hepaplan.model.surroundings import Surroundings
from hepaplan.model.waiting import WaitingMonth

Floats = npt.NDArray[np.float64]

ESCAPE = np.array([[1.0, 0.9, 0.81, 0.729]])
"""One group, of whom a tenth die of other causes each month: 0.9 = exp(-b)."""


def figure(value: float | Mapping[str, float], unit: str) -> dict[str, Any]:
    """Return a figure as a file would state it."""
    return {"value": value, "unit": unit, "source": "paper", "quality": "illustrative"}


def schedule(amounts: Sequence[float], unit: str, then: float = 0.0) -> dict[str, Any]:
    """Return amounts by month since start."""
    stated = {"value": list(amounts), "then": then, "unit": unit}
    return stated | {"source": "paper", "quality": "illustrative"}


def share(value: float | Mapping[str, float]) -> dict[str, Any]:
    """Return a share."""
    return figure(value, "share")


def exponential(survival_at_one_month: float) -> dict[str, Any]:
    """Return an exponential time to event by its survival at one month."""
    return {
        "family": "exponential",
        "points": [{"month": 1, "survival": survival_at_one_month}],
        "unit": "months",
        "source": "paper",
        "quality": "illustrative",
    }


def pathway_record() -> dict[str, Any]:
    """Return the pathway as nested tables, for a test to change before it is read.

    An operation for which people wait; care that starts at once. Recurrence has survival 0.81 =
    exp(-2b) a month, twice the hazard b of other causes: of what leaves, 2/3 recurs and 1/3 dies.
    """
    operation = {
        "label": "Operation",
        "treatment": "operation",
        "kind": "resection",
        "service": "surgery",
        "usual_share": share(1.0),
        "footprint": {
            "theatre": schedule([10.0], "hours"),
            "ward": schedule([2.0, 1.0], "days"),
        },
        "costs": {"drugs": schedule([100.0, 20.0], "GBP per month since start", then=5.0)},
        "utility": schedule([0.5], "utility", then=0.8),
        "procedural_mortality": share(0.05),
        "complications": {
            "leak": {
                "probability": share(0.2),
                "cost": figure(300.0, "GBP"),
                "qaly_loss": figure(0.02, "QALY"),
                "footprint": {"ward": figure(3.0, "resource units")},
            }
        },
        "not_performed": {
            "share": share(0.1),
            "footprint_share": share(0.4),
            "to": {"settled": share(1.0)},
        },
        "exits": {
            "recurrence": {
                "time": exponential(0.81),
                "to": {"listed": share(0.3), "settled": share(0.5), "cancer_death": share(0.2)},
            }
        },
    }
    care = {
        "label": "Care",
        "treatment": "care",
        "kind": "supportive",
        "service": "community",
        "usual_share": share(1.0),
        "footprint": {},
        "costs": {"visits": schedule([30.0], "GBP per month since start", then=15.0)},
        "utility": schedule([0.4], "utility", then=0.3),
        "exits": {
            "death": {"time": exponential(0.6), "to": {"cancer_death": share(1.0)}},
        },
    }
    waiting = {
        "stay": figure(0.7, "probability per month"),
        "cancer_death": figure(0.1, "probability per month"),
        "move": {"settled": figure(0.2, "probability per month")},
        "utility": figure(0.6, "utility"),
        "cost": figure(40.0, "GBP per month"),
    }
    return {
        "name": "paper",
        "title": "Two points on paper",
        "decision_point": {
            "listed": {
                "label": "Listed",
                "liver_limited": True,
                "standard": figure(31.0, "days"),
                "waiting": waiting,
                "option": {"operation": operation},
            },
            "settled": {"label": "Settled", "liver_limited": False, "option": {"care": care}},
        },
    }


def two_kinds_of_care() -> dict[str, Any]:
    """Return the record with a quarter of the settled in a better care."""
    record = pathway_record()
    options = record["decision_point"]["settled"]["option"]
    options["better"] = options["care"] | {
        "usual_share": share(0.25),
        "exits": {"death": {"time": exponential(0.8), "to": {"cancer_death": share(1.0)}}},
    }
    options["care"] = options["care"] | {"usual_share": share(0.75)}
    return record


def resources() -> dict[str, Resource]:
    """Return two resources: theatre at £7 an hour, ward at £3 a day."""

    def one(label: str, unit: str, unit_cost: float) -> Resource:
        return Resource.model_validate(
            {
                "label": label,
                "unit": unit,
                "saleable_unit": "one",
                "units_per_week": 1.0,
                "calendar": "every_day",
                "utilisation_cap": share(1.0),
                "unit_cost": figure(unit_cost, "GBP per unit"),
            }
        )

    return {"theatre": one("Theatre", "hours", 7.0), "ward": one("Ward", "days", 3.0)}


def small_kernels(record: dict[str, Any] | None = None, escape: Floats = ESCAPE) -> Kernels:
    """Return the kernels of the pathway, or of a changed one, for one group."""
    pathway = Pathway.model_validate(record or pathway_record())
    return pathway_kernels(pathway, ("all",), resources(), escape)


def around(background: Floats, group: str = "all") -> Surroundings:
    """Return surroundings in which the patients of published curves are those of the pathway."""
    return Surroundings(group, background, background, {})


def hand_kernels(
    options: Sequence[tuple[str, str]],
    use: Floats,
    groups: Sequence[str] = ("all",),
    usual_share: Floats | None = None,
    arrive: Floats | None = None,
) -> Kernels:
    """Return kernels written down directly: `use` (option, resource, month since start).

    `arrive` (option, point, month since start) is nothing unless given; nobody dies.
    """
    points = tuple(dict.fromkeys(point for point, _ in options))
    months = use.shape[-1]
    shape = (len(options), len(groups))
    if usual_share is None:
        usual_share = np.ones(shape)
    fate = np.zeros((*shape, len(points), months + 1))
    if arrive is not None:
        fate[:] = arrive[:, None]
    alive = 1.0 - np.cumsum(fate.sum(axis=2), axis=-1)
    return Kernels(
        points=points,
        options=tuple(options),
        groups=tuple(groups),
        resources=tuple(f"resource_{r}" for r in range(use.shape[1])),
        categories=("money",),
        arrive=fate,
        cancer_death=np.zeros((*shape, months + 1)),
        procedural_death=np.zeros(shape),
        other_death=np.zeros((*shape, months + 1)),
        alive=alive,
        use=np.repeat(use[:, None], len(groups), axis=1),
        cost=np.zeros((*shape, 1, months)),
        person_months=alive[..., :-1],
        qalys=np.zeros((*shape, months)),
        usual_share=usual_share,
    )


def hand_waiting(
    kernels: Kernels, stay: float = 1.0, standard_days: Sequence[float] | None = None
) -> WaitingMonth:
    """Return lists on which people stay or die of cancer, without QALYs or cost there."""
    shape = (len(kernels.points), len(kernels.groups))
    days = np.array(standard_days if standard_days is not None else [31.0] * shape[0])
    return WaitingMonth(
        stay=np.full(shape, stay),
        move=np.zeros((shape[0], *shape)),
        cancer_death=np.full(shape, 1.0 - stay),
        other_death=np.zeros(shape),
        qalys=np.zeros(shape),
        cost=np.zeros(shape),
        standard_months=np.maximum(1, np.round(days / 30.4375)).astype(np.int64),
        standard_days=days,
        waits=np.ones(shape[0], dtype=bool),
    )


def hand_network(
    kernels: Kernels,
    entries: Floats,
    capacity: Floats,
    waiting: WaitingMonth | None = None,
    referral: Floats | None = None,
    backlog: Floats | None = None,
    travel: Floats | None = None,
    exchange: Sequence[tuple[int, int, float]] = (),
) -> Network:
    """Return a network: `entries` (point, group, month), `capacity` (resource, site, month).

    `exchange` lists (list, other option, share that may take it). Without `referral` (list,
    group, site) everyone goes to the first site, or to each equally.
    """
    lists, groups = len(kernels.options), len(kernels.groups)
    sites, horizon = capacity.shape[1], entries.shape[-1]
    if referral is None:
        referral = np.full((lists, groups, sites), 1.0 / sites)
    own = list(range(lists))
    return Network(
        months=Months("2027-01", horizon),
        sites=tuple(f"site_{h}" for h in range(sites)),
        kernels=kernels,
        waiting=waiting or hand_waiting(kernels),
        pair_list=np.array(own + [listed for listed, _, _ in exchange]),
        pair_option=np.array(own + [option for _, option, _ in exchange]),
        may_shift=np.array([1.0] * lists + [limit for _, _, limit in exchange]),
        entries=entries,
        backlog=np.zeros((lists, groups, sites, 1)) if backlog is None else backlog,
        referral=referral,
        travel=np.zeros((groups, sites)) if travel is None else travel,
        offers=referral.max(axis=1) > 0,
        capacity=capacity,
        committed=np.zeros(capacity.shape),
    )


def hand_values(kernels: Kernels, own: Sequence[float], monthly_rate: float = 0.0) -> Values:
    """Return values by option: all of it in the first month, cost nothing."""
    stream = np.zeros((*kernels.alive.shape[:2], kernels.months))
    annual = (1.0 + monthly_rate) ** 12 - 1.0
    half = (1.0 + monthly_rate) ** 0.5
    stream[..., 0] = np.array(own)[:, None] * half
    nothing = worth(kernels, np.zeros_like(stream), 0.0)
    value: Value = worth(kernels, stream, annual)
    return Values(nothing, value, nothing, value, nothing)


def rules(shift: float = 1.0, age_neutral: bool = True) -> Plan:
    """Return the rules of a plan."""
    return Plan.model_validate({"referral_shift": share(shift), "age_neutral": age_neutral})
