"""Options that state only what differs from another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.scenarios.load import LocatedProblem, load_scenario

Edit = Callable[[str, str, str], int]
Problems = Callable[..., tuple[LocatedProblem, ...]]

LIKE = """
[decision_point.operable.option.microwave]
like = "{}"
label = "Microwave ablation"
on = false
footprint.theatre.value = [90]
"""


@pytest.mark.parametrize("stated", ["ablation", "operable.ablation"])
def test_an_option_like_another_states_only_what_differs(tiny: Path, stated: str) -> None:
    path = tiny / "pathway.toml"
    lines = path.read_text().count("\n")
    path.write_text(path.read_text() + LIKE.format(stated))
    scenario = load_scenario(tiny)
    options = scenario.pathway.decision_point["operable"].option
    copied = options["microwave"]
    assert copied.label == "Microwave ablation"
    assert copied.footprint["theatre"].at(0) == 90
    assert options["ablation"].footprint["theatre"].at(0) == 120
    assert copied.exits == options["ablation"].exits
    key = ("pathway", "decision_point", "operable", "option")
    assert scenario.places[(*key, "microwave", "footprint", "theatre", "value")].line == lines + 6
    shared = ("exits", "recurrence", "time")
    assert (
        scenario.places[(*key, "microwave", *shared)]
        == scenario.places[(*key, "ablation", *shared)]
    )


def test_what_is_set_moves_with_its_copies_but_not_the_other_way(tiny: Path) -> None:
    path = tiny / "pathway.toml"
    path.write_text(path.read_text() + LIKE.format("ablation"))
    at = "pathway.decision_point.operable.option"

    def shares(key: str) -> list[float]:
        found = load_scenario(tiny, settings={key: "0.031"}).pathway.decision_point["operable"]
        mortality = [found.option[o].procedural_mortality for o in ("ablation", "microwave")]
        return [m.number for m in mortality if m is not None]

    assert shares(f"{at}.ablation.procedural_mortality") == [0.031, 0.031]
    assert shares(f"{at}.microwave.procedural_mortality")[1] == 0.031
    assert shares(f"{at}.microwave.procedural_mortality")[0] != 0.031


def test_a_fault_that_a_copy_repeats_is_told_once(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    line = edit("pathway.toml", 'kind = "ablation"', 'kind = "ablatoin"')
    path = tiny / "pathway.toml"
    path.write_text(path.read_text() + LIKE.format("ablation"))
    [problem] = problems(tiny)
    assert (problem.line, problem.key) == (
        line,
        "pathway.decision_point.operable.option.ablation.kind",
    )
    assert problem.message.endswith(" (and 1 copy)")


def test_a_fault_across_figures_that_copies_repeat_is_told_once(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    line = edit("pathway.toml", "{ month = 3, survival = 0.9 }", "{ month = 24, survival = 0.6 }")
    path = tiny / "pathway.toml"
    twice = LIKE.format("ablation") + LIKE.format("ablation").replace("microwave", "laser")
    path.write_text(path.read_text() + twice)
    [problem] = problems(tiny)
    assert problem.key == "pathway.decision_point.operable.option.ablation.exits.recurrence.time"
    assert problem.line == line
    assert problem.message.startswith("survival does not fall from 0.55 at month 12 to 0.6")
    assert problem.message.endswith(" (and 2 copies)")


def test_a_fault_of_a_copy_alone_is_told_where_it_is(tiny: Path, problems: Problems) -> None:
    path = tiny / "pathway.toml"
    copy = (
        LIKE.format("ablation")
        .replace("operable", "inoperable")
        .replace('"ablation"', '"operable.ablation"')
    )
    path.write_text(path.read_text() + copy)
    [problem] = problems(tiny)
    assert problem.key == "pathway.decision_point.inoperable.option.microwave.kind"
    assert "copy" not in problem.message


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ("ablatoin", 'no option; did you mean "ablation"?'),
        ("microwave", "alike in a circle: operable.microwave -> operable.microwave"),
    ],
)
def test_an_option_like_nothing(tiny: Path, problems: Problems, stated: str, message: str) -> None:
    path = tiny / "pathway.toml"
    path.write_text(path.read_text() + LIKE.format(stated))
    [problem] = problems(tiny)
    assert problem.key == "pathway.decision_point.operable.option.microwave.like"
    assert message in problem.message
