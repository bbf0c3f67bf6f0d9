"""A template that was filled in: the same documents and tables as a folder holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl.utils.cell import coordinate_to_tuple

from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, nearest
from hepaplan.model.table_columns import OPTIONAL_TABLES, TABLE_COLUMNS, TABLE_UNITS
from hepaplan.scenarios.document import Document
from hepaplan.scenarios.entered import Edit, Entered
from hepaplan.scenarios.load import load_scenario
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import (
    COLUMNS,
    Numbers,
    Table,
    Words,
    cell_fault,
    frame_of,
    shortened,
)
from hepaplan.scenarios.workbook.asked import YES, Asked, asked_of
from hepaplan.scenarios.workbook.book import Block, Book, Cell, heading_faults
from hepaplan.scenarios.workbook.container import is_workbook
from hepaplan.scenarios.workbook.layout import (
    MARK,
    SETTINGS_BLOCK,
    SETTINGS_HEADINGS,
    SITES_BLOCK,
    SITES_HEADINGS,
    SOURCES_BLOCK,
    SOURCES_HEADINGS,
    TABLES_BLOCK,
    TABLES_HEADINGS,
    TEMPLATE_TABLE,
    TITLE_OF_TABLE,
)

QUALITY = "judgement"
YEAR = Numbers(1900, 2150, whole=True)
Row = dict[str, Cell]


@dataclass(frozen=True)
class Filled:
    """What a template states: its base, a document over it, tables by their files, numbers."""

    base: str
    document: Document
    sheets: dict[str, Table]
    entered: Entered


class _Reading:
    """Gathers values with their cells, and problems, sheet by sheet."""

    def __init__(self, book: Book, base: Scenario) -> None:
        self.book, self.base = book, base
        self.reason = f"entered in {book.file}"
        self.content: dict[str, Any] = {"reason": self.reason}
        self.cells: dict[Key, str] = {}
        self.problems: list[LocatedProblem] = []
        self.blocks: list[Block] = []

    def rows(self, name: str, headings: Sequence[str]) -> list[Row]:
        """Return the rows of a block that hold something."""
        try:
            block = self.book.block(name)
        except InvalidScenario as error:
            self.problems += error.problems
            return []
        self.blocks.append(block)
        faults = heading_faults(block, headings)
        faults += [
            cell.problem("", "found something below the table; insert rows inside it instead")
            for cell in self.book.below(block)
        ]
        self.problems += faults
        if faults:
            return []
        held = (dict(zip(headings, cells, strict=False)) for cells in block.rows[1:])
        return [row for row in held if any(cell.text for cell in row.values())]

    def text(self, cell: Cell, key: str, empty: bool = False) -> str:
        """Return the text of a cell; a formula, an error or nothing at all is a problem."""
        fault = cell.text_fault(empty)
        if fault:
            self.problems.append(cell.problem(key, fault))
        return cell.text

    def put(self, key: Key, value: Any, cell: Cell) -> None:
        """Set a value of the document, with its cell."""
        table = self.content
        for part in key[:-1]:
            table = table.setdefault(str(part), {})
        table[str(key[-1])] = value
        for length in range(1, len(key) + 1):
            self.cells.setdefault(key[:length], cell.at)


def filled_template(book: Book, path: Path) -> Filled:
    """Return what a template states, or raise with every fault in its cells."""
    cell = book.block(MARK).rows[0][0]
    base = cell.text
    fault = cell.text_fault()
    if is_workbook(base):
        fault = f"found '{base[:60]}'; expected the name of a shipped scenario; put it back"
    if fault:
        raise InvalidScenario([cell.problem("", fault)])
    reading = _Reading(book, load_scenario(base))
    reading.content |= {"based_on": base, "name": path.stem}
    edits = _settings(reading)
    _sites(reading)
    _sources(reading)
    sheets = _tables(reading)
    reading.problems += book.merged_faults(reading.blocks)
    if reading.problems:
        raise InvalidScenario(reading.problems)
    lines = {
        key: coordinate_to_tuple(at.rpartition("!")[2])[0] for key, at in reading.cells.items()
    }
    document = Document(
        path, book.file, reading.content, lines, book.digest, reading.cells, replaces=("site",)
    )
    entered = Entered(book.file, book.digest, reading.reason, QUALITY, tuple(edits))
    return Filled(base, document, sheets, entered)


def _settings(reading: _Reading) -> list[Edit]:
    asked = {one.name: one for one in asked_of(reading.base)}
    edits: list[Edit] = []
    seen: set[str] = set()
    for row in reading.rows(SETTINGS_BLOCK, SETTINGS_HEADINGS):
        name, cell = row["key"].text, row["value"]
        one = asked.get(name)
        if one is None or name in seen:
            again = "a second time" if name in seen else f"an unknown key{nearest(name, asked)}"
            reading.problems.append(row["key"].problem("", f"found '{name}', {again}; mend it"))
        elif isinstance(one.kind, Numbers):
            edits += _number(reading, one, cell)
        else:
            _word(reading, one, cell)
        seen.add(name)
    return edits


def _number(reading: _Reading, one: Asked, cell: Cell) -> list[Edit]:
    assert isinstance(one.kind, Numbers)
    if fault := cell.fault(one.kind):
        reading.problems.append(cell.problem(one.name, fault))
    elif cell.differs(float(one.value)):
        if one.figure is None:
            reading.put(one.key, int(cell.value), cell)
        else:
            old, new = float(one.value), float(cell.value)
            path = (*one.key, "value")
            return [Edit(one.key, "", path, one.what, old, new, one.unit, cell.place)]
    return []


def _word(reading: _Reading, one: Asked, cell: Cell) -> None:
    text = reading.text(cell, one.name)
    assert isinstance(one.kind, Words)
    if one.kind.known and text not in one.kind.known:
        message = f"found '{text}'; expected one of {', '.join(one.kind.known)}; mend it"
        reading.problems.append(cell.problem(one.name, message))
    elif text != one.value:
        reading.put(one.key, text == YES if one.kind.known else text, cell)


def _sites(reading: _Reading) -> None:
    for row in reading.rows(SITES_BLOCK, SITES_HEADINGS):
        name = reading.text(row["site"], "site")
        for column in SITES_HEADINGS[1:]:
            text = reading.text(row[column], f"site.{name}.{column}", empty=column == "note")
            if text:
                reading.put(("site", name, column), text, row[column])


def _sources(reading: _Reading) -> None:
    for row in reading.rows(SOURCES_BLOCK, SOURCES_HEADINGS):
        name = reading.text(row["source"], "source")
        for column in ("citation", "url"):
            text = reading.text(row[column], f"sources.{name}.{column}", empty=column == "url")
            if text:
                reading.put(("sources", name, column), text, row[column])
        reading.put(("sources", name, "seen"), row["seen"].text == YES, row["seen"])


def _tables(reading: _Reading) -> dict[str, Table]:
    about = {row["table"].text: row for row in reading.rows(TABLES_BLOCK, TABLES_HEADINGS)}
    sheets: dict[str, Table] = {}
    for name in TITLE_OF_TABLE:
        table = _table(reading, name)
        if name in reading.base.settings.tables or (table is not None and len(table.frame)):
            file = f"{reading.book.file}#{name}"
            if table is not None:
                sheets[file] = table
            _about_table(reading, name, file, about.get(name))
    return sheets


def _table(reading: _Reading, name: str) -> Table | None:
    columns = TABLE_COLUMNS[name]
    before = len(reading.problems)
    rows = reading.rows(f"{TEMPLATE_TABLE}{name}", columns)
    if len(reading.problems) > before:
        return None
    block = reading.blocks[-1]
    letters = {cell.text: cell.letter for cell in block.rows[0]}
    faults = [
        row[column].problem(column, fault)
        for row in rows
        for column in columns
        if (fault := _fault(column, row))
    ]
    if not rows and name not in OPTIONAL_TABLES:
        faults = [block.rows[0][0].problem("", "found no rows; add them")]
    if faults:
        reading.problems += shortened(faults, reading.book.file)
        return None
    frame = frame_of(columns, [{c: cell.text for c, cell in row.items()} for row in rows])
    lines = tuple(row[columns[0]].place.line or 0 for row in rows)
    return Table(frame, lines, reading.book.file, reading.book.digest, block.sheet, letters)


def _fault(column: str, row: Row) -> str:
    kind = COLUMNS[column]
    if isinstance(kind, Numbers):
        return row[column].fault(kind)
    return row[column].text_fault() or cell_fault(column, {column: row[column].text})


def _about_table(reading: _Reading, name: str, file: str, row: Row | None) -> None:
    if row is None:
        message = f"no row says where the table {name} comes from; add it to this sheet"
        reading.problems.append(reading.blocks[0].rows[0][0].problem(f"tables.{name}", message))
        return
    reading.put(("tables", name, "file"), file, row["table"])
    reading.put(("tables", name, "unit"), TABLE_UNITS[name], row["table"])
    for column in ("source", "quality", "note"):
        text = reading.text(row[column], f"tables.{name}.{column}", empty=column == "note")
        if text:
            reading.put(("tables", name, column), text, row[column])
    if row["year"].text:
        if fault := row["year"].fault(YEAR):
            reading.problems.append(row["year"].problem(f"tables.{name}.year", fault))
        else:
            reading.put(("tables", name, "year"), int(row["year"].value), row["year"])
