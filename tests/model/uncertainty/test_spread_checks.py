"""What is told of distributions that cannot be: which figure, which field, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Problem, dotted
from hepaplan.model.uncertainty.spread.checks import (
    check_intervals,
    check_rules,
    check_sets,
    check_uncertainty,
    interval_notices,
)
from tests.support.scenarios import tiny
from tests.support.small import pathway_record

LISTED = "pathway.decision_point.listed"
TO = f"{LISTED}.option.operation.exits.recurrence.to"


def told(problems: list[Problem]) -> dict[str, str]:
    assert len({problem.key for problem in problems}) == len(problems)
    return {dotted(problem.key): problem.message for problem in problems}


def pathway(**changes: dict[str, Any]) -> Pathway:
    """The pathway on paper with more said of figures: `waiting__cost` for one of those waiting."""
    record = pathway_record()
    point = record["decision_point"]["listed"]
    inside = {
        "waiting": point["waiting"],
        "move": point["waiting"]["move"],
        "to": point["option"]["operation"]["exits"]["recurrence"]["to"],
        "operation": point["option"]["operation"],
        "listed": point,
    }
    for name, stated in changes.items():
        where, _, figure = name.partition("__")
        inside[where][figure] |= stated
    return Pathway.model_validate(record)


def sized(size: float) -> dict[str, Any]:
    return {"distribution": "dirichlet", "parameters": {"sample_size": size}}


@pytest.mark.parametrize(
    ("changes", "key", "said"),
    [
        ({"operation__procedural_mortality": sized(40.0)}, f"{LISTED}.option.operation"
         ".procedural_mortality.distribution", "stands alone; choose beta"),
        ({"listed__standard": {"distribution": "gamma", "standard_error": 3.0}},
         f"{LISTED}.standard.distribution",
         "is stated for a choice (a waiting standard), which no draw changes; delete it"),
        ({"waiting__cost": {"standard_error": 3.0}}, f"{LISTED}.waiting.cost.standard_error",
         "is stated without a distribution"),
    ],
)  # fmt: skip
def test_a_distribution_that_a_figure_cannot_have(
    changes: dict[str, dict[str, Any]], key: str, said: str
) -> None:
    found = told(check_uncertainty(pathway(**changes), ("pathway",)))
    assert list(found) == [key]
    assert said in found[key]


@pytest.mark.parametrize("where", ["to__listed", "move__settled", "waiting__stay",
                                   "operation__usual_share"])  # fmt: skip
def test_shares_of_a_set_may_state_its_size(where: str) -> None:
    assert check_uncertainty(pathway(**{where: sized(40.0)}), ("pathway",)) == []


def test_settings_have_no_sets() -> None:
    late = tiny().settings.metastases.late_share.model_copy(update=sized(40.0))
    metastases = tiny().settings.metastases.model_copy(update={"late_share": late})
    settings = tiny().settings.model_copy(update={"metastases": metastases})
    assert list(told(check_uncertainty(settings, ()))) == ["metastases.late_share.distribution"]


def test_a_set_states_one_size() -> None:
    assert check_sets(pathway(to__listed=sized(40.0), to__settled=sized(40.0))) == []
    found = told(check_sets(pathway(to__listed=sized(40.0), to__settled=sized(60.0))))
    assert list(found) == [f"{TO}.listed.parameters", f"{TO}.settled.parameters"]
    for said in found.values():
        assert said.startswith("the shares of one set state ")
        assert said.endswith("; state one size")


def test_a_set_is_drawn_whole_or_share_by_share() -> None:
    beta = {"distribution": "beta", "standard_error": 0.05}
    assert check_sets(pathway(to__settled=beta)) == []
    found = told(check_sets(pathway(to__listed=sized(40.0), to__settled=beta)))
    assert list(found) == [f"{TO}.listed.distribution"]
    assert found[f"{TO}.listed.distribution"].startswith(f"{TO}.settled of the same set has a")


@pytest.mark.parametrize(("value", "wrong"), [(2.0, False), (5.0, False), (1.9, True), (5.1, True)])
def test_an_interval_holds_its_value(value: float, wrong: bool) -> None:
    content = {"a": {"cost": {"value": value, "low": 2.0, "high": 5.0, "unit": "GBP"}}, "b": 3}
    expected = f"the interval 2 to 5 does not hold the value {value:g}; mend one of the two"
    assert told(check_intervals(content)) == ({"a.cost.value": expected} if wrong else {})


def test_what_has_no_interval_is_looked_into() -> None:
    inner = {"value": 9.0, "low": 2.0, "high": 5.0}
    assert list(told(check_intervals({"value": {"young": inner}, "low": 1.0}))) == [
        "value.young.value"
    ]
    assert check_intervals({"value": "many", "low": 2.0, "high": 5.0}) == []


def test_intervals_that_no_draw_follows_are_told_with_what_to_do() -> None:
    interval = {"low": 30.0, "high": 50.0}
    one = pathway(waiting__cost=interval)
    settings = tiny().settings  # whose one interval has its distribution
    assert interval_notices(settings, pathway()) == []
    assert interval_notices(settings, one) == [
        "1 figure states an interval without a distribution, and no draw follows it: "
        f"{LISTED}.waiting.cost (add a distribution)"
    ]
    both = pathway(waiting__cost={"low": 30.0}, listed__standard={"high": 40.0})
    (said,) = interval_notices(settings, both)
    assert said.startswith("2 figures state an interval without")
    assert f"{LISTED}.standard (a waiting standard)" in said
    drawn = pathway(waiting__cost=interval | {"distribution": "gamma"})
    assert interval_notices(settings, drawn) == []


def test_sample_sizes_are_of_known_groups_of_the_table_of_eligibility() -> None:
    tables = dict(tiny().settings.tables)
    update = {"sample_size": {"under_65": 40.0}}
    for name, expected in (("eligibility", {}), ("capacity", "tables.capacity.sample_size")):
        changed = {**tables, name: tables[name].model_copy(update=update)}
        found = told(check_rules(tiny().settings.model_copy(update={"tables": changed})))
        assert list(found) == ([expected] if expected else [])
    unknown = {"sample_size": {"under_56": 40.0}}
    changed = {**tables, "eligibility": tables["eligibility"].model_copy(update=unknown)}
    found = told(check_rules(tiny().settings.model_copy(update={"tables": changed})))
    assert found == {
        "tables.eligibility.sample_size.under_56": (
            "found 'under_56', an unknown group; did you mean \"under_65\"?; expected one of "
            "under_65, 65_and_over"
        )
    }
