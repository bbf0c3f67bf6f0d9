"""A scenario's tables: each from the file that is named, or from a workbook's sheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hepaplan.model.problems import Key, nearest
from hepaplan.model.table_columns import OPTIONAL_TABLES, TABLE_COLUMNS, TABLE_UNITS
from hepaplan.scenarios.files import inside, shown
from hepaplan.scenarios.overlays import Merged
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import Table, read_table


def read_tables(
    merged: Merged, home: Path, sheets: Mapping[str, Table]
) -> tuple[dict[str, Table], list[LocatedProblem]]:
    """Return every table that can be read, by name, and what is wrong with the others.

    `sheets` holds tables read already, of a workbook, by the file that they are named as.
    """
    stated = merged.content.get("tables")
    stated = stated if isinstance(stated, dict) else {}
    tables: dict[str, Table] = {}
    problems: list[LocatedProblem] = []

    def fault(key: Key, message: str) -> None:
        problems.append(merged.problem(key, message))

    for name in stated:
        if name not in TABLE_COLUMNS:
            fault(("tables", name), f"found an unknown table{nearest(name, TABLE_COLUMNS)}")
    for name in TABLE_COLUMNS:
        entry, key = stated.get(name), ("tables", name, "file")
        if entry is None and name not in OPTIONAL_TABLES:
            fault(("tables", name), f"is missing; add [tables.{name}] with its file")
        if not isinstance(entry, dict):
            continue
        unit = entry.get("unit")
        if isinstance(unit, str) and unit != TABLE_UNITS[name]:
            fault(
                ("tables", name, "unit"),
                f"found '{unit}'; expected '{TABLE_UNITS[name]}'; "
                "convert the table's values and write that unit",
            )
        file = entry.get("file")
        if not isinstance(file, str):
            continue
        try:
            tables[name] = sheets.get(file) or _from_file(name, merged, home, file)
        except ValueError as error:
            fault(key, str(error))
        except InvalidScenario as error:
            for problem in error.problems:
                if problem.line is None:  # not about a line: told where the file is named
                    fault(key, f"{problem.file}: {problem.message}")
                else:
                    problems.append(problem)
    return tables, problems


def _from_file(name: str, merged: Merged, home: Path, stated: str) -> Table:
    path = inside(merged.folders.get(("tables", name, "file"), home), stated)
    return read_table(name, path, shown(path, home))
