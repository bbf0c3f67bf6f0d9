"""Where the gain comes from: plans that may do less, then more, up to the whole plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from hepaplan.model.allocation import gain
from hepaplan.model.allocation.gain import ANY_AGE, ORDER, REFERRAL, SUBSTITUTION, partial_plans
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.allocation.read_back import programme_qalys
from hepaplan.model.allocation.solver import NoPlan
from hepaplan.model.outcomes import Values
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.replay import Replay, replay
from hepaplan.model.sites.network import Network
from tests.support.expansions import with_expansions
from tests.support.small import rules
from tests.support.solved import random_network


def worths(
    network: Network, values: Values, done: dict[str, Replay], shift: float = 1.0
) -> list[float]:
    """Return the QALYs of first the partial plans, in their order, then the whole plan."""
    whole = most_health(network, rules(shift), values, nothing_scarce(network))
    replays = [*done.values(), replay(network, whole.plan)]
    return [programme_qalys(network, each, values) for each in replays]


def partial(
    network: Network, values: Values, shift: float = 1.0, any_age: bool = False
) -> dict[str, Replay]:
    usual = nothing_scarce(network)
    return partial_plans(network, rules(shift), values, usual, 0.0, any_age)


def test_each_freedom_more_is_worth_no_less() -> None:
    network, values = random_network(12)
    done = partial(network, values)
    assert list(done) == [ORDER, REFERRAL]
    seen = worths(network, values, done)
    assert all(after >= before - 1e-6 for before, after in pairwise(seen))
    assert seen == pytest.approx([50.7109, 50.8588, 51.4824], abs=1e-3)


def test_without_referral_and_exchange_the_first_step_is_the_plan() -> None:
    network, values = random_network(7)
    own = np.arange(network.may_shift.size) < 2
    network = replace(network, may_shift=np.where(own, network.may_shift, 0.0))
    done = partial(network, values, shift=0.0)
    first, second, whole = worths(network, values, done, shift=0.0)
    assert first == pytest.approx(whole, abs=1e-6)
    assert second == pytest.approx(whole, abs=1e-6)


def test_what_may_be_built_is_a_step_of_its_own() -> None:
    network, values = random_network(7)
    adds = np.zeros((1, *network.capacity.shape))
    adds[0] = 2.0
    done = partial(with_expansions(network, adds), values)
    assert list(done) == [ORDER, REFERRAL, SUBSTITUTION]
    seen = worths(network, values, done)
    assert seen[2] == pytest.approx(seen[3], abs=1e-3)  # the whole plan of today's network


def test_freedom_to_prefer_an_age_is_asked_for_by_itself() -> None:
    network, values = random_network(7)
    assert list(partial(network, values, any_age=True)) == [ORDER, REFERRAL, ANY_AGE]


def test_a_step_without_a_plan_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> object:
        if arguments[1].referral_shift.value == 0:  # type: ignore[attr-defined]
            raise NoPlan("no plan keeps every rule at once")
        return most_health(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(gain, "most_health", refuse)
    network, values = random_network(7)
    assert list(partial(network, values)) == [REFERRAL]
