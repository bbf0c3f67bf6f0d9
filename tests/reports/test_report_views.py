from __future__ import annotations

import datetime
import math
from dataclasses import replace

import pandas as pd
import pytest

from hepaplan.reports import value_views, views
from hepaplan.reports.content import COLUMNS, ReportContent
from hepaplan.reports.sheet_capacity import resource_headline
from hepaplan.reports.sheet_demand import cases_headline, metastases_headline
from hepaplan.reports.sheet_records import verdict


def frame(name: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(COLUMNS[name]))


def of(content: ReportContent, **tables: pd.DataFrame) -> ReportContent:
    return replace(content, tables={**content.tables, **tables})


def test_cases_and_metastases_are_summed_by_month(content: ReportContent) -> None:
    made = of(
        content,
        cases=frame(
            "cases",
            ("2027-01", "N", "male", "60", "I", 1.5),
            ("2027-01", "S", "female", "65", "II", 2.25),
            ("2027-02", "S", "male", "65", "II", 4.0),
        ),
        metastases=frame(
            "metastases",
            ("2027-01", "N", "g", "synchronous", 0.5),
            ("2027-01", "S", "g", "synchronous", 0.25),
            ("2027-02", "S", "g", "metachronous", 2.0),
        ),
        demand=frame("demand", ("2027-02", "N", "g", "p", "t", 7.0)),
    )
    shown = views.cases_by_month(made)
    assert shown.to_numpy().tolist() == [
        [datetime.date(2027, 1, 1), 3.75, 0.75, 0.0, 0.75, 0.0],
        [datetime.date(2027, 2, 1), 4.0, 0.0, 2.0, 2.0, 7.0],
    ]


def test_a_year_that_is_not_whole_says_so() -> None:
    months = pd.Series(["2027-11", "2027-12", *(f"2028-{m:02d}" for m in range(1, 13)), "2027-12"])
    assert views.year_names(months) == {"2027": "2027 (2 months)", "2028": "2028"}


def test_use_by_site_counts_capacity_once_and_leaves_out_what_a_site_lacks(
    content: ReportContent,
) -> None:
    table = frame(
        "resources",
        ("first come", "2027-01", "south", "chair", "hours", 3.0, 8.0),
        ("first come", "2027-02", "south", "chair", "hours", 5.0, 12.0),
        ("first come", "2027-01", "central", "chair", "hours", 0.0, 0.0),
        ("most health", "2027-01", "south", "chair", "hours", 4.0, 8.0),
        ("most health", "2027-02", "south", "chair", "hours", 6.0, 12.0),
        ("most health", "2027-01", "central", "chair", "hours", 0.0, 0.0),
    )
    shown = views.use_by_site(of(content, resources=table), monthly=False)
    year = "2027 (2 months)"
    assert shown.to_numpy().tolist() == [
        ["South Hospital", "Chemotherapy chairs", "hours", year, 20.0, 8.0, 10.0, 0.4, 0.5]
    ]


def test_use_without_capacity_is_shown_and_has_no_share(content: ReportContent) -> None:
    table = frame("resources", ("first come", "2027-01", "south", "chair", "hours", 1.0, 0.0))
    shown = views.use_by_site(of(content, resources=table), monthly=True)
    assert shown["Share used, first come"].tolist() == [None]


def test_waiting_shows_the_last_month_of_each_year_in_pathway_order(
    content: ReportContent,
) -> None:
    rows = [
        (policy, month, point, scale * size, scale * size / 4)
        for policy, scale in (("first come", 2.0), ("most health", 1.0))
        for month, size in (("2027-11", 1.0), ("2027-12", 3.0), ("2028-01", 5.0))
        for point in ("resectable", "ablatable")
    ]
    shown = views.waiting(of(content, lists=frame("lists", *rows)), year_ends=True)
    assert shown["Decision point"].tolist() == ["Resectable"] * 2 + ["Ablatable, up to 3 cm"] * 2
    assert shown["Month"].tolist() == [datetime.date(2027, 12, 1), datetime.date(2028, 1, 1)] * 2
    assert shown["Waiting, first come"].tolist() == [6.0, 10.0, 6.0, 10.0]
    assert shown["Beyond standard, most health"].tolist() == [0.75, 1.25, 0.75, 1.25]


