"""Runs spread over a Dask cluster that is there already; the one module that knows Dask."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from distributed import Client, KilledWorker, WorkerPlugin, get_worker, rpc

from hepaplan.model.problems import InvalidInput
from hepaplan.reports.batch.programs import differs, made_by, wanted_from
from hepaplan.reports.batch.work import (
    EndedEarly,
    Evaluate,
    Outcome,
    Work,
    attempt,
    described,
    lost,
)

ANSWER_SECONDS, WORKERS_SECONDS, SILENCE_SECONDS = 5, 10, 10
AHEAD = 10
"""Runs handed out for each thread of the cluster, so that none waits for the next."""
LOOK_EVERY, MEASURED_EVERY = 0.01, 5.0
"""Seconds between two looks for outcomes, and between two counts of the cluster's threads."""


class ClusterUnfit(InvalidInput):
    """A cluster that does not answer, has no workers, or would give other results."""

    ending = "nothing was run; what was finished before is kept"


class SchedulerLost(EndedEarly):
    """The scheduler stopped answering; what was finished is kept."""


class WorkerUnfit(Exception):
    """A worker that came later and would give other results: its address, and how it differs."""

    def __init__(self, address: str, words: str) -> None:
        super().__init__(address, words)
        self.address, self.words = address, words


class Evaluator(WorkerPlugin):  # type: ignore[misc]  # Dask is optional: it has no types here
    """What a worker holds for the whole batch: how a run is evaluated."""

    def __init__(self, evaluate: Evaluate, code: Callable[[], str]) -> None:
        self.evaluate, self.code, self.expected = evaluate, code, wanted_from(code)
        self.name = f"hepaplan-batch-{uuid4().hex}"  # two batches on a cluster do not meet

    def setup(self, worker: Any) -> None:
        """Compare what a worker has with what the batch has; one that comes later, too."""
        self.address: str = worker.address
        found: object
        try:
            found = made_by(self.code)
        except Exception as error:
            found = error
        self.fault = "" if found == self.expected else differs(self.address, found, self.expected)

    def attempt(self, key: str, payload: object) -> Outcome:
        """Return what comes of a run; WorkerUnfit where the program is another."""
        if self.fault:
            raise WorkerUnfit(self.address, self.fault)
        return attempt(key, self.evaluate, payload)


def run_on_cluster(
    works: Iterable[Work],
    evaluate: Evaluate,
    address: str,
    code: Callable[[], str],
    note: Callable[[str], None],
) -> Generator[Outcome, None, None]:
    """Yield what comes of each run, in the order they finish, from the workers of a scheduler.

    Workers return their outcomes and write nothing: no folder need be shared. A lost worker's runs
    are tried again; a run that ended four workers is tried alone, and given up if it ends four
    more. `code` names the program's version and is asked of every worker; one that comes later and
    differs is told to `note`, and its runs are done by others. Raises ClusterUnfit before anything
    is run, and SchedulerLost if the scheduler goes.
    """
    with _connected(address) as client:
        _refuse_other_programs(client, code)
        plugin = Evaluator(evaluate, code)
        try:
            client.register_plugin(plugin)
            yield from _Queue(client, plugin.name, iter(works), note).outcomes()
            client.unregister_worker_plugin(plugin.name)
        except (OSError, CancelledError) as error:
            raise SchedulerLost(f"the scheduler at {address} stopped answering") from error


