"""Capacity net of other services and of cancellations, month by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.calendar import Months
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.input_checks.service_checks import check_other_use
from hepaplan.model.parameters import Scenario
from hepaplan.model.sites.site_capacity import saleable_numbers, site_capacity, usable_units
from tests.support.scenarios import tiny, tiny_usual, with_settings, with_table
from tests.support.small import share

THEATRE, CHAIR = 0, 1
HILLTOP, RIVERSIDE = 0, 1
MONTHS = Months("2027-01", 4)


def other_use(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    columns = ["site", "resource", "from_month", "to_month", "number"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(source="made_up", quality="illustrative")


def test_other_services_are_taken_off_in_their_months() -> None:
    used = other_use(
        ("hilltop", "theatre", "2027-02", "2027-03", 0.1),
        ("hilltop", "theatre", "2027-03", "2029-01", 0.05),
        ("riverside", "theatre", "2020-01", "2027-02", 0.02),
    )
    number = saleable_numbers(with_table(tiny(), other_use=used), MONTHS)
    np.testing.assert_allclose(number[THEATRE, HILLTOP], [0.25, 0.15, 0.1, 0.2])
    # Riverside's theatre is halved in February; what others use is taken off after that.
    np.testing.assert_allclose(number[THEATRE, RIVERSIDE], [0.08, 0.03, 0.1, 0.1])
    found = site_capacity(with_table(tiny(), other_use=used), MONTHS)
    plain = site_capacity(tiny(), MONTHS)
    np.testing.assert_allclose(
        found[THEATRE, HILLTOP], plain[THEATRE, HILLTOP] * number[0, 0] / 0.25
    )
    np.testing.assert_array_equal(found[CHAIR], plain[CHAIR])


def test_a_network_has_what_is_left() -> None:
    used = other_use(("hilltop", "chair", "2027-01", "2027-04", 0.04))
    network = network_of(usual_care(with_table(tiny(), other_use=used)))
    before = network_of(tiny_usual())
    lost = 0.04 * usable_units(tiny(), "chair", network.months)
    np.testing.assert_allclose(before.capacity - network.capacity, _at(before.capacity, lost))


def _at(like: np.ndarray, lost: np.ndarray) -> np.ndarray:
    expected = np.zeros_like(like)
    expected[CHAIR, HILLTOP] = lost
    return expected


def with_cancelled(value: float) -> Scenario:
    resources = tiny().settings.resource
    stated = resources["chair"].model_dump() | {"cancelled": share(value)}
    chair = resources["chair"].model_validate(stated)
    return with_settings(tiny(), resource=resources | {"chair": chair})


@pytest.mark.parametrize("cancelled", [0.0, 0.12, 1.0])
def test_cancelled_shares_are_lost_after_the_cap(cancelled: float) -> None:
    found = usable_units(with_cancelled(cancelled), "chair", MONTHS)
    days = np.array([31, 28, 31, 30])
    np.testing.assert_allclose(found, 40 * days / 7 * 0.9 * (1 - cancelled))


def tables(used: pd.DataFrame) -> dict[str, pd.DataFrame]:
    stated = tiny().tables
    return {
        "capacity": stated.capacity,
        "capacity_changes": stated.capacity_changes,
        "other_use": used,
    }


@pytest.mark.parametrize(
    ("rows", "row", "column", "message"),
    [
        ([("hilltop", "theatre", "2027-01", "2027-12", 0.26)], 0, "number",
         "use 0.26 of theatre at hilltop in 2027-01, which has 0.25"),
        ([("hilltop", "theatre", "2027-03", "2027-01", 0.1)], 0, "to_month",
         "found 2027-01, which is before from_month 2027-03"),
        # Two rows that only together take too much, from the month in which both hold.
        ([("hilltop", "theatre", "2027-01", "2027-12", 0.2),
          ("hilltop", "theatre", "2027-05", "2027-06", 0.1)], 0, "number",
         "use 0.3 of theatre at hilltop in 2027-05, which has 0.25"),
        # Riverside's 0.1 is halved in February alone.
        ([("riverside", "theatre", "2026-12", "2027-06", 0.06)], 0, "number",
         "use 0.06 of theatre at riverside in 2027-02, which has 0.05"),
        ([("hilltop", "robot", "2027-01", "2027-12", 1)], 0, "number", "which has 0"),
    ],
)  # fmt: skip
def test_more_other_use_than_there_is_is_refused(
    rows: list[tuple[str, str, str, str, float]], row: int, column: str, message: str
) -> None:
    problem = check_other_use(tables(other_use(*rows)))[0]
    assert (problem.table, problem.row, problem.key[-1]) == ("other_use", row, column)
    assert message in problem.message


def test_other_use_up_to_all_there_is_is_fine() -> None:
    used = other_use(
        ("riverside", "theatre", "2026-12", "2027-01", 0.1),
        ("riverside", "theatre", "2027-02", "2027-02", 0.05),
        ("hilltop", "theatre", "2027-01", "2027-03", 0.15),
        ("hilltop", "theatre", "2027-01", "2027-03", 0.1),
    )
    assert check_other_use(tables(used)) == []
    assert check_other_use({"other_use": used}) == []
