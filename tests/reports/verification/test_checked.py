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
    meaning,
    others_in_words,
    passed_in_words,
    program_in_words,
    summed_in_words,
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


def test_one_sentence_has_numbers_that_add_up(content: ReportContent) -> None:
    """By hand: 5 + 2 = 7 checks, 2 + 1 + 1 = 4 rows; then 5 + 3 = 8 and 3 + 1 = 4."""
    assert summed_in_words(content.tables) == (
        "All 7 checks passed: 5 identities and 2 rows of verification; the other 2 of the list's 4 "
        "rows: 1 does not apply to this scenario; 1 is left out, and each "
        "says why."
    )
    failing = with_rows(content, B13="fail", F1="pass").tables
    assert summed_in_words(failing) == (
        "1 of 8 checks FAILED: 5 identities and 3 rows of verification; the other 1 of the list's "
        "4 rows: 1 does not apply to this scenario."
    )
    whole = with_rows(content, B7="pass", F1="pass").tables
    assert others_in_words(whole) == ""
    assert summed_in_words(whole) == (
        "All 9 checks passed: 5 identities and 4 rows of verification."
    )
    assert program_in_words().startswith(f"{len(OF_THE_CODE)} further rows concern the program")


def test_the_sheet_says_first_what_a_reader_is_to_make_of_it(short: ReportContent) -> None:
    for content, passed in ((short, True), (with_rows(short, B13="fail"), False)):
        sheet = build_workbook(content)["Checks"]
        above = " ".join(str(sheet.cell(row, 1).value or "").strip() for row in range(2, 8))
        assert above.startswith("Did this run calculate right?")
        assert meaning(passed) in above
        assert meaning(not passed) not in above
    assert "Use no figure" in meaning(False)
    assert "run again" in meaning(False)


def test_the_sheet_has_verdict_identities_then_rows_in_colour(
    failing: ReportContent, tmp_path: Path
) -> None:
    write_workbook(tmp_path / "r.xlsx", failing)
    sheet = load_workbook(tmp_path / "r.xlsx")["Checks"]
    assert sheet["A3"].value == FAILED
    assert sheet["A3"].font.color.rgb == f"00{RED}"
    above = [str(sheet.cell(row, 1).value) for row in range(4, 9)]
    assert above[0].startswith("Use no figure of this report yet.")
    (marked,) = (row for row, said in enumerate(above) if said.startswith("ILLUSTRATIVE"))
    assert above[marked + 1].startswith("The other 2 of the list's 4 rows: 1 does not apply")
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
