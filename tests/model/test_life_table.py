from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from hepaplan.model.life_table import group_age_mix, other_cause_survival
from hepaplan.model.parameters import AGE_BANDS, Scenario

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
