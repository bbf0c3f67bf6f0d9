"""The data set of a batch: a row for each run of the design, sorted by its number."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from hepaplan.model.problems import WrongUse, listed
from hepaplan.reports.batch.parquet import Kind, as_parquet
from hepaplan.reports.batch.store import Kept
from hepaplan.reports.batch.work import Status, Work
from hepaplan.reports.output import FINISHED, WrittenFile, guard_text
from hepaplan.reports.whole_file import atomic_file

RESULTS, FAILURES, BATCH = "results", "failures.csv", "batch.json"
MADE = f".{RESULTS}.new"
REPORTS = ("report.xlsx", "report.html")
ROWS_EACH = 100_000
RUN, KEY, STATUS, WHY = "run", "key", "status", "why"
PACKAGES = ("hepaplan", "numpy", "pandas", "scipy", "pulp", "highspy", "pyarrow")
KINDS: dict[type, Kind] = {bool: "truth", int: "whole", float: "number", str: "text"}


@dataclass(frozen=True)
class Survey:
    """What a design asks for: the keys of its runs in order, and its columns with their types."""

    keys: list[str]
    kinds: dict[str, Kind]


@dataclass(frozen=True)
class Failure:
    """A run without a result: its number and inputs, and why in words.

    `refused` is the model's answer; `failed` is tried again when the batch is resumed.
    """

    run: int
    inputs: Mapping[str, Any]
    status: Status
    words: str


def survey(works: Iterable[Work]) -> Survey:
    """Return the keys and the columns of the runs; a column of mixed types is text."""
    keys: list[str] = []
    kinds: dict[str, Kind] = {}
    for work in works:
        keys.append(work.key)
        for name, value in work.inputs.items():
            if value is not None:
                kind = KINDS.get(type(value), "text")
                kinds[name] = _wider(kinds.get(name, kind), kind)
    return Survey(keys, kinds)


def _wider(one: Kind, other: Kind) -> Kind:
    if one == other:
        return one
    return "number" if {one, other} == {"whole", "number"} else "text"


def write_results(
    folder: Path,
    works: Iterable[Work],
    asked: Survey,
    kept: Mapping[str, Kept],
    facts: Mapping[str, Any],
    outputs: Sequence[str] = (),
) -> tuple[Failure, ...]:
    """Write results/, failures.csv and batch.json, and return the runs without a result.

    The data set depends on the design and the outcomes alone: not on workers, order or restarts.
    `outputs` are columns even where no run has them, in this order. If anything differs from what
    is there, its reports go before the new results come.
    """
    kinds = _columns(asked, kept, outputs)
    files = list(_made_parts(folder, works, kinds, kept))
    failures = tuple(_failures(works, kept))
    table, record = _made_failures(failures, list(asked.kinds))
    files.append(record)
    counts = Counter(kept[key].status for key in asked.keys)
    document = {
        "schema_version": 1,
        "command": "batch",
        "status": FINISHED,
        **facts,
        "runs": len(asked.keys),
        **{status: counts[status] for status in ("done", "refused", "failed")},
        "columns": list(kinds),
        "versions": {name: version(name) for name in PACKAGES},
        "python": sys.version.split()[0],
        "files": [{"path": f.path, "sha256": f.sha256, "rows": f.rows} for f in files],
    }
    text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False)
    manifest = text.encode("utf-8") + b"\n"
    if not (folder / BATCH).is_file() or (folder / BATCH).read_bytes() != manifest:
        forget_written(folder)
    _put_parts_in_place(folder)
    for name, content in ((FAILURES, table), (BATCH, manifest)):
        with atomic_file(folder / name) as file:
            file.write(content)
    return failures


def forget_written(folder: Path) -> None:
    """Remove a manifest and reports, which would speak of results that are not there."""
    for stale in (BATCH, *REPORTS):
        (folder / stale).unlink(missing_ok=True)


def _columns(asked: Survey, kept: Mapping[str, Kept], stated: Sequence[str]) -> dict[str, Kind]:
    sets = dict.fromkeys(kept[key].names for key in asked.keys)
    outputs = list(dict.fromkeys((*stated, *(name for names in sets for name in names))))
    names = [RUN, *asked.kinds, *outputs, KEY, STATUS]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise WrongUse(f"two columns of the results would have one name: {listed(twice)}")
    return {
        RUN: "whole",
        **asked.kinds,
        **dict.fromkeys(outputs, "number"),
        KEY: "text",
        STATUS: "text",
    }


def _made_parts(
    folder: Path, works: Iterable[Work], kinds: dict[str, Kind], kept: Mapping[str, Kept]
) -> Iterator[WrittenFile]:
    """Write the files of the data set into a new folder, and yield them as they will lie."""
    made = folder / MADE
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    rest, number = iter(works), 0
    while (part := list(islice(rest, ROWS_EACH))) or not number:
        name = f"part-{number:05}.parquet"
        columns = {column: _column(column, kind, part, kept) for column, kind in kinds.items()}
        content = as_parquet(columns, kinds)
        with atomic_file(made / name) as file:
            file.write(content)
        yield WrittenFile(f"{RESULTS}/{name}", sha256(content).hexdigest(), len(part))
        number += 1


def _put_parts_in_place(folder: Path) -> None:
    """Give the new folder of the data set the old one's place."""
    old = folder / f".{RESULTS}.old"
    shutil.rmtree(old, ignore_errors=True)
    if (folder / RESULTS).exists():
        (folder / RESULTS).rename(old)
    (folder / MADE).rename(folder / RESULTS)
    shutil.rmtree(old, ignore_errors=True)


def _column(name: str, kind: Kind, works: list[Work], kept: Mapping[str, Kept]) -> list[Any]:
    if name == RUN:
        return [work.number for work in works]
    if name == KEY:
        return [work.key for work in works]
    if name == STATUS:
        return [kept[work.key].status for work in works]
    if any(name in work.inputs for work in works):
        values = [work.inputs.get(name) for work in works]
        return [None if v is None else str(v) for v in values] if kind == "text" else values
    return [_output(kept[work.key], name) for work in works]


def _output(found: Kept, name: str) -> float | None:
    return found.numbers[found.names.index(name)] if name in found.names else None


def _failures(works: Iterable[Work], kept: Mapping[str, Kept]) -> Iterator[Failure]:
    for work in works:
        found = kept[work.key]
        if found.status != "done":
            yield Failure(work.number, work.inputs, found.status, found.words)


def _made_failures(failures: tuple[Failure, ...], inputs: list[str]) -> tuple[bytes, WrittenFile]:
    rows = [
        {
            RUN: f.run,
            **{name: f.inputs.get(name) for name in inputs},
            STATUS: f.status,
            WHY: f.words,
        }
        for f in failures
    ]
    table, guarded = guard_text(pd.DataFrame(rows, columns=[RUN, *inputs, STATUS, WHY]))
    content = table.to_csv(index=False, lineterminator="\n").encode("utf-8")
    return content, WrittenFile(FAILURES, sha256(content).hexdigest(), len(rows), guarded)
