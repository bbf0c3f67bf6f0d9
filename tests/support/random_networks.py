"""Random networks of sites on random pathways: a few months, no tables, made in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.written import Written, write
from hepaplan.model.arrays import Floats
from hepaplan.model.kernels import Kernels, pathway_kernels
from hepaplan.model.outcomes import Values, pathway_values
from hepaplan.model.parameters import Resource
from hepaplan.model.pathway import Pathway
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.network import Network
from hepaplan.model.waiting import waiting_month
from tests.support.random_pathways import Record, random_pathway
from tests.support.small import figure, hand_network, rules, share

GROUPS = ("young", "old")
RESOURCES = ("resource_0", "resource_1")
FOLLOWED = 48
COSTS, EFFECTS = 0.035, 0.015


def two_resources(costs: tuple[float, float] = (7.0, 3.0)) -> dict[str, Resource]:
    """Return what options take, and what a unit of each costs."""
    return {
        name: Resource.model_validate(
            {
                "label": name,
                "unit": "units",
                "saleable_unit": "one",
                "units_per_week": 1.0,
                "calendar": "every_day",
                "utilisation_cap": share(1.0),
                "unit_cost": figure(cost, "GBP per unit"),
            }
        )
        for name, cost in zip(RESOURCES, costs, strict=True)
    }


@dataclass(frozen=True)
class Drawn:
    """A pathway as a file states it, and survival of other causes (group, months + 1)."""

    record: Record
    escape: Floats
    unit_costs: tuple[float, float] = (7.0, 3.0)

    @property
    def pathway(self) -> Pathway:
        """The typed pathway."""
        return Pathway.model_validate(self.record)

    def kernels(self) -> Kernels:
        """Return the kernels of the pathway."""
        return pathway_kernels(self.pathway, GROUPS, two_resources(self.unit_costs), self.escape)

    def values(self) -> Values:
        """Return what starts are worth."""
        return pathway_values(self.kernels(), COSTS, EFFECTS)


def drawn_at(chance: np.random.Generator, points: int, options: int, exchange: bool) -> Drawn:
    """Return a pathway with so many points and at most so many options at each."""
    hazard = chance.uniform(0.0005, 0.02, (2, 1)) * chance.uniform(0.8, 1.2, (2, FOLLOWED))
    alive = np.exp(-np.cumsum(hazard, axis=1))
    escape = np.concatenate((np.ones((2, 1)), alive), axis=1)
    return Drawn(random_pathway(chance, points, options, GROUPS, RESOURCES, exchange), escape)


def _pathway(points: int, options: int, seed: int) -> Drawn:
    return drawn_at(np.random.default_rng(seed), points, options, exchange=False)


PATHWAYS = st.builds(_pathway, st.integers(2, 4), st.integers(1, 3), seed=st.integers(0, 2**32 - 1))


@dataclass(frozen=True)
class Region:
    """A network, what starts are worth in it, and the rules of its plan."""

    network: Network
    values: Values
    rules: PlanRules

    def written(self) -> Written:
        """Return the programme of the plan with most health, in reading 1's terms."""
        usual = nothing_scarce(self.network)
        classes = patient_classes(self.network, usual, pooled=self.rules.age_neutral)
        return write(self.network, classes, self.rules, self.values, 20_000.0)

    def with_network(self, **changes: Any) -> Region:
        """Return it with parts of the network changed."""
        return replace(self, network=replace(self.network, **changes))


def region(
    points: int, options: int, sites: int, months: int, plenty: float, pooled: bool, seed: int
) -> Region:
    """Return a region of that size; `plenty` is room against what all who come would take."""
    chance = np.random.default_rng(seed)
    drawn = drawn_at(chance, points, options, exchange=bool(seed % 2))
    kernels, pathway = drawn.kernels(), drawn.pathway
    waiting = waiting_month(pathway, GROUPS, drawn.escape)
    lists = len(kernels.options)
    sent = chance.integers(0, 4, (lists, 2, sites)) + (np.arange(sites) == 0)
    entries = chance.uniform(0.5, 4.0, (points, 2, months))
    backlog = chance.uniform(0, 2, (lists, 2, sites, 3)) * (chance.random((lists, 1, 1, 1)) < 0.5)
    backlog *= waiting.waits[kernels.point_of][:, None, None, None]
    exchange = [
        (
            kernels.options.index((name, one)),
            kernels.options.index((name, other)),
            some.up_to.number,
        )
        for name, point in pathway.decision_point.items()
        for some in point.interchangeable
        for one, other in (some.options, some.options[::-1])
    ]
    taken = float(np.einsum("kgrd,kg->", kernels.use[..., :3], kernels.usual_share)) / lists
    room = chance.uniform(0.3, 1.5, (2, sites, months)) * plenty * taken * 3.0
    network = hand_network(
        kernels,
        entries,
        room,
        waiting=waiting,
        referral=sent / sent.sum(axis=2, keepdims=True),
        backlog=backlog * (sent > 0)[..., None],
        travel=chance.uniform(5, 60, (2, sites)),
        exchange=exchange,
    )
    shift = float(chance.integers(0, 6)) / 10
    return Region(network, drawn.values(), rules(shift, pooled))


REGIONS = st.builds(
    region,
    points=st.integers(2, 3),
    options=st.integers(1, 2),
    sites=st.integers(1, 3),
    months=st.integers(2, 6),
    plenty=st.sampled_from([0.1, 0.5, 1.0, 4.0]),
    pooled=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
