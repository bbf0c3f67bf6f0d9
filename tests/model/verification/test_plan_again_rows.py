"""Rows F that plan again: each passes on the tiny run and fails on a doctored one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hepaplan.model.allocation import prices
from hepaplan.model.allocation.read_back import programme_point
from hepaplan.model.allocation.solver import NoPlan, minimise
from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.plan_rules import Equity, Expansion
from hepaplan.model.readings import Capacity, UsualCare
from hepaplan.model.verification import plan_again_rows
from hepaplan.model.verification.changed_network import everything_times
from hepaplan.model.verification.plan_again_rows import (
    PLAN_AGAIN_ROWS,
    capacity_relaxed_and_tightened,
    no_plan_without_capacity,
    proven_again,
    relaxation_is_no_worse,
    ten_times_the_value,
    without_the_floor,
)
from hepaplan.model.verification.price_bound import bound_by_prices
from hepaplan.model.verification.subject import Row, Subject
from tests.support.scenarios import tiny, tiny_capacity, with_settings, with_table
from tests.support.small import figure, share
from tests.support.verified import (
    stubborn,
    subject_of,
    tiny_subject,
    with_best,
    with_capacity,
)

BY_IDENTIFIER = {row.identifier: row for row in PLAN_AGAIN_ROWS}
NEEDS_MORE = {"F16": "no floor under the worst share", "F18": "no choice is whole"}


@pytest.mark.parametrize("row", PLAN_AGAIN_ROWS, ids=lambda row: row.identifier)
def test_each_row_passes_on_the_tiny_run(row: Row) -> None:
    finding = row.judge(tiny_subject())
    if row.identifier in NEEDS_MORE:
        assert finding.outcome == "not applicable"
        assert NEEDS_MORE[row.identifier] in finding.found
    else:
        assert finding.outcome == "pass", finding.found


def refusing(_: UsualCare) -> Capacity:
    raise NoPlan("no plan keeps every rule at once", "infeasible")


def test_a_plan_that_starts_people_without_capacity_or_none_at_all_is_found_out() -> None:
    assert no_plan_without_capacity(tiny_subject(plan=stubborn)).outcome == "fail"
    refused = no_plan_without_capacity(tiny_subject(plan=refusing))
    assert (refused.outcome, refused.found) == (
        "fail",
        "no plan: no plan keeps every rule at once",
    )


def doubling(usual: UsualCare) -> Capacity:
    return scarce_capacity(usual_care(everything_times(usual.scenario, 2.0)))


def test_an_objective_that_does_not_follow_the_change_is_found_out() -> None:
    """A plan that stays where twice as much is asked for; twice as much where sites only turn."""
    twice = BY_IDENTIFIER["F3"].judge(tiny_subject(plan=stubborn))
    assert (twice.outcome, "difference 0.5 (relative)" in twice.found) == ("fail", True)
    turned = BY_IDENTIFIER["F15"].judge(tiny_subject(plan=doubling))
    assert (turned.outcome, "difference 1 (relative)" in turned.found) == ("fail", True)


def test_a_plan_of_the_months_that_are_left_is_not_compared() -> None:
    subject = with_capacity(planned_in=replace(tiny_capacity().network))
    for identifier in ("F3", "F15"):
        assert BY_IDENTIFIER[identifier].judge(subject).outcome == "not applicable"


@pytest.mark.parametrize("factor", [-1.0, 0.5, 1.5, np.nan])
def test_prices_that_no_change_bears_out_are_found_out(
    factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the other sign, half or one and a half times as large, not numbers."""
    monkeypatch.setattr(
        plan_again_rows, "capacity_prices", lambda solved: factor * prices.capacity_prices(solved)
    )
    assert capacity_relaxed_and_tightened(tiny_subject()).outcome == "fail"


