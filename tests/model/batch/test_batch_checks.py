"""Designs that cannot be: one change to a sound one, its place and its message."""

from __future__ import annotations

from typing import Any

import pytest

from hepaplan.model.batch.checks import MOST_DRAWS, MOST_RUNS, design_problems
from hepaplan.model.batch.design import Design

SOUND: dict[str, Any] = {
    "share": {"key": "metastases.synchronous_share", "values": [0.1, 0.2]},
    "lists": {"key": "capacity.hilltop.theatre", "by": "add", "from": 1.0, "to": 2.0, "steps": 2},
    "overlay": {"overlays": ["none", "cut"]},
}
DRAWN = {"sample": "distribution", "draws": 5}


def problems(
    axes: dict[str, Any], allow_many: bool = False, **stated: Any
) -> list[tuple[str, str]]:
    record = {"name": "try", "scenario": "tiny", "outputs": ["new_metastases"], "axes": axes}
    found = design_problems(Design.model_validate(record | stated), allow_many)
    return [(".".join(map(str, p.key)), p.message) for p in found]


def test_a_sound_design_has_no_problem() -> None:
    assert problems(SOUND) == []
    assert problems(SOUND, combine="zip", draws=10) == []
    assert problems({}, draws=10) == []


FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no kind": ({"key": "a.b"}, "axes.x", "expected one of values"),
    "two kinds": ({"values": [1], "overlays": ["cut"]}, "axes.x", "found values, overlays"),
    "an empty list": ({"values": []}, "axes.x.values", "found an empty list"),
    "an empty list of overlays": ({"overlays": []}, "axes.x.overlays", "found an empty list"),
    "one level twice": ({"values": [1, 2, 1.0]}, "axes.x.values.2", "found 1.0 twice"),
    "a list in a list": ({"values": [[1]]}, "axes.x.values.0", "expected a number, a word"),
    "mixed kinds": ({"values": [1, True]}, "axes.x.values", "found numbers, true and false"),
    "words multiplied": ({"values": ["a"], "by": "multiply"}, "axes.x.by", "needs numbers"),
    "no end": ({"from": 1.0, "steps": 3}, "axes.x.to", "is missing"),
    "no steps": ({"from": 1.0, "to": 2.0}, "axes.x.steps", "is missing"),
    "one step": ({"from": 1.0, "to": 2.0, "steps": 1}, "axes.x.steps", "found 1; expected 2 to"),
    "endless steps": ({"from": 1.0, "to": 2.0, "steps": 10**9}, "axes.x.steps", "expected 2 to"),
    "no range": ({"from": 1.0, "to": 1.0, "steps": 2}, "axes.x.to", "where the range begins"),
    "log through 0": (
        {"from": -1.0, "to": 1.0, "steps": 3, "scale": "log"},
        "axes.x.scale",
        "cannot go from -1 to 1, to or through 0",
    ),
    "log from 0": (
        {"from": 0.0, "to": 1.0, "steps": 3, "scale": "log"},
        "axes.x.scale",
        "cannot go from 0 to 1",
    ),
    "a stray field": ({"values": [1], "steps": 3}, "axes.x.steps", "belongs to from"),
    "a stray key": ({"overlays": ["cut"], "key": "a.b"}, "axes.x.key", "belongs to values or from"),
    "no draws": ({"sample": "distribution"}, "axes.x.draws", "is missing"),
    "too many draws": ({**DRAWN, "draws": 10**6}, "axes.x.draws", "expected 1 to 20,000"),
    "no inputs": ({**DRAWN, "inputs": []}, "axes.x.inputs", "found an empty list"),
    "a value changed twice": (
        {"key": "metastases.synchronous_share.value", "values": [0.3]},
        "axes.x",
        "changes what axis share changes",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_axis_is_refused(name: str) -> None:
    axis, key, words = FAULTS[name]
    (found,) = problems(SOUND | {"x": axis})
    assert found[0] == key
    assert words in found[1]


@pytest.mark.parametrize(
    "name", ["run", "key", "why", "WHY", "Runs", "p10", "mean", "new_metastases", "draw"]
)
def test_an_axis_may_not_take_the_name_of_another_column(name: str) -> None:
    (found,) = problems({name: {"key": "a.b", "values": [1]}}, draws=2)
    assert found == (
        f"axes.{name}",
        "is the name of another column of the results; rename the axis",
    )


@pytest.mark.parametrize("name", ["", "a b", "=1+1", "x" * 201, "-a"])
def test_a_name_that_is_no_column_is_refused(name: str) -> None:
    ((key, message),) = problems({name: {"key": "a.b", "values": [1]}})
    assert key == f"axes.{name}"
    assert "expected a name of letters" in message


def test_a_name_too_long_for_a_folder_is_refused() -> None:
    """Letters of other scripts are three bytes each; a disk takes 255 bytes."""
    assert problems(SOUND, name="肝" * 66) == []
    ((key, message),) = problems(SOUND, name="肝" * 67)
    assert key == "name"
    assert "found 201 bytes; expected at most 200; shorten it" in message


def test_problems_are_told_all_at_once() -> None:
    axes = {"a": {"values": []}, "b": {"from": 0.0, "to": 0.0, "steps": 1}}
    assert len(problems(axes, outputs=["x", "x"])) == 4


def test_two_that_draw_and_two_that_choose_the_scenario_are_refused() -> None:
    assert problems({"x": DRAWN}, draws=3)[0][1].startswith("draws at the top draws too")
    assert problems({"x": DRAWN, "y": DRAWN})[0][0] == "axes.y.sample"
    two = {"x": {"scenarios": ["a"]}, "y": {"scenarios": ["b"]}}
    assert "axis x chooses the scenario too" in problems(two)[0][1]


def test_a_design_that_varies_nothing_is_refused() -> None:
    assert "found nothing that varies" in problems({})[0][1]


def test_zip_needs_axes_of_one_length() -> None:
    axes = {"a": {"values": [1, 2]}, "b": {"values": [1, 2, 3]}}
    assert "found a 2, b 3; make them equal" in problems(axes, combine="zip")[0][1]
    assert "pairs two or more axes" in problems({"a": {"values": [1]}}, combine="zip")[0][1]


def test_more_than_a_million_runs_need_a_yes() -> None:
    axes: dict[str, Any] = {
        n: {"key": n, "from": 0.0, "to": 1.0, "steps": 1000} for n in ("a", "b")
    }
    assert problems(axes) == []
    axes["c"] = {"key": "c", "values": [1, 2]}
    ((key, message),) = problems(axes)
    assert key == "axes"
    assert (
        f"found 2,000,000 runs (a 1,000 x b 1,000 x c 2); expected at most {MOST_RUNS:,}" in message
    )
    assert problems(axes, allow_many=True) == []


def test_a_log_range_without_an_end_lacks_its_end_only() -> None:
    (found,) = problems({"x": {"key": "a.b", "from": 1.0, "steps": 3, "scale": "log"}})
    assert found == ("axes.x.to", "is missing; a range states from, to and steps")


@pytest.mark.parametrize(
    "axis",
    [
        {"key": "a.b", "from": -1.0, "to": 0.0, "steps": 2},
        {"key": "a.b", "from": -1.0, "to": -2.0, "steps": 3, "scale": "log"},
        {"key": "a.b", "values": ["a", "b"], "by": "set"},
        {"sample": "distribution", "draws": 1},
        {"sample": "distribution", "draws": MOST_DRAWS},
    ],
)
def test_what_is_just_allowed(axis: dict[str, Any]) -> None:
    assert problems({"x": axis}, allow_many=True) == []
