"""What a file of targets may ask for, and what a parameter makes of its figure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from hepaplan.model.calibration.request import Parameter, Request, TargetsStated, TargetStated

TARGET = {"output": "o", "value": 3.5, "standard_error": 0.5, "source": "s", "quality": "published"}
FILE: dict[str, Any] = {"scenario": "t", "parameter": {"p": {"key": "k"}}, "target": {"t": TARGET}}
BY_MONTH = {"month 0": 3.0, "month 1": 5.0, "then": 8.0}
ONE = Parameter(
    name="share",
    keys=(("metastases", "late_share"),),
    part="",
    multiply=False,
    label="Late share",
    unit="share",
    low=0.1,
    high=0.4,
    before=0.2,
    numbers={"": 0.2},
    sd=None,
)


def stated(**more: Any) -> TargetsStated:
    return TargetsStated.model_validate(FILE | more)


def target(**more: Any) -> TargetStated:
    return TargetStated.model_validate(TARGET | more)


def test_the_shortest_file_begins_from_five_points_of_seed_1() -> None:
    """Names of one letter are names; nothing else has to be said."""
    found = stated()
    assert (found.starts, found.seed, found.scenario) == (5, 1, "t")
    assert not found.parameter["p"].multiply
    assert found.parameter["p"].part == ""
    by_hand = Request("t", (), (), {})
    assert (by_hand.starts, by_hand.seed) == (found.starts, found.seed)


@pytest.mark.parametrize("sound", [{"starts": 1}, {"starts": 100}, {"seed": 0}])
def test_the_least_and_the_most_that_can_be_asked_for(sound: dict[str, int]) -> None:
    (name,) = sound
    assert getattr(stated(**sound), name) == sound[name]


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": 0},
        {"starts": 101},
        {"seed": -1},
        {"scenario": ""},
        {"parameter": {}},
        {"target": {}},
        {"parameter": {"p": {"key": ""}}},
    ],
)
def test_less_than_the_least_and_more_than_the_most_are_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ValidationError) as refused:
        stated(**wrong)
    assert [error["loc"][0] for error in refused.value.errors()] == [name]


@pytest.mark.parametrize("wrong", [{"standard_error": 0.0}, {"output": ""}, {"source": ""}])
def test_a_target_has_an_output_a_source_and_is_unsure(wrong: dict[str, Any]) -> None:
    assert target(standard_error=1e-9).standard_error == 1e-9
    (name,) = wrong
    with pytest.raises(ValidationError) as refused:
        target(**wrong)
    assert [error["loc"] for error in refused.value.errors()] == [(name,)]


def test_a_parameter_is_its_figures_one_number() -> None:
    assert ONE.changed(0.3) == 0.3
    assert ONE.changed(0.3, before=0.25) == 0.3


def test_a_parameter_of_one_part_leaves_the_others() -> None:
    part = replace(ONE, part="month 1", numbers=BY_MONTH)
    assert part.changed(9.0) == {"month 0": 3.0, "month 1": 9.0, "then": 8.0}
    before = {"month 0": 4.0, "month 1": 5.0, "then": 8.0}
    assert part.changed(9.0, before) == {"month 0": 4.0, "month 1": 9.0, "then": 8.0}


def test_a_factor_is_on_every_number_of_the_file() -> None:
    factor = replace(ONE, multiply=True, numbers=BY_MONTH)
    assert factor.changed(1.5) == {"month 0": 4.5, "month 1": 7.5, "then": 12.0}
    assert replace(ONE, multiply=True).changed(1.5) == pytest.approx(0.3)