def test_survival_that_was_not_modelled_is_not_shown_as_nobody_alive(
    content: ReportContent,
) -> None:
    table = frame(
        "survival",
        *(("resectable", "resection", "under_65", m, 0.9 - m / 100) for m in (0, 12, 24)),
        ("resectable", "resection", "from_80", 12, 0.7),
    )
    shown = value_views.survival_by_year(of(content, survival=table))
    assert shown.to_numpy()[:, 3:].tolist() == [
        [pytest.approx(0.78), pytest.approx(0.66)],
        [0.7, None],
    ]


def test_costs_beyond_the_dearest_treatments_are_summed(content: ReportContent) -> None:
    table = frame(
        "costs",
        *(("most health", 2027, f"t{i}", c, 10.0 * i) for i in range(1, 5) for c in ("a", "b")),
        ("first come", 2027, "t4", "a", 999.0),
    )
    made = of(content, costs=table)
    shown = value_views.cost_by_year(made, "most health", most=2)
    assert list(shown.columns) == ["Year", "T4", "T3", "All other"]
    assert shown.iloc[0, 1:].tolist() == [80.0, 60.0, 60.0]


def test_intervals_are_shown_only_when_there_are_some(content: ReportContent) -> None:
    assert not any("low" in c for c in value_views.outcomes(content)[0].columns)
    table = frame(
        "outcomes",
        ("first come", "QALYs", "QALY", 10.0, 8.0, 12.0),
        ("most health", "QALYs", "QALY", 11.0, None, 13.0),
    )
    shown, units = value_views.outcomes(of(content, outcomes=table))
    assert units == ["QALY"]
    assert shown.iloc[0].tolist() == ["QALYs", "QALY", 10.0, 8.0, 12.0, 11.0, None, 13.0]


@pytest.mark.parametrize(
    ("needed", "capacity", "words"),
    [
        ([5.0, 12.0], [10.0, 10.0], "need exceeds capacity in 1 of 2 months, by up to 20%"),
        ([5.0, 9.0], [10.0, 10.0], "need stays within capacity, at most 90% of it"),
        ([11.0, 15.0], [10.0, 10.0], "need exceeds capacity in every month, by up to 50%"),
        ([1.0, 2.0], [0.0, 0.0], "no site has any"),
    ],
)
def test_the_title_of_a_capacity_chart_says_what_it_shows(
    needed: list[float], capacity: list[float], words: str
) -> None:
    made = pd.DataFrame({"Needed": needed, "Capacity": capacity})
    assert resource_headline("Theatre", made) == f"Theatre: {words}"


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
    assert verdict(content) == ("CHECKS: all 5 passed", True)
    checks = content.tables["checks"].copy()
    checks["passed"] = [True, True, False, True, True]
    words, passed = verdict(of(content, checks=checks))
    assert not passed
    assert words == "CHECKS: 1 of 5 FAILED: arrivals sum to their whole"
    assert not verdict(of(content, checks=checks.iloc[:0]))[1]


def test_the_years_of_all_sums_add_up(content: ReportContent) -> None:
    shown = views.demand_by_year(content, "treatment", "Treatment")
    total = content.tables["demand"]["starts"].sum()
    assert math.isclose(shown["All years"].sum(), total, rel_tol=1e-12)
    assert math.isclose(shown.iloc[:, 1:-1].to_numpy().sum(), total, rel_tol=1e-12)


def test_an_evidence_set_that_does_not_fit_is_left_out(content: ReportContent) -> None:
    table = content.tables["evidence_sets"].drop(columns="review")
    shown, units = value_views.evidence_sets(of(content, evidence_sets=table))
    assert list(shown.columns) == ["Half or a quarter?", "Unit", "This scenario", "Registry"]
    assert units == table["unit"].tolist()
