"""Outputs by name equal what a run reports, and cost no more than they need."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hepaplan.model import outputs, policies
from hepaplan.model.allocation.plan import BestPlan
from hepaplan.model.evaluate import plan_for
from hepaplan.model.outputs import chosen_outputs, outputs_known, outputs_of
from hepaplan.model.problems import InvalidInput, NoAnswer
from hepaplan.model.readings import (
    FIRST_COME,
    LONGEST_WAIT,
    MOST_HEALTH,
    NOTHING_SCARCE,
    POLICIES,
)
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from hepaplan.model.tables import plan_tables, summary, usual_tables
from hepaplan.model.tables.money_tables import outcomes
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual, tiny_with

YEARS = 3 / 12
"""The tiny window."""


@cache
def reported() -> dict[tuple[str, str], float]:
    """Key figures of a whole run by measure and policy."""
    usual, capacity = tiny_usual(), tiny_capacity()
    table = summary.key_figures(
        usual,
        capacity,
        {
            "cases": usual_tables.cases(usual),
            "metastases": usual_tables.metastases(usual),
            "treatments": plan_tables.by_policy(usual, capacity, plan_tables.treatment_table),
            "costs": plan_tables.all_tables(usual, capacity)["costs"],
            "outcomes": outcomes(usual, capacity),
        },
    ).set_index("measure")
    return {(str(m), p): float(table.loc[m, p]) for m in table.index for p in POLICIES}


@cache
def found() -> dict[str, float]:
    return outputs_of(tiny(), tuple(outputs_known(tiny())))


SAME = {
    "qalys": "lifetime QALYs, discounted",
    "life_years": "lifetime life-years",
    "cost_gbp": "lifetime cost, discounted",
    "net_monetary_benefit_gbp": "lifetime net monetary benefit, discounted",
    "within_standard": "started within the standard, of all who came",
    "deaths_waiting": "deaths on a waiting list",
    "most_beyond_standard": "most people beyond the standard in any month",
    "starts_resection": "starts of resection",
    "starts_ablation": "starts of ablation",
}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("measure", "words"), SAME.items())
def test_an_output_is_what_a_run_reports(policy: str, measure: str, words: str) -> None:
    name = f"{policy.replace(' ', '_')}.{measure}"
    assert found()[name] == pytest.approx(reported()[words, policy], rel=1e-9, abs=1e-12)


def test_policies_differ_in_the_tiny_scenario() -> None:
    assert len({round(found()[f"{p}.qalys"], 6) for p in outputs.PREFIXES}) == 4


@pytest.mark.parametrize("policy", (FIRST_COME, LONGEST_WAIT))
def test_people_beyond_the_standard_are_the_mean_of_month_ends(policy: str) -> None:
    table = plan_tables.list_table(tiny_usual(), tiny_capacity(), tiny_capacity().replays[policy])
    months = table.groupby("month")["beyond_standard"].sum()
    assert len(months) == 3
    name = policy.replace(" ", "_")
    assert found()[f"{name}.beyond_standard"] == pytest.approx(months.mean())
    assert found()[f"{name}.most_beyond_standard"] == pytest.approx(months.max())


@pytest.mark.parametrize("policy", (FIRST_COME, LONGEST_WAIT, MOST_HEALTH))
def test_use_is_of_all_sites_and_its_peak_that_of_a_month(policy: str) -> None:
    capacity = tiny_capacity()
    table = plan_tables.resource_table(tiny_usual(), capacity, capacity.replays[policy])
    theatre = table[table["resource"] == "theatre"].groupby("month")[["used", "capacity"]].sum()
    name = policy.replace(" ", "_")
    peak = (theatre["used"] / theatre["capacity"]).max()
    assert found()[f"{name}.peak_use_theatre"] == pytest.approx(peak)
    assert found()[f"{name}.use_theatre"] == pytest.approx(theatre["used"].sum() / YEARS)


def test_where_nothing_is_scarce_need_may_exceed_capacity() -> None:
    table = plan_tables.requirements(tiny_usual(), tiny_capacity())
    theatre = table[table["resource"] == "theatre"]
    peak = (theatre["required"] / theatre["capacity"]).max()
    assert found()["nothing_scarce.peak_use_theatre"] == pytest.approx(peak)
    assert peak > 1
    used = found()["nothing_scarce.use_theatre"]
    assert used == pytest.approx(theatre["required"].sum() / YEARS)


def test_new_patients_are_worth_what_their_arrivals_are() -> None:
    usual = tiny_usual()
    qalys = 0.0
    for c in range(len(usual.kernels.points)):
        for g in range(len(usual.kernels.groups)):
            for month in range(3):
                came = usual.eligible[c, :, g, usual.before + month].sum()
                qalys += came * usual.worth.qalys_discounted.arrival[c, g] / 1.015 ** (month / 12)
    assert found()["new_patients.qalys"] == pytest.approx(qalys, rel=1e-12)
    assert found()["new_patients.qalys"] < found()["nothing_scarce.qalys"]


def test_new_metastases_are_a_year_of_the_window() -> None:
    patients = usual_tables.metastases(tiny_usual())["patients"].sum() / YEARS
    assert found()["new_metastases"] == pytest.approx(patients)


def test_no_more_is_worked_out_than_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("not needed")

    names = [o.name for o in outputs_known(tiny()).values() if o.needs == "reading 1"]
    assert "nothing_scarce.qalys" in names
    assert "nothing_scarce.use_theatre" in names
    monkeypatch.setattr(outputs, "network_of", never)
    outputs_of(tiny(), names)
    with pytest.raises(AssertionError):
        outputs_of(tiny(), ["first_come.qalys"])
    monkeypatch.undo()
    monkeypatch.setattr(outputs, "plan_for", never)
    outputs_of(tiny(), ["first_come.qalys", "longest_wait.deaths_waiting"])
    with pytest.raises(AssertionError):
        outputs_of(tiny(), ["most_health.qalys"])


def test_each_policy_is_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(network: Network) -> Replay:
        calls.append(1)
        return policies.first_come(network)

    monkeypatch.setitem(outputs.WITHOUT_A_PLAN, FIRST_COME, counted)
    outputs_of(tiny(), ["first_come.qalys", "first_come.cost_gbp", "first_come.peak_use_chair"])
    assert calls == [1]


def test_unknown_names_are_refused_together_with_the_nearest() -> None:
    with pytest.raises(InvalidInput) as refusal:
        chosen_outputs(tiny(), ["first_come.qaly", "first_come.use_theater", "new_metastases"])
    words = str(refusal.value)
    assert 'no output "first_come.qaly"; did you mean "first_come.qalys"?' in words
    assert 'did you mean "first_come.use_theatre"?' in words
    assert "nothing_scarce" in words


def test_a_resource_that_no_site_has_is_never_at_its_peak() -> None:
    scenario = tiny()
    gone = scenario.tables.capacity.assign(
        number=lambda table: table["number"].where(table["resource"] != "chair", 0.0)
    )
    none = replace(scenario, tables=replace(scenario.tables, capacity=gone,
        capacity_changes=scenario.tables.capacity_changes.iloc[:0]))  # fmt: skip
    asked = outputs_of(none, ["nothing_scarce.peak_use_chair", "nothing_scarce.use_chair"])
    assert np.isnan(asked["nothing_scarce.peak_use_chair"])
    assert asked["nothing_scarce.use_chair"] > 0


def test_a_plan_that_is_not_proven_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*parts: object) -> BestPlan:
        return replace(plan_for(*parts), status="time limit")  # type: ignore[arg-type]

    monkeypatch.setattr(outputs, "plan_for", stopped)
    with pytest.raises(NoAnswer, match="proven best within"):
        outputs_of(tiny(), ["most_health.qalys"])


def test_every_output_says_its_unit_and_what_is_better() -> None:
    known = outputs_known(tiny())
    assert all(output.label and output.unit for output in known.values())
    assert known["first_come.use_theatre"].unit == "minutes a year"
    assert known["first_come.cost_gbp"].more_is_better is False
    assert known["first_come.starts_resection"].more_is_better is None
    assert known["most_health.qalys"].needs == "plan"
    assert known["nothing_scarce.within_standard"].needs == "replay"
    assert known["nothing_scarce.qalys"].label.startswith(NOTHING_SCARCE)


def test_willingness_to_pay_is_the_scenarios() -> None:
    names = ["nothing_scarce.qalys", "nothing_scarce.cost_gbp",
             "nothing_scarce.net_monetary_benefit_gbp"]  # fmt: skip
    dear = outputs_of(tiny_with(economics__willingness_to_pay__value=31000), names)
    qalys, cost, benefit = (dear[name] for name in names)
    assert benefit == pytest.approx(31000 * qalys - cost)


def test_what_is_better_of_every_measure_is_said() -> None:
    known = outputs_known(tiny())
    better = {name: output.more_is_better for name, output in known.items()}
    for of_policy in ("qalys", "life_years", "net_monetary_benefit_gbp", "within_standard"):
        assert better[f"first_come.{of_policy}"] is True
    for of_policy in ("cost_gbp", "beyond_standard", "most_beyond_standard", "deaths_waiting"):
        assert better[f"first_come.{of_policy}"] is False
    for of_policy in ("use_theatre", "peak_use_theatre", "starts_resection"):
        assert better[f"first_come.{of_policy}"] is None
    assert better["new_patients.qalys"] is True
    assert better["new_patients.cost_gbp"] is False


def test_the_peak_of_a_plan_is_of_what_it_bought_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the capacity for the plan alone: its peak is half of what it would be, others' not."""

    plain = found()  # before anything is replaced, whichever test comes first

    def doubled(network: Network, _: object) -> Replay:
        done = tiny_capacity().replays[MOST_HEALTH]
        return replace(done, capacity=done.capacity * 2.0)

    monkeypatch.setattr(outputs, "plan_for", lambda *_: tiny_capacity().best)
    monkeypatch.setattr(outputs, "replay", doubled)
    names = ["most_health.peak_use_theatre", "nothing_scarce.peak_use_theatre"]
    asked = outputs_of(tiny(), names)
    assert asked[names[0]] == pytest.approx(plain[names[0]] / 2.0)
    assert asked[names[1]] == pytest.approx(plain[names[1]])
