from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import csr_array

from hepaplan.model.allocation import cbc
from hepaplan.model.allocation import solver as solver_module
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session, Solution, Stopped
from hepaplan.model.allocation.solver import (
    NoPlan,
    believe,
    check_range,
    minimise,
    ranges,
    without_dust,
)
from hepaplan.model.depth import Solver
from tests.support.other_solvers import by_trying_all, made_at_random

Floats = npt.NDArray[np.float64]
INF = np.inf
BOTH = pytest.mark.parametrize("solver", ["highs", "cbc"])


def made(
    matrix: list[list[float]],
    lower: list[float],
    upper: list[float],
    most: list[float] | None = None,
    whole: list[bool] | None = None,
) -> Programme:
    rows = csr_array(np.array(matrix, dtype=float))
    columns = rows.shape[1]
    return Programme(
        rows,
        np.array(lower, dtype=float),
        np.array(upper, dtype=float),
        (("capacity", 0, len(lower)),),
        np.full(columns, INF) if most is None else np.array(most),
        np.zeros(columns, dtype=bool) if whole is None else np.array(whole),
        np.arange(len(lower)),
    )


def test_a_plan_on_paper_agrees_with_every_corner_tried() -> None:
    # Most 3x + 2y with x + y <= 4 and x + 3y <= 6: corners (0,0), (4,0), (3,1), (0,2).
    problem = made([[1, 1], [1, 3]], [-INF, -INF], [4, 6])
    solved = minimise(problem, np.array([-3.0, -2.0]))
    corners = [(0, 0), (4, 0), (3, 1), (0, 2)]
    assert solved.objective == pytest.approx(min(-3 * x - 2 * y for x, y in corners), abs=1e-6)
    assert solved.point.tolist() == pytest.approx([4, 0], abs=1e-6)
    assert solved.status == "optimal"
    assert solved.gap < 1e-6


@BOTH
@pytest.mark.parametrize("whole", [0, 3])
def test_programmes_made_at_random_equal_every_choice_tried(solver: Solver, whole: int) -> None:
    for seed in range(6):
        problem, weights = made_at_random(seed, whole)
        solved = minimise(problem, weights, solver=solver, gap=0.0)
        assert solved.objective == pytest.approx(by_trying_all(problem, weights), abs=1e-6)
        assert solved.gap < 1e-6


def test_corners_of_boxes_are_found_by_exhaustive_search() -> None:
    chance = np.random.default_rng(4)
    for _ in range(5):
        upper, weights = chance.uniform(1, 9, 4), chance.uniform(-3, 3, 4)
        problem = made(np.eye(4).tolist(), [-INF] * 4, upper.tolist())
        best = min(
            float(weights @ (np.array(corner) * upper))
            for corner in itertools.product((0, 1), repeat=4)
        )
        assert minimise(problem, weights).objective == pytest.approx(best, abs=1e-6)


def test_equalities_are_kept() -> None:
    problem = made([[1, 1], [1, -1]], [10, 2], [10, 2])
    assert minimise(problem, np.array([1.0, 0.0])).point.tolist() == pytest.approx([6, 4])


@BOTH
def test_an_infeasible_programme_is_no_plan_in_words(solver: Solver) -> None:
    problem = made([[1], [1]], [5, -INF], [5, 3])
    with pytest.raises(NoPlan, match="rule"):
        minimise(problem, np.array([1.0]), solver=solver)


@BOTH
def test_an_unbounded_programme_is_no_plan(solver: Solver) -> None:
    problem = made([[1, -1]], [-INF], [1])
    with pytest.raises(NoPlan):
        minimise(problem, np.array([0.0, -1.0]), solver=solver)


@BOTH
def test_a_time_limit_is_no_plan(solver: Solver) -> None:
    chance = np.random.default_rng(1)
    matrix = chance.uniform(0.1, 1, (400, 400))
    problem = made(matrix.tolist(), [-INF] * 400, [1.0] * 400)
    with pytest.raises(NoPlan, match="time"):
        minimise(problem, -chance.uniform(1, 2, 400), time_limit=1e-9, solver=solver)


