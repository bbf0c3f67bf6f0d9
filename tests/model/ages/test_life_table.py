from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from hepaplan.model.ages.life_table import (
    LifeTable,
    group_age_mix,
    life_tables,
    mixed_survival,
    other_cause_survival,
    period_table,
    single_age_survival,
    surviving_mix,
)
from hepaplan.model.parameters import AGE_BANDS, Scenario
from hepaplan.model.quantities import probability_to_rate
from hepaplan.scenarios.load import load_scenario

Floats = npt.NDArray[np.float64]

FEMALE, MALE = 0, 1


def mix(**shares: float) -> Floats:
    """Return an age mix from shares such as `female_60=0.25`."""
    array = np.zeros((2, 19))
    for name, share in shares.items():
        sex, age = name.split("_")
        array[("female", "male").index(sex), AGE_BANDS.index(int(age))] = share
    return array


def test_survival_of_one_band_as_worked_on_paper(tiny_front: Scenario) -> None:
    survival = other_cause_survival(tiny_front, mix(female_60=1), months=120)
    assert survival.shape == (121,)
    assert survival[0] == 1
    # Entry at 60.5, 61.5 … 64.5; 0.012 a year before 65, 0.024 before 70, then 0.12.
    # Half a year on nobody has passed 65; after a year only those of 64.5 have, half a year ago.
    assert survival[6] == pytest.approx(np.exp(-0.006), rel=1e-14)
    assert survival[12] == pytest.approx((4 * np.exp(-0.012) + np.exp(-0.018)) / 5, rel=1e-14)
    # Ten years on: 4.5 x 0.012 + 5 x 0.024 + 0.5 x 0.12 = 0.234, and 0.108 more for each year.
    ten_years = np.exp(-np.array([0.234, 0.342, 0.45, 0.558, 0.666])).mean()
    assert survival[120] == pytest.approx(ten_years, rel=1e-13)


def test_ages_past_the_table_keep_its_last_rate(tiny_front: Scenario) -> None:
    survival = other_cause_survival(tiny_front, mix(female_90=1), months=240)
    np.testing.assert_allclose(survival, np.exp(-0.12 * np.arange(241) / 12), rtol=1e-12)


def test_one_rate_for_all_ages_is_exponential(tiny_front: Scenario) -> None:
    table = pd.DataFrame(
        {"sex": ["female", "male"], "age_from": [0, 0], "deaths_per_person_year": [0.03, 0.07]}
    )
    level = replace(tiny_front, tables=replace(tiny_front.tables, life_table=table))
    years = np.arange(61) / 12
    survival = other_cause_survival(level, mix(male_20=0.4, male_85=0.6), months=60)
    np.testing.assert_allclose(survival, np.exp(-0.07 * years), rtol=1e-13)


def test_a_mixture_survives_as_the_weighted_sum_of_its_parts(tiny_front: Scenario) -> None:
    mixed = other_cause_survival(tiny_front, mix(female_60=0.25, male_65=0.75), months=300)
    women = other_cause_survival(tiny_front, mix(female_60=1), months=300)
    men = other_cause_survival(tiny_front, mix(male_65=1), months=300)
    np.testing.assert_allclose(mixed, 0.25 * women + 0.75 * men, rtol=1e-13)


def test_the_frail_die_first_so_the_hazard_of_a_mixture_falls(tiny_front: Scenario) -> None:
    # Over 90 the rates stay 0.12 for women and 0.06 for men: the mixture tends to the men's.
    survival = other_cause_survival(tiny_front, mix(female_90=0.5, male_90=0.5), months=1200)
    hazard = -np.diff(np.log(survival)) * 12
    assert (np.diff(hazard) < 1e-12).all()
    assert hazard[0] == pytest.approx(0.09, abs=1e-3)
    assert hazard[-1] == pytest.approx(0.06, abs=1e-3)


def test_a3_survival_never_rises_and_a5_without_deaths_stays_one(tiny_front: Scenario) -> None:
    everyone = np.full((2, 19), 1 / 38)
    assert (np.diff(other_cause_survival(tiny_front, everyone, months=600)) <= 0).all()
    table = tiny_front.tables.life_table.assign(deaths_per_person_year=0.0)
    immortal = replace(tiny_front, tables=replace(tiny_front.tables, life_table=table))
    assert (other_cause_survival(immortal, mix(male_60=1), months=600) == 1).all()


