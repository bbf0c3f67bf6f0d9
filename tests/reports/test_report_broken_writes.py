"""Texts like formulas, writes that break, and runs that are almost empty."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from hepaplan.reports import workbook as report_writer
from hepaplan.reports.content import ReportContent, UnfitTable
from hepaplan.reports.workbook import write_workbook
from tests.reports.test_report_workbook import ORDER

FORMULA = re.compile(r"[=+\-@\t]")


def attacked(content: ReportContent) -> ReportContent:
    """Every text a user could have written, turned into something Excel might run."""
    starts = ("=", "+", "-", "@", "\t=")
    dull = {
        "policy", "month", "timing", "quality", "year", "first_month_full", "unit", "variant",
        "decide_by", "breach_from", "from_month", "to_month", "stage", "outcome",
    }  # fmt: skip

    def harm(text: Any, position: int) -> Any:
        return f"{starts[position % 5]}HYPERLINK({text})" if isinstance(text, str) else text

    tables = {}
    for name, table in content.tables.items():
        columns = [c for c in table.columns if c not in dull and table[c].dtype.kind not in "biuf"]
        changed = {}
        for c in columns:
            known = {v: harm(v, i) for i, v in enumerate(table[c].unique())}
            changed[c] = table[c].astype(object).map(lambda v, k=known: k.get(v, v))
        tables[name] = table.assign(**changed)
    labels = {harm(k, 0): harm(v, 0) for k, v in content.labels.items()}
    return replace(
        content,
        name="=1",
        title="=cmd|' /C calc'!A0",
        question="+2",
        status="-3",
        headlines=("@4", "=5"),
        labels=labels,
        site_note="=6",
        tables=tables,
    )


def test_text_that_looks_like_a_formula_stays_text_everywhere(
    short: ReportContent, tmp_path: Path
) -> None:
    path = tmp_path / "attack.xlsx"
    write_workbook(path, attacked(short))
    seen = 0
    for sheet in load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type not in ("f", "e"), f"{sheet.title}!{cell.coordinate}"
                if isinstance(cell.value, str) and FORMULA.match(cell.value):
                    assert cell.quotePrefix, f"{sheet.title}!{cell.coordinate}"
                    seen += 1
    assert seen > 500
    with ZipFile(path) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in archive.read(name) for name in sheets)


def test_the_same_content_gives_the_same_bytes(short: ReportContent, tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", short)
    time.sleep(1.1)
    write_workbook(tmp_path / "b.xlsx", short)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    other = replace(short, title="Another title")
    write_workbook(tmp_path / "c.xlsx", other)
    assert (tmp_path / "a.xlsx").read_bytes() != (tmp_path / "c.xlsx").read_bytes()


def test_an_unfit_table_or_a_broken_write_leaves_the_old_report(
    short: ReportContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"old")
    costs = short.tables["costs"].assign(cost_gbp=float("nan"))
    with pytest.raises(UnfitTable, match="costs: cost_gbp holds nan"):
        write_workbook(path, replace(short, tables={**short.tables, "costs": costs}))

    def half(_: object, file: Any) -> None:
        file.write(b"PK half a workbook")
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(report_writer, "save", half)
    with pytest.raises(OSError, match="no space"):
        write_workbook(path, short)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.xlsx"]


def test_an_almost_empty_run_still_makes_a_workbook(short: ReportContent, tmp_path: Path) -> None:
    empty = {name: table.iloc[:0] for name, table in short.tables.items()}
    keep = {name: short.tables[name] for name in ("cases", "metastases", "checks")}
    write_workbook(tmp_path / "r.xlsx", replace(short, tables=empty | keep))
    left_out = {"Half or quarter", "Pathway", "Chance"}
    there = [name for name in ORDER if name not in left_out]
    assert set(load_workbook(tmp_path / "r.xlsx").sheetnames) >= set(there)
