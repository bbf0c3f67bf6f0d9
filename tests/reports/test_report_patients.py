"""What the workbook shows of patients, of the budget, of fits and of a later start."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.content import ReportContent, UnfitTable, check_tables
from hepaplan.reports.sheet import CHART_ROWS
from hepaplan.reports.table_columns import COLUMNS, SURVIVAL
from hepaplan.reports.views import budget as budget_views
from hepaplan.reports.views import delay as delay_views
from hepaplan.reports.views import fit as fit_views
from hepaplan.reports.views import patient as patient_views
from hepaplan.reports.views import value as value_views
from hepaplan.reports.views.plausibility import age_words
from hepaplan.reports.workbook import write_workbook

SHOWN = "from_65_to_79"


def of(content: ReportContent, **tables: pd.DataFrame) -> ReportContent:
    return replace(content, tables={**content.tables, **tables})


def block(workbook: Workbook, name: str) -> pd.DataFrame:
    """The rows of an Excel table, by its headings, wherever it stands."""
    for sheet in workbook.worksheets:
        if name in sheet.tables:
            cells = [[c.value for c in row] for row in sheet[sheet.tables[name].ref]]
            return pd.DataFrame(cells[1:], columns=cells[0])
    raise AssertionError(f"no table {name}")


def same(shown: pd.Series, expected: pd.Series) -> None:
    """Numbers, and "n/a" where nothing is known."""
    assert len(shown) == len(expected) > 0
    for value, wanted in zip(shown, expected, strict=True):
        assert value == ("n/a" if pd.isna(wanted) else pytest.approx(wanted, rel=1e-12))


@pytest.mark.parametrize("by_group", [False, True])
def test_what_an_arrival_can_expect_equals_the_table(
    workbook: Workbook, content: ReportContent, *, by_group: bool
) -> None:
    table = content.tables["per_arrival"]
    table = table[(table["group"] != "all") == by_group]
    shown = block(workbook, "arrival_survival" + ("_by_group" if by_group else ""))
    words = ("1 year", "2 years", "3 years", "5 years", "10 years")
    for column, year in zip(SURVIVAL, words, strict=True):
        same(shown[f"Alive at {year}"], table[column])
    same(shown["Median survival, months"], table["median_survival_months"])
    same(shown["People a year"], table["arrivals"] / 5)
    assert ("Age group" in shown.columns) == by_group


def test_what_becomes_of_an_arrival_equals_the_table(
    workbook: Workbook, content: ReportContent
) -> None:
    table = content.tables["per_arrival"].query("group == 'all'")
    shown = block(workbook, "arrival_value")
    for column, words in {
        "dies_of_cancer": "Dies of cancer",
        "dies_of_procedure": "Dies of a procedure",
        "dies_of_other_causes": "Dies of other causes",
        "qalys": "QALYs",
        "qalys_discounted": "QALYs, discounted",
        "cost_gbp": "Cost, GBP",
        "cost_gbp_discounted": "Cost, GBP, discounted",
    }.items():
        same(shown[words], table[column])


def test_what_the_region_can_expect_equals_the_table_costs_by_category_last(
    workbook: Workbook, content: ReportContent
) -> None:
    shown = {row[0]: row[1:] for row in block(workbook, "region").to_numpy().tolist()}
    assert len(shown) == len(content.tables["region"])
    assert list(shown)[-3:] == ["Median survival", "Cost, liver theatre time", "Cost, follow up"]
    assert shown["Cost, liver theatre time"] == ["GBP", 1_200.0, 2_400_000.0]
    assert shown["New patients"] == ["people", "n/a", 2_000.0]
    assert shown["Alive at 1 year"] == ["share; in all, people", 0.66, 1_320.0]
    assert shown["Median survival"] == ["months", 19.7, "n/a"]


def test_one_patients_costs_are_those_of_the_group_shown_and_add_up(
    workbook: Workbook, content: ReportContent
) -> None:
    table = content.tables["patient_costs"].query("group == @SHOWN")
    shown = block(workbook, "patient_costs")
    whole = table.groupby(["decision_point", "option"], sort=False)["cost_gbp"].sum()
    same(shown["Whole cost"], whole)
    assert shown.columns.tolist()[-2:] == ["All other", "Whole cost"]
    assert len(shown.columns) == 2 + 6 + 2
    same(shown.iloc[:, 2:-1].sum(axis=1), whole)


def test_the_budget_equals_the_costs_and_its_differences_add_up(
    workbook: Workbook, content: ReportContent
) -> None:
    costs = content.tables["costs"]
    shown = block(workbook, "budget_impact").set_index("Year")
    for policy in costs["policy"].unique():
        for year in costs["year"].unique():
            spent = costs.query("policy == @policy and year == @year")["cost_gbp"].sum()
            first = costs.query("policy == 'first come' and year == @year")["cost_gbp"].sum()
            assert shown.loc[str(year), policy.capitalize()] == pytest.approx(spent, rel=1e-12)
            if policy != "first come":
                more = shown.loc[str(year), f"{policy.capitalize()}, against first come"]
                assert more == pytest.approx(spent - first, rel=1e-9)
    assert shown.loc["All years", "Most health"] == pytest.approx(
        costs.query("policy == 'most health'")["cost_gbp"].sum(), rel=1e-12
    )
    parts = block(workbook, "budget_by_category")
    total = shown.loc["All years", "Most health, against first come"]
    assert parts["All years"].sum() == pytest.approx(total, rel=1e-9)
    same(parts["All years"], parts.iloc[:, 1:-1].sum(axis=1))


def test_the_budget_headline_names_the_total_and_the_year_that_differs_most() -> None:
    frame = pd.DataFrame(
        {
            "Year": ["2027", "2028", "All years"],
            "First come": [5e6, 6e6, 11e6],
            "Most health": [6.2e6, 5.95e6, 12.15e6],
            "Most health, against first come": [1.2e6, -50_000.0, 1.15e6],
        }
    )
    assert budget_views.headline(frame, "Most health") == (
        "Against first come, most health spends £1.1 million more over all years, £1.2 million "
        "more in 2027"
    )


def test_the_fits_equal_the_table_and_the_worst_is_told(
    workbook: Workbook, content: ReportContent
) -> None:
    table = content.tables["fits"]
    shown = block(workbook, "fits")
    same(shown["Without the event, stated"], table["published"])
    same(shown["Without the event, fitted"], table["fitted"])
    same(shown["Error"], table["difference"])
    same(shown["Cured share"], table["cure_share"])
    assert shown["Age group"].unique().tolist() == ["All ages"]
    (words,) = fit_views.fit_words(content)
    worst = 100 * table["difference"].abs().max()
    assert words.startswith("Before any hazard ratio, 2 distinct curves with 4 stated inputs ")
    assert f"differ from them by at most {worst:.1f} percentage points" in words
    assert "; 1 of the 2 meet theirs by construction, " in words
    exact = of(content, fits=table.assign(difference=1e-16))
    (words,) = fit_views.fit_words(exact)
    assert "with 4 stated inputs meet them within 0.1 percentage points; 1 of the 2" in words
    assert fit_views.fit_words(of(content, fits=table.iloc[:0])) == []


def test_the_cured_are_shown_where_published_survival_reaches_furthest(
    content: ReportContent,
) -> None:
    published = content.tables["published"].copy()
    chosen = published["option"] == "two_stage"
    published.loc[chosen, "month"] = 120.0
    found = fit_views.cured(of(content, published=published))
    assert found is not None
    assert (found.point, found.option, found.share) == ("resectable", "two_stage", 0.2)
    survival = content.tables["survival"].query("treatment == 'two_stage' and group == @SHOWN")
    alive = survival.set_index("month")["overall_survival"]
    assert found.curves["65 to 79"].tolist() == alive[found.curves["Months since start"]].tolist()
    assert found.curves["Fitted cured share, 20%"].unique().tolist() == [0.2]
    early, late = 20 * (1 - alive[60]), 20 * (alive[60] - alive[120])
    assert f"takes {early:.0f} in 100" in fit_views.cured_headline(content, found)
    assert f"the next five {late:.0f}; fitted cured share 20%" in fit_views.cured_headline(
        content, found
    )
    for nobody in ({"cure_share": 0.0}, {"hazard_ratio": "1.2"}):
        fits = content.tables["fits"].assign(**nobody)
        assert fit_views.cured(of(content, fits=fits)) is None


def test_published_figures_of_a_study_stand_in_runs(content: ReportContent) -> None:
    rows = [
        ("resectable", "resection", 12.0, 0.9, 0.9, 0.0, "a", "published"),
        ("resectable", "resection", 60.0, 0.5, 0.4, -0.1, "b", "published"),
        ("resectable", "resection", 110.0, 0.3, 0.2, -0.1, "b", "published"),
        ("ablatable", "rfa", 60.0, 0.3, 0.2, -0.1, "b", "published"),
        ("resectable", "resection", 200.0, 0.3, 0.2, -0.1, "b", "published"),
    ]
    made = of(content, published=pd.DataFrame(rows, columns=list(COLUMNS["published"])))
    found = fit_views.cured(made)
    assert found is not None
    assert list(fit_views.published_runs(made, found)) == [("a", 0, 1), ("b", 1, 2)]


def test_a_curve_is_counted_once_and_exact_if_it_has_a_parameter_for_each_figure() -> None:
    def fit(option: str, family: str, ratio: str, source: str, *months: float) -> pd.DataFrame:
        rows = [
            ("resectable", option, "recurrence", "all", family, 0.2, month, 1 - month / 100,
             1 - month / 100, 0.0, ratio, source, "published")
            for month in months
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS["fits"]))

    table = pd.concat(
        [
            fit("open", "weibull", "1", "a", 12, 36),
            fit("laparoscopic", "weibull", "0.8", "a", 12, 36),
            fit("ablation", "weibull", "1", "b", 12, 36),
            fit("repeat", "weibull", "1", "a", 12, 24, 36),
            fit("systemic", "published_curve", "1", "a", 12, 24, 36),
        ]
    )
    found = fit_views.distinct_curves(table)
    assert [len(curve.figures) for curve in found] == [2, 2, 3, 3]
    assert [curve.exact for curve in found] == [True, True, False, True]


def test_a_later_start_equals_the_table(workbook: Workbook, content: ReportContent) -> None:
    table = content.tables["delay"].query("group == @SHOWN")
    shown = block(workbook, "later_start")
    words = {
        "base case": "base", "no effect": "waiting only", "after 12 weeks": "from week 12",
        "upper end": "upper end",
    }  # fmt: skip
    for waited, months in ((1, "1 month"), (3, "3 months")):
        for variant, heading in words.items():
            rows = table[(table["variant"] == variant) & (table["months_waited"] == waited)]
            same(shown[f"{months}: {heading}"], rows["qalys_lost"])
            if variant == "base case":
                more = rows["status"].str.startswith("waiting alone") & (
                    rows["total_hazard_ratio"] > 1
                )
                assert more.any()
                same(
                    shown[f"{months}: residual"].replace("n/a", -1.0),
                    rows["residual_hazard_ratio"].mask(more, -1.0),
                )
    top = [str(workbook["Waiting"].cell(row, 1).value) for row in range(3, 9)]
    counted = "count what waiting itself does and the residual hazard ratio"
    assert any(counted in line for line in top)


def delays(*rows: tuple[str, str, int, str, float, float, str]) -> pd.DataFrame:
    made = [
        (variant, "resectable", option, SHOWN, waited, 1.2, residual, 40.0, 39.0, lost, 0.1, status)
        for option, _, waited, variant, lost, residual, status in rows
    ]
    return pd.DataFrame(made, columns=list(COLUMNS["delay"]))


def test_the_sentence_on_a_later_start_is_computed(content: ReportContent) -> None:
    table = delays(
        ("resection", "", 3, "base case", 0.5, 1.2, "solved"),
        ("resection", "", 3, "no effect", 0.2, 1.0, "waiting alone does this harm or more"),
        ("two_stage", "", 3, "base case", 0.7, 1.0, "waiting alone does this harm or more"),
        ("two_stage", "", 3, "no effect", 0.7, 1.0, "waiting alone does this harm or more"),
    )
    first, second = delay_views.delay_words(of(content, delay=table))
    assert first == (
        "A later start: 3 months of waiting cost a patient (65 to 79) 0.50 to 0.70 QALYs, most "
        "before two-stage resection. Most is lost beyond what waiting itself does before "
        "resection: 0.50, of which waiting 0.20."
    )
    assert second.endswith("(above 1 for 1 of 2 options after 3 months).")


def test_options_that_read_alike_share_a_row_and_no_residual_is_told_from_nothing_to_add(
    content: ReportContent,
) -> None:
    alone = "waiting alone does this harm or more"
    table = delays(
        ("resection", "", 3, "base case", 0.5381, 1.2, "solved"),
        ("resection", "", 3, "no effect", 0.2, 1.0, alone),
        ("two_stage", "", 3, "base case", 0.5379, 1.2, "solved"),
        ("two_stage", "", 3, "no effect", 0.2, 1.0, alone),
        ("rfa", "", 3, "base case", 0.7, 1.0, alone),
        ("rfa", "", 3, "no effect", 0.7, 1.0, alone),
    )
    shown = delay_views.later_start(of(content, delay=table))
    assert len(shown) == 2
    assert shown["Option"][0].endswith(" (and 1 alike)")
    assert shown["3 months: residual"].tolist() == [1.2, None]
    nothing = table.assign(total_hazard_ratio=1.0)
    shown = delay_views.later_start(of(content, delay=nothing))
    assert shown["3 months: residual"].tolist() == [1.2, 1.0]


def test_health_and_cost_says_whom_each_total_counts(content: ReportContent) -> None:
    (words,) = value_views.whom_counted(content)
    table = content.tables["outcomes"].query("measure == 'QALYs, discounted'").set_index("policy")
    assert f"({table['value']['nothing scarce']:,.0f} discounted QALYs, nothing scarce)" in words
    new = content.tables["region"].set_index("measure")["all_new_patients"]["QALYs, discounted"]
    assert f"patients ({new:,.0f}) are only those" in words
    assert value_views.whom_counted(of(content, region=content.tables["region"].iloc[:0])) == []


def test_where_no_delay_is_stated_it_is_said_and_no_table_is_shown(
    short: ReportContent, tmp_path: Path
) -> None:
    none = of(short, delay=short.tables["delay"].iloc[:0])
    write_workbook(tmp_path / "r.xlsx", none)
    sheet = load_workbook(tmp_path / "r.xlsx")["Waiting"]
    assert "later_start" not in sheet.tables
    top = " ".join(str(sheet.cell(row, 1).value).strip() for row in range(3, 9))
    assert delay_views.NOT_STATED in top


def test_years_beyond_the_horizon_have_no_column_and_no_curve(
    short: ReportContent, tmp_path: Path
) -> None:
    def without(name: str) -> pd.DataFrame:
        return short.tables[name].assign(survival_5y=math.nan, survival_10y=None)

    survival = short.tables["survival"].query("month <= 48")
    made = of(
        short,
        per_arrival=without("per_arrival"),
        per_patient=without("per_patient"),
        survival=survival,
    )
    write_workbook(tmp_path / "r.xlsx", made)
    shown = block(load_workbook(tmp_path / "r.xlsx"), "arrival_survival")
    assert [h for h in shown.columns if h.startswith("Alive")] == [
        "Alive at 1 year", "Alive at 2 years", "Alive at 3 years",
    ]  # fmt: skip
    found = fit_views.cured(made)
    assert found is not None
    assert found.curves["Months since start"].max() == 48
    assert fit_views.cured_headline(made, found).endswith("fitted cured share 20%")


def test_what_new_patients_die_of_is_computed(content: ReportContent) -> None:
    assert patient_views.deaths_headline(content).startswith(
        "Of 100 new patients 87 die of cancer, 0.4 of a procedure and 13 of other causes"
    )
    assert patient_views.expected(content) == [
        "At usual care with nothing scarce a new patient lives 3.1 years (2.3 QALYs; half die "
        "within 20 months) on average and costs £33,500, undiscounted."
    ]
    nobody = of(content, region=content.tables["region"].iloc[:0])
    assert patient_views.expected(nobody) == []
    assert patient_views.deaths_headline(nobody) == "0 new patients in this run"


def test_the_error_of_age_groups_is_on_the_checks_sheet(
    workbook: Workbook, content: ReportContent
) -> None:
    table = content.tables["age_groups_error"]
    shown = block(workbook, "age_groups_error")
    same(shown["Ages in groups"], table["grouped"])
    same(shown["Difference, share"], table["relative_difference"])
    assert age_words(content) in {cell.value for cell in workbook["Checks"]["A"]}
    assert age_words(content) == (
        "Ages in groups instead of single years change life-years and QALYs by at most 0.2% "
        "(life-years, under 65)."
    )
    small = table.assign(relative_difference=-1e-4)
    assert age_words(of(content, age_groups_error=small)).endswith("by less than 0.1%.")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("delay", "status"),
        ("fits", "difference"),
        ("region", "all_new_patients"),
        ("per_arrival", "survival_10y"),
        ("budget_impact", "against_first_come_gbp"),
        ("age_groups_error", "single_ages"),
    ],
)
def test_a_table_without_a_column_that_is_shown_is_refused(
    content: ReportContent, name: str, column: str
) -> None:
    table = content.tables[name].drop(columns=column)
    with pytest.raises(UnfitTable, match=f"{name}: no column {column}"):
        check_tables({**content.tables, name: table})


def test_charts_under_many_notes_are_not_cut_by_the_page(workbook: Workbook) -> None:
    sheet = workbook["Waiting"]
    first, second = sheet.print_area.split(",")[:2]
    top = min(chart.anchor._from.row for chart in sheet._charts) + 1  # type: ignore[attr-defined]
    assert first.endswith(f"$R${top + CHART_ROWS - 1}")
    assert second.split("!")[1] == f"$A${top + CHART_ROWS}:$R${top + 3 * CHART_ROWS - 1}"