def test_order_of_the_life_tables_rows_does_not_matter(tiny_front: Scenario) -> None:
    shuffled = tiny_front.tables.life_table.sample(frac=1, random_state=5)
    other = replace(tiny_front, tables=replace(tiny_front.tables, life_table=shuffled))
    np.testing.assert_array_equal(
        other_cause_survival(other, mix(female_60=1), months=120),
        other_cause_survival(tiny_front, mix(female_60=1), months=120),
    )


def test_a_life_table_that_starts_late_is_refused(tiny_front: Scenario) -> None:
    table = tiny_front.tables.life_table
    late = replace(
        tiny_front, tables=replace(tiny_front.tables, life_table=table[table["age_from"] >= 60])
    )
    with pytest.raises(ValueError, match="the sex female starts at age 60: start it at 0"):
        other_cause_survival(late, mix(female_60=1), months=12)


def test_group_age_mix_is_that_of_its_arrivals(tiny_front: Scenario) -> None:
    arrivals = np.zeros((2, 2, 2, 19, 2))
    arrivals[0, 0, FEMALE, AGE_BANDS.index(60)] = [4, 1]
    arrivals[1, 1, MALE, AGE_BANDS.index(20)] = [9, 6]
    arrivals[0, 0, FEMALE, AGE_BANDS.index(65)] = [3, 0]
    arrivals[1, 0, MALE, AGE_BANDS.index(90)] = [0, 1]
    found = group_age_mix(tiny_front, arrivals)
    # Younger: 5 women of 60-64 and 15 men of 20-24; older: 3 women of 65-69 and 1 man over 90.
    np.testing.assert_allclose(found[0], mix(female_60=0.25, male_20=0.75), rtol=1e-15)
    np.testing.assert_allclose(found[1], mix(female_65=0.75, male_90=0.25), rtol=1e-15)


def test_a_group_that_nobody_enters_is_even_over_its_own_bands(tiny_front: Scenario) -> None:
    found = group_age_mix(tiny_front, np.zeros((1, 2, 2, 19, 2)))
    assert found.sum(axis=(1, 2)) == pytest.approx([1, 1])
    # Bands 0 to 60 are 13, bands 65 to 90 are 6, for each sex.
    assert found[0, FEMALE, 0] == pytest.approx(1 / 26)
    assert found[1, MALE, 18] == pytest.approx(1 / 12)
    assert found[1, MALE, 12] == 0


TWO_ROWS = LifeTable(np.array([0.0, 10.0]), np.array([0.1, 0.2]))

# Austria, males, 1992: deaths, person-years and nax by age (Preston, Heuveline & Guillot 2001,
# box 3.1), whose life expectancy at birth is 72.889 years.
AUSTRIA_AGES = np.array([0, 1, *range(5, 90, 5)], dtype=float)
AUSTRIA_DEATHS = np.array(
    [419, 70, 36, 46, 249, 420, 403, 441, 508, 769, 1154, 1866, 2043, 3496, 4366, 4337, 5279, 6460,
     6146]
)  # fmt: skip
AUSTRIA_PERSON_YEARS = np.array(
    [47925, 189127, 234793, 238790, 254996, 326831, 355086, 324222, 269963, 261971, 238011, 261612,
     181385, 187962, 153832, 105169, 73694, 57512, 32248]
)  # fmt: skip
AUSTRIA_LIVED = np.array(
    [0.068, 1.626, 2.5, 3.143, 2.724, 2.520, 2.481, 2.601, 2.701, 2.663, 2.698, 2.676, 2.645, 2.624,
     2.619, 2.593, 2.518, 2.423, 5.247]
)  # fmt: skip
AUSTRIA = LifeTable(AUSTRIA_AGES, AUSTRIA_DEATHS / AUSTRIA_PERSON_YEARS)


def gompertz(width: int) -> LifeTable:
    """Return death rates that rise by a tenth a year, from 0.0001 at birth, to age 110."""
    age = np.arange(0.0, 111.0, width)
    risen = 0.0001 * (np.exp(0.1 * (age + width)) - np.exp(0.1 * age)) / 0.1
    return LifeTable(age, risen / width)


