from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.allocation.expansion_worth import ExpansionWorth
from hepaplan.model.calendar import Months
from hepaplan.model.decide_by import DecideBy, beyond, decide_by, decided_later, units_of
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import Expansion
from hepaplan.model.replay import Plan, Replay, replay
from hepaplan.model.sites.lumps import added_units
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.expansion_tables import EXPANSIONS, expansion_table
from tests.support.expansions import expansion, with_expansions
from tests.support.scenarios import tiny
from tests.support.small import hand_kernels, hand_network, hand_waiting

Floats = npt.NDArray[np.float64]
HORIZON = 12
LATER = 6
"""Month in which demand rises from 6 to 14."""


def case(
    option: Expansion, arrivals: Floats | None = None
) -> tuple[Scenario, Network, Plan, Replay]:
    """Return a list with room for 6 a month, and a plan that starts everyone on arrival."""
    scenario = tiny()
    scenario = replace(
        scenario, settings=scenario.settings.model_copy(update={"expansion": {"more": option}})
    )
    if arrivals is None:
        arrivals = np.where(np.arange(HORIZON) < LATER, 6.0, 14.0)
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(kernels, arrivals[None, None], np.full((1, 1, HORIZON), 6.0))
    adds = added_units(scenario, option, network.months)[None, None, None]
    network = with_expansions(replace(network, sites=("riverside",)), adds)
    plan = Plan(
        arrivals[None, None, None],
        np.ones((1, 1, 1, HORIZON)),
        pooled=True,
        extra=adds[0],
        built=np.ones(1),
    )
    return scenario, network, plan, replay(network, plan)


def found(option: Expansion, months: int = HORIZON, arrivals: Floats | None = None) -> DecideBy:
    scenario, network, plan, done = case(option, arrivals)
    assert beyond(network, done, np.ones(1, dtype=bool), months).max() == 0
    return decide_by(scenario, network, plan, done, 0, months)


def test_the_last_decision_that_avoids_the_breach_is_worked_on_paper() -> None:
    """Short by 8 from July. Of the 8 left then 2 are still there in August, if no more room is.

    Twenty places or so in August are enough for all: with two months' lead decide in June.
    """
    assert found(expansion(adds=0.025, lead=2)) == DecideBy("2027-06", "2027-08")
    assert found(expansion(adds=0.025, lead=5)) == DecideBy("2027-03", "2027-08")
    assert found(expansion(adds=0.025, decided="2027-03", lead=2)) == DecideBy("2027-06", "2027-08")


def test_a_ramp_up_must_begin_earlier() -> None:
    """Of July's 8, 6 start in August without more room: a sixth of 20 places is enough for the
    other 2, who go before August's 14; a sixth of 10 places is not."""
    late, slow, large = (
        found(expansion(adds=0.0125, lead=2)),
        found(expansion(adds=0.0125, lead=2, ramp_up=5)),
        found(expansion(adds=0.025, lead=2, ramp_up=5)),
    )
    assert (late.month, slow.month, large.month) == ("2027-06", "2027-05", "2027-06")


def test_a_breach_after_the_window_is_none() -> None:
    assert found(expansion(adds=0.025, lead=2), months=7) == DecideBy(None, None)
    assert found(expansion(adds=0.025, lead=2), months=8).month == "2027-06"


@pytest.mark.parametrize(
    ("too_many", "expected"),
    [(0.5, DecideBy(None, None)), (0.75, DecideBy("2027-06", "2027-08"))],
)
def test_more_than_half_a_person_beyond_the_standard_is_a_breach(
    too_many: float, expected: DecideBy
) -> None:
    """Six of those who come in July start then and six in August, when nobody comes."""
    arrivals = np.zeros(HORIZON)
    arrivals[LATER] = 12.0 + too_many
    assert found(expansion(adds=0.025, lead=2), arrivals=arrivals) == expected


def test_a_breach_in_the_last_month_that_is_there_in_time_only_if_decided_at_once() -> None:
    """Short in December alone: an expansion that takes eleven months must be decided in January."""
    arrivals = np.full(HORIZON, 6.0)
    arrivals[-2] = 20.0
    assert found(expansion(adds=0.05, lead=10), arrivals=arrivals) == DecideBy("2027-02", "2027-12")
    assert found(expansion(adds=0.05, lead=11), arrivals=arrivals) == DecideBy("2027-01", "2027-12")


def two_points() -> tuple[Scenario, Network]:
    """Return two lists of two points: the theatre serves the first, the chair the second."""
    option = expansion(adds=0.025, lead=2)
    scenario = tiny()
    scenario = replace(
        scenario, settings=scenario.settings.model_copy(update={"expansion": {"more": option}})
    )
    use = np.array([[[1.0], [0.0]], [[0.0], [1.0]]])
    kernels = hand_kernels([("listed", "operation"), ("later", "infusion")], use)
    network = hand_network(
        kernels,
        np.zeros((2, 1, HORIZON)),
        np.full((2, 2, HORIZON), 6.0),
        hand_waiting(kernels, standard_days=[31.0, 62.0]),
    )
    network = replace(network, sites=tuple(scenario.settings.site))
    adds = units_of(scenario, network, option)[None]
    return scenario, with_expansions(network, adds)


