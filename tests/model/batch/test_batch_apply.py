"""Levels put into a scenario: figures, their copies and groups, shares, capacities."""

from __future__ import annotations

from typing import Any

import pytest

from hepaplan.model.batch.apply import figure_of, with_levels
from hepaplan.model.batch.design import Target
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from tests.support.scenarios import tiny

SHARE: Key = ("metastases", "synchronous_share")
OPTION: Key = ("pathway", "decision_point", "operable", "option")
USUAL: Key = (*OPTION, "resection", "usual_share")
OTHER: Key = (*OPTION, "ablation", "usual_share")
UTILITY: Key = (*OPTION, "resection", "utility")


def put(target: Target, level: float) -> Scenario:
    return with_levels(tiny(), {"axis": target}, {"axis": level, "other": "none"})


def number(scenario: Scenario) -> dict[tuple[str, str], float]:
    table = scenario.tables.capacity
    return dict(
        zip(zip(table["site"], table["resource"], strict=True), table["number"], strict=True)
    )


@pytest.mark.parametrize(
    ("by", "level", "new"), [("set", 0.2, 0.2), ("add", 0.02, 0.18), ("multiply", 1.5, 0.24)]
)
def test_a_figure_is_set_added_to_or_multiplied(by: Any, level: float, new: float) -> None:
    assert figure_of(put(Target(by, (SHARE,)), level), SHARE).numbers() == {"": pytest.approx(new)}
    assert figure_of(tiny(), SHARE).numbers() == {"": 0.16}


def test_a_changed_figure_has_no_interval() -> None:
    figure = put(Target("set", (SHARE,)), 0.3).settings.metastases.synchronous_share
    assert (figure.low, figure.high, figure.distribution) == (None, None, None)


def test_a_value_in_other_prices_is_converted() -> None:
    cost: Key = (*OPTION, "resection", "complications", "major", "cost")
    assert figure_of(put(Target("set", (cost,), factor=0.8), 100.0), cost).numbers()[""] == 80.0
    assert figure_of(put(Target("add", (cost,), factor=0.8), 100.0), cost).numbers()[""] == 2580.0
    doubled = put(Target("multiply", (cost,), factor=0.8), 2.0)
    assert figure_of(doubled, cost).numbers()[""] == 5000.0


def test_copies_move_with_their_original() -> None:
    ratio = put(Target("multiply", (SHARE, ("metastases", "late_share"))), 0.5)
    assert figure_of(ratio, ("metastases", "late_share")).numbers()[""] == pytest.approx(0.06)


def test_one_group_moves_alone_and_the_other_shares_make_room() -> None:
    new = put(Target("set", (USUAL,), "under_65"), 0.9)
    assert figure_of(new, USUAL).numbers() == {"under_65": 0.9, "65_and_over": 0.6}
    left = figure_of(new, OTHER).numbers()
    assert left == {"under_65": pytest.approx(0.1), "65_and_over": pytest.approx(0.4)}


def test_two_groups_of_one_figure_are_two_axes() -> None:
    targets = {
        "a": Target("set", (USUAL,), "under_65"),
        "b": Target("add", (USUAL,), "65_and_over"),
    }
    new = with_levels(tiny(), targets, {"a": 0.5, "b": 0.1})
    assert figure_of(new, USUAL).numbers() == {"under_65": 0.5, "65_and_over": pytest.approx(0.7)}


def test_a_list_by_month_is_multiplied() -> None:
    new = figure_of(put(Target("multiply", (UTILITY,)), 0.5), UTILITY)
    assert new.numbers() == {"month 0": 0.3, "month 1": 0.35, "then": 0.4}


def test_a_capacity_is_one_cell_of_the_table() -> None:
    new = put(Target("add", cell=("hilltop", "theatre")), 0.5)
    assert number(new) == number(tiny()) | {("hilltop", "theatre"): 0.75}
    assert number(tiny())["hilltop", "theatre"] == 0.25


def test_a_capacity_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match=r"-0\.05 saleable units lie outside 0 to 10000"):
        put(Target("add", cell=("hilltop", "theatre")), -0.3)


def test_a_value_outside_its_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.4 lies outside 0 to 1"):
        put(Target("set", (SHARE,)), 1.4)


def test_shares_that_two_axes_take_beyond_1_are_refused_not_scaled() -> None:
    targets = {"a": Target("set", (USUAL,)), "b": Target("set", (OTHER,))}
    with pytest.raises(ValueError, match="its set of shares would not sum to 1"):
        with_levels(tiny(), targets, {"a": 0.7, "b": 0.6})


def test_nothing_changed_is_the_same_scenario() -> None:
    assert with_levels(tiny(), {}, {"overlay": "none"}) is tiny()


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (("metastases", "synchronous_shar"), 'did you mean "metastases.synchronous_share"'),
        (("pathway", "decision_point", "operabel"), "no figure"),
        (("prices",), "no figure prices"),
    ],
)
def test_what_is_no_figure_is_named(key: Key, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", ".")):
        figure_of(tiny(), key)
