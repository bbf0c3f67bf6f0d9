from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.support.libreoffice import converted
from tests.support.recalculated import needs_libreoffice

pytestmark = [pytest.mark.libreoffice, needs_libreoffice]
ERRORS = ("#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "Err:5")


def test_it_prints(report: Path, tmp_path: Path) -> None:
    (made,) = (path.read_bytes() for path in converted(report, "pdf", tmp_path / "pages"))
    assert made.startswith(b"%PDF")
    pages = made.count(b"/Type/Page") - made.count(b"/Type/Pages")
    assert 20 <= pages <= 110


def test_no_sheet_shows_an_error(report: Path, tmp_path: Path) -> None:
    # 44 comma, 34 quote, 76 UTF-8; the -1 at the end writes every sheet to its own file.
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    files = converted(report, every_sheet, tmp_path / "sheets")
    assert len(files) == 19
    for path in files:
        with path.open(newline="", encoding="utf-8") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert len(cells) > 20
        assert not [cell for cell in cells if cell.startswith(ERRORS)], path.name
