"""How rows are judged: left out, refused, broken, and judged later what a run could not judge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.allocation.session import Stopped
from hepaplan.model.checks import all_checks
from hepaplan.model.evaluate import as_today, usual_care
from hepaplan.model.problems import InvalidInput, NoAnswer
from hepaplan.model.results import Results
from hepaplan.model.verification.report_rows import READS_THE_REPORT, REPORT_ROWS
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, broken, held
from hepaplan.model.verification.verify import (
    COLUMNS,
    MAKES_A_PLAN,
    OF_THE_CODE,
    ROWS,
    judged_further,
    verification_table,
    verify,
)
from tests.support.scenarios import tiny_capacity, tiny_usual


def subject(**given: Any) -> Subject:
    return Subject(tiny_usual(), tiny_capacity(), usual_care, as_today, **given)


def row(identifier: str, found: Finding | Exception, *, plans_again: bool = False) -> Row:
    def judge(_: Subject) -> Finding:
        if isinstance(found, Exception):
            raise found
        return found

    return Row(identifier, "none", f"{identifier} holds", judge, plans_again)


def test_a_judge_that_breaks_fails_its_row_and_no_other() -> None:
    error = ZeroDivisionError("no starts\nat all")
    first, second, third = verify(
        subject(), (row("A1", held("0 people")), row("A2", error), row("A3", broken("2 people")))
    )
    assert (first.outcome, first.found) == ("pass", "0 people")
    assert (second.outcome, second.found) == (
        "fail", "could not be judged: ZeroDivisionError: no starts at all",
    )  # fmt: skip
    assert (third.row, third.expected, third.outcome) == ("A3", "A3 holds", "fail")


@pytest.mark.parametrize("error", [InvalidInput("pathway: waiting\npays"), NoAnswer("none found")])
def test_a_changed_scenario_that_is_refused_is_no_failure(error: Exception) -> None:
    (verdict,) = verify(subject(), (row("A5", error),))
    assert verdict.outcome == "not applicable"
    words = " ".join(str(error).split())
    assert verdict.found == f"the changed scenario is refused: {words}"


def test_a_solver_that_stops_leaves_the_row_out() -> None:
    (verdict,) = verify(subject(), (row("F4", Stopped("time limit")),))
    assert verdict.outcome == "left out"
    assert verdict.found == (
        "no answer was found: the solver stopped without a proven answer (time limit)"
    )


def test_an_interrupt_is_not_caught() -> None:
    def interrupted(_: Subject) -> Finding:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(subject(), (Row("A1", "none", "it holds", interrupted),))


def test_each_row_is_said_as_it_is_judged() -> None:
    said: list[str] = []
    verify(subject(), (row("A1", held("yes")), row("B2", held("yes"))), said.append)
    assert said == ["verification A1: A1 holds", "verification B2: B2 holds"]


def test_what_a_run_leaves_out_is_judged_further_in_its_place() -> None:
    """Nothing else is judged again: the row that held would fail the second time."""
    again = row("F1", held("0 starts"), plans_again=True)
    rows = (row("A1", held("0 people")), again, row("G1", broken("load 2")))
    table = verification_table(subject(), rows)
    assert table["outcome"].tolist() == ["pass", "left out", "fail"]
    assert table["found"].iloc[1] == MAKES_A_PLAN
    worse = (replace(rows[0], judge=row("A1", broken("9 people")).judge), *rows[1:])
    with_plan = subject(plan=lambda _: tiny_capacity())
    further = judged_further(table, with_plan, worse)
    assert list(further.columns) == COLUMNS
    assert further["found"].tolist() == ["0 people", "0 starts", "load 2"]
    assert table["outcome"].iloc[1] == "left out"  # the run's own table stays as it was
    assert judged_further(further, with_plan, worse).equals(further)


def test_rows_on_the_report_are_left_out_of_a_run() -> None:
    for verdict in verify(subject(), REPORT_ROWS):
        assert (verdict.outcome, verdict.found) == ("left out", READS_THE_REPORT)


def test_no_row_is_both_judged_and_left_to_the_programs_tests() -> None:
    assert set(OF_THE_CODE).isdisjoint(row.identifier for row in ROWS)
    assert len(set(OF_THE_CODE)) == len(OF_THE_CODE)


def test_a_failed_row_fails_the_run() -> None:
    usual, capacity = tiny_usual(), tiny_capacity()
    tables = {
        "checks": all_checks(usual, capacity),
        "verification": verification_table(subject(), (row("B13", held("0 QALYs")),)),
    }
    passing = Results(usual.scenario, tables, (), {}, usual, capacity, {})
    assert passing.failed == ()
    assert passing.checks_pass
    table = verification_table(subject(), (row("B13", broken("1 QALY")), row("F11", held("0"))))
    failing = replace(passing, tables={**tables, "verification": table})
    assert failing.failed == ("B13: B13 holds",)
    assert not failing.checks_pass
    checks = failing.tables["checks"].assign(passed=False)
    both = replace(failing, tables={**failing.tables, "checks": checks}).failed
    assert len(both) == len(checks) + 1
    assert both[-1] == "B13: B13 holds"
