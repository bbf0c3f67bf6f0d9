"""The quality of life of the general population, and what a pathway states above it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from hepaplan.model.ages.life_table import OFFSETS, group_age_mix
from hepaplan.model.arrays import Floats
from hepaplan.model.metastases import metastasis_arrivals
from hepaplan.model.parameters import AGE_BANDS, SEXES, Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.money_tables import WAITING_LIST

COLUMNS = ["decision_point", "option", "group", "utility", "norm", "excess"]


def population_utility(age: npt.ArrayLike, male: npt.ArrayLike) -> Floats:
    """Return mean EQ-5D-3L utility of the general population of the UK, shapes broadcast.

    `age` in years, `male` 1 for men, 0 for women, or a share of men. Ara & Brazier, Value Health
    2010;13:509-18, 10.1111/j.1524-4733.2010.00700.x (Health Survey for England 2003 and 2006).
    """
    age, male = np.asarray(age, dtype=np.float64), np.asarray(male, dtype=np.float64)
    return np.asarray(0.9508566 + 0.0212126 * male - 0.0002587 * age - 0.0000332 * age**2)


def norm_of_mix(age_mix: Floats) -> Floats:
    """Return the population's mean utility in each group, shape (group,).

    `age_mix` has the axes (group, sex, age_band); single years are equally many within a band.
    """
    ages = np.asarray(AGE_BANDS)[:, None] + OFFSETS
    male = np.array([sex == "male" for sex in SEXES])
    by_band = population_utility(ages, male[:, None, None]).mean(axis=-1)
    return np.asarray(np.tensordot(age_mix, by_band, axes=2))


def utilities_above_norm(usual: UsualCare) -> pd.DataFrame:
    """Return the options and lists whose highest utility exceeds the population's, by group.

    The norm is that of people of the group's ages at their first liver metastasis; as they grow
    older it falls further. Nothing is capped: utilities stay as stated.
    """
    scenario = usual.scenario
    arrivals = metastasis_arrivals(scenario, usual.cases, usual.case_months, usual.span)
    norms = norm_of_mix(group_age_mix(scenario, arrivals))
    rows = [
        (point, option, group, utility, norm, utility - norm)
        for group, norm in zip(scenario.groups, norms.tolist(), strict=True)
        for point, option, utility in _highest(scenario.pathway, group)
        if utility > norm
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def norm_notices(above: pd.DataFrame, scenario: Scenario) -> tuple[str, ...]:
    """Return one notice if any utility is above the population's, naming the worst by its label."""
    if above.empty:
        return ()
    worst = above.nlargest(1, "excess").to_dict("records")[0]
    point = scenario.pathway.decision_point[worst["decision_point"]]
    option = point.option.get(worst["option"])
    return (
        f"{len(above)} utilities are above the general population's of the same age, most of all "
        f"{worst['option'] if option is None else option.label} at {point.label}, "
        f"{scenario.settings.group[worst['group']].label}: {worst['utility']:.3g} against "
        f"{worst['norm']:.3g}; none is capped, and a report's sheet Checks lists them",
    )


def _highest(pathway: Pathway, group: str) -> Iterator[tuple[str, str, float]]:
    """Yield (decision point, option or the waiting list, highest utility)."""
    for point_name, point in pathway.decision_point.items():
        if point.waiting is not None:
            yield point_name, WAITING_LIST, float(point.waiting.utility.for_group(group))
        for option_name, option in point.open_options().items():
            yield point_name, option_name, max(option.utility.numbers().values())
