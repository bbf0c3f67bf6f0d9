"""Calibrations of the tiny scenario to outputs that the model itself made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.calibration.calibrate import calibrate, starts
from hepaplan.model.calibration.observed import observable, observed
from hepaplan.model.calibration.parameters import with_numbers
from hepaplan.model.evaluate import usual_care
from hepaplan.model.problems import NoAnswer
from hepaplan.model.tables.usual_tables import published
from tests.support.calibrations import HAZARD, SHARE, request, short, target

ALIVE = "overall_survival.operable.resection.24"
STARTS = "nothing_scarce.starts_resection"
BOUNDS = {"low": 0.5, "high": 2.0}
BOTH = {"share": {"key": SHARE}, "hazard": {"key": HAZARD, **BOUNDS}}


def made(share: float, hazard: float) -> dict[str, float]:
    """Return what the model gives at known values."""
    some = request(BOTH, {"alive": target(ALIVE, 0.5, 0.02)})
    return observed(with_numbers(short(), some.parameters, [share, hazard]), [ALIVE, STARTS])


def test_known_values_are_recovered_from_the_models_own_outputs() -> None:
    truth = made(0.19, 1.3)
    asked = request(
        BOTH,
        {
            "alive": target(ALIVE, truth[ALIVE], 0.02),
            "starts": target(STARTS, truth[STARTS], 0.5),
        },
    )
    said: list[str] = []
    study = calibrate(short(), asked, said.append)
    table = study.tables["parameters"].set_index("parameter")
    assert table["after"].to_dict() == pytest.approx({"share": 0.19, "hazard": 1.3}, rel=1e-6)
    assert table["before"].to_dict() == {"share": 0.16, "hazard": 1.0}
    sd = (0.2 - 0.12) / (2 * 1.959964)
    assert table.loc["share", "moved_by_sd"] == pytest.approx((0.19 - 0.16) / sd, rel=1e-4)
    assert table["moved_by_sd"].isna().to_dict() == {"share": False, "hazard": True}
    fit = study.tables["fit"].set_index("target")
    assert fit["within_95"].all()
    assert fit.loc["starts", "after"] == pytest.approx(truth[STARTS], abs=1e-6)
    assert (study.tables["identifiability"]["told"] == "well").all()
    assert study.headlines[0].startswith("2 of 2 targets lie within 1.96 standard errors")
    assert "validate against data that were not used" in study.headlines[-1]
    assert said == ["the scenario as it is", "search 1 of 1", "what the targets tell"]
    assert study.scenario is short()
    assert study.facts["runs of the model"] == study.tables["starts"]["runs"].iloc[0]


def test_standard_errors_are_those_of_a_straight_line() -> None:
    """Resections are a straight line in the share: its error is the target's over the slope."""
    low, high = made(0.15, 1.0)[STARTS], made(0.17, 1.0)[STARTS]
    asked = request({"share": BOTH["share"]}, {"starts": target(STARTS, low, 0.5)})
    row = calibrate(short(), asked).tables["parameters"].iloc[0]
    error = 0.5 / ((high - low) / 0.02)
    assert row["after"] == pytest.approx(0.15, rel=1e-6)
    assert row["standard_error"] == pytest.approx(error, rel=1e-4)
    assert row["high"] == pytest.approx(min(0.15 + 1.959964 * error, row["upper_bound"]), rel=1e-4)


def test_two_that_only_enter_as_a_product_are_told_as_such() -> None:
    chair = "decision_point.inoperable.option.chemotherapy.footprint.chair"
    asked = request(
        {
            "price": {"key": "resource.chair.unit_cost", "low": 10.0, "high": 90.0},
            "hours": {"key": f"pathway.{chair}", "multiply": True, "low": 0.2, "high": 3.0},
        },
        {
            "cost": target("nothing_scarce.cost_gbp", 95_000.0, 500.0),
            "new": target("new_patients.cost_gbp", 95_000.0, 5_000.0),
        },
    )
    study = calibrate(short(), asked)
    last = study.tables["identifiability"].iloc[-1]
    assert last["told"] == "not at all"
    assert "while" in last["what"]
    assert study.tables["parameters"]["standard_error"].isna().all()
    pair = study.tables["correlations"].iloc[0]
    assert {pair["parameter"], pair["other"]} == {"price", "hours"}
    assert pair["correlation"] == pytest.approx(-1.0, abs=1e-3)
    said = " ".join(study.headlines)
    assert "Not told by the targets" in said
    assert "price and hours cannot be told apart" in said


def test_a_target_out_of_reach_ends_at_a_bound_and_says_so() -> None:
    asked = request(
        {"share": {"key": SHARE, "low": 0.1, "high": 0.17}, "hazard": BOTH["hazard"]},
        {"starts": target(STARTS, 30.0, 0.5)},
    )
    study = calibrate(short(), asked)
    table = study.tables["parameters"].set_index("parameter")
    assert table["after"].between(table["lower_bound"], table["upper_bound"]).all()
    assert table.loc["share", "at_bound"] == "high"
    said = "\n".join(study.headlines)
    assert "share ended at its upper bound, 0.17" in said
    assert "Missed: nothing scarce: starts of resection" in said
    assert "standard errors below." in said
    assert "Not identifiable: 2 parameters from 1 target;" in said


