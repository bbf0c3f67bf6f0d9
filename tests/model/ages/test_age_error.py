"""Groups whose clock restarts, against single ages followed one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.ages.age_error import (
    age_groups_error,
    largest_life_years_error,
    lifetime,
    single_age_lifetime,
    with_other_causes,
)
from hepaplan.model.ages.ageing import disease_kernels
from hepaplan.model.ages.life_table import LifeTable, mixed_survival
from hepaplan.model.arrays import Floats
from hepaplan.model.evaluate import usual_care
from hepaplan.model.kernels import pathway_kernels
from hepaplan.model.metastases import eligibility
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.model.readings import UsualCare
from hepaplan.scenarios.load import load_scenario
from tests.support.scenarios import scaled, tiny, tiny_usual, with_table
from tests.support.small import pathway_record

LIFE_YEARS = "life_years"
CHECKED = 2e-3
"""Tolerance of the check."""


@cache
def usual_of(name: str) -> UsualCare:
    return usual_care(load_scenario(name))


def level(scenario: Scenario, rate: float) -> Scenario:
    """Return a scenario in which all ages die at one rate: nobody's age matters."""
    table = scenario.tables.life_table.assign(deaths_per_person_year=rate)
    return with_table(scenario, life_table=table)


def relative(table: pd.DataFrame, measure: str) -> Floats:
    rows = table[table["measure"] == measure]
    return rows["relative_difference"].to_numpy(dtype=np.float64)


def followed(table: LifeTable, age: float, months: int) -> tuple[Floats, Floats]:
    """Return alive (month) and life-years (month) of one age on the small pathway, step by step.

    Everyone's age and everyone's months in the treatment are kept; the monthly chances are the
    file's own: of the operations 0.1 are not done and 0.05 of the rest kill; recurrence leaves
    0.81 a month and goes 0.3 to another operation, 0.5 to care, 0.2 to death; care leaves 0.6.
    """
    new, operated, in_care = 1.0, 0.0, 0.0
    alive, years = [1.0], []
    for month in range(months):
        spared = float(table.survival(age + month / 12, 1 / 12))
        begun = new * 0.9 * 0.95
        recurred = 0.19 * (begun + operated)
        after = {
            "operated": spared * 0.81 * (begun + operated),
            "new": spared * 0.3 * recurred,
            "in_care": spared * (0.6 * in_care + 0.5 * recurred + 0.1 * new),
        }
        without_others = 0.81 * (begun + operated) + 0.8 * recurred + 0.6 * in_care + 0.1 * new
        years.append((new + operated + in_care + without_others) / 2 * (1 + spared) / 2 / 12)
        new, operated, in_care = after["new"], after["operated"], after["in_care"]
        alive.append(new + operated + in_care)
    return np.array(alive), np.array(years)


@pytest.mark.parametrize("weights", [[1.0, 0.0, 0.0], [0.2, 0.5, 0.3]])
def test_a_mixture_is_each_age_followed_one_by_one(weights: Sequence[float]) -> None:
    months = 24
    table = LifeTable(np.array([0.0, 61, 75, 80]), np.array([0.05, 0.2, 0.6, 1.9]))
    ages, mix = [60.25, 74.5, 79.0], np.array(weights)
    alone = [followed(table, age, months) for age in ages]
    times = np.arange(months + 1) / 12
    survival = np.array([mixed_survival(table.survival(np.array(ages)[:, None], times), mix)])
    alone_kernels = disease_kernels(Pathway.model_validate(pathway_record()), ("all",), survival)
    found = with_other_causes(lifetime(alone_kernels, np.array([[1.0], [0.0]])), survival)
    for series, at in ((found.alive, 0), (found.life_years, 1)):
        expected = mix @ np.array([one[at] for one in alone])
        np.testing.assert_allclose(series[0], expected, rtol=0, atol=1e-10)


def test_where_nobody_is_treated_twice_groups_are_exact() -> None:
    record = pathway_record()
    operation = record["decision_point"]["listed"]["option"]["operation"]
    care = record["decision_point"]["settled"]["option"]["care"]
    operation["exits"] = care["exits"]
    del operation["not_performed"]
    pathway = Pathway.model_validate(record)
    survival = np.exp(-0.01 * np.arange(25) ** 1.5)[None]
    entering = np.array([[0.6], [0.4]])
    grouped = lifetime(pathway_kernels(pathway, ("all",), {}, survival), entering)
    single = with_other_causes(lifetime(disease_kernels(pathway, ("all",), survival), entering),
                               survival)  # fmt: skip
    np.testing.assert_allclose(grouped.alive, single.alive, rtol=0, atol=1e-10)


def test_totals_of_a_lifetime_are_the_worth_of_an_arrival() -> None:
    usual = usual_of("greater-manchester")
    entering = eligibility(usual.scenario)
    life = lifetime(usual.kernels, entering)
    for stream, value in (
        (life.life_years, usual.worth.life_years),
        (life.qalys, usual.worth.qalys),
    ):
        expected = (entering * value.arrival).sum(axis=0)
        # Nothing is lived beyond the horizon of 75 years; a little would be after a late restart.
        np.testing.assert_allclose(stream.sum(axis=-1), expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["greater-manchester", "review-evidence"])
