"""A workbook's named blocks of cells, read without following anything it asks for."""

from __future__ import annotations

import hashlib
import io
import math
import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries

from hepaplan.model.parameters import Place
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import Numbers, number_range
from hepaplan.scenarios.words import number_advice
from hepaplan.scenarios.workbook.container import AGAIN, refused, safe_bytes

MOST_ROWS = 50_000
MOST_COLUMNS = 256
ROWS_BELOW = 50
SAME = 1e-12
MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')


@dataclass(frozen=True)
class Cell:
    """What a cell holds, of which kind (openpyxl's letters), and where: `Inputs!E14`."""

    value: Any
    kind: str
    file: str
    at: str

    @property
    def text(self) -> str:
        """The cell's text without blanks around it; a whole number without a decimal point."""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return "" if self.value is None else str(self.value).strip()

    @property
    def place(self) -> Place:
        """Where the cell is."""
        line = int(re.sub(r"^.*?(\d+)$", r"\1", self.at))
        return Place(self.file, line, self.at)

    @property
    def letter(self) -> str:
        """The letter of the cell's column."""
        return self.at.rpartition("!")[2].rstrip("0123456789")

    def text_fault(self, empty: bool = False) -> str:
        """Return what keeps a cell from being text, or nothing; it may be `empty`."""
        if self.kind in "ef":
            found = "a formula" if self.kind == "f" else f"the error {self.text}"
            return f"found {found}; expected text; type it"
        if isinstance(self.value, date | time):
            return "found a date; expected text; give the cell the format of text and type it again"
        return "" if self.text or empty else "found an empty cell; expected text; fill it in"

    def problem(self, key: str, message: str) -> LocatedProblem:
        """Return a problem at this cell."""
        return LocatedProblem.at(self.place, key, message)

    def fault(self, kind: Numbers) -> str:
        """Return what keeps a cell from being a number of this kind, or nothing."""
        wanted = number_range(kind)
        if self.kind == "f":
            return f"found a formula; expected {wanted}; type the number itself"
        if self.kind == "e":
            return f"found the error {self.text}; expected {wanted}; type the number itself"
        if self.text == "":
            return f"found an empty cell; expected {wanted}; write 0 if none is meant"
        if isinstance(self.value, bool):
            return f"found {self.text.lower()}; expected {wanted}; type the number itself"
        if isinstance(self.value, date | time | timedelta):
            return f"found a date or a time; expected {wanted}; give the cell the format of numbers"
        if not isinstance(self.value, int | float):
            advice = number_advice(self.text).replace(
                " without quotes", " as a number, not as text"
            )
            return f"found '{self.text[:60]}'; expected {wanted}; {advice}"
        if not (math.isfinite(self.value) and kind.low <= self.value <= kind.high):
            percent = kind.high == 1 and 1 < self.value <= 100
            hint = f"write {self.value / 100:g} if {self.value:g}% is meant" if percent else ""
            return f"found {self.value:g}; expected {wanted}; {hint or 'correct it'}"
        if kind.whole and not float(self.value).is_integer():
            return f"found {self.value:g}; expected {wanted}; round it"
        return ""

    def differs(self, number: float) -> bool:
        """Return whether a number cell holds another number, rounding in the last places apart."""
        return not math.isclose(number, self.value, rel_tol=SAME, abs_tol=0.0)


