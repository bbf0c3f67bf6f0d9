"""Values of every input of the tiny scenario, and reading 1 of one draw by the long way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.demand import resource_use
from hepaplan.model.figures import figures
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Distribution
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.tidy import add_up, years_of
from hepaplan.model.uncertainty.drawing.designs import uniform
from hepaplan.model.uncertainty.region.frame import MEASURES, NOT_LINEAR
from hepaplan.model.uncertainty.spread.inputs import Value


def all_values(
    scenario: Scenario, draws: int, seed: int = 5, least: float = 0.9
) -> dict[Key, Value]:
    """Return values of every figure that can be drawn, from `least` of what is stated up to it."""
    stated = {("pathway", *key): figure for key, figure in figures(scenario.pathway)}
    stated |= {k: f for k, f in figures(scenario.settings) if k not in NOT_LINEAR}
    values: dict[Key, Value] = {}
    for key, figure in stated.items():
        less = least + (1.0 - least) * uniform(key, draws, seed)
        if isinstance(figure, Distribution):
            values[key] = less
        elif isinstance(figure, Schedule):
            values[key] = {part: number * less for part, number in figure.numbers().items()}
        elif isinstance(figure, Quantity):
            parts = {part: number * less for part, number in figure.numbers().items()}
            values[key] = parts[""] if list(parts) == [""] else parts
    table = scenario.tables.eligibility
    for group, rows in table.groupby("group"):
        at: Key = ("tables", "eligibility", str(group))
        raw = {
            str(p): s * (least + (1.0 - least) * uniform((*at, str(p)), draws, seed))
            for p, s in zip(rows["decision_point"], rows["share"], strict=True)
        }
        total = sum(raw.values(), np.zeros(1))
        values[at] = {point: share / total for point, share in raw.items()}
    return values


@dataclass(frozen=True)
class ReadOnce:
    """Reading 1 of one scenario, with the axes of `RegionDraws` but no draws."""

    totals: Floats
    starts: Floats
    use: Floats
    starts_by_region: Floats
    use_by_region: Floats
    new_metastases: Floats
    option_qalys: Floats
    option_cost: Floats


def read_once(usual: UsualCare) -> ReadOnce:
    """Return what reading 1 itself says."""
    window = usual.scenario.settings.window.months
    inside = slice(usual.before, usual.before + window)
    came = usual.eligible[..., inside].sum(axis=1)
    totals = []
    for measure in MEASURES:
        value = getattr(usual.worth, measure)
        factors = value.monthly_discount ** np.arange(window)
        totals.append(float(np.einsum("cgt,cg,t->", came, value.arrival, factors)))
    starts, _ = add_up(usual.flow.starts[..., inside].sum(axis=2), usual.treatments, axis=0)
    use = [
        resource_use(usual.flow.starts[:, r], usual.kernels.use, usual.before)[:, :window]
        for r in range(starts.shape[1])
    ]
    years = years_of(usual.window_labels)
    seen = usual.metastases[inside].sum(axis=(2, 3))
    by_year = [seen[[y == year for y in years]].sum(axis=0) for year in dict.fromkeys(years)]
    there = usual.flow.arrivals[..., inside].sum(axis=(1, 3))[usual.kernels.point_of]
    weight = there / there.sum(axis=1, keepdims=True)
    return ReadOnce(
        np.array(totals),
        starts.sum(axis=1),
        np.sum(use, axis=0),
        starts.swapaxes(0, 1),
        np.stack(use),
        np.stack(by_year, axis=1),
        (usual.worth.qalys_discounted.start * weight).sum(axis=1),
        (usual.worth.cost_discounted.start * weight).sum(axis=1),
    )
