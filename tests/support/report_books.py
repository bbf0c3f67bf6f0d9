"""A workbook with a scenario's inputs as a report has them, to edit and read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.model.input_rows import (
    HEADINGS,
    INPUT_TABLES,
    INPUTS,
    PLAN_HEADINGS,
    PLAN_INPUTS,
    input_rows,
    input_tables,
    inputs_digest,
)
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import dotted

FIRST = 5
Months = Mapping[str, float]
PlanRow = tuple[str, str, str, str, Months]


def report_book(path: Path, scenario: Scenario, plan: Mapping[str, list[PlanRow]] = {}) -> Path:
    """Write the inputs of a scenario, and blocks of a plan by their names, as a report does."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = INPUTS
    sheet["C1"], sheet["C2"] = scenario.settings.name, inputs_digest(scenario)
    name(book, "scenario_name", f"{INPUTS}!$C$1")
    name(book, "scenario_digest", f"{INPUTS}!$C$2")
    rows = [
        ("Input", "yes", row.label, row.part, row.value, row.unit, row.low, row.high, row.quality,
         row.source, dotted(row.key))
        for row in input_rows(scenario)
    ]  # fmt: skip
    block(book, "inputs", sheet, 1, HEADINGS, rows)
    sheet, column = book.create_sheet(INPUT_TABLES), 1
    for title, table in input_tables(scenario).items():
        block(book, f"table_{title}", sheet, column, list(table), table.values.tolist())
        column += len(table.columns) + 1
    for number, (title, stated) in enumerate(plan.items()):
        months = list(stated[0][4])
        lines = [[*row[:4], *row[:4], *row[4].values()] for row in stated]
        sheet = book.create_sheet(PLAN_INPUTS if number == 0 else title)
        block(book, title, sheet, 1, [*PLAN_HEADINGS, *months], lines)
    book.save(path)
    return path


def name(book: Workbook, title: str, address: str) -> None:
    """Give a block a name."""
    book.defined_names[title] = DefinedName(title, attr_text=address)


def block(
    book: Workbook, title: str, sheet: Worksheet, left: int, headings: object, rows: object
) -> None:
    """Write a heading row and rows below each other, and name them."""
    lines = [list(headings), *map(list, rows)]  # type: ignore[call-overload]
    for at, cells in enumerate(lines, start=FIRST):
        for column, value in enumerate(cells, start=left):
            infinite = isinstance(value, float) and value in (float("inf"), float("-inf"))
            sheet.cell(at, column, None if infinite else value)
    last = get_column_letter(left + len(lines[0]) - 1)
    span = f"${get_column_letter(left)}${FIRST}:${last}${FIRST + len(lines) - 1}"
    name(book, title, f"'{sheet.title}'!{span}")


def opened(of: Path | Workbook) -> Workbook:
    """Return the workbook of a file, or one that is open already."""
    return of if isinstance(of, Workbook) else load_workbook(of)


def cell_of(of: Path | Workbook, key: str, part: str = "") -> str:
    """Return the address of the number of a figure, such as E14."""
    sheet = opened(of)[INPUTS]
    for row in sheet.iter_rows(min_row=FIRST + 1):
        if row[10].value == key and (row[3].value or "") == part:
            return f"E{row[0].row}"
    raise KeyError(key, part)


def table_cell(of: Path | Workbook, table: str, row: int, column: str) -> str:
    """Return the address of a table's cell, rows from 0."""
    book = opened(of)
    ((_, span),) = book.defined_names[f"table_{table}"].destinations
    corner = span.replace("$", "").split(":")[0]
    sheet = book[INPUT_TABLES]
    start = sheet[corner]
    for step in range(20):
        if sheet.cell(start.row, start.column + step).value == column:
            return f"{get_column_letter(start.column + step)}{start.row + 1 + row}"
    raise KeyError(table, column)


def put(path: Path, changes: Mapping[str, Any], sheet: str = INPUTS) -> Path:
    """Write values into cells of a sheet, as a planner would."""
    book = load_workbook(path)
    for address, value in changes.items():
        book[sheet][address] = value
    book.save(path)
    return path
