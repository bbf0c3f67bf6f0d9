"""The sheet that holds formulas and engine together, recalculated by LibreOffice."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hepaplan.model.ties.tie import Tie
from hepaplan.reports.live.grid import Grid, NotFiniteCell
from hepaplan.reports.live.reconciliation import Block, Section, write_reconciliation
from hepaplan.reports.saving import save as save_live
from hepaplan.reports.style import RED
from hepaplan.reports.workbook import start_workbook
from tests.support.recalculated import needs_libreoffice, poisoned, recalculated, values

TIES = {
    "half": Tie("Part one", "half of the input", "people", 3.5, is_headline=True),
    "square": Tie("Part one", "the input squared", "people", 49.0),
}

CHECKS = ("CHECKS: 1 of 7 FAILED: B13: discounted equals undiscounted", False)


def small(path: Path, square: str = "=B5*B5") -> Path:
    """Two figures from one input of 7, and a text that must stay text."""
    workbook, styles = start_workbook(("Sums", "Reconciliation"))
    grid = Grid(workbook, styles, "Sums", "=SUM(1,2)", ("@note",))
    grid.number(5, 2, 7.0, "0.0", "input")
    grid.number(6, 2, 0.25, "0.0", "input")
    grid.formula(7, 2, "=B5/2", 3.5, "0.0")
    grid.formula(8, 2, square, 49.0, "0.0")
    grid.finish("1", "A5")
    cells = {"half": grid.cell(7, 2), "square": grid.cell(8, 2)}
    block = Block("inputs", grid.span(5, 2, 6, 2), 7.0 * (5 + 2 / 997) + 0.25 * (6 + 2 / 997))
    write_reconciliation(workbook, styles, [Section(TIES, cells)], [block], "1", CHECKS)
    with path.open("wb") as file:
        save_live(workbook, file)
    return path


def results(path: Path, folder: Path, edits: dict[tuple[str, str], float] | None = None) -> Any:
    folder.mkdir()
    return values(recalculated(poisoned(path, folder / "poisoned.xlsx", edits), folder))


@needs_libreoffice
@pytest.mark.libreoffice
def test_untouched_formulas_agree_and_a_changed_input_is_told_from_a_wrong_formula(
    tmp_path: Path,
) -> None:
    path = small(tmp_path / "small.xlsx")
    untouched = results(path, tmp_path / "a")
    assert (untouched["out_half"], untouched["out_square"]) == (3.5, 49.0)
    assert untouched["verdict"].startswith("agrees")
    assert untouched["largest_difference"] == 0
    edited = results(path, tmp_path / "b", {("Sums", "B5"): 8.0})
    assert (edited["out_half"], edited["out_square"]) == (4.0, 64.0)
    assert edited["verdict"].startswith("changed with the inputs")
    assert edited["largest_difference"] == pytest.approx(15 / 49)
    wrong = results(small(tmp_path / "wrong.xlsx", "=B5*2"), tmp_path / "c")
    assert wrong["verdict"].startswith("DIFFERS")


def test_caches_hold_the_engines_values_text_stays_text_and_inputs_are_unlocked(
    tmp_path: Path,
) -> None:
    path = small(tmp_path / "small.xlsx")
    cached = openpyxl.load_workbook(path, data_only=True)
    assert cached["Reconciliation"]["H16"].value == "agrees"
    assert cached["Sums"]["A2"].value == "=SUM(1,2)"
    stated = openpyxl.load_workbook(path)
    sheet = stated["Sums"]
    assert sheet["A2"].data_type == "s"
    assert sheet["B8"].value == "=B5*B5"
    assert not sheet["B5"].protection.locked
    assert sheet["B8"].protection.locked
    assert sheet.protection.sheet and not sheet.protection.password
    assert path.read_bytes() == small(tmp_path / "again.xlsx").read_bytes()


def test_a_failed_check_of_the_run_shows_beside_formulas_that_agree(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(small(tmp_path / "small.xlsx"), data_only=True)["Reconciliation"]
    assert str(sheet["D7"].value).startswith("agrees")
    assert sheet["D13"].value == CHECKS[0]
    assert sheet["D13"].font.color.rgb == f"00{RED}"


def test_a_live_cell_is_finite_and_written_once() -> None:
    workbook, styles = start_workbook(("Sums",))
    grid = Grid(workbook, styles, "Sums", "about")
    with pytest.raises(NotFiniteCell, match="row 5, column 2"):
        grid.number(5, 2, float("nan"), "0.0")
    grid.number(5, 2, 1.0, "0.0")
    with pytest.raises(RuntimeError, match="written twice"):
        grid.text(5, 2, "again")


def test_no_clock_is_in_what_is_saved() -> None:
    files = []
    for second in (1, 2):
        workbook, _ = start_workbook(("Sums",))
        workbook.properties.created = datetime.datetime(2026, 1, 1, 12, 0, second)
        files.append(io.BytesIO())
        save_live(workbook, files[-1])
    assert files[0].getvalue() == files[1].getvalue()