@BOTH
def test_weights_of_nothing_and_of_any_size_are_solved(solver: Solver) -> None:
    problem = made([[1, 1]], [-INF], [4])
    assert minimise(problem, np.zeros(2), solver=solver).objective == 0
    for scale in (1e-12, 1e30):
        solved = minimise(problem, np.array([-1.0, -2.0]) * scale, solver=solver)
        assert solved.point.tolist() == pytest.approx([0, 4], abs=1e-6)
        assert solved.objective == pytest.approx(-8 * scale)


def test_f14_values_times_ten_give_the_same_plan() -> None:
    problem = made([[1, 1], [1, 3]], [-INF, -INF], [4, 6])
    once = minimise(problem, np.array([-3.0, -2.0]))
    ten = minimise(problem, np.array([-30.0, -20.0]))
    assert ten.point == pytest.approx(once.point, abs=1e-7)
    assert ten.objective == pytest.approx(10 * once.objective)


def test_dust_is_dropped_by_us_before_the_solver_drops_it_silently() -> None:
    problem = made([[1.0, 1e-9, 2e-8]], [-INF], [4])
    kept = without_dust(problem)
    assert kept.matrix.toarray().tolist() == [[1.0, 0.0, 2e-8]]
    assert problem.matrix.nnz == 3  # the programme given is left as it was


@pytest.mark.parametrize("values", [[1.0, 1e-7], [1.0, 1e-10], [1.0, 2e6]])
def test_footprints_the_solver_would_lose_are_refused(values: list[float]) -> None:
    with pytest.raises(NoPlan, match="unit"):
        minimise(made([values], [-INF], [1.0]), np.array([1.0, 1.0]))


def test_footprints_at_the_edge_are_accepted() -> None:
    check_range(made([[0.0, 1e-6, 1e6]], [-INF], [1.0]), np.ones(3))


def test_ranges_are_told_by_block_and_for_the_aim() -> None:
    problem = made([[2.0, 0.0], [1e-9, 5.0]], [-INF] * 2, [1.0] * 2)
    problem = replace(problem, blocks=(("capacity", 0, 1), ("lists", 1, 2), ("begun", 2, 2)))
    assert ranges(problem, np.array([0.0, -3.0])) == {
        "capacity": (2, 2),
        "lists": (5, 5),  # a billionth is dust there
        "objective": (3, 3),
    }


@pytest.mark.parametrize("weights", [[1e30, -1.0, -2.0], [-1.0, 3e9]])
def test_a_weight_beside_which_no_other_is_seen_is_refused(weights: list[float]) -> None:
    rows = made([[1.0] * len(weights)], [-INF], [4.0])
    with pytest.raises(NoPlan, match="would see no other"):
        minimise(rows, np.array(weights))


def test_a_residue_beside_ordinary_weights_is_accepted() -> None:
    rows = made([[1.0] * 3], [-INF], [4.0])
    assert minimise(rows, np.array([-1.0, 1e-17, -2.0])).objective == pytest.approx(-8)


@pytest.mark.parametrize("where", ["matrix", "weights", "upper"])
def test_figures_that_are_no_numbers_are_refused(where: str) -> None:
    rows, weights = made([[1.0, 2.0]], [-INF], [4.0]), np.array([-1.0, -1.0])
    if where == "matrix":
        rows.matrix.data[0] = np.nan
    elif where == "weights":
        weights[0] = INF
    else:
        rows.upper[0] = np.nan
    with pytest.raises(NoPlan, match="not a number"):
        minimise(rows, weights)


def knapsack() -> tuple[Programme, Floats]:
    """Return three whole choices, one amount up to 2.5 and room for 10: best is 0, 1, 1 and 0.5.

    Worth 7, 5, 4 and 1; room 6, 5, 4 and 2 each. Enumerated: without choices 2.5; first alone 9
    (7 and 2 more of the amount); second and third 9 and half an amount, 9.5; all others less.
    """
    rows = made([[6.0, 5.0, 4.0, 2.0]], [-INF], [10.0], [1, 1, 1, 2.5], [True, True, True, False])
    return rows, np.array([-7.0, -5.0, -4.0, -1.0])


