"""Every family of time-to-event distributions can be written in a scenario, and runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.pathway import TimeFamily
from hepaplan.model.survival.fitted import time_to_event
from hepaplan.model.tables.assumptions import assumption_table
from hepaplan.scenarios.explain import explain
from hepaplan.scenarios.load import LocatedProblem, load, load_scenario

FAMILIES = get_args(TimeFamily)
FARTHEST = dict.fromkeys(FAMILIES, 0.03) | {
    "exponential": 0.07,
    "generalised_gamma": 1e-9,
    "piecewise_exponential": 1e-15,
    "published_curve": 1e-15,
}
POINTS = (
    "{ month = 6, survival = 0.86, at_risk = 120 }, { month = 12, survival = 0.7, at_risk = 90 }, "
    "{ month = 36, survival = 0.46, at_risk = 31 }"
)
TIME_IN_WORDS = (
    "family: weibull; points: (month 6, survival 0.86, at_risk 120), "
    "(month 12, survival 0.7, at_risk 90), (month 36, survival 0.46, at_risk 31)"
)
POINTS_AT = "decision_point.operable.option.resection.exits.recurrence.time"


def overlay(tiny: Path, family: str, points: str = POINTS) -> Path:
    """Write a variant of the tiny scenario in which recurrence has another family."""
    folder = tiny.parent / family
    folder.mkdir()
    sourced = 'unit = "months", source = "made_up", quality = "illustrative", reason = "a test"'
    (folder / "scenario.toml").write_text(
        f'based_on = "../tiny"\nname = "{family}"\n\n[pathway.{POINTS_AT}]\n'
        f'family = "{family}"\npoints = [{points}]\n{sourced.replace(", ", chr(10))}\n',
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize("family", FAMILIES)
def test_a_scenario_with_each_family_loads_and_runs(tiny: Path, family: str) -> None:
    scenario = load_scenario(overlay(tiny, family))
    recurrence = scenario.pathway.decision_point["operable"].option["resection"].exits["recurrence"]
    assert recurrence.time.family == family
    assert recurrence.time.points[2].at_risk == 31
    assert np.less(time_to_event(recurrence.time, scenario.groups[0]).fit_error, FARTHEST[family])
    alive = usual_care(scenario).kernels.alive
    assert np.isfinite(alive).all()
    assert alive.max() <= 1.0


def test_a_family_with_too_few_figures_is_refused_with_its_place(
    tiny: Path, problems: Callable[..., tuple[object, ...]]
) -> None:
    folder = overlay(tiny, "generalised_gamma", points="{ month = 12, survival = 0.7 }")
    (problem,) = problems(folder)
    assert "generalised_gamma needs 3 figures" in str(problem)
    assert "recurrence.time" in str(problem)


def test_a_fit_that_does_not_settle_is_refused_with_its_place(
    tiny: Path, problems: Callable[..., tuple[LocatedProblem, ...]]
) -> None:
    points = "{ month = 12, survival = 0.5 }, { month = 12.0000001, survival = 0.4 }"
    (problem,) = problems(overlay(tiny, "gompertz", points=points))
    assert "no gompertz curve could be fitted to these figures" in problem.message
    assert problem.key == f"pathway.{POINTS_AT}"
    assert problem.line is not None


CHANGE = """
[[pathway.decision_point.operable.option.resection.exits.recurrence.hazard_ratio_changes]]
from_month = {from_month}
over_months = {over_months}
hazard_ratio.value = {ratio}
hazard_ratio.unit = "hazard ratio"
hazard_ratio.source = "made_up"
hazard_ratio.quality = "illustrative"
"""


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"from_month": 20, "over_months": 0, "ratio": 1.0}, "begins before the one from month 12"),
        ({"from_month": 36, "over_months": 6, "ratio": 0.0}, "to 0, which has no logarithm"),
    ],
)
def test_hazard_ratios_that_cannot_follow_each_other_are_refused(
    tiny: Path, problems: Callable[..., tuple[object, ...]], second: dict[str, float], words: str
) -> None:
    folder = overlay(tiny, "weibull")
    path = folder / "scenario.toml"
    plain = path.read_text(encoding="utf-8")
    first = CHANGE.format(from_month=12, over_months=24, ratio=0.8)
    later = CHANGE.format(**second)
    path.write_text(plain + first, encoding="utf-8")
    loaded = load(folder)
    changes = f"pathway.{POINTS_AT}".replace("time", "hazard_ratio_changes")
    key, words_used = f"{changes}[1].hazard_ratio", "0.8 (from month 12, over 24 months)"
    values = assumption_table(loaded.scenario).set_index("key")["value"]
    assert values[key] == words_used
    assert values[f"pathway.{POINTS_AT}"] == TIME_IN_WORDS
    assert explain(loaded, changes).value == "a list of 1"
    about = "hazard ratio (illustrative, made_up)"
    assert explain(loaded, changes).below == (f"{key} = {words_used} {about}",)
    said = str(explain(loaded, f"pathway.{POINTS_AT}"))
    assert said.startswith(f"pathway.{POINTS_AT} = {TIME_IN_WORDS}\n  unit: months\n")
    path.write_text(plain + first + later, encoding="utf-8")
    (problem,) = problems(folder)
    assert words in str(problem)
