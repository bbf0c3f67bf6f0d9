"""The rows of an Excel table, by its headings, wherever it stands."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheets.summary import CHANGES
from hepaplan.reports.workbook import write_workbook

ORDER = [
    "Cover", "Summary", "Half or quarter", "Demand", "Pathway", "Capacity", "Plan", "Waiting",
    "Prices", "Chance", "Outcomes", "Cost-effectiveness", "Assumptions", "Evidence quality",
    "Sources", "Checks", "CHEERS 2022", "TECH-VER", "About",
]  # fmt: skip
WITH_SITES = [
    "Summary", "Capacity", "Plan", "Waiting", "Prices", "Chance", "Checks",
]  # fmt: skip
STORED = 1e-15  # openpyxl stores 16 digits of a number


def rows_of(workbook: Workbook, name: str) -> list[dict[str, Any]]:
    """The rows of an Excel table, by its headings, wherever it stands."""
    for sheet in workbook.worksheets:
        if name in sheet.tables:
            cells = [[c.value for c in row] for row in sheet[sheet.tables[name].ref]]
            return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
    raise AssertionError(f"no table {name}")


def month(text: str) -> datetime.datetime:
    return datetime.datetime(int(text[:4]), int(text[5:]), 1)


def naive_sums(table: pd.DataFrame, keys: list[str], value: str) -> dict[Any, float]:
    sums: dict[Any, float] = defaultdict(float)
    for key, number in zip(zip(*(table[k] for k in keys), strict=True), table[value], strict=True):
        sums[key] += number
    return sums


def test_sheets_stand_in_the_order_a_reader_expects(workbook: Workbook) -> None:
    assert workbook.sheetnames == ORDER
    assert all(sheet.sheet_state == "visible" for sheet in workbook.worksheets)


def test_every_sheet_says_what_it_is_and_is_set_up(
    workbook: Workbook, content: ReportContent
) -> None:
    for sheet in workbook.worksheets:
        assert sheet["A1"].value == (content.title if sheet.title == "Cover" else sheet.title)
        assert len(str(sheet["A2"].value)) > 20
        assert sheet.freeze_panes is not None
        assert not sheet.merged_cells.ranges
        assert sheet.page_setup.orientation == "landscape"
        pages = {"Summary": 2, "Cover": 1}.get(sheet.title, 0)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, pages)
        assert sheet.print_title_rows
        assert sheet.print_area
        footer: Any = sheet.oddFooter
        assert (footer.left.text, footer.right.text) == ("&F", "Page &P of &N")
        assert footer.center.text == "&A - hepaplan 0.1.0"


def test_no_cell_is_a_formula_or_an_error(workbook: Workbook) -> None:
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type not in ("f", "e"), f"{sheet.title}!{cell.coordinate}"


def test_excel_tables_have_their_own_names_and_headings(workbook: Workbook) -> None:
    names = [name for sheet in workbook.worksheets for name in sheet.tables]
    assert len(names) == len(set(names)) > 25
    for sheet in workbook.worksheets:
        for table in sheet.tables.values():
            headings = [c.value for c in sheet[table.ref][0]]
            assert headings == [column.name for column in table.tableColumns]
            assert len({str(h).casefold() for h in headings}) == len(headings)
            for row in sheet[table.ref]:
                assert all(c.value not in (None, "") for c in row), f"blank in {table.name}"


def test_demand_by_month_equals_the_tables(workbook: Workbook, content: ReportContent) -> None:
    cases = naive_sums(content.tables["cases"], ["month"], "cases")
    found = naive_sums(content.tables["metastases"], ["month", "timing"], "patients")
    rows = rows_of(workbook, "demand_by_month")
    assert [row["Month"] for row in rows] == [month(m) for (m,) in sorted(cases)]
    for row, (name,) in zip(rows, sorted(cases), strict=True):
        assert row["Colorectal cancers"] == pytest.approx(cases[name,], rel=1e-12)
        early, late = found[name, "synchronous"], found[name, "metachronous"]
        assert row["Liver metastases at diagnosis"] == pytest.approx(early, rel=1e-12)
        assert row["Liver metastases later"] == pytest.approx(late, rel=1e-12)
        assert row["New liver metastases, all"] == pytest.approx(early + late, rel=1e-12)


def test_use_by_site_and_month_equals_the_tables(
    workbook: Workbook, content: ReportContent
) -> None:
    table = content.tables["resources"]
    used = naive_sums(table, ["policy", "site", "resource", "month"], "used")
    capacity = naive_sums(table, ["policy", "site", "resource", "month"], "capacity")
    rows = rows_of(workbook, "use_by_month")
    shown = {(row["Site"], row["Resource"], row["Month"]): row for row in rows}
    assert len(shown) == len(rows)
    for (policy, site, resource, when), number in used.items():
        row = shown.get((content.label(site), content.label(resource), month(when)))
        if capacity[policy, site, resource, when] == 0:
            assert row is None
            continue
        assert row is not None
        held = capacity[policy, site, resource, when]
        assert row[f"Used, {policy}"] == pytest.approx(number, rel=STORED)
        assert row["Capacity"] == pytest.approx(held, rel=STORED)


def test_the_plan_equals_the_tables(workbook: Workbook, content: ReportContent) -> None:
    starts = naive_sums(
        content.tables["starts"], ["policy", "site", "treatment", "month"], "starts"
    )
    rows = rows_of(workbook, "plan_by_site_and_month")
    shown = {(row["Site"], row["Treatment"], row["Month"]): row for row in rows}
    assert len(shown) * 3 == len(starts)
    for (policy, site, treatment, when), number in starts.items():
        row = shown[content.label(site), content.label(treatment), month(when)]
        assert row[policy.capitalize()] == pytest.approx(number, rel=1e-12)
    total = content.tables["treatments"].query("policy == 'most health'")["starts"].sum()
    by_year = sum(row["Most health"] for row in rows_of(workbook, "plan_by_year"))
    in_all = sum(row["Most health"] for row in rows_of(workbook, "plan_in_all"))
    assert by_year == pytest.approx(total, rel=1e-12) == in_all


def test_waiting_lists_equal_the_tables(workbook: Workbook, content: ReportContent) -> None:
    rows = rows_of(workbook, "waiting_by_month")
    shown = {(row["Decision point"], row["Month"]): row for row in rows}
    for row in content.tables["lists"].to_dict("records"):
        cells = shown[content.label(row["decision_point"]), month(row["month"])]
        late = pytest.approx(row["beyond_standard"], rel=STORED)
        assert cells[f"Waiting, {row['policy']}"] == pytest.approx(row["waiting"], rel=STORED)
        assert cells[f"Beyond standard, {row['policy']}"] == late


def test_costs_equal_the_tables(workbook: Workbook, content: ReportContent) -> None:
    table = content.tables["costs"]
    for column, name in (("treatment", "Treatment"), ("category", "Category")):
        sums = naive_sums(table, ["policy", column], "cost_gbp")
        rows = rows_of(workbook, f"cost_by_{column}")
        assert len(rows) == table[column].nunique()
        for row in rows:
            for (policy, key), number in sums.items():
                if row[name] in (content.label(str(key)), str(key)):
                    assert row[policy.capitalize()] == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize(
    ("sheet_table", "table", "columns"),
    [
        ("key_figures", "key_figures", {"measure": "Key figure", "unit": "Unit"}),
        ("evidence_sets", "evidence_sets", {"review": "Review", "registry": "Registry"}),
        ("per_patient", "per_patient", {"qalys": "QALYs", "cost_gbp": "Cost, GBP"}),
        ("per_patient", "per_patient", {"median_survival_months": "Median survival, months"}),
        ("published_survival", "published", {"modelled": "Modelled", "source": "Source"}),
        ("assumptions", "assumptions", {"value": "Value", "unit": "Unit"}),
        ("assumptions", "assumptions", {"low": "Low", "year": "Year", "quality": "Quality"}),
        ("assumptions", "assumptions", {"source": "Source", "place": "Set in", "key": "Key"}),
        ("sources", "sources", {"key": "Source"}),
        ("stated_capacity", "capacity", {"number": "Number", "units_a_week": "Each gives a week"}),
        ("stated_capacity", "capacity", {"utilisation_cap": "Utilisation cap", "unit": "Unit"}),
        ("stated_capacity", "capacity", {"saleable_unit": "Sold as", "quality": "Quality"}),
        ("checks", "checks", {"check": "Check", "residual": "Residual", "what": "What it says"}),
    ],
)
def test_tables_shown_as_they_are_equal_theirs(
    workbook: Workbook,
    content: ReportContent,
    sheet_table: str,
    table: str,
    columns: dict[str, str],
) -> None:
    rows = rows_of(workbook, sheet_table)
    for name, heading in columns.items():
        expected = ["n/a" if pd.isna(v) else v for v in content.tables[table][name].astype(object)]
        assert len(rows) == len(expected)
        for row, value in zip(rows, expected, strict=True):
            number = isinstance(value, int | float)
            assert row[heading] == (pytest.approx(value, rel=STORED) if number else value)


def test_every_label_is_in_words(workbook: Workbook) -> None:
    machine = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)+$")
    for sheet in workbook.worksheets:
        if sheet.title in ("Assumptions", "Evidence quality", "Sources"):
            continue
        for row in sheet.iter_rows(values_only=True):
            assert not [v for v in row if isinstance(v, str) and machine.match(v)]


def test_sheets_with_sites_say_they_are_illustrative(
    workbook: Workbook, content: ReportContent
) -> None:
    sites = {content.label(s) for s in content.tables["resources"]["site"].unique()}
    for sheet in workbook.worksheets:
        texts = {c for row in sheet.iter_rows(values_only=True) for c in row if isinstance(c, str)}
        if texts & sites:
            assert sheet.title in WITH_SITES
            top = [sheet.cell(row, 1).value for row in range(1, 7)]
            assert any(str(v).startswith("ILLUSTRATIVE") for v in top)
            assert any("(illustrative sites)" in text for text in texts)


def test_a_region_with_published_sites_is_not_called_illustrative(
    short: ReportContent, tmp_path: Path
) -> None:
    content = replace(short, site_note="", headlines=("One.",))
    write_workbook(tmp_path / "r.xlsx", content)
    back = load_workbook(tmp_path / "r.xlsx")
    for name in WITH_SITES:
        texts = [c for row in back[name].iter_rows(values_only=True) for c in row]
        assert not [t for t in texts if isinstance(t, str) and "llustrative sites" in t]


def test_the_verdict_of_the_checks_shows_on_the_summary(
    short: ReportContent, tmp_path: Path
) -> None:
    checks = short.tables["checks"].copy()
    checks["passed"] = [True, False, True, True, True]
    write_workbook(tmp_path / "r.xlsx", replace(short, tables={**short.tables, "checks": checks}))
    back = load_workbook(tmp_path / "r.xlsx")
    failed = "CHECKS: 1 of 7 FAILED: metastases sum to their whole"
    summary = [back["Summary"].cell(row, 1).value for row in range(1, 8)]
    assert any(failed in str(value) for value in summary)
    assert back["Checks"]["A3"].value == failed
    verdicts = [row["Verdict"] for row in rows_of(back, "checks")]
    assert verdicts == ["passed", "FAILED", "passed", "passed", "passed"]


def test_headlines_and_links_are_on_the_summary(workbook: Workbook, content: ReportContent) -> None:
    sheet = workbook["Summary"]
    column = [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)]
    text = " ".join(str(value).strip() for value in column if value is not None)
    for number, sentence in enumerate(content.headlines, start=1):
        assert f"{number}. {sentence}" in text
    cover = workbook["Cover"]
    links = {c.value: c.hyperlink.location for row in cover for c in row if c.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in ORDER[1:]}


def test_every_link_leads_to_a_filled_cell_of_a_sheet(workbook: Workbook) -> None:
    count = 0
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink:
                    name, where = str(cell.hyperlink.location).rsplit("!", 1)
                    assert workbook[name.strip("'")][where].value not in (None, "")
                    count += 1
    assert count > 50


def test_a_sheet_that_does_not_apply_is_left_out_and_nothing_leads_to_it(
    short: ReportContent, tmp_path: Path
) -> None:
    lacking = {
        "flows": short.tables["flows"].iloc[:0],
        "evidence_sets": short.tables["evidence_sets"].drop(columns="review"),
        "chance_years": short.tables["chance_years"].iloc[:0],
    }
    write_workbook(tmp_path / "r.xlsx", replace(short, tables={**short.tables, **lacking}))
    back = load_workbook(tmp_path / "r.xlsx")
    left_out = {"Half or quarter", "Pathway", "Chance"}
    assert back.sheetnames == [name for name in ORDER if name not in left_out]
    places = [str(c.hyperlink.location) for s in back for row in s for c in row if c.hyperlink]
    assert not [place for place in places if place.split("'")[1] in left_out]


def summary_text(path: Path) -> dict[int, list[str]]:
    """The texts of each row of the Summary."""
    rows = load_workbook(path)["Summary"].iter_rows(values_only=True)
    return {i: [str(v) for v in row if v] for i, row in enumerate(rows, start=1)}


def test_what_differs_from_the_base_stands_on_the_second_page(
    short: ReportContent, report: Path, tmp_path: Path
) -> None:
    text = summary_text(report)
    (caption,) = (i for i, row in text.items() if row == [CHANGES])
    assert [text[i] for i in range(caption + 1, caption + 5)] == [
        ["What", "Change", "Reason, and where it is set"],
        ["Trend, damping", "0.5", "a cautious trend (synthetic/scenario.toml:9)"],
        ["Resectable: Standard", "28", "set on the command line (command line)"],
        [
            "Liver theatre time, Central Infirmary",
            "x 0.75, 2027-07 to 2027-12",
            "lists lost (changes.csv:2)",
        ],
    ]
    second_page = load_workbook(report)["Summary"].print_area.split(",")[1]
    assert f"$A${caption}:" in second_page
    tables = {**short.tables, "changes": short.tables["changes"].iloc[:0]}
    write_workbook(tmp_path / "base.xlsx", replace(short, tables=tables))
    assert not any(CHANGES in row for row in summary_text(tmp_path / "base.xlsx").values())


def test_many_changes_are_cut_and_long_texts_go_on_in_the_next_row(
    short: ReportContent, tmp_path: Path
) -> None:
    reason = " ".join(["because"] * 30)
    rows = [(f"trend.part_{i}", str(i), reason, "") for i in range(15)]
    changes = pd.DataFrame(rows, columns=["what", "change", "reason", "place"])
    write_workbook(tmp_path / "r.xlsx", replace(short, tables={**short.tables, "changes": changes}))
    text = summary_text(tmp_path / "r.xlsx")
    cut = f"{CHANGES}: the first 12 of 15, all in tables/changes.csv"
    (caption,) = (i for i, row in text.items() if row == [cut])
    shown = [
        row for i in range(caption + 2, caption + 40) for row in text.get(i, []) if "because" in row
    ]
    assert " ".join(shown) == " ".join([reason] * 12)
    named = [row[0] for row in text.values() if row and row[0].startswith("Trend, part")]
    assert named == [f"Trend, part {i}" for i in range(12)]


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ("Capacity", "Nothing scarce puts the whole backlog"),
        ("Plan", "Nothing scarce puts the whole backlog"),
        ("Waiting", "Months with fewer working days make lists rise"),
    ],
)
def test_what_misleads_in_a_chart_is_explained_above_it(
    workbook: Workbook, sheet: str, words: str
) -> None:
    top = [str(workbook[sheet].cell(row, 1).value) for row in range(1, 10)]
    assert any(line.startswith(words) for line in top)


def test_properties_are_fixed_and_name_nobody(workbook: Workbook, content: ReportContent) -> None:
    properties = workbook.properties
    assert properties.title == content.title
    assert properties.creator == "hepaplan 0.1.0"
    assert properties.language == "en-GB"
    assert properties.created == properties.modified == datetime.datetime(2024, 1, 1)
