"""The input cells: where each is, which of them formulas use, and the sheets that hold them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.model.input_rows import (
    HEADINGS,
    INPUT_TABLES,
    INPUTS,
    NUMBER_COLUMNS,
    InputRow,
    input_rows,
    input_tables,
    inputs_digest,
)
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.reports.live.grid import LETTERS, Grid, fixed, near
from hepaplan.reports.style import GENERAL, Styles

FIRST_ROW = 10
TABLES_A_PAGE = 3
COLUMN = {heading: column for column, heading in enumerate(HEADINGS, start=1)}
VALUE = COLUMN["Value"]
WIDTHS = (8, 13, 70, 18, 14, 30, 11, 11, 13, 24, 80)
"""Of the columns of HEADINGS, in characters."""
BOUNDED = ("Value", "Lowest", "Highest")


class InputCells:
    """Where every input is; asking for one marks it as used by a formula."""

    def __init__(self, scenario: Scenario) -> None:
        """Place the rows of the settings and the pathway, and the tables side by side."""
        self.scenario = scenario
        self.rows: tuple[InputRow, ...] = input_rows(scenario)
        self.tables: dict[str, pd.DataFrame] = input_tables(scenario)
        self.used: set[int] = set()
        self.used_tables: set[str] = set()
        self._at = {(row.key, row.part): place for place, row in enumerate(self.rows)}
        self.columns: dict[str, int] = {}
        column = 1
        for name, table in self.tables.items():
            self.columns[name] = column
            column += len(table.columns) + 1

    def has(self, key: Key, part: str = "") -> bool:
        """Return whether there is such an input."""
        return (key, part) in self._at

    def cell(self, key: Key, part: str = "") -> str:
        """Return the address of a figure's number; `part` as in `InputRow`."""
        place = self._at[key, part]
        self.used.add(place)
        return f"{INPUTS}!{fixed(FIRST_ROW + 1 + place, VALUE)}"

    def figure(self, key: Key, group: str) -> str:
        """Return the address of a figure's number for a patient group, or its only number."""
        return self.cell(key, group if (key, group) in self._at else "")

    def schedule(self, key: Key, month: int) -> str:
        """Return the address of a schedule's amount in a month since the start."""
        part = f"month {month}"
        return self.cell(key, part if (key, part) in self._at else "then")

    def table_cell(self, name: str, row: int, column: str) -> str:
        """Return the address of a table's number, by the row of the scenario's table."""
        self.used_tables.add(name)
        letter = LETTERS[self.columns[name] - 1 + list(self.tables[name].columns).index(column)]
        return f"'{INPUT_TABLES}'!${letter}${FIRST_ROW + 1 + row}"

    def table_span(self, name: str, column: str, first: int = 0, last: int | None = None) -> str:
        """Return the address of rows of a table's column, first to last."""
        end = len(self.tables[name]) - 1 if last is None else last
        start = self.table_cell(name, first, column)
        return f"{start}:{self.table_cell(name, end, column).rpartition('!')[2]}"


def write_inputs(
    workbook: Workbook,
    styles: Styles,
    cells: InputCells,
    version: str,
    settings: Mapping[str, str] | None = None,
) -> None:
    """Write the sheets of inputs; after every formula, so that used inputs are known.

    `settings` are the `--set` values of the run: they go with what is read back.
    """
    _write_figures(workbook, styles, cells, settings or {}, version)
    _write_tables(workbook, styles, cells, version)


def define(workbook: Workbook, name: str, address: str) -> None:
    """Give a cell or a block a name."""
    workbook.defined_names[name] = DefinedName(name, attr_text=address)


