"""Key figures and sentences: computed from the tables, and right by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.allocation.aims import Reached
from hepaplan.model.evaluate import evaluate, usual_care
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, NOTHING_SCARCE, POLICIES
from hepaplan.model.results import Results
from hepaplan.model.tables.headlines import misfit
from hepaplan.model.tables.summary import THIS, about, evidence_sets
from tests.support.scenarios import scaled, tiny, tiny_capacity, tiny_usual, with_table


@cache
def results() -> Results:
    return evaluate(tiny(), {"registry": tiny()})


def key(measure: str, policy: str = NOTHING_SCARCE) -> float:
    figures = results().tables["key_figures"].set_index("measure")
    return float(figures.loc[measure, policy])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("aim", "total", "said"),
    [
        ("money", -85_885_451.7, "£85.9 million of net benefit"),
        ("cost", 12_345.6, "£12 thousand"),
        ("health", -4_294.27, "4,294 QALYs"),
        ("health", -999.25, "999.2 QALYs"),
        ("travel", 70_123.4, "70,123 minutes"),
        ("waiting", 0.04, "0.0 person-months"),
    ],
)
def test_what_an_aim_reached_is_told_no_finer_than_it_is_known(
    aim: str, total: float, said: str
) -> None:
    capacity = tiny_capacity()
    best = replace(capacity.best, reached=(Reached(aim, total, "optimal", 1.25),))
    told = about(tiny_usual(), replace(capacity, best=best)).set_index("item")["value"]
    assert told[f"plan: aim 1, {aim}"] == f"{said}; optimal; 1.2 s"


def test_yearly_figures_are_the_windows_over_its_years() -> None:
    tables = results().tables
    quarter = 3 / 12
    assert key("new colorectal cancers") == pytest.approx(tables["cases"]["cases"].sum() / quarter)
    patients = tables["metastases"]["patients"].sum() / quarter
    assert key("new patients with liver metastases") == pytest.approx(patients)
    starts = tables["treatments"].set_index(["treatment", "policy"])["starts"]
    for policy in POLICIES:
        found = key("starts of resection", policy)
        assert found == pytest.approx(starts["resection", policy] / quarter)


def test_waiting_figures_are_those_of_the_lists() -> None:
    lists = results().tables["lists"]
    for policy in (FIRST_COME, MOST_HEALTH):
        mine = lists[lists["policy"] == policy].groupby("month")
        end = mine["waiting"].sum()["2027-03"]
        assert key("waiting at the end of the window", policy) == pytest.approx(end)
        worst = mine["beyond_standard"].sum().max()
        found = key("most people beyond the standard in any month", policy)
        assert found == pytest.approx(worst, abs=1e-9)
    assert key("waiting at the end of the window") == 0
    assert key("started within the standard, of all who came") == pytest.approx(1, abs=1e-12)


def test_spending_is_that_of_the_cost_table() -> None:
    costs = results().tables["costs"].groupby("policy")["cost_gbp"].sum()
    for policy in POLICIES:
        found = key("spending a year in the window, undiscounted", policy)
        assert found == pytest.approx(costs[policy] / 0.25)


def test_about_ten_sentences_each_with_a_figure_or_a_place_to_look() -> None:
    sentences = results().headlines
    assert 8 <= len(sentences) <= 13
    assert sentences[0].startswith("Does everyone start in time? No: of all who came, ")
    for sentence in sentences:
        assert sentence.endswith(".")
        assert "nan" not in sentence.lower().split()
        assert "{" not in sentence
    assert sum(bool(re.search(r"\d", sentence)) for sentence in sentences) >= 7


def test_where_fewest_start_in_time_stands_right_after_the_gain() -> None:
    """Expected: the smallest share of the plan in the table of access, and first come's beside."""
    sentences = results().headlines
    (gain,) = (i for i, said in enumerate(sentences) if said.startswith("Scarce capacity costs"))
    assert sentences[gain + 1].startswith("With the plan fewest start in time in ")
    table = results().tables["access"]
    shares = table.set_index(["policy", "region", "decision_point"])["share_within_standard"]
    region, point = shares[MOST_HEALTH].astype(float).idxmin()
    for policy in (MOST_HEALTH, FIRST_COME):
        assert f"{shares[policy, region, point]:.1%}" in sentences[gain + 1]
    assert f"in {region} ({results().labels[point]})" in sentences[gain + 1]


