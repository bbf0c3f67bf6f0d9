"""The shipped region: what it contains, what it adds up to, and that its plan keeps its rules."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepaplan.model.depth import FULL
from hepaplan.model.evaluate import evaluate, usual_care
from hepaplan.model.figures import figures
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import UsualCare
from hepaplan.model.results import Results
from hepaplan.scenarios.load import load, load_scenario, load_under_evidence, shipped

REGION = "greater-manchester"
FOLDER = Path(__file__).parents[2] / "scenarios" / REGION
OPTIONS = {
    "resectable": {
        "minor_open", "minor_laparoscopic", "major_open", "major_laparoscopic",
        "minor_perioperative", "resection_with_ablation", "two_stage",
    },
    "ablatable": {"rfa", "microwave", "cryotherapy"},
    "convertible": {"conversion"},
    "liver_limited_unresectable": {"systemic", "chemoembolisation"},
    "extrahepatic": {"systemic"},
    "first_line_dmmr": {"pembrolizumab"},
    "supportive_care": {"supportive_care"},
}  # fmt: skip
OFF = {"transplantation", "arterial_infusion", "radiotherapy", "immunotherapy"}
TABLES = {
    "cases": ["month", "region", "sex", "age_band", "stage", "cases"],
    "metastases": ["month", "region", "group", "timing", "patients"],
    "demand": ["month", "region", "group", "decision_point", "treatment"],
    "starts": ["policy", "month", "site", "group", "decision_point", "treatment"],
    "waiting": ["policy", "month", "site", "group", "decision_point", "months_waited", "waiting"],
    "resources": ["policy", "month", "site", "resource", "unit", "used", "capacity"],
    "outcomes": ["policy", "measure", "unit", "value", "low", "high"],
    "survival": ["decision_point", "treatment"],
    "checks": ["check"],
}


@pytest.fixture(scope="module")
def region() -> Scenario:
    return load_scenario(REGION)


@pytest.fixture(scope="module")
def usual(region: Scenario) -> UsualCare:
    return usual_care(region)


@pytest.fixture(scope="module")
def results(region: Scenario) -> Results:
    return evaluate(region, depth=FULL.quick())


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_ten_authorities_and_six_sites(region: Scenario) -> None:
    assert region.tables.population["region"].nunique() == 10
    assert len(region.settings.site) == 6
    surgery = region.tables.referral.query("service == 'liver_surgery' and share > 0")
    assert surgery["site"].nunique() == 1


def test_cases_before_any_trend_are_population_times_rate(region: Scenario) -> None:
    rate = {(r["sex"], r["age_from"]): float(r["rate_per_100k"]) for r in rows("incidence.csv")}
    by_hand = sum(
        float(r["people"]) * rate[r["sex"], r["age_from"]] / 1e5 for r in rows("population.csv")
    )
    still = region.tables.trend.assign(change_per_year=0.0)
    flat = usual_care(replace(region, tables=replace(region.tables, trend=still)))
    year = flat.cases[-12:].sum()
    assert by_hand == pytest.approx(1672, abs=1)
    assert year == pytest.approx(by_hand, rel=1e-9)
    assert flat.metastases[-12:].sum() == pytest.approx(400, rel=0.05)


@pytest.mark.parametrize(
    ("evidence", "at_diagnosis", "in_all"), [("registry", 0.17, 0.25), ("review", 0.25, 0.50)]
)
def test_half_or_a_quarter(evidence: str, at_diagnosis: float, in_all: float) -> None:
    usual = usual_care(load_under_evidence(REGION, evidence))
    window = slice(usual.before, usual.before + 60)
    cases = usual.cases[-usual.months.count :][:60].sum()
    patients = usual.metastases[window].sum(axis=(0, 1, 2))
    assert patients[0] / cases == pytest.approx(at_diagnosis, rel=1e-9)
    assert patients.sum() / cases == pytest.approx(in_all, rel=0.01)


def test_the_reviews_quarter_is_resectable() -> None:
    table = load_under_evidence(REGION, "review").tables.eligibility
    resectable = table[table["decision_point"] == "resectable"]["share"]
    assert np.allclose(resectable, 0.25)


def test_the_reviews_forty_per_cent_live_five_years_after_resection() -> None:
    from hepaplan.model.tables.usual_tables import published

    table = published(usual_care(load_under_evidence(REGION, "review")))
    asked = table[(table["decision_point"] == "resectable") & (table["month"] == 60)]
    assert asked["modelled"].iloc[0] == pytest.approx(0.40, abs=0.03)


@pytest.mark.parametrize("point", OPTIONS)
def test_every_option_of_the_design_is_there(region: Scenario, point: str) -> None:
    assert OPTIONS[point] <= set(region.pathway.decision_point[point].open_options())


def test_the_scarce_and_the_unproven_are_present_but_off(region: Scenario) -> None:
    every = {o.kind for p in region.pathway.decision_point.values() for o in p.option.values()}
    on = {option.kind for _, _, option in region.pathway.options()}
    assert OFF - {"immunotherapy"} <= every - on
    chemo_immuno = region.pathway.decision_point["first_line_dmmr"].option
    assert any(not option.on for option in chemo_immuno.values())


def test_figures_nobody_read_are_judgement_or_illustrative(region: Scenario) -> None:
    unseen = {key for key, source in region.settings.sources.items() if not source.seen}
    claims = [
        (key, figure.quality)
        for record in (region.settings, region.pathway)
        for key, figure in figures(record)
        if figure.source in unseen and figure.quality in ("published", "derived")
    ]
    assert claims == []


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_loads_without_a_word(name: str) -> None:
    assert load(name).notices == ()


def test_variants_change_what_they_say(region: Scenario) -> None:
    cut = load_scenario("theatre-cut").tables.capacity_changes
    assert set(cut["multiply"]) == {0.75}
    assert set(cut["from_month"]) == {"2027-07"} and set(cut["to_month"]) == {"2027-12"}
    extra = load_scenario("extra-lists").tables.capacity_changes
    assert (extra["add"] >= 1).all()
    assert len(region.tables.capacity_changes) == 0


def test_all_identities_hold(results: Results) -> None:
    assert results.tables["checks"].query("not passed").empty
    assert results.status == "optimal"


def test_some_resource_is_full_in_some_months_but_not_in_all(results: Results) -> None:
    full = results.tables["bottlenecks"].query("policy == 'first come'")["months_full"]
    assert 0 < full.max() < 60


def test_most_health_is_not_worse_than_first_come(results: Results) -> None:
    qalys = results.tables["outcomes"].query("measure == 'QALYs, discounted'")
    by_policy = dict(zip(qalys["policy"], qalys["value"], strict=True))
    assert by_policy["first come"] <= by_policy["most health"]


@pytest.mark.parametrize("name", TABLES)
def test_tables_begin_with_the_agreed_columns(results: Results, name: str) -> None:
    columns = list(results.tables[name].columns)
    assert columns[: len(TABLES[name])] == TABLES[name]


def test_every_assumption_has_unit_source_quality_and_place(results: Results) -> None:
    table = results.tables["assumptions"]
    for column in ("unit", "source", "quality", "place"):
        assert (table[column].astype(str).str.len() > 0).all(), column
    assert len(table) > 500
