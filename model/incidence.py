"""Who falls ill: colorectal cancers by month, region, sex, age band and stage."""

from __future__ import annotations

import math

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.calendar import Months
from hepaplan.model.lookup import at_ages, dense
from hepaplan.model.parameters import AGE_BANDS, SEXES, STAGES, Scenario, Trend
from hepaplan.model.population import person_count

PER = 100_000
SHARES_SUM_TO = 1e-9


def incident_cases(scenario: Scenario, months: Months) -> Floats:
    """Return new cases, shape (month, region, sex, age_band, stage).

    People x annual rate x trend x the month's share of its year x stage share.
    """
    people = person_count(scenario, months)
    rate = incidence_rate(scenario) * months.year_share[:, None, None]
    rate = rate * trend_multiplier(scenario, months)[:, None, :]
    cases = people[..., None] * rate[:, None, ..., None] * stage_share(scenario)
    return np.asarray(cases)


def incidence_rate(scenario: Scenario) -> Floats:
    """Return cases per person-year in the rates' own period, shape (sex, age_band).

    Every band needs its row: ages that the published table leaves out are zeros somebody wrote.
    All rates are multiplied by the region's standardised ratio.
    """
    table = scenario.tables.incidence
    rate = dense(table, "rate_per_100k", sex=SEXES, age_from=AGE_BANDS) / PER
    return rate * standardised_ratio(scenario)


def standardised_ratio(scenario: Scenario) -> float:
    """Return observed over expected cases of the region, 1 where its table's rates are its own.

    Indirect standardisation: Breslow & Day, Statistical Methods in Cancer Research II, IARC 1987,
    chapter 2. In a drawn scenario it may be an array (draw,).
    """
    incidence = scenario.settings.incidence
    return 1.0 if incidence is None else incidence.standardised_ratio.number


def trend_multiplier(scenario: Scenario, months: Months) -> Floats:
    """Return what the trend makes of the rates, shape (month, age_band); 1 in the base year."""
    change = np.zeros(len(AGE_BANDS))
    ages = _ages_at_risk(scenario)
    change[[AGE_BANDS.index(age) for age in ages]] = at_ages(
        scenario.tables.trend, ["change_per_year"], ages
    )[:, 0]
    years = effective_years(scenario.settings.trend, months.middle)
    return (1.0 + change) ** years[:, None]


def effective_years(trend: Trend, calendar_year: Floats) -> Floats:
    """Return the signed years from the base year that count, the far ones damped.

    Up to `damped_after_years` either side each year counts in full; then each counts `damping`
    times the one before it, in continuous time: (1 - damping^n) / -ln(damping) after n more years.
    """
    years = calendar_year - trend.base_year
    distance = np.abs(years)
    full = np.minimum(distance, trend.damped_after_years.number)
    beyond, damping = distance - full, trend.damping.number
    if damping == 1.0:
        counted = beyond
    elif damping == 0.0:
        counted = np.zeros_like(beyond)
    else:
        counted = np.expm1(beyond * math.log(damping)) / math.log(damping)
    return np.asarray(np.sign(years) * (full + counted))


def stage_share(scenario: Scenario) -> Floats:
    """Return the share of each stage at diagnosis, shape (sex, age_band, stage).

    Zero in age bands where nobody falls ill: the stage table need not reach them.
    """
    share = np.zeros((len(SEXES), len(AGE_BANDS), len(STAGES)))
    ages = _ages_at_risk(scenario)
    bands = [AGE_BANDS.index(age) for age in ages]
    for s, sex in enumerate(SEXES):
        table = scenario.tables.stage
        share[s, bands] = at_ages(table[table["sex"] == sex], STAGES, ages)
    total = share[:, bands].sum(axis=-1)
    if (np.abs(total - 1.0) > SHARES_SUM_TO).any():
        s, band = np.argwhere(np.abs(total - 1.0) > SHARES_SUM_TO)[0]
        raise ValueError(
            f"stage shares for {SEXES[s]}, age_from {ages[band]}, sum to {total[s, band]:.10g}: "
            "make them sum to 1"
        )
    return share


def _ages_at_risk(scenario: Scenario) -> list[int]:
    """Return the age bands in which anybody falls ill."""
    rate = incidence_rate(scenario)
    return [age for band, age in enumerate(AGE_BANDS) if rate[:, band].any()]
