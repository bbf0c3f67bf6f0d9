"""Pathway to kernels: what happens, month by month, to patients who start an option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.course import option_course
from hepaplan.model.parameters import Resource
from hepaplan.model.pathway import Pathway
from hepaplan.model.surroundings import surroundings

COMPLICATIONS = "complications"


@dataclass(frozen=True)
class Kernels:
    """The fate of one start, by option, group and months since the start.

    Axes: option (open options of the pathway in its order), group, then point, resource or
    category, and month d since start (d = 0 is the month of the start, the last is the horizon).
    `alive` counts those still in the option's own course at time d; `arrive`, `cancer_death` and
    `other_death` what happened between d - 1 and d, `procedural_death` (option, group) the part of
    `cancer_death` that the procedure causes; `use`, `cost`, `person_months` and `qalys`
    what month d takes and yields.
    Semi-Markov process: Howard, Dynamic Probabilistic Systems II, Wiley 1971.
    """

    points: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    categories: tuple[str, ...]
    arrive: Floats
    cancer_death: Floats
    procedural_death: Floats
    other_death: Floats
    alive: Floats
    use: Floats
    cost: Floats
    person_months: Floats
    qalys: Floats
    usual_share: Floats

    @property
    def point_of(self) -> Ints:
        """Index of each option's decision point, shape (option,)."""
        return np.array([self.points.index(point) for point, _ in self.options], dtype=np.int64)

    @property
    def months(self) -> int:
        """Months followed after a start."""
        return int(self.alive.shape[-1]) - 1


def pathway_kernels(
    pathway: Pathway,
    groups: tuple[str, ...],
    resources: Mapping[str, Resource],
    other_cause_survival: Floats,
    published_survival: Floats | None = None,
) -> Kernels:
    """Return the kernels of every open option.

    Parameters
    ----------
    pathway
        Decision points and options; option order is the file's.
    groups
        Names of the patient groups, in the order of the group axis.
    resources
        What is scarce and what one unit of it costs.
    other_cause_survival
        Probability of escaping death from other causes after a start, shape (point, group,
        months + 1), or (group, months + 1) where it is the same at all points.
    published_survival
        Probability (months + 1,) or (group, months + 1) of escaping other causes in published
        curves that count them; that of the patients unless given.
    """
    points = tuple(pathway.decision_point)
    records = [option for _, _, option in pathway.options()]
    names = tuple(resources)
    around = surroundings(pathway, groups, other_cause_survival, published_survival)
    extra = {category for option in records for category in option.costs}
    prices = around[points[0], groups[0]].dose_prices
    extra |= {category for option in records for drug in option.doses for category in prices[drug]}
    extra |= {COMPLICATIONS for option in records if option.complications}
    categories = (*names, *sorted(extra))
    unit_cost = np.array([resources[name].unit_cost.number for name in names])
    shape, months = (len(records), len(groups)), other_cause_survival.shape[-1] - 1
    arrive = np.zeros((*shape, len(points), months + 1))
    cancer_death, other_death, alive = (np.zeros((*shape, months + 1)) for _ in range(3))
    procedural_death = np.zeros(shape)
    use = np.zeros((*shape, len(names), months))
    cost = np.zeros((*shape, len(categories), months))
    qalys, person_months = np.zeros((*shape, months)), np.zeros((*shape, months))
    for k, (point, _, option) in enumerate(pathway.options()):
        for g, group in enumerate(groups):
            course = option_course(option, around[point, group])
            for destination, flow in course.arrive.items():
                arrive[k, g, points.index(destination)] = flow[:, 0]
            cancer_death[k, g] = course.cancer_death[:, 0]
            procedural_death[k, g] = course.procedural_death[0]
            other_death[k, g] = course.other_death[:, 0]
            alive[k, g] = course.alive[:, 0]
            person_months[k, g] = course.person_months[:, 0]
            for r, name in enumerate(names):
                if name in course.footprint:
                    use[k, g, r] = course.taken(name)[:, 0]
                if name in course.complication_use:
                    use[k, g, r, 0] += course.complication_use[name][0]
            cost[k, g, : len(names)] = use[k, g] * unit_cost[:, None]
            for category, amounts in course.costs.items():
                cost[k, g, categories.index(category)] += (amounts * course.treated)[:, 0]
            if option.complications:
                cost[k, g, categories.index(COMPLICATIONS), 0] += course.complication_cost[0]
            qalys[k, g] = course.qalys[:, 0]
            qalys[k, g, 0] -= course.complication_qalys[0]
    return Kernels(
        points=points,
        options=tuple((point, name) for point, name, _ in pathway.options()),
        groups=groups,
        resources=names,
        categories=categories,
        arrive=arrive,
        cancer_death=cancer_death,
        procedural_death=procedural_death,
        other_death=other_death,
        alive=alive,
        use=use,
        cost=cost,
        person_months=person_months,
        qalys=qalys,
        usual_share=np.array([[o.usual_share.for_group(g) for g in groups] for o in records]),
    )
