from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.calendar import Months


def test_labels_days_and_shares_cross_a_leap_year() -> None:
    months = Months("2027-12", 4)
    assert months.labels == ("2027-12", "2028-01", "2028-02", "2028-03")
    assert months.days.tolist() == [31, 31, 29, 31]
    np.testing.assert_allclose(
        months.year_share, [31 / 365, 31 / 366, 29 / 366, 31 / 366], rtol=1e-15
    )


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2100])
def test_a_years_shares_sum_to_one(year: int) -> None:
    assert Months(f"{year}-01", 12).year_share.sum() == pytest.approx(1.0, rel=1e-14)


def test_middle_is_half_way_through_the_months_days() -> None:
    # March 2028: 31 + 29 days before it, and half of its 31, of 366.
    expected = [2027 + 15.5 / 365, 2028 + 75.5 / 366]
    assert Months("2027-01", 15).middle[[0, 14]] == pytest.approx(expected, abs=1e-12)


def test_extended_counts_back_over_new_year() -> None:
    longer = Months("2027-02", 3).extended(before=14, after=2)
    assert longer == Months("2025-12", 19)
    assert longer.position("2027-02") == 14
    assert Months("2027-02", 3).position("2026-12") == -2


def test_working_days_leave_out_weekends_and_public_holidays() -> None:
    # January 2027 starts on a Friday, New Year's Day: 31 days - 10 at weekends - 1 = 20.
    # March: 23 weekdays - Good Friday (26th) - Easter Monday (29th) = 21.
    # December: 23 weekdays - Monday 27th and Tuesday 28th for a Christmas at the weekend = 21.
    england = Months("2027-01", 12).working_days("GB", "ENG")
    assert england[[0, 2, 11]].tolist() == [20, 21, 21]
    # Scotland keeps 2 January, a Saturday, on Monday the 4th.
    assert Months("2027-01", 1).working_days("GB", "SCT").tolist() == [19]


def test_weeks_follow_the_resources_calendar() -> None:
    months = Months("2027-01", 1)
    assert months.weeks("working_days", "GB", "ENG").tolist() == [4.0]
    assert months.weeks("every_day", "GB", "ENG") == pytest.approx([31 / 7], rel=1e-15)


def test_unknown_country_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match=r"'Narnia' are not known.*country GB"):
        Months("2027-01", 1).working_days("Narnia")
    with pytest.raises(ValueError, match="'GB, Mordor' are not known"):
        Months("2027-01", 1).working_days("GB", "Mordor")


@pytest.mark.parametrize("first", ["2027", "2027-13", "2027-1", "01-2027", "2027-01-01"])
def test_a_month_written_otherwise_is_refused(first: str) -> None:
    with pytest.raises(ValueError, match=f"'{first}' is not written YYYY-MM"):
        Months(first, 1)


def test_an_empty_run_is_refused() -> None:
    with pytest.raises(ValueError, match="0 months: at least one"):
        Months("2027-01", 0)