def test_two_rows_as_worked_on_paper() -> None:
    assert TWO_ROWS.cumulative_hazard([0, 9.99, 10, 95], 0.01) == pytest.approx(
        [0.001, 0.001, 0.002, 0.002], rel=1e-9
    )
    # Half a year before the row ends and two years after it; a twelfth of a year inside a row.
    assert TWO_ROWS.cumulative_hazard(9.5, 2.5) == pytest.approx(0.05 + 0.4, rel=1e-14)
    assert TWO_ROWS.survival(3.3, 1 / 12) == pytest.approx(np.exp(-0.1 / 12), rel=1e-14)
    assert TWO_ROWS.survival([[5.0], [20.0]], [0.0, 1.0, 6.0]) == pytest.approx(
        np.exp([[0, -0.1, -0.7], [0, -0.2, -1.2]]), rel=1e-14
    )
    # From 5: five years at 0.1, then 1 / 0.2 = 5 years for those left. From 12: 5 years.
    from_five = (1 - np.exp(-0.5)) / 0.1 + np.exp(-0.5) * 5
    found = TWO_ROWS.life_expectancy([0.0, 5.0, 10.0, 12.0])
    assert found == pytest.approx([10 - 5 * np.exp(-1), from_five, 5, 5], rel=1e-14)


@pytest.mark.parametrize("age", [0.0, 0.4, 1.0, 37.25, 84.9, 85.0, 101.5])
def test_life_expectancy_is_the_area_under_conditional_survival(age: float) -> None:
    years = np.linspace(0, 300, 300_001)
    area = np.trapezoid(AUSTRIA.survival(age, years), years)
    assert AUSTRIA.life_expectancy(age) == pytest.approx(area, rel=1e-6)


def test_survival_to_an_age_and_on_from_it_multiply() -> None:
    ages, first, then = np.array([0.3, 4.99, 60.5, 90]), 7.77, 11.3
    on = AUSTRIA.survival(ages + first, then)
    np.testing.assert_allclose(
        AUSTRIA.survival(ages, first) * on, AUSTRIA.survival(ages, first + then), rtol=1e-13
    )


def test_a_published_abridged_table_is_reproduced() -> None:
    lived = AUSTRIA_LIVED.copy()
    table = period_table(AUSTRIA, lived)
    np.testing.assert_array_equal(lived, AUSTRIA_LIVED)  # what is given stays as it is
    assert round(table["expectancy"].iloc[0], 3) == 72.889
    # With rates constant within rows instead of the published nax, most of it in the first year.
    level = period_table(AUSTRIA)
    assert level["expectancy"].iloc[0] == pytest.approx(72.889, abs=0.08)
    np.testing.assert_allclose(
        level["expectancy"], AUSTRIA.life_expectancy(AUSTRIA_AGES), rtol=1e-12
    )
    for columns in (table, level):
        assert columns["deaths"].sum() == pytest.approx(1, rel=1e-12)
        assert columns["person_years"].sum() == pytest.approx(columns["expectancy"].iloc[0])
        np.testing.assert_allclose(columns["deaths"] / columns["person_years"], AUSTRIA.rate)


def test_complete_and_abridged_tables_of_one_law_agree() -> None:
    complete, abridged = gompertz(1), gompertz(5)
    fives = np.arange(0, 110, 5)
    np.testing.assert_allclose(complete.survival(0, fives), abridged.survival(0, fives), rtol=1e-12)
    # A rate that is constant within five years brings their deaths forward, by a fifth of a year.
    shorter = complete.life_expectancy(fives[:16]) - abridged.life_expectancy(fives[:16])
    assert ((shorter > 0.19) & (shorter < 0.2)).all()


def test_probabilities_of_dying_come_back_from_the_rates_made_of_them() -> None:
    stated = [0.02, 0.1, 0.4]
    widths = [1, 4, 5]
    rates = [probability_to_rate(q, n) for q, n in zip(stated, widths, strict=True)]
    table = period_table(LifeTable(np.array([0.0, 1, 5, 10]), np.array([*rates, 0.3])))
    assert table["probability"].tolist() == pytest.approx([*stated, 1.0], rel=1e-14)


