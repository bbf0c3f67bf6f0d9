"""The run folder: files whole or absent, text that cannot become a formula, finite numbers."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import pandas as pd

from hepaplan.model.problems import WrongUse
from hepaplan.reports.content import UnfitTable, number_faults
from hepaplan.reports.table_columns import MAY_BE_MISSING

TABLES = "tables"
WORKBOOKS = "report|compare|tornado|psa|voi|sensitivity|calibration"
OURS = rf"{TABLES}/[A-Za-z0-9_]+\.csv|({WORKBOOKS})\.xlsx|report\.html"
MANIFEST = "manifest.json"
EARLIER, LOCK = ".earlier-manifest.json", ".writing"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CSV_NOTES = (
    "Text that starts with = + - @, a tab or a return has a leading apostrophe in the CSV files, "
    "so that a spreadsheet does not run it; numbers never do.",
    "An empty cell means not stated, or never.",
)


class OutputExists(WrongUse):
    """The chosen folder is there already, and nobody said to overwrite it."""


@dataclass(frozen=True)
class WrittenFile:
    """A file of the run: its path in the run folder, its digest, and its rows if it is a table."""

    path: str
    sha256: str
    rows: int | None = None
    guarded: int = 0


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that replaces `path` on success; on failure the old file stays as it was."""
    temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            temporary.replace(path)
        except PermissionError as error:
            raise PermissionError(
                f"{path.name} cannot be replaced: close it if another program has it open"
            ) from error
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder to flush it
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
            refuse_taken(out, overwrite)
            if not out.is_dir():
                raise OutputExists(f"{out} is a file, and a run needs a folder") from None
        return out
    folder = beneath if beneath is not None else Path()
    stem = f"{slug(name)}-{kind}"
    number = 1
    while True:
        chosen = folder / (stem if number == 1 else f"{stem}-{number}")
        try:
            chosen.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return chosen


def refuse_taken(out: Path | None, overwrite: bool) -> None:
    """Refuse a folder that is there already, which is better known before the work than after."""
    if out is not None and out.exists() and not overwrite:
        raise OutputExists(f"{out} exists: choose another --out, or say --overwrite")


def slug(name: str) -> str:
    """Return a name that is safe as a folder: lower-case letters, digits and single hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "scenario"


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a run's folder: another run into it is refused; its manifest is set aside meanwhile.

    Until the new manifest is written there is none, so that a run that is killed never leaves an
    old manifest beside new tables. A lock whose process is gone is taken over.
    """
    lock = folder / LOCK
    try:
        handle = lock.open("x")
    except FileExistsError:
        if _alive(lock):
            raise OutputExists(f"another run is writing into {folder}: wait for it") from None
        lock.unlink(missing_ok=True)
        handle = lock.open("x")
    try:
        with handle:
            handle.write(str(os.getpid()))
        with suppress(FileNotFoundError):
            (folder / MANIFEST).replace(folder / EARLIER)
        yield
    finally:
        lock.unlink(missing_ok=True)


def _alive(lock: Path) -> bool:
    """Return whether the process that wrote a lock still runs; taken for granted on Windows."""
    if os.name == "nt":
        return True
    try:
        os.kill(int(lock.read_text()), 0)
    except (OSError, ValueError):
        return False
    return True


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
    """Write manifest.json last, when all it lists is on disk; NaN in it is refused.

    Tables and workbooks that an earlier run listed and this one does not have are removed, so
    that an overwritten folder never mixes two runs.
    """
    listed = []
    for written in files:
        entry: dict[str, Any] = {"path": written.path, "sha256": written.sha256}
        if written.rows is not None:
            entry |= {"rows": written.rows, "guarded_text_cells": written.guarded}
        listed.append(entry)
    document = {"schema_version": 1, **facts, "files": listed, "notes": list(CSV_NOTES)}
    text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False).encode("utf-8")
    stale = _earlier_files(folder) - {written.path for written in files}
    with atomic_file(folder / MANIFEST) as file:
        file.write(text + b"\n")
    for relative in (*stale, EARLIER):
        (folder / relative).unlink(missing_ok=True)
    return WrittenFile(MANIFEST, hashlib.sha256(text + b"\n").hexdigest())


def _earlier_files(folder: Path) -> set[str]:
    paths: set[str] = set()
    for name in (MANIFEST, EARLIER):
        with suppress(OSError, ValueError, KeyError, TypeError):
            earlier = json.loads((folder / name).read_text(encoding="utf-8"))
            paths |= {str(entry["path"]) for entry in earlier["files"]}
    return {path for path in paths if re.fullmatch(OURS, path)}
