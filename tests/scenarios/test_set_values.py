"""Figures set on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.model.parameters import Place
from hepaplan.scenarios.load import LocatedProblem, load, load_scenario

Problems = Callable[..., tuple[LocatedProblem, ...]]
SHARE = ("metastases", "synchronous_share")
MORTALITY = "pathway.decision_point.operable.option.resection.procedural_mortality"


def test_set_changes_a_figure_and_says_so(tiny: Path) -> None:
    loaded = load(
        tiny, settings={"metastases.synchronous_share": "0.19", "window.start": "2028-04"}
    )
    share = loaded.scenario.settings.metastases.synchronous_share
    assert (share.value, share.low, share.distribution) == (0.19, None, None)
    assert share.quality == "illustrative"
    assert share.reason == (
        "set on the command line (was given with low, high, distribution, which no longer hold)"
    )
    assert loaded.scenario.settings.window.start == "2028-04"
    assert loaded.scenario.places[(*SHARE, "value")] == Place("command line")
    assert loaded.reasons["window", "start"] == "set on the command line"


def test_set_one_group_a_list_and_a_switch(tiny: Path) -> None:
    point = "pathway.decision_point.operable"
    scenario = load_scenario(
        tiny,
        settings={
            f"{point}.option.resection.procedural_mortality.value.under_65": "0.02",
            f"{point}.option.resection.footprint.theatre": "[250, 10]",
            "plan.age_neutral": "false",
        },
    )
    resection = scenario.pathway.decision_point["operable"].option["resection"]
    assert resection.procedural_mortality is not None
    assert resection.procedural_mortality.value == {"under_65": 0.02, "65_and_over": 0.04}
    assert resection.procedural_mortality.reason == "set on the command line"
    assert resection.footprint["theatre"].value == (250, 10)
    assert scenario.settings.plan.age_neutral is False


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("metastases.synchronous_shore", "0.2", 'did you mean "synchronous_share"?'),
        ("metastasis.late_share", "0.2", 'did you mean "metastases"?'),
        ("metastases.synchronous_share", "lots", "found 'lots'; expected a value such as 0.16"),
        ("metastases", "0.2", "is a table, not a value; expected one of its keys"),
        (f"{MORTALITY}.65_and_over", "0.2", f"; did you mean {MORTALITY}.value.65_and_over?"),
        ("a b", "0.2", "expected a key such as economics.horizon_years"),
        ("window.months", "3\nx = 4", "expected a value such as 3"),
    ],
)
def test_set_what_cannot_be_set(
    tiny: Path, problems: Problems, key: str, value: str, message: str
) -> None:
    [problem] = problems(tiny, settings={key: value})
    assert problem.file == "command line"
    assert problem.key == f"--set {key}"
    assert message in problem.message


def test_set_to_something_impossible_is_refused_like_a_file(tiny: Path, problems: Problems) -> None:
    [problem] = problems(tiny, settings={"metastases.synchronous_share": "17"})
    assert str(problem) == (
        "command line: metastases.synchronous_share.value: "
        "17 lies outside 0 to 1 (17 %? write 0.17)"
    )
