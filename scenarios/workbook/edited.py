"""The inputs of an edited report, compared with those of the scenario it was made from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from hepaplan.model.figures import figures
from hepaplan.model.input_rows import (
    HEADINGS,
    INPUT_TABLES,
    INPUTS,
    InputRow,
    input_rows,
    input_tables,
    inputs_digest,
)
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import dotted, nearest
from hepaplan.model.quantities import Quantity, Schedule, Sourced
from hepaplan.scenarios.entered import Edit, Entered
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import Numbers, Table, shortened
from hepaplan.scenarios.workbook.book import Block, Book, Cell, heading_faults
from hepaplan.scenarios.workbook.container import AGAIN, refused
from hepaplan.scenarios.workbook.edited_tables import edited_table
from hepaplan.scenarios.workbook.layout import (
    DIGEST_OF_BASE,
    INPUTS_BLOCK,
    NAME_OF_BASE,
    SETTINGS_OF_RUN,
    TABLE_BLOCK,
)

REASON, QUALITY = "edited in workbook", "illustrative"
POINT = re.compile(r"point (\d+) (month|survival|share)")
KEY, PART, VALUE, UNIT = (HEADINGS.index(name) for name in ("Key", "Part", "Value", "Unit"))
MOVED = "put the row back as hepaplan wrote it"


def stated_settings(book: Book) -> dict[str, str]:
    """Return the `--set` values of the run that wrote a report, if it says any.

    Raises InvalidScenario where they can no longer be read: without them it is another scenario.
    """
    if not book.has(SETTINGS_OF_RUN):
        return {}
    cell = book.block(SETTINGS_OF_RUN).rows[0][0]
    lines = cell.text.splitlines()
    if not lines or not all("=" in line for line in lines):
        wanted = "expected the --set values of the run, KEY=VALUE on each line"
        message = f"found '{' '.join(lines)[:60]}'; {wanted}; {AGAIN}"
        raise InvalidScenario([cell.problem("", message)])
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}


def edited_inputs(book: Book, base: Scenario) -> Entered:
    """Return what an edited report changes in its base, or raise with every fault in its cells."""
    name = book.text(NAME_OF_BASE)
    if book.text(DIGEST_OF_BASE) != inputs_digest(base):
        raise refused(
            book.file,
            f"was made from the scenario '{name}', whose files have changed since; run the "
            "scenario again and edit the new report, or name the files as they were with --base",
        )
    blocks, problems = _blocks(book, base)
    edits: list[Edit] = []
    tables: dict[str, Table] = {}
    for block_name, block in blocks.items():
        if block_name == INPUTS_BLOCK:
            found, faults = _edited_rows(block, base)
        else:
            table = block_name.removeprefix(TABLE_BLOCK)
            found, changed, faults = edited_table(block, table, base, book.digest)
            tables |= {table: changed} if found else {}
        edits += found
        problems += shortened(faults, book.file)
    problems += book.merged_faults(blocks.values())
    if problems:
        raise InvalidScenario(problems)
    restated = {
        key: _as_it_stands(figure)
        for record, prefix in ((base.settings, ()), (base.pathway, ("pathway",)))
        for key, figure in figures(record, prefix)
        if key in base.stated
    }
    return Entered(
        book.file, book.digest, REASON, QUALITY, tuple(edits), tables, restated,
        stated_settings(book),
    )  # fmt: skip


def _blocks(book: Book, base: Scenario) -> tuple[dict[str, Block], list[LocatedProblem]]:
    wanted = {INPUTS_BLOCK: INPUTS}
    wanted |= {f"{TABLE_BLOCK}{name}": INPUT_TABLES for name in input_tables(base)}
    blocks: dict[str, Block] = {}
    problems: list[LocatedProblem] = []
    for name in wanted:
        try:
            blocks[name] = book.block(name)
        except InvalidScenario as error:
            problems += error.problems
    return blocks, problems


def _edited_rows(block: Block, base: Scenario) -> tuple[list[Edit], list[LocatedProblem]]:
    """Return the changed numbers of the sheet of inputs, and what is wrong with it."""
    problems = heading_faults(block, HEADINGS)
    if problems:
        return [], problems
    rows = {(dotted(row.key), row.part): row for row in input_rows(base)}
    keys = {key for key, _ in rows}
    seen: Counter[tuple[str, str]] = Counter()
    edits = []
    for cells in block.rows[1:]:
        known = (cells[KEY].text, cells[PART].text)
        seen[known] += 1
        row = rows.get(known)
        if row is None:
            problems.append(_unknown_row(cells, keys))
        elif seen[known] > 1:
            problems.append(cells[KEY].problem("", f"found {_said(known)} twice; delete one"))
        elif cells[UNIT].text != row.unit:
            message = f"found the unit '{cells[UNIT].text}'; expected '{row.unit}'; {MOVED}"
            problems.append(cells[UNIT].problem(known[0], message))
        elif fault := cells[VALUE].fault(Numbers(row.low, row.high)):
            problems.append(cells[VALUE].problem(known[0], fault))
        elif cells[VALUE].differs(row.value):
            edits.append(_edit(row, cells[VALUE]))
    missing = [_said(known) for known in rows if not seen[known]]
    problems += [
        block.rows[0][KEY].problem(name, f"this row is missing; {MOVED}") for name in missing
    ]
    return edits, problems


def _said(known: tuple[str, str]) -> str:
    return " ".join(known).strip()


def _unknown_row(cells: tuple[Cell, ...], keys: set[str]) -> LocatedProblem:
    key, part = cells[KEY].text, cells[PART].text
    if key in keys:
        message = f"found the part '{part}', which this figure lacks; {MOVED}"
        return cells[PART].problem(key, message)
    found = f"found the unknown key '{key}'" if key else "found no key"
    return cells[KEY].problem("", f"{found}{nearest(key, keys) if key else ''}; {MOVED}")


def _edit(row: InputRow, cell: Cell) -> Edit:
    new = float(cell.value)
    label = f"{row.label}, {row.part}" if row.part else row.label
    place, path = cell.place, row.key + tuple(path_of(row))
    return Edit(row.key, row.part, path, label, row.value, new, row.unit, place)


def path_of(row: InputRow) -> Iterator[str | int]:
    """Yield where below its figure a number sits in the files' values."""
    point = POINT.fullmatch(row.part)
    if row.key[-1] in ("base_year", "units_per_week"):
        return
    if point is not None:
        timing = "metachronous_timing" in row.key
        yield from ("points", int(point[1]))
        yield (0 if point[2] == "month" else 1) if timing else point[2]
    elif row.part == "then":
        yield "then"
    else:
        yield "value"
        month = re.fullmatch(r"month (\d+)", row.part)
        if month is not None:
            yield int(month[1])
        elif row.part:
            yield row.part


def _as_it_stands(figure: Sourced) -> Mapping[str, Any]:
    """Return the numbers and the unit of a figure in the scenario's own prices."""
    if isinstance(figure, Schedule):
        return {"value": list(figure.value), "then": figure.then, "unit": figure.unit}
    if isinstance(figure, Quantity):
        return {"value": figure.value, "unit": figure.unit}
    return {}
