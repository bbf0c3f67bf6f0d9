"""Scenarios with next to nothing in them have answers: tables, no traceback, checks passed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.evaluate import evaluate, scarce_capacity, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import MOST_HEALTH
from tests.support.scenarios import scaled, tiny, tiny_with, with_table

MIX = "the replay does what the programme says"


def one_site() -> Scenario:
    """Return the tiny scenario with everyone sent to hilltop, the only site."""
    scenario = tiny()
    tables = scenario.tables
    sent = tables.referral.drop_duplicates(["region", "service"]).assign(site="hilltop", share=1.0)
    there = {
        name: table[table["site"] == "hilltop"].reset_index(drop=True)
        for name in ("capacity", "capacity_changes", "travel")
        if len(table := getattr(tables, name))
    }
    site = {"hilltop": scenario.settings.site["hilltop"]}
    scenario = replace(scenario, settings=scenario.settings.model_copy(update={"site": site}))
    return with_table(scenario, referral=sent.reset_index(drop=True), **there)


def one_month() -> Scenario:
    return tiny_with(window__months=1, window__run_out_months=0)


def empty_backlog() -> Scenario:
    return with_table(tiny(), backlog=tiny().tables.backlog.iloc[:0])


def no_demand() -> Scenario:
    scenario = tiny()
    nobody = scaled(scenario.tables.incidence, "rate_per_100k", 0.0)
    return with_table(scenario, incidence=nobody, backlog=scenario.tables.backlog.iloc[:0])


def no_capacity() -> Scenario:
    tables = tiny().tables
    return with_table(
        tiny(),
        capacity=scaled(tables.capacity, "number", 0.0),
        capacity_changes=tables.capacity_changes.iloc[:0],
    )


@pytest.mark.parametrize(
    "scenario",
    [one_site, one_month, empty_backlog, no_demand, no_capacity],
    ids=lambda f: f.__name__,
)
def test_there_is_an_answer(scenario: Callable[[], Scenario]) -> None:
    results = evaluate(scenario())
    assert results.status == "optimal"
    checks = results.tables["checks"].set_index("check")
    if scenario is no_capacity:  # all wait: the groups' mix on a list moves far from reading 1's
        assert checks["residual"].loc[MIX] < 0.01
        checks = checks.drop(index=MIX)
    assert checks["passed"].all(), checks[~checks["passed"]].to_string()
    assert results.headlines


def test_no_demand_is_no_activity() -> None:
    capacity = scarce_capacity(usual_care(no_demand()))
    done = capacity.replays[MOST_HEALTH]
    assert done.arrivals.max() == 0
    assert np.abs(done.starts).max() == 0
