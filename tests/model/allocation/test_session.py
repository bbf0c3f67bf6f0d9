"""A programme kept at hand, by hand: prices, other bounds, and what is tried in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hepaplan.model.allocation.rows import Programme, Rows, assemble
from hepaplan.model.allocation.session import SECONDS_TO_A_VERTEX, Session, Solution, Stopped

WEIGHTS = np.array([3.0, 5.0])
Answer = Callable[[], Solution]


def four_of_two() -> Programme:
    """Return x0 + x1 >= 4 with x0 <= 1: the cheap one is full, the dear one does the rest."""
    need = Rows.at_most("need", np.array([-4.0]))
    need.add(np.array([0, 0]), np.array([0, 1]), -1.0)
    return assemble([need], 2, np.array([1.0, np.inf]))


def test_the_least_weight_and_its_prices() -> None:
    """3 + 3 x 5 = 18. One more on the right (-3) saves a dear one; one cheap one more saves 2."""
    found = Session(four_of_two(), WEIGHTS).solve()
    np.testing.assert_allclose(found.point, [1.0, 3.0])
    assert found.objective == pytest.approx(18.0)
    np.testing.assert_allclose(found.row_price, [-5.0])
    np.testing.assert_allclose(found.column_price, [-2.0, 0.0], atol=1e-9)
    assert (found.status, found.solver) == ("optimal", "HiGHS")
    assert found.gap == pytest.approx(0.0, abs=1e-7)
    assert 0.0 <= found.seconds < 60.0


def test_bounds_and_weights_may_change_and_change_back() -> None:
    session = Session(four_of_two(), WEIGHTS)
    session.solve()
    session.bound_columns(np.array([0]), 0.0, 2.5)
    assert session.afresh().objective == pytest.approx(2.5 * 3 + 1.5 * 5)
    session.bound_rows(np.array([0]), -np.inf, -6.0)
    assert session.solve().objective == pytest.approx(2.5 * 3 + 3.5 * 5)
    session.weigh(np.array([70.0, 20.0]))
    again = session.solve()
    assert again.objective == pytest.approx(6 * 20)
    np.testing.assert_allclose(again.row_price, [-20.0])


def test_a_sum_kept_below_a_most() -> None:
    """x0 + 2 x1 may not exceed 6.5 with weights 5 and 3: then x1 is 2.5 at most and x0 does 1.5."""
    session = Session(assemble([_need()], 2), np.array([5.0, 3.0]))
    assert session.solve().point.tolist() == pytest.approx([0.0, 4.0])
    session.keep_below(np.array([1.0, 2.0]), 6.5)
    assert session.afresh().point.tolist() == pytest.approx([1.5, 2.5])
    np.testing.assert_allclose(session.row_bounds[1], [-4.0, 3.25])
    assert session.row_bounds[0].tolist() == [-np.inf, -np.inf]


def _need() -> Rows:
    need = Rows.at_most("need", np.array([-4.0]))
    need.add(np.array([0, 0]), np.array([0, 1]), -1.0)
    return need


def scripted(
    monkeypatch: pytest.MonkeyPatch, limit: float, *ends: str
) -> tuple[Session, list[tuple[str, float]]]:
    """Return a session whose solves end as told, and the solver and time limit of each."""
    session = Session(four_of_two(), WEIGHTS, time_limit=limit)
    answer, asked, left = Session(four_of_two(), WEIGHTS).solve(), [], list(ends)

    def run(solver: str, seconds: float, strategy: int = 1) -> Solution:
        asked.append((solver, seconds))
        if (end := left.pop(0)) != "optimal":
            raise Stopped(end)  # type: ignore[arg-type]
        return answer

    monkeypatch.setattr(session, "_run", run)
    return session, asked


def test_a_slow_vertex_is_given_up_for_the_interior_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    session, asked = scripted(monkeypatch, 600.0, "time limit", "optimal")
    assert session.solve().objective == pytest.approx(18.0)
    assert asked == [("ipx", 90.0), ("ipx", 510.0)]
    assert session._highs.getOptionValue("run_crossover")[1] == "off"


def test_with_no_time_beyond_that_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    session, asked = scripted(monkeypatch, SECONDS_TO_A_VERTEX, "time limit")
    with pytest.raises(Stopped) as stop:
        session.solve()
    assert stop.value.status == "time limit"
    assert asked == [("ipx", 90.0)]


def test_numerical_trouble_is_met_once_without_presolve(monkeypatch: pytest.MonkeyPatch) -> None:
    session, asked = scripted(monkeypatch, 30.0, "failed", "optimal")
    session.solve()
    assert asked == [("ipx", 30.0), ("ipx", 30.0)]
    assert session._highs.getOptionValue("presolve")[1] == "off"
    session, asked = scripted(monkeypatch, 30.0, "failed", "failed")
    with pytest.raises(Stopped, match="failed"):
        session.solve()
    assert len(asked) == 2


@pytest.mark.parametrize("end", ["infeasible", "unbounded"])
def test_where_there_is_no_answer_nothing_else_is_tried(
    monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    session, asked = scripted(monkeypatch, 30.0, end)
    with pytest.raises(Stopped, match=end):
        session.solve()
    assert len(asked) == 1
    assert session._highs.getOptionValue("presolve")[1] == "choose"
