"""Each check of the plan's rules by itself, at its edge: what is just sound, what just is not.

The tiny scenario has the months January to April 2027, the last of them run-out; a quarter of a
theatre list at Hilltop and a tenth at Riverside.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hepaplan.model.input_checks.plan_checks import check_plan_rules
from hepaplan.model.parameters import Settings
from hepaplan.model.plan_rules import Expansion, ExtraCapacity, MinimumVolume, RingFence
from hepaplan.model.problems import Problem
from tests.support.expansions import expansion
from tests.support.scenarios import tiny
from tests.support.small import figure, share

FIRST, LAST, AFTER, BEFORE = "2027-01", "2027-04", "2027-05", "2026-12"


def settings(**changes: Any) -> Settings:
    return tiny().settings.model_copy(update=changes)


def plan(**changes: Any) -> Settings:
    return settings(plan=tiny().settings.plan.model_copy(update=changes))


def found(stated: Settings, **tables: pd.DataFrame) -> list[Problem]:
    """Return the problems of some settings on the tiny pathway, with the tables given."""
    return check_plan_rules(stated, tiny().pathway, tables)


def fence(number: float, **changes: Any) -> RingFence:
    record = {"label": "Urgent", "site": "hilltop", "resource": "theatre",
              "treatments": ["resection"], "number": figure(number, "saleable units")}  # fmt: skip
    return RingFence.model_validate(record | changes)


def bought(**changes: Any) -> ExtraCapacity:
    record = {
        "label": "Evenings",
        "kind": "overtime",
        "site": "riverside",
        "resource": "theatre",
        "most": figure(90, "units per month"),
        "unit_cost": figure(11, "GBP per unit"),
    }
    return ExtraCapacity.model_validate(record | changes)  # fmt: skip


def volume(site: str, treatment: str) -> MinimumVolume:
    least = figure(3, "starts per year")
    return MinimumVolume.model_validate(
        {"label": "Safe", "site": site, "treatment": treatment, "least": least}
    )


def capacity(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site", "resource", "number"])


def test_a_sound_scenario_has_no_problems() -> None:
    tables = tiny().tables
    assert found(tiny().settings, capacity=tables.capacity, referral=tables.referral) == []


@pytest.mark.parametrize(
    ("aims", "told"),
    [
        (("health", "cost"), []),
        (("money", "cost"), []),
        (("health",), []),
        (("health", "cost", "health"), [(("plan", "aims", 2), "found health a second time")]),
        (("cost", "money", "health"), [(("plan", "aims"), "found health and money; expected one")]),
    ],
)
def test_aims_are_each_stated_once_and_health_or_money(
    aims: tuple[str, ...], told: list[tuple[tuple[str | int, ...], str]]
) -> None:
    problems = found(plan(aims=aims))
    assert [problem.key for problem in problems] == [key for key, _ in told]
    for problem, (_, words) in zip(problems, told, strict=True):
        assert problem.message.startswith(words)


def test_the_way_out_of_two_aims_that_exclude_each_other_lists_the_usual_ones() -> None:
    (problem,) = found(plan(aims=("money", "health")))
    assert problem.message.endswith("as in health, standard, cost, travel, waiting")


def test_a_budget_is_for_a_year_of_the_window_or_its_run_out() -> None:
    amount = {"2026": 1, "2027": 2, "2028": 3}
    problems = found(plan(budget=amount))
    assert [problem.key for problem in problems] == [
        ("plan", "budget", "2026"), ("plan", "budget", "2028"),
    ]  # fmt: skip
    assert "expected 2027; mend" in problems[0].message
    window = tiny().settings.window.model_copy(update={"run_out_months": 10})
    assert found(plan(budget=amount).model_copy(update={"window": window}))[1:] == []


@pytest.mark.parametrize(
    ("record", "key", "what"),
    [
        ({"ring_fence": {"a": fence(0.1, site="hill")}}, ("ring_fence", "a", "site"), "site"),
        ({"extra_capacity": {"a": bought(resource="bed")}}, ("extra_capacity", "a", "resource"),
         "resource"),
        ({"expansion": {"a": expansion(opens="surgary")}}, ("expansion", "a", "opens"), "service"),
        ({"minimum_volume": {"a": volume("hilltop", "resections")}},
         ("minimum_volume", "a", "treatment"), "treatment"),
        ({"ring_fence": {"a": fence(0.1, treatments=["ablation", "resektion"])}},
         ("ring_fence", "a", "treatments", 1), "treatment"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_one_problem_and_no_other(
    record: dict[str, Any], key: tuple[str | int, ...], what: str
) -> None:
    """That nobody is sent there, or that it has no capacity, would only repeat it."""
    tables = tiny().tables
    (problem,) = found(settings(**record), capacity=tables.capacity, referral=tables.referral)
    assert problem.key == key
    assert f"an unknown {what}" in problem.message


def test_treatments_are_not_judged_by_half_a_pathway() -> None:
    """Files name a decision point that could not be read: what it offers is not known."""
    unknown = settings(minimum_volume={"a": volume("hilltop", "transplant")})
    points = tuple(tiny().pathway.decision_point)
    referral = {"referral": tiny().tables.referral}
    assert len(check_plan_rules(unknown, tiny().pathway, referral, points[:1])) == 1
    assert len(check_plan_rules(unknown, tiny().pathway, referral, points)) == 1
    assert check_plan_rules(unknown, tiny().pathway, referral, (*points, "unread")) == []
    assert check_plan_rules(unknown, None, referral) == []
    nobody = settings(minimum_volume={"a": volume("riverside", "resection")})
    assert check_plan_rules(nobody, None, referral) == []
    assert check_plan_rules(nobody, tiny().pathway, {}) == []


@pytest.mark.parametrize(
    ("begin", "end", "keys"),
    [
        (None, None, []),
        ("2027-02", "2027-02", []),
        (FIRST, FIRST, []),
        (LAST, None, []),
        (None, FIRST, []),
        (BEFORE, AFTER, []),
        ("2027-03", "2027-02", ["to_month"]),
        (AFTER, None, ["from_month"]),
        (None, BEFORE, ["to_month"]),
        (AFTER, BEFORE, ["to_month", "from_month", "to_month"]),
    ],
)
def test_what_is_bought_is_bought_in_months_of_the_plan(
    begin: str | None, end: str | None, keys: list[str]
) -> None:
    record = bought(from_month=begin, to_month=end)
    problems = found(settings(extra_capacity={"evenings": record}))
    assert [p.key for p in problems] == [("extra_capacity", "evenings", key) for key in keys]


@pytest.mark.parametrize(
    ("record", "part", "words"),
    [
        (expansion(lead=3), None, ""),
        (expansion(lead=4), "lead", "first month of use would be 2027-05, after the last"),
        (expansion(lead=4), "lead", "2027-04; expected at most 3;"),
        (expansion(decided="2027-03", lead=2), "lead", "expected at most 1;"),
        (expansion(decided=LAST), None, ""),
        (expansion(decided=LAST, lead=1), "lead", "expected at most 0;"),
        (expansion(decided="2026-11", lead=5), None, ""),
        (expansion(decided="2026-11", lead=6), "lead", "expected at most 5;"),
        (expansion(lead=1, until="2027-02"), None, ""),
        (expansion(lead=1, until=FIRST), "until", "found 2027-01, before its first month of use"),
        (expansion(decided="2026-10", lead=1, until=FIRST), None, ""),
        (expansion(decided="2026-10", lead=1, until=BEFORE), "until", "window, 2027-01; expected"),
        (expansion(lead=0.5), "lead", "found 0.5; expected whole months"),
        (expansion(ramp_up=2.25), "ramp_up", "found 2.25; expected whole months"),
    ],
)
def test_an_expansion_is_of_use_in_the_plan(
    record: Expansion, part: str | None, words: str
) -> None:
    problems = found(settings(expansion={"list": record}))
    if part is None:
        assert problems == []
        return
    (problem,) = problems
    value = () if part == "until" else ("value",)
    assert problem.key == ("expansion", "list", part, *value)
    assert words in problem.message


def test_an_expansion_decided_after_the_end_is_told_once() -> None:
    (problem,) = found(settings(expansion={"list": expansion(decided=AFTER, lead=2)}))
    assert problem.key == ("expansion", "list", "decided")
    assert problem.message.startswith(
        "found 2027-05, after the last month of the window and its run-out; expected 2027-04 or"
    )


def test_every_expansion_is_looked_at() -> None:
    records = {"late": expansion(decided=AFTER), "later": expansion(lead=9)}
    assert [p.key[:2] for p in found(settings(expansion=records))] == [
        ("expansion", "late"), ("expansion", "later"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ({"ring_fence": {"a": fence(0.1, site="riverside")}}, []),
        ({"ring_fence": {"a": fence(0.1, site="riverside", resource="chair")}},
         ["ring_fence"]),
        ({"extra_capacity": {"a": bought(resource="chair")}}, ["extra_capacity"]),
        ({"extra_capacity": {"a": bought(resource="chair", kind="outsourcing"),
                             "b": bought(resource="chair")}}, ["extra_capacity"]),
    ],
)  # fmt: skip
def test_fences_and_overtime_are_of_what_a_site_has(
    records: dict[str, Any], told: list[str]
) -> None:
    """Riverside states no chairs, or none; from outside they may come all the same."""
    has = [("hilltop", "chair", 0.3), ("riverside", "theatre", 0.1), ("hilltop", "theatre", 0.2)]
    for rows in (has, [*has, ("riverside", "chair", 0.0), ("lakeside", "chair", 0.0)]):
        problems = found(settings(**records), capacity=capacity(*rows))
        assert [p.key[0] for p in problems] == told
        for problem in problems:
            assert "chair, which riverside does not have" in problem.message
            assert "(chair is at: hilltop)" in problem.message
    assert found(settings(**records)) == []


def test_capacity_stated_in_several_rows_adds_up() -> None:
    rows = capacity(("hilltop", "theatre", 0.5), ("hilltop", "theatre", 0.25))
    both = {"a": fence(0.25), "b": fence(0.5), "c": fence(9.0, site="riverside")}
    tables = {"capacity": rows}
    told = [p.key for p in found(settings(ring_fence=both), **tables)]
    assert told == [("ring_fence", "c", "resource")]
    (problem,) = found(settings(ring_fence={"a": fence(0.25), "b": fence(0.75)}), **tables)
    assert problem.key == ("ring_fence", "b", "number", "value")
    assert problem.message == (
        "found 0.75: fences keep 1 of theatre at hilltop; expected at most what it has, 0.75; "
        "fence less"
    )


def test_a_minimum_needs_a_site_to_which_somebody_is_sent() -> None:
    rows = [("surgery", "hilltop", 1.0), ("surgery", "riverside", 0.0), ("ablation", "lake", 0.2)]
    referral = pd.DataFrame(rows, columns=["service", "site", "share"])
    stated = {"a": volume("hilltop", "resection"), "b": volume("riverside", "resection"),
              "c": volume("hilltop", "ablation")}  # fmt: skip
    second, third = found(settings(minimum_volume=stated), referral=referral)
    assert [p.key[1:] for p in (second, third)] == [("b", "site"), ("c", "site")]
    assert "a site that offers it: hilltop; mend the site" in second.message
    assert "a site that offers it: lake; mend the site" in third.message
    opening = {"x": expansion(opens="surgery"), "y": expansion()}
    (still,) = found(settings(minimum_volume=stated, expansion=opening), referral=referral)
    assert still.key == ("minimum_volume", "c", "site")


def test_a_limit_to_travel_needs_a_table_of_travel() -> None:
    limited = plan(longest_travel=share(0.5))
    assert found(limited) == []
    without = {name: table for name, table in limited.tables.items() if name != "travel"}
    (problem,) = found(limited.model_copy(update={"tables": without}))
    assert problem.key == ("plan", "longest_travel")
    assert found(plan().model_copy(update={"tables": without})) == []
