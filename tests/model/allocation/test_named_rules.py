"""Rows gathered into rules: what each is called, in which order, and which rows and months it has.

Twenty-six months from November 2027: three calendar years, two of them short, and three plan years.
"""

from __future__ import annotations

import pytest

from hepaplan.model.allocation.named_rules import FLOWS, Rule, named_rules
from hepaplan.model.sites.network import Network
from tests.support.hand_programmes import BLOCKS, columns_at, counted, place, three_lists

MONTHS = 26
PER_SITE = (2, 3, 3, 2, MONTHS)
AT = columns_at(
    dict.fromkeys(BLOCKS, (0,)) | {"at_site": (3, 3, 2, MONTHS), "starts": (4, 3, 2, MONTHS)}, {}
)


def rules_of(
    blocks: list[tuple[str, list[int]]],
    network: Network | None = None,
    treatments: tuple[str, ...] = (),
) -> list[Rule]:
    return named_rules(network or three_lists(), AT, counted(blocks), treatments)


def told(found: list[Rule]) -> list[tuple[str, tuple[str, ...], list[int], tuple[str, ...]]]:
    return [(rule.constraint, rule.about, rule.rows.tolist(), rule.months) for rule in found]


def test_capacity_is_a_rule_by_resource_site_and_year_the_last_first() -> None:
    where = [(0, 0, 1), (0, 0, 2), (0, 0, 3), (1, 1, 0), (1, 1, 25)]
    kept = [place((2, 2, MONTHS), place_) for place_ in where]
    assert told(rules_of([("lists", [0, 1]), ("capacity", kept)])) == [
        ("capacity", ("resource_1", "St Mary's", "2029"), [6], ("2029-12",)),
        ("capacity", ("resource_1", "St Mary's", "2027"), [5], ("2027-11",)),
        ("capacity", ("resource_0", "Hill", "2028"), [3, 4], ("2028-01", "2028-02")),
        ("capacity", ("resource_0", "Hill", "2027"), [2], ("2027-12",)),
    ]


@pytest.mark.parametrize("name", ["referral_bounds", "referral_if_closed"])
def test_referral_is_one_rule_for_a_list_and_year(name: str) -> None:
    """Most and least, all groups and all sites: the most of one site is the least of others."""
    where = [(0, 1, 0, 0, 4), (1, 1, 1, 1, 3), (0, 2, 1, 0, 3)]
    kept = sorted(place(PER_SITE, place_) for place_ in where)
    found = told(rules_of([(name, kept)]))
    assert found == [
        (name, ("operable/ablation", "2028"), [2, 0], ("2028-02", "2028-03")),
        (name, ("late/chemotherapy", "2028"), [1], ("2028-02",)),
    ]


def test_an_exchange_is_known_by_its_list_the_option_started_and_the_site() -> None:
    shape = (1, 3, 2, MONTHS)
    kept = [place(shape, (0, 0, 1, 0)), place(shape, (0, 2, 1, 1))]
    assert told(rules_of([("substitution", kept)])) == [
        ("substitution", ("operable/ablation", "St Mary's", "2027"), [0, 1], ("2027-11", "2027-12"))
    ]


def test_what_is_opened_is_known_by_list_and_site() -> None:
    shape = (2, 3, 2, MONTHS)
    kept = [place(shape, (0, 2, 0, 2)), place(shape, (1, 2, 0, 2))]
    assert told(rules_of([("opened", kept)])) == [
        ("opened", ("late/chemotherapy", "Hill", "2028"), [0, 1], ("2028-01", "2028-01"))
    ]


def test_budgets_are_of_calendar_years() -> None:
    assert told(rules_of([("budgets", [0, 2])])) == [
        ("budgets", ("2029",), [1], ("2029",)),
        ("budgets", ("2027",), [0], ("2027",)),
    ]


@pytest.mark.parametrize(
    ("first", "months", "years"),
    [
        ("2027-11", 26, ("2027/28", "2028/29", "2029/30")),
        ("2027-01", 25, ("2027", "2028", "2029")),
        ("2098-04", 13, ("2098/99", "2099/00")),
        ("2030-02", 12, ("2030/31",)),
    ],
)
def test_minimum_volumes_are_of_years_counted_from_the_first_month(
    first: str, months: int, years: tuple[str, ...]
) -> None:
    network = three_lists(first, months)
    found = rules_of([("minimum_volumes", list(range(2 * len(years))))], network)
    assert [rule.about for rule in found] == [
        *(("sure", year) for year in reversed(years)),
        *(("safe", year) for year in reversed(years)),
    ]
    assert {rule.months for rule in found} == {(year,) for year in years}


def test_changes_are_named_by_treatment_and_by_the_month_that_differs() -> None:
    """Two options count as one treatment; the first change is that of the second month."""
    shape = (2, 2, 2, MONTHS - 1)
    kept = sorted(place(shape, w) for w in [(0, 1, 0, 0), (1, 1, 0, 24), (1, 0, 1, 1)])
    found = told(
        rules_of([("largest_change", kept)], treatments=("surgery", "surgery", "systemic"))
    )
    assert found == [
        ("largest_change", ("systemic", "Hill", "2029"), [2], ("2029-12",)),
        ("largest_change", ("systemic", "Hill", "2027"), [0], ("2027-12",)),
        ("largest_change", ("surgery", "St Mary's", "2028"), [1], ("2028-01",)),
    ]


def test_rules_come_in_the_order_in_which_a_planner_would_give_them_up() -> None:
    blocks = [
        (name, [0])
        for name in (
            "fairness", "largest_change", "minimum_volumes", "budgets", "opened", "capacity",
            "substitution", "referral_if_closed", "referral_bounds",
        )
    ]  # fmt: skip
    found = rules_of(blocks, treatments=("surgery", "ablation", "systemic"))
    assert [rule.constraint for rule in found] == [name for name, _ in reversed(blocks)]
    assert [rule.rows.tolist() for rule in found] == [[8 - place_] for place_ in range(9)]


def test_flows_and_constraints_without_rows_are_no_rules() -> None:
    flows = [(name, [0, 1]) for name in sorted(FLOWS)]
    assert told(rules_of([*flows, ("budgets", []), ("capacity", [0])])) == [
        ("capacity", ("resource_0", "Hill", "2027"), [14], ("2027-11",))
    ]


def test_a_constraint_with_more_rows_than_names_is_one_rule() -> None:
    """Three budgets have names; a fourth shows that they are of something else."""
    assert told(rules_of([("lists", [0]), ("budgets", [0, 3])])) == [
        ("budgets", (), [1, 2], ("", ""))
    ]
    assert [rule.about for rule in rules_of([("budgets", [2])])] == [("2029",)]


def test_after_a_constraint_without_names_the_others_follow() -> None:
    blocks = [("fairness", [0]), ("quality", [0]), ("minimum_volumes", [0]), ("budgets", [9])]
    assert told(rules_of(blocks)) == [
        ("budgets", (), [3], ("",)),
        ("minimum_volumes", ("safe", "2027/28"), [2], ("2027/28",)),
        ("fairness", (), [0], ("",)),
        ("quality", (), [1], ("",)),
    ]
