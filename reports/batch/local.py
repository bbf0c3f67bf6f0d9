"""Runs spread over processes of this machine; one that dies is replaced and its run tried again."""

from __future__ import annotations

import os
import signal
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import Any

from hepaplan.model.parallel import one_thread_each
from hepaplan.reports.batch.work import (
    Evaluate,
    Outcome,
    ProgramChanged,
    SameProgram,
    Work,
    attempt,
    lost,
)

MOST_LOSSES = 3
"""Processes that one run may end before it counts as failed."""


def run_here(
    works: Iterable[Work], evaluate: Evaluate, workers: int
) -> Generator[Outcome, None, None]:
    """Yield what comes of each run, in the order they finish, from `workers` processes.

    `evaluate` is sent once to each process and a work's payload with its run; both must be
    picklable. One worker is a process too: a run that ends its process never ends the batch, and
    linear algebra uses one thread whatever the number of workers, so that results are equal. A
    process that starts with another program than `SameProgram` expects raises ProgramChanged.
    """
    waiting = iter(works)
    again: deque[Work] = deque()
    losses: Counter[str] = Counter()
    unstarted = 0
    team: list[_Worker] = []
    try:
        for work in _first(waiting, workers):
            team.append(_Worker(evaluate, work))
        while team:
            for worker in _with_news(team):
                outcome, alive = worker.news()
                work = worker.work
                if not alive:
                    team.remove(worker)
                    how = worker.end()
                    if not worker.is_ready:
                        unstarted += 1
                        _refuse_endless(unstarted, how)
                        again.append(work)
                    else:
                        losses[work.key] += 1
                        if losses[work.key] < MOST_LOSSES:
                            again.append(work)
                        else:
                            outcome = lost(work, MOST_LOSSES, how)
                    if following := _following(again, waiting):
                        team.append(_Worker(evaluate, following))
                elif outcome is not None:
                    if following := _following(again, waiting):
                        worker.give(following)
                    else:
                        team.remove(worker)
                        worker.end()
                if outcome is not None:
                    yield outcome
    finally:
        for worker in team:
            worker.end()


@dataclass(frozen=True)
class Refusal:
    """What a process says in place of being ready, if its program is another."""

    words: str


class _Worker:
    """A process, the run it has, and the pipe to it."""

    def __init__(self, evaluate: Evaluate, work: Work) -> None:
        context = get_context("spawn")  # a fork would inherit threads and the others' pipes
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, evaluate), daemon=True)
        with one_thread_each():
            self.process.start()
        theirs.close()
        self.work = work
        self.is_ready = False

    def give(self, work: Work) -> None:
        self.work = work
        with suppress(OSError):  # a process that is gone is noticed when its news is awaited
            self.pipe.send((work.key, work.payload))

    def news(self) -> tuple[Outcome | None, bool]:
        """Return the outcome, if there is one yet, and whether the process is alive."""
        try:
            outcome: Outcome | Refusal | None = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(timeout=1)
            return None, False
        if isinstance(outcome, Refusal):
            raise ProgramChanged(
                "the program was changed while the batch ran, and its results would be another "
                f"program's: a process that started now {outcome.words}"
            )
        if outcome is None:
            self.is_ready = True
            self.give(self.work)
        return outcome, True

    def end(self) -> str:
        """End the process, if it still runs, and return in words how it ended."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def serve(pipe: Connection, evaluate: Evaluate) -> None:
    """Evaluate what comes through the pipe until it is closed: the life of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the batch, which ends its workers
    Thread(target=_end_with_parent, daemon=True).start()
    fault = evaluate.fault() if isinstance(evaluate, SameProgram) else ""
    with suppress(EOFError, OSError):
        pipe.send(Refusal(fault) if fault else None)
        while True:
            key, payload = pipe.recv()
            pipe.send(attempt(key, evaluate, payload))


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # a batch that was killed must leave no worker behind


def _first(waiting: Iterator[Work], count: int) -> Iterator[Work]:
    for _, work in zip(range(max(count, 1)), waiting, strict=False):
        yield work


def _following(again: deque[Work], waiting: Iterator[Work]) -> Work | None:
    return again.popleft() if again else next(waiting, None)


def _with_news(team: list[_Worker]) -> list[_Worker]:
    pipes: dict[Any, _Worker] = {worker.pipe: worker for worker in team}
    return [pipes[pipe] for pipe in wait(list(pipes))]


def _refuse_endless(unstarted: int, how: str) -> None:
    if unstarted >= MOST_LOSSES:
        raise RuntimeError(f"no worker process could start: {how}")
