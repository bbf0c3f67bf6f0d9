"""Rows D: they pass on the tiny scenario and fail on what each is there to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from hepaplan.model.readings import UsualCare
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.spread.inputs import Input, uncertain_inputs
from hepaplan.model.verification import uncertainty_rows as rows
from hepaplan.model.verification.changed import without_new_cases
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import FAIL, NOT_APPLICABLE, PASS, Finding
from tests.support.scenarios import tiny, tiny_usual
from tests.support.verified import subject_of, tiny_subject

Judge = Callable[[Subject], Finding]


@pytest.mark.parametrize("row", rows.UNCERTAINTY_ROWS, ids=lambda row: row.identifier)
def test_the_row_holds_and_says_where_nothing_is_unsure(
    row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = row.judge(tiny_subject())
    assert found.outcome == PASS, found.found
    monkeypatch.setattr(rows, "uncertain_inputs", lambda _: {})
    assert row.judge(tiny_subject()).outcome == NOT_APPLICABLE


def test_d1_draws_with_another_mean_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def upwards(inputs: Mapping[Key, Input], *how: Any) -> dict[Key, Any]:
        return {key: 1.2 * np.asarray(value) for key, value in draw(inputs, *how).items()}

    monkeypatch.setattr(rows, "draw", upwards)
    assert rows.means_are_the_points(tiny_subject()).outcome == FAIL


def test_d6_a_seed_without_effect_and_one_without_memory_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "draw", lambda inputs, count, _: draw(inputs, count, 1))
    found = rows.one_seed_one_result(tiny_subject())
    assert (found.outcome, "identical with seed" in found.found) == (FAIL, True)
    assert "the same with seed" in found.found
    seeds = iter((2, 1, 2))
    monkeypatch.setattr(rows, "draw", lambda inputs, count, _: draw(inputs, count, next(seeds)))
    found = rows.one_seed_one_result(tiny_subject())
    assert (found.outcome, "different with seed" in found.found) == (FAIL, True)
    assert "others with seed" not in found.found


def test_d6_says_where_nobody_is_new() -> None:
    found = rows.one_seed_one_result(subject_of(without_new_cases(tiny())))
    assert found.outcome == NOT_APPLICABLE


def test_d10_another_base_and_a_spread_that_stays_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def dearer(scenario: Scenario) -> UsualCare:
        usual = usual_care(scenario)
        value = usual.worth.cost_discounted
        worth = replace(usual.worth, cost_discounted=replace(value, start=1.001 * value.start))
        return replace(usual, worth=worth)

    assert rows.without_spread(tiny_subject(read=dearer)).outcome == FAIL
    monkeypatch.setattr(rows, "_sure", lambda item: item)
    assert rows.without_spread(tiny_subject()).outcome == FAIL


@pytest.mark.parametrize(
    ("part", "factor"), [("arrive", 1.1), ("other_death", -1.0), ("alive", 1.5)]
)
def test_d11_a_draw_that_breaks_an_identity_is_seen(part: str, factor: float) -> None:
    def unsound(scenario: Scenario) -> UsualCare:
        usual = usual_care(scenario)
        parts: dict[str, Any] = {part: factor * getattr(usual.kernels, part)}
        return replace(usual, kernels=replace(usual.kernels, **parts))

    assert rows.every_draw_is_sound(tiny_subject(read=unsound)).outcome == FAIL


def test_d11_qalys_beyond_utilities_are_seen() -> None:
    worth = tiny_usual().worth
    gained = replace(worth, qalys=worth.life_years)
    assert rows.unsound_by(replace(tiny_usual(), worth=gained))["QALYs above utilities"] > 0.1
    assert max(rows.unsound_by(tiny_usual()).values()) < 1e-9
    assert uncertain_inputs(tiny())
