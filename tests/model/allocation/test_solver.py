from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.solver import (
    NoPlan,
    check_range,
    minimise,
    pulp_problem,
    without_dust,
)

Floats = npt.NDArray[np.float64]
INF = np.inf


def made(matrix: list[list[float]], lower: list[float], upper: list[float]) -> Programme:
    rows = csr_array(np.array(matrix, dtype=float))
    return Programme(rows, np.array(lower, dtype=float), np.array(upper, dtype=float),
                     (("capacity", 0, len(lower)),), np.full(rows.shape[1], INF),
                     np.zeros(rows.shape[1], dtype=bool), np.arange(len(lower)))  # fmt: skip


def test_a_plan_on_paper_agrees_with_every_corner_tried() -> None:
    # Most 3x + 2y with x + y <= 4 and x + 3y <= 6: corners (0,0), (4,0), (3,1), (0,2).
    problem = made([[1, 1], [1, 3]], [-INF, -INF], [4, 6])
    solved = minimise(problem, np.array([-3.0, -2.0]))
    corners = [(0, 0), (4, 0), (3, 1), (0, 2)]
    assert solved.objective == pytest.approx(min(-3 * x - 2 * y for x, y in corners), abs=1e-6)
    assert solved.point.tolist() == pytest.approx([4, 0], abs=1e-6)
    assert solved.status == "optimal"
    assert solved.gap < 1e-6


def test_f19_many_small_programmes_agree_with_another_route_to_a_solution() -> None:
    chance = np.random.default_rng(17)
    for _ in range(12):
        columns, rows = int(chance.integers(2, 9)), int(chance.integers(1, 7))
        matrix = chance.uniform(0.1, 4, (rows, columns)) * (chance.random((rows, columns)) < 0.7)
        matrix[0] = chance.uniform(0.5, 2, columns)  # every variable is bounded
        upper = chance.uniform(1, 20, rows)
        weights = chance.uniform(-5, 2, columns)
        problem = made(matrix.tolist(), [-INF] * rows, upper.tolist())
        solved = minimise(problem, weights)
        other = linprog(weights, A_ub=matrix, b_ub=upper, method="highs")
        assert solved.objective == pytest.approx(other.fun, abs=1e-6)
        assert solved.point.min() >= 0
        assert problem.residual(solved.point).max() < 1e-6


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


def test_an_infeasible_programme_is_no_plan_in_words() -> None:
    problem = made([[1], [1]], [5, -INF], [5, 3])
    with pytest.raises(NoPlan, match="rule"):
        minimise(problem, np.array([1.0]))


def test_an_unbounded_programme_is_no_plan() -> None:
    problem = made([[1, -1]], [-INF], [1])
    with pytest.raises(NoPlan):
        minimise(problem, np.array([0.0, -1.0]))


def test_a_time_limit_is_no_plan() -> None:
    chance = np.random.default_rng(1)
    matrix = chance.uniform(0.1, 1, (400, 400))
    problem = made(matrix.tolist(), [-INF] * 400, [1.0] * 400)
    with pytest.raises(NoPlan, match="time"):
        minimise(problem, -chance.uniform(1, 2, 400), time_limit=1e-9)


def test_weights_of_nothing_and_of_any_size_are_solved() -> None:
    problem = made([[1, 1]], [-INF], [4])
    assert minimise(problem, np.zeros(2)).objective == 0
    for scale in (1e-12, 1e30):
        solved = minimise(problem, np.array([-1.0, -2.0]) * scale)
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


@pytest.mark.parametrize("values", [[1.0, 1e-7], [1.0, 2e6]])
def test_footprints_the_solver_would_lose_are_refused(values: list[float]) -> None:
    with pytest.raises(NoPlan, match="unit"):
        minimise(made([values], [-INF], [1.0]), np.array([1.0, 1.0]))


def test_footprints_at_the_edge_are_accepted() -> None:
    check_range(made([[0.0, 1e-6, 1e6]], [-INF], [1.0]))


def test_the_problem_handed_over_is_the_programme() -> None:
    problem: Any = pulp_problem(
        made([[1, 2], [0, 3], [4, 0]], [-INF, 6, -INF], [5, 6, 7]), np.array([0.0, -1.5])
    )
    assert len(problem.variables()) == 2
    assert [v.lowBound for v in problem.variables()] == [0, 0]
    rows = problem.constraints() if callable(problem.constraints) else problem.constraints
    stated = list(rows.values()) if hasattr(rows, "values") else list(rows)
    assert sorted(-row.constant for row in stated) == [5, 6, 7]
    assert sorted(row.sense for row in stated) == [-1, -1, 0]
