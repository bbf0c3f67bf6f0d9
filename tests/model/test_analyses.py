"""What a plan means beyond itself: every table filled when asked for, empty when not."""

from __future__ import annotations

import pytest

from hepaplan.model.allocation.gain import ANY_AGE, ORDER, REFERRAL, SUBSTITUTION
from hepaplan.model.analyses import BOUGHT, WHOLE_PLAN, plan_analyses
from hepaplan.model.depth import Depth
from hepaplan.model.evaluate import evaluate, scarce_capacity, usual_care
from hepaplan.model.plan_rules import Equity
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from tests.support.expansions import expansion
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual, with_settings
from tests.support.small import share

ASKED_FOR = {"gain", "prices", "chance", "chance_lists", "chance_years", "headroom"}
ALWAYS = {"plan", "fixed_plan", "delay_variants"}
ONLY_WHERE_STATED = {"equity", "expansions"}
FULL = Depth(prices=3, replications=20, neutrality=True)


def silent(_: str) -> None:
    """Say nothing."""


def test_at_full_depth_every_table_has_rows() -> None:
    tables = plan_analyses(tiny_usual(), tiny_capacity(), FULL, silent)
    assert set(tables) == ASKED_FOR | ALWAYS | ONLY_WHERE_STATED
    filled = {name for name, table in tables.items() if len(table)}
    assert filled == ASKED_FOR | ALWAYS


def test_a_quick_run_has_the_same_tables_without_rows() -> None:
    told: list[str] = []
    results = evaluate(tiny(), depth=FULL.quick(), progress=told.append)
    for name in ASKED_FOR | ONLY_WHERE_STATED:
        assert results.tables[name].empty, name
        assert len(results.tables[name].columns), name
    for name in ALWAYS:
        assert len(results.tables[name]), name
    assert not any("chance" in words or "worth of one more" in words for words in told)
    assert results.checks_pass
    assert results.is_proven


def test_steps_of_the_gain_add_up_to_the_plans_gain_over_first_come() -> None:
    table = plan_analyses(tiny_usual(), tiny_capacity(), Depth(0, 0, neutrality=True), silent)[
        "gain"
    ]
    assert table["step"].tolist() == [FIRST_COME, ORDER, REFERRAL, WHOLE_PLAN, ANY_AGE]
    totals = tiny_capacity().totals
    best, today = totals[MOST_HEALTH], totals[FIRST_COME]
    steps = table[table["step"] != ANY_AGE]
    for column, gained in (
        ("qalys_gained", best.qalys_discounted - today.qalys_discounted),
        ("cost_added_gbp", best.cost_discounted - today.cost_discounted),
    ):
        assert steps[column].iloc[0] == 0
        assert steps[column].sum() == pytest.approx(gained, abs=1e-9)
    assert (steps["qalys_gained"].iloc[1:].abs() > 1e-6).any()


def test_what_a_scenario_states_besides_is_worked_out_too() -> None:
    """A floor under the worst region's share, and a theatre list that may be added."""
    rules = tiny().settings.plan.model_copy(
        update={"equity": Equity.model_validate({"over": "region", "floor": share(0.5)})}
    )
    scenario = with_settings(tiny(), plan=rules, expansion={"list": expansion()})
    usual = usual_care(scenario)
    capacity = scarce_capacity(usual, depth=Depth(0, 0))
    tables = plan_analyses(usual, capacity, Depth(prices=1, replications=0), silent)
    assert tables["expansions"]["option"].tolist() == ["list"]
    floors = tables["equity"]["floor"].tolist()
    assert floors == sorted(floors)
    assert 0.5 in floors
    assert tables["gain"]["step"].tolist()[-2:] == [SUBSTITUTION, BOUGHT]


def test_chance_is_the_same_for_the_same_seed_and_not_for_another() -> None:
    def waiting(seed: int) -> list[float]:
        depth = Depth(prices=0, replications=10, seed=seed, gain=False)
        tables = plan_analyses(tiny_usual(), tiny_capacity(), depth, silent)
        return tables["chance_lists"].select_dtypes("number").sum().tolist()

    assert waiting(3) == waiting(3)
    assert waiting(3) != waiting(4)


def test_each_step_of_the_gain_is_what_it_adds_to_the_one_before() -> None:
    table = plan_analyses(tiny_usual(), tiny_capacity(), Depth(0, 0), silent)["gain"]
    before, after = table.iloc[0], table.iloc[1]
    for column, of, sign in (
        ("qalys_gained", "qalys", 1),
        ("cost_added_gbp", "cost_gbp", 1),
        ("within_standard_gained", "within_standard", 1),
        ("deaths_avoided", "deaths_waiting", -1),
    ):
        assert before[column] == 0
        assert after[column] == sign * (after[of] - before[of]), column
        assert after[of] != before[of], column
