"""Buy now, a year later, or never: by hand, and in a network of two sites."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import WrongUse
from hepaplan.model.uncertainty.capacity_decision import (
    CHOICES,
    capacity_decisions,
    expansion_named,
    timing,
)
from hepaplan.model.uncertainty.strategies import Strategies
from tests.support.expansions import expansion
from tests.support.scenarios import tiny, with_settings

WORTH = 20_000.0


def test_what_waiting_and_learning_is_worth_by_hand() -> None:
    """Four draws; buying gains 5, -1, 3, -3 thousand now and 3, -2, 2, -4 a year later."""
    benefit = np.array([[0.0, 0.0, 0.0, 0.0], [5.0, -1.0, 3.0, -3.0], [3.0, -2.0, 2.0, -4.0]])
    choices = Strategies("a slot", CHOICES, -1000.0 * benefit, np.zeros((3, 4)))
    found = timing(choices, WORTH)
    assert found.now == pytest.approx(1000.0)
    assert found.later == pytest.approx(-250.0)
    assert found.wait_and_learn == pytest.approx(1250.0)
    assert found.learning == pytest.approx(250.0)
    gains = np.array([3.0, 0.0, 2.0, 0.0]) - benefit[1]
    assert found.monte_carlo_error == pytest.approx(1000.0 * gains.std(ddof=1) / 2.0)
    assert found.chance_now_is_best == 0.5


def test_where_nothing_is_uncertain_waiting_teaches_nothing() -> None:
    benefit = np.array([[0.0] * 3, [4.0] * 3, [3.0] * 3])
    found = timing(Strategies("a slot", CHOICES, -benefit, np.zeros((3, 3))), WORTH)
    assert found.learning == pytest.approx(-1.0)
    assert found.chance_now_is_best == 1.0


def with_list(**changes: float | str) -> Scenario:
    """The tiny scenario with the choice of one more theatre list."""
    site, resource = next(iter(tiny().settings.site)), next(iter(tiny().settings.resource))
    record = expansion(site=site, resource=resource, **changes)
    return with_settings(tiny(), expansion={"one_list": record})


def test_an_unknown_expansion_is_refused_with_those_there_are() -> None:
    with pytest.raises(WrongUse, match='did you mean "one_list"'):
        expansion_named(with_list(), "one_lists")
    with pytest.raises(WrongUse, match="none: state one"):
        expansion_named(tiny(), "one_list")


def test_an_expansion_that_opens_a_service_is_left_to_the_plan() -> None:
    with pytest.raises(WrongUse, match="only the plan can say"):
        expansion_named(with_list(opens="surgery"), "one_list")


def test_later_costs_less_and_all_is_as_today_before_the_expansion_comes() -> None:
    """24,000 a year and 100,000 at once, discounted by hand; QALYs never fall by more capacity."""
    scenario = with_list()
    found = capacity_decisions(scenario, ["one_list"], {}, 1)["one_list"]
    assert found.cost.shape == (3, 1)
    never, now, later = found.qalys[:, 0]
    assert never <= later <= now or never == pytest.approx(now)


def test_an_expansion_too_small_to_treat_anybody_costs_what_it_costs() -> None:
    scenario = with_list(adds=1e-9)
    never, now, later = capacity_decisions(scenario, ["one_list"], {}, 1)["one_list"].cost[:, 0]
    window = scenario.settings.window.months
    rate = scenario.settings.economics.discount_rate_costs.number
    monthly = [2000.0 * (1 + rate) ** (-(month + 0.5) / 12) for month in range(window)]
    capital = 100_000.0 * (1 + rate) ** (-0.5 / 12)
    assert now - never == pytest.approx(capital + sum(monthly), abs=0.5)
    if window > 12:
        later_capital = 100_000.0 * (1 + rate) ** (-12.5 / 12)
        assert later - never == pytest.approx(later_capital + sum(monthly[12:]), abs=0.5)
    else:
        assert later == pytest.approx(never, abs=0.5)
