"""Workbooks that were mangled, on purpose or not: refused in a line that says where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from hepaplan.model.evaluate import network_of
from hepaplan.model.input_rows import input_rows
from hepaplan.scenarios.load import InvalidScenario, load, load_scenario
from hepaplan.scenarios.workbook.plan import edited_plan
from hepaplan.scenarios.workbook.template import write_template
from tests.support.report_books import PlanRow, cell_of, name, put, report_book
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


def test_a_plan_without_months(report: Path) -> None:
    renamed(report, "plan_starts", "'Plan inputs'!$A$5:$H$6")
    with pytest.raises(InvalidScenario, match="Plan inputs!A5: found no planned starts"):
        edited_plan(report, network_of(tiny_usual()))


def test_reports_that_name_each_other(report: Path) -> None:
    other = Path(shutil.copy(report, report.with_name("other.xlsx")))
    put(report, {"C1": "other"})
    put(other, {"C1": "report"})
    with pytest.raises(InvalidScenario, match="made from the scenario 'other', which is not"):
        load(report)


@pytest.mark.parametrize("stated", ["./tiny", str(TINY), "x" * 5_000, "."])
def test_a_name_is_no_path(report: Path, stated: str) -> None:
    shutil.copytree(TINY, report.parent / "tiny")
    put(report, {"C1": stated})
    with pytest.raises(InvalidScenario, match="not shipped and lies neither here") as error:
        load(report)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("stated", [None, "  ", "window.months", "window.months=6\nnonsense"])
def test_the_settings_of_the_run_that_were_spoilt(report: Path, stated: str | None) -> None:
    renamed(report, "scenario_settings", "Inputs!$C$3")
    put(report, {"C3": stated})
    (fault,) = faults(report)
    assert fault.startswith("report.xlsx: Inputs!C3: found '")
    assert "expected the --set values of the run, KEY=VALUE on each line" in fault


def test_the_settings_of_the_run_come_back(report: Path) -> None:
    renamed(report, "scenario_settings", "Inputs!$C$3")
    put(report, {"C3": "window.months=6\nplan.age_neutral=false"})
    settings = load(report, base=TINY).scenario.settings
    assert (settings.window.months, settings.plan.age_neutral) == (6, False)


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("round.xlsx", "found 'round.xlsx'; expected the name of a shipped scenario"),
        (None, "found an empty cell; expected text"),
        ("=A1", "found a formula; expected text"),
    ],
)
def test_a_template_is_based_on_a_shipped_scenario(
    tmp_path: Path, base: str | None, words: str
) -> None:
    template = write_template("round", tmp_path)
    put(template, {"B4": base}, "Guide")
    (fault,) = faults(template)
    assert fault.startswith(f"round.xlsx: Guide!B4: {words}")


INDEX = """
[prices.index]
value = { 2021 = 120.0, 2024 = 132.0 }
unit = "index"
source = "made_up"
quality = "illustrative"
"""
FOLLOW_UP = "pathway.decision_point.operable.option.resection.costs.follow_up"


def test_a_figure_of_another_price_year_changes_in_the_cell_alone(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TINY, tmp_path / "tiny"))
    for file, old, new in (
        ("scenario.toml", "[site.hilltop]", f"{INDEX}\n[site.hilltop]"),
        (
            "pathway.toml",
            "value = [0, 150], then = 50,",
            "value = [0, 150], then = 50, price_year = 2021,",
        ),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    base = load_scenario(folder)
    book = report_book(tmp_path / "report.xlsx", base)
    put(book, {cell_of(book, FOLLOW_UP, "month 1"): 170})
    changed = {
        (row.key, row.part): row.value
        for row, old_row in zip(input_rows(load_scenario(book)), input_rows(base), strict=True)
        if row.value != old_row.value
    }
    assert changed == {(tuple(FOLLOW_UP.split(".")), "month 1"): 170}
