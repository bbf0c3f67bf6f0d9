"""Rows C: they pass on the tiny scenario and fail on what each is there to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.economics import Compared, Increment, frontier, increment
from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import UsualCare
from hepaplan.model.verification import choice_rows as rows
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import FAIL, NOT_APPLICABLE, PASS
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.verified import deaf, tiny_subject, with_capacity


def priced(*policies: tuple[str, float, float]) -> Subject:
    """Return the tiny run with the cost and QALYs of its policies written down."""
    one = next(iter(tiny_capacity().totals.values()))
    totals = {
        name: replace(one, cost_discounted=cost, qalys_discounted=qalys)
        for name, cost, qalys in policies
    }
    return with_capacity(totals=totals)


@pytest.mark.parametrize("row", rows.CHOICE_ROWS, ids=lambda row: row.identifier)
def test_the_row_holds_on_the_tiny_scenario(row: Row) -> None:
    found = row.judge(tiny_subject())
    assert found.outcome == (NOT_APPLICABLE if row.identifier == "C7" else PASS), found.found


def test_c4_brute_force_agrees_on_the_published_frontier() -> None:
    """HERC: A is dominated and C extendedly dominated (see tests/verification, row C1)."""
    herc = [("UC", 5e3, 1.0), ("A", 12e3, 1.5), ("B", 1e4, 2.0), ("C", 25e3, 3.0),
            ("D", 35e3, 4.0), ("E", 55e3, 5.0)]  # fmt: skip
    assert rows._beaten(herc) == {"A", "C"}
    assert rows.ratios_rise(priced(*herc)).outcome == PASS


def test_c4_a_frontier_that_keeps_the_beaten_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "frontier", lambda found: [_on_it(one) for one in frontier(found)])
    assert rows.ratios_rise(tiny_subject()).outcome == FAIL
    monkeypatch.setattr(rows, "frontier", lambda found: [_twice(one) for one in frontier(found)])
    assert rows.ratios_rise(tiny_subject()).outcome == FAIL


def _on_it(one: Compared) -> Compared:
    return replace(one, standing="on the frontier", icer=one.icer or 1.0)


def _twice(one: Compared) -> Compared:
    return replace(one, icer=None if one.icer is None else 2.0 * one.icer)


def test_c5_another_preference_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "preferred", lambda *_: ("another",))
    assert rows.thresholds_follow(tiny_subject()).outcome == FAIL


def test_c6_a_copy_that_is_worth_something_else_is_seen() -> None:
    def partial(scenario: Scenario) -> UsualCare:
        usual = usual_care(scenario)
        value = usual.worth.cost_discounted
        start = value.start.copy()
        start[usual.kernels.options.index((usual.kernels.options[0][0], rows.COPY))] *= 1.01
        worth = replace(usual.worth, cost_discounted=replace(value, start=start))
        return replace(usual, worth=worth)

    assert rows.a_copy_is_the_same(tiny_subject(read=partial)).outcome == FAIL
    assert rows.a_copy_is_the_same(tiny_subject(read=deaf)).outcome == FAIL


def test_c7_equals_are_flagged_and_a_ratio_between_them_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alike = priced(("first come", 10.0, 1.0), ("longest wait", 10.0, 1.0))
    assert rows.equals_have_no_ratio(alike).outcome == PASS
    monkeypatch.setattr(rows, "increment", _signed)
    assert rows.equals_have_no_ratio(alike).outcome == FAIL


def test_c8_a_signed_ratio_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "increment", _signed)
    assert rows.quadrants_have_words(tiny_subject()).outcome == FAIL


def _signed(one: tuple[float, float], other: tuple[float, float]) -> Increment:
    """Return what a careless programme gives: a ratio whatever the quadrant."""
    return replace(increment(one, other), icer=-1.0)


def test_one_option_and_one_policy_leave_nothing_to_choose() -> None:
    kernels = tiny_usual().kernels
    alone: dict[str, Any] = {"options": tuple((f"point {k}", "only") for k in range(4))}
    usual = replace(tiny_usual(), kernels=replace(kernels, **alone))
    subject = replace(priced(("first come", 10.0, 1.0)), usual=usual)
    for judge in (rows.ratios_rise, rows.thresholds_follow, rows.quadrants_have_words):
        assert judge(subject).outcome == NOT_APPLICABLE
