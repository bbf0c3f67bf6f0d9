"""Tables: parts sum to wholes, in both directions, and each column says what it says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.evaluate import evaluate
from hepaplan.model.figures import figures
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.input_rows import settings_rows
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, NOTHING_SCARCE, POLICIES
from hepaplan.model.results import Results
from hepaplan.model.tables.assumptions import assumption_table, source_table
from hepaplan.model.tables.money_tables import cost_table
from hepaplan.model.tables.plan_tables import (
    beyond_standard,
    bottlenecks,
    list_table,
    treatment_table,
)
from hepaplan.model.tables.tidy import add_up, concat, tidy, years_of
from tests.support.naive import fate
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual

WINDOW = 3


@cache
def results() -> Results:
    return evaluate(tiny())


def table(name: str) -> pd.DataFrame:
    return results().tables[name]


def test_tidy_has_one_row_for_each_cell_in_the_order_of_its_axes() -> None:
    found = tidy(np.array([[1.0, 0.0], [3.0, 4.0]]), "people", month=["a", "b"], age=[0, 65])
    assert found.to_numpy().tolist() == [["a", 0, 1], ["a", 65, 0], ["b", 0, 3], ["b", 65, 4]]
    assert found.columns.tolist() == ["month", "age", "people"]
    sparse = tidy(
        np.array([[1.0, 1e-10], [3.0, 0.0]]), "people", sparse=True, month=["a", "b"], age=[0, 65]
    )
    assert sparse.to_numpy().tolist() == [["a", 0, 1], ["b", 0, 3]]


def test_tidy_refuses_labels_that_do_not_align() -> None:
    with pytest.raises(ValueError, match="match"):
        tidy(np.zeros((2, 2)), "people", month=["a"], age=[0, 65])


def test_equal_labels_are_added_up_in_their_first_order() -> None:
    found, kept = add_up(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), ["b", "a", "b"], axis=0)
    assert kept == ("b", "a")
    assert found.tolist() == [[6, 8], [3, 4]]
    found, kept = add_up(
        np.array([[1.0, 2.0, 4.0]]), years_of(["2026-12", "2027-01", "2027-02"]), 1
    )
    assert (found.tolist(), kept) == ([[1, 6]], ("2026", "2027"))


def test_frames_are_put_under_each_other_with_their_names() -> None:
    frames = {"x": pd.DataFrame({"n": [1]}), "y": pd.DataFrame({"n": [2, 3]})}
    assert concat(frames, "policy").to_numpy().tolist() == [["x", 1], ["y", 2], ["y", 3]]
    assert frames["x"].columns.tolist() == ["n"]


def test_cases_and_metastases_are_those_of_the_window() -> None:
    usual = tiny_usual()
    first = usual.case_months.position("2027-01")
    assert table("cases")["cases"].sum() == pytest.approx(usual.cases[first : first + 3].sum())
    assert sorted(set(table("cases")["month"])) == ["2027-01", "2027-02", "2027-03"]
    south = table("cases").query("region == 'South' and sex == 'male' and age_band == '70'")
    assert south["cases"].sum() == pytest.approx(usual.cases[first : first + 3, 1, 1, 14].sum())
    found = table("metastases")["patients"].sum()
    assert found == pytest.approx(usual.metastases[12:15].sum())


def test_demand_is_the_starts_of_reading_1() -> None:
    starts = tiny_usual().flow.starts[..., 12:15]
    demand = table("demand")
    assert demand["starts"].sum() == pytest.approx(starts.sum())
    row = demand.query(
        "month == '2027-02' and region == 'South' and group == '65_and_over' "
        "and option == 'ablation'"
    )
    assert row["starts"].item() == pytest.approx(starts[1, 1, 1, 1])
    assert row["treatment"].item() == "ablation"
    assert row["decision_point"].item() == "operable"


def test_h12_starts_by_month_and_wait_add_up_to_starts_by_year_and_to_the_replay() -> None:
    starts = table("starts").groupby(["policy", "treatment"])["starts"].sum()
    years = table("treatments").groupby(["policy", "treatment"])["starts"].sum()
    for policy in (FIRST_COME, MOST_HEALTH):
        replayed = tiny_capacity().replays[policy].starts[..., :WINDOW].sum()
        assert starts[policy].sum() == pytest.approx(replayed, abs=1e-6)
        for treatment in starts[policy].index:
            assert starts[policy, treatment] == pytest.approx(years[policy, treatment], abs=1e-6)
    demand = table("demand").groupby("treatment")["starts"].sum()
    for treatment in demand.index:
        assert years[NOTHING_SCARCE, treatment] == pytest.approx(demand[treatment])


def test_exchanged_starts_count_as_the_treatment_given() -> None:
    done = tiny_capacity().replays[MOST_HEALTH]
    network = tiny_capacity().network
    found = treatment_table(tiny_usual(), tiny_capacity(), done).set_index("treatment")["starts"]
    given = done.starts[..., :WINDOW].sum(axis=(1, 2, 3, 4))
    assert given[4:].sum() > 0.1
    assert found["resection"] == pytest.approx(given[0] + given[5])
    assert found["ablation"] == pytest.approx(given[1] + given[4])
    assert network.pair_option[4:].tolist() == [1, 0]


def test_waiting_adds_up_to_the_lists_and_to_the_replay() -> None:
    waiting = table("waiting").groupby(["policy", "month", "decision_point"])["waiting"].sum()
    for row in table("lists").to_dict(orient="records"):
        key = (row["policy"], row["month"], row["decision_point"])
        assert row["waiting"] == pytest.approx(float(waiting.get(key, 0.0)), abs=1e-8)
        assert -1e-12 <= row["beyond_standard"] <= row["waiting"] + 1e-12
    assert set(table("lists")["decision_point"]) == {"operable", "inoperable"}


def test_beyond_the_standard_are_those_left_after_as_many_months() -> None:
    done = tiny_capacity().replays[MOST_HEALTH]
    beyond = beyond_standard(tiny_usual(), done)
    np.testing.assert_allclose(beyond[0], done.left[0, :, :, 1:].sum(axis=2))  # 31 days
    np.testing.assert_allclose(beyond[2], done.left[2, :, :, 2:].sum(axis=2))  # 62 days
    found = list_table(tiny_usual(), tiny_capacity(), done)
    march = found.query("month == '2027-03' and decision_point == 'operable'")
    assert march["beyond_standard"].item() == pytest.approx(beyond[:2, ..., 2].sum())


def test_resources_hold_use_and_capacity_of_every_site() -> None:
    found = table("resources")
    done, network = tiny_capacity().replays[FIRST_COME], tiny_capacity().network
    row = found.query(
        "policy == 'first come' and month == '2027-02' and site == 'riverside' "
        "and resource == 'chair'"
    )
    assert row["used"].item() == pytest.approx(done.use[1, 1, 1])
    assert row["capacity"].item() == pytest.approx(network.capacity[1, 1, 1])
    assert row["unit"].item() == "hours"
    assert (found["used"] <= found["capacity"] + 1e-6).all()
    assert NOTHING_SCARCE not in set(found["policy"])


def test_requirements_are_what_nothing_scarce_uses_at_all_sites() -> None:
    found = table("requirements").set_index(["month", "resource"])
    use = tiny_capacity().replays[NOTHING_SCARCE].use
    assert found.loc[("2027-03", "theatre"), "required"] == pytest.approx(use[0, :, 2].sum())
    capacity = tiny_capacity().network.capacity
    assert found.loc[("2027-03", "chair"), "capacity"] == pytest.approx(capacity[1, :, 2].sum())


def test_bottlenecks_on_paper() -> None:
    rows = [
        ("p", "2027-01", "east", "theatre", 9.995, 10.0),
        ("p", "2027-02", "east", "theatre", 10.0, 10.0),
        ("p", "2027-01", "east", "chair", 1.0, 4.0),
        ("p", "2027-02", "east", "chair", 3.0, 4.0),
        ("p", "2027-01", "east", "bed", 3.0, 0.0),
    ]
    columns = ["policy", "month", "site", "resource", "used", "capacity"]
    found = bottlenecks(pd.DataFrame(rows, columns=columns))
    assert found["resource"].tolist() == ["theatre", "chair"]  # no capacity, no bottleneck
    assert found["months_full"].tolist() == [2, 0]
    assert found["mean_utilisation"].tolist() == pytest.approx([0.99975, 0.5])
    assert found["first_month_full"].iloc[0] == "2027-01"
    assert pd.isna(found["first_month_full"].iloc[1])


def test_spending_is_every_starts_cost_in_the_month_care_is_given() -> None:
    usual, capacity = tiny_usual(), tiny_capacity()
    for policy in POLICIES:
        done = capacity.replays[policy]
        expected = 0.0
        for k in range(4):
            for g in range(2):
                money = usual.kernels.cost[k, g].sum(axis=0)
                for month in range(WINDOW):
                    for began in range(12):
                        people = usual.flow.starts[k, :, g, began].sum()
                        expected += people * money[12 + month - began]
                    for began in range(month + 1):
                        pairs = capacity.network.pair_option == k
                        people = done.starts[pairs][:, g, ..., began].sum()
                        expected += people * money[month - began]
        for p in range(2):
            lists = usual.kernels.point_of == p
            for g in range(2):
                people = done.left[lists][:, g, ..., :WINDOW].sum()
                expected += people * usual.waiting.cost[p, g]
        found = cost_table(usual, capacity, done)["cost_gbp"].sum()
        assert found == pytest.approx(expected, rel=1e-9)


def test_b18_costs_by_category_add_up_and_care_while_waiting_is_a_line_of_its_own() -> None:
    found = table("costs")
    assert (found["cost_gbp"] > 0).all()
    waiting = found[found["treatment"] == "waiting list"]
    assert set(waiting["policy"]) == set(POLICIES[1:])
    assert set(found["year"]) == {"2027"}
    chemotherapy = found.query("policy == 'nothing scarce' and treatment == 'systemic therapy'")
    assert set(chemotherapy["category"]) == {"chair", "drugs"}


def test_outcomes_follow_from_the_totals() -> None:
    outcome = table("outcomes").set_index(["policy", "measure"])["value"]
    for policy in POLICIES:
        totals, done = tiny_capacity().totals[policy], tiny_capacity().replays[policy]
        assert outcome[policy, "QALYs"] == totals.qalys
        assert outcome[policy, "cost, discounted"] == totals.cost_discounted
        benefit = 20_000 * totals.qalys_discounted - totals.cost_discounted
        assert outcome[policy, "net monetary benefit, discounted"] == pytest.approx(benefit)
        deaths = done.cancer_deaths[..., :WINDOW].sum() + done.other_deaths[..., :WINDOW].sum()
        assert outcome[policy, "deaths on a waiting list"] == pytest.approx(deaths)
        lost = tiny_capacity().totals[NOTHING_SCARCE].qalys_discounted - totals.qalys_discounted
        assert outcome[policy, "QALYs lost to waiting, discounted"] == pytest.approx(lost)
    assert table("outcomes")["low"].isna().all()  # no interval is made up


def test_survival_and_per_patient_say_the_same() -> None:
    survival = table("survival")
    for row in table("per_patient").to_dict(orient="records"):
        same = survival["option"] == row["option"]
        same &= survival["group"] == row["group"]
        alive = survival[same].set_index("month")["overall_survival"]
        assert row["survival_1y"] == alive[12]
        assert row["survival_5y"] == alive[60]
        median = row["median_survival_months"]
        before, after = int(median), int(median) + 1
        assert alive[before] > 0.5 >= alive[after]
        part = (alive[before] - 0.5) / (alive[before] - alive[after])
        assert median == pytest.approx(before + part)
        assert alive[0] == 1
        assert alive.is_monotonic_decreasing
        assert row["qalys"] < row["life_years"]
        assert row["qalys_discounted"] < row["qalys"]
        assert row["cost_gbp_discounted"] < row["cost_gbp"]


def test_published_survival_stands_beside_that_of_operations_carried_out() -> None:
    """Those not operated on are left out: studies follow the operated."""
    (row,) = table("published").to_dict(orient="records")
    usual = tiny_usual()
    by_point, _ = overall_survival(usual.kernels, 60)
    option = tiny().pathway.decision_point["operable"].option["resection"]
    performed = option.model_copy(update={"not_performed": None})
    weight = usual.flow.starts[0, ..., 12:].sum(axis=(0, 2))
    expected = 0.0
    for g, group in enumerate(usual.kernels.groups):
        course = fate(
            performed,
            group,
            usual.other_cause_survival[0, g].tolist(),
            tiny().settings.resource,
            usual.studied_survival.tolist(),
        )
        alive = course.alive[60]
        for point, flow in course.arrive.items():
            p = usual.kernels.points.index(point)
            alive += sum(flow[m] * by_point[p, g, 60 - m] for m in range(1, 61))
        expected += weight[g] / weight.sum() * alive
    assert row["modelled"] == pytest.approx(expected, abs=1e-9)
    assert row["published"] == 0.4
    assert row["difference"] == pytest.approx(row["modelled"] - 0.4)


def test_every_figure_of_the_scenario_is_in_the_assumptions_with_unit_and_quality() -> None:
    found = assumption_table(tiny())
    keys = set(found["key"])
    count = sum(1 for record in (tiny().settings, tiny().pathway) for _ in figures(record))
    others = list(settings_rows(tiny()))
    assert len(found) == count + len(others) + len(tiny().settings.tables)
    assert len(keys) == len(found)
    for column in ("unit", "source", "quality", "place", "label"):
        assert (found[column] != "").all(), column
    assert "metastases.synchronous_share" in keys
    row = found.set_index("key").loc["metastases.synchronous_share"]
    assert (row["value"], row["low"], row["high"]) == (0.16, 0.12, 0.2)
    assert row["distribution"] == "beta"
    assert "scenario.toml:" in row["place"]


def test_values_by_group_and_by_month_are_shown_whole() -> None:
    found = assumption_table(tiny()).set_index("key")["value"]
    option = "pathway.decision_point.operable.option.resection"
    by_group = str(found[f"{option}.usual_share"])
    assert "0.75" in by_group
    assert "0.6" in by_group
    assert "150" in str(found[f"{option}.costs.follow_up"])
    curve = str(found[f"{option}.exits.recurrence.time"])
    assert "log_normal" in curve
    assert "0.45" in curve


def test_sources_come_with_whether_they_were_read() -> None:
    found = source_table(tiny())
    assert found["key"].tolist() == ["made_up"]
    assert found["seen"].tolist() == [True]


def test_no_table_holds_a_number_that_is_not_one() -> None:
    may_be_empty = {
        "low", "high", "distribution", "year", "first_month_full", "survival_5y", "value",
        "median_survival_months", "per_patient", "all_new_patients", "referral_share", "headroom",
    }  # fmt: skip
    for name, found in results().tables.items():
        numbers = found.select_dtypes("number").drop(columns=list(may_be_empty), errors="ignore")
        assert np.isfinite(numbers.to_numpy()).all(), name
