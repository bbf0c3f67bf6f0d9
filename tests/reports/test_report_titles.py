"""Titles and verdicts of a report: computed, and true of what they stand above."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheets.capacity import full_headline, resource_headline
from hepaplan.reports.sheets.demand import cases_headline, metastases_headline
from hepaplan.reports.views import shown as views
from hepaplan.reports.views import summary as summary_views
from hepaplan.reports.views.checked import verdict
from tests.support.report_frames import of


@pytest.mark.parametrize(
    ("needed", "capacity", "words"),
    [
        (
            [5.0, 12.0],
            [10.0, 10.0],
            "need exceeds capacity in 1 of 2 months and is 85% of it on average",
        ),
        ([5.0, 9.0], [10.0, 10.0], "need stays within capacity and is 70% of it on average"),
        (
            [11.0, 15.0],
            [10.0, 10.0],
            "need exceeds capacity in every month and is 130% of it on average",
        ),
        ([1.0, 2.0], [0.0, 0.0], "no site has any"),
    ],
)
def test_the_title_of_a_capacity_chart_says_what_it_shows(
    needed: list[float], capacity: list[float], words: str
) -> None:
    made = pd.DataFrame({"Needed": needed, "Capacity": capacity})
    assert resource_headline("Theatre", made) == f"Theatre: {words}"


def full(first: list[float], plan: list[float]) -> pd.DataFrame:
    frame = pd.DataFrame({"What is full, and where": ["Operating theatre, Castle", "MDT, Bridge"]})
    return frame.assign(**{"Months full, first come": first, "Months full, most health": plan})


@pytest.mark.parametrize(
    ("first", "plan", "words"),
    [
        (
            [6.0, 0.0],
            [6.0, 2.0],
            "first come and under most health: operating theatre, Castle, in 6 of 6 months",
        ),
        (
            [4.0, 0.0],
            [1.0, 5.0],
            "first come: operating theatre, Castle, in 4 of 6 months; under most health: MDT, "
            "Bridge, in 5 of 6 months",
        ),
        (
            [0.0, 0.0],
            [1.0, 0.0],
            "first come: nothing; under most health: operating theatre, Castle, in 1 of 6 months",
        ),
    ],
)
def test_the_title_of_what_is_full_names_what_and_how_often_under_each_policy(
    first: list[float], plan: list[float], words: str
) -> None:
    assert full_headline(full(first, plan), 6) == f"Most often full {words}"


def test_the_titles_of_the_demand_charts_are_computed(content: ReportContent) -> None:
    shown = pd.DataFrame(
        {
            "Colorectal cancers": [100.0] * 12 + [110.0] * 12,
            "Liver metastases at diagnosis": [3.0] * 24,
            "New liver metastases, all": [12.0] * 24,
        }
    )
    assert cases_headline(shown) == (
        "About 105 colorectal cancers a month: 1,200 in the first year, 1,320 in the last"
    )
    assert "About 12 people a month" in metastases_headline(shown)
    assert "25% of them" in metastases_headline(shown)


def test_the_verdict_fails_when_one_check_fails_or_none_was_made(content: ReportContent) -> None:
    assert verdict(content) == (
        "CHECKS: all 7 passed (5 identities, 2 rows of verification)",
        True,
    )
    checks = content.tables["checks"].copy()
    checks["passed"] = [True, True, False, True, True]
    words, passed = verdict(of(content, checks=checks))
    assert not passed
    assert words == "CHECKS: 1 of 7 FAILED: arrivals sum to their whole"
    assert not verdict(of(content, checks=checks.iloc[:0]))[1]


def test_the_years_of_all_sums_add_up(content: ReportContent) -> None:
    shown = views.demand_by_year(content, "treatment", "Treatment")
    total = content.tables["demand"]["starts"].sum()
    assert math.isclose(shown["All years"].sum(), total, rel_tol=1e-12)
    assert math.isclose(shown["A year"].sum() * 5, total, rel_tol=1e-12)
    assert math.isclose(shown.iloc[:, 1:-2].to_numpy().sum(), total, rel_tol=1e-12)


def test_an_evidence_set_that_does_not_fit_is_left_out(content: ReportContent) -> None:
    table = content.tables["evidence_sets"].drop(columns="review")
    shown, units = summary_views.evidence_sets(of(content, evidence_sets=table))
    assert list(shown.columns) == ["Half or a quarter?", "Unit", "This scenario", "Registry"]
    assert units == table["unit"].tolist()
