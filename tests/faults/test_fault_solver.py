"""A solver that is stopped by the clock, that fails, raises or is killed: never a plan unproven."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest
from scipy.sparse import csr_array

from hepaplan.model.allocation import branching, cbc, plan, session, solver
from hepaplan.model.allocation.plan import BestPlan
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Solution, Stopped
from hepaplan.model.allocation.solver import NoPlan, believe, minimise
from hepaplan.model.by_hand.edited import compare_edited
from hepaplan.model.depth import Depth
from hepaplan.model.evaluate import evaluate
from hepaplan.model.results import Results
from hepaplan.reports.run import run_facts, write_replay
from hepaplan.reports.verification.verified import Verified
from hepaplan.reports.verification.write import verification_facts
from tests.support.command import TINY, Hepaplan
from tests.support.scenarios import tiny

QUICK = Depth().quick()
QUICKLY = ("--quick", "--draws", "0")


@pytest.fixture(scope="module")
def by_highs() -> BestPlan:
    return evaluate(tiny(), depth=QUICK).best


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Results]:
    """Return the results whose report was asked for; none is written, which takes a while."""
    found: list[Results] = []
    monkeypatch.setattr(
        "hepaplan.reports.run.write_run", lambda _, results, *__: found.append(results)
    )
    return found


def hard(columns: int = 60, rows: int = 5) -> tuple[Programme, Any]:
    """Return a knapsack of several limits, whose best choice takes minutes to prove."""
    chance = np.random.default_rng(11)
    use = chance.integers(100, 1_000, (rows, columns)).astype(float)
    least = np.full(rows, -np.inf)
    programme = Programme(
        matrix=csr_array(use),
        lower=least,
        upper=use.sum(axis=1) // 2,
        blocks=(("capacity", 0, rows),),
        most=np.ones(columns),
        whole=np.ones(columns, dtype=bool),
        kept=np.arange(rows),
    )
    return programme, -(use.sum(axis=0) / rows + chance.integers(0, 50, columns))


@pytest.mark.parametrize("name", ["highs", "cbc"])
def test_a_plan_found_by_the_time_limit_is_used_and_flagged(name: Any) -> None:
    """A real solve, cut short: it keeps every rule, and says how far its proof is."""
    programme, weights = hard()
    found = minimise(programme, weights, time_limit=1.0, solver=name, gap=0.0)
    assert found.status == "time limit"
    assert 0 < found.gap < 0.5
    assert (programme.matrix @ found.point <= programme.upper + 1e-6).all()
    assert set(found.point) <= {0.0, 1.0}


def test_time_that_is_up_before_there_is_a_plan_is_4_in_words(
    hepaplan: Hepaplan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A real solve of the tiny scenario, stopped by HiGHS's own clock at once."""
    made = session.Session.__init__

    def hurried(self: session.Session, *given: Any, **named: Any) -> None:
        made(self, *given, **named)
        self._limit = 0.0

    monkeypatch.setattr(session.Session, "__init__", hurried)
    ended = hepaplan("run", TINY, *QUICKLY)
    assert ended.code == 4
    assert "time limit before it proved a best plan" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_solver_process_that_is_killed_is_trouble_not_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HiGHS still answers when CBC is killed both times it is asked; alone, CBC gives no plan."""
    killed = tmp_path / "cbc"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    monkeypatch.setattr(cbc, "PROGRAM", str(killed))
    programme, weights = hard(8, 2)
    assert minimise(programme, weights, solver="cbc", gap=0.0).solver == "HiGHS"
    monkeypatch.setattr(solver, "_solve_with_highs", failing)
    with pytest.raises(NoPlan, match="without a proven plan"):
        minimise(programme, weights, solver="cbc")


def failing(*_: object, **__: object) -> Solution:
    raise Stopped("failed")


def test_a_status_that_is_unknown_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS returns without having run, as after an error of its own: its status is not set."""
    monkeypatch.setattr(session, "run_interruptibly", lambda _: None)
    programme, weights = hard(8, 2)
    with pytest.raises(Stopped, match="failed"):
        session.Session(programme, weights).solve()
    assert minimise(programme, weights, gap=0.0).solver == "CBC"


