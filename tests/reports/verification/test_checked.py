"""Identities and rows of verification on the report: one verdict, in words, colours and order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.verification.verify import OF_THE_CODE
from hepaplan.reports.content import ReportContent
from hepaplan.reports.page.run_page import run_pages
from hepaplan.reports.study.page import study_page
from hepaplan.reports.style import GREEN, RED
from hepaplan.reports.views.checked import (
    left_in_words,
    outcomes_in_words,
    passed_in_words,
    verdict,
)
from hepaplan.reports.workbook import build_workbook, write_workbook
from tests.support.synthetic_checks import ATTACK, verification_rows

FAILED = "CHECKS: 1 of 7 FAILED: B13: discounted equals undiscounted"
GREY = "595959"


def with_rows(content: ReportContent, **outcomes: str) -> ReportContent:
    tables = {**content.tables, "verification": verification_rows(**outcomes)}
    return replace(content, tables=tables)


def texts(workbook: Workbook, sheet: str) -> str:
    cells = (cell for row in workbook[sheet].iter_rows(values_only=True) for cell in row)
    return " ".join(cell.strip() for cell in cells if isinstance(cell, str))


@pytest.fixture(scope="module")
def failing(short: ReportContent) -> ReportContent:
    return with_rows(short, B13="fail")


@pytest.fixture(scope="module")
def built(failing: ReportContent) -> Workbook:
    return build_workbook(failing)


def test_the_verdict_is_of_both_lists(content: ReportContent) -> None:
    passed = "CHECKS: all 7 passed (5 identities, 2 rows of verification)"
    assert verdict(content) == (passed, True)
    assert passed_in_words(content.tables) == "7 of 7"
    failing = with_rows(content, B13="fail")
    assert verdict(failing) == (FAILED, False)
    assert passed_in_words(failing.tables) == "6 of 7"


def test_a_comparison_has_no_rows_of_verification(content: ReportContent) -> None:
    tables = {name: table for name, table in content.tables.items() if name != "verification"}
    assert verdict(replace(content, tables=tables)) == ("CHECKS: all 5 passed", True)


def test_only_the_first_failures_are_named(content: ReportContent) -> None:
    checks = content.tables["checks"].assign(passed=False)
    tables = {**content.tables, "checks": checks, "verification": verification_rows(A1="fail",
              B13="fail")}  # fmt: skip
    words, passed = verdict(replace(content, tables=tables))
    assert words.startswith("CHECKS: 7 of 7 FAILED: cases sum to their whole, ")
    assert words.endswith("A1: people are conserved and 1 more")
    assert not passed


def test_outcomes_are_counted_and_what_is_left_is_said(content: ReportContent) -> None:
    said = outcomes_in_words(content.tables)
    assert said == "4 rows of verification: 2 passed, 1 not applicable, 1 left out"
    failing = with_rows(content, B13="fail", F1="pass").tables
    said = outcomes_in_words(failing)
    assert said == "4 rows of verification: 2 passed, 1 FAILED, 1 not applicable"
    program = f"{len(OF_THE_CODE)} more rows of the list concern the program itself"
    assert left_in_words(content.tables).startswith(
        "hepaplan verify, without --no-plan, judges the 1 left out"
    )
    assert program in left_in_words(content.tables)
    assert left_in_words(failing).startswith(program)


def test_the_sheet_has_verdict_identities_then_rows_in_colour(
    failing: ReportContent, tmp_path: Path
) -> None:
    write_workbook(tmp_path / "r.xlsx", failing)
    sheet = load_workbook(tmp_path / "r.xlsx")["Checks"]
    assert sheet["A3"].value == FAILED
    assert sheet["A3"].font.color.rgb == f"00{RED}"
    assert str(sheet["A4"].value).startswith("ILLUSTRATIVE")
    assert str(sheet["A5"].value).startswith("4 rows of verification: 1 passed, 1 FAILED")
    assert list(sheet.tables)[:2] == ["checks", "verification"]
    rows = list(sheet[sheet.tables["verification"].ref])
    assert [cell.value for cell in rows[0]] == [
        "Row", "Outcome", "What is changed", "What must follow", "What was found",
    ]  # fmt: skip
    looks = {row[0].value: (row[1].value, row[1].font.color.rgb) for row in rows[1:]}
    assert looks == {
        "A1": ("passed", f"00{GREEN}"),
        "B13": ("FAILED", f"00{RED}"),
        "B7": ("not applicable", f"00{GREY}"),
        "F1": ("left out", f"00{GREY}"),
    }
    (attack,) = (row[4] for row in rows if row[0].value == "B7")
    assert (attack.value, attack.data_type, attack.quotePrefix) == (ATTACK, "s", True)


@pytest.mark.parametrize("sheet", ["Cover", "Summary", "Checks"])
def test_a_failed_row_shows_where_readers_begin(built: Workbook, sheet: str) -> None:
    assert FAILED in texts(built, sheet)


def test_the_list_of_tests_does_not_say_that_all_passed(built: Workbook) -> None:
    assert "6 of 7" in texts(built, "TECH-VER")


def test_the_page_says_it_first_and_colours_the_outcomes(
    built: Workbook, failing: ReportContent
) -> None:
    made = study_page(run_pages(built, failing))
    warning = f'<p class="warning">Plan: {failing.status}. {FAILED}'
    assert made.index(warning) < made.index("Contents</h2>")
    assert '<td class="failed">FAILED</td>' in made
    assert '<td class="passed">passed</td>' in made
    assert '<td class="note">not applicable</td>' in made
    assert '<td class="note">left out</td>' in made
    assert "<script>" not in made
    assert "=1+1 &lt;script&gt;" in made
