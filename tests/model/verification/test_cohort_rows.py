"""Rows A: they pass on the tiny scenario and fail on what each is there to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.policies import first_come
from hepaplan.model.readings import UsualCare
from hepaplan.model.verification import cohort_change_rows as changing
from hepaplan.model.verification import cohort_rows as still
from hepaplan.model.verification.changed import with_tables
from hepaplan.model.verification.changed_exits import harmless
from hepaplan.model.verification.changed_supply import first_months
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import FAIL, NOT_APPLICABLE, PASS, Finding
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual
from tests.support.verified import deaf, tiny_subject, with_capacity, with_usual

ROWS = (*still.COHORT_ROWS, *changing.COHORT_CHANGE_ROWS)
Judge = Callable[[Subject], Finding]


def with_kernels(**parts: Any) -> Subject:
    return with_usual(kernels=replace(tiny_usual().kernels, **parts))


def times_worth(usual: UsualCare, factor: float) -> UsualCare:
    years = usual.worth.life_years
    scaled = replace(years, start=factor * years.start, arrival=factor * years.arrival)
    return replace(usual, worth=replace(usual.worth, life_years=scaled))


def dearer(scenario: Scenario) -> UsualCare:
    """Return a reading whose life-years are all a thousandth off."""
    return times_worth(usual_care(scenario), 1.001)


def crowded(scenario: Scenario) -> UsualCare:
    """Return a reading with a thousandth more arrivals."""
    usual = usual_care(scenario)
    return replace(usual, flow=replace(usual.flow, arrivals=1.001 * usual.flow.arrivals))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.identifier} {row.expected}")
def test_the_row_holds_on_the_tiny_scenario(row: Row) -> None:
    found = row.judge(tiny_subject())
    assert found.outcome == PASS, found.found
    assert any(sign.isdigit() for sign in found.found)


def test_a1_people_from_nowhere_and_no_numbers_are_seen() -> None:
    kernels, flow = tiny_usual().kernels, tiny_usual().flow
    assert still.people_are_kept(with_kernels(alive=1.001 * kernels.alive)).outcome == FAIL
    more = with_usual(flow=replace(flow, starts=1.001 * flow.starts))
    assert still.people_are_kept(more).outcome == FAIL
    holes = flow.arrivals.copy()
    holes[0, 0, 0, 3] = np.nan
    found = still.people_are_kept(with_usual(flow=replace(flow, arrivals=holes)))
    assert (found.outcome, found.found) == (FAIL, "arrivals: 1 entries are no numbers")


def test_a2_shares_beyond_one_and_names_given_twice_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernels = tiny_usual().kernels
    more = with_kernels(usual_share=1.1 * kernels.usual_share)
    assert still.splits_sum_to_one(more).outcome == FAIL
    twice = with_kernels(options=(kernels.options[0], *kernels.options[:1], *kernels.options[2:]))
    assert still.splits_sum_to_one(twice).outcome == FAIL
    monkeypatch.setattr(still, "check_pathway", lambda *_: [])
    found = still.splits_sum_to_one(tiny_subject())
    assert found.outcome == FAIL
    assert "not refused" in found.found


def test_a3_who_outlives_others_comes_back_or_beats_the_life_table_is_seen() -> None:
    usual = tiny_usual()
    frailer = with_usual(other_cause_survival=0.5 * usual.other_cause_survival)
    assert still.nobody_outlives_the_population(frailer).outcome == FAIL
    healthier = with_usual(other_cause_survival=usual.other_cause_survival**0.1)
    assert still.nobody_outlives_the_population(healthier).outcome == FAIL
    back = usual.kernels.other_death.copy()
    back[0, 0, 5] = -0.01
    assert still.nobody_outlives_the_population(with_kernels(other_death=back)).outcome == FAIL


@pytest.mark.parametrize(
    ("judge", "part", "change"),
    [
        (still.horizon_is_a_lifetime, "alive", lambda alive: np.maximum(alive, 0.01)),
        (still.who_leaves_arrives, "arrive", lambda arrive: 0.9 * arrive),
        (still.in_an_option_is_alive, "arrive", lambda arrive: -arrive),
        (still.those_alive_are_arrivals_times_life, "alive", lambda alive: 0.98 * alive),
    ],
)
def test_other_kernels_are_seen(judge: Judge, part: str, change: Callable[..., Any]) -> None:
    doctored = with_kernels(**{part: change(getattr(tiny_usual().kernels, part))})
    assert judge(doctored).outcome == FAIL


def test_a8_people_who_vanish_from_a_list_are_seen_and_records_leave_it_open() -> None:
    crowd = tiny_capacity().replays["first come"]
    assert crowd.left[..., :-1].any(), "nobody waits in the tiny scenario: no control"
    doctored = with_capacity(replays={"first come": replace(crowd, starts=0.0 * crowd.starts)})
    assert still.each_month_waited_follows_the_last(doctored).outcome == FAIL
    unknown = with_capacity(replays={"first come": replace(crowd, left=crowd.left * np.nan)})
    assert still.each_month_waited_follows_the_last(unknown).outcome == FAIL
    recorded = with_capacity(corrections=pd.DataFrame({"people": [1.0]}))
    found = still.each_month_waited_follows_the_last(recorded)
    assert found.outcome == NOT_APPLICABLE


def test_a8_says_where_no_month_follows_another() -> None:
    network = tiny_capacity().network
    only = first_months(network, 1)
    alone = with_capacity(network=only, replays={"first come": first_come(only)})
    assert still.each_month_waited_follows_the_last(alone).outcome == NOT_APPLICABLE


@pytest.mark.parametrize(
    "judge",
    [
        changing.without_mortality,
        changing.certain_death,
        changing.faster_exits,
        changing.swapped_options,
        changing.twice_the_effect,
        changing.better_baseline,
        changing.nobody_comes_or_dies,
        changing.halves_make_the_whole,
        changing.order_does_not_matter,
    ],
)
def test_an_engine_that_hears_no_change_fails(judge: Judge) -> None:
    assert judge(tiny_subject(read=deaf)).outcome == FAIL


@pytest.mark.parametrize(
    ("judge", "read"),
    [
        (changing.no_effect, dearer),
        (changing.swapped_options, dearer),
        (changing.halves_make_the_whole, crowded),
        (changing.order_does_not_matter, crowded),
        (changing.order_does_not_matter, dearer),
    ],
)
def test_an_engine_that_changes_more_fails(
    judge: Judge, read: Callable[[Scenario], UsualCare]
) -> None:
    assert judge(tiny_subject(read=read)).outcome == FAIL


def test_rows_about_what_is_not_there_say_so() -> None:
    empty = with_tables(tiny(), backlog=tiny().tables.backlog.iloc[:0])
    nobody = tiny_subject(usual=usual_care(empty))
    assert changing.nobody_comes_or_dies(nobody).outcome == NOT_APPLICABLE
    deathless = tiny_subject(usual=usual_care(harmless(tiny())))
    assert changing.twice_the_effect(deathless).outcome == NOT_APPLICABLE
    assert changing.better_baseline(deathless).outcome == NOT_APPLICABLE
    point = tiny().pathway.decision_point["operable"]
    one = point.model_copy(update={"option": {"resection": point.option["resection"]}})
    points = {**tiny().pathway.decision_point, "operable": one}
    single = tiny().pathway.model_copy(update={"decision_point": points})
    alone = tiny_subject(usual=usual_care(replace(tiny(), pathway=single)))
    assert changing.swapped_options(alone).outcome == NOT_APPLICABLE
