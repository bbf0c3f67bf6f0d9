"""Rows to arrays: each in its place, none missing, none twice; ages hold until the next."""

from __future__ import annotations

import pandas as pd
import pytest

from hepaplan.model.lookup import at_ages, dense

ROWS = pd.DataFrame(
    {
        "site": ["south", "north", "south", "north", "west"],
        "year": [2027, 2028, 2028, 2027, 2027],
        "people": [1.5, 2.5, 3.5, 4.5, 9.0],
    }
)


def test_every_row_goes_to_its_place_and_others_are_left_out() -> None:
    found = dense(ROWS, "people", site=["north", "south"], year=[2028, 2027])
    assert found.tolist() == [[2.5, 4.5], [3.5, 1.5]]
    assert dense(ROWS.head(2), "people", site=["north", "south"]).tolist() == [2.5, 1.5]


def test_a_row_that_is_missing_is_named() -> None:
    with pytest.raises(ValueError) as told:
        dense(ROWS.drop(index=[0, 1]), "people", site=["north", "south"], year=[2027, 2028])
    assert str(told.value) == (
        "column people: 2 rows are missing, the first for site north, year 2028: add them, with an "
        "explicit 0 where that is meant"
    )


def test_two_rows_for_one_place_are_refused() -> None:
    with pytest.raises(ValueError) as told:
        dense(pd.concat([ROWS, ROWS[2:3]]), "people", site=["south"], year=[2028])
    assert str(told.value) == (
        "column people: more than one row for site south, year 2028: keep one"
    )
    with pytest.raises(ValueError, match="more than one row for site south: keep one"):
        dense(ROWS, "people", site=["south"])


def test_a_row_holds_from_its_age_to_the_next() -> None:
    table = pd.DataFrame({"age_from": [65, 0, 80], "a": [2.0, 1.0, 3.0], "b": [5.0, 4.0, 6.0]})
    found = at_ages(table, ["b", "a"], [0, 64, 65, 79, 80, 101])
    assert found[:, 0].tolist() == [4, 4, 5, 5, 6, 6]
    assert found[:, 1].tolist() == [1, 1, 2, 2, 3, 3]


def test_an_age_before_the_first_row_is_refused() -> None:
    table = pd.DataFrame({"age_from": [18, 65], "a": [1.0, 2.0]})
    assert at_ages(table, ["a"], [18]).tolist() == [[1.0]]
    with pytest.raises(ValueError, match=r"a: no row holds at age 17: add a row with age_from 17"):
        at_ages(table, ["a"], [30, 17])