def test_units_come_at_the_site_and_of_the_resource_that_is_expanded() -> None:
    scenario, network = two_points()
    option = expansion(adds=0.025, lead=2)
    units = units_of(scenario, network, option)
    assert units.shape == (2, 2, HORIZON)
    theatre, riverside = 0, network.sites.index("riverside")
    alone = added_units(scenario, option, network.months)
    np.testing.assert_array_equal(units[theatre, riverside], alone)
    assert units.sum() == pytest.approx(alone.sum())
    assert np.flatnonzero(alone)[0] == 2


def test_people_of_some_lists_are_counted_at_their_points_beyond_their_standards() -> None:
    """One month's standard for the first point, two months' for the second."""
    _, network = two_points()
    left = np.zeros((2, 1, 2, 4, HORIZON))
    left[0, 0, 0, :, 3] = 1.0, 2.0, 4.0, 8.0
    left[1, 0, 1, :, 4] = 10.0, 20.0, 40.0, 80.0
    done = replace(replay_of_nobody(network), left=left)
    both = beyond(network, done, np.array([True, True]), 5)
    assert both.shape == (2, 5)
    assert both[:, 3].tolist() == [14.0, 0.0]
    assert both[:, 4].tolist() == [0.0, 120.0]
    assert beyond(network, done, np.array([False, True]), 5)[0].sum() == 0.0
    assert beyond(network, done, np.array([True, True]), 4)[1].sum() == 0.0


def replay_of_nobody(network: Network) -> Replay:
    nobody = np.zeros((2, 1, 2, HORIZON))
    return replay(network, Plan(nobody, np.full((2, 1, 2, HORIZON), 0.5), pooled=True))


@pytest.mark.parametrize(
    ("theatre", "expected"),
    [(6.0, DecideBy(None, None)), (0.5, DecideBy("2027-01", "2027-03"))],
)
def test_only_lists_that_the_expansion_serves_are_looked_at(
    theatre: float, expected: DecideBy
) -> None:
    """Chairs are short whatever happens; the theatre where it has room for 0.5 of 2 a month.

    Then one has waited too long in February already, with the expansion of March or without it.
    """
    scenario, network = two_points()
    network = replace(network, entries=np.full((2, 1, HORIZON), 4.0))
    network.capacity[0], network.capacity[1] = theatre, 0.5
    starts = np.full((2, 1, 2, HORIZON), 2.0)
    starts[0, 0, 1] = 6.0
    plan = Plan(
        starts, np.full((2, 1, 2, HORIZON), 0.5), pooled=True, extra=network.lumps.adds[0],
        built=np.ones(1),
    )  # fmt: skip
    network.capacity[0, 0] = 6.0
    done = replay(network, plan)
    assert beyond(network, done, np.array([False, True]), HORIZON).max() > 10.0
    assert decide_by(scenario, network, plan, done, 0, HORIZON) == expected


def test_who_waits_too_long_with_the_expansion_too_is_no_breach() -> None:
    """Thirty come in July to room for six: an expansion of next to nothing changes nothing."""
    arrivals = np.zeros(HORIZON)
    arrivals[LATER] = 30.0
    scenario, network, plan, done = case(expansion(adds=1e-7, lead=2), arrivals)
    assert beyond(network, done, np.ones(1, dtype=bool), HORIZON).max() > 10.0
    assert decide_by(scenario, network, plan, done, 0, HORIZON) == DecideBy(None, None)


@pytest.mark.parametrize(
    ("decided", "later", "month"),
    [(None, 0, "2027-01"), (None, 5, "2027-06"), ("2027-03", 11, "2028-02"),
     ("2026-11", 1, "2026-12")],
)  # fmt: skip
def test_later_is_counted_from_the_month_that_is_stated(
    decided: str | None, later: int, month: str
) -> None:
    option = expansion(lead=2) if decided is None else expansion(lead=2, decided=decided)
    changed = decided_later(option, Months("2027-01", HORIZON), later)
    assert changed.decided == month
    assert changed.lead == option.lead


def test_the_table_has_a_month_for_those_chosen_only() -> None:
    scenario, network, plan, done = case(expansion(adds=0.025, lead=2, capital=70_000))
    window = scenario.settings.window.model_copy(update={"months": HORIZON})
    scenario = replace(scenario, settings=scenario.settings.model_copy(update={"window": window}))
    table = expansion_table(
        scenario, network, plan, done, [ExpansionWorth(True, 4.0, 90_000.0, 2.0)]
    )
    assert tuple(table.columns) == EXPANSIONS
    row = table.iloc[0]
    assert (row["decide_by"], row["breach_from"]) == ("2027-06", "2027-08")
    assert (row["capital_gbp"], row["saleable_unit"]) == (70_000, "weekly list")
    assert row["cost_per_qaly_gbp"] == pytest.approx(22_500)
    assert row["cost_per_qaly_uncharged_gbp"] == pytest.approx(15_000)
    none = expansion_table(
        scenario, network, plan, done, [ExpansionWorth(False, np.nan, np.nan, np.nan, "infeasible")]
    ).iloc[0]
    assert none["decide_by"] is None
    assert none["relation"] is None
    worse = expansion_table(
        scenario, network, plan, done, [ExpansionWorth(False, -1.0, 5.0, 0.0)]
    ).iloc[0]
    assert worse["relation"] == "dominated"
    assert worse["cost_per_qaly_gbp"] is None
