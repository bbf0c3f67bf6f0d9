"""Life-years, QALYs and costs: what a start is worth on its own, and with all that follows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.kernels import Kernels
from hepaplan.model.money.discounting import Discounting
from hepaplan.model.quantities import MONTHS_PER_YEAR


@dataclass(frozen=True)
class Value:
    """One measure's worth, discounted to the month of the start or the arrival.

    `own` (option, group): the option's own course. `start` (option, group): with all that follows
    at usual care. `arrival` (point, group): of someone who comes to a decision point and starts
    the usual option at once. `monthly_discount`: factor for one month later.
    """

    own: Floats
    start: Floats
    arrival: Floats
    monthly_discount: float


@dataclass(frozen=True)
class Values:
    """Worth in life-years and in QALYs and pounds, each undiscounted and discounted."""

    life_years: Value
    qalys: Value
    cost: Value
    qalys_discounted: Value
    cost_discounted: Value


def discount_factors(annual_rate: float, months: int, offset: float = 0.5) -> Floats:
    """Return annual-compounded factors for flows `offset` into each month, shape (months,)."""
    return Discounting(annual_rate, offset=offset).factors(months - 1, 1 / MONTHS_PER_YEAR)


def pathway_values(kernels: Kernels, rate_costs: float, rate_effects: float) -> Values:
    """Return the worth of starts and arrivals at usual care when nothing is scarce.

    Costs are discounted at `rate_costs`, effects at `rate_effects`, both per year, at the middle
    of each month (NICE PMG36: annual compounding).
    """
    life = kernels.person_months / MONTHS_PER_YEAR
    money = kernels.cost.sum(axis=2)
    return Values(
        life_years=worth(kernels, life, 0.0),
        qalys=worth(kernels, kernels.qalys, 0.0),
        cost=worth(kernels, money, 0.0),
        qalys_discounted=worth(kernels, kernels.qalys, rate_effects),
        cost_discounted=worth(kernels, money, rate_costs),
    )


def worth(kernels: Kernels, stream: Floats, annual_rate: float) -> Value:
    """Return the worth of a stream (option, group, month since start).

    The value of arriving somewhere is the value of what is usually started there, its own course
    and what follows it: one linear system a group, solved exactly.
    """
    months = stream.shape[-1]
    own = stream @ discount_factors(annual_rate, months)
    later = discount_factors(annual_rate, months + 1, offset=0.0)
    reached = kernels.arrive @ later
    points = len(kernels.points)
    arrival = np.zeros((points, len(kernels.groups)))
    for g in range(len(kernels.groups)):
        chosen = np.zeros((points, len(kernels.options)))
        chosen[kernels.point_of, np.arange(len(kernels.options))] = kernels.usual_share[:, g]
        arrival[:, g] = np.linalg.solve(np.eye(points) - chosen @ reached[:, g], chosen @ own[:, g])
    start = own + np.einsum("kgc,cg->kg", reached, arrival)
    return Value(own, start, arrival, float(later[1]))
