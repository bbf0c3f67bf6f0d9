"""Names that a workbook's formulas could not tell apart are refused where they are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.model.input_checks.name_checks import alike_in_pathway
from hepaplan.model.input_checks.scenario_checks import Names, check_names
from hepaplan.model.ties.tie import tie_name
from hepaplan.scenarios.load import LocatedProblem
from tests.support.scenarios import tiny as sound

Edit = Callable[[str, str, str], int]
Problems = Callable[..., tuple[LocatedProblem, ...]]
MORE_SITES = """\
[site."River side"]
label = "Riverside 2"
quality = "illustrative"

[site.river_side]
label = "Riverside 3"
quality = "illustrative"

[site.riverside]"""


def test_two_sites_that_differ_in_a_space_are_refused_at_the_second(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    line = edit("scenario.toml", "[site.riverside]", MORE_SITES)
    found = [p for p in problems(tiny) if "beside" in p.message]
    assert [(p.file, p.key, p.line) for p in found] == [
        ("tiny/scenario.toml", "site.river_side", line + 4)
    ]
    assert found[0].message == (
        "found 'river_side' beside 'River side': names in a workbook cannot tell them apart, as "
        "they differ only in case, spaces, signs or letters beyond a to z; rename one"
    )


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("groups", "under_65", "Under 65"),
        ("resources", "theatre", "theatre_"),
        ("sites", "Saint-Luke", "saint_luke"),
        ("points", "operable", "OPERABLE"),
    ],
)
def test_each_kind_of_name_is_looked_at(kind: str, first: str, second: str) -> None:
    given: dict[str, tuple[str, ...]] = dict.fromkeys(
        ("groups", "points", "drugs", "resources", "sites", "sources"), ()
    )
    [problem] = check_names({}, Names(**given | {kind: (first, "another", second)}))
    assert problem.key[-1] == second
    assert f"found '{second}' beside '{first}'" in problem.message


def test_the_same_words_may_name_things_of_two_kinds() -> None:
    names = Names(groups=("a b",), points=(), drugs=(), resources=(), sites=("a_b",), sources=())
    assert check_names({}, names) == []


def test_options_and_treatments_are_told_apart_too() -> None:
    pathway = sound().pathway
    points = dict(pathway.decision_point)
    operable = points["operable"]
    options = dict(operable.option)
    options["Resection"] = options["ablation"].model_copy(update={"treatment": "Ablation!"})
    points["operable"] = operable.model_copy(update={"option": options})
    changed = pathway.model_copy(update={"decision_point": points})
    at = ("pathway", "decision_point", "operable", "option", "Resection")
    found = list(alike_in_pathway(changed))
    assert [problem.key for problem in found] == [at, (*at, "treatment")]
    assert "found 'Ablation!' beside 'ablation'" in found[1].message


def test_a_sound_scenario_has_none_and_two_alike_would_share_a_name() -> None:
    assert list(alike_in_pathway(sound().pathway)) == []
    assert tie_name("plan use", "River side") == tie_name("plan use", "river_side")
