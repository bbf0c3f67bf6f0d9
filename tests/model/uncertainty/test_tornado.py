"""The study of inputs one at a time: quick outputs by draws, others by runs, thresholds, grids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hepaplan.model.outputs import HEALTH_AND_MONEY, outputs_of
from hepaplan.model.problems import InvalidInput, Key
from hepaplan.model.uncertainty import tornado as module
from hepaplan.model.uncertainty.moving.one_way import ONE_WAY
from hepaplan.model.uncertainty.spread.distributions import Beta, Uniform
from hepaplan.model.uncertainty.spread.inputs import Input
from hepaplan.model.uncertainty.tornado import Moves, tornado
from hepaplan.scenarios.load import load_scenario
from tests.support.inputs_by_hand import OPERABLE, made_input
from tests.support.scenarios import TINY, tiny, tiny_with

LATE: Key = ("metastases", "late_share")
COST: Key = (*OPERABLE, "option", "resection", "complications", "major", "cost")
WAIT: Key = (*OPERABLE, "waiting", "cost")
COST_NAME = "pathway.decision_point.operable.option.resection.complications.major.cost"
INPUTS = [
    made_input(LATE, 0.12, Beta(12, 88)),
    made_input(COST, 2500.0, Uniform(500, 4500), "GBP"),
    made_input(WAIT, 90.0, Uniform(30, 150), "GBP per month"),
]
BENEFIT, WAITING_COST = HEALTH_AND_MONEY[0], "first_come.cost_gbp"


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    inputs: dict[Key, Input] = {what.key: what for what in INPUTS}
    monkeypatch.setattr(module, "uncertain_inputs", lambda _: inputs)
    yield


def moves(**parts: object) -> Moves:
    return replace(Moves(workers=1), **parts)  # type: ignore[arg-type]


def test_quick_outputs_are_drawn_and_agree_with_runs() -> None:
    study = tornado(tiny(), moves())
    table = study.tables["one_way"]
    assert tuple(table.columns) == ONE_WAY
    assert len(table) == 3 * len(HEALTH_AND_MONEY)
    assert study.facts["inputs tried by runs of their own"] == 0
    base = table.loc[table["output"] == BENEFIT, "base"].iloc[0]
    assert base == pytest.approx(outputs_of(tiny(), [BENEFIT])[BENEFIT], rel=1e-3)
    assert table["input"].iloc[-1].endswith("waiting.cost")
    assert table["swing"].iloc[-1] == 0.0
    assert study.headlines[0].startswith("The 2 inputs that move")


def test_outputs_where_people_wait_are_run_for_the_largest_and_the_unseen() -> None:
    study = tornado(tiny(), moves(outputs=(WAITING_COST, BENEFIT), most=1))
    table = study.tables["one_way"]
    run = table[table["output"] == WAITING_COST]
    assert study.facts["inputs tried by runs of their own"] == len(run) == 2
    waiting = run[run["input"].str.endswith("waiting.cost")]
    assert waiting["direction"].tolist() == ["rises"]
    assert (table["output"] == BENEFIT).sum() == 3
    assert table["output"].iloc[0] == WAITING_COST


def test_a_target_is_searched_by_the_inputs_that_move_it_most() -> None:
    base = outputs_of(tiny(), [BENEFIT])[BENEFIT]
    study = tornado(tiny(), moves(target=base * 1.002, searched=2))
    found = study.tables["thresholds"].set_index("input")
    assert len(found) == 2
    cost = found.loc[COST_NAME]
    assert cost["direction"] == "falls"
    assert cost["value"] < 2500
    assert any("searched:" in sentence for sentence in study.headlines)


def test_two_scenarios_and_a_grid_say_which_is_better() -> None:
    dear = tiny_with(economics__willingness_to_pay__value=100)
    other = replace(dear, settings=dear.settings.model_copy(update={"name": "cheap life"}))
    study = tornado(tiny(), moves(grid=("metastases", COST_NAME), cells=2), other)
    grid = study.tables["two_way"]
    assert len(grid) == 2 * 2 * 2
    assert set(grid.loc[grid["best"], "strategy"]) == {"tiny"}
    assert study.tables["thresholds"]["value"].isna().all()
    (idle,) = [s for s in study.headlines if s.startswith("No value of these")]
    assert "(throughout: tiny is better than cheap life): " in idle
    assert all(what.label in idle for what in INPUTS)


def test_scenarios_that_state_different_values_keep_their_margin_as_stated() -> None:
    """The other has complications at £1,500 instead of £2,500, and nothing else differs."""
    changed = {COST_NAME + ".value": "1500", "name": "cheap"}
    cheaper = load_scenario(TINY, settings=changed)
    study = tornado(tiny(), moves(grid=("metastases", COST_NAME), cells=2), cheaper)
    table = study.tables["thresholds"].set_index("input")
    worth = [outputs_of(scenario, [BENEFIT])[BENEFIT] for scenario in (tiny(), cheaper)]
    margin = worth[0] - worth[1]
    assert margin < 0
    assert table["margin_at_base"].tolist() == pytest.approx([margin] * 3, rel=1e-3)
    assert table["margin_at_low"].loc[COST_NAME] == pytest.approx(0.0, abs=1e-6)
    assert "state different values of it" in table["note"].loc[COST_NAME]
    assert table["note"].drop(COST_NAME).str.contains("state different").sum() == 0
    (idle,) = [s for s in study.headlines if "put into both" in s]
    assert "no difference anywhere in the range" in idle
    assert any("Other values are stated in cheap" in s for s in study.headlines)


def test_an_end_that_the_model_refuses_is_said_and_is_no_crash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More synchronous metastases than stage IV: the high end of the range cannot be."""
    share: Key = ("metastases", "synchronous_share")
    wide = made_input(share, 0.16, Uniform(0.1, 0.5))
    monkeypatch.setattr(module, "uncertain_inputs", lambda _: {share: wide})
    study = tornado(tiny(), moves())
    assert "to refused" in study.headlines[0]
    assert study.tables["one_way"]["at_high"].isna().all()


def test_a_grid_needs_two_inputs_that_are_there() -> None:
    with pytest.raises(InvalidInput, match='one input for "pathway", which fits'):
        tornado(tiny(), moves(grid=("metastases", "pathway")))


def test_without_uncertain_inputs_there_is_nothing_to_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "uncertain_inputs", lambda _: {})
    with pytest.raises(InvalidInput, match="nothing to move"):
        tornado(tiny(), moves())
