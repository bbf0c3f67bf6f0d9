"""Levels of axes, their combinations, and shares of the runs."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.batch.axes import all_levels, axis_levels, combination, run_count, sample_of
from hepaplan.model.batch.design import Axis, Design
from hepaplan.model.batch.parts import part, part_stated
from hepaplan.model.problems import WrongUse


def axis(**stated: Any) -> Axis:
    return Axis.model_validate({key.rstrip("_"): value for key, value in stated.items()})


def design(**stated: Any) -> Design:
    return Design.model_validate(
        {"name": "try", "scenario": "tiny", "outputs": ["new_metastases"], **stated}
    )


SMALL = {"a": {"values": [1, 2]}, "b": {"from": 0.0, "to": 1.0, "steps": 3}, "c": {"values": ["x"]}}


def test_a_linear_range_holds_both_ends_and_equal_steps() -> None:
    assert list(axis_levels(axis(from_=1.0, to=2.0, steps=5))) == [1.0, 1.25, 1.5, 1.75, 2.0]


def test_a_log_range_holds_both_ends_exactly_and_equal_ratios() -> None:
    found = axis_levels(axis(from_=0.1, to=100.0, steps=4, scale="log"))
    assert found == pytest.approx([0.1, 1.0, 10.0, 100.0], rel=1e-12)
    assert (found[0], found[-1]) == (0.1, 100.0)


def test_a_log_range_may_lie_below_zero() -> None:
    found = axis_levels(axis(from_=-8.0, to=-2.0, steps=3, scale="log"))
    assert found == pytest.approx([-8.0, -4.0, -2.0])


def test_draws_count_from_0_and_are_not_listed() -> None:
    assert axis_levels(axis(sample="distribution", draws=10**5)) == range(10**5)


def test_a_grid_is_every_combination_the_last_axis_fastest() -> None:
    grid = design(axes=SMALL)
    levels = all_levels(grid)
    assert run_count(grid, levels) == 6
    expected = [dict(zip("abc", row, strict=True)) for row in product([1, 2], [0, 0.5, 1], ["x"])]
    assert [combination(grid, levels, i) for i in range(6)] == expected


def test_zip_pairs_axes_and_crosses_them_with_common_draws() -> None:
    pairs = design(axes={"a": {"values": [1, 2]}, "b": {"values": [5, 7]}}, combine="zip", draws=3)
    levels = all_levels(pairs)
    assert run_count(pairs, levels) == 6
    assert combination(pairs, levels, 4) == {"a": 2, "b": 7, "draw": 1}


def test_draws_move_fastest_wherever_their_axis_stands() -> None:
    axes = {"s": {"sample": "distribution", "draws": 2}, "a": {"values": [7, 9]}}
    first = design(axes=axes)
    levels = all_levels(first)
    runs = [combination(first, levels, number) for number in range(4)]
    assert [(run["a"], run["s"]) for run in runs] == [(7, 0), (7, 1), (9, 0), (9, 1)]


@pytest.mark.parametrize("number", [-1, 6])
def test_there_is_no_run_outside(number: int) -> None:
    grid = design(axes=SMALL)
    with pytest.raises(IndexError, match="of 6"):
        combination(grid, all_levels(grid), number)


def test_a_billion_runs_are_counted_and_any_is_made_without_the_others() -> None:
    axes = {name: {"from": 0.0, "to": 999.0, "steps": 1000} for name in "abc"}
    huge = design(axes=axes)
    levels = all_levels(huge)
    assert run_count(huge, levels) == 10**9
    assert combination(huge, levels, 123_456_789) == {"a": 123, "b": 456, "c": 789}


def test_draws_at_the_top_are_a_column_of_their_own() -> None:
    sample = sample_of(design(draws=4, seed=9, sampling="sobol"))
    assert sample is not None
    assert (sample.axis, sample.count, sample.seed, sample.sampling) == ("draw", 4, 9, "sobol")
    assert sample_of(design(axes=SMALL)) is None


def test_named_inputs_are_kept_once_and_in_order() -> None:
    drawn = {"sample": "distribution", "draws": 2, "inputs": ["b", "a", "b"]}
    sample = sample_of(design(axes={"draws": drawn}))
    assert sample is not None
    assert sample.inputs == ("a", "b")


@given(st.integers(0, 300), st.integers(1, 40))
def test_every_run_is_in_exactly_one_part(runs: int, of: int) -> None:
    parts = [list(part(range(runs), number, of)) for number in range(1, of + 1)]
    assert sorted(run for each in parts for run in each) == list(range(runs))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_a_part_is_said_by_number_and_count() -> None:
    assert part_stated("3/100") == (3, 100)


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "-1/3", "1/0", "1/2/3", ""])
def test_a_part_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(WrongUse, match="such as 3/100"):
        part_stated(text)


def test_a_part_beyond_the_last_is_refused() -> None:
    with pytest.raises(WrongUse, match="no part 4 of 3"):
        part(range(9), 4, 3)
