"""A whole batch: what is finished is kept, the rest is done here or on a cluster, then written."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hepaplan.model.problems import WrongUse
from hepaplan.reports.batch.kept_for import changed_since, note_made_from
from hepaplan.reports.batch.local import run_here
from hepaplan.reports.batch.pace import ELSEWHERE, Pace
from hepaplan.reports.batch.parquet import need_parquet
from hepaplan.reports.batch.results import (
    BATCH,
    Failure,
    Survey,
    forget_written,
    survey,
    write_results,
)
from hepaplan.reports.batch.store import Store
from hepaplan.reports.batch.work import (
    EndedEarly,
    Evaluate,
    Outcome,
    SameProgram,
    Work,
    hepaplan_version,
    once_each,
)
from hepaplan.reports.folder_lock import hold
from hepaplan.reports.staging import say_unfinished, size_of
from hepaplan.reports.whole_file import NO_SPACE, no_space


@dataclass(frozen=True)
class Job:
    """What is asked for: the runs, what evaluates one, and what the manifest says of them.

    `works` is gone through more than once, so a list or a lazy sequence, not an iterator.
    `outputs` are the names of their columns in order; one that runs have beside them comes after.
    `command` is what a user types to resume it; `code` returns the version of the program, which
    every process that evaluates must have too.
    """

    works: Iterable[Work]
    evaluate: Evaluate
    facts: Mapping[str, Any] = field(default_factory=dict)
    command: str = "the same command"
    code: Callable[[], str] = hepaplan_version
    outputs: Sequence[str] = ()


@dataclass(frozen=True)
class Means:
    """Where a batch is run: processes here, or the address of a cluster's scheduler."""

    workers: int = 1
    scheduler: str | None = None


@dataclass(frozen=True)
class Telling:
    """Who hears of it: `note` gets each thing to know, `say` how far it is, every so often."""

    note: Callable[[str], None] = lambda _: None
    say: Callable[[str], None] = lambda _: None
    every: float = ELSEWHERE


IN_ONE_PROCESS, IN_SILENCE = Means(), Telling()


@dataclass(frozen=True)
class BatchReport:
    """How a batch ended: runs in all, done now, kept from before, and those without a result."""

    folder: Path
    runs: int
    evaluated: int
    reused: int
    failures: tuple[Failure, ...]
    seconds: float


def run_batch(
    folder: Path,
    job: Job,
    means: Means = IN_ONE_PROCESS,
    telling: Telling = IN_SILENCE,
) -> BatchReport:
    """Return how the batch ended; its data set is in `folder`, which is made or resumed.

    Each outcome is on disk before the next is asked for, so that whatever ends the batch (a kill,
    a full disk, a lost scheduler) loses only the runs in progress. A failing run never stops the
    others. OSError, InvalidInput and WrongUse pass up with the finished runs kept.
    """
    need_parquet()
    began = time.monotonic()
    if folder.is_file():
        raise WrongUse(f"{folder} is a file, and a batch needs a folder: choose another --out")
    folder.mkdir(parents=True, exist_ok=True)
    with hold(folder):
        store = Store(folder).open()
        asked = survey(job.works)
        wanted = set(asked.keys)
        to_do = sum(not store.is_finished(key) for key in wanted)
        for words in (*store.notes, changed_since(folder, job.facts) if to_do else ""):
            if words:
                telling.note(words)
        with _said_if_ended_early(folder, store, len(wanted), job.command):
            note_made_from(folder, job.facts)
            if to_do:
                forget_written(folder)
                pace = Pace(to_do, telling.say, telling.every)
                with closing(_outcomes(job, means, telling, store)) as outcomes:
                    for outcome in outcomes:
                        store.add(outcome)
                        pace.one_more(outcome.status == "done")
                store.flush()
            return reported(folder, job, asked, store, to_do, began)


@contextmanager
def _said_if_ended_early(folder: Path, store: Store, runs: int, command: str) -> Iterator[None]:
    """Leave in batch.json that a batch ended early; say what resumes it, or what a disk lacks."""
    started = time.time()
    try:
        yield
    except BaseException as error:
        say_unfinished(folder, error, started, BATCH)
        if isinstance(error, EndedEarly):
            error.ending = f"{EndedEarly.ending}; resume with: {command}"
        if isinstance(error, OSError) and not folder.is_dir():
            raise FileNotFoundError(
                f"{folder} was removed while the batch ran: its results are gone with it"
            ) from error
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            each = size_of(folder) // max(len(store.kept), 1) + 1
            raise no_space(folder, each * max(runs - len(store.kept), 1), error) from error
        raise


def reported(
    folder: Path, job: Job, asked: Survey, store: Store, evaluated: int, began: float
) -> BatchReport:
    """Return the report of a batch whose outcomes are all there, and write its data set."""
    failures = write_results(folder, job.works, asked, store.kept, job.facts, job.outputs)
    reused = len(set(asked.keys)) - evaluated
    seconds = time.monotonic() - began
    return BatchReport(folder, len(asked.keys), evaluated, reused, failures, seconds)


def _outcomes(
    job: Job, means: Means, telling: Telling, store: Store
) -> Generator[Outcome, None, None]:
    works = once_each(job.works, store.is_finished)
    if means.scheduler is None:
        evaluate = SameProgram(job.evaluate, job.code, job.code())
        return run_here(works, evaluate, means.workers)
    try:
        from hepaplan.reports.batch.cluster import run_on_cluster
    except ImportError:
        raise WrongUse("--scheduler needs dask: pip install 'hepaplan[cluster]'") from None
    return run_on_cluster(works, job.evaluate, means.scheduler, job.code, telling.note)
