"""What surrounds an option in one group: death from other causes, and what a dose costs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.money.drugs import DosePrices, dose_prices
from hepaplan.model.pathway import Pathway


@dataclass(frozen=True)
class Surroundings:
    """What an option's course depends on beside the option, in one group.

    `background` (months,): hazard of death from other causes in each month since the start;
    `published` (months,): what published curves that count such deaths hold of it. `dose_prices`
    are those of the group (`drugs.dose_prices`).
    """

    group: str
    background: Floats
    published: Floats
    dose_prices: DosePrices

    def cut(self, months: int) -> Surroundings:
        """Return the same for fewer months."""
        return replace(self, background=self.background[:months], published=self.published[:months])


def surroundings(
    pathway: Pathway,
    groups: tuple[str, ...],
    other_cause_survival: Floats,
    published_survival: Floats | None = None,
) -> dict[tuple[str, str], Surroundings]:
    """Return what surrounds the options of each decision point, by point and group.

    `other_cause_survival` (point, group, months + 1) escapes death from other causes since a start;
    without the first axis it is the same at all points. `published_survival`, in either shape or
    (months + 1,), is that of patients in published curves that count other deaths, the same unless
    given.
    """
    if published_survival is None:
        published_survival = other_cause_survival
    shape = (len(pathway.decision_point), len(groups), other_cause_survival.shape[-1] - 1)
    background, published = (
        np.broadcast_to(background_hazard(survival), shape)
        for survival in (other_cause_survival, published_survival)
    )
    prices = [dose_prices(pathway.drug, pathway.body, group) for group in groups]
    return {
        (point, group): Surroundings(group, background[c, g], published[c, g], prices[g])
        for c, point in enumerate(pathway.decision_point)
        for g, group in enumerate(groups)
    }


def background_hazard(other_cause_survival: Floats) -> Floats:
    """Return the hazard of death from other causes in each month, from (…, months + 1)."""
    return np.asarray(-np.diff(np.log(np.maximum(other_cause_survival, 1e-300)), axis=-1))
