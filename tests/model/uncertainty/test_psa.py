"""A study over draws as a whole: the same for a seed, true to its scenario, and said in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.compare.comparison import Incomparable
from hepaplan.model.outputs import outputs_of
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import WrongUse
from hepaplan.model.readings import FIRST_COME
from hepaplan.model.uncertainty.drawing.draws import draw, one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.plan_draws import PLAN_ANEW, PLAN_KEPT, PLAN_SPARE, PlanDraws
from hepaplan.model.uncertainty.psa import Robustness, foresight_in_words, psa
from hepaplan.model.uncertainty.psa_tables import NEW_PATIENTS, TOTALS
from hepaplan.model.uncertainty.results.intervals import FEWEST_FOR_CONVERGENCE
from hepaplan.model.uncertainty.sampled import PER_REGION, Sampling
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.model.uncertainty.study import Study
from hepaplan.model.uncertainty.voi import Decision, voi
from tests.support.unsure import row, unsure

DEAR = "\n[resource.theatre.unit_cost]\nvalue = 40\n"
MORE_PEOPLE = "\n[metastases.late_share]\nvalue = 0.2\n"
ASKED = Sampling(25, seed=6)
QALYS, COST = (TOTALS[name][0] for name in ("qalys_discounted", "cost_discounted"))


def named(scenario: Scenario, name: str) -> Scenario:
    return replace(scenario, settings=scenario.settings.model_copy(update={"name": name}))


@cache
def study() -> Study:
    return psa([unsure()], ASKED, Robustness(kept=3, anew=2))


def same(one: Mapping[str, pd.DataFrame], other: Mapping[str, pd.DataFrame]) -> None:
    assert one.keys() == other.keys()
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name], rtol=1e-12)


def test_a_seed_gives_the_same_tables_with_any_workers_and_another_seed_others() -> None:
    two, one = (
        psa([unsure()], replace(ASKED, workers=count), Robustness(kept=2)) for count in (2, 1)
    )
    same(one.tables, two.tables)
    assert one.headlines == two.headlines
    other = psa([unsure()], replace(ASKED, seed=7), Robustness())
    assert not np.allclose(
        other.tables["draws"].iloc[:, 1], study().tables["draws"].iloc[:, 1], rtol=1e-6
    )


def test_the_base_case_of_the_intervals_is_that_of_a_run() -> None:
    """Expected: equal to 1e-9."""
    known = study().tables["intervals"]
    names = ("new_metastases", "new_patients.qalys", "new_patients.cost_gbp")
    people, qalys, cost = outputs_of(unsure(), names).values()
    assert row(known, output=NEW_PATIENTS)["base"] == pytest.approx(people, rel=1e-9)
    assert row(known, output=QALYS)["base"] == pytest.approx(qalys, rel=1e-9)
    assert row(known, output=COST)["base"] == pytest.approx(cost, rel=1e-9)


def test_intervals_hold_their_means_and_differ_where_inputs_do() -> None:
    table = study().tables["intervals"]
    assert (table["low"] < table["high"]).all()
    assert ((table["low"] <= table["mean"]) & (table["mean"] <= table["high"])).all()
    assert (table["mean_standard_error"] > 0).all()


def test_without_width_every_draw_is_the_base_case() -> None:
    """The one input that is left takes a single value: intervals of width 0."""
    fixed = unsure(rules=(), more='\n[metastases.late_share]\nlow = 0.1199999999999\n'
                   'high = 0.1200000000001\ndistribution = "uniform"\n')  # fmt: skip
    share = fixed.settings.metastases.synchronous_share
    sure = fixed.settings.metastases.model_copy(
        update={"synchronous_share": share.model_copy(update={"distribution": None, "low": None,
                                                              "high": None})})  # fmt: skip
    fixed = replace(fixed, settings=fixed.settings.model_copy(update={"metastases": sure}))
    assert list(uncertain_inputs(fixed)) == [("metastases", "late_share")]
    table = psa([fixed], Sampling(5), Robustness(kept=2)).tables["intervals"]
    scale = table["mean"].abs().clip(lower=1.0)
    np.testing.assert_allclose((table["high"] - table["low"]) / scale, 0.0, atol=1e-9)
    known = table.dropna(subset="base")
    np.testing.assert_allclose(known["mean"], known["base"], rtol=1e-9)


def test_curves_sum_to_one_in_every_comparison_and_at_every_threshold() -> None:
    curves = study().tables["curves"]
    sums = curves.groupby(["comparison", "threshold_gbp_per_qaly"])["probability_best"].sum()
    np.testing.assert_allclose(sums, 1.0, rtol=1e-12)
    assert (curves["expected_loss_gbp"] >= 0).all()


def test_a_plan_that_nobody_could_follow_is_shown_but_is_no_choice() -> None:
    """It is in the intervals, against first come, and as what foresight is worth, nowhere else."""
    tables = study().tables
    for name in ("strategies", "curves"):
        table = tables[name]
        by = table[table["per"] == PER_REGION].groupby("comparison")["strategy"].apply(set)
        assert by.tolist() == [{FIRST_COME, PLAN_KEPT, PLAN_SPARE}]
    for name in ("plane", "quadrants"):
        assert PLAN_ANEW not in set(tables[name]["strategy"])
    assert row(tables["intervals"], output=f"{PLAN_ANEW}: QALYs, discounted")["mean"] > 0
    naming = [sentence for sentence in study().headlines if PLAN_ANEW in sentence]
    against, worth = naming
    assert against.startswith("Against first come (")
    assert "over 2 draws" in worth
    assert not any("most expected net benefit" in sentence for sentence in naming)


def test_plans_made_anew_alone_leave_first_come_and_the_plan_kept_to_choose_from() -> None:
    found = psa([unsure()], Sampling(4), Robustness(anew=2)).tables
    region = found["strategies"].query("per == @PER_REGION")
    assert set(region["strategy"]) == {FIRST_COME, PLAN_KEPT, PLAN_SPARE}
    assert PLAN_ANEW in set(found["standards"]["policy"])


@pytest.mark.parametrize(
    ("cost_gbp", "said"),
    [
        (500.0, "would be worth £1,500 of net benefit (Monte Carlo error £500) at £20 thousand a "),
        (3_500.0, "would be worth nothing: a plan for each draw has £1,500 less net benefit"),
    ],
)
def test_what_foresight_is_worth_is_said_in_pounds(cost_gbp: float, said: str) -> None:
    """0.1 QALYs more, £2,000, in both draws; £0 and £1,000 dearer, or £3,000 and £4,000.

    Foresight is worth £2,000 and £1,000, mean £1,500, error £500, or £3,000 less than that.
    """
    qalys = {"qalys": np.array([1.0, 1.0]), "within_standard": np.array([0.5, 0.5])}
    known = {"qalys": np.array([1.1, 1.1]), "within_standard": np.array([0.5, 0.5])}
    first = {"cost_gbp": np.array([500.0, 500.0])}
    found = PlanDraws(
        draws=2,
        without_a_plan=0,
        measures={
            FIRST_COME: qalys | first,
            PLAN_ANEW: known | {"cost_gbp": np.array([cost_gbp, cost_gbp + 1_000.0])},
        },
        standard={},
    )
    sentence = foresight_in_words(found, 20_000.0)
    assert said in sentence
    assert sentence.startswith("Knowing the inputs before planning ")
    assert f"than {FIRST_COME}" in sentence
    assert sentence.endswith("over 2 draws; nobody could follow such a plan.")


def test_chances_of_standards_are_those_of_single_scenarios() -> None:
    """First come in three draws, each run alone as if a file had stated it."""
    drawn = draw(uncertain_inputs(unsure()), ASKED.draws, ASKED.seed)
    within = [
        outputs_of(stated_scenario(unsure(), one_draw(drawn, i)), ["first_come.within_standard"])
        for i in range(3)
    ]
    mean = sum(found["first_come.within_standard"] for found in within) / 3
    name = "first come: started within the standard, of all who came"
    said = row(study().tables["intervals"], output=name)
    assert said["mean"] == pytest.approx(mean, rel=1e-9)
    standards = study().tables["standards"]
    assert set(standards["policy"]) == {FIRST_COME, PLAN_KEPT, PLAN_SPARE}
    shares = standards["probability"] * 3
    np.testing.assert_allclose(shares, shares.round())


def test_counts_of_draws_are_those_that_were_worked_on() -> None:
    facts = study().facts
    assert (facts["draws"], facts["seed"], facts["design"]) == (25, 6, "random")
    assert facts["uncertain inputs"] == len(uncertain_inputs(unsure()))
    assert (facts["draws the plan is kept in"], facts["draws with a plan of their own"]) == (3, 2)
    assert facts["scenarios"] == ["unsure"]
    fewer = psa([unsure()], Sampling(3), Robustness(kept=100))
    assert fewer.facts["draws the plan is kept in"] == 3
    assert fewer.facts["draws with a plan of their own"] == 0


def test_without_a_plan_there_is_none_and_few_draws_have_no_convergence() -> None:
    found = psa([unsure()], Sampling(FEWEST_FOR_CONVERGENCE - 1), Robustness())
    assert found.tables["standards"].empty
    assert found.tables["convergence"].empty
    assert not any("plan" in sentence.lower() for sentence in found.headlines)
    enough = psa([unsure()], Sampling(FEWEST_FOR_CONVERGENCE), Robustness())
    assert enough.tables["convergence"]["draws"].max() == FEWEST_FOR_CONVERGENCE


def test_headlines_say_what_was_drawn_who_is_best_and_whether_the_plan_holds() -> None:
    first, need, *_ = said = study().headlines
    count = len(uncertain_inputs(unsure()))
    assert first.startswith(f"Over 25 draws of {count} uncertain inputs: {NEW_PATIENTS}: 42.6 (95%")
    assert "QALYs" in first
    assert "£70 thousand (95% interval £" in first
    assert "whole year" in need
    assert any("most expected net benefit" in sentence for sentence in said)
    assert any(s.startswith("Against first come (") and "the plan, kept: " in s for s in said)
    assert any("mean over draws lies within 2%" in sentence for sentence in said)


def test_several_scenarios_are_compared_and_others_patients_named() -> None:
    others = [named(unsure(more=DEAR), "dear"), named(unsure(more=MORE_PEOPLE), "later")]
    found = psa([unsure(), *others], ASKED, Robustness())
    assert found.facts["scenarios"] == ["unsure", "dear", "later"]
    assert any(s.startswith("later has other patients") for s in found.headlines)
    table = found.tables["strategies"]
    region = table[table["per"] == PER_REGION]
    assert set(region["strategy"]) == {"unsure", "dear"}
    dear, usual = (row(region, strategy=name)["cost_gbp"] for name in ("dear", "unsure"))
    assert dear > usual
    assert found.scenario.settings.name == "unsure"


def test_progress_is_said_and_steps_are_timed() -> None:
    heard: list[str] = []
    found = psa([unsure()], Sampling(4), Robustness(kept=2), heard.append)
    assert heard[0] == "4 draws of unsure, nothing scarce"
    assert "the plan kept: 2 of 2 draws" in heard
    assert heard[-1] == "intervals, fans and curves"
    assert len(found.seconds) == 3
    assert min(found.seconds.values()) >= 0


@pytest.mark.parametrize("robustness", [Robustness(kept=1), Robustness(kept=2, anew=1)])
def test_a_plan_in_one_draw_is_refused_before_the_work(robustness: Robustness) -> None:
    heard: list[str] = []
    with pytest.raises(WrongUse, match="ask for 2 or more, or for 0"):
        psa([unsure()], ASKED, robustness, heard.append)
    assert heard == []


@pytest.mark.parametrize("study_of", ["psa", "voi"])
def test_scenarios_that_cannot_be_laid_side_by_side_are_refused(study_of: str) -> None:
    """Pounds discounted at 3.5% and at 5% are no two sides of one choice."""
    other = unsure(more="\n[economics.discount_rate_costs]\nvalue = 0.05\n")
    with pytest.raises(Incomparable, match="discount"):
        if study_of == "psa":
            psa([unsure(), other], ASKED, Robustness())
        else:
            voi([unsure(), other], Sampling(50), Decision())
