"""An answer held against its rules: a small programme, and what just keeps and just breaks it."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.allocation.proof import faults, in_whole_numbers
from hepaplan.model.allocation.rows import Programme, Rows, assemble

WEIGHTS = np.array([2.0, 3.0, 5.0])


def beds_and_starts() -> Programme:
    """Return x0 + x1 <= 200, x0 - x2 = 0, x1 <= 40 by itself, x2 whole."""
    beds = Rows.at_most("beds", np.array([200.0, 40.0]))
    beds.add(np.array([0, 0, 1]), np.array([0, 1, 1]), 1.0)
    pair = Rows.equal("pair", np.array([0.0]))
    pair.add(np.array([0, 0]), np.array([0, 2]), np.array([1.0, -1.0]))
    most = np.array([np.inf, 50.0, 8.0])
    return assemble([beds, pair], 3, most, np.array([False, False, True]))


def broken(*point: float, objective: float | None = None) -> list[str]:
    found = np.array(point)
    told = float(WEIGHTS @ found) if objective is None else objective
    return faults(beds_and_starts(), WEIGHTS, found, told)


def test_a_point_that_keeps_every_rule() -> None:
    assert broken(7.0, 40.0, 7.0) == []
    assert broken(0.0, 0.0, 0.0) == []


def test_rows_are_measured_against_their_bound_and_at_least_1() -> None:
    assert broken(7.0, 40.00003, 7.0) == []
    assert broken(7.0, 40.00005, 7.0) == ["beds by 5e-05"]
    assert broken(7.0000009, 40.0, 7.0) == []
    assert broken(7.000002, 40.0, 7.0) == ["pair by 2e-06"]
    assert broken(6.999998, 40.0, 7.0) == ["pair by 2e-06"]


def test_of_each_rule_the_worst_row_is_told() -> None:
    assert broken(199.0, 41.0, 199.0) == [
        "beds by 40",
        "the bounds of variable 2, which is 199",
    ]


def test_bounds_below_and_above() -> None:
    assert broken(0.0, -1e-7, 0.0) == []
    assert broken(0.0, -3e-6, 0.0) == ["the bounds of variable 1, which is -3e-06"]
    assert broken(9.0, 0.0, 9.0) == ["the bounds of variable 2, which is 9"]


def test_whole_numbers() -> None:
    assert broken(2.5, 1.0, 2.5) == ["the whole number of variable 2, which is 2.5"]
    assert broken(3.0000005, 1.0, 3.0000005) == []
    rounded = in_whole_numbers(beds_and_starts(), np.array([2.4, 1.6, 2.6]))
    assert rounded.tolist() == [2.4, 1.6, 3.0]


def test_the_objective_is_the_weights_times_the_point() -> None:
    assert broken(1.0, 2.0, 1.0, objective=13.00001) == []
    assert broken(1.0, 2.0, 1.0, objective=13.00002) == ["its own objective, 13 for a sum of 13"]
    assert broken(0.0, 0.0, 0.0, objective=2e-6) == ["its own objective, 2e-06 for a sum of 0"]
    assert broken(0.0, 0.0, 0.0, objective=5e-7) == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_no_number_breaks_what_it_is_in(place: int) -> None:
    point = [1.0, 2.0, 1.0]
    point[place] = float("nan")
    found = broken(*point)
    assert f"the bounds of variable {place}, which is nan" in found
    assert found[-1].startswith("its own objective, nan")


def test_a_point_of_another_shape() -> None:
    assert broken(1.0, 2.0, 1.0, 4.0, objective=0.0) == ["its shape: 4 figures for 3 variables"]


@pytest.mark.parametrize(
    ("bound", "over", "is_broken"), [(1.0, 1.5e-6, True), (3.0, 2.5e-6, False)]
)
def test_what_a_row_may_be_off_by_grows_with_its_bound_from_one_on(
    bound: float, over: float, is_broken: bool
) -> None:
    row = Rows.at_most("beds", np.array([bound]))
    row.add(np.array([0]), np.array([0]), 1.0)
    programme = assemble([row], 1, np.array([np.inf]), np.array([False]))
    found = faults(programme, np.array([2.0]), np.array([bound + over]), 2.0 * (bound + over))
    assert bool(found) is is_broken
