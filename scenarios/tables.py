"""CSV tables: header, rows and numbers, each fault with its line."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from hepaplan.model.parameters import SEXES, Place
from hepaplan.model.plan_rules import MONTH
from hepaplan.model.problems import listed, nearest
from hepaplan.model.table_columns import OPTIONAL_TABLES, TABLE_COLUMNS
from hepaplan.scenarios.files import MAX_CSV_BYTES, Source, read_source
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.words import NUMBER, number_advice

MOST_PROBLEMS = 20
MOST_LINES = 200_000
QUALITIES = ("published", "derived", "judgement", "illustrative")


@dataclass(frozen=True)
class Numbers:
    """A column of numbers: bounds, whether they are whole, and whether cells may be empty."""

    low: float
    high: float
    whole: bool = False
    blank: bool = False


@dataclass(frozen=True)
class Words:
    """A column of text: the words it may hold (any, if none are listed), or months."""

    known: tuple[str, ...] = ()
    month: bool = False


COLUMNS: dict[str, Numbers | Words] = {
    "region": Words(),
    "sex": Words(SEXES),
    "age_from": Numbers(0, 120, whole=True),
    "people": Numbers(0, 1e8),
    "year": Numbers(1950, 2150, whole=True),
    "rate_per_100k": Numbers(0, 1e5),
    "change_per_year": Numbers(-0.5, 0.5),
    "I": Numbers(0, 1),
    "II": Numbers(0, 1),
    "III": Numbers(0, 1),
    "IV": Numbers(0, 1),
    "deaths_per_person_year": Numbers(0, 10),
    "group": Words(),
    "decision_point": Words(),
    "share": Numbers(0, 1),
    "source": Words(),
    "quality": Words(QUALITIES),
    "service": Words(),
    "option": Words(),
    "site": Words(),
    "minutes": Numbers(0, 1440),
    "resource": Words(),
    "number": Numbers(0, 1e4),
    "from_month": Words(month=True),
    "to_month": Words(month=True),
    "multiply": Numbers(0, 100),
    "add": Numbers(-1e4, 1e4),
    "reason": Words(),
    "months_waited": Numbers(0, 240, whole=True),
    "patients": Numbers(0, 1e5),
    "month": Words(month=True),
    "intended": Words(),
    "starts": Numbers(0, 1e5),
    "arrivals": Numbers(0, 1e5, blank=True),
    "referral_share": Numbers(0, 1, blank=True),
    "policy": Words(),
    "treatment": Words(),
}


@dataclass(frozen=True)
class Table:
    """A table read from a file: typed columns, the line of each row, and the file's SHA-256.

    Of a workbook also the sheet, and the letter of each column.
    """

    frame: pd.DataFrame
    lines: tuple[int, ...]
    file: str
    digest: str
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)

    def place(self, row: int | None, column: str = "") -> Place:
        """Return where a row is, or the whole table; in a workbook the cell of a column."""
        line = None if row is None else self.lines[row]
        if not self.sheet:
            return Place(self.file, line)
        letter = self.letters.get(column, next(iter(self.letters.values()), "A"))
        return Place(
            self.file, line, self.sheet if line is None else f"{self.sheet}!{letter}{line}"
        )


class _TooLong(Exception):
    """A table of more lines than we read; the text says so."""


def empty_table(name: str) -> pd.DataFrame:
    """Return a table without rows, for an optional table that a scenario does not have."""
    return frame_of(TABLE_COLUMNS[name], [])


def read_table(name: str, path: Path, shown_as: str) -> Table:
    """Return a CSV file as a table with typed columns, or raise with every fault in it."""
    source = read_source(path, shown_as, MAX_CSV_BYTES)
    return read_columns(source, TABLE_COLUMNS[name], may_be_empty=name in OPTIONAL_TABLES)


def read_columns(source: Source, columns: Sequence[str], may_be_empty: bool = False) -> Table:
    """Return a CSV file's text as a table of these columns, or raise with every fault in it."""
    shown_as = source.name

    def problem(line: int, column: str, message: str) -> LocatedProblem:
        return LocatedProblem(shown_as, line, column, message)

    try:
        rows = list(_rows(source.text))
    except csv.Error as error:
        raise InvalidScenario([problem(1, "", f"not a CSV file: {error}; save it again")]) from None
    except _TooLong as error:
        raise InvalidScenario([problem(MOST_LINES + 1, "", str(error))]) from None
    if not rows:
        message = f"found an empty file; expected a header: {','.join(columns)}; add it"
        raise InvalidScenario([problem(1, "", message)])
    (header_line, header), *body = rows
    header = [cell.strip() for cell in header]
    faults = [problem(header_line, c, m) for c, m in _header_faults(header, columns, source.text)]
    if faults:
        raise InvalidScenario(faults)
    sound: list[dict[str, str]] = []
    more = 0
    for line, cells in body:
        if len(cells) != len(header):
            hint = " (a comma inside a number or a name? put it in quotes)" * (
                len(cells) > len(header)
            )
            message = f"found {len(cells)} cells; expected {len(header)}{hint}; mend the row"
            faults.append(problem(line, "", message))
        else:
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            bad = [problem(line, column, m) for column in columns if (m := cell_fault(column, row))]
            faults += bad
            sound.append(row)
        more += max(0, len(faults) - MOST_PROBLEMS)
        del faults[MOST_PROBLEMS:]  # counted, not kept: each takes memory
    if not body and not may_be_empty:
        faults.append(problem(header_line, "", "found a header and no rows; add the rows"))
    if faults:
        raise InvalidScenario(shortened(faults, shown_as, more))
    frame = frame_of(columns, sound)
    return Table(frame, tuple(line for line, _ in body), shown_as, source.digest)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of every row that holds something; lines count from 1.

    Raises _TooLong after the most lines, empty ones too.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for cells in reader:
        if reader.line_num > MOST_LINES:
            most = f"{MOST_LINES:,}"
            raise _TooLong(
                f"found more than {most} lines; expected at most {most}; split or shorten the file"
            )
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _header_faults(
    header: list[str], columns: Sequence[str], text: str
) -> Iterator[tuple[str, str]]:
    expected = f"expected the columns {','.join(columns)}"
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        mark = "semicolons" if ";" in header[0] else "tabs"
        yield "", f"found columns parted by {mark}; {expected}, parted by commas; save it so"
        return
    for column in columns:
        count = header.count(column)
        if count == 0:
            stray = [name for name in header if name not in columns]
            near = [n for n in stray if nearest(n, columns) == nearest(column, [column])]
            hint = f'; is it the column "{near[0]}"?' if near else ""
            yield column, f"this column is missing{hint}; {expected}; add it"
        elif count > 1:
            yield column, f"found this column {count} times; {expected}; delete all but one"
    for name in dict.fromkeys(header):
        if name not in columns:
            hint = nearest(name, [c for c in columns if c not in header])
            yield name or "(no name)", f"found a column of unknown name{hint}; {expected}"