@BOTH
def test_whole_choices_equal_exhaustive_enumeration(solver: Solver) -> None:
    rows, weights = knapsack()
    tried = []
    for choice in itertools.product((0, 1), repeat=3):
        room = 10 - float(np.dot(choice, [6, 5, 4]))
        if room >= 0:
            tried.append(float(np.dot(choice, weights[:3])) - min(2.5, room / 2))
    solved = minimise(rows, weights, solver=solver, gap=0.0)
    assert solved.objective == pytest.approx(min(tried), abs=1e-6)
    assert solved.point[:3].tolist() in ([1, 0, 1], [0, 1, 1])
    assert solved.status == "optimal"
    assert solved.gap < 1e-6
    assert not solved.row_price.any()  # whole choices have no prices


@BOTH
def test_rows_between_two_bounds_and_from_below_are_kept_and_priced(solver: Solver) -> None:
    """One more at the least of a row costs its price; a row that is slack has none."""
    matrix = [[1.0, 1.0], [1.0, -1.0], [0.0, 1.0]]
    lower, upper = [2.0, -INF, 0.5], [6.0, 2.0, INF]
    weights = np.array([1.0, 3.0])
    solved = minimise(made(matrix, lower, upper), weights, solver=solver)
    assert solved.point.tolist() == pytest.approx([1.5, 0.5], abs=1e-6)
    assert solved.gap < 1e-6
    for row in range(3):
        more = 0.01 * (np.arange(3) == row)
        least, most = (np.array(lower) + more).tolist(), (np.array(upper) + more).tolist()
        after = minimise(made(matrix, least, most), weights, solver=solver).objective
        assert solved.row_price[row] == pytest.approx((after - solved.objective) / 0.01, abs=1e-4)


def solved(point: list[float], weights: Floats) -> Solution:
    found, nothing = np.array(point), np.zeros(0)
    return Solution(found, float(weights @ found), "optimal", 0.0, 0.0, nothing, nothing)


def test_an_answer_that_keeps_every_rule_is_believed_and_rounded() -> None:
    rows, weights = knapsack()
    found = believe(rows, weights, solved([1e-7, 1.0, 1 - 1e-7, 0.5], weights))
    assert found.point.tolist() == [0, 1, 1, 0.5]
    assert found.objective == -9.5


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ([0, 1, 1, 0.6], "capacity by 0.2"),
        ([0, 0, 0, 2.6], "bounds of variable 3"),
        ([0, 0, 0, -1e-3], "bounds of variable 3"),
        ([0, 0.5, 1, 0], "whole number of variable 1"),
        ([0, 0, 0, np.nan], "capacity by nan"),
        ([0, 0], "shape"),
    ],
)
def test_an_answer_that_breaks_a_rule_is_no_plan(point: list[float], words: str) -> None:
    rows, weights = knapsack()
    answer = replace(solved([0] * 4, weights), point=np.array(point, dtype=float))
    with pytest.raises(NoPlan, match=words):
        believe(rows, weights, answer)


def test_an_objective_that_is_not_the_points_own_is_no_plan() -> None:
    rows, weights = knapsack()
    with pytest.raises(NoPlan, match="objective"):
        believe(rows, weights, replace(solved([0, 1, 1, 0.5], weights), objective=-10.0))


def test_what_rounding_breaks_is_no_plan() -> None:
    """0.9999995 is whole within a millionth, but takes half a unit more of a million once 1."""
    rows = made([[1e6, -1.0]], [-INF], [0.0], [1.0, 2e6], [True, False])
    weights = np.array([-1.0, 1e-3])
    with pytest.raises(NoPlan, match=r"capacity by 0\.5"):
        believe(rows, weights, solved([0.9999995, 999_999.5], weights))


def trouble(*_: object, **__: object) -> Solution:
    raise Stopped("failed")


