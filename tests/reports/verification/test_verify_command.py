"""hepaplan verify as a user meets it: lines, files, exit codes, and what a failing row does."""

from __future__ import annotations

import json
import re
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from hepaplan.model.problems import NoAnswer
from hepaplan.model.verification.report_rows import CHARTS
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, broken, held, judged, not_applicable
from hepaplan.model.verification.verify import ROWS, verification_table
from hepaplan.reports.style import RED
from hepaplan.reports.verification import recalculated
from tests.support.command import TINY, Hepaplan, contents

ATTACK = "=1+1 <script>\x1b[31m of 3 starts"
FILES = {
    "verification.xlsx", "report.html", "manifest.json",
    "tables/verification.csv", "tables/checks.csv",
}  # fmt: skip


def row(identifier: str, found: Finding, change: str = "none") -> Row:
    return Row(identifier, change, f"{identifier} holds", lambda _: found)


def makes_a_plan(subject: Subject) -> Finding:
    assert subject.plan is not None
    again = subject.plan(subject.usual).best.qalys
    return judged(abs(again - subject.capacity.best.qalys) < 1e-6, f"{again:.2f} QALYs")


def raises(_: Subject) -> Finding:
    raise NoAnswer("none keeps every rule")


SOUND = (
    row("A1", held("largest difference 3e-15 people")),
    row("B7", not_applicable("no drug by dose")),
    Row("E5", "a region cut in two", "demand stays", raises),
    Row("F1", "none", "the plan made again is worth the same", makes_a_plan, plans_again=True),
    CHARTS,
)
UNSOUND = (*SOUND[:1], row("B13", broken(ATTACK), "both discount rates 0"), *SOUND[1:])