def test_a_price_is_the_finite_difference_where_the_plan_hardly_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a hundredth of a per cent more and less: gain, loss and price are one figure."""
    monkeypatch.setattr(plan_again_rows, "CHANGE", 1e-4)
    finding = capacity_relaxed_and_tightened(tiny_subject())
    assert finding.outcome == "pass"
    words = finding.found.replace(",", "").split()
    gains, loses, says = (float(words[words.index(w) + 1]) for w in ("gains", "loses", "say"))
    assert gains == pytest.approx(says, rel=1e-4)
    assert loses == pytest.approx(says, rel=1e-4)


class Lying:
    """Solves as `with_prices` does; the `last` of two answers is off by something."""

    def __init__(self, by: float) -> None:
        self.by, self.asked = by, 0

    def __call__(self, solved: prices.Solved) -> prices.Solved:
        self.asked += 1
        found = prices.with_prices(solved)
        if self.asked == 1:
            return found
        solution = replace(found.solution, objective=found.solution.objective + self.by)
        return replace(found, solution=solution)


def test_a_solver_that_scales_wrongly_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_again_rows, "with_prices", Lying(0.01))
    assert ten_times_the_value(tiny_subject()).outcome == "fail"


@pytest.mark.parametrize("by", [1.0, np.nan])
def test_more_capacity_that_makes_the_plan_worse_is_found_out(
    by: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_again_rows, "with_prices", Lying(by))
    assert capacity_relaxed_and_tightened(tiny_subject()).outcome == "fail"


def test_a_floor_costs_and_one_that_pays_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    equity = Equity.model_validate({"over": "region", "floor": share(0.4)})
    plan = tiny().settings.plan.model_copy(update={"equity": equity})
    subject = subject_of(with_settings(tiny(), plan=plan))
    assert without_the_floor(subject).outcome == "pass"
    monkeypatch.setattr(plan_again_rows, "with_prices", Lying(0.01))
    assert without_the_floor(subject).outcome == "fail"


def with_an_expansion() -> Subject:
    """Return a run with little theatre and one more weekly list there, which may be built."""
    expansion = {
        "label": "A list",
        "site": "hilltop",
        "resource": "theatre",
        "adds": figure(0.2, "saleable units"),
        "capital": figure(1e5, "GBP"),
        "running": figure(1e4, "GBP per year"),
        "lead": figure(1, "months"),
        "ramp_up": figure(0, "months"),
    }
    chosen = {"list": Expansion.model_validate(expansion)}
    budget = {"2027": figure(6e4, "GBP")}
    rules = tiny().settings.plan.model_dump() | {"budget": budget}
    plan = type(tiny().settings.plan).model_validate(rules)
    scenario = with_settings(tiny(), expansion=chosen, plan=plan)
    few = tiny().tables.capacity.assign(number=[0.1, 0.1, 0.1, 0.2])
    return subject_of(with_table(scenario, capacity=few))


def test_fractions_of_whole_choices_bound_the_plan() -> None:
    """The budget buys six tenths of a list: relaxed, that much is built; whole, nothing is."""
    subject = with_an_expansion()
    best = subject.capacity.best
    assert best.written.rows.whole.sum() == 1
    assert best.plan.built is not None
    assert best.plan.built.tolist() == [0.0]
    finding = relaxation_is_no_worse(subject)
    assert finding.outcome == "pass", finding.found
    assert " 0.000% apart" not in finding.found
    better = replace(subject.capacity, best=replace(best, point=2.0 * best.point))
    assert relaxation_is_no_worse(replace(subject, capacity=better)).outcome == "fail"
    assert proven_again(subject).outcome == "pass"


def test_a_plan_that_is_not_best_is_found_out() -> None:
    """First come: it keeps the rules, and its worth is short of what prices prove possible."""
    there, best = tiny_capacity(), tiny_capacity().best
    work = best.written
    point = programme_point(work.network, work.classes, work.at, there.first_come_there)
    finding = proven_again(with_best(point=point))
    assert finding.outcome == "fail"
    assert proven_again(with_best(point=0.5 * best.point)).outcome == "fail"


def test_another_answer_of_the_second_solver_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def lying(*asked: Any) -> Any:
        found = minimise(*asked)
        return replace(found, objective=found.objective * 1.001)

    monkeypatch.setattr(plan_again_rows, "minimise", lying)
    assert proven_again(tiny_subject()).outcome == "fail"


def test_a_programme_too_large_for_cbc_is_proven_by_prices_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan_again_rows, "SECOND_SOLVER_UP_TO", 100)
    monkeypatch.setattr(plan_again_rows, "minimise", None)
    finding = proven_again(tiny_subject())
    assert finding.outcome == "pass"
    assert finding.found.endswith("; not given to CBC: 116 variables")


def test_no_prices_prove_more_than_the_plan_reaches() -> None:
    """Weak duality: any prices at all, also of the wrong sign, bound the objective from below."""
    best = tiny_capacity().best
    weights = best.written.weights["health"]
    plan = float(weights @ best.point)
    chance = np.random.default_rng(7)
    for size in (0.0, 0.01, 1.0, 100.0):
        proposed = chance.normal(0.0, size, best.rows)
        assert bound_by_prices(best, weights, proposed) <= plan + 1e-9
