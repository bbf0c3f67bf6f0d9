from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.calendar import Months
from hepaplan.model.parameters import AGE_BANDS, Scenario
from hepaplan.model.population import person_count, regions


def band(age: int) -> int:
    return AGE_BANDS.index(age)


def with_population(scenario: Scenario, population: pd.DataFrame) -> Scenario:
    return replace(scenario, tables=replace(scenario.tables, population=population))


def projected(scenario: Scenario, growth: dict[int, float]) -> Scenario:
    people = scenario.tables.population
    rows = [people.assign(year=year, people=people["people"] * g) for year, g in growth.items()]
    return replace(scenario, tables=replace(scenario.tables, projection=pd.concat(rows)))


def test_regions_keep_the_order_of_the_table(tiny_front: Scenario) -> None:
    assert regions(tiny_front) == ("North", "South")
    backwards = tiny_front.tables.population.iloc[::-1]
    assert regions(with_population(tiny_front, backwards)) == ("South", "North")


def test_people_are_held_at_the_base_year_without_a_projection(tiny_front: Scenario) -> None:
    people = person_count(tiny_front, Months("2016-12", 130))
    assert people.shape == (130, 2, 2, 19)
    # North: 36,500 + 18,250 + 3,650 women and 73,000 + 36,500 men; South: 7,300 and 14,600.
    assert people.sum(axis=3)[0].tolist() == [[58_400, 109_500], [7_300, 14_600]]
    assert people[129, 1, 1, band(60)] == 14_600
    assert (people == people[0]).all()


def test_order_of_rows_does_not_matter(tiny_front: Scenario) -> None:
    population = tiny_front.tables.population
    shuffled = pd.concat([population.iloc[:1], population.iloc[1:].sample(frac=1, random_state=1)])
    months = Months("2027-01", 1)
    np.testing.assert_array_equal(
        person_count(with_population(tiny_front, shuffled), months),
        person_count(tiny_front, months),
    )


def test_a_projection_is_linear_between_years_and_flat_outside(tiny_front: Scenario) -> None:
    # The table is of 2021; 10% more in 2031. The middle of December 2025 comes
    # 2025 + (334 + 15.5) / 365 - 2021.5 = 4.457534 years after the middle of 2021, of the ten.
    growing = projected(tiny_front, {2031: 1.1})
    people = person_count(growing, Months("2015-01", 240))[:, 0, 0, band(60)]
    at = Months("2015-01", 240).labels.index
    assert people[at("2025-12")] == pytest.approx(36_500 * 1.04457534246575, rel=1e-12)
    assert people[at("2016-01")] == 36_500
    assert people[at("2034-12")] == pytest.approx(40_150, rel=1e-14)


def test_a_projection_that_states_the_base_year_overrides_it(tiny_front: Scenario) -> None:
    people = person_count(projected(tiny_front, {2021: 2.0, 2031: 4.0}), Months("2019-01", 1))
    assert people[0, 1, 0, band(60)] == 14_600


def test_a_missing_band_is_refused_by_name(tiny_front: Scenario) -> None:
    people = tiny_front.tables.population
    gone = (people["region"] == "South") & (people["sex"] == "male") & (people["age_from"] == 85)
    with pytest.raises(ValueError, match=r"1 rows .* region South, sex male, age_from 85: add"):
        person_count(with_population(tiny_front, people[~gone]), Months("2027-01", 1))


def test_a_doubled_row_is_refused_by_name(tiny_front: Scenario) -> None:
    people = tiny_front.tables.population
    doubled = pd.concat([people, people.iloc[[3]]])
    with pytest.raises(ValueError, match=r"more than one row .* sex female, age_from 15: keep"):
        person_count(with_population(tiny_front, doubled), Months("2027-01", 1))


def test_a_projection_without_a_region_is_refused(tiny_front: Scenario) -> None:
    growing = projected(tiny_front, {2031: 1.1})
    partial = growing.tables.projection[growing.tables.projection["region"] == "North"]
    half = replace(growing, tables=replace(growing.tables, projection=partial))
    with pytest.raises(ValueError, match=r"38 rows .* year 2031, region South"):
        person_count(half, Months("2027-01", 1))
