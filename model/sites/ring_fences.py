"""Ring-fenced capacity: what all other treatments together must leave."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from hepaplan.model.calendar import Months
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import RingFence
from hepaplan.model.sites.made_resources import Supply
from hepaplan.model.sites.site_capacity import usable_units


def with_ring_fences(scenario: Scenario, months: Months, supply: Supply) -> Supply:
    """Return the supply with one made resource for each rule that the fences amount to.

    At the fence's site, treatments it does not name may together use the total less the fence, in
    minutes and, where cases are whole, in sessions. Fences of one resource at one site add up: of
    any set of them, whoever none of them names must leave the whole of the set. That is all that
    fences ask (a transport from sources to users: Gale, Pacific Journal of Mathematics
    1957;7:1073-82, 10.2140/pjm.1957.7.1073).
    """
    settings = scenario.settings
    resources, sites = tuple(settings.resource), tuple(settings.site)
    treatments = [option.treatment for _, _, option in scenario.pathway.options()]
    fences: dict[tuple[str, str], list[RingFence]] = {}
    for fence in settings.ring_fence.values():
        fences.setdefault((fence.resource, fence.site), []).append(fence)
    made = supply.made
    for (resource, site), there in fences.items():
        real = resources.index(resource)
        axes = [(real, resource, 1.0)]
        for m in np.flatnonzero(made.of == real):
            axes.append((len(resources) + int(m), supply.names[m], float(made.per_unit[m])))
        at = np.array([name == site for name in sites])
        kept = usable_units(scenario, resource, months)
        for some in _sets(there):
            named = {treatment for fence in some for treatment in fence.treatments}
            others = np.array([treatment not in named for treatment in treatments])
            number = sum(fence.number.number for fence in some)
            for axis, of, per_unit in axes:
                capacity = supply.capacity[axis].copy()
                capacity[at] = np.maximum(capacity[at] - number * per_unit * kept, 0.0)
                use = supply.use[:, :, axis] * others[:, None, None]
                if use.any():
                    name = f"{of}, less what is kept: " + ", ".join(f.label for f in some)
                    supply = supply.with_rule(name, real, per_unit, use, capacity, at)
    return supply


def _sets(fences: Sequence[RingFence]) -> list[tuple[RingFence, ...]]:
    """Return the sets of fences that matter: of those that name the same, the largest."""
    largest: dict[frozenset[str], tuple[RingFence, ...]] = {}
    for size in range(1, len(fences) + 1):
        for some in combinations(fences, size):
            largest[frozenset(t for fence in some for t in fence.treatments)] = some
    return list(largest.values())
