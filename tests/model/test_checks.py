"""Each check passes on the tiny scenario and fails when its one thing is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.ages.age_error import age_groups_error
from hepaplan.model.checks import all_checks
from hepaplan.model.evaluate import evaluate, scarce_capacity, usual_care
from hepaplan.model.readings import (
    FIRST_COME,
    MOST_HEALTH,
    POLICIES,
    Capacity,
    UsualCare,
)
from hepaplan.model.replay import Replay
from hepaplan.model.tables.plan_tables import resource_table
from tests.support.expansions import expansion
from tests.support.scenarios import (
    tiny,
    tiny_capacity,
    tiny_usual,
    tiny_with,
    with_settings,
    with_table,
)

Spoil = Callable[[UsualCare, Capacity], tuple[UsualCare, Capacity]]


def failed(usual: UsualCare, capacity: Capacity) -> set[str]:
    table = all_checks(usual, capacity)
    return {str(name) for name in table.loc[~table["passed"], "check"]}


def with_replay(capacity: Capacity, policy: str, done: Replay) -> Capacity:
    return replace(capacity, replays={**capacity.replays, policy: done})


def spoil_split(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    eligible = usual.eligible.copy()
    eligible[0, 0, 0, 5] += 1e-6
    return replace(usual, eligible=eligible), capacity


def spoil_fate(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    cancer_death = usual.kernels.cancer_death.copy()
    cancer_death[2, 1, 7] += 1e-6
    return replace(usual, kernels=replace(usual.kernels, cancer_death=cancer_death)), capacity


def spoil_waiting_rows(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    stay = usual.waiting.stay.copy()
    stay[1, 0] -= 1e-6
    return replace(usual, waiting=replace(usual.waiting, stay=stay)), capacity


def spoil_horizon(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    alive, cancer = usual.kernels.alive.copy(), usual.kernels.cancer_death.copy()
    alive[0, 0, -1] += 0.002
    cancer[0, 0, -1] -= 0.002
    return replace(
        usual, kernels=replace(usual.kernels, alive=alive, cancer_death=cancer)
    ), capacity


def spoil_ages(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    lived = usual.kernels.person_months * np.array([1.003, 1.0])[:, None]
    return replace(usual, kernels=replace(usual.kernels, person_months=lived)), capacity


def spoil_waiting_pays(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    qalys = usual.waiting.qalys.copy()
    qalys[0] += 1.0
    return replace(usual, waiting=replace(usual.waiting, qalys=qalys)), capacity


def spoil_readings(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    starts = usual.flow.starts.copy()
    starts[1, 0, 1, -1] += 1e-6
    return replace(usual, flow=replace(usual.flow, starts=starts)), capacity


def spoil_rows(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    return usual, replace(capacity, best=replace(capacity.best, usual_residual=1e-6))


def spoil_worth(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    return usual, replace(capacity, best=replace(capacity.best, usual_worth_gap=1e-9))


def spoil_rules(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    residuals = {**capacity.best.residuals, "capacity": 1e-3}
    return usual, replace(capacity, best=replace(capacity.best, residuals=residuals))


def spoil_replay_gap(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
    return usual, replace(capacity, best=replace(capacity.best, qalys=capacity.best.qalys * 1.05))


def spoil_people(policy: str) -> Spoil:
    def spoil(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
        done = capacity.replays[policy]
        cancer_deaths = done.cancer_deaths.copy()
        cancer_deaths[0, 1, 0] += 1e-3
        return usual, with_replay(capacity, policy, replace(done, cancer_deaths=cancer_deaths))

    return spoil


def spoil_capacity(policy: str) -> Spoil:
    def spoil(usual: UsualCare, capacity: Capacity) -> tuple[UsualCare, Capacity]:
        done = capacity.replays[policy]
        use = done.use.copy()
        use[0, 0, 1] = capacity.network.capacity[0, 0, 1] + 1e-3
        return usual, with_replay(capacity, policy, replace(done, use=use))

    return spoil


CONTROLS: dict[str, Spoil] = {
    "patients are split, none lost": spoil_split,
    "every start's fate sums to 1": spoil_fate,
    "every waiting month sums to 1": spoil_waiting_rows,
    "the horizon is long enough": spoil_horizon,
    "age groups stand for single ages": spoil_ages,
    "waiting never pays": spoil_waiting_pays,
    "two readings, one pathway": spoil_readings,
    "reading 1 keeps the programme's rows": spoil_rows,
    "reading 1 has the programme's worth": spoil_worth,
    "the plan keeps every rule": spoil_rules,
    "the replay does what the programme says": spoil_replay_gap,
    **{f"people are conserved: {policy}": spoil_people(policy) for policy in POLICIES},
    **{f"no site is over capacity: {policy}": spoil_capacity(policy) for policy in POLICIES[1:]},
}


def test_all_checks_pass_on_the_tiny_scenario() -> None:
    table = all_checks(tiny_usual(), tiny_capacity())
    assert table["passed"].all()
    assert (table["residual"] >= 0).all()
    assert table["check"].is_unique
    assert table.columns.tolist() == ["check", "what", "residual", "tolerance", "passed"]


def test_every_check_has_a_control() -> None:
    assert set(all_checks(tiny_usual(), tiny_capacity())["check"]) == set(CONTROLS)


@pytest.mark.parametrize("check", list(CONTROLS))
def test_a_control_that_must_fail(check: str) -> None:
    assert failed(*CONTROLS[check](tiny_usual(), tiny_capacity())) == {check}


def test_a_residual_that_is_not_a_number_fails() -> None:
    usual, capacity = tiny_usual(), tiny_capacity()
    broken = replace(capacity, best=replace(capacity.best, usual_residual=float("nan")))
    assert failed(usual, broken) == {"reading 1 keeps the programme's rows"}


def test_use_that_earlier_starts_had_taken_before_is_nobodys_fault() -> None:
    """Committed use may exceed a capacity that has been cut; new starts may not add to it."""
    usual, capacity = tiny_usual(), tiny_capacity()
    network = capacity.network
    nothing = np.zeros_like(network.capacity)
    done = replace(capacity.replays[FIRST_COME], use=network.committed, capacity=nothing)
    plan = replace(capacity.replays[MOST_HEALTH], capacity=nothing)
    cut = with_replay(with_replay(capacity, FIRST_COME, done), MOST_HEALTH, plan)
    names = failed(usual, cut)
    assert "no site is over capacity: first come" not in names
    assert "no site is over capacity: most health" in names


def test_what_the_plan_builds_is_capacity_too() -> None:
    """A list built at Hilltop is used: over what was there before, not over what is there."""
    scenario = with_settings(tiny(), expansion={"list": expansion(site="hilltop", adds=0.2)})
    few = tiny().tables.capacity.assign(number=[0.1, 0.1, 0.1, 0.2])
    usual = usual_care(with_table(scenario, capacity=few))
    capacity = scarce_capacity(usual)
    assert capacity.best.plan.built is not None and capacity.best.plan.built.tolist() == [1.0]
    done, has = capacity.replays[MOST_HEALTH], capacity.network.capacity
    assert (done.use > has + 1.0).any()
    assert "no site is over capacity: most health" not in failed(usual, capacity)
    table = resource_table(usual, capacity, done)
    assert (table["used"] <= table["capacity"] + 1e-6).all()
    theatre = table[(table["site"] == "hilltop") & (table["resource"] == "theatre")]
    assert theatre["capacity"].iloc[-1] > 2 * has[0, 1, len(theatre) - 1] > 0


def test_checks_of_a_horizon_too_short_fail_in_earnest() -> None:
    table = evaluate(tiny_with(economics__horizon_years=4)).tables["checks"]
    assert set(table.loc[~table["passed"], "check"]) == {"the horizon is long enough"}


def test_the_error_of_age_groups_is_worked_out_once_in_a_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run shows the table and checks it: the checks take it as it was made."""
    errors = age_groups_error(tiny_usual())
    again = all_checks(tiny_usual(), tiny_capacity())
    monkeypatch.setattr("hepaplan.model.checks.age_groups_error", lambda _: pytest.fail("again"))
    pd.testing.assert_frame_equal(all_checks(tiny_usual(), tiny_capacity(), errors), again)