def _write_figures(
    workbook: Workbook,
    styles: Styles,
    cells: InputCells,
    settings: Mapping[str, str],
    version: str,
) -> None:
    notes = (
        "Type over a value on yellow, save, and look at the results; or: hepaplan run report.xlsx",
        "Live 'yes': the sheets that follow recalculate from it at once. 'on a new run': needs "
        "hepaplan run, which also makes the plan again.",
    )
    about = "Every number of the scenario's settings and pathway; the tables are on Input tables."
    grid = Grid(workbook, styles, INPUTS, about, notes)
    scenario = cells.scenario
    grid.text(6, 1, "Scenario")
    grid.text(6, 3, scenario.settings.name)
    grid.text(7, 1, "Files")
    grid.text(7, 3, inputs_digest(scenario))
    if settings:
        grid.text(8, 1, "Run with --set")
        grid.text(8, 3, "\n".join(f"{key}={value}" for key, value in settings.items()))
        define(workbook, "scenario_settings", grid.cell(8, 3))
    define(workbook, "scenario_name", grid.cell(6, 3))
    define(workbook, "scenario_digest", grid.cell(7, 3))
    for heading, column in COLUMN.items():
        grid.text(FIRST_ROW, column, heading, "header right" if heading in BOUNDED else "header")
    for place, row in enumerate(cells.rows):
        at = FIRST_ROW + 1 + place
        live = "yes" if place in cells.used else "on a new run"
        texts = {
            "Type": "Input", "Live": live, "What": row.label, "Part": row.part, "Unit": row.unit,
            "Quality": row.quality, "Source": row.source, "Key": dotted(row.key),
        }  # fmt: skip
        for heading, text in texts.items():
            grid.text(at, COLUMN[heading], text)
        grid.number(at, VALUE, row.value, GENERAL, "input")
        if not row.part and row.key[0] != "pathway":
            define(workbook, "in_" + "_".join(map(str, row.key)), grid.cell(at, VALUE))
        for column, bound in ((COLUMN["Lowest"], row.low), (COLUMN["Highest"], row.high)):
            if math.isfinite(bound):
                grid.number(at, column, bound, GENERAL, "number")
            else:
                grid.text(at, column, "none", "absent")
    last = FIRST_ROW + len(cells.rows)
    define(workbook, "inputs", grid.span(FIRST_ROW, 1, last, len(HEADINGS)))
    _validate(grid.sheet, FIRST_ROW + 1, last)
    grid.sheet.auto_filter.ref = f"A{FIRST_ROW}:{LETTERS[len(HEADINGS) - 1]}{last}"
    grid.widths(dict(enumerate(WIDTHS, start=1)))
    grid.sheet.print_area = f"A1:{LETTERS[COLUMN['Source'] - 1]}{last}"
    grid.finish(version, f"A{FIRST_ROW + 1}", f"{FIRST_ROW}:{FIRST_ROW}")


def _validate(sheet: Worksheet, first: int, last: int) -> None:
    """Refuse what is no number, or lies outside the bounds of its own row."""
    value, low, high = (near(first, COLUMN[name]) for name in BOUNDED)
    rule = (
        f"AND(ISNUMBER({value}),{value}>=IF(ISNUMBER({low}),{low},-1E+300),"
        f"{value}<=IF(ISNUMBER({high}),{high},1E+300))"
    )
    check = DataValidation(type="custom", formula1=rule, allow_blank=False)
    check.showErrorMessage, check.showInputMessage = True, True
    check.errorTitle, check.error = (
        "Not possible here",
        "Give a number between Lowest and Highest, in the unit of this row; 22% is 0.22.",
    )
    unit = LETTERS[COLUMN["Unit"] - 1]
    check.promptTitle, check.prompt = "Input", f"A number in the unit of this row (column {unit})."
    check.add(f"{value}:{near(last, VALUE)}")
    sheet.add_data_validation(check)


def _write_tables(workbook: Workbook, styles: Styles, cells: InputCells, version: str) -> None:
    notes = ("Numbers on yellow may be changed; the columns before them say what they are of.",)
    about = "The scenario's tables side by side, each with its name above it."
    grid = Grid(workbook, styles, INPUT_TABLES, about, notes)
    widths: dict[int, float] = {}
    tables = cells.scenario.settings.tables
    for name, table in cells.tables.items():
        first = cells.columns[name]
        grid.text(FIRST_ROW - 3, first, name.replace("_", " ").capitalize(), "caption")
        stated = tables[name]
        live = "live" if name in cells.used_tables else "on a new run"
        grid.text(FIRST_ROW - 2, first, f"{stated.unit}; {stated.quality}; {live}", "note")
        numbers = set(NUMBER_COLUMNS[name])
        for offset, heading in enumerate(table.columns):
            role = "header right" if heading in numbers else "header"
            grid.text(FIRST_ROW, first + offset, str(heading), role)
            widths[first + offset] = 11.0 if heading in numbers else _width(table[heading].tolist())
            for row, value in enumerate(table[heading].tolist(), start=FIRST_ROW + 1):
                if heading in numbers:
                    grid.number(row, first + offset, value, GENERAL, "input")
                elif isinstance(value, str):
                    grid.text(row, first + offset, value)
                else:
                    grid.number(row, first + offset, value, "0", "number")
        widths[first + len(table.columns)] = 3.0
        last = FIRST_ROW + len(table)
        block = grid.span(FIRST_ROW, first, last, first + len(table.columns) - 1)
        define(workbook, f"table_{name}", block)
    grid.widths(widths)
    grid.finish(version, f"A{FIRST_ROW + 1}", f"{FIRST_ROW}:{FIRST_ROW}")
    grid.sheet.page_setup.fitToWidth = math.ceil(len(cells.tables) / TABLES_A_PAGE)


def _width(values: Sequence[object]) -> float:
    return min(max((len(str(value)) for value in values), default=8) + 3.0, 30.0)
