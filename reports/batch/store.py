"""The finished runs of a folder: kept in chunks whose names are their hashes, read on start."""

from __future__ import annotations

import hashlib
import time
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hepaplan.reports.batch.journal import Journal
from hepaplan.reports.batch.parquet import Kind, as_parquet, from_parquet
from hepaplan.reports.batch.work import Outcome, Status, sound
from hepaplan.reports.whole_file import atomic_file

STORE, ASIDE, JOURNAL = "store", "set-aside", "journal.jsonl"
LONGEST_CHUNK_SECONDS, LARGEST_CHUNK = 30.0, 5_000
OUTPUT = "output:"
KINDS: dict[str, Kind] = {"key": "text", "status": "text", "words": "text", "seconds": "number"}


@dataclass(frozen=True, slots=True)
class Kept:
    """An outcome as it is held for a million runs: the names of its outputs are shared."""

    status: Status
    names: tuple[str, ...]
    numbers: array[float]
    words: str


class Store:
    """The outcomes kept in a folder, by key; `notes` says what could not be used.

    A chunk is a Parquet file named by the hash of its bytes: one that was cut short or altered is
    not parsed at all but set aside, and its runs are done again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / STORE
        self.kept: dict[str, Kept] = {}
        self.notes: list[str] = []
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._journal = Journal(self.folder / JOURNAL)
        self._unwritten: list[Outcome] = []
        self._since = time.monotonic()
        self._sets_aside = True

    def open(self) -> Store:
        """Return the store with all that the folder holds, for adding to it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.read()
        self.flush()
        return self

    def read(self, sets_aside: bool = True) -> Store:
        """Return the store with all that the folder holds, without changing sound files.

        One that is not sound is moved aside, unless nothing may be changed.
        """
        self._sets_aside = sets_aside
        for path in sorted(self.folder.glob("chunk-*.parquet")):
            if path.is_file():
                self._read_chunk(path)
            else:
                self._set_aside(path, "it is no file")
        self._unwritten, torn = self._journal.outcomes()
        for outcome in self._unwritten:
            self._keep(outcome)
        if torn:
            self.notes.append(f"{torn} unfinished or altered lines of {JOURNAL} were left out")
        return self

    def is_finished(self, key: str) -> bool:
        """Return whether a run need not be done again: it is done, or the model refused it."""
        return key in self.kept and self.kept[key].status != "failed"

    def add(self, outcome: Outcome) -> None:
        """Keep one outcome, in the journal at once and in a chunk before long."""
        if not self._unwritten:
            self._since = time.monotonic()
        self._journal.add(outcome)
        self._unwritten.append(outcome)
        self._keep(outcome)
        waited = time.monotonic() - self._since
        if waited > LONGEST_CHUNK_SECONDS or len(self._unwritten) >= LARGEST_CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what the journal holds as a chunk, whole or not at all, then clear the journal."""
        if self._unwritten:
            content = chunk_of(self._unwritten)
            with atomic_file(self.folder / chunk_name(content)) as file:
                file.write(content)
        self._unwritten = []
        self._journal.clear()

    def _read_chunk(self, path: Path) -> None:
        content = path.read_bytes()
        if path.name == chunk_name(content):
            try:
                outcomes = outcomes_of(from_parquet(content))
            except (KeyError, TypeError, ValueError) as error:
                self._set_aside(path, f"it holds no runs ({error})")
            else:
                for outcome in outcomes:
                    self._keep(outcome)
        else:
            self._set_aside(path, "its content does not match the hash in its name")

    def _set_aside(self, path: Path, why: str) -> None:
        if not self._sets_aside:
            return
        aside = self.folder / ASIDE
        aside.mkdir(exist_ok=True)
        path.replace(aside / path.name)
        self.notes.append(f"{STORE}/{path.name} was set aside and its runs are done again: {why}")

    def _keep(self, outcome: Outcome) -> None:
        if outcome.status == "failed" and self.is_finished(outcome.key):
            return
        names = tuple(outcome.outputs)
        self.kept[outcome.key] = Kept(
            outcome.status,
            self._names.setdefault(names, names),
            array("d", outcome.outputs.values()),
            outcome.words,
        )


def chunk_name(content: bytes) -> str:
    """Return the name of a chunk: the hash of its bytes."""
    return f"chunk-{hashlib.blake2b(content, digest_size=16).hexdigest()}.parquet"


def chunk_of(outcomes: Sequence[Outcome]) -> bytes:
    """Return outcomes as the bytes of a Parquet file, one row each."""
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.outputs)
    columns: dict[str, list[Any]] = {
        name: [getattr(outcome, name) for outcome in outcomes] for name in KINDS
    }
    for name in names:
        columns[OUTPUT + name] = [outcome.outputs.get(name) for outcome in outcomes]
    return as_parquet(columns, {name: KINDS.get(name, "number") for name in columns})


def outcomes_of(columns: dict[str, list[Any]]) -> Iterable[Outcome]:
    """Return the outcomes of a chunk's columns; a column that is missing raises KeyError."""
    outputs = {name: v for name, v in columns.items() if name.startswith(OUTPUT)}
    fixed = zip(*(columns[name] for name in KINDS), strict=True)
    return [
        sound(Outcome(key, status, _present(outputs, row), words, seconds))
        for row, (key, status, words, seconds) in enumerate(fixed)
    ]


def _present(outputs: dict[str, list[Any]], row: int) -> dict[str, float]:
    return {
        name.removeprefix(OUTPUT): values[row]
        for name, values in outputs.items()
        if values[row] is not None
    }
