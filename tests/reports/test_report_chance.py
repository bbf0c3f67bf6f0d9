"""The sheet Chance, access by region, list planning and first come as a fixed plan."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pandas as pd
import pytest

from hepaplan.reports.content import ReportContent, status_words
from hepaplan.reports.views import chance as chance_views
from hepaplan.reports.views import delay as delay_views
from hepaplan.reports.views import fixed as fixed_views
from hepaplan.reports.views import lists as list_views


def of(content: ReportContent, **tables: pd.DataFrame) -> ReportContent:
    return replace(content, tables={**content.tables, **tables})


def test_promises_are_means_of_the_months_the_worst_first(content: ReportContent) -> None:
    table = content.tables["chance"].copy()
    first = (table["policy"] == "most health") & (table["site"] == "north")
    table.loc[first & (table["month"] == "2028-03"), "probability"] = 0.07
    frame = chance_views.promises(of(content, chance=table), "most health")
    assert frame["Site"].iloc[0] == "North General Hospital"
    row = frame.iloc[0]
    assert row["2027"] == pytest.approx(0.55)
    assert row["2028"] == pytest.approx((11 * 0.55 + 0.07) / 12)
    assert row[chance_views.ALL_YEARS] == pytest.approx((59 * 0.55 + 0.07) / 60)


def test_a_promise_that_is_always_kept_is_left_out(content: ReportContent) -> None:
    table = content.tables["chance"].copy()
    table.loc[table["site"] == "north", "probability"] = 1.0
    frame = chance_views.promises(of(content, chance=table), "first come")
    assert set(frame["Site"]) == {"Central Infirmary"}


def test_years_and_headroom_are_said_with_their_error(content: ReportContent) -> None:
    frame = chance_views.years(content)
    assert frame.iloc[0].tolist() == [
        "2027", "First come", 0.81, 0.75, 0.815, 0.87, 0.08, 0.009,
    ]  # fmt: skip
    safe = chance_views.headroom(content)
    assert safe["Headroom"].tolist() == ["23%", "more than 100%"]
    assert safe["Where"].tolist() == ["All sites together"] * 2
    assert chance_views.years_headline(content) == (
        "Started in time in 2031, in the middle of what may come: 77% first come, 65% with the plan"
    )


def test_the_plan_is_said_to_do_worse_only_if_it_does(content: ReportContent) -> None:
    (words,) = chance_views.warning(content)
    assert "starts fewer in time than first come: 67% against 79%" in words
    assert "--actuals" in words
    table = content.tables["chance_years"]
    same = table.assign(share_within=0.8)
    assert chance_views.warning(of(content, chance_years=same)) == ()
    assert chance_views.warning(of(content, chance_years=table.iloc[:0])) == ()


def test_lists_by_chance_stand_beside_what_is_expected(content: ReportContent) -> None:
    frame = chance_views.lists_by_month(content)
    names = frame["List"].drop_duplicates().tolist()
    assert names[0] == "Resectable, Central Infirmary"
    assert len(names) == chance_views.MOST_LISTS
    row = frame.iloc[0]
    assert row["Month"] == datetime.date(2027, 1, 1)
    assert (row[chance_views.EXPECTED], row[chance_views.MEAN]) == (6.5, 7.25)
    assert chance_views.list_headline(names[0], frame[frame["List"] == names[0]]) == (
        "Resectable, Central Infirmary: 6.5 people expected in an average month, 7.2 by chance "
        "(P10 3.5, P90 11.5)"
    )


def test_the_gain_that_rests_on_delay_is_shown_by_variant(content: ReportContent) -> None:
    frame = delay_views.variants(content)
    assert frame.iloc[1].tolist() == pytest.approx(["No effect", 140.2, 61.7, 78.5])
    (words,) = delay_views.gain_words(content)
    assert "147.6 (base case), 78.5 (no effect), 100.5 (after 12 weeks)" in words
    alone = of(content, delay_variants=content.tables["delay_variants"].iloc[:2])
    assert delay_views.gain_words(alone) == ()


def test_access_weighs_minutes_by_starts_and_names_the_worst(content: ReportContent) -> None:
    rows = [
        ("first come", "N", "a", 0.9, 10.0, 3.0), ("first come", "N", "b", 0.7, 20.0, 1.0),
        ("first come", "S", "a", None, None, 0.0),
        ("most health", "N", "a", 0.95, 12.0, 2.0), ("most health", "S", "a", 0.85, 30.0, 1.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(content.tables["access"].columns))
    frame = list_views.access(of(content, access=table))
    assert frame.iloc[0].tolist() == ["N", 4.0, 12.5, 0.7, 2.0, 12.0, 0.95]
    assert frame.iloc[1].tolist() == ["S", 0.0, None, None, 1.0, 30.0, 0.85]
    (words,) = list_views.access_words(frame)
    assert words.endswith("70% in N first come, 85% in S under most health.")
    assert list_views.access_words(frame.iloc[:0]) == ()


def test_list_planning_compares_first_come_and_the_plan(content: ReportContent) -> None:
    frame = list_views.list_planning(content)
    assert frame.iloc[1].tolist() == [
        "Central Infirmary", "Ablatable, up to 3 cm", 3.5, 4.25, 1.1, 9.5, 3.75, 1.1, 11.5, 3.75,
    ]  # fmt: skip
    none = content.tables["list_planning"].assign(waiting=0.05)
    assert list_views.list_planning(of(content, list_planning=none)).empty


def test_first_come_as_a_fixed_plan_shows_what_it_breaks_first(content: ReportContent) -> None:
    frame = fixed_views.first_come(content)
    assert frame.iloc[0].tolist() == [
        "Referral bounds", 640, 12, 0.375, "people", "Not kept by this policy",
    ]  # fmt: skip
    corrected = fixed_views.corrections(content)
    assert corrected.iloc[0].tolist() == [
        datetime.date(2027, 1, 1), "Central Infirmary", "Started, not expected", "resection", 1.5,
        "people",
    ]  # fmt: skip


def test_a_stopped_solve_is_called_that() -> None:
    assert status_words("optimal", 0.0) == "optimal"
    assert status_words("time limit", 0.0123) == "STOPPED at its time limit, 1.23% from proven"
    assert status_words("time limit", float("inf")).endswith("how far from proven is not known")
