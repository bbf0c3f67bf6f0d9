"""Rounds of plan and replay: each learns from the last, and the best replay is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.allocation import plan as planning
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.plan import CLOSE, MOST_ROUNDS, _Round, most_health
from hepaplan.model.allocation.read_back import programme_qalys
from hepaplan.model.allocation.session import Solution
from hepaplan.model.allocation.written import Written, write
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.replay import replay
from hepaplan.model.sites.network import Network
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import rules


def with_capacity(factor: float) -> Network:
    network = tiny_capacity().network
    return replace(network, capacity=network.capacity * factor)


@pytest.fixture(autouse=True)
def planned_before() -> None:
    """The tiny scenario's own plan is made before anything of a test is watched."""
    tiny_capacity()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Written]:
    """Every programme that is written, in order."""
    seen: list[Written] = []

    def keep(*arguments: object) -> Written:
        seen.append(write(*arguments))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(planning, "write", keep)
    return seen


@pytest.mark.parametrize(
    ("worth", "kept"),
    [([5.0, 4.0, 3.0, 2.0], 0), ([1.0, 3.0, 2.0, 0.0], 1), ([2.0, 1.0, 2.0, 1.5], 2)],
)
def test_the_plan_kept_is_the_one_whose_replay_is_best_of_equals_the_last(
    worth: list[float], kept: int, written: list[Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What replays are worth is told here, far from what programmes say, so all rounds are run."""
    told = iter(worth)
    monkeypatch.setattr(planning, "programme_worth", lambda *_: next(told))
    network = with_capacity(0.5)
    found = most_health(network, rules(0.2), tiny_usual().worth, nothing_scarce(network))
    assert found.rounds == MOST_ROUNDS
    assert found.written is written[kept]


@pytest.mark.parametrize("factor", [0.1, 0.2, 0.3, 0.4, 0.5, 1.0])
def test_the_second_programme_is_nearer_to_its_replay(
    factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps: list[float] = []

    def keep(
        work: Written, session: object, proven: object, found: Solution, value: float
    ) -> _Round:
        gaps.append(abs(work.qalys(found.point) / value - 1.0))
        return _Round(work, session, proven, found, value)  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "_Round", keep)
    network = with_capacity(factor)
    found = most_health(network, rules(0.2), tiny_usual().worth, nothing_scarce(network))
    assert found.rounds == 2
    assert gaps[0] > CLOSE
    assert gaps[1] < min(gaps[0] / 5, CLOSE)


def test_where_nothing_can_start_the_second_programme_is_its_replay() -> None:
    """One group dies sooner on the list: the first round, in reading 1's mix, cannot know."""
    network, worth = with_capacity(0.0), tiny_usual().worth
    found = most_health(network, rules(0.2), worth, nothing_scarce(network))
    replayed = programme_qalys(network, replay(network, found.plan), worth)
    assert found.rounds == 2
    assert found.qalys == pytest.approx(replayed, abs=1e-9)


def test_without_starts_the_mix_is_that_of_those_who_wait() -> None:
    network = with_capacity(0.0)
    usual = nothing_scarce(network)
    reading_one = patient_classes(network, usual, pooled=True)
    first = most_health(network, rules(0.2), tiny_usual().worth, usual)
    done = replay(network, first.plan)
    mix = patient_classes(network, done, pooled=True, otherwise=reading_one)
    left = done.left.sum(axis=(2, 3))[0]
    np.testing.assert_allclose(mix.waiting[0, 0], left / left.sum(axis=0), atol=1e-9)
    assert not done.starts[0].any()
    np.testing.assert_allclose(mix.overall[0, 0], left / left.sum(axis=0), atol=1e-9)
    assert np.abs(mix.overall[0] - reading_one.overall[0]).max() > 0.01
