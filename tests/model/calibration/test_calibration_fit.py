"""Least squares within bounds, on functions whose minimum is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.calibration.fit import best_of, ends_at_bound, jacobian, refused_sides, search
from hepaplan.model.problems import NoAnswer

STEP = 1e-4


def line(at: Floats) -> Floats:
    """Residuals that vanish at (0.3, 0.7)."""
    return np.array([4.0 * (at[0] - 0.3) + (at[1] - 0.7), 3.0 * (at[1] - 0.7)])


def product(at: Floats) -> Floats:
    """Only the product of the two is seen: any pair with the product 0.12 will do."""
    return np.array([50.0 * (at[0] * at[1] - 0.12), 20.0 * (at[0] * at[1] - 0.12)])


def two_valleys(at: Floats) -> Floats:
    """A minimum of 0 at 0.2 and another of about 1 at 0.8, seen from either side."""
    x = at[0]
    return np.array([100.0 * (x - 0.2) * (x - 0.8), (x - 0.2) / 0.6])


def test_a_minimum_inside_is_found() -> None:
    found = search(line, np.array([0.9, 0.1]), STEP, np.array([0.9, 0.1]))
    assert found.position == pytest.approx([0.3, 0.7], abs=1e-6)
    assert found.objective == pytest.approx(0.0, abs=1e-10)
    assert found.ended == "settled"
    assert ends_at_bound(found.position) == ("", "")


def test_a_minimum_outside_ends_at_the_bound() -> None:
    def beyond(at: Floats) -> Floats:
        return np.array([5.0 * (at[0] - 1.4), at[1] + 0.2])

    found = search(beyond, np.array([0.5, 0.5]), STEP, np.array([0.5, 0.5]))
    assert (found.position >= 0).all()
    assert (found.position <= 1).all()
    assert ends_at_bound(found.position) == ("high", "low")
    assert found.objective == pytest.approx((5 * 0.4) ** 2 + 0.2**2, rel=1e-3)


def test_a_side_that_is_refused_is_told_but_not_one_beyond_the_bounds() -> None:
    def only_some(at: Floats) -> Floats:
        sound = at[0] <= 0.30005 and at[1] >= 0.69995
        return np.array([1.0 if sound else np.nan])

    assert refused_sides(only_some, np.array([0.3, 0.7]), STEP) == ("above", "below")
    assert refused_sides(only_some, np.array([0.2, 0.8]), STEP) == ("", "")
    assert refused_sides(only_some, np.array([0.0, 1.0]), STEP) == ("", "")


def test_what_is_not_told_stays_where_it_was() -> None:
    home = np.array([0.4, 0.5])
    found = search(lambda at: np.array([7.0 * (at[0] - 0.6)]), np.array([0.1, 0.9]), STEP, home)
    assert found.position == pytest.approx([0.6, 0.5], abs=1e-4)
    pair = search(product, np.array([0.9, 0.9]), STEP, home)
    assert math.prod(pair.position) == pytest.approx(0.12, abs=1e-6)


def test_several_minima_show_in_the_objectives() -> None:
    ends = [search(two_valleys, np.array([x]), STEP, np.array([x])) for x in (0.1, 0.9)]
    assert ends[0].objective == pytest.approx(0.0, abs=1e-6)
    assert ends[1].objective == pytest.approx(1.0, abs=0.05)
    assert best_of(ends) is ends[0]


def test_runs_are_counted_once_each() -> None:
    asked: list[bytes] = []

    def told(at: Floats) -> Floats:
        asked.append(at.tobytes())
        return line(at)

    found = search(told, np.array([0.9, 0.1]), STEP, np.array([0.9, 0.1]))
    assert found.evaluations == len(asked) == len(set(asked))


def test_refused_values_are_walked_round() -> None:
    def partly(at: Floats) -> Floats:
        return line(at) if at[0] < 0.5 else np.full(2, np.nan)

    found = search(partly, np.array([0.45, 0.1]), STEP, np.array([0.45, 0.1]))
    assert found.position == pytest.approx([0.3, 0.7], abs=1e-6)
    refused = search(partly, np.array([0.9, 0.1]), STEP, np.array([0.9, 0.1]))
    assert refused.objective == math.inf
    with pytest.raises(NoAnswer, match="refuses the values here; narrow the bounds"):
        best_of([refused])


@pytest.mark.parametrize("at", [[0.4, 0.5], [0.0, 1.0]])
@pytest.mark.parametrize("central", [True, False])
def test_derivatives_of_a_line_are_its_coefficients(at: list[float], central: bool) -> None:
    found = jacobian(line, np.array(at), STEP, central)
    assert found == pytest.approx(np.array([[4.0, 1.0], [0.0, 3.0]]), abs=1e-8)


def test_central_differences_are_exact_for_a_square() -> None:
    def square(at: Floats) -> Floats:
        return at**2

    assert jacobian(square, np.array([0.3]), 0.1)[0, 0] == pytest.approx(0.6)
    assert jacobian(square, np.array([0.3]), 0.1, central=False)[0, 0] == pytest.approx(0.7)


def test_values_refused_on_both_sides_are_no_answer() -> None:
    def only_here(at: Floats) -> Floats:
        return at if at[0] == 0.5 else np.full(1, np.nan)

    with pytest.raises(NoAnswer, match="refuses every value near"):
        jacobian(only_here, np.array([0.5]), STEP)


def test_a_search_that_runs_out_of_steps_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hepaplan.model.calibration.fit.MOST_STEPS", 2)
    home = np.array([0.95, 0.95])
    found = search(lambda at: np.sin(40.0 * (at - 0.2) ** 2) + at, home, STEP, home)
    assert found.ended == "stopped after 2 steps"