class _Queue:
    """The runs that are out, those that came back, and those to be handed out once more.

    Dask blames every run that a lost worker held, also those that only waited there. So a run
    that it gives up is a suspect, and tried once more with no other beside it. A run that an unfit
    worker sends back is handed out again, to the others rather than to it.
    """

    def __init__(
        self, client: Any, plugin: str, waiting: Iterator[Work], note: Callable[[str], None]
    ) -> None:
        self.client, self.plugin, self.waiting, self.note = client, plugin, waiting, note
        self.out: dict[str, tuple[Any, Work, bool]] = {}
        self.again: deque[Work] = deque()
        self.suspects: deque[Work] = deque()
        self.fit: list[str] = []
        self.unfit: set[str] = set()
        self.room, self.counted, self.heard, self.given = 0, -MEASURED_EVERY, monotonic(), 0
        self.is_exhausted = False

    def outcomes(self) -> Iterator[Outcome]:
        self.refill()
        while self.out or self.again or self.suspects or not self.is_exhausted:
            back = [name for name, (future, *_) in self.out.items() if future.done()]
            for name in back:
                yield from self.received(name)
            if not back:
                sleep(LOOK_EVERY)
            self.refuse_silence()
            self.refill()

    def refill(self) -> None:
        """Hand out runs until each thread has a few; then the suspects, one at a time."""
        if monotonic() - self.counted >= MEASURED_EVERY:
            self.count_workers()
        while len(self.out) < self.room and (work := self.following()):
            self.hand_out(work, False)
        if self.room and not self.out and self.suspects:
            self.hand_out(self.suspects.popleft(), True)

    def following(self) -> Work | None:
        """Return the next run to hand out, those that came back before those that wait."""
        if self.again:
            return self.again.popleft()
        work = next(self.waiting, None)
        self.is_exhausted = work is None
        return work

    def count_workers(self) -> None:
        """Make room for the threads of the workers that may be used; none for unfit ones alone."""
        threads = self.client.nthreads()
        self.unfit &= threads.keys()
        self.fit = [worker for worker in threads if worker not in self.unfit]
        room = sum(threads[worker] for worker in self.fit)
        self.room = AHEAD * max(room, 0 if self.unfit else 1)
        self.counted = monotonic()

    def hand_out(self, work: Work, is_alone: bool) -> None:
        """Send one run to the cluster, to any worker that is not known to be unfit."""
        self.given += 1  # no two of one name: Dask may still hold the one that came back
        name = f"{self.plugin}-{work.key}-{self.given}"
        rather = {"workers": self.fit, "allow_other_workers": True} if self.unfit else {}
        future = self.client.submit(
            _attempted, self.plugin, work.key, work.payload, key=name, **rather
        )
        self.out[name] = future, work, is_alone

    def received(self, name: str) -> Iterator[Outcome]:
        """Yield the outcome of a run that came back; of one that is tried again there is none."""
        future, work, is_alone = self.out[name]
        try:
            outcome: Outcome = future.result(timeout=ANSWER_SECONDS)
        except TimeoutError:
            return  # the worker that held the outcome is lost: the run is under way again
        except (OSError, CancelledError):
            raise
        except WorkerUnfit as error:
            del self.out[name]
            (self.suspects if is_alone else self.again).appendleft(work)
            self.refuse(error)
            return
        except KilledWorker as error:
            if not is_alone:
                self.suspects.append(work)
                del self.out[name]
                return
            outcome = lost(work, error.allowed_failures + 1, "alone on a worker of the cluster")
        except Exception as error:
            outcome = Outcome(work.key, "failed", {}, described(error), 0.0)
        del self.out[name]
        yield outcome

    def refuse(self, found: WorkerUnfit) -> None:
        """Note once that a worker is not used."""
        if found.address not in self.unfit:
            self.note(f"{found.words}; it came later and is not used, and the others go on")
            self.unfit.add(found.address)
            self.count_workers()

    def refuse_silence(self) -> None:
        """Raise ConnectionError if the scheduler is gone."""
        if self.client.status == "running":
            self.heard = monotonic()
        elif monotonic() - self.heard > SILENCE_SECONDS:
            raise ConnectionError("no answer")


def _attempted(plugin: str, key: str, payload: object) -> Outcome:
    evaluator: Evaluator = get_worker().plugins[plugin]
    return evaluator.attempt(key, payload)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Yield a client of the scheduler, or say within seconds that it does not answer."""
    with _in_our_words():
        try:
            asyncio.run(_greeted(address))  # a client that fails to start cannot be closed for sure
        except Exception as error:  # what is no scheduler can answer anything
            raise ClusterUnfit(
                f"no scheduler answers at {address} ({type(error).__name__}); expected the "
                "address that 'dask scheduler' prints, such as tcp://127.0.0.1:8786"
            ) from error
        client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
        try:
            yield client
        finally:
            client.close(timeout=2)


async def _greeted(address: str) -> None:
    async with rpc(address, timeout=ANSWER_SECONDS) as scheduler:
        who = await asyncio.wait_for(scheduler.identity(), ANSWER_SECONDS)
    if who["type"] != "Scheduler":
        raise ValueError(f"a {who['type']} answers")


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Keep Dask from saying what is said here in plain words: lost peers, versions that differ."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _refuse_other_programs(client: Any, code: Callable[[], str]) -> None:
    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError as error:
        raise ClusterUnfit(
            "the scheduler answers but has no workers: start one with 'dask worker ADDRESS'"
        ) from error
    found = client.run(made_by, code, on_error="return")
    ours = wanted_from(code)
    wrong = [differs(worker, theirs, ours) for worker, theirs in found.items() if theirs != ours]
    if wrong:
        raise ClusterUnfit("results would not be equal to local ones:\n" + "\n".join(wrong))