def test_a_fit_that_ends_where_the_model_refuses_more_says_so() -> None:
    """Synchronous disease is part of stage IV, 0.2 of the cancers, however high the target."""
    asked = request(
        {"share": {"key": SHARE, "low": 0.1, "high": 0.9}},
        {"starts": target(STARTS, 30.0, 0.5)},
        starts=3,
    )
    study = calibrate(short(), asked)
    share = study.tables["parameters"].iloc[0]
    assert share["after"] == pytest.approx(0.2, abs=1e-3)
    assert share["at_bound"] == "refused above"
    assert share["high"] == share["after"]
    said = "\n".join(study.headlines)
    assert "share ended beside values that the model refuses, above 0.2" in said
    assert "2 of 3 searches began at values that the model refuses." in said


def test_two_shares_of_one_set_move_apart_and_leave_the_rest_to_others() -> None:
    waiting = "pathway.decision_point.operable.waiting"
    ends = {"part": "under_65", "low": 0.01, "high": 0.97}
    asked = request(
        {
            "stay": {"key": f"{waiting}.stay", **ends},
            "die": {"key": f"{waiting}.cancer_death", **ends},
        },
        {"alive": target(ALIVE, 0.5, 0.02)},
    )
    moved = with_numbers(short(), asked.parameters, [0.9, 0.05])
    held = moved.pathway.decision_point["operable"].waiting
    assert held is not None
    assert held.cancer_death.value == pytest.approx({"under_65": 0.05, "65_and_over": 0.03})
    assert held.move["inoperable"].value == pytest.approx({"under_65": 0.05, "65_and_over": 0.12})
    with pytest.raises(ValueError, match=r"stay cannot be 0\.97: its set of shares would not"):
        with_numbers(short(), asked.parameters, [0.97, 0.05])


def test_searches_begin_at_the_present_and_at_points_of_the_seed() -> None:
    asked = request(BOTH, {"alive": target(ALIVE, 0.5, 0.02)}, starts=4)
    present = np.array([0.2, 0.4])
    here = starts(asked, present)
    assert here[0] is present
    assert len(here) == 4
    assert all(((x > 0) & (x < 1)).all() for x in here)
    other = request(BOTH, {"alive": target(ALIVE, 0.5, 0.02)}, starts=4, seed=2)
    assert (starts(other, present)[1] != here[1]).any()


def test_a_scenario_that_the_model_refuses_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise ValueError("shares come to more than 1")

    asked = request(BOTH, {"alive": target(ALIVE, 0.5, 0.02)})
    monkeypatch.setattr("hepaplan.model.calibration.calibrate.with_numbers", refused)
    with pytest.raises(NoAnswer, match="refuses every point begun from: shares come to more"):
        calibrate(short(), asked)


def test_an_output_that_the_scenario_lacks_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> dict[str, float]:
        return {ALIVE: np.nan}

    asked = request(BOTH, {"alive": target(ALIVE, 0.5, 0.02)})
    monkeypatch.setattr("hepaplan.model.calibration.calibrate.observed", none)
    with pytest.raises(NoAnswer, match="alive: the scenario has no overall_survival"):
        calibrate(short(), asked)


def test_published_survival_is_compared_from_the_first_month_to_the_horizon() -> None:
    scenario = short()
    option = scenario.pathway.decision_point["operable"].option["resection"]
    (stated,) = option.published
    last = usual_care(scenario).kernels.months
    months = (0.4, 1.0, float(last), last + 1.0)
    published_then = tuple(stated.model_copy(update={"month": month}) for month in months)
    point = scenario.pathway.decision_point["operable"]
    options = {**point.option, "resection": option.model_copy(update={"published": published_then})}
    points = {
        **scenario.pathway.decision_point,
        "operable": point.model_copy(update={"option": options}),
    }
    pathway = scenario.pathway.model_copy(update={"decision_point": points})
    table = published(usual_care(replace(scenario, pathway=pathway)))
    assert table[table["option"] == "resection"]["month"].tolist() == [1.0, last]


def test_survival_is_that_of_treated_patients_by_their_starts() -> None:
    scenario = short()
    table = published(usual_care(scenario))
    row = table[table["option"] == "resection"].iloc[0]
    name = f"overall_survival.operable.resection.{row['month']:.0f}"
    assert observed(scenario, [name])[name] == pytest.approx(row["modelled"], abs=1e-12)
    assert observable(scenario, name).label == "Liver resection: alive 60 months after the start"


def test_the_question_counts_its_figures_unless_it_has_a_title() -> None:
    targets = {"alive": target(ALIVE, 0.5, 0.02)}
    one = request({"share": BOTH["share"]}, targets)
    assert calibrate(short(), one).question == "Which values of 1 figure give what was observed?"
    titled = request({"share": BOTH["share"]}, targets, title="Fit the registry")
    assert calibrate(short(), titled).question == "Fit the registry"
