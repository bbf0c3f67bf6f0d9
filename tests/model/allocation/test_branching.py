"""Whole choices by decomposition, against branch and bound and against every choice tried."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.sparse import csr_array

from hepaplan.model.allocation.branching import GAP_SOUGHT, choose
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session, Stopped
from hepaplan.model.arrays import Floats


def written(matrix: Floats, upper: Floats, most: Floats, whole: int) -> Programme:
    """Return rows at most `upper` whose first `whole` columns are whole."""
    rows, columns = matrix.shape
    return Programme(
        csr_array(matrix),
        np.full(rows, -np.inf),
        upper,
        (("capacity", 0, rows),),
        most,
        np.arange(columns) < whole,
        np.arange(rows),
    )


def places(seed: int) -> tuple[Programme, Floats]:
    """Return services that open at a price, hold people if open, and share a budget."""
    random = np.random.default_rng(seed)
    services, people = 5, 8
    columns = services + services * people
    rows, upper = [], []
    cost = random.uniform(1.0, 3.0, services)
    rows.append(np.append(cost, np.zeros(columns - services)))
    upper.append(float(cost.sum() / 2))
    for service in range(services):
        row = np.zeros(columns)
        row[service] = -random.uniform(1.0, 3.0)
        row[services + service * people : services + (service + 1) * people] = 1.0
        rows.append(row)
        upper.append(0.0)
    for person in range(people):
        row = np.zeros(columns)
        row[services + person :: people] = 1.0
        rows.append(row)
        upper.append(1.0)
    weights = np.append(
        random.uniform(0.0, 0.5, services), -random.uniform(0.5, 2.0, columns - services)
    )
    most = np.append(np.ones(services), np.full(columns - services, np.inf))
    return written(np.array(rows), np.array(upper), most, services), weights


@pytest.mark.parametrize("seed", range(10))
def test_the_best_of_every_choice_is_found(seed: int) -> None:
    programme, weights = places(seed)
    found = choose(programme, weights, 60.0)
    assert found.status == "optimal"
    assert found.gap <= GAP_SOUGHT
    best = np.inf
    for trial in itertools.product((0.0, 1.0), repeat=5):
        session = Session(
            written(programme.matrix.toarray(), programme.upper, programme.most, 0), weights
        )
        session.bound_columns(np.arange(5), np.array(trial), np.array(trial))
        try:
            best = min(best, session.solve().objective)
        except Stopped:
            continue
    assert found.objective == pytest.approx(best, rel=1e-6)
    branched = Session(programme, weights, gap=1e-7).solve()
    assert found.objective == pytest.approx(branched.objective, rel=1e-6)


def test_choices_that_cannot_keep_a_rule_are_left_out() -> None:
    # Two services, one of which must hold the one person who has to be somewhere; only the
    # second can, which the rules among the choices alone do not say.
    matrix = np.array([[-0.4, 0, 1, 0], [0, -1, 0, 1], [0, 0, -1, -1.0]])
    programme = written(matrix, np.array([0.0, 0.0, -1.0]), np.array([1.0, 1, np.inf, np.inf]), 2)
    found = choose(programme, np.array([1.0, 5.0, 0.0, 0.0]), 60.0)
    assert found.point[:2].tolist() == [0.0, 1.0]
    none = written(matrix, np.array([0.0, 0.0, -2.0]), np.array([1.0, 1, np.inf, np.inf]), 2)
    with pytest.raises(Stopped, match="infeasible"):
        choose(none, np.array([1.0, 5.0, 0.0, 0.0]), 60.0)


def test_a_stopped_search_says_how_far_it_is_from_the_proof(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programme, weights = places(6)
    whole = choose(programme, weights, 60.0)
    hours = itertools.count(0.0, 100.0)
    monkeypatch.setattr("time.perf_counter", lambda: next(hours))
    stopped = choose(programme, weights, 60.0, gap=1e-9)
    assert stopped.status == "time limit"
    assert stopped.gap > 1e-9
    bound = stopped.objective - stopped.gap * abs(stopped.objective)
    assert bound <= whole.objective + 1e-6 <= stopped.objective + 2e-6