@dataclass(frozen=True)
class Block:
    """A named block: its sheet and its rows of cells, the heading row first."""

    name: str
    sheet: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The texts of the first row."""
        return tuple(cell.text for cell in self.rows[0])


class Book:
    """An .xlsx file opened for reading; problems name it by its file's name."""

    def __init__(self, path: Path) -> None:
        """Open a file after a look inside; InvalidScenario where it is not safe or sound."""
        self.file = path.name
        data = safe_bytes(path, self.file)
        self.data, self.digest = data, hashlib.sha256(data).hexdigest()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and extensions that we do not read
                self.workbook = load_workbook(
                    io.BytesIO(data), read_only=True, data_only=False, keep_links=False
                )
        except Exception as error:
            # Whatever openpyxl makes of a spoilt file is one thing to a planner.
            raise self._unreadable() from error

    def has(self, name: str) -> bool:
        """Return whether the workbook defines a name."""
        return name in self.workbook.defined_names

    def text(self, name: str) -> str:
        """Return the text of a named cell."""
        return self.block(name).rows[0][0].text

    def block(self, name: str) -> Block:
        """Return a named block, or raise with what has become of it."""
        if not self.has(name):
            raise refused(
                self.file, f"found no block named {name}; expected the name as it was; {AGAIN}"
            )
        address = str(self.workbook.defined_names[name].attr_text or "")
        sheet, _, cells = address.rpartition("!")
        title = sheet.removeprefix("'").removesuffix("'").replace("''", "'")
        if title not in self.workbook.sheetnames or "#REF" in address:
            message = f"the name {name} leads to {address}, which is gone; {AGAIN}"
            raise refused(self.file, message)
        try:
            left, top, right, bottom = (int(edge or 0) for edge in range_boundaries(cells))
        except (ValueError, TypeError):
            left = top = right = bottom = 0
        if not (left > 0 and right <= MOST_COLUMNS and top > 0 and bottom <= MOST_ROWS):
            limits = f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns from the top left"
            message = f"the name {name} covers {address}; expected {limits}; {AGAIN}"
            raise refused(self.file, message)
        rows = self._rows(title, left, top, right, bottom)
        if not rows:
            raise refused(self.file, f"found no cells at {address}; {AGAIN}")
        return Block(name, title, rows)

    def below(self, block: Block) -> list[Cell]:
        """Return the first cell that holds something in the rows right below a block."""
        corner, last = block.rows[0][0], block.rows[-1][0].place.line or 0
        left = column_index_from_string(corner.letter)
        right = left + len(block.rows[0]) - 1
        if last + ROWS_BELOW > MOST_ROWS:
            return []
        rows = self._rows(block.sheet, left, last + 1, right, last + ROWS_BELOW)
        return [cell for row in rows for cell in row if cell.text][:1]

    def merged_faults(self, blocks: Iterable[Block]) -> list[LocatedProblem]:
        """Return a problem for each merged range that touches a block."""
        cells = {cell.at for block in blocks for row in block.rows for cell in row}
        sheets = {block.sheet for block in blocks}
        found = []
        for sheet in sheets:
            for ref in self._merged(sheet):
                corners = ref.split(":")
                hit = next((f"{sheet}!{c}" for c in corners if f"{sheet}!{c}" in cells), None)
                if hit is not None:
                    message = f"found merged cells {ref}; expected none; unmerge them"
                    found.append(Cell(None, "n", self.file, hit).problem("", message))
        return found

    def _merged(self, title: str) -> list[str]:
        path = getattr(self.workbook[title], "_worksheet_path", None)
        archive = getattr(self.workbook, "_archive", None)
        if path is None or archive is None:
            return []
        return [ref.decode() for ref in MERGED.findall(archive.read(str(path).lstrip("/")))]

    def _rows(
        self, title: str, left: int, top: int, right: int, bottom: int
    ) -> tuple[tuple[Cell, ...], ...]:
        rows = []
        letters = [get_column_letter(column) for column in range(left, right + 1)]
        sheet = self.workbook[title]
        try:
            for number, cells in enumerate(sheet.iter_rows(top, bottom, left, right), start=top):
                held = [(_held(cell.value), str(cell.data_type)) for cell in cells]
                held += [(None, "n")] * (len(letters) - len(held))
                rows.append(
                    tuple(
                        Cell(value, kind, self.file, f"{title}!{letter}{number}")
                        for (value, kind), letter in zip(held, letters, strict=True)
                    )
                )
        except Exception as error:  # as in opening: a spoilt sheet shows only when it is read
            raise self._unreadable() from error
        return tuple(rows)

    def _unreadable(self) -> InvalidScenario:
        return refused(self.file, f"found a workbook that cannot be read; {AGAIN}")


def _held(value: Any) -> Any:
    """Return a cell's value; a whole number beyond any float is infinite."""
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        return math.inf if value > 0 else -math.inf
    return value


def heading_faults(block: Block, expected: Sequence[str]) -> list[LocatedProblem]:
    """Return a problem if a block does not begin with its headings, in their order."""
    found = block.headings[: len(expected)]
    if len(found) < len(expected):
        message = (
            f"the name {block.name} covers {len(found)} columns; expected {len(expected)}; {AGAIN}"
        )
        return [block.rows[0][0].problem("", message)]
    return [
        cell.problem("", f"found the heading '{stated}'; expected '{wanted}'; put it back")
        for cell, stated, wanted in zip(block.rows[0], found, expected, strict=False)
        if stated != wanted
    ]
