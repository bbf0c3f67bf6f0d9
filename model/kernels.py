"""Pathway to kernels: what happens, month by month, to patients who start an option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.course import option_course
from hepaplan.model.parameters import Resource
from hepaplan.model.pathway import Pathway
from hepaplan.model.quantities import MONTHS_PER_YEAR

SMALLEST_FLOW = 1e-6
SMALLEST_SHARE_OF_USE = 1e-5
COMPLICATIONS = "complications"


@dataclass(frozen=True)
class Kernels:
    """The fate of one start, by option, group and months since the start.

    Axes: option (open options of the pathway in its order), group, then point, resource or
    category, and month d since start (d = 0 is the month of the start, the last is the horizon).
    `alive` counts those still in the option's own course at time d; `arrive`, `cancer_death` and
    `other_death` what happened between d - 1 and d; `use`, `cost`, `person_months` and `qalys`
    what month d takes and yields. `lumped` is the largest flow moved to a later month.
    Semi-Markov process: Howard, Dynamic Probabilistic Systems II, Wiley 1971.
    """

    points: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    categories: tuple[str, ...]
    arrive: Floats
    cancer_death: Floats
    other_death: Floats
    alive: Floats
    use: Floats
    cost: Floats
    person_months: Floats
    qalys: Floats
    usual_share: Floats
    lumped: float

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
        Probability of escaping death from other causes, shape (group, months + 1).
    """
    points = tuple(pathway.decision_point)
    records = [option for _, _, option in pathway.options()]
    names = tuple(resources)
    extra = {category for option in records for category in option.costs}
    extra |= {COMPLICATIONS for option in records if option.complications}
    categories = (*names, *sorted(extra))
    unit_cost = np.array([resources[name].unit_cost.number for name in names])
    background = -np.diff(np.log(np.maximum(other_cause_survival, 1e-300)), axis=1)

    shape, months = (len(records), len(groups)), background.shape[1]
    arrive = np.zeros((*shape, len(points), months + 1))
    cancer_death, other_death, alive = (np.zeros((*shape, months + 1)) for _ in range(3))
    use = np.zeros((*shape, len(names), months))
    cost = np.zeros((*shape, len(categories), months))
    qalys, person_months = np.zeros((*shape, months)), np.zeros((*shape, months))
    lumped = 0.0
    for k, option in enumerate(records):
        for g, group in enumerate(groups):
            course = option_course(option, group, background[g])
            for destination, flow in course.arrive.items():
                row = (k, g, points.index(destination))
                arrive[row], moved = lump_small_flows(flow)
                lumped = max(lumped, moved)
            cancer_death[k, g], other_death[k, g] = course.cancer_death, course.other_death
            gone = arrive[k, g].sum(axis=0) + course.cancer_death + course.other_death
            alive[k, g] = np.maximum(1.0 - np.cumsum(gone), 0.0)
            deaths = course.cancer_death + course.other_death
            person_months[k, g] = alive[k, g, :-1] - 0.5 * deaths[1:]
            treated = np.concatenate(([course.started], alive[k, g, 1:-1]))
            for r, name in enumerate(names):
                if name in course.footprint:
                    taken = course.footprint[name] * treated
                    smallest = SMALLEST_SHARE_OF_USE * float(taken.sum())
                    use[k, g, r], _ = lump_small_flows(taken, smallest)
                use[k, g, r, 0] += course.complication_use.get(name, 0.0)
            cost[k, g, : len(names)] = use[k, g] * unit_cost[:, None]
            for category, amounts in course.costs.items():
                cost[k, g, categories.index(category)] += amounts * treated
            if option.complications:
                cost[k, g, categories.index(COMPLICATIONS), 0] += course.complication_cost
            qalys[k, g] = course.utility * person_months[k, g] / MONTHS_PER_YEAR
            qalys[k, g, 0] -= course.complication_qalys
    return Kernels(
        points=points,
        options=tuple((point, name) for point, name, _ in pathway.options()),
        groups=groups,
        resources=names,
        categories=categories,
        arrive=arrive,
        cancer_death=cancer_death,
        other_death=other_death,
        alive=alive,
        use=use,
        cost=cost,
        person_months=person_months,
        qalys=qalys,
        usual_share=np.array([[o.usual_share.for_group(g) for g in groups] for o in records]),
        lumped=lumped,
    )


def lump_small_flows(flow: Floats, smallest: float = SMALLEST_FLOW) -> tuple[Floats, float]:
    """Return a flow without entries below `smallest`, each added to a later one, and the sum moved.

    Mass is kept: what is left at the end joins the last entry that is large enough. A flow that is
    small everywhere becomes one entry in its last month.
    """
    large = np.flatnonzero(flow >= smallest)
    if large.size == flow.size or not flow.any():
        return flow, 0.0
    lumps = np.zeros_like(flow)
    if large.size == 0:
        lumps[-1] = flow.sum()
        return lumps, float(flow.sum())
    home = np.minimum(np.searchsorted(large, np.arange(flow.size)), large.size - 1)
    np.add.at(lumps, large[home], flow)
    return lumps, float(flow.sum() - flow[large].sum())
