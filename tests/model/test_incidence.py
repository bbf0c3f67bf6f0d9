from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hepaplan.model.calendar import Months
from hepaplan.model.incidence import (
    effective_years,
    incident_cases,
    standardised_ratio,
    trend_multiplier,
)
from hepaplan.model.parameters import AGE_BANDS, Incidence, Scenario, Trend
from hepaplan.model.population import person_count
from tests.support.front import quantity
from tests.support.scenarios import with_settings

JANUARY = Months("2027-01", 1)
NORTH, SOUTH, FEMALE, MALE = 0, 1, 0, 1


def band(age: int) -> int:
    return AGE_BANDS.index(age)


def with_tables(scenario: Scenario, **tables: Any) -> Scenario:
    return replace(scenario, tables=replace(scenario.tables, **tables))


def trend(damping: float = 0.5) -> Trend:
    figure = {"source": "paper", "quality": "illustrative"}
    return Trend.model_validate(
        {
            "base_year": 2018.5,
            "damped_after_years": {"value": 3.0, "unit": "years", **figure},
            "damping": {"value": damping, "unit": "share per year", **figure},
        }
    )


def test_cases_of_a_january_as_worked_on_paper(tiny_front: Scenario) -> None:
    cases = incident_cases(tiny_front, JANUARY)
    assert cases.shape == (1, 2, 2, 19, 4)
    # Cases a year x 31 / 365; from 65, x 1.1^2 for two years of trend:
    #   North women 60-64: 36,500 x 100 = 36.5 a year           -> 3.1
    #   North women 65-69: 18,250 x 200 = 36.5 a year x 1.21    -> 3.751
    #   North women 90+:    3,650 x 400 = 14.6 a year x 1.21    -> 1.24 x 1.21 = 1.5004
    #   North men 60-64:   73,000 x 200 = 146 a year            -> 12.4
    #   North men 65-69:   36,500 x 500 = 182.5 a year x 1.21   -> 15.5 x 1.21 = 18.755
    #   South women 60-64:  7,300 x 100 = 7.3 a year            -> 0.62
    #   South men 60-64:   14,600 x 200 = 29.2 a year           -> 2.48
    worked = {
        (NORTH, FEMALE, 60): 3.1,
        (NORTH, FEMALE, 65): 3.751,
        (NORTH, FEMALE, 90): 1.5004,
        (NORTH, MALE, 60): 12.4,
        (NORTH, MALE, 65): 18.755,
        (SOUTH, FEMALE, 60): 0.62,
        (SOUTH, MALE, 60): 2.48,
    }
    everyone = cases[0].sum(axis=-1)
    for (region, sex, age), expected in worked.items():
        assert everyone[region, sex, band(age)] == pytest.approx(expected, rel=1e-11)
    assert everyone.sum() == pytest.approx(sum(worked.values()), rel=1e-11)
    # Men of 60-64 at stages I-IV 0.2, 0.3, 0.25, 0.25; men of 65-69 0.3, 0.2, 0.1, 0.4.
    assert cases[0, NORTH, MALE, band(60)] == pytest.approx([2.48, 3.72, 3.1, 3.1], rel=1e-11)
    assert cases[0, NORTH, MALE, band(65)] == pytest.approx(
        [5.6265, 3.751, 1.8755, 7.502], rel=1e-11
    )
    # Women 0.1, 0.2, 0.4, 0.3 at every age.
    assert cases[0, SOUTH, FEMALE, band(60)] == pytest.approx(
        [0.062, 0.124, 0.248, 0.186], rel=1e-11
    )


