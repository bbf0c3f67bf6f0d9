"""Tables of what one patient can expect: by option, by decision point, and in the region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.fates import Fates, fates, median_months
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.outcomes import Value
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare

YEARS = (1, 2, 3, 5, 10)
SURVIVAL = tuple(f"survival_{year}y" for year in YEARS)
ALL_GROUPS = "all"
LONGEST = 10 * MONTHS_PER_YEAR
UNITS = {
    "life_years": ("life-years", "years"),
    "qalys": ("QALYs", "QALY"),
    "qalys_discounted": ("QALYs, discounted", "QALY"),
    "cost_gbp": ("cost", "GBP"),
    "cost_gbp_discounted": ("cost, discounted", "GBP"),
    "dies_of_cancer": ("dies of cancer", "share"),
    "dies_of_procedure": ("dies of a procedure", "share"),
    "dies_of_other_causes": ("dies of other causes", "share"),
}
"""Columns of lifetime measures, each with its words and unit."""


def all_tables(usual: UsualCare) -> dict[str, pd.DataFrame]:
    """Return the tables of patients, by name."""
    economics = usual.scenario.settings.economics
    found = fates(usual.kernels, economics.discount_rate_costs.number)
    by_point, by_option = overall_survival(usual.kernels, min(LONGEST, usual.kernels.months))
    return {
        "per_patient": per_patient(usual, found, by_option),
        "per_arrival": per_arrival(usual, found, by_point),
        "patient_costs": patient_costs(usual, found),
        "region": region(usual, found, by_point),
    }


def per_patient(usual: UsualCare, found: Fates, by_option: Floats) -> pd.DataFrame:
    """Return what one start of each option yields, all that follows included, by group."""
    kernels, values = usual.kernels, _values(usual, found)
    return pd.DataFrame(
        {
            "decision_point": point,
            "option": option,
            "group": group,
            **_lifetime(value.start[k, g] for value in values),
            **_survival(by_option[k, g]),
        }
        for k, (point, option) in enumerate(kernels.options)
        for g, group in enumerate(kernels.groups)
    )


def per_arrival(usual: UsualCare, found: Fates, by_point: Floats) -> pd.DataFrame:
    """Return what one arrival at each decision point can expect at usual care.

    By group, and for `all` groups as they arrive in the window, when anybody does.
    """
    kernels, values = usual.kernels, _values(usual, found)
    window = usual.scenario.settings.window.months
    came = usual.flow.arrivals[..., usual.before : usual.before + window].sum(axis=(1, 3))
    rows = []
    for c, point in enumerate(kernels.points):
        for group, weight in _weights(kernels.groups, came[c]):
            rows.append(
                {
                    "decision_point": point,
                    "group": group,
                    "arrivals": float(came[c] @ (weight > 0)),
                    **_lifetime(float(weight @ value.arrival[c]) for value in values),
                    **_survival(weight @ by_point[c]),
                }
            )
    return pd.DataFrame(rows)


def patient_costs(usual: UsualCare, found: Fates) -> pd.DataFrame:
    """Return the lifetime cost of one start by category, all that follows included."""
    kernels = usual.kernels
    rows = [
        (point, option, group, category, value.start[k, g], discounted.start[k, g])
        for k, (point, option) in enumerate(kernels.options)
        for g, group in enumerate(kernels.groups)
        for (category, value), discounted in zip(
            found.cost.items(), found.cost_discounted.values(), strict=True
        )
        if value.start[k, g] != 0.0
    ]
    columns = ["decision_point", "option", "group", "category", "cost_gbp", "cost_gbp_discounted"]
    return pd.DataFrame(rows, columns=columns)


def region(usual: UsualCare, found: Fates, by_point: Floats) -> pd.DataFrame:
    """Return what the window's new patients can expect at usual care, per patient and in all.

    New are those who arrive with their first liver metastases in the window; discounting is to
    each patient's arrival. Where nobody comes, only that is said.
    """
    window = usual.scenario.settings.window.months
    came = usual.eligible[..., usual.before : usual.before + window].sum(axis=(1, 3))
    people = float(came.sum())
    mix = came / max(people, 1e-300)

    def mean(value: Value) -> float:
        return float((mix * value.arrival).sum())

    alive = np.einsum("cg,cgm->m", mix, by_point)
    columns = ["measure", "unit", "per_patient", "all_new_patients"]
    rows: list[tuple[str, str, float | None, float]] = [("new patients", "people", None, people)]
    if not people:
        return pd.DataFrame(rows, columns=columns)
    rows += [
        (label, unit, mean(value), people * mean(value))
        for (label, unit), value in zip(UNITS.values(), _values(usual, found), strict=True)
    ]
    rows += [
        (_alive_at(year), "share", float(alive[month]), people * float(alive[month]))
        for year in YEARS
        if (month := year * MONTHS_PER_YEAR) < alive.size
    ]
    rows += [
        (f"cost, {category}", "GBP", mean(value), people * mean(value))
        for category, value in found.cost.items()
        if value.arrival.any()
    ]
    table = pd.DataFrame(rows, columns=columns)
    median = ("median survival", "months", median_months(alive), None)
    table.loc[len(table)] = median
    return table


def _alive_at(year: int) -> str:
    return f"alive at {year} year" + "s" * (year > 1)


def _values(usual: UsualCare, found: Fates) -> tuple[Value, ...]:
    worth = usual.worth
    return (
        worth.life_years, worth.qalys, worth.qalys_discounted, worth.cost, worth.cost_discounted,
        *found.deaths.values(),
    )  # fmt: skip


def _lifetime(values: Iterable[float]) -> dict[str, float | str | None]:
    return dict(zip(UNITS, values, strict=True))


def _survival(alive: Floats) -> dict[str, float | str | None]:
    months = [year * MONTHS_PER_YEAR for year in YEARS]
    shares = [float(alive[month]) if month < alive.size else None for month in months]
    return {
        "median_survival_months": median_months(alive),
        **dict(zip(SURVIVAL, shares, strict=True)),
    }


def _weights(groups: Sequence[str], people: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield each group's weights, and those of all together when anybody comes."""
    yield from zip(groups, np.eye(len(groups)), strict=True)
    if people.sum() > 0:
        yield ALL_GROUPS, people / people.sum()