def test_no_solver_that_works_is_4_in_words(
    hepaplan: Hepaplan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(session, "run_interruptibly", lambda _: None)
    monkeypatch.setattr(cbc, "PROGRAM", "/nowhere/cbc")
    ended = hepaplan("run", TINY, *QUICKLY)
    assert ended.code == 4
    assert "the solver stopped without a proven plan (failed)" in ended.err
    assert list(tmp_path.iterdir()) == []


def raising(*_: object) -> None:
    raise RuntimeError("out of memory inside the solver")


def test_a_solver_that_raises_is_asked_once_more_and_then_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programme, weights = hard(8, 2)
    proven = minimise(programme, weights, gap=0.0)
    run, asked = highspy.Highs.run, [0]

    def at_the_second_try(highs: Any) -> None:
        asked[0] += 1
        raising() if asked[0] == 1 else run(highs)

    monkeypatch.setattr(highspy.Highs, "run", at_the_second_try)
    again = minimise(programme, weights, gap=0.0)
    assert again.solver == "HiGHS"
    assert again.objective == pytest.approx(proven.objective)
    assert asked[0] > 1
    monkeypatch.setattr(highspy.Highs, "run", raising)
    other = minimise(programme, weights, gap=0.0)
    assert other.solver == "CBC"
    assert other.objective == pytest.approx(proven.objective)


def test_a_solver_that_raises_has_no_answer_of_the_solve_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was optimal, then other weights are sought: the status and the point are of the first."""
    programme, weights = hard(8, 2)
    linear = replace(programme, whole=np.zeros(8, dtype=bool))
    asked = session.Session(linear, weights)
    assert asked.solve().status == "optimal"
    asked.weigh(weights[::-1].copy())
    monkeypatch.setattr(highspy.Highs, "run", raising)
    with pytest.raises(Stopped, match="failed"):
        asked.again()


def test_a_programme_too_large_for_the_other_solver_is_not_given_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programme, weights = hard(8, 2)
    monkeypatch.setattr(highspy.Highs, "run", raising)
    monkeypatch.setattr(solver, "SECOND_SOLVER_UP_TO", 7)
    monkeypatch.setattr(solver, "solve_with_cbc", lambda *_, **__: pytest.fail("CBC was asked"))
    with pytest.raises(NoPlan, match="failed"):
        minimise(programme, weights)


def test_a_plan_is_sought_by_the_other_solver_when_the_first_fails(
    hepaplan: Hepaplan, monkeypatch: pytest.MonkeyPatch, by_highs: BestPlan, written: list[Results]
) -> None:
    """The first aim by CBC is worth as much as by HiGHS; the later ones are told as unproven: 5."""
    monkeypatch.setattr(highspy.Highs, "run", raising)
    ended = hepaplan("run", TINY, *QUICKLY)
    assert ended.code == 5
    assert "sought after that and not proven: " in ended.out
    by_cbc = written[0].best
    assert (by_highs.solver, by_cbc.solver) == ("HiGHS", "CBC")
    assert by_cbc.qalys == pytest.approx(by_highs.qalys, rel=1e-4)
    assert (by_highs.is_proven, by_cbc.is_proven) == (True, False)
    facts = run_facts(written[0], 0.0, {})
    assert (facts["solver"], facts["solver_status"]) == ("CBC", "optimal")
    first, *later = facts["aims"]
    assert (first["aim"], first["status"]) == (by_highs.reached[0].aim, "optimal")
    assert {step["status"] for step in later} == {"kept as it was: failed"}


def test_every_manifest_says_which_solver_made_its_plan(tmp_path: Path) -> None:
    results = evaluate(tiny(), depth=QUICK)
    best = replace(results.best, solver="CBC")
    by_cbc = replace(results, capacity=replace(results.capacity, best=best))
    judged = Verified(by_cbc, by_cbc.tables["verification"], {})
    assert verification_facts(judged, 0.0, {})["solver"] == "CBC"
    edited = compare_edited(by_cbc.usual, by_cbc.capacity, by_cbc.tables["plan"])
    write_replay(tmp_path, edited, tiny(), 0.0, {})
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["solver"] == "CBC"


def test_an_answer_that_breaks_its_rules_is_sought_again_not_kept(
    monkeypatch: pytest.MonkeyPatch, by_highs: BestPlan
) -> None:
    """HiGHS's answer to the plan itself is not believed; asked afresh, it is."""
    asked = [0]

    def once(*given: Any) -> Solution:
        asked[0] += 1
        if asked[0] == 1:
            raise NoPlan("the solver's answer breaks capacity by 1")
        return believe(*given)

    monkeypatch.setattr(plan, "believe", once)
    found = evaluate(tiny(), depth=QUICK).best
    assert found.qalys == pytest.approx(by_highs.qalys, rel=1e-4)
    assert asked[0] > 1


def test_no_price_without_a_solver_that_works_is_4_in_words(
    hepaplan: Hepaplan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A full run prices units by HiGHS alone, for the prices need its basis."""
    monkeypatch.setattr(highspy.Highs, "run", raising)
    ended = hepaplan("run", TINY, "--draws", "0")
    assert ended.code == 4
    assert "the solver stopped without a proven answer (failed)" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_later_aim_that_time_is_up_for_is_5_and_told(
    hepaplan: Hepaplan, monkeypatch: pytest.MonkeyPatch, written: list[Results]
) -> None:
    """A real solve: after the first aim HiGHS's own clock is at its limit."""
    weigh = session.Session.weigh

    def hurried(self: session.Session, weights: Any) -> None:
        weigh(self, weights)
        self._limit = self._cold_seconds = 0.0

    monkeypatch.setattr(session.Session, "weigh", hurried)
    ended = hepaplan("run", TINY, *QUICKLY)
    assert ended.code == 5
    assert "sought after that and not proven: " in ended.out
    first, *later = run_facts(written[0], 0.0, {})["aims"]
    assert first["status"] == "optimal"
    assert later[-1]["status"] == "kept as it was: time limit"


def test_a_programme_of_choices_that_fails_is_not_taken_for_one_without_choices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Taken for that, the search stopped at what it had and called it optimal."""
    programme, weights = hard(8, 2)
    assert branching.choose(programme, weights, 60.0, gap=1e-6).status == "optimal"
    monkeypatch.setattr(branching, "run_interruptibly", lambda _: None)
    with pytest.raises(Stopped, match="failed"):
        branching.choose(programme, weights, 60.0, gap=1e-6)