def test_stages_sum_to_cases_and_months_to_the_year(tiny_front: Scenario) -> None:
    level = tiny_front.tables.trend.assign(change_per_year=0.0)
    year = Months("2028-01", 12)
    cases = incident_cases(with_tables(tiny_front, trend=level), year)
    # Without a trend: North 36.5 + 36.5 + 14.6 + 146 + 182.5 = 416.1; South 7.3 + 29.2 = 36.5.
    assert cases.sum(axis=(0, 2, 3, 4)) == pytest.approx([416.1, 36.5], rel=1e-12)
    # A naive loop over every cell.
    people, rates = person_count(tiny_front, year), tiny_front.tables.incidence
    for row in rates.itertuples():
        sex = ("female", "male").index(str(row.sex))
        expected = people[1, :, sex, band(int(str(row.age_from)))] * 29 / 366
        expected = expected * float(str(row.rate_per_100k)) / 100_000
        found = cases[1, :, sex, band(int(str(row.age_from)))].sum(axis=-1)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_effective_years_count_in_full_then_fade() -> None:
    # Three years in full; two more at a half each year: (1 - 0.5^2) / ln 2 = 1.0820213.
    years = effective_years(trend(), 2018.5 + np.array([0.0, 2.0, 3.0, 5.0, -2.0, -5.0, 200.0]))
    beyond = 0.75 / np.log(2)
    assert beyond == pytest.approx(1.0820213, abs=1e-7)
    everlasting = 3 + 1 / np.log(2)
    expected = [0.0, 2.0, 3.0, 3 + beyond, -2.0, -3 - beyond, everlasting]
    assert years == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("damping", "expected"), [(0.0, 3.0), (1.0, 5.0), (1 - 1e-9, 5.0)])
def test_damping_of_none_and_all(damping: float, expected: float) -> None:
    at = np.array([2023.5])
    assert effective_years(trend(damping), at) == pytest.approx([expected], abs=1e-7)


def test_trend_multiplies_the_ages_it_names(tiny_front: Scenario) -> None:
    # January 2023 is two years before the base, a year without 29 February: 1.1^-2.
    multiplier = trend_multiplier(tiny_front, Months("2023-01", 49))
    assert multiplier[0, [band(60), band(65), band(90)]] == pytest.approx([1, 1 / 1.21, 1 / 1.21])
    assert multiplier[48, [band(60), band(65), band(90)]] == pytest.approx([1, 1.21, 1.21])


def test_e4_double_rates_double_every_case(tiny_front: Scenario) -> None:
    rates = tiny_front.tables.incidence
    double = with_tables(tiny_front, incidence=rates.assign(rate_per_100k=2 * rates.rate_per_100k))
    np.testing.assert_allclose(
        incident_cases(double, JANUARY), 2 * incident_cases(tiny_front, JANUARY), rtol=1e-14
    )


def test_a_standardised_ratio_multiplies_every_case(tiny_front: Scenario) -> None:
    """Seven more for each hundred expected; rates of the table stay what they are."""
    compared = Incidence.model_validate({"standardised_ratio": quantity(1.07, "ratio")})
    more = with_settings(tiny_front, incidence=compared)
    np.testing.assert_allclose(
        incident_cases(more, JANUARY), 1.07 * incident_cases(tiny_front, JANUARY), rtol=1e-14
    )
    assert (standardised_ratio(tiny_front), standardised_ratio(more)) == (1.0, 1.07)


def test_zero_rates_give_zero_cases(tiny_front: Scenario) -> None:
    none = with_tables(tiny_front, incidence=tiny_front.tables.incidence.assign(rate_per_100k=0.0))
    assert not incident_cases(none, JANUARY).any()


def test_under_twenties_without_a_row_are_refused(tiny_front: Scenario) -> None:
    rates = tiny_front.tables.incidence
    with_gap = with_tables(tiny_front, incidence=rates[rates["age_from"] >= 20])
    with pytest.raises(ValueError, match=r"8 rows .* sex female, age_from 0: .* explicit 0"):
        incident_cases(with_gap, JANUARY)


def test_rates_below_the_trends_first_age_are_refused(tiny_front: Scenario) -> None:
    late = tiny_front.tables.trend.assign(age_from=[62, 65])
    with pytest.raises(ValueError, match="change_per_year: no row holds at age 60"):
        incident_cases(with_tables(tiny_front, trend=late), JANUARY)


def test_stage_shares_that_do_not_sum_to_one_are_refused(tiny_front: Scenario) -> None:
    short = tiny_front.tables.stage.copy()
    short.loc[2, "III"] = 0.07
    with pytest.raises(ValueError, match=r"for male, age_from 65, sum to 0.97: make them sum to 1"):
        incident_cases(with_tables(tiny_front, stage=short), JANUARY)
