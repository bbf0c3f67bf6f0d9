"""A table of an edited report, compared with that of the scenario it was made from."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.input_rows import NUMBER_COLUMNS, input_tables
from hepaplan.model.parameters import Scenario
from hepaplan.model.table_columns import TABLE_UNITS
from hepaplan.scenarios.entered import Edit
from hepaplan.scenarios.problems import LocatedProblem
from hepaplan.scenarios.tables import COLUMNS, Numbers, Table
from hepaplan.scenarios.workbook.book import Block, Cell, heading_faults

Labels = tuple[str, ...]
WORDS = {"source", "quality", "reason"}
ROWS = "the rows of a report stay as they are: add or delete them in the scenario's own files"


def edited_table(
    block: Block, name: str, base: Scenario, digest: str
) -> tuple[list[Edit], Table, list[LocatedProblem]]:
    """Return the changed numbers of a table, the whole table with them, and what is wrong."""
    frame = input_tables(base)[name].copy()
    columns, numbers = list(frame.columns), NUMBER_COLUMNS[name]
    letters = {c: cell.letter for c, cell in zip(columns, block.rows[0], strict=False)}
    problems = heading_faults(block, columns)
    lines = [0] * len(frame)
    table = Table(frame, (), block.rows[0][0].file, digest, block.sheet, letters)
    if problems:
        return [], table, problems
    labels = [column for column in columns if column not in numbers]
    waiting = _rows_by_label(frame, labels)
    edits: list[Edit] = []
    before = {column: frame[column].tolist() for column in numbers}
    for cells in block.rows[1:]:
        held = dict(zip(columns, cells, strict=False))
        known = tuple(held[column].text for column in labels)
        row = waiting[known].pop(0) if waiting.get(known) else None
        if row is None:
            problems.append(_stray(held, labels, known in waiting))
            continue
        lines[row] = cells[0].place.line or 0
        for column in numbers:
            kind = COLUMNS[column]
            assert isinstance(kind, Numbers)
            if fault := held[column].fault(kind):
                problems.append(held[column].problem(column, fault))
                continue
            old, new = float(before[column][row]), float(held[column].value)
            if held[column].differs(old):
                which = _said(labels, known)
                edits.append(_edit(name, which, column, old, held[column]))
                frame.loc[row, column] = new
                if "quality" in frame:
                    frame.loc[row, "quality"] = "illustrative"
    missing = [known for known, rows in waiting.items() if rows]
    problems += [
        block.rows[0][0].problem("", f"found no row for {_said(labels, known)}; {ROWS}")
        for known in missing
    ]
    return edits, Table(frame, tuple(lines), table.file, digest, block.sheet, letters), problems


def _rows_by_label(frame: pd.DataFrame, labels: list[str]) -> dict[Labels, list[int]]:
    found: dict[Labels, list[int]] = {}
    for row, values in enumerate(zip(*(frame[name] for name in labels), strict=True)):
        found.setdefault(tuple(str(value).strip() for value in values), []).append(row)
    return found


def _stray(held: dict[str, Cell], labels: list[str], known: bool) -> LocatedProblem:
    first = held[labels[0]]
    texts = tuple(held[column].text for column in labels)
    if not any(texts):
        return first.problem("", f"found an empty row; {ROWS}")
    again = "a second time" if known else "a row that the scenario lacks"
    return first.problem("", f"found {_said(labels, texts)}, {again}; {ROWS}")


def _said(labels: list[str], texts: Labels) -> str:
    return ", ".join(t for label, t in zip(labels, texts, strict=True) if label not in WORDS)


def _edit(name: str, which: str, column: str, old: float, cell: Cell) -> Edit:
    label = f"{name.replace('_', ' ')}: {which}: {column.replace('_', ' ')}"
    unit = TABLE_UNITS[name]
    return Edit(("tables", name), column, (), label, old, float(cell.value), unit, cell.place)
