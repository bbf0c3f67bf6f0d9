"""The sheets of inputs, and that nothing but inputs can be typed over."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.input_rows import INPUT_TABLES, INPUTS, input_rows
from hepaplan.model.problems import dotted
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live.inputs import FIRST_ROW, VALUE, InputCells, write_inputs
from hepaplan.reports.saving import save
from hepaplan.reports.workbook import build_workbook, start_workbook
from tests.support.scenarios import tiny


def inputs() -> Workbook:
    workbook, styles = start_workbook((INPUTS, INPUT_TABLES))
    write_inputs(workbook, styles, InputCells(tiny()), "1", {"window.months": "2"})
    return workbook


def test_a_settings_single_number_has_a_name_of_its_own() -> None:
    """Expected: in_… for each number of the settings without parts, at its own row's value."""
    workbook = inputs()
    cells = InputCells(tiny())
    alone = [r for r in input_rows(tiny()) if not r.part and r.key[0] != "pathway"]
    named = {name: d.attr_text for name, d in workbook.defined_names.items()}
    found = {name: address for name, address in named.items() if name.startswith("in_")}
    assert len(found) == len(alone) > 10
    for row in alone:
        name = f"in_{dotted(row.key).replace('.', '_')}"
        assert str(found[name]).replace("'", "") == cells.cell(row.key)


def test_every_sheet_is_guarded_without_a_password(short: ReportContent) -> None:
    for workbook in (inputs(), build_workbook(short)):
        assert len(workbook.sheetnames) > 1
        assert all(sheet.protection.sheet for sheet in workbook.worksheets)
        assert not any(sheet.protection.password for sheet in workbook.worksheets)


def test_only_values_are_unlocked(tmp_path: Path) -> None:
    """Expected: on Inputs the cells of the column Value from the first row on, and no other."""
    path = tmp_path / "inputs.xlsx"
    with path.open("wb") as file:
        save(inputs(), file)
    sheet = openpyxl.load_workbook(path)[INPUTS]
    unlocked = {
        (cell.row, cell.column) for row in sheet.rows for cell in row if not cell.protection.locked
    }
    first = FIRST_ROW + 1
    assert unlocked == {(first + at, VALUE) for at in range(len(input_rows(tiny())))}