@pytest.fixture(autouse=True)
def without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row has tests of its own."""
    monkeypatch.setattr(recalculated, "has_libreoffice", lambda: False)


def judge_by(monkeypatch: pytest.MonkeyPatch, rows: tuple[Row, ...]) -> None:
    table = partial(verification_table, rows=rows)
    monkeypatch.setattr("hepaplan.model.all_tables.verification_table", table)
    monkeypatch.setattr("hepaplan.reports.verification.verified.ROWS", rows)


def test_the_list_as_it_is_passes_on_the_tiny_scenario(hepaplan: Hepaplan, tmp_path: Path) -> None:
    ended = hepaplan("verify", TINY, "--no-plan", "--json")
    document = json.loads(ended.out)
    assert document["checks_failed"] == []
    assert ended.code == 0
    outcomes = {row["row"]: row["outcome"] for row in document["verification"]}
    assert list(outcomes) == list(dict.fromkeys(row.identifier for row in ROWS))
    assert outcomes["H11"] == outcomes["H12"] == outcomes["H14"] == "pass"
    left = {row["row"] for row in document["verification"] if row["outcome"] == "left out"}
    assert left == {"H8", *(row.identifier for row in ROWS if row.plans_again)}
    libreoffice = next(row for row in document["verification"] if row["row"] == "H8")
    assert "LibreOffice (soffice) is not installed" in libreoffice["found"]
    assert set(contents(tmp_path / "tiny-verify")) == FILES


def test_a_sound_scenario_ends_with_0_and_says_what_was_judged(
    hepaplan: Hepaplan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_by(monkeypatch, SOUND)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ended = hepaplan("verify", TINY)
    assert ended.code == 0
    title, *lines, last = ended.out.splitlines()
    assert title == "Two regions, two sites, worked on paper: verification"
    (said,) = lines
    whole = re.fullmatch(
        r"- All (\d+) checks passed: (\d+) identities and 3 rows of verification; "
        r"the other 2 of the list's 5 rows: 2 do not apply to this scenario\.",
        said,
    )
    assert whole is not None
    assert int(whole[1]) == int(whole[2]) + 3
    assert last.startswith("All checks pass, ")
    assert last.endswith("tiny-verify/verification.xlsx, tiny-verify/report.html")
    assert "… verification F1: the plan made again is worth the same" in ended.err
    manifest = json.loads((tmp_path / "tiny-verify" / "manifest.json").read_text("utf-8"))
    assert (manifest["command"], manifest["checks_passed"]) == ("verify", True)
    assert manifest["outcomes"] == {"pass": 3, "fail": 0, "not applicable": 2, "left out": 0}
    assert {entry["path"] for entry in manifest["files"]} == FILES - {"manifest.json"}
    table = pd.read_csv(tmp_path / "tiny-verify" / "tables" / "verification.csv")
    assert table["row"].tolist() == ["A1", "B7", "E5", "F1", "H12"]
    assert table["found"][2] == "the changed scenario is refused: none keeps every rule"


def test_without_a_plan_its_rows_are_left_out(
    hepaplan: Hepaplan, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_by(monkeypatch, SOUND)
    ended = hepaplan("verify", TINY, "--no-plan", "--json")
    document = json.loads(ended.out)
    assert ended.code == 0
    assert document["outcomes"] == {"pass": 2, "fail": 0, "not applicable": 2, "left out": 1}


def test_a_failing_row_is_6_and_shows_on_terminal_sheet_page_and_table(
    hepaplan: Hepaplan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_by(monkeypatch, UNSOUND)
    ended = hepaplan("verify", TINY, "--no-plan", "--out", "here")
    assert ended.code == 6
    assert len(ended.out.splitlines()) <= 10
    shown = ATTACK.replace("\x1b", "\N{REPLACEMENT CHARACTER}")
    failure = f"FAILED B13 with both discount rates 0: expected: B13 holds; found: {shown}"
    assert f"- {failure}" in ended.out.splitlines()
    assert ended.out.splitlines()[-1].startswith("CHECKS FAILED, ")
    book = load_workbook(tmp_path / "here" / "verification.xlsx")
    summary = [str(cell.value) for cell in book["Summary"]["A"] if cell.value]
    assert any("Some checks FAILED" in text for text in summary)
    assert any("FAILED B13" in text for text in summary)
    sheet = book["Verification"]
    rows = {line[0].value: line for line in sheet[sheet.tables["verification"].ref]}
    assert (rows["B13"][1].value, rows["B13"][1].font.color.rgb) == ("FAILED", f"00{RED}")
    assert (rows["B13"][4].value, rows["B13"][4].data_type) == (shown, "s")
    page = (tmp_path / "here" / "report.html").read_text("utf-8")
    assert '<p class="warning">Some checks FAILED' in page
    assert '<td class="failed">FAILED</td>' in page
    assert '<td class="note">not applicable</td>' in page
    assert "<script>" not in page and "=1+1 &lt;script&gt;" in page
    table = (tmp_path / "here" / "tables" / "verification.csv").read_text("utf-8")
    assert "'=1+1 <script>" in table


def test_a_failing_row_fails_a_run_too(
    hepaplan: Hepaplan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_by(monkeypatch, UNSOUND)
    ended = hepaplan("run", TINY, "--quick", "--out", "here")
    assert ended.code == 6
    assert "CHECKS FAILED: B13: B13 holds" in ended.out
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text("utf-8"))
    assert (manifest["checks_passed"], manifest["checks_failed"]) == (False, ["B13: B13 holds"])
    book = load_workbook(tmp_path / "here" / "report.xlsx", read_only=True, data_only=True)
    for sheet in ("Cover", "Summary", "Checks", "Reconciliation"):
        book[sheet].reset_dimensions()  # sheets of formulas state none
        texts = [cell for row in book[sheet].iter_rows(values_only=True) for cell in row]
        assert any("FAILED: B13: B13 holds" in str(text) for text in texts), sheet
    book.close()
    assert "FAILED: B13: B13 holds" in (tmp_path / "here" / "report.html").read_text("utf-8")


def test_a_folder_that_is_taken_is_refused_before_anything_is_run(
    hepaplan: Hepaplan, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "mine.txt").write_text("keep me")
    ended = hepaplan("verify", TINY, "--out", "here")
    assert ended.code == 2
    assert contents(tmp_path / "here") == {"mine.txt": b"keep me"}
