"""Rows H judged on a written report: each passes on the tiny run, and fails where it should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hepaplan.model.depth import FULL
from hepaplan.model.evaluate import as_today, evaluate, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput
from hepaplan.model.results import Results
from hepaplan.model.verification.report_rows import REPORT_ROWS
from hepaplan.model.verification.subject import Subject
from hepaplan.model.verification.verdict import LeftOut
from hepaplan.model.verification.verify import ROWS
from hepaplan.reports.verification import recalculated as libreoffice
from hepaplan.reports.verification import workbook_rows as rows
from hepaplan.reports.verification.drawn_ranges import faults_of, series_of
from hepaplan.reports.verification.recalculated import NotRecalculated
from hepaplan.reports.verification.workbook_rows import WrittenReport, workbook_rows
from hepaplan.scenarios.load import load_scenario
from tests.support.recalculated import needs_libreoffice
from tests.support.scenarios import TINY, tiny, tiny_with


def read_back(path: Path) -> Scenario:
    return load_scenario(path, base=TINY)


@pytest.fixture(scope="module")
def results() -> Results:
    return evaluate(tiny(), depth=FULL.quick())


@pytest.fixture(scope="module")
def report(results: Results, tmp_path_factory: pytest.TempPathFactory) -> WrittenReport:
    return WrittenReport(tmp_path_factory.mktemp("report"), results, {}, read_back)


@pytest.fixture(scope="module")
def subject(results: Results) -> Subject:
    return Subject(results.usual, results.capacity, usual_care, as_today)


@pytest.fixture
def edited(report: WrittenReport) -> Iterator[Any]:
    """Change cells of the workbook for a while, by sheet and place."""
    before: list[tuple[Any, object]] = []

    def edit(sheet: str, place: str, value: object) -> None:
        cell: Any = report.workbook[sheet][place]
        before.append((cell, cell.value))
        cell.value = value

    yield edit
    for cell, value in reversed(before):
        cell.value = value


def with_tables(report: WrittenReport, **tables: pd.DataFrame) -> WrittenReport:
    """Return the same file beside a run with other tables."""
    results = replace(report.results, tables={**report.results.tables, **tables})
    other = replace(report, results=results)
    vars(other)["_written"] = (report.path, report.workbook)
    return other


def test_every_row_of_a_report_has_a_judge_and_no_other_row_changes() -> None:
    assert set(rows.JUDGES) == set(REPORT_ROWS)
    given = workbook_rows(ROWS, WrittenReport(Path(), None, {}, read_back))  # type: ignore[arg-type]
    same = [new is old for new, old in zip(given, ROWS, strict=True)]
    assert same == [row not in REPORT_ROWS for row in ROWS]


@needs_libreoffice
@pytest.mark.libreoffice
def test_formulas_calculated_anew_give_the_engines_figures(
    report: WrittenReport, subject: Subject
) -> None:
    found = rows.live_formulas(report, subject)
    assert found.outcome == "pass"
    assert "cells with an error: 0" in found.found


def test_errors_missing_cells_and_other_figures_fail(
    report: WrittenReport, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = report.live.figures
    cells: dict[str, object] = {f"out_{name}": value for name, value in figures.items()}
    monkeypatch.setattr(libreoffice, "has_libreoffice", lambda: True)
    monkeypatch.setattr(libreoffice, "recalculated", lambda path, _: path)
    monkeypatch.setattr(libreoffice, "values", lambda _: cells)
    assert rows.live_formulas(report, subject).outcome == "pass"
    monkeypatch.setattr(libreoffice, "errors_in", lambda _: ["Value!B7 #DIV/0!"])
    found = rows.live_formulas(report, subject)
    assert (found.outcome, "Value!B7 #DIV/0!" in found.found) == ("fail", True)
    monkeypatch.setattr(libreoffice, "errors_in", lambda _: [])
    name = next(iter(figures))
    for cell in ("#REF!", None, figures[name] * (1 + 2e-6)):
        monkeypatch.setitem(cells, f"out_{name}", cell)
        found = rows.live_formulas(report, subject)
        assert (found.outcome, name.replace("_", " ") in found.found) == ("fail", True)


def test_without_libreoffice_the_row_says_so(
    report: WrittenReport, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> Path:
        raise NotRecalculated("LibreOffice ended with code 77: no display")

    monkeypatch.setattr(libreoffice, "has_libreoffice", lambda: True)
    monkeypatch.setattr(libreoffice, "recalculated", fails)
    with pytest.raises(LeftOut, match=r"nothing was recalculated: .* code 77: no display"):
        rows.live_formulas(report, subject)
    monkeypatch.setattr(libreoffice, "has_libreoffice", lambda: False)
    with pytest.raises(LeftOut, match="not installed"):
        rows.live_formulas(report, subject)


def test_a_program_that_fails_or_does_not_end_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\necho no display\nexit 77\n")
    program.chmod(0o755)
    monkeypatch.setattr(libreoffice, "PROGRAM", str(program))
    with pytest.raises(NotRecalculated, match="code 77: no display"):
        libreoffice.recalculated(tmp_path / "a.xlsx", tmp_path)
    program.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(NotRecalculated, match="left no file"):
        libreoffice.recalculated(tmp_path / "a.xlsx", tmp_path)
    program.write_text("#!/bin/sh\nsleep 60 &\nwait\n")
    monkeypatch.setattr(libreoffice, "LONGEST_SECONDS", 0)
    monkeypatch.setattr(libreoffice, "SECONDS_EACH", 0.2)
    with pytest.raises(NotRecalculated, match="did not end"):
        libreoffice.recalculated(tmp_path / "a.xlsx", tmp_path)


def test_a_program_that_crashes_at_its_start_is_run_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, before = tmp_path / "soffice", tmp_path / "before"
    program.write_text(
        f"#!/bin/sh\n[ -e {before} ] || {{ touch {before}; echo terminate called; exit 1; }}\n"
        f"mkdir -p {tmp_path}/recalculated; touch {tmp_path}/recalculated/a.xlsx\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(libreoffice, "PROGRAM", str(program))
    assert libreoffice.recalculated(tmp_path / "a.xlsx", tmp_path).exists()


def test_saved_inputs_are_the_scenario_or_the_row_fails(
    report: WrittenReport, subject: Subject
) -> None:
    found = rows.saved_inputs(report, subject)
    assert (found.outcome, found.found) == (
        "pass", "digest equal; 9 of 9 tables of reading 1 equal",
    )  # fmt: skip
    other = replace(report, read_back=lambda _: tiny_with(economics__horizon_years=44))
    vars(other)["_written"] = (report.path, report.workbook)
    assert rows.saved_inputs(other, subject).outcome == "fail"
    metastases = report.results.tables["metastases"].copy()
    metastases["patients"] += 1e-12
    differs = rows.saved_inputs(with_tables(report, metastases=metastases), subject)
    assert (differs.outcome, differs.found) == (
        "fail", "digest equal; 8 of 9 tables of reading 1 equal; not metastases",
    )  # fmt: skip


def test_inputs_that_are_refused_fail_and_those_of_a_report_do_not_apply(
    report: WrittenReport, subject: Subject
) -> None:
    def refuses(_: Path) -> Scenario:
        raise InvalidInput("Inputs!E7: found\nnothing")

    for reader, outcome, words in (
        (refuses, "fail", "refused: Inputs!E7: found nothing"),
        (lambda _: None, "not applicable", "itself read from a report"),
    ):
        other = replace(report, read_back=reader)
        vars(other)["_written"] = (report.path, report.workbook)
        found = rows.saved_inputs(other, subject)
        assert found.outcome == outcome
        assert words in found.found


def test_totals_add_up_both_ways_and_a_changed_cell_is_seen(
    report: WrittenReport, subject: Subject, edited: Any
) -> None:
    assert rows.both_ways(report, subject).outcome == "pass"
    for name in ("plan_by_month", "use_by_year", "waiting_in_all"):
        (sheet,) = (s for s in report.workbook.worksheets if name in s.tables)
        table: Any = sheet.tables
        cells = sheet[table[name].ref]
        place = next(i for i, head in enumerate(cells[0]) if "ost health" in str(head.value))
        cell = next(line[place] for line in cells[1:] if line[place].value > 0.01)
        edited(sheet.title, cell.coordinate, cell.value * 1.001)
        found = rows.both_ways(report, subject)
        assert found.outcome == "fail", name
        edited(sheet.title, cell.coordinate, cell.value / 1.001)


def test_totals_that_are_not_the_engines_are_seen(report: WrittenReport, subject: Subject) -> None:
    lists = report.results.tables["lists"].copy()
    lists.loc[lists.index[-1], "waiting"] += 1e-3
    found = rows.both_ways(with_tables(report, lists=lists), subject)
    assert found.outcome == "fail"
    assert "waiting_by_month, Waiting" in found.found


def test_budget_impact_is_the_difference_undiscounted(
    report: WrittenReport, subject: Subject, edited: Any
) -> None:
    assert rows.budget(report, subject).outcome == "pass"
    costs = report.results.tables["costs"].copy()
    costs.loc[costs["policy"] == "first come", "cost_gbp"] *= 1.035
    assert rows.budget(with_tables(report, costs=costs), subject).outcome == "fail"
    (sheet,) = (s for s in report.workbook.worksheets if "budget_impact" in s.tables)
    tables: Any = sheet.tables
    last = sheet[tables["budget_impact"].ref][-1][-1]
    edited(sheet.title, last.coordinate, float(last.value) + 1.0)
    found = rows.budget(report, subject)
    assert found.outcome == "fail"
    assert found.found.startswith("largest difference £1 of £")


def test_charts_draw_rows_of_tables(report: WrittenReport, subject: Subject) -> None:
    found = rows.charts(report, subject)
    assert found.outcome == "pass"
    assert int(found.found.split()[0]) > 50


def test_a_chart_of_other_cells_is_seen(report: WrittenReport) -> None:
    """Two columns at once, a row above the table, a row below it, names of other rows."""
    first = next(each for each in series_of(report.path) if each.across)
    left, top, right, bottom = first.drawn
    assert first.across is not None
    sheet, (name, start, _, end) = first.across
    for wrong, words in (
        (replace(first, drawn=(left - 1, top, right, bottom)), "several columns"),
        (replace(first, drawn=(left, top - 1, right, bottom)), "no rows of a table"),
        (replace(first, drawn=(left, top, right, bottom + 999)), "no rows of a table"),
        (replace(first, across=(sheet, (name, start + 1, name, end))), "names are of other rows"),
        (replace(first, across=("Cover", (name, start, name, end))), "names are of other rows"),
    ):
        assert any(words in fault for fault in faults_of([wrong], report.workbook)), words
    assert faults_of([first], report.workbook) == []
