"""What more evidence is worth: its order, its sums by hand, and what is refused before the work."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.problems import WrongUse, dotted
from hepaplan.model.uncertainty import voi as studied
from hepaplan.model.uncertainty.information.evppi import clear, evppi
from hepaplan.model.uncertainty.sampled import PER_PATIENT, PER_REGION, Sampling, sampled
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.model.uncertainty.study import Study
from hepaplan.model.uncertainty.voi import EVPI, TIMING, Decision, voi
from tests.support.unsure import LIST, row, unsure

EVEN = "\n[economics.willingness_to_pay]\nvalue = 2765\n"
"""Pounds a QALY at which resection and ablation are about equally good."""
CLOSE = 13_500.0
"""Pounds at which half a list is about as good as none at £20,000 a QALY."""
MORE_PEOPLE = "\n[metastases.late_share]\nvalue = 0.2\n"
ASKED = Sampling(60, seed=1)


@cache
def study() -> Study:
    """Resection or ablation, which are about equally good, and whether to buy half a list."""
    return voi([unsure(capital=CLOSE)], Sampling(52), Decision((LIST,), draws=200, years=2.5))


@cache
def options() -> Study:
    return voi([unsure(more=EVEN)], ASKED, Decision())


def test_perfect_information_is_worth_what_a_loop_over_draws_says() -> None:
    """Mean of the better of two in each draw, less the better mean."""
    side = sampled(unsure(more=EVEN), ASKED)
    gained = []
    for d in range(60):
        gained.append([
            2765 * float(side.region.option_qalys[k, d]) - float(side.region.option_cost[k, d])
            for k in (0, 1)
        ])  # fmt: skip
    best_mean = max(sum(pair[k] for pair in gained) / 60 for k in (0, 1))
    found = row(options().tables["evpi"], comparison="a patient at: Operable")
    assert found["evpi_gbp"] == pytest.approx(sum(map(max, gained)) / 60 - best_mean, rel=1e-9)
    assert found["evpi_gbp"] > 0
    assert list(options().tables["evpi"].columns) == list(EVPI)


@pytest.mark.parametrize("which", ["options", "capacity"])
def test_all_is_worth_no_less_than_one_input_and_that_no_less_than_nothing(which: str) -> None:
    tables = (options() if which == "options" else study()).tables
    assert (tables["evpi"]["evpi_gbp"] >= 0).all()
    assert tables["evpi"]["evpi_gbp"].max() > 0
    for name in ("evppi", "evppi_groups"):
        most = tables["evpi"].set_index("comparison")["evpi_gbp"]
        ceiling = tables[name]["comparison"].map(most)
        assert (tables[name]["evppi_gbp"] >= 0).all()
        assert (tables[name]["evppi_gbp"] <= ceiling * (1 + 1e-9)).all()


def test_one_input_is_worth_what_evppi_says_of_its_draws() -> None:
    side = sampled(unsure(more=EVEN), ASKED)
    key = ("pathway", "decision_point", "operable", "option", "resection", "exits", "recurrence",
           "time")  # fmt: skip
    benefit = 2765 * side.region.option_qalys[:2] - side.region.option_cost[:2]
    alone = evppi(benefit, (np.asarray(side.drawn[key]),))
    found = row(options().tables["evppi"], name=side.inputs[key].label)
    assert found["evppi_gbp"] == pytest.approx(alone.value, rel=1e-9)
    assert found["standard_error_gbp"] == pytest.approx(alone.standard_error, rel=1e-9)
    assert len(options().tables["evppi"]) == len(side.inputs)


def test_a_population_is_the_people_of_the_years_discounted_by_hand() -> None:
    """Two and a half years of months, each discounted at 3.5% to its middle."""
    found = row(study().tables["evpi"], per=PER_PATIENT)
    from_starts = row(options().tables["evpi"], per=PER_PATIENT)
    side = sampled(unsure(), Sampling(2))
    at = [k for k, (point, _, _) in enumerate(unsure().pathway.options()) if point == "operable"]
    flow = side.usual.flow.starts[at][..., side.usual.before : side.usual.before + 3]
    a_year = 4.0 * float(flow.sum())
    people = sum(a_year / 12 * 1.035 ** -((month + 0.5) / 12) for month in range(30))
    assert found["people"] == pytest.approx(people, rel=1e-9)
    assert from_starts["people"] > people
    assert from_starts["population_evpi_gbp"] == pytest.approx(
        from_starts["evpi_gbp"] * from_starts["people"]
    )
    assert from_starts["population_standard_error_gbp"] == pytest.approx(
        from_starts["standard_error_gbp"] * from_starts["people"]
    )


def test_a_decision_of_the_region_is_everybodys_already() -> None:
    found = row(study().tables["evpi"], per=PER_REGION)
    assert found["people"] == 1.0
    assert found["population_evpi_gbp"] == found["evpi_gbp"] > 0


def test_the_capacity_decision_is_the_loss_and_gain_of_its_draws() -> None:
    """In a window of three months a year later is never: waiting loses what buying gains."""
    found = row(study().tables["capacity_decision"])
    assert list(study().tables["capacity_decision"].columns) == list(TIMING)
    assert found["expansion"] == "One more list"
    assert found["later_less_never_gbp"] == found["wait_and_learn_less_never_gbp"] == 0.0
    assert found["learning_gbp"] == pytest.approx(-max(found["now_less_never_gbp"], 0.0))
    assert 0.0 < found["chance_now_is_best"] < 1.0


def test_no_more_draws_with_capacity_are_said_than_there_were() -> None:
    assert row(study().tables["capacity_decision"])["draws"] == 52
    assert study().facts["draws with capacity"] == 52
    assert options().facts["draws with capacity"] == 0
    assert study().facts["years that a decision counts"] == 2.5


def test_the_register_has_every_input_by_concern() -> None:
    table = options().tables["evidence_register"]
    inputs = uncertain_inputs(unsure(more=EVEN))
    assert set(table["input"]) == {dotted(key) for key in inputs}
    assert table["rank"].tolist() == list(range(1, len(inputs) + 1))
    assert table["concern"].is_monotonic_decreasing
    first = table.to_dict("records")[0]
    marks = 1 + bool(first["old"]) + bool(first["weak"])
    assert first["concern"] == pytest.approx(first["influence"] * marks)
    whole = clear(options().tables["evppi"])["population_evppi_gbp"].sum()
    assert table["influence"].sum() == pytest.approx(whole)


def test_influence_is_the_sum_over_decisions_of_what_is_clear_in_each() -> None:
    single, table = study().tables["evppi"], study().tables["evidence_register"]
    each = [clear(own) for _, own in single.groupby("comparison")]
    by_label = pd.concat(each).groupby("name")["population_evppi_gbp"].sum()
    known = table.groupby("label")["influence"].sum()
    pd.testing.assert_series_equal(
        known[known > 0].sort_index(), by_label.sort_index(), check_names=False, rtol=1e-9
    )
    assert (single["population_evppi_gbp"] > 0).sum() > len(by_label)


def test_headlines_say_what_it_is_worth_of_what_and_whether_to_buy() -> None:
    said = study().headlines
    assert said[0].startswith(("A patient at: Operable", "One more list, first come"))
    assert any("One more list: buying it now " in sentence for sentence in said)
    assert any("% of draws" in sentence for sentence in said)
    assert "evidence" in said[-1] or "input matters" in said[-1]
    first = options().headlines[0]
    assert "knowing every uncertain figure before choosing would be worth £" in first


def test_scenarios_of_other_patients_are_named() -> None:
    other = unsure(more=MORE_PEOPLE)
    named = replace(other, settings=other.settings.model_copy(update={"name": "later"}))
    found = voi([unsure(), named], Sampling(50), Decision())
    assert any(s.startswith("later has other patients") for s in found.headlines)
    assert found.facts["scenarios"] == ["unsure", "later"]
    assert found.tables["capacity_decision"].empty


def test_few_draws_are_refused_before_the_work() -> None:
    heard: list[str] = []
    with pytest.raises(WrongUse, match="50 draws or more, not 49: ask for more with --draws"):
        voi([unsure()], Sampling(49), Decision(), heard.append)
    assert heard == []


def test_an_unknown_expansion_is_refused_before_the_work() -> None:
    heard: list[str] = []
    with pytest.raises(WrongUse, match='no expansion "one_lists"; did you mean "one_list"'):
        voi([unsure(capital=CLOSE)], ASKED, Decision(("one_lists",)), heard.append)
    assert heard == []


def test_where_nothing_is_open_there_is_nothing_to_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studied, "comparisons", lambda _: [])
    found = voi([unsure()], Sampling(50), Decision())
    assert found.headlines[0].startswith("There is nothing to choose between")
    assert found.tables["evpi"].empty
    assert (found.tables["evidence_register"]["influence"] == 0).all()
