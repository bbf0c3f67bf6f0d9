"""Conflicts as a planner reads them: the numbers are those of test_conflicts, worked on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.allocation.conflict_words import (
    SENTENCES,
    UNDIVIDED,
    Words,
    explained,
    in_words,
    rounded_down,
    rounded_up,
    why_no_plan,
    words_for,
)
from hepaplan.model.allocation.conflicts import Conflict, Shortfall
from hepaplan.model.allocation.named_rules import Rule
from hepaplan.model.allocation.solver import NoPlan, minimise
from hepaplan.model.plan_rules import MinimumVolume
from hepaplan.model.sites.network import Network
from tests.model.allocation.test_conflicts import one_list, volumes, written
from tests.support.pages import page
from tests.support.scenarios import tiny
from tests.support.small import figure

LABELS = {
    "operation": "Liver resection", "listed": "Operable", "site_0": "North", "site_1": "South",
    "resource_0": "Operating theatre", "minimum_volume.volume_0": "Liver resections",
}  # fmt: skip
UNITS = {"resource_0": "hours"}


def told(network: Network, shift: float = 1.0) -> list[str]:
    at, rows = written(network, shift)
    return why_no_plan(Words(network, LABELS, UNITS), at, rows).split("\n")


def test_one_rule_alone() -> None:
    assert told(replace(one_list(1.0, [50.0]), lumps=volumes([40.0]))) == [
        "no plan keeps every rule at once: one cannot be kept whatever the others are",
        "- Liver resections at North: at least 40 a year are asked for; at most 12 can start in "
        "2027, 28 short. Lower minimum_volume.volume_0.least to 12, or let the service close "
        "(may_close = true)",
    ]


def test_two_rules_say_what_each_would_have_to_give() -> None:
    first, *lines = told(replace(one_list(5.0, [6.0], use=3.0), lumps=volumes([40.0])))
    assert first.startswith("no plan keeps every rule at once: these 2 conflict")
    assert [line[:60] for line in lines] == [
        "- Operating theatre at North in 2027-01 to 2027-12: 48 hours",
        "- Liver resections at North: at least 40 a year are asked fo",
    ]
    assert "48 hours short. Give North that much more (capacity" in lines[0]
    assert "at most 24 can start in 2027, 16 short" in lines[1]


def test_a_short_last_year_is_told_as_a_whole_one() -> None:
    """Six months with 1 a month where 40 a year, 20 in them, are asked for: 12 a year can be."""
    lines = told(replace(one_list(1.0, [50.0], months=6), lumps=volumes([40.0])))
    assert "at most 12 can start in 2027, 28 short" in lines[1]


def test_referral_is_named_by_its_input() -> None:
    lines = told(replace(one_list(5.0, [50.0, 50.0]), lumps=volumes([40.0], 2)), shift=0.1)
    assert any("Liver resection (Operable) in 2027: referral stays within" in x for x in lines)
    assert any("4 more people would have to go to another site" in x for x in lines)


def test_further_conflicts_are_announced_with_all_that_has_to_give() -> None:
    network = replace(one_list(1.0, [50.0], months=24), lumps=volumes([40.0]))
    lines = told(network)
    assert "other rules conflict too" in lines[2]
    assert "28 short" in lines[1]
    assert lines[3] == "For a plan to exist, this much has to give in all:"
    assert lines[4].startswith("- Liver resections at North: at least 40 a year are asked for")
    assert lines[4].endswith("(the worst of 2 years)")


def test_a_plan_that_exists_is_not_explained_away() -> None:
    assert "every rule can be kept" in told(one_list(1.0, [50.0]))[0]


def test_no_time_is_said() -> None:
    network = replace(one_list(5.0, [6.0], use=3.0), lumps=volumes([40.0]))
    at, rows = written(network)
    assert "why was not found" in why_no_plan(Words(network), at, rows, time_limit=0.0)


@pytest.mark.parametrize("constraint", [*SENTENCES, *UNDIVIDED, "fairness"])
def test_every_kind_of_rule_has_words(constraint: str) -> None:
    about = {
        "minimum_volumes": ("volume_0", "2027"), "capacity": ("resource_0", "site_0", "2027"),
        "budgets": ("2027",), "referral_bounds": ("listed/operation", "2027"),
        "referral_if_closed": ("listed/operation", "2027"),
        "substitution": ("listed/operation", "site_0", "2027"),
        "opened": ("listed/operation", "site_0", "2027"),
        "largest_change": ("resection", "site_0", "2027"),
    }.get(constraint, ())  # fmt: skip
    rule = Rule(constraint, about, np.array([0]), ("2027-03",))
    network = replace(one_list(1.0, [50.0]), lumps=volumes([40.0]))
    for short, months in ((2.0, ("2027-03",)), (0.0, ())):
        shortfall = Shortfall(rule, short, 9.0, months)
        conflict = Conflict((shortfall,), (shortfall,), 2.0, minimal=short > 0, others=False)
        said = in_words(conflict, Words(network, LABELS, UNITS))
        assert "- " in said
        assert "{" not in said
        assert ("The rule 'fairness'" in said) == (constraint == "fairness")


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ((), "in 2027:"),
        (("2027-03",), "in 2027-03:"),
        (("2027-03", "2027-07"), "in 2027-03 to 2027-07:"),
        (("2027-03", "2027-05", "2027-09"), "in 2027-03 to 2027-09:"),
    ],
)
def test_short_months_are_told_from_the_first_to_the_last(
    months: tuple[str, ...], words: str
) -> None:
    about = ("resource_0", "site_0", "2027")
    rule = Rule("capacity", about, np.array([0]), ("2027-01", "2027-12"))
    short = Shortfall(rule, 2.0, 9.0, months)
    said = in_words(
        Conflict((short,), (short,), 2.0, minimal=True, others=False),
        Words(one_list(1.0, [50.0]), LABELS, UNITS),
    )
    assert f"- Operating theatre at North {words}" in said


@pytest.mark.parametrize(("inputs", "last"), [(8, "- Operating"), (9, "- and 1 more")])
def test_eight_inputs_are_listed_that_would_have_to_give(inputs: int, last: str) -> None:
    least = tuple(
        Shortfall(
            Rule("capacity", ("resource_0", f"site {n}", "2027"), np.array([n]), ("2027-01",)),
            2.0, 9.0, ("2027-01",),
        )
        for n in range(inputs)
    )  # fmt: skip
    conflict = Conflict(least[:1], least, 2.0, minimal=False, others=False)
    said = in_words(conflict, Words(one_list(1.0, [50.0]), LABELS, UNITS)).split("\n")
    assert said[-1].startswith(last)
    assert sum(line.startswith("- Operating") for line in said[-9:]) == 8


@pytest.mark.parametrize(
    ("number", "up", "down"),
    [(0.0, "0", "0"), (28.0000001, "28", "28"), (27.999999, "28", "28"), (13.862, "13.9", "13.8"),
     (1234.5, "1,240", "1,230"), (0.01234, "0.0124", "0.0123"), (99.96, "100", "99.9")],
)  # fmt: skip
def test_numbers_are_rounded_so_that_they_suffice(number: float, up: str, down: str) -> None:
    assert (rounded_up(number), rounded_down(number)) == (up, down)


def test_the_example_of_the_page_of_aims_is_what_is_said() -> None:
    text = page("explanation/model/aims-of-the-plan.md")
    said = told(replace(one_list(5.0, [6.0], use=3.0), lumps=volumes([40.0])))
    assert "\n".join(f"    {line}" for line in said) in text


def test_an_infeasible_solve_raises_the_explanation() -> None:
    network = replace(one_list(1.0, [50.0]), lumps=volumes([40.0]))
    at, rows = written(network)
    with (
        pytest.raises(NoPlan, match="at most 12 can start in 2027, 28 short") as error,
        explained(Words(network, LABELS), at, rows),
    ):
        minimise(rows, np.zeros(at.count))
    assert error.value.status == "infeasible"


def test_another_end_of_a_solve_is_raised_as_it_is() -> None:
    network = one_list(1.0, [50.0])
    at, rows = written(network)
    with (
        pytest.raises(NoPlan, match=r"^the solver reached its time limit$"),
        explained(Words(network), at, rows),
    ):
        raise NoPlan("the solver reached its time limit", "time limit")


def test_a_scenario_gives_labels_of_volumes_and_units() -> None:
    volume = MinimumVolume.model_validate(
        {
            "label": "Resections",
            "site": "hilltop",
            "treatment": "resection",
            "least": figure(3.0, "starts per year"),
        }
    )
    settings = tiny().settings.model_copy(update={"minimum_volume": {"safe": volume}})
    network = one_list(1.0, [50.0])
    words = words_for(network, replace(tiny(), settings=settings), {"hilltop": "Hilltop"})
    assert words.label("hilltop") == "Hilltop"
    assert words.label("minimum_volume.safe") == "Resections"
    assert words.units == {"theatre": "minutes", "chair": "hours"}