def test_sentences_say_what_the_key_figures_say() -> None:
    text = " ".join(results().headlines)
    assert f"{key('new colorectal cancers'):,.0f}" in text
    assert f"{key('new patients with liver metastases'):,.0f}" in text
    assert f"{key('starts of resection'):,.0f}" in text
    assert "Operating theatre" in text  # full at Hilltop
    assert "Hilltop" in text


def test_the_misfit_of_survival_is_a_sentence_if_anything_is_published() -> None:
    options = [("operable", "resection"), ("operable", "resection"), ("systemic", "systemic")]
    table = pd.DataFrame(options, columns=["decision_point", "option"])
    table = table.assign(month=[12.0, 77.5, 60.0], difference=[0.1, -0.244, 0.2])
    label = tiny().pathway.decision_point["operable"].option["resection"].label
    assert misfit(tiny_usual(), table) == (
        "Modelled survival lies within 10 points of 1 of 3 published figures; furthest from it: "
        f"{label} (6.5 years), 24 points below.",
    )
    (above,) = misfit(tiny_usual(), table.assign(month=7.1, difference=[0.3, 0.1, 0.2]))
    assert above.endswith("(7.1 months), 30 points above.")
    assert misfit(tiny_usual(), table.iloc[:0]) == ()


def test_sentences_of_a_region_without_shortage_do_not_name_one() -> None:
    plenty = with_table(tiny(), capacity=scaled(tiny().tables.capacity, "number", 1e5))
    answer, changed, *others = evaluate(plenty).headlines
    assert answer.startswith("Does everyone start in time? Yes: ")
    assert changed.startswith("Changed from the base: ")
    assert "Hilltop" not in " ".join(others)


def test_evidence_sets_stand_side_by_side() -> None:
    found = results().tables["evidence_sets"]
    assert found.columns.tolist() == ["measure", "unit", THIS, "registry"]
    np.testing.assert_allclose(found[THIS].to_numpy(), found["registry"].to_numpy())
    more = with_table(tiny(), incidence=scaled(tiny().tables.incidence, "rate_per_100k", 2.0))
    both = evidence_sets(tiny_usual(), {"more": usual_care(more)}).set_index("measure")
    measures = ["new colorectal cancers", "new liver metastases to new cancers"]
    ratio = (both["more"] / both[THIS])[measures]
    assert ratio.tolist() == pytest.approx([2, 1])


def test_demand_figures_by_hand() -> None:
    found = evidence_sets(tiny_usual(), {}).set_index("measure")[THIS]
    usual = tiny_usual()
    patients = usual.metastases[12:15].sum(axis=(0, 1, 2)) * 4
    assert found["liver metastases at diagnosis"] == pytest.approx(patients[0])
    assert found["liver metastases later"] == pytest.approx(patients[1])
    entered = usual.eligible[..., 12:15].sum(axis=(1, 3))
    years = (entered * usual.worth.life_years.arrival).sum() / entered.sum()
    assert found["life-years of a new patient"] == pytest.approx(years)
    starts = usual.flow.starts[2, ..., 12:15].sum() * 4
    assert found["starts of systemic therapy"] == pytest.approx(starts)


def test_a_region_without_patients_has_figures_but_no_averages() -> None:
    nobody = with_table(tiny(), incidence=scaled(tiny().tables.incidence, "rate_per_100k", 0.0))
    found = evidence_sets(usual_care(nobody), {}).set_index("measure")[THIS]
    assert found["new colorectal cancers"] == 0
    assert pd.isna(found["new liver metastases to new cancers"])
    assert pd.isna(found["life-years of a new patient"])


def test_every_machine_name_of_the_tables_has_words() -> None:
    labels = results().labels
    for name, column in (
        ("starts", "decision_point"),
        ("starts", "group"),
        ("starts", "site"),
        ("starts", "option"),
        ("resources", "resource"),
    ):
        for machine in set(results().tables[name][column]):
            assert labels[machine]
    assert labels["65_and_over"] == "65 and over"


def test_about_says_what_was_run() -> None:
    about = results().tables["about"].set_index("item")["value"]
    text = " ".join(str(value) for value in about)
    for part in ("tiny", "2027-01 to 2027-03", "0.035", "0.015", "20000", "optimal"):
        assert part in text
    assert any("status" in str(item) for item in about.index)
    best = tiny_capacity().best
    assert f"{best.variables:,}" in text