def test_groups_with_a_clock_for_each_point_stand_for_single_ages(name: str) -> None:
    """Expected: life-years within 0.02%; by month, and so discounted, a little less exact."""
    table = age_groups_error(usual_of(name))
    for measure, most in ((LIFE_YEARS, 2e-4), ("qalys", 2e-4), ("qalys_discounted", 4e-4)):
        assert (np.abs(relative(table, measure)) < most).all()
    for measure, most in (("alive_1y", 2e-3), ("alive_5y", 1.2e-2)):
        assert (np.abs(relative(table, measure)) < most).all()
    assert largest_life_years_error(table) == np.abs(relative(table, LIFE_YEARS)[:-1]).max()


@pytest.mark.parametrize("name", ["greater-manchester", "review-evidence"])
def test_a_clock_that_restarts_with_each_treatment_fails_the_check(name: str) -> None:
    """Expected: patients who do not age between treatments live 0.4% to 0.7% longer."""
    usual = usual_of(name)
    scenario, survival = usual.scenario, usual.survival_since_metastasis
    restarted = pathway_kernels(
        scenario.pathway, scenario.groups, {}, survival, published_survival=usual.studied_survival
    )
    table = age_groups_error(replace(usual, kernels=restarted))
    error = relative(table, LIFE_YEARS)
    assert ((error > 0.004) & (error < 0.007)).all()
    assert largest_life_years_error(table) > 2 * CHECKED


def test_a3_single_ages_never_outlive_the_general_population() -> None:
    """Expected: at most the share of the same ages and sexes alive at t after first metastasis."""
    usual = usual_of("greater-manchester")
    general = usual.survival_since_metastasis
    alive = single_age_lifetime(usual).alive
    assert (alive <= general + 1e-12).all()
    assert (alive[:, 12] < 0.9 * general[:, 12]).all()
    assert (np.diff(alive, axis=-1) <= 1e-12).all()


@pytest.mark.parametrize("rate", [0.0, 0.06, 0.3])
def test_where_all_ages_die_at_one_rate_every_month_is_exact(rate: float) -> None:
    """Expected: alive to 1e-10 as single ages are; life-years but for both deaths in one month.

    Alive at the middle of a month is the mean of its ends; the product of two means is less than
    the mean of products, by a quarter of those whom the disease would take times other deaths.
    """
    usual = usual_care(level(tiny(), rate))
    entering = eligibility(usual.scenario)
    found, exact = lifetime(usual.kernels, entering), single_age_lifetime(usual)
    np.testing.assert_allclose(found.alive, exact.alive, rtol=0, atol=1e-10)
    survival = usual.survival_since_metastasis
    ill = exact.alive / survival
    both = np.diff(ill, axis=-1) * np.diff(survival, axis=-1) / 4 / 12
    np.testing.assert_allclose(found.life_years, exact.life_years + both, rtol=0, atol=1e-10)


def test_table_names_measures_units_and_everyone() -> None:
    usual = tiny_usual()
    table = age_groups_error(usual)
    assert list(table.columns) == [
        "group", "measure", "unit", "grouped", "single_ages", "difference", "relative_difference",
    ]  # fmt: skip
    measures = dict(zip(table["measure"], table["unit"], strict=True))
    assert measures == {
        "life_years": "years", "qalys": "QALY", "qalys_discounted": "QALY", "alive_1y": "share",
        "alive_5y": "share", "alive_10y": "share",
    }  # fmt: skip
    assert list(table["group"].unique()) == [*usual.kernels.groups, "all"]
    rows = table[table["measure"] == LIFE_YEARS].set_index("group")
    patients = usual.eligible[..., usual.before :].sum(axis=(0, 1, 3))
    expected = (patients * rows["grouped"].to_numpy()[:-1]).sum() / patients.sum()
    assert rows.loc["all", "grouped"] == pytest.approx(expected, rel=1e-12)
    assert (rows["difference"] == rows["grouped"] - rows["single_ages"]).all()


def test_years_beyond_the_horizon_are_left_out() -> None:
    scenario = tiny()
    economics = scenario.settings.economics.model_copy(update={"horizon_years": 5})
    short = replace(
        scenario, settings=scenario.settings.model_copy(update={"economics": economics})
    )
    measures = set(age_groups_error(usual_care(short))["measure"])
    assert "alive_5y" in measures
    assert "alive_10y" not in measures


def test_where_nobody_falls_ill_groups_have_figures_and_all_has_none() -> None:
    nobody = with_table(tiny(), incidence=scaled(tiny().tables.incidence, "rate_per_100k", 0.0))
    table = age_groups_error(usual_care(nobody))
    everyone = table["group"] == "all"
    assert table["grouped"][everyone].isna().all()
    assert (table["grouped"][~everyone] > 0).all()
