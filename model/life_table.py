"""Death from other causes: survival of a mix of ages and sexes under the life table."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.lookup import at_ages
from hepaplan.model.metastases import group_of_band
from hepaplan.model.parameters import AGE_BANDS, SEXES, Scenario
from hepaplan.model.quantities import MONTHS_PER_YEAR

OFFSETS = np.arange(5) + 0.5
"""Entry ages within a band, years: single years, each at its middle."""


def group_age_mix(scenario: Scenario, arrivals: Floats) -> Floats:
    """Return who a group's arrivals are, shape (group, sex, age_band); each group sums to 1.

    `arrivals` has the axes (month, region, sex, age_band, timing). A group that nobody enters gets
    an even mix of its sexes and bands, which weighs nothing in any total.
    """
    member = group_of_band(scenario).T[:, None, :]
    people = arrivals.sum(axis=(0, 1, 4)) * member
    total = people.sum(axis=(1, 2), keepdims=True)
    people = np.where(total > 0, people, np.broadcast_to(member, people.shape))
    return np.asarray(people / people.sum(axis=(1, 2), keepdims=True))


def other_cause_survival(scenario: Scenario, age_mix: Floats, months: int) -> Floats:
    """Return the share of a mix who escape other-cause death, shape (months + 1,), 1 at month 0.

    `age_mix` has the axes (sex, age_band). The old die first, so the mix grows younger: the
    survival of a mixture, not survival at a mean age. Death rates are constant within a row of the
    life table, whose last row holds at every older age.
    """
    ages = np.asarray(AGE_BANDS)[:, None] + OFFSETS
    years = np.arange(months + 1) / MONTHS_PER_YEAR
    survival = np.stack(
        [
            np.exp(-hazard_between(scenario, sex, ages[:, :, None], years)).mean(axis=1)
            for sex in SEXES
        ]
    )
    return np.asarray(np.tensordot(age_mix, survival, axes=2))


def hazard_between(scenario: Scenario, sex: str, age: Floats, years: Floats) -> Floats:
    """Return the cumulative hazard of death from `age` to `age + years`, shapes broadcast."""
    table = scenario.tables.life_table
    table = table[table["sex"] == sex]
    knots = np.sort(table["age_from"].to_numpy(dtype=np.float64))
    if not len(knots) or knots[0] != 0:
        start = f"starts at age {knots[0]:g}" if len(knots) else "is empty"
        raise ValueError(f"the life table of the sex {sex} {start}: start it at 0")
    rate = at_ages(table, ["deaths_per_person_year"], [int(knot) for knot in knots])[:, 0]
    reached = np.concatenate([[0.0], np.cumsum(rate[:-1] * np.diff(knots))])

    def cumulative(at: Floats) -> Floats:
        beyond = np.maximum(at - knots[-1], 0.0) * rate[-1]
        return np.asarray(np.interp(at, knots, reached) + beyond)

    return cumulative(age + years) - cumulative(age)
