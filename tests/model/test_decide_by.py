from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.allocation.expansion_worth import ExpansionWorth
from hepaplan.model.decide_by import DecideBy, beyond, decide_by
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import Expansion
from hepaplan.model.replay import Plan, Replay, replay
from hepaplan.model.sites.lumps import added_units
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.expansion_tables import EXPANSIONS, expansion_table
from tests.support.expansions import expansion, with_expansions
from tests.support.scenarios import tiny
from tests.support.small import hand_kernels, hand_network

HORIZON = 12
LATER = 6
"""Month in which demand rises from 6 to 14."""


def case(option: Expansion) -> tuple[Scenario, Network, Plan, Replay]:
    """Return a list with room for 6 a month, and a plan that starts everyone on arrival."""
    scenario = tiny()
    scenario = replace(
        scenario, settings=scenario.settings.model_copy(update={"expansion": {"more": option}})
    )
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


def found(option: Expansion, months: int = HORIZON) -> DecideBy:
    scenario, network, plan, done = case(option)
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
