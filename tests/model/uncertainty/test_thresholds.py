"""Where a decision changes: none, one or several crossings, with direction and words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from hepaplan.model.outputs import Output, chosen_outputs, outputs_of
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.moving.evaluations import Evaluate, Outcome, by_runs
from hepaplan.model.uncertainty.moving.levers import Lever, levers
from hepaplan.model.uncertainty.moving.thresholds import (
    CLOSE,
    THRESHOLDS,
    beating,
    crossings,
    reaching,
    threshold,
)
from hepaplan.model.uncertainty.spread.distributions import Uniform
from hepaplan.model.uncertainty.spread.inputs import Values
from tests.support.inputs_by_hand import OPERABLE, made_input, made_lever
from tests.support.scenarios import tiny

Formula = Callable[[float], float]
BENEFIT = Output("benefit", "Net benefit", "GBP", "reading 1", True)
COST = Output("cost", "Cost", "GBP", "reading 1", False)
X = made_lever("x", Uniform(0.0, 10.0), 2.0)
WIDTH = CLOSE * 10.0


def evaluation(formula: Formula, refused_above: float = math.inf, stated: float = 2.0) -> Evaluate:
    """Return an evaluation of a formula in x for every output, x as stated where not given."""

    def one(values: Values) -> Outcome:
        x = float(values.get(("x",), stated))  # type: ignore[arg-type]
        if x > refused_above:
            return f"x is {x:g}"
        worth = formula(x)
        return {"benefit": worth, "cost": worth}

    return lambda points: [one(values) for values in points]


def rows(formula: Formula, target: float = 0.0, lever: Lever = X, **ends: float) -> list[dict]:  # type: ignore[type-arg]
    found = threshold(lever, reaching(evaluation(formula), BENEFIT, target), **ends)  # type: ignore[arg-type]
    assert tuple(found.table.columns) == THRESHOLDS
    return found.table.to_dict("records")


def test_one_crossing_is_found_with_its_direction() -> None:
    (row,) = rows(lambda x: 3 * x - 12, low=0.0, high=10.0)
    assert row["value"] == pytest.approx(4.0, abs=WIDTH)
    assert row["direction"] == "rises"
    assert (row["base_value"], row["margin_at_base"]) == (2.0, -6.0)
    assert (row["margin_at_low"], row["margin_at_high"]) == (-12.0, 18.0)


def test_several_crossings_are_all_found() -> None:
    found = rows(lambda x: (x - 1.3) * (x - 4.6) * (x - 8.1), low=0.0, high=10.0)
    assert [row["value"] for row in found] == pytest.approx([1.3, 4.6, 8.1], abs=WIDTH)
    assert [row["direction"] for row in found] == ["rises", "falls", "rises"]


def test_none_is_said_in_words_with_the_range_searched() -> None:
    found = threshold(X, reaching(evaluation(lambda x: x + 5), BENEFIT, 0.0))
    (row,) = found.table.to_dict("records")
    assert math.isnan(row["value"])
    assert (row["searched_low"], row["searched_high"]) == pytest.approx((0.01, 9.99))
    assert row["note"] == "throughout: Net benefit above £0"
    assert found.headline == (
        "x: no value from 0.01 to 9.99 share changes the decision "
        "(throughout: Net benefit above £0)."
    )


def test_the_sentence_says_what_is_so_above_each_crossing() -> None:
    first = ("Ablation first", evaluation(lambda x: 3 * x), BENEFIT)
    found = threshold(X, beating(first, ("Today", evaluation(lambda _: 12.0), BENEFIT)), 0.0, 10.0)
    assert found.headline == (
        "x: Ablation first is better than Today above 4 share (stated: 2; searched: 0 to 10 share)."
    )


def test_of_costs_the_lower_is_better() -> None:
    first = ("One", evaluation(lambda x: 3 * x), COST)
    found = threshold(X, beating(first, ("Two", evaluation(lambda _: 12.0), COST)), 0.0, 10.0)
    assert found.table["direction"].tolist() == ["falls"]
    assert "Two is better than One above 4" in found.headline


DEARER = "One and Two state different values of it: each value tried is put into both"


def test_scenarios_that_state_different_values_keep_their_margin_and_say_so() -> None:
    """Both are worth 20 - 3 x, but the one states x = 2 and the other 5: 14 against 5."""
    first = ("One", evaluation(lambda x: 20 - 3 * x), BENEFIT)
    second = ("Two", evaluation(lambda x: 20 - 3 * x, stated=5.0), BENEFIT)
    found = threshold(X, beating(first, second), 0.0, 10.0)
    (row,) = found.table.to_dict("records")
    assert row["margin_at_base"] == 9.0
    assert (row["margin_at_low"], row["margin_at_high"]) == (0.0, 0.0)
    assert row["note"] == f"no difference anywhere in the range; {DEARER}"
    assert found.headline.endswith(f"(no difference anywhere in the range; {DEARER}).")


def test_a_crossing_of_a_value_put_into_both_says_so() -> None:
    """3 x against 12 - x cross at 3; as stated 6 against 12 - 7 = 5."""
    first = ("One", evaluation(lambda x: 3 * x), BENEFIT)
    second = ("Two", evaluation(lambda x: 12 - x, stated=7.0), BENEFIT)
    found = threshold(X, beating(first, second), 0.0, 10.0)
    (row,) = found.table.to_dict("records")
    assert (row["margin_at_base"], row["note"]) == (1.0, DEARER)
    assert row["value"] == pytest.approx(3.0, abs=WIDTH)
    assert found.headline == (
        f"x: One is better than Two above 3 share (stated: 2; searched: 0 to 10 share; {DEARER})."
    )


def test_the_margin_as_stated_is_the_same_whichever_input_is_searched() -> None:
    """One states x = 2 and Two x = 5; y, in neither, leaves their margin at 9."""
    first = ("One", evaluation(lambda x: 20 - 3 * x), BENEFIT)
    second = ("Two", evaluation(lambda x: 20 - 3 * x, stated=5.0), BENEFIT)
    idle = made_lever("y", Uniform(0.0, 10.0), 2.0)
    (row,) = threshold(idle, beating(first, second)).table.to_dict("records")
    assert (row["margin_at_base"], row["note"]) == (9.0, "throughout: One is better than Two")


def test_outputs_of_different_units_are_not_compared() -> None:
    people = Output("people", "People", "people", "reading 1", None)
    one, two = ("One", evaluation(lambda x: x), BENEFIT), ("Two", evaluation(lambda x: x), people)
    with pytest.raises(ValueError, match="in GBP but people in people"):
        beating(one, two)


def test_nothing_on_the_grid_is_a_crossing_only_if_the_sign_changes() -> None:
    grid = [0.0, 1.0, 2.0, 3.0, 4.0]

    def found(margins: Sequence[float]) -> list[tuple[float, str]]:
        never = [(c.value, c.direction) for c in crossings(lambda _: math.nan, grid, margins)]
        return never

    assert found([-1.0, 0.0, 1.0, 2.0, 3.0]) == [(1.0, "rises")]
    assert found([-1.0, 0.0, 0.0, 0.0, 3.0]) == [(2.0, "rises")]
    assert found([1.0, 0.0, 1.0, 2.0, 3.0]) == []
    assert found([0.0, 0.0, 0.0, 0.0, 0.0]) == []


def test_refused_values_are_left_out_and_said() -> None:
    question = reaching(evaluation(lambda x: x - 4, refused_above=7.0), BENEFIT, 0.0)
    (row,) = threshold(X, question, 0.0, 10.0, steps=10).table.to_dict("records")
    assert row["value"] == pytest.approx(4.0, abs=WIDTH)
    assert row["note"] == "3 of 11 values refused: x is 8"
    beyond = reaching(evaluation(lambda x: x - 7.5, refused_above=7.0), BENEFIT, 0.0)
    found = threshold(X, beyond, 0.0, 10.0, steps=10).table.to_dict("records")
    assert math.isnan(found[0]["value"])
    assert "throughout: Net benefit below" in found[0]["note"]


def test_a_range_turned_round_is_refused() -> None:
    with pytest.raises(ValueError, match="low below the high"):
        rows(lambda x: x, low=3.0, high=3.0)


def test_a_crossing_of_the_model_is_where_the_target_is_met() -> None:
    name = "nothing_scarce.net_monetary_benefit_gbp"
    key = (*OPERABLE, "option", "resection", "complications", "major", "cost")
    what = made_input(key, 2500.0, Uniform(500.0, 9500.0), "GBP")
    (lever,) = levers(tiny(), {key: what})
    target = outputs_of(stated_scenario(tiny(), {key: 6200.0}), [name])[name]
    output = chosen_outputs(tiny(), [name])[name]
    question = reaching(by_runs(tiny(), [name]), output, target)
    (row,) = threshold(lever, question, 500.0, 9500.0, steps=3).table.to_dict("records")
    assert row["value"] == pytest.approx(6200.0, abs=9000 * CLOSE)
    assert row["direction"] == "falls"
    assert np.isfinite(row["margin_at_base"])
