"""Tables without a scenario: a sound set, one change each, and the whole message."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from hepaplan.model.input_checks.table_checks import check_tables, sum_fault
from hepaplan.model.parameters import AGE_BANDS

Tables = dict[str, pd.DataFrame]


def sound() -> Tables:
    """Return tables of two sexes; cases come from age 40."""
    people = [(region, sex, age, 5.0) for region in ("North", "South")
              for sex in ("female", "male") for age in AGE_BANDS]  # fmt: skip
    rates = [(s, age, 7.0 * (age >= 40)) for s in ("female", "male") for age in AGE_BANDS]
    stages = [("female", 40, 0.1, 0.2, 0.3, 0.4), ("male", 0, 0.4, 0.3, 0.2, 0.1)]
    deaths = [(sex, age, 0.01) for sex in ("female", "male") for age in (0, 90)]
    return {
        "population": pd.DataFrame(people, columns=["region", "sex", "age_from", "people"]),
        "incidence": pd.DataFrame(rates, columns=["sex", "age_from", "rate_per_100k"]),
        "trend": pd.DataFrame({"age_from": [0, 65], "change_per_year": [0.01, -0.02]}),
        "stage": pd.DataFrame(stages, columns=["sex", "age_from", "I", "II", "III", "IV"]),
        "life_table": pd.DataFrame(deaths, columns=["sex", "age_from", "deaths_per_person_year"]),
        "referral": pd.DataFrame(
            {"region": ["North", "North"], "service": ["liver"] * 2, "site": ["a", "b"],
             "share": [0.25, 0.75]}
        ),
    }  # fmt: skip


def found(change: Callable[[Tables], None]) -> list[tuple[str, int | None, str]]:
    tables = sound()
    change(tables)
    return [(".".join(map(str, p.key)), p.row, p.message) for p in check_tables(tables)]


def put(table: str, row: int, column: str, value: str | float) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[table].loc[row, column] = value

    return change


def without(table: str, condition: str) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[table] = tables[table].query(f"not ({condition})").reset_index(drop=True)

    return change


def leave_out(table: str) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        del tables[table]

    return change


def both(*changes: Callable[[Tables], None]) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        for each in changes:
            each(tables)

    return change


LACKS = "region South, sex female lacks"
ADD = "expected the ages 0, 5, 10 … 90; add them, with 0 where none is meant"
SOUTH_WOMEN = "region == 'South' and sex == 'female'"


def test_sound_tables_have_no_problem_and_absent_ones_are_skipped() -> None:
    assert found(lambda tables: None) == []
    for name in sound():
        assert found(leave_out(name)) == []
    assert found(put("referral", 0, "share", 0.25 + 9e-10)) == []


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("age_from == 90", "a row for ages 90 and over"),
        ("age_from == 35", "a row for ages 35-39"),
        ("age_from in (0, 5)", "a row for ages 0-4; a row for ages 5-9"),
        (
            "age_from < 20",
            "a row for ages 0-4; a row for ages 5-9; a row for ages 10-14; a row for ages 15-19",
        ),
        (
            "age_from < 30",
            "a row for ages 0-4; a row for ages 5-9; a row for ages 10-14; a row for ages 15-19 "
            "and 2 more",
        ),
        ("True", "rows for every age"),
    ],
)
def test_bands_that_are_missing_are_named_four_at_most(condition: str, what: str) -> None:
    told = found(without("population", f"{SOUTH_WOMEN} and {condition}"))
    assert told == [("tables.population.age_from", None, f"{LACKS} {what}; {ADD}")]


def test_a_band_that_is_none_and_a_row_twice() -> None:
    told = found(put("population", 3, "age_from", 17))
    assert told[0] == ("tables.population.age_from", 3, "found age 17; expected 0, 5, 10 … 90")
    assert "region North, sex female lacks a row for ages 15-19" in told[1][2]
    told = found(put("referral", 1, "site", "a"))
    assert told == [
        ("tables.referral.site", 1, "found region North, service liver, site a twice; keep one row")
    ]


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.255, "the shares sum to 1.005, 0.005 too much; expected 1; correct them"),
        (0.25 - 2e-9, "the shares sum to 0.999999998, 2e-09 too little; expected 1; correct them"),
    ],
)
def test_shares_are_summed_by_their_keys_and_the_last_row_is_named(
    share: float, words: str
) -> None:
    (told,) = found(put("referral", 0, "share", share))
    assert told == ("tables.referral.share", 1, f"region North, service liver: {words}")
    assert sum_fault(1.25).startswith("the shares sum to 1.25, 0.25 too much")


def test_stages_of_each_row() -> None:
    (told,) = found(put("stage", 1, "IV", 0.3))
    assert told[:2] == ("tables.stage.I to IV", 1)
    assert told[2].startswith("the shares sum to 1.2, 0.2 too much")
    assert found(put("stage", 1, "IV", 0.1 + 9e-10)) == []
    assert len(found(put("stage", 1, "IV", 0.1 + 2e-9))) == 1


def test_both_sexes_are_needed_where_rows_are_by_sex() -> None:
    for name in ("stage", "life_table"):
        assert found(without(name, "sex == 'male'")) == [
            (f"tables.{name}.sex", None, "found no row for male; expected both sexes; add them")
        ]


def test_trend_and_stages_reach_down_to_the_youngest_cases() -> None:
    assert found(put("stage", 0, "age_from", 40)) == []
    assert found(put("stage", 0, "age_from", 41)) == [
        ("tables.stage.age_from", None,
         "found no row for female below age 41, but the incidence table has cases from age 40; "
         "add a row with age_from 40 or less")
    ]  # fmt: skip
    (told,) = found(put("trend", 0, "age_from", 45))
    assert told[2].startswith("found no row below age 45, but the incidence table has cases from")
    younger = both(put("incidence", 7, "rate_per_100k", 0.001), put("stage", 0, "age_from", 36))
    assert [row[0] for row in found(younger)] == ["tables.stage.age_from"]


def test_rates_that_are_all_nothing() -> None:
    def nothing(tables: Tables) -> None:
        tables["incidence"]["rate_per_100k"] = 0.0

    assert found(nothing) == [
        ("tables.incidence.rate_per_100k", None,
         "found only zeros; expected rates; fill them in")
    ]  # fmt: skip


def test_a_life_table_is_of_all_ages() -> None:
    assert found(put("life_table", 2, "age_from", 1)) == [
        ("tables.life_table.age_from", None, "male lacks age 0; expected rows from age 0")
    ]
    assert found(put("life_table", 1, "age_from", 89)) == [
        ("tables.life_table.age_from", None,
         "female ends at age 89; expected rows to age 90 or beyond")
    ]  # fmt: skip
    assert found(put("life_table", 1, "age_from", 100)) == []
