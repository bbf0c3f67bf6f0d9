"""What a patient can expect: parts add up to wholes, and the region is the mix of its patients."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.evaluate import evaluate, usual_care
from hepaplan.model.fates import median_months
from hepaplan.model.readings import FIRST_COME
from hepaplan.model.survival.fitted import time_to_event
from hepaplan.model.tables.fit_tables import fits
from hepaplan.model.tables.patient_tables import all_tables
from hepaplan.scenarios.load import load_scenario
from tests.support.scenarios import scaled, tiny, tiny_usual, tiny_with, with_table

CAUSES = ["dies_of_cancer", "dies_of_procedure", "dies_of_other_causes"]
SURVIVAL = [f"survival_{year}y" for year in (1, 2, 3, 5, 10)]


@cache
def tables() -> dict[str, pd.DataFrame]:
    return all_tables(tiny_usual())


def test_everyone_dies_of_something_within_a_lifetime() -> None:
    for name in ("per_patient", "per_arrival"):
        total = tables()[name][CAUSES].sum(axis=1)
        np.testing.assert_allclose(total, 1.0, atol=1e-3)
        assert (tables()[name][CAUSES] >= 0).all(axis=None)


def test_deaths_of_one_start_are_its_own_and_those_of_where_it_leads() -> None:
    usual, kernels = tiny_usual(), tiny_usual().kernels
    per_arrival = tables()["per_arrival"].set_index(["decision_point", "group"])
    per_patient = tables()["per_patient"].set_index(["decision_point", "option", "group"])
    for k, (point, option) in enumerate(kernels.options):
        for g, group in enumerate(kernels.groups):
            own = kernels.cancer_death[k, g].sum() - kernels.procedural_death[k, g]
            reached = kernels.arrive[k, g].sum(axis=-1)
            later = sum(
                reached[x] * per_arrival.loc[(name, group), "dies_of_cancer"]
                for x, name in enumerate(kernels.points)
            )
            found = per_patient.loc[(point, option, group), "dies_of_cancer"]
            assert found == pytest.approx(own + later, rel=1e-12)
    assert usual.kernels.procedural_death.max() > 0


def test_categories_of_cost_add_up_to_the_cost() -> None:
    keys = ["decision_point", "option", "group"]
    summed = tables()["patient_costs"].groupby(keys)[["cost_gbp", "cost_gbp_discounted"]].sum()
    whole = tables()["per_patient"].set_index(keys)[["cost_gbp", "cost_gbp_discounted"]]
    pd.testing.assert_frame_equal(
        summed.sort_index(), whole.sort_index(), check_exact=False, rtol=1e-12
    )


def test_survival_falls_with_the_years_and_all_lies_between_the_groups() -> None:
    table = tables()["per_arrival"]
    assert (np.diff(table[SURVIVAL].to_numpy(), axis=1) <= 0).all()
    for _, rows in table.groupby("decision_point"):
        groups, whole = rows[rows["group"] != "all"], rows[rows["group"] == "all"]
        for measure in [*SURVIVAL, "qalys", "cost_gbp"]:
            for value in whole[measure]:
                assert groups[measure].min() - 1e-12 <= value <= groups[measure].max() + 1e-12
        if len(whole):
            assert whole["arrivals"].iloc[0] == pytest.approx(groups["arrivals"].sum())


def test_the_region_is_its_new_patients_each_at_their_own_worth() -> None:
    usual = tiny_usual()
    window = usual.scenario.settings.window.months
    came = usual.eligible[..., usual.before : usual.before + window].sum(axis=(1, 3))
    region = tables()["region"].set_index("measure")
    assert region.loc["new patients", "all_new_patients"] == pytest.approx(came.sum())
    qalys = float((came * usual.worth.qalys.arrival).sum())
    assert region.loc["QALYs", "all_new_patients"] == pytest.approx(qalys)
    assert region.loc["QALYs", "per_patient"] == pytest.approx(qalys / came.sum())
    by_category = region[
        region.index.str.startswith("cost, ") & (region.index != "cost, discounted")
    ]
    assert by_category["per_patient"].sum() == pytest.approx(region.loc["cost", "per_patient"])
    years = ["1 year", *(f"{year} years" for year in (2, 3, 5, 10))]
    alive = region.loc[[f"alive at {year}" for year in years], "per_patient"]
    assert (np.diff(alive.to_numpy()) < 0).all()


def test_five_year_survival_is_empty_where_the_horizon_ends_before() -> None:
    short = all_tables(usual_care(tiny_with(economics__horizon_years=4)))
    for name in ("per_patient", "per_arrival"):
        assert short[name]["survival_5y"].isna().all()
        assert short[name]["survival_3y"].notna().all()
    assert "alive at 5 years" not in set(short["region"]["measure"])


def test_where_nobody_falls_ill_the_region_says_only_that() -> None:
    nobody = with_table(tiny(), incidence=scaled(tiny().tables.incidence, "rate_per_100k", 0.0))
    found = all_tables(usual_care(nobody))["region"]
    assert found["measure"].tolist() == ["new patients"]
    assert found["all_new_patients"].tolist() == [0.0]


def test_a_median_lies_between_months_or_has_not_come() -> None:
    assert median_months(np.array([1.0, 0.75, 0.5, 0.1])) == 2.0
    assert median_months(np.array([1.0, 0.9, 0.4])) == pytest.approx(1.8)
    assert median_months(np.array([1.0, 0.8, 0.6])) is None


def test_budget_impact_is_spending_less_first_come_in_every_year_and_category() -> None:
    results = evaluate(tiny())
    table = results.tables["budget_impact"]
    keys = ["policy", "year", "category"]
    costs = results.tables["costs"].groupby(keys)["cost_gbp"].sum()
    assert set(costs.index) <= set(table.set_index(keys).index)
    for row in table.to_dict("records"):
        spent, first = (
            costs.get((policy, row["year"], row["category"]), 0.0)
            for policy in (row["policy"], FIRST_COME)
        )
        assert row["cost_gbp"] == pytest.approx(spent)
        assert row["against_first_come_gbp"] == pytest.approx(spent - first, abs=1e-6)
    assert (table["against_first_come_gbp"].abs() > 1).any()
    same = table[table["policy"] == FIRST_COME]
    assert (same["against_first_come_gbp"] == 0).all()


def test_fits_show_what_was_published_what_was_fitted_and_the_error() -> None:
    table = fits(tiny())
    assert (table["difference"] == table["fitted"] - table["published"]).all()
    for row in table.to_dict(orient="records"):
        record = tiny().pathway.decision_point[row["decision_point"]].option[row["option"]]
        group = "" if row["group"] == "all" else row["group"]
        curve = time_to_event(record.exits[row["exit"]].time, group)
        assert row["fitted"] == pytest.approx(float(curve.survival(row["month"])))
        time, stated = record.exits[row["exit"]].time, []
        if time.median_months is not None:
            stated.append((time.median_months.for_group(group), 0.5))
        stated += [(point.month, point.survival) for point in time.points]
        assert (row["month"], row["published"]) in stated
        assert abs(row["difference"]) < 1e-9  # as many figures as the curve has parameters
    exits = {(p, o, e) for p, o, r in tiny().pathway.options() for e in r.exits}
    assert set(zip(table["decision_point"], table["option"], table["exit"], strict=True)) == exits


def test_after_resection_survival_flattens_to_the_cured() -> None:
    usual = usual_care(load_scenario("greater-manchester"))
    per_patient = all_tables(usual)["per_patient"]
    open_minor = per_patient[per_patient["option"] == "minor_open"].set_index("group")
    young = open_minor.loc["under_65"]
    early = young["survival_2y"] / young["survival_1y"]
    late = (young["survival_10y"] / young["survival_5y"]) ** (1 / 5)
    assert late > early + 0.05
    assert 0.1 < young["survival_10y"] < 0.5


def test_ten_years_after_a_start_some_are_alive() -> None:
    """The last year reported is month 120 of the curve, fewer than at five years."""
    table = tables()["per_patient"]
    later, earlier = table["survival_10y"].astype(float), table["survival_5y"].astype(float)
    assert (later > 0).all()
    assert (later < earlier).all()
