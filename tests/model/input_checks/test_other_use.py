"""Other services take no more than a site has, in any month in which either changes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hepaplan.model.input_checks.service_checks import check_other_use

HERE = {"site": "hilltop", "resource": "theatre"}


def told(use: list[dict[str, Any]], changes: list[dict[str, Any]] | None = None) -> list[str]:
    """Return the faults of uses at a site that has 4; from January to June unless stated."""
    months = {"from_month": "2027-01", "to_month": "2027-06"}
    tables = {
        "capacity": pd.DataFrame([HERE | {"number": 4.0}, HERE | {"site": "far", "number": 50.0}]),
        "other_use": pd.DataFrame([HERE | months | row for row in use]),
    }
    if changes:
        rows = [HERE | {"multiply": 1.0, "add": 0.0} | row for row in changes]
        tables["capacity_changes"] = pd.DataFrame(rows)
    found = check_other_use(tables)
    assert all(problem.table == "other_use" for problem in found)
    return [problem.message for problem in found]


def test_as_much_as_there_is_may_be_taken_and_no_more() -> None:
    assert told([{"number": 4.0}]) == []
    assert told([{"number": 4.5}]) == [
        "other services use 4.5 of theatre at hilltop in 2027-01, which has 4; take off at most "
        "that, or state more in the capacity table"
    ]


def test_uses_of_the_same_months_add_up() -> None:
    later = {"number": 2.0, "from_month": "2027-03"}
    assert told([{"number": 2.0}, later]) == []
    found = told([{"number": 2.5}, later])
    assert "other services use 4.5 of theatre at hilltop in 2027-03, which has 4;" in found[0]


@pytest.mark.parametrize(
    ("change", "month"),
    [
        ({"from_month": "2027-02", "to_month": "2027-03", "add": -1.0}, "2027-02"),
        ({"from_month": "2026-11", "to_month": "2027-12", "multiply": 0.5}, "2027-01"),
    ],
)
def test_what_a_site_has_changes(change: dict[str, Any], month: str) -> None:
    (found,) = told([{"number": 3.5}], [change])
    assert f"in {month}, which has" in found


def test_what_was_added_ends_with_its_last_month() -> None:
    more = {"from_month": "2027-01", "to_month": "2027-03", "add": 3.0}
    (found,) = told([{"number": 5.0}], [more])
    assert "use 5 of theatre at hilltop in 2027-04, which has 4;" in found
    assert told([{"number": 5.0, "to_month": "2027-03"}], [more]) == []


def test_months_that_run_backwards() -> None:
    assert told([{"number": 1.0, "from_month": "2027-07"}]) == [
        "found 2027-06, which is before from_month 2027-07; swap or mend them"
    ]
    assert told([{"number": 1.0, "from_month": "2027-06"}]) == []


def test_months_the_wrong_way_round_hide_no_other_fault() -> None:
    found = told([{"number": 1.0, "to_month": "2026-12"}, {"number": 4.5}])
    assert found[0] == "found 2026-12, which is before from_month 2027-01; swap or mend them"
    assert "other services use 4.5 of theatre" in found[1]
