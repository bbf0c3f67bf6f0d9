"""The plan as replayed, its recurrences and the clocks held, while an input changes."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from hepaplan.model.by_hand.held import Held, held_of, held_replay
from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.flows.renewal import follow_on
from hepaplan.model.parameters import Delay, Scenario
from hepaplan.model.readings import MOST_HEALTH, Capacity, UsualCare
from hepaplan.model.replay import Replay, recurrences_of, starts_by_option
from tests.support.scenarios import scaled, tiny, with_settings, with_table
from tests.support.small import figure

HELD_STILL = ("left", "starts", "use", "at_site", "arrivals", "moved")
Run = tuple[UsualCare, Capacity]


def full_theatres(scenario: Scenario) -> Scenario:
    return with_table(scenario, capacity=scaled(scenario.tables.capacity, "number", 0.45))


def of(scenario: Scenario) -> Run:
    usual = usual_care(scenario)
    return usual, scarce_capacity(usual)


@pytest.fixture(scope="module")
def run() -> Run:
    return of(full_theatres(tiny()))


@pytest.fixture(scope="module")
def held(run: Run) -> Held:
    return held_of(*run)


def planned(run: Run) -> Replay:
    return run[1].replays[MOST_HEALTH]


def with_tables(run: Run, **factors: tuple[str, float]) -> Scenario:
    scenario = run[0].scenario
    for table, (column, factor) in factors.items():
        changed = scaled(getattr(scenario.tables, table), column, factor)
        scenario = with_table(scenario, **{table: changed})
    return scenario


def assert_same(found: Replay, expected: Replay) -> None:
    for name in HELD_STILL:
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), rtol=0, atol=1e-9, err_msg=name
        )


@pytest.mark.parametrize("hazard_ratio", [None, 1.2])
@pytest.mark.parametrize("age_neutral", [True, False])
def test_with_nothing_changed_it_is_the_plan_as_replayed(
    age_neutral: bool, hazard_ratio: float | None
) -> None:
    """Expected: equal to 1e-9, where lists build up, harm of delay or not, by group or pooled."""
    scenario = full_theatres(tiny())
    rules = scenario.settings.plan.model_copy(update={"age_neutral": age_neutral})
    scenario = with_settings(scenario, plan=rules)
    if hazard_ratio is not None:
        delay = {
            "hazard_ratio": figure(hazard_ratio, "hazard ratio"),
            "from_week": 0,
            "restricted_to": figure(3.0, "years"),
        }
        scenario = with_settings(scenario, delay=Delay.model_validate(delay))
    usual, capacity = of(scenario)
    done = capacity.replays[MOST_HEALTH]
    lists = done.left.sum(axis=(0, 1, 2, 3))
    assert lists.min() > 2.0
    assert lists[-1] > lists[0] + 1.0
    assert capacity.best.plan.pooled is age_neutral
    held = held_of(usual, capacity)
    network, again = held_replay(usual_care(scenario, held.clocks), held)
    assert_same(again, done)
    np.testing.assert_array_equal(network.entries, capacity.network.entries)


def test_recurrences_are_what_each_start_brings_later(run: Run, held: Held) -> None:
    """Expected: the starts of each month, followed one by one, to 1e-12."""
    network, done = run[1].network, planned(run)
    starts = starts_by_option(network, done.starts.sum(axis=(2, 3)))
    caused = np.zeros_like(network.entries)
    for month in range(network.horizon - 1):
        later = network.horizon - month
        caused[..., month + 1 :] += follow_on(network.kernels, starts[:, None, :, month], 1, later)[
            :, 0
        ]
    assert caused.sum() > 0.1
    np.testing.assert_allclose(held.recurrences, caused, rtol=0, atol=1e-12)
    np.testing.assert_allclose(recurrences_of(network, done), caused, rtol=0, atol=1e-12)


def test_more_new_patients_wait_and_bring_no_other_recurrences(run: Run, held: Held) -> None:
    """Cases rise by 30% in burn-in too: so do all who enter; starts stay, and the lists grow.

    Earlier starts rise too and leave less capacity, so that capacity must not be what decides.
    """
    scenario = with_tables(run, incidence=("rate_per_100k", 1.3))
    usual = usual_care(scenario, held.clocks)
    network, done = held_replay(usual, held, within_capacity=False)
    before = planned(run)
    np.testing.assert_allclose(network.entries, run[1].network.entries * 1.3, rtol=1e-12)
    np.testing.assert_allclose(recurrences_of(network, done), held.recurrences, rtol=0, atol=1e-12)
    waits = network.waiting.waits[network.kernels.point_of[network.pair_list]]
    starts, starts_before = (each.starts[waits].sum(axis=3) for each in (done, before))
    np.testing.assert_allclose(starts, starts_before, rtol=0, atol=1e-9)
    assert done.left.sum() > before.left.sum() + 1.0


def test_less_capacity_delays_starts_unless_every_start_is_to_be_made(run: Run, held: Held) -> None:
    """A fifth less: the replay keeps within it and the lists grow; or use is what it was."""
    scenario = with_tables(run, capacity=("number", 0.8))
    usual = usual_care(scenario, held.clocks)
    network, within = held_replay(usual, held)
    _, beyond = held_replay(usual, held, within_capacity=False)
    before = planned(run)
    assert network.capacity.sum() < 0.85 * run[1].network.capacity.sum()
    assert (within.use <= np.maximum(network.capacity, network.committed) + 1e-8).all()
    assert within.left.sum() > before.left.sum() + 0.1
    assert_same(beyond, before)
    assert (beyond.use > 1.05 * np.maximum(network.capacity, network.committed)).any()


def test_clocks_are_held_only_if_asked(run: Run, held: Held) -> None:
    scenario = with_tables(run, life_table=("deaths_per_person_year", 0.9))
    of_their_own, still = usual_care(scenario), usual_care(scenario, held.clocks)
    assert (of_their_own.other_cause_survival != run[0].other_cause_survival).any()
    np.testing.assert_array_equal(still.kernels.alive, run[0].kernels.alive)
    for mine, theirs in zip(still.clocks, run[0].clocks, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    again = usual_care(run[0].scenario, held.clocks)
    for field in fields(again.worth):
        mine, theirs = (getattr(each.worth, field.name).own for each in (again, run[0]))
        np.testing.assert_array_equal(mine, theirs)


def test_months_of_a_record_are_not_a_plan(run: Run) -> None:
    usual, capacity = run
    happened = replace(capacity, planned_in=replace(capacity.network))
    with pytest.raises(ValueError, match="found months of a record"):
        held_of(usual, happened)
