"""What the sheets and the page show, from tables made for the test."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheets.plan import sites_headline
from hepaplan.reports.views import assumption as assumption_views
from hepaplan.reports.views import capacity as capacity_views
from hepaplan.reports.views import plan as plan_views
from hepaplan.reports.views import shown as views
from hepaplan.reports.views import summary as summary_views
from hepaplan.reports.views import value as value_views
from tests.support.report_frames import frame, of


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
    shown = capacity_views.use_by_site(of(content, resources=table), monthly=False)
    year = "2027 (2 months)"
    assert shown.to_numpy().tolist() == [
        ["South Hospital", "Chemotherapy chairs", "hours", year, 20.0, 8.0, 10.0, 0.4, 0.5]
    ]


def test_use_without_capacity_is_shown_and_has_no_share(content: ReportContent) -> None:
    table = frame("resources", ("first come", "2027-01", "south", "chair", "hours", 1.0, 0.0))
    shown = capacity_views.use_by_site(of(content, resources=table), monthly=True)
    assert shown["Share used, first come"].tolist() == [None]


def waiting_lists(content: ReportContent) -> ReportContent:
    rows = [
        (policy, month, point, scale * size, scale * size / 4)
        for policy, scale in (("first come", 2.0), ("most health", 1.0))
        for month, days in (("2027-11", 1.0), ("2027-12", 3.0), ("2028-01", 5.0))
        for point, share in (("resectable", 1.0), ("ablatable", 0.005), ("convertible", 0.0025))
        for size in [days * share]
    ]
    return of(content, lists=frame("lists", *rows))


def test_waiting_is_averaged_over_a_years_months_and_short_lists_are_summed(
    content: ReportContent,
) -> None:
    shown = plan_views.waiting_by_year(waiting_lists(content), "waiting")
    assert list(shown.columns) == [
        "Decision point", "First come, 2027 (2 months)", "First come, 2028 (1 months)",
        "Most health, 2027 (2 months)", "Most health, 2028 (1 months)",
    ]  # fmt: skip
    assert shown["Decision point"].tolist() == [
        "Resectable", "All other lists", "All lists together",
    ]  # fmt: skip
    assert shown.iloc[0, 1:].tolist() == [4.0, 10.0, 2.0, 5.0]
    assert shown.iloc[1, 1:].tolist() == pytest.approx([0.03, 0.075, 0.015, 0.0375])
    assert shown.iloc[-1, 1:].tolist() == pytest.approx([4.03, 10.075, 2.015, 5.0375])


def test_all_lists_together_are_the_sum_of_the_lists(content: ReportContent) -> None:
    monthly = plan_views.waiting(waiting_lists(content))
    shown = plan_views.waiting_in_all(monthly)
    assert shown["Waiting, first come"].tolist() == pytest.approx([2.015, 6.045, 10.075])
    assert shown["Beyond standard, most health"].tolist() == pytest.approx(
        [1.0075 / 4, 3.0225 / 4, 5.0375 / 4]
    )


def test_starts_fewer_than_wanted_are_a_years_and_below_zero_where_there_are_more(
    content: ReportContent,
) -> None:
    rows = [
        (2027, treatment, policy, number)
        for treatment, numbers in (
            ("resection", (50.0, 40.0, 45.0)),
            ("ablation", (20.0, 15.0, 25.0)),
        )
        for policy, number in zip(
            ("nothing scarce", "first come", "most health"), numbers, strict=True
        )
    ]
    months = frame("cases", *((f"2027-{m:02d}", "N", "male", "60", "I", 1.0) for m in range(1, 7)))
    made = of(content, treatments=frame("treatments", *rows), cases=months)
    shown = plan_views.treatments_missing(made)
    assert shown.to_numpy().tolist() == [["Resection", 20.0, 10.0], ["Ablation", 10.0, -10.0]]


def test_what_the_plan_moves_is_shown_with_the_largest_change_first(content: ReportContent) -> None:
    rows = [
        (policy, "2027-01", site, "g", "p", treatment, 0, number)
        for site, treatment, numbers in (
            ("south", "ablation", (2.0, 3.0)),
            ("central", "resection", (5.0, 1.0)),
            ("central", "ablation", (1.0, 1.5)),
        )
        for policy, number in zip(("first come", "most health"), numbers, strict=True)
    ]
    months = frame("cases", *((f"2027-{m:02d}", "N", "male", "60", "I", 1.0) for m in range(1, 7)))
    made = of(content, starts=frame("starts", *rows), cases=months)
    sites = plan_views.starts_by_site(made, monthly=False)
    changes = plan_views.largest_changes(sites, 2)
    assert changes.to_numpy().tolist() == [
        ["Central Infirmary: resection", 10.0, 2.0, -8.0],
        ["South Hospital: ablation", 4.0, 6.0, 2.0],
    ]
    totals = plan_views.site_totals(sites)
    assert totals.to_numpy().tolist() == [
        ["South Hospital", 4.0, 6.0, 2.0],
        ["Central Infirmary", 12.0, 5.0, -7.0],
    ]
    assert sites_headline(totals) == (
        "The plan moves work: South Hospital +2 starts a year, Central Infirmary -7"
    )


def test_what_is_full_has_one_row_for_each_site_and_resource(content: ReportContent) -> None:
    shown = capacity_views.bottlenecks(content)
    assert shown.iloc[0].tolist() == [
        "Liver theatre time", "Central Infirmary", 41, 45, 52, 0.984, 0.989, 0.997,
        datetime.date(2027, 3, 1), datetime.date(2027, 3, 1), datetime.date(2027, 2, 1),
    ]  # fmt: skip
    short = capacity_views.what_is_short(content, 8)
    assert short.iloc[:, 0].tolist() == [
        "Liver theatre time, Central Infirmary",
        "Interventional radiology, North General Hospital",
        "Chemotherapy chairs, The Cancer Centre",
    ]
    assert short.iloc[1, 1:].tolist() == [17, None, 0.921, None]


def test_the_summary_says_how_different_the_evidence_makes_demand(content: ReportContent) -> None:
    frame, _ = summary_views.evidence_sets(content)
    assert frame["Review to registry"].tolist()[:5] == pytest.approx(
        [1.0, 1.68, 380 / 150, 2.0, 3.3]
    )
    people = summary_views.evidence_people(content)
    assert people["What"].tolist() == [
        "New liver metastases", "Liver resection", "Thermal ablation", "Conversion chemotherapy",
        "Systemic therapy",
    ]  # fmt: skip
    lacking = content.tables["evidence_sets"].drop(columns="registry")
    assert summary_views.evidence_people(of(content, evidence_sets=lacking)).empty


def test_what_differs_from_the_base_is_told_in_words(content: ReportContent) -> None:
    rows = (
        ("metastases.synchronous_share.value", "0.16", "set by hand", "command line"),
        ("resource.chair.unit_cost", "31 GBP", "a quote", ""),
        ("pathway.decision_point.ablatable.option.rfa.share", "0.7", "a trial", "a.toml:3"),
        ("ir_session at north", "x 0.75, 2027-07 to 2027-12", "repairs", "c.csv:2"),
    )
    shown = summary_views.changes(of(content, changes=frame("changes", *rows)))
    assert shown.to_numpy().tolist() == [
        ["Metastases, synchronous share", "0.16", "set by hand (command line)"],
        ["Chemotherapy chairs: Unit cost", "31 GBP", "a quote"],
        ["Ablatable, up to 3 cm: Thermal ablation: Share", "0.7", "a trial (a.toml:3)"],
        [
            "Interventional radiology, North General Hospital",
            "x 0.75, 2027-07 to 2027-12",
            "repairs (c.csv:2)",
        ],
    ]
    assert summary_views.changes(of(content, changes=frame("changes"))).empty


def test_stated_capacity_is_shown_as_the_site_states_it(content: ReportContent) -> None:
    row = ("north", "chair", "chair", 2.6, 37.5, "hours", 0.85, "returns", "published")
    shown = capacity_views.stated(of(content, capacity=frame("capacity", row)))
    assert shown.to_dict("records") == [
        {
            "Site": "North General Hospital",
            "Resource": "Chemotherapy chairs",
            "Number": 2.6,
            "Sold as": "chair",
            "Each gives a week": 37.5,
            "Unit": "hours",
            "Utilisation cap": 0.85,
            "Source": "returns",
            "Quality": "published",
        }
    ]


def test_what_the_plan_adds_is_weighed_against_what_it_costs(content: ReportContent) -> None:
    rows = [
        (policy, measure, unit, value, None, None)
        for policy, qalys, cost in (("first come", 10.0, 50_000.0), ("most health", 14.0, 78_000.0))
        for measure, unit, value in (
            ("QALYs, discounted", "QALY", qalys),
            ("cost, discounted", "GBP", cost),
        )
    ]
    made = of(content, outcomes=frame("outcomes", *rows))
    assert value_views.comparison(made) == [
        "Against first come, most health adds 4.0 QALYs and £28 thousand of cost (both "
        "discounted): £7,000 per QALY."
    ]
    assert value_views.comparison(of(content, outcomes=frame("outcomes", *rows[:2]))) == []


def test_options_with_the_same_curve_share_a_line(content: ReportContent) -> None:
    group = value_views.shown_group(content)
    table = frame(
        "survival",
        *(
            ("resectable", o, group, m, 1 - m * fall)
            for o, fall in (("open", 0.004), ("laparoscopic", 0.004), ("two_stage", 0.006))
            for m in range(0, 121, 3)
        ),
    )
    curves, headings = value_views.survival_curves(of(content, survival=table))
    assert headings == {
        "resectable": ["Resectable: Open (and 1 more alike)", "Resectable: Two-stage resection"]
    }
    assert curves.iloc[-1, 1:].tolist() == pytest.approx([0.52, 0.28])


def test_a_figure_is_placed_in_words(content: ReportContent) -> None:
    keys = (
        "pathway.decision_point.resectable.option.two_stage.exits.recurrence.to.supportive_care",
        "pathway.decision_point.ablatable.standard",
        "resource.chair.unit_cost",
        "trend.damping",
    )
    rows = [
        (
            k,
            "a label",
            "under_65: 0.5; then 0",
            "share",
            None,
            None,
            None,
            "s",
            None,
            "q",
            "",
            "f.toml:1",
        )
        for k in keys
    ]
    shown = assumption_views.assumptions(of(content, assumptions=frame("assumptions", *rows)))
    assert shown[["Where", "What"]].to_numpy().tolist() == [
        ["Resectable: Two-stage resection", "Exits, recurrence to Supportive care"],
        ["Ablatable, up to 3 cm", "Standard"],
        ["Chemotherapy chairs", "Unit cost"],
        ["Whole model", "A label"],
    ]
    assert shown["Value"].tolist() == ["Under 65: 0.5; then 0"] * 4
    assert "Reason for a change" not in shown.columns


@pytest.mark.parametrize("stage", ["I", "II", "III", "IV"])
def test_stages_keep_their_capitals(content: ReportContent, stage: str) -> None:
    key = f"metastases.metachronous_cumulative_incidence.{stage}.value"
    words = f"Metastases, metachronous cumulative incidence, {stage}, value"
    assert assumption_views.key_in_words(content, key) == words


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
