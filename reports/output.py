"""The run folder: files whole or absent, text that cannot become a formula, finite numbers."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from hepaplan.reports.content import UnfitTable, number_faults
from hepaplan.reports.folder_lock import LOCK, NEW, TEMPORARY, OutputExists, dead_holder
from hepaplan.reports.table_columns import MAY_BE_MISSING
from hepaplan.reports.whole_file import atomic_file

TABLES = "tables"
MANIFEST = "manifest.json"
FINISHED = "finished"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CSV_NOTES = (
    "Text that starts with = + - @, a tab or a return has a leading apostrophe in the CSV files, "
    "so that a spreadsheet does not run it; numbers never do.",
    "An empty cell means not stated, or never.",
)


@dataclass(frozen=True)
class WrittenFile:
    """A file of the run: its path in the run folder, its digest, and its rows if it is a table."""

    path: str
    sha256: str
    rows: int | None = None
    guarded: int = 0


def create_run_folder(
    name: str,
    out: Path | None = None,
    *,
    overwrite: bool = False,
    beneath: Path | None = None,
    kind: str = "run",
) -> Path:
    """Return a folder made for the run: `out`, or `<name>-<kind>` or the next free number.

    `out` that exists is refused unless `overwrite`; then only the files of the run are replaced.
    """
    if out is not None:
        try:
            out.mkdir(parents=True)
        except FileExistsError:
            if not is_left_over(out):
                refuse_taken(out, overwrite)
            if not out.is_dir():
                raise OutputExists(f"{out} is a file, and a run needs a folder") from None
        return out
    names = _free_names(name, beneath, kind)
    while True:
        chosen = next(names)
        try:
            chosen.mkdir(parents=True)
        except FileExistsError:
            if is_left_over(chosen):
                return chosen
        else:
            return chosen


def next_run_folder(
    name: str, out: Path | None = None, *, beneath: Path | None = None, kind: str = "run"
) -> Path:
    """Return the folder that `create_run_folder` would make now, without making it."""
    if out is not None:
        return out
    names = _free_names(name, beneath, kind)
    return next(path for path in names if not path.exists() or is_left_over(path))


def _free_names(name: str, beneath: Path | None, kind: str) -> Iterator[Path]:
    """Yield the folders a run may have, in order: the name alone, then with numbers from 2."""
    folder, stem = beneath if beneath is not None else Path(), f"{slug(name)}-{kind}"
    yield folder / stem
    for number in count(2):
        yield folder / f"{stem}-{number}"


def refuse_taken(out: Path | None, overwrite: bool) -> None:
    """Refuse a folder that is there already, which is better known before the work than after."""
    if out is not None and out.exists() and not overwrite and not is_left_over(out):
        unfinished = dead_holder(out) is not None
        found = f"{out} exists" + (", and a run into it did not finish" if unfinished else "")
        raise OutputExists(f"{found}: choose another --out, or say --overwrite")
    place = out if out is not None else Path()
    there = next(path for path in (place, *place.absolute().parents) if path.exists())
    if there.is_dir() and not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "the folder may not be written", str(there))


def is_left_over(folder: Path) -> bool:
    """Return whether a folder holds nothing but what a run left that ended before its end."""
    unfinished = dead_holder(folder) is not None or manifest_status(folder) not in (None, FINISHED)
    return unfinished and all(_is_ours(path) for path in folder.iterdir())


def _is_ours(path: Path) -> bool:
    if path.name == MANIFEST:
        return manifest_status(path.parent) not in (None, FINISHED)
    return path.name in (LOCK, NEW) or TEMPORARY.fullmatch(path.name) is not None


def manifest_status(folder: Path) -> str | None:
    """Return what the manifest says of how its run ended; None without one, or of an older kind."""
    with suppress(OSError, ValueError, AttributeError):
        status = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("status")
        return status if isinstance(status, str) else None
    return None


def slug(name: str) -> str:
    """Return a name that is safe as a folder: lower-case letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "scenario"


def write_tables(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    may_miss: Mapping[str, frozenset[str]] = MAY_BE_MISSING,
) -> tuple[WrittenFile, ...]:
    """Write every table as tables/<name>.csv and return the files; refuses non-finite numbers."""
    faults = [f for name, table in tables.items() for f in number_faults(name, table, may_miss)]
    if faults:
        raise UnfitTable("these tables cannot be written:\n" + "\n".join(faults))
    (folder / TABLES).mkdir(exist_ok=True)
    return tuple(_write_table(folder, name, table) for name, table in tables.items())


def _write_table(folder: Path, name: str, table: pd.DataFrame) -> WrittenFile:
    safe, guarded = guard_text(table)
    # The csv writer leaves a return unquoted, which readers take for the end of a row.
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if _holds_return(safe) else csv.QUOTE_MINIMAL
    text = safe.to_csv(index=False, lineterminator="\n", quoting=quoting).encode("utf-8")
    path = folder / TABLES / f"{name}.csv"
    with atomic_file(path) as file:
        file.write(text)
    relative = f"{TABLES}/{name}.csv"
    return WrittenFile(relative, hashlib.sha256(text).hexdigest(), len(table), guarded)


def guard_text(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the table with an apostrophe before formula-like text, and how many cells got one."""
    columns: dict[str, pd.Series] = {}
    count = 0
    for position, heading in enumerate(table.columns):
        values = table.iloc[:, position]
        if not (pd.api.types.is_numeric_dtype(values.dtype)):
            risky = values.map(_is_formula_like).astype(bool)
            count += int(risky.sum())
            if risky.any():
                values = values.astype(object).where(~risky, "'" + values.astype(str))
        columns[_guarded(str(heading))] = values
    return pd.DataFrame(columns, index=table.index), count


def _holds_return(table: pd.DataFrame) -> bool:
    texts = [
        v for c in table.columns if table[c].dtype.kind not in "biuf" for v in table[c].unique()
    ]
    return any("\r" in str(text) for text in (*table.columns, *texts))


def _is_formula_like(value: object) -> bool:
    return isinstance(value, str) and value.startswith(FORMULA_STARTS)


def _guarded(text: str) -> str:
    return f"'{text}" if _is_formula_like(text) else text


def digest(folder: Path, relative: str) -> WrittenFile:
    """Return the record of a file that something else wrote into the run folder."""
    content = (folder / relative).read_bytes()
    return WrittenFile(relative, hashlib.sha256(content).hexdigest())


def write_manifest(
    folder: Path, facts: Mapping[str, Any], files: tuple[WrittenFile, ...]
) -> WrittenFile:
    """Write manifest.json last, when all it lists is on disk; NaN in it is refused."""
    listed = []
    for written in files:
        entry: dict[str, Any] = {"path": written.path, "sha256": written.sha256}
        if written.rows is not None:
            entry |= {"rows": written.rows, "guarded_text_cells": written.guarded}
        listed.append(entry)
    document = {
        "schema_version": 1,
        "status": FINISHED,
        **facts,
        "files": listed,
        "notes": list(CSV_NOTES),
    }
    text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False).encode("utf-8")
    with atomic_file(folder / MANIFEST) as file:
        file.write(text + b"\n")
    return WrittenFile(MANIFEST, hashlib.sha256(text + b"\n").hexdigest())
