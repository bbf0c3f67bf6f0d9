"""What a run returns, says and refuses, and that scenarios at the edges have answers."""

from __future__ import annotations

import pandas as pd
import pytest

from hepaplan.model.evaluate import CannotPlan, evaluate
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import FIRST_COME, NOTHING_SCARCE
from tests.support.scenarios import (
    scaled,
    tiny,
    tiny_pathway,
    tiny_with,
    with_pathway,
    with_table,
)


def test_evaluate_returns_every_table_status_and_sentences() -> None:
    results = evaluate(tiny())
    assert results.status == "optimal"
    assert results.checks_pass
    assert len(results.headlines) >= 8
    assert set(results.seconds) == {"demand", "plan", "prices, gain and chance", "tables"}
    assert results.labels["operable"] == "Operable"
    for name in (
        "cases", "metastases", "demand", "starts", "waiting", "resources", "outcomes", "survival",
        "checks", "requirements", "treatments", "lists", "costs", "per_patient", "published",
        "evidence_sets", "key_figures", "bottlenecks", "assumptions", "sources", "about",
    ):  # fmt: skip
        assert isinstance(results.tables[name], pd.DataFrame), name


def test_progress_is_told_as_it_happens() -> None:
    told: list[str] = []
    evaluate(tiny(), progress=told.append)
    assert len(told) >= 3


def test_waiting_that_pays_is_refused_naming_point_option_and_group() -> None:
    record = tiny_pathway()
    waiting = record["decision_point"]["inoperable"]["waiting"]
    for name, value in (("stay", 1.0), ("cancer_death", 0.0)):
        waiting[name] = waiting[name] | {"value": value}
    waiting["move"]["supportive_care"] |= {"value": 0.0}
    waiting["utility"] |= {"value": 1.0}
    with pytest.raises(CannotPlan) as refused:
        evaluate(with_pathway(tiny(), record))
    for name in ("inoperable", "chemotherapy", "under_65", "65_and_over"):
        assert name in str(refused.value)


def without(scenario: Scenario, *tables: str) -> Scenario:
    empty = {name: getattr(scenario.tables, name).iloc[:0] for name in tables}
    return with_table(scenario, **empty)


def edge_cases() -> dict[str, Scenario]:
    """Return scenarios in which something is none, one or without end."""
    scenario, table = tiny(), tiny().tables
    no_exchange = tiny_pathway()
    del no_exchange["decision_point"]["operable"]["interchangeable"]
    return {
        "no capacity": without(
            with_table(scenario, capacity=scaled(table.capacity, "number", 0.0)),
            "capacity_changes",
        ),
        "capacity without end": with_table(
            scenario, capacity=scaled(table.capacity, "number", 1e5)
        ),
        "nobody waits on day one": without(scenario, "backlog"),
        "no demand": without(
            with_table(scenario, incidence=scaled(table.incidence, "rate_per_100k", 0.0)),
            "backlog",
        ),
        "no demand but day one's": with_table(
            scenario, incidence=scaled(table.incidence, "rate_per_100k", 0.0)
        ),
        "one month": tiny_with(window__months=1, window__run_out_months=0),
        "no years before": tiny_with(window__burn_in_years=0),
        "nothing after the window": tiny_with(window__run_out_months=0),
        "present referral only": tiny_with(plan__referral_shift=0),
        "nothing may be exchanged": with_pathway(scenario, no_exchange),
        "horizon shorter than the months planned": tiny_with(
            economics__horizon_years=3, window__months=40
        ),
        "groups planned for by themselves": tiny_with(plan__age_neutral="false"),
    }


@pytest.mark.parametrize("name", list(edge_cases()))
def test_f1_f2_f4_the_edges_have_answers(name: str) -> None:
    results = evaluate(edge_cases()[name])
    checks = results.tables["checks"].set_index("check")["passed"]
    # Three years are too short; and day one's people without newcomers are taken to be of all ages
    # alike, so that some outlive the horizon. The checks say so.
    outlived = "shorter" in name or "but day one" in name
    expected_to_fail = {"the horizon is long enough"} if outlived else set()
    assert set(checks.index[~checks]) == expected_to_fail
    outcome = results.tables["outcomes"].set_index(["policy", "measure"])["value"]
    lost = "QALYs lost to waiting, discounted"
    if name in ("capacity without end", "no demand"):
        assert outcome[FIRST_COME, lost] == pytest.approx(0, abs=1e-9)
    if name == "no capacity":
        treated = results.tables["treatments"].query("treatment != 'best supportive care'")
        scarce = treated[treated["policy"] != NOTHING_SCARCE]
        assert scarce["starts"].max() < 1e-6


def test_e4_double_incidence_doubles_the_region() -> None:
    table = tiny().tables
    twice = with_table(
        tiny(),
        incidence=scaled(table.incidence, "rate_per_100k", 2.0),
        backlog=scaled(table.backlog, "patients", 2.0),
    )
    once = evaluate(tiny()).tables
    double = evaluate(twice).tables
    for name, column in (("cases", "cases"), ("metastases", "patients"), ("demand", "starts")):
        assert double[name][column].sum() == pytest.approx(2 * once[name][column].sum(), rel=1e-9)


def test_one_site_and_one_region_give_answers() -> None:
    table = tiny().tables
    referral_ = table.referral[table.referral["site"] == "hilltop"].assign(share=1.0)
    missing = referral_.iloc[[0]].assign(region="South")
    referral_ = pd.concat(
        [referral_, missing.assign(service="ablation"), missing.assign(service="supportive_care")]
    )
    scenario = without(
        with_table(
            tiny(),
            referral=referral_.reset_index(drop=True),
            travel=table.travel[table.travel["site"] == "hilltop"],
            capacity=table.capacity[table.capacity["site"] == "hilltop"],
        ),
        "capacity_changes",
    )
    settings = scenario.settings
    only = settings.model_copy(update={"site": {"hilltop": settings.site["hilltop"]}})
    results = evaluate(Scenario(only, scenario.pathway, scenario.tables, scenario.places, {}))
    assert results.checks_pass
    assert set(results.tables["starts"]["site"]) == {"hilltop"}