def cell_fault(column: str, row: Mapping[str, str]) -> str:
    """Return what is wrong with a cell, or nothing."""
    text, kind = row[column], COLUMNS[column]
    if isinstance(kind, Numbers):
        return _number_fault(text, kind)
    if not text:
        return "found an empty cell; expected text; fill it in"
    if kind.month and not re.match(MONTH, text):
        return f"found '{text}'; expected a month; write it as year and month, such as 2027-01"
    if kind.known and text not in kind.known:
        return f"found '{text}'{nearest(text, kind.known)}; expected one of {listed(kind.known)}"
    return ""


def _number_fault(text: str, kind: Numbers) -> str:
    wanted, bounds = _wanted(kind), number_range(kind)
    if not text:
        if kind.blank:
            return ""
        return f"found an empty cell; expected {bounds}; write 0 if none is meant"
    if not NUMBER.match(text):
        return f"found '{text}'; expected {bounds}; {number_advice(text, wanted)}"
    value = float(text)
    if not kind.low <= value <= kind.high:
        percent = kind.high == 1 and 1 < value <= 100
        hint = f"; write {value / 100:g} if {value:g}% is meant" if percent else "; correct it"
        return f"found {text}; expected {bounds}{hint}"
    if kind.whole and not value.is_integer():
        return f"found {text}; expected {bounds}; round it"
    return ""


def number_range(kind: Numbers) -> str:
    """Return in words which numbers a column may hold."""
    if math.isinf(kind.low) and math.isinf(kind.high):
        return _wanted(kind)
    if math.isinf(kind.high):
        return f"{_wanted(kind)} of {kind.low:.10g} or more"
    return f"{_wanted(kind)} from {kind.low:.10g} to {kind.high:.10g}"


def _wanted(kind: Numbers) -> str:
    return "a whole number" if kind.whole else "a number"


def frame_of(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    """Return rows of text, found without fault, as a table of typed columns."""
    data: dict[str, object] = {}
    for column in columns:
        kind, cells = COLUMNS[column], [row[column] for row in rows]
        if isinstance(kind, Words):
            data[column] = pd.Series(cells, dtype=object).astype(str)
        elif kind.whole:
            data[column] = np.array([int(float(cell)) for cell in cells], dtype=np.int64)
        else:
            data[column] = np.array([float(cell or "nan") for cell in cells], dtype=np.float64)
    return pd.DataFrame(data)


def shortened(faults: list[LocatedProblem], shown_as: str, more: int = 0) -> list[LocatedProblem]:
    """Return the first faults of a table, and how many more there are, `more` beside these."""
    more += max(0, len(faults) - MOST_PROBLEMS)
    if not more:
        return faults
    last = faults[MOST_PROBLEMS - 1]
    words = f"and {more} more faults of this kind in the table"
    return [*faults[:MOST_PROBLEMS], LocatedProblem(shown_as, last.line, "…", words, last.cell)]
