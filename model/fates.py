"""What becomes of a patient: deaths by cause, and the money spent by category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.kernels import Kernels
from hepaplan.model.outcomes import Value, worth

CAUSES = ("cancer", "procedure", "other causes")


@dataclass(frozen=True)
class Fates:
    """Lifetime sums of one start or arrival, with all that follows at usual care.

    `deaths` by cause, shares; `cost` and `cost_discounted` by category, pounds. The causes sum to
    1, less those who outlive the horizon; the categories to the whole cost.
    """

    deaths: dict[str, Value]
    cost: dict[str, Value]
    cost_discounted: dict[str, Value]


def fates(kernels: Kernels, rate_costs: float) -> Fates:
    """Return deaths by cause and costs by category; `rate_costs` is the discount rate per year."""
    procedure = np.zeros_like(kernels.person_months)
    procedure[..., 0] = kernels.procedural_death
    streams = (kernels.cancer_death[..., 1:] - procedure, procedure, kernels.other_death[..., 1:])

    def by_category(rate: float) -> dict[str, Value]:
        return {
            name: worth(kernels, kernels.cost[:, :, c], rate)
            for c, name in enumerate(kernels.categories)
        }

    return Fates(
        deaths={c: worth(kernels, s, 0.0) for c, s in zip(CAUSES, streams, strict=True)},
        cost=by_category(0.0),
        cost_discounted=by_category(rate_costs),
    )


def median_months(alive: Floats) -> float | None:
    """Return when half are dead, between months by a straight line; none if not yet.

    `alive` (months + 1,) starts with everyone.
    """
    below = np.flatnonzero(alive <= 0.5)
    if below.size == 0:
        return None
    month = int(below[0])
    fall = alive[month - 1] - alive[month]
    return float(month - 1 + (alive[month - 1] - 0.5) / fall)
