"""The page on workbooks: its code is run, and what it shows is what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hepaplan.scenarios.load import InvalidScenario, load
from hepaplan.scenarios.workbook import container
from tests.support.pages import blocks, page
from tests.support.report_books import cell_of, put, report_book
from tests.support.scenarios import TINY, tiny

PAGE = "how-to/edit-the-workbook.md"


def run(block: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(block, PAGE, "exec"), names)
    return names


def test_the_edited_report_says_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(TINY.parent)
    report = report_book(tmp_path / "report.xlsx", tiny())
    cell = cell_of(report, "economics.willingness_to_pay")
    put(report, {cell: 25000})
    run(blocks(PAGE)[0], {"report": report})
    said = capsys.readouterr().out.strip().replace(f"!{cell} ", "!E20 ")
    assert f"    {said}\n" in page(PAGE)


def test_the_template_is_refused_as_the_page_shows(tmp_path: Path) -> None:
    edited, template = blocks(PAGE)
    names = run(template, {"folder": tmp_path, "load": load})
    assert edited.startswith("from hepaplan.scenarios.load import load")
    assert names["region"].settings.name == "my-region"
    book = load_workbook(names["template"])
    book["Population"]["D14"] = "9,100"
    book.save(names["template"])
    with pytest.raises(InvalidScenario) as error:
        load(names["template"])
    assert f"    {error.value}\n" in page(PAGE)


def test_limits_are_those_of_the_code() -> None:
    text = page(PAGE)
    assert f"over {container.MAX_BYTES // 1_000_000} MB" in text
    assert f"over {container.MAX_UNPACKED // 1_000_000} MB unpacked" in text
    assert f"more than {container.MAX_PARTS:,} parts" in text
