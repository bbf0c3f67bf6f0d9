"""The page of the cohort engine: its model runs as it stands, and gives what the page says."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from hepaplan.model.cohort.cycle_weights import CycleWeights
from hepaplan.model.cohort.transitions import Conversion
from hepaplan.model.money.discounting import Convention
from tests.support.pages import blocks, names_of, page

NAME = "explanation/cohort-engine.md"
PAGE = page(NAME)
FEW_LINES = 40


def code() -> str:
    return blocks(NAME)[0]


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return names_of(NAME)


def test_the_model_is_short() -> None:
    assert len([line for line in code().splitlines() if line.strip()]) < FEW_LINES


def test_i_the_model_on_the_page_gives_the_published_result(names: dict[str, Any]) -> None:
    found = {row.name: row for row in names["table"]}
    assert found["none"].cost == pytest.approx(152262.290718265373, rel=1e-12)
    assert found["AB"].qalys == pytest.approx(23.466845589527868, rel=1e-12)
    assert found["B"].icer == pytest.approx(73133.5853423586, rel=1e-12)
    assert found["A"].standing == "dominated"


def test_the_figures_in_the_text_are_those_of_the_model(names: dict[str, Any]) -> None:
    found = {row.name: row for row in names["table"]}
    for name in ("B", "AB"):
        assert f"{found[name].icer:,.0f}" in PAGE


def test_the_model_on_the_page_has_draws(names: dict[str, Any]) -> None:
    assert names["psa"]["A"]["cost"].shape == (300,)
    assert 0.5 < names["chance_b"] < 1.0
    assert len(names["psa"]["B"].totals.to_frame()) == 2 * 300


def test_the_compiled_model_on_the_page_gives_the_same(names: dict[str, Any]) -> None:
    assert names["quick"].keys() == names["psa"].keys()
    assert names["difference"] < 1e-12


@pytest.mark.parametrize("choice", [CycleWeights, Convention, Conversion])
def test_every_choice_is_on_the_page(choice: object) -> None:
    assert [name for name in get_args(choice) if f"`{name}`" not in PAGE] == []