def wrong(programme: Programme, weights: Floats, *_: object, **__: object) -> Solution:
    return solved([99.0] * weights.size, weights)


@pytest.mark.parametrize("bad", [trouble, wrong])
def test_trouble_is_tried_without_presolve_and_then_with_the_other_solver(
    bad: Callable[..., Solution], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, weights = knapsack()
    good = solver_module._solve_with_highs
    asked: list[bool] = []

    def only_without_presolve(*given: Any, **named: Any) -> Solution:
        asked.append(named.get("presolve", True))
        return good(*given, **named) if not asked[-1] else bad(*given, **named)

    monkeypatch.setattr(solver_module, "_solve_with_highs", only_without_presolve)
    assert minimise(rows, weights, gap=0.0).solver == "HiGHS"
    assert asked == [True, False]
    monkeypatch.setattr(solver_module, "_solve_with_highs", bad)
    assert minimise(rows, weights, gap=0.0).solver == "CBC"
    monkeypatch.setattr(solver_module, "solve_with_cbc", bad)
    with pytest.raises(NoPlan, match="failed" if bad is trouble else "breaks capacity"):
        minimise(rows, weights)
    with pytest.raises(NoPlan, match="failed" if bad is trouble else "breaks capacity"):
        minimise(rows, weights, solver="cbc")


@pytest.mark.parametrize("path", ["/nowhere/cbc", "/bin/false", "/bin/true"])
def test_cbc_that_cannot_run_fails_or_says_nothing_is_trouble(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, weights = knapsack()
    monkeypatch.setattr(cbc, "PROGRAM", path)
    with pytest.raises(Stopped, match="failed"):
        cbc.solve_with_cbc(rows, weights)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Stopped on time - objective value 7", "time limit"),
        ("Stopped on time (no integer solution - continuous used) - objective", "time limit"),
        ("Infeasible - objective value 0.0", "infeasible"),
        ("Integer infeasible - objective value 0.0", "infeasible"),
        ("Unbounded - objective value 0.0", "unbounded"),
        ("Optimal - objective value 7", "failed"),  # it says so, but left no figures
        ("Perhaps", "failed"),
    ],
)
def test_cbc_is_taken_at_its_own_word(
    words: str, status: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PuLP would call the first of these optimal."""
    says = tmp_path / "cbc"
    says.write_text(f'#!/bin/sh\necho "{words}" > "$(dirname "$1")/words"\n', encoding="utf-8")
    says.chmod(0o755)
    monkeypatch.setattr(cbc, "PROGRAM", str(says))
    with pytest.raises(Stopped, match=status):
        cbc.solve_with_cbc(made([[1, 1]], [-INF], [4]), np.array([-1.0, -2.0]))


@BOTH
def test_whole_choices_when_time_is_up_are_a_plan_that_says_so(solver: Solver) -> None:
    """Forty choices that no solver settles in a moment: what there is keeps the rules."""
    chance = np.random.default_rng(3)
    use = chance.integers(40, 99, (30, 60)).astype(float)
    rows = made(use.tolist(), [-INF] * 30, (use.sum(axis=1) // 2).tolist(), [1] * 60, [True] * 60)
    found = minimise(rows, -use.mean(axis=0), time_limit=0.5, solver=solver, gap=0.0)
    assert found.status == "time limit"
    assert 0 < found.gap < 0.5
    assert set(found.point.tolist()) <= {0.0, 1.0}


def test_a_session_in_trouble_tries_once_more_without_presolve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, weights = made([[1, 1]], [-INF], [4]), np.array([-1.0, -2.0])
    session = Session(rows, weights)
    cold, asked = session._cold, []

    def fails_with_presolve() -> Solution:
        asked.append(session._highs.getOptionValue("presolve")[1])
        return trouble() if asked[-1] != "off" else cold()

    monkeypatch.setattr(session, "_cold", fails_with_presolve)
    assert session.solve().objective == pytest.approx(-8)
    assert asked == ["choose", "off"]
    monkeypatch.setattr(session, "_cold", trouble)
    with pytest.raises(Stopped, match="failed"):
        session.solve()
