"""Buy now, a year later, or never: by hand, and in a network of two sites."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hepaplan.model.outputs import outputs_of
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import WrongUse
from hepaplan.model.uncertainty.capacity_decision import (
    CHOICES,
    capacity_decisions,
    expansion_named,
    timing,
)
from hepaplan.model.uncertainty.drawing.draws import draw, one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.sampled import at_points
from hepaplan.model.uncertainty.spread.inputs import Values, uncertain_inputs
from hepaplan.model.uncertainty.strategies import Strategies
from tests.support.expansions import expansion
from tests.support.scenarios import tiny, with_settings, with_table
from tests.support.unsure import LIST, unsure

WORTH = 20_000.0
CAPITAL = 500.0


def test_what_waiting_and_learning_is_worth_by_hand() -> None:
    """Four draws; buying gains 5, -1, 3, -3 thousand now and 3, -2, 2, -4 a year later."""
    benefit = np.array([[0.0, 0.0, 0.0, 0.0], [5.0, -1.0, 3.0, -3.0], [3.0, -2.0, 2.0, -4.0]])
    choices = Strategies("a slot", CHOICES, -1000.0 * benefit, np.zeros((3, 4)))
    found = timing(choices, WORTH)
    assert found.now == pytest.approx(1000.0)
    assert found.later == pytest.approx(-250.0)
    assert found.wait_and_learn == pytest.approx(1250.0)
    assert found.learning == pytest.approx(250.0)
    assert found.now_error == pytest.approx(1000.0 * np.sqrt((16 + 4 + 4 + 16) / 3 / 4))
    later = np.array([3.25, -1.75, 2.25, -3.75])  # less their mean, -0.25
    assert found.later_error == pytest.approx(1000.0 * np.sqrt(later @ later / 3 / 4))
    gains = np.array([3.0, 0.0, 2.0, 0.0]) - benefit[1]
    assert found.monte_carlo_error == pytest.approx(1000.0 * gains.std(ddof=1) / 2.0)
    assert found.chance_now_is_best == 0.5


def test_the_errors_are_of_differences_in_the_same_draws() -> None:
    """Never swings by thousands between draws; now is 4, 6 and 5 better: 5 +- 1 / root 3."""
    never = np.array([9_000.0, -4_000.0, 100.0])
    more = np.array([[0.0, 0.0, 0.0], [4.0, 6.0, 5.0], [1.0, 1.0, 4.0]])
    benefit = never + more
    found = timing(Strategies("a slot", CHOICES, -benefit, np.zeros((3, 3))), WORTH)
    assert (found.now, found.now_error) == pytest.approx((5.0, 1 / np.sqrt(3)))
    assert (found.later, found.later_error) == pytest.approx((2.0, np.sqrt(6.0 / 2 / 3)))


def test_where_nothing_is_uncertain_waiting_teaches_nothing() -> None:
    benefit = np.array([[0.0] * 3, [4.0] * 3, [3.0] * 3])
    found = timing(Strategies("a slot", CHOICES, -benefit, np.zeros((3, 3))), WORTH)
    assert found.learning == pytest.approx(-1.0)
    assert found.chance_now_is_best == 1.0


def test_a_delay_that_pays_of_itself_teaches_nothing() -> None:
    """Expected: buying in a year is best in every draw and can be decided today: learning is 0."""
    benefit = np.array([[0.0] * 3, [4.0, 1.0, 2.0], [5.0, 3.0, 6.0]])
    found = timing(Strategies("a slot", CHOICES, -benefit, np.zeros((3, 3))), WORTH)
    assert found.wait_and_learn == pytest.approx(found.later) == pytest.approx(14 / 3)
    assert (found.learning, found.monte_carlo_error) == (0.0, 0.0)
    assert found.chance_now_is_best == 0.0


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


def decided(
    scenario: Scenario, drawn: Values, count: int, done: Callable[[int], None] = lambda _: None,
) -> Strategies:  # fmt: skip
    return capacity_decisions(scenario, [LIST], drawn, count, done=done)[LIST]


def test_never_is_first_come_of_each_draw_and_now_that_of_a_bigger_site() -> None:
    """A list at Hilltop: half of 240 minutes a week, of which 85% can be used, from day one."""
    scenario = unsure(capital=CAPITAL)
    drawn = draw(uncertain_inputs(scenario), 3, seed=8)
    found = decided(scenario, drawn, 2)
    assert found.names == tuple(f"One more list: {choice}" for choice in CHOICES)
    for index in range(2):
        alone = stated_scenario(scenario, one_draw(drawn, index))
        worth = outputs_of(alone, ["first_come.qalys", "first_come.cost_gbp"])
        assert found.qalys[0, index] == pytest.approx(worth["first_come.qalys"], rel=1e-12)
        assert found.cost[0, index] == pytest.approx(worth["first_come.cost_gbp"], rel=1e-12)
        table = alone.tables.capacity
        here = table["site"].eq("hilltop") & table["resource"].eq("theatre")
        more = with_table(alone, capacity=table.assign(number=table["number"] + 0.5 * here))
        worth = outputs_of(more, ["first_come.qalys", "first_come.cost_gbp"])
        assert found.qalys[1, index] == pytest.approx(worth["first_come.qalys"], rel=1e-9)
        paid = CAPITAL * 1.035 ** (-0.5 / 12)
        paid += sum(2.0 * 1.035 ** (-(month + 0.5) / 12) for month in range(3))
        assert found.cost[1, index] - paid == pytest.approx(worth["first_come.cost_gbp"], rel=1e-9)
    assert (found.qalys[1] > found.qalys[0]).all()


def test_draws_of_a_decision_do_not_depend_on_how_many_follow() -> None:
    scenario = unsure(capital=CAPITAL)
    drawn = draw(uncertain_inputs(scenario), 4, seed=8)
    heard: list[int] = []
    four = decided(scenario, drawn, 4, done=heard.append)
    two = decided(scenario, drawn, 2)
    np.testing.assert_array_equal(four.cost[:, :2], two.cost)
    np.testing.assert_array_equal(four.qalys[:, :2], two.qalys)
    assert heard[-1] == 4


def test_a_year_later_is_as_never_for_a_year_and_costs_are_paid_then() -> None:
    """In two years: 100,000 at the start of the second, and its twelve months of running cost."""
    scenario = unsure(capital=100_000.0, more="\n[window]\nmonths = 24\n")
    base = at_points(uncertain_inputs(scenario))
    never, now, later = decided(scenario, base, 1).qalys[:, 0]
    assert never < later < now
    record = scenario.settings.expansion[LIST]
    none = record.model_copy(update={"adds": record.adds.model_copy(update={"value": 1e-9})})
    small = with_settings(scenario, expansion={LIST: none})
    never, now, later = decided(small, base, 1).cost[:, 0]
    monthly = [2.0 * 1.035 ** (-(month + 0.5) / 12) for month in range(24)]
    assert now - never == pytest.approx(100_000 * 1.035 ** (-0.5 / 12) + sum(monthly), abs=0.5)
    paid = 100_000 * 1.035 ** (-12.5 / 12) + sum(monthly[12:])
    assert later - never == pytest.approx(paid, abs=0.5)


def test_several_decisions_are_each_what_they_are_alone() -> None:
    scenario = unsure(capital=CAPITAL)
    other = expansion(label="Two more chairs", site="hilltop", resource="chair", adds=2)
    both = with_settings(scenario, expansion={**scenario.settings.expansion, "chairs": other})
    base = at_points(uncertain_inputs(both))
    found = capacity_decisions(both, ["chairs", LIST], base, 1)
    assert list(found) == ["chairs", LIST]
    for name, choices in found.items():
        alone = capacity_decisions(both, [name], base, 1)[name]
        np.testing.assert_array_equal(choices.cost, alone.cost)
        np.testing.assert_array_equal(choices.qalys, alone.qalys)
        assert choices.what == f"{both.settings.expansion[name].label}, first come"
    assert not np.allclose(found["chairs"].cost[1], found[LIST].cost[1])


def test_expansions_of_one_label_are_told_apart() -> None:
    scenario = with_list(adds=1e-9)
    (record,) = scenario.settings.expansion.values()
    twice = with_settings(scenario, expansion={"one": record, "another": record})
    found = capacity_decisions(twice, ["one", "another"], {}, 1).values()
    assert len({choices.what for choices in found}) == 2
    assert len({name for choices in found for name in choices.names}) == 2 * len(CHOICES)


def test_one_draw_has_no_monte_carlo_error() -> None:
    choices = Strategies("a slot", CHOICES, np.array([[0.0], [2.0], [1.0]]), np.zeros((3, 1)))
    found = timing(choices, WORTH)
    assert (found.now_error, found.later_error, found.monte_carlo_error) == (0.0, 0.0, 0.0)
    assert (found.now, found.later, found.learning) == (-2.0, -1.0, 0.0)
    assert found.chance_now_is_best == 0.0


def test_an_expansion_too_small_to_treat_anybody_costs_what_it_costs() -> None:
    scenario = with_list(adds=1e-9)
    never, now, later = capacity_decisions(scenario, ["one_list"], {}, 1)["one_list"].cost[:, 0]
    window = scenario.settings.window.months
    rate = scenario.settings.economics.discount_rate_costs.number
    monthly = [2000.0 * (1 + rate) ** (-(month + 0.5) / 12) for month in range(window)]
    capital = 100_000.0 * (1 + rate) ** (-0.5 / 12)
    assert now - never == pytest.approx(capital + sum(monthly), abs=0.5)
    assert window < 12
    assert later == pytest.approx(never, abs=0.5)
