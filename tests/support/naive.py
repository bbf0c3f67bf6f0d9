"""The model once more in plain loops over single numbers, to compare with; nothing shared."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from hepaplan.model.parameters import Resource
from hepaplan.model.pathway import Distribution, Option, Pathway

NORMAL = NormalDist()


def survivors(distribution: Distribution, group: str, month: float) -> float:
    """Return the share without the event, from one or two stated points."""
    if month == 0:
        return 1.0
    cure = distribution.cure_share.for_group(group) if distribution.cure_share else 0.0
    points = [(p.month, p.survival) for p in distribution.points]
    if distribution.median_months is not None:
        points.append((distribution.median_months.for_group(group), 0.5))
    uncured = [(at, (survival - cure) / (1 - cure)) for at, survival in sorted(points)]
    (first, high), (last, low) = uncured[0], uncured[-1]
    if distribution.family == "exponential":
        left = math.exp(math.log(high) * month / first)
    elif distribution.family == "weibull":
        shape = math.log(math.log(low) / math.log(high)) / math.log(last / first)
        left = math.exp(math.log(high) * (month / first) ** shape)
    elif distribution.family == "log_normal":
        z_high, z_low = NORMAL.inv_cdf(1 - high), NORMAL.inv_cdf(1 - low)
        slope = (z_low - z_high) / math.log(last / first)
        left = 1 - NORMAL.cdf(z_high + slope * math.log(month / first))
    else:
        raise NotImplementedError(distribution.family)
    return cure + (1 - cure) * left


@dataclass
class Fate:
    """What becomes of one start, by months since; lists of plain numbers."""

    arrive: dict[str, list[float]]
    cancer_death: list[float]
    other_death: list[float]
    alive: list[float]
    use: dict[str, list[float]] = field(default_factory=dict)
    cost: dict[str, list[float]] = field(default_factory=dict)
    qalys: list[float] = field(default_factory=list)
    lived: list[float] = field(default_factory=list)


def fate(
    option: Option,
    group: str,
    escape: Sequence[float],
    resources: Mapping[str, Resource],
    published: Sequence[float] | None = None,
) -> Fate:
    """Return the fate of one planned start; `escape` is survival of other causes by month.

    `published` is that of patients in published curves, the same unless given.
    """
    months = len(escape) - 1
    arrive: dict[str, list[float]] = defaultdict(lambda: [0.0] * (months + 1))
    cancer, other = [0.0] * (months + 1), [0.0] * (months + 1)

    def go(place: str, month: int, people: float) -> None:
        (cancer if place == "cancer_death" else arrive[place])[month] += people

    abandoned = option.not_performed.share.for_group(group) if option.not_performed else 0.0
    killed = option.procedural_mortality.for_group(group) if option.procedural_mortality else 0.0
    inside = (1 - abandoned) * (1 - killed)
    go("cancer_death", 1, (1 - abandoned) * killed)
    if option.not_performed:
        other[1] += abandoned * (1 - escape[1])
        for place, part in option.not_performed.to.items():
            go(place, 1, abandoned * escape[1] * part.for_group(group))
    for month in range(1, months + 1):
        background = -math.log(escape[month] / escape[month - 1])
        counted = published or escape
        in_curve = -math.log(counted[month] / counted[month - 1])
        hazards = {}
        for name, leaving in option.exits.items():
            before = survivors(leaving.time, group, month - 1)
            after = survivors(leaving.time, group, month)
            ratio = leaving.hazard_ratio.for_group(group) if leaving.hazard_ratio else 1.0
            hazard = -math.log(after / before)
            if leaving.time.counts_other_deaths:
                hazard = max(hazard - in_curve, 0.0)
            hazards[name] = ratio * hazard
        disease = sum(hazards.values())
        leaving_now = gone = inside * (1 - math.exp(-background - disease))
        # Other causes, as if alone, spare those who move on; whoever is not found elsewhere died.
        moved_alone = inside * (1 - math.exp(-disease)) * escape[month] / escape[month - 1]
        for name, leaving in option.exits.items():
            for place, part in leaving.to.items():
                if hazards[name] == 0.0:
                    continue
                if place == "cancer_death":
                    share = hazards[name] / (disease + background) * part.for_group(group)
                    people = leaving_now * share
                else:
                    people = moved_alone * hazards[name] / disease * part.for_group(group)
                go(place, month, people)
                gone -= people
        other[month] += gone
        inside -= leaving_now

    alive, left = [], 1.0
    for month in range(months + 1):
        left -= cancer[month] + other[month] + sum(flow[month] for flow in arrive.values())
        alive.append(left)
    found = Fate(dict(arrive), cancer, other, alive)
    _take(found, option, group, abandoned, resources)
    return found


def _take(
    found: Fate,
    option: Option,
    group: str,
    abandoned: float,
    resources: Mapping[str, Resource],
) -> None:
    """Add what a start uses, costs and yields."""
    months = len(found.alive) - 1
    performed = 1 - abandoned
    stopped = option.not_performed
    part_used = stopped.footprint_share.for_group(group) if stopped else 0.0
    treated = [performed + abandoned * part_used, *found.alive[1:-1]]
    for name, resource in resources.items():
        use = [0.0] * months
        if name in option.footprint:
            use = [option.footprint[name].at(d) * treated[d] for d in range(months)]
        for harm in option.complications.values():
            if name in harm.footprint:
                probability = performed * harm.probability.for_group(group)
                use[0] += probability * harm.footprint[name].for_group(group)
        found.use[name] = use
        found.cost[name] = [resource.unit_cost.number * units for units in use]
    for category, amounts in option.costs.items():
        found.cost[category] = [amounts.at(d) * treated[d] for d in range(months)]
    found.lived = [
        found.alive[d] - 0.5 * (found.cancer_death[d + 1] + found.other_death[d + 1])
        for d in range(months)
    ]
    found.qalys = [option.utility.at(d) * found.lived[d] / 12 for d in range(months)]
    if option.complications:
        found.cost["complications"] = [0.0] * months
    for harm in option.complications.values():
        probability = performed * harm.probability.for_group(group)
        found.cost["complications"][0] += probability * harm.cost.for_group(group)
        found.qalys[0] -= probability * harm.qaly_loss.for_group(group)


def lumped(flow: Sequence[float], smallest: float) -> list[float]:
    """Return a flow whose small entries wait for the next large one; the rest joins the last."""
    lumps, carried, last = [0.0] * len(flow), 0.0, len(flow) - 1
    for month, people in enumerate(flow):
        carried += people
        if people >= smallest:
            lumps[month], carried, last = carried, 0.0, month
    lumps[last] += carried
    return lumps


Key = tuple[str, str, str]


def all_fates(
    pathway: Pathway,
    escape: Mapping[tuple[str, str], Sequence[float]],
    resources: Mapping[str, Resource],
    published: Mapping[str, Sequence[float]],
) -> dict[Key, Fate]:
    """Return the fate of every open option by (point, option, group).

    `escape` is by point and group, `published` by group.
    """
    return {
        (point, name, group): fate(option, group, survival, resources, published[group])
        for point, name, option in pathway.options()
        for (at, group), survival in escape.items()
        if at == point
    }
