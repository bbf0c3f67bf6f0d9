"""Workbooks that were mangled, on purpose or not: refused in a line that says where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from hepaplan.model.evaluate import network_of
from hepaplan.scenarios.load import InvalidScenario, load
from hepaplan.scenarios.workbook.plan import edited_plan
from tests.support.report_books import PlanRow, name, report_book
from tests.support.scenarios import TINY, tiny, tiny_usual

PLAN: list[PlanRow] = [
    ("hilltop", "operable", "resection", "resection", {"2027-01": 0.5, "2027-02": 0.25})
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("written") / "report.xlsx"
    return report_book(path, tiny(), {"plan_starts": PLAN})


@pytest.fixture
def report(tmp_path: Path, written: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "report.xlsx"))


def renamed(path: Path, title: str, address: str) -> Path:
    """Let a name lead elsewhere."""
    book = load_workbook(path)
    name(book, title, address)
    book.save(path)
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(InvalidScenario) as error:
        load(path, base=TINY)
    return str(error.value).split("\n")


@pytest.mark.parametrize(
    ("title", "address", "words"),
    [
        ("inputs", "Inputs!$A$5", "Inputs!A5: the name inputs covers 1 columns; expected 11"),
        ("inputs", "Inputs!$A$5:$D$99", "the name inputs covers 4 columns; expected 11; save it"),
        ("table_population", "'Input tables'!$A$5:$C$81", "table_population covers 3 columns; "),
    ],
)
def test_a_block_that_lost_columns(report: Path, title: str, address: str, words: str) -> None:
    assert words in "\n".join(faults(renamed(report, title, address)))


def test_a_plan_that_lost_columns(report: Path) -> None:
    renamed(report, "plan_starts", "'Plan inputs'!$A$5:$F$6")
    with pytest.raises(InvalidScenario, match="plan_starts covers 6 columns; expected 8"):
        edited_plan(report, network_of(tiny_usual()))


def test_a_file_kept_by_a_password(tmp_path: Path) -> None:
    path = tmp_path / "kept.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    assert "found a file kept by a password, or of the kind .xls" in faults(path)[0]


def test_a_folder_named_as_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    assert faults(tmp_path / "folder.xlsx") == [
        "folder.xlsx: found a folder; expected a file; give the file's name"
    ]


def test_of_many_faults_the_last_line_names_a_cell_too(report: Path) -> None:
    book = load_workbook(report)
    for row in book["Input tables"].iter_rows(min_row=6, max_row=81, max_col=4):
        row[3].value = -1
    book.save(report)
    assert faults(report)[-1].startswith("report.xlsx: Input tables!D")
    assert "more faults of this kind in the table" in "\n".join(faults(report))