def test_where_nobody_dies_life_has_no_end_and_a_period_table_is_refused() -> None:
    spared = LifeTable(np.array([0.0, 50.0]), np.array([0.02, 0.0]))
    assert np.isinf(spared.life_expectancy([10.0, 60.0])).all()
    with pytest.raises(ValueError, match="nobody dies in the last row"):
        period_table(spared)


@pytest.mark.parametrize(
    ("ages", "rates", "message"),
    [
        ([0, 5, 5], [0.1, 0.1, 0.1], "do not rise"),
        ([5, 0], [0.1, 0.1], "do not rise"),
        ([0, 5], [0.1], r"shape \(2,\) and rates of shape \(1,\)"),
        ([], [], r"shape \(0,\)"),
        ([0, 5], [0.1, -0.2], "-0.2 is not a number of 0 or more"),
        ([0, 5], [0.1, np.nan], "nan is not a number of 0 or more"),
    ],
)
def test_a_life_table_that_is_none_is_refused(
    ages: list[float], rates: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        LifeTable(np.array(ages), np.array(rates))


def test_an_age_before_the_table_and_a_fraction_that_kills_too_many_are_refused() -> None:
    late = LifeTable(np.array([20.0]), np.array([0.1]))
    with pytest.raises(
        ValueError, match=r"age 19\.9 lies before the life table, which starts at 20"
    ):
        late.survival([30, 19.9], 1)
    with pytest.raises(ValueError, match="12 years lived by the dying do not fit the rate"):
        period_table(LifeTable(np.array([0.0, 5]), np.array([0.3, 0.4])), [12, 2.5])


def test_the_mix_of_survivors_moves_to_those_with_lower_rates() -> None:
    years = np.array([0.0, 1, 10])
    survival = np.exp(-np.array([[0.1], [0.3]]) * years)
    mix = np.array([0.25, 0.75])
    left = surviving_mix(survival, mix)
    np.testing.assert_allclose(left.sum(axis=0), 1, rtol=1e-15)
    np.testing.assert_allclose(left[:, 0], mix, rtol=1e-15)
    odds = 0.25 / 0.75 * np.exp(0.2 * years)
    np.testing.assert_allclose(left[0], odds / (1 + odds), rtol=1e-14)
    # The mixture's hazard is the mean of its members', weighted by who is left.
    step = 1e-6
    soon = np.exp(-np.array([[0.1], [0.3]]) * (years + step))
    hazard = -np.log(mixed_survival(soon, mix) / mixed_survival(survival, mix)) / step
    np.testing.assert_allclose(hazard, left.T @ [0.1, 0.3], rtol=1e-6)


def test_life_expectancy_of_the_shipped_life_table_is_near_the_national_one() -> None:
    """National life tables, United Kingdom 2020-2022, Office for National Statistics.

    Men 78.57 years at birth and 18.25 at 65, women 82.57 and 20.76; the shipped rates are of 2022,
    by another body.
    """
    tables = life_tables(load_scenario("greater-manchester"))
    published = {"female": [82.57, 20.76], "male": [78.57, 18.25]}
    for sex, stated in published.items():
        assert tables[sex].life_expectancy([0, 65]) == pytest.approx(stated, abs=0.6)


def test_five_single_years_a_band_stand_for_every_month_of_age() -> None:
    """Life-years of the next 20 years by five ages a band and by sixty: within 0.07%."""
    scenario = load_scenario("greater-manchester")
    survival = single_age_survival(scenario, 240).mean(axis=2)
    years = np.arange(241) / 12
    months_of_age = (np.arange(60) + 0.5) / 12
    for s, table in enumerate(life_tables(scenario).values()):
        for age in (50, 60, 70, 80, 90):
            every_month = table.survival(age + months_of_age[:, None], years).mean(axis=0)
            by_five = survival[s, AGE_BANDS.index(age)]
            assert by_five.sum() == pytest.approx(every_month.sum(), rel=7e-4)
            assert by_five.sum() != pytest.approx(every_month.sum(), rel=1e-6)
