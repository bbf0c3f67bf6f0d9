"""Grids of two inputs: every pair of values, and where the best strategy changes."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from hepaplan.model.outputs import Output
from hepaplan.model.uncertainty.moving.evaluations import Evaluate, Outcome
from hepaplan.model.uncertainty.moving.two_way import TWO_WAY, TwoWay, positions, together, two_way
from hepaplan.model.uncertainty.spread.distributions import Uniform
from hepaplan.model.uncertainty.spread.inputs import Values
from tests.support.inputs_by_hand import made_lever

WORTH = Output("worth", "Worth", "GBP", "reading 1", True)
STARTS = Output("starts", "Starts", "people", "reading 1", None)
X = made_lever("x", Uniform(0.0, 4.0))
Y = made_lever("y", Uniform(0.0, 2.0))


def strategy(
    worth: Callable[[float, float], float], most_x: float = math.inf, stated: float = 2.0
) -> Evaluate:
    """A strategy that states x = 2, unless another, and y = 1."""

    def one(values: Values) -> Outcome:
        found = {("x",): stated, ("y",): 1.0} | values  # type: ignore[operator]
        x, y = (float(found[name,]) for name in ("x", "y"))
        return "too much" if x > most_x else {"worth": worth(x, y), "starts": x + y}

    return lambda points: [one(values) for values in points]


SUM = strategy(lambda x, y: x + 10 * y)
FLAT = strategy(lambda _, __: 11.5)


def found(**strategies: Evaluate) -> TwoWay:
    return two_way((X, [1.0, 2.0, 3.0]), (Y, [0.5, 1.0]), strategies, [WORTH, STARTS])


def test_every_pair_of_values_has_every_output() -> None:
    table = found(Sum=SUM).table
    assert tuple(table.columns) == TWO_WAY
    assert len(table) == 3 * 2 * 2
    worth = table[table["output"] == "worth"].set_index(["first_value", "second_value"])["result"]
    assert worth[2.0, 0.5] == 7.0
    assert worth[3.0, 1.0] == 13.0
    assert set(table.loc[table["output"] == "starts", "best"]) == {False}


def test_a_strategy_that_states_other_values_is_named() -> None:
    """Expected: the same grid whatever Flat or Sum states; only what tells in its worth counts."""
    other = strategy(lambda x, y: x + 10 * y, stated=3.0)
    apart = found(Sum=SUM, Same=other)
    assert apart.headline.endswith(
        " Other values are stated in Same: each value of the grid is put into all."
    )
    assert "stated in" not in found(Sum=SUM, Flat=FLAT).headline
    pd.testing.assert_frame_equal(apart.table, found(Sum=SUM, Same=SUM).table)


def test_the_best_strategy_of_each_cell_leads_by_its_margin() -> None:
    table = found(Sum=SUM, Flat=FLAT).table
    best = table[table["best"]].set_index(["first_value", "second_value"])
    assert len(best) == 6
    assert best["strategy"].to_dict() == {
        (1.0, 0.5): "Flat", (1.0, 1.0): "Flat",
        (2.0, 0.5): "Flat", (2.0, 1.0): "Sum",
        (3.0, 0.5): "Flat", (3.0, 1.0): "Sum",
    }  # fmt: skip
    assert best.loc[(1.0, 0.5), "margin"] == 5.5
    assert best.loc[(3.0, 1.0), "margin"] == 1.5


def test_cells_beside_which_another_is_best_are_marked() -> None:
    table = found(Sum=strategy(lambda x, y: 10.0 * x + y), Flat=FLAT).table
    cells = table[(table["output"] == "worth") & (table["strategy"] == "Sum")]
    marks = cells.set_index(["first_value", "second_value"])["changes"]
    assert marks.groupby("first_value").all().to_dict() == {1.0: True, 2.0: True, 3.0: False}


def test_a_refused_cell_has_no_best_strategy_and_says_why() -> None:
    table = found(Sum=strategy(lambda x, y: x + y, most_x=2.0), Flat=FLAT).table
    refused = table[table["first_value"] == 3.0]
    assert not refused["best"].any()
    assert set(refused.loc[refused["strategy"] == "Sum", "note"]) == {"too much"}


def test_the_sentence_says_whether_the_best_strategy_changes() -> None:
    both = found(Sum=SUM, Flat=FLAT)
    assert both.headline == (
        "The best strategy by Worth changes over the grid of x and y: "
        "Sum in 2 and Flat in 4 of 6 cells."
    )
    one = found(Sum=SUM, Flat=strategy(lambda _, __: 99.0))
    assert one.headline == "Flat is best by Worth over the grid of x and y, in 6 of 6 cells."
    assert found(Sum=SUM).headline.endswith("6 of 6 cells can be run.")


def test_strategies_that_are_alike_have_no_best() -> None:
    alike = found(Sum=SUM, Same=strategy(lambda x, y: (x + 10 * y) * (1 + 1e-12)))
    assert not alike.table["best"].any()
    assert not alike.table["changes"].any()
    assert alike.headline.startswith("No strategy is better than another by Worth")
    mixed = found(Sum=SUM, Other=strategy(lambda x, y: x + 10 * y + (x > 2)))
    assert mixed.headline == (
        "Other is best by Worth over the grid of x and y, in 2 of 6 cells; "
        "in 4 none is, or none can be run."
    )


def test_the_same_input_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="needs two inputs"):
        two_way((X, [1.0]), (X, [1.0]), {"Sum": SUM}, [WORTH])


def test_shares_of_one_table_are_joined() -> None:
    key = ("tables", "eligibility", "under_65")
    joined = together({key: {"operable": 0.3}}, {key: {"inoperable": 0.2}, ("x",): 1.0})
    assert joined == {key: {"operable": 0.3, "inoperable": 0.2}, ("x",): 1.0}


def test_positions_span_the_interval_evenly() -> None:
    assert positions(X, 3) == pytest.approx([0.1, 2.0, 3.9])
