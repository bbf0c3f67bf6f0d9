"""Runs spread over a Dask cluster that is there already; the one module that knows Dask."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib.metadata import version
from itertools import islice
from os import environ
from sys import version_info
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from distributed import Client, KilledWorker, WorkerPlugin, get_worker, rpc

from hepaplan.model.problems import InvalidInput, listed
from hepaplan.reports.batch.work import Evaluate, Outcome, Work, attempt, described, lost

ANSWER_SECONDS, WORKERS_SECONDS, SILENCE_SECONDS = 5, 10, 10
AHEAD = 10
"""Runs handed out for each thread of the cluster, so that none waits for the next."""
LOOK_EVERY, MEASURED_EVERY = 0.01, 5.0
"""Seconds between two looks for outcomes, and between two counts of the cluster's threads."""
ALONE = "-alone"
ONE_THREAD = "linear algebra by one thread"
MADE_BY = ("hepaplan", "numpy", "scipy", "pandas", "highspy", "pulp")


class ClusterUnfit(InvalidInput):
    """A cluster that does not answer, has no workers, or would give other results."""

    ending = "nothing was run; what was finished before is kept"


class SchedulerLost(ConnectionError):
    """The scheduler stopped answering; what was finished is kept."""


class Evaluator(WorkerPlugin):  # type: ignore[misc]  # Dask is optional: it has no types here
    """What a worker holds for the whole batch: how a run is evaluated."""

    def __init__(self, evaluate: Evaluate, code: Callable[[], str]) -> None:
        self.evaluate, self.code, self.expected = evaluate, code, wanted_from(code)
        self.name = f"hepaplan-batch-{uuid4().hex}"  # two batches on a cluster do not meet

    def setup(self, worker: Any) -> None:
        """Compare what a worker has with what the batch has; one that comes later, too."""
        found = made_by(self.code)
        self.fault = "" if found == self.expected else differs(worker.address, found, self.expected)

    def attempt(self, key: str, payload: object) -> Outcome:
        """Return what comes of a run; ClusterUnfit where the program is another."""
        if self.fault:
            raise ClusterUnfit(self.fault)
        return attempt(key, self.evaluate, payload)


def run_on_cluster(
    works: Iterable[Work],
    evaluate: Evaluate,
    address: str,
    code: Callable[[], str],
    command: str,
) -> Generator[Outcome, None, None]:
    """Yield what comes of each run, in the order they finish, from the workers of a scheduler.

    Workers return their outcomes and write nothing: no folder need be shared. A lost worker's runs
    are tried again; a run that ended four workers is tried alone, and given up if it ends four
    more. `code` names the program's version and is asked of every worker. Raises ClusterUnfit
    before anything is run, and SchedulerLost, with the command that resumes, if the scheduler goes.
    """
    with _connected(address) as client:
        _refuse_other_programs(client, code)
        plugin = Evaluator(evaluate, code)
        try:
            client.register_plugin(plugin)
            yield from _Queue(client, plugin.name, iter(works)).outcomes()
            client.unregister_worker_plugin(plugin.name)
        except (OSError, CancelledError) as error:
            raise SchedulerLost(
                f"the scheduler at {address} stopped answering; finished runs are kept. "
                f"Resume with: {command}"
            ) from error


class _Queue:
    """The runs that are out, those that came back, and those under suspicion.

    Dask blames every run that a lost worker held, also those that only waited there. So a run
    that it gives up is tried once more with no other beside it.
    """

    def __init__(self, client: Any, plugin: str, waiting: Iterator[Work]) -> None:
        self.client, self.plugin, self.waiting = client, plugin, waiting
        self.out: dict[str, tuple[Any, Work]] = {}
        self.suspects: deque[Work] = deque()
        self.room, self.counted, self.heard = 0, -MEASURED_EVERY, monotonic()

    def outcomes(self) -> Iterator[Outcome]:
        self.refill()
        while self.out:
            back = [name for name, (future, _) in self.out.items() if future.done()]
            for name in back:
                yield from self.received(name)
            if not back:
                sleep(LOOK_EVERY)
            self.refuse_silence()
            self.refill()

    def refill(self) -> None:
        """Hand out runs until each thread has a few; then the suspects, one at a time."""
        if monotonic() - self.counted >= MEASURED_EVERY:
            self.room = AHEAD * max(sum(self.client.nthreads().values()), 1)
            self.counted = monotonic()
        for work in islice(self.waiting, max(self.room - len(self.out), 0)):
            self.hand_out(work, f"{self.plugin}-{work.key}")
        if not self.out and self.suspects:
            work = self.suspects.popleft()
            self.hand_out(work, f"{self.plugin}-{work.key}{ALONE}")

    def hand_out(self, work: Work, name: str) -> None:
        """Send one run to the cluster."""
        future = self.client.submit(_attempted, self.plugin, work.key, work.payload, key=name)
        self.out[name] = future, work

    def received(self, name: str) -> Iterator[Outcome]:
        """Yield the outcome of a run that came back; a suspect's is not known yet."""
        future, work = self.out[name]
        try:
            outcome: Outcome = future.result(timeout=ANSWER_SECONDS)
        except TimeoutError:
            return  # the worker that held the outcome is lost: the run is under way again
        except (OSError, CancelledError, ClusterUnfit):
            raise
        except KilledWorker as error:
            if not name.endswith(ALONE):
                self.suspects.append(work)
                del self.out[name]
                return
            outcome = lost(work, error.allowed_failures + 1, "alone on a worker of the cluster")
        except Exception as error:
            outcome = Outcome(work.key, "failed", {}, described(error), 0.0)
        del self.out[name]
        yield outcome

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


def made_by(code: Callable[[], str]) -> tuple[str, ...]:
    """Return what a result depends on besides its inputs: versions of this machine's programs.

    Linear algebra by several threads adds up in another order, which the last digits show.
    """
    threads = environ.get("OPENBLAS_NUM_THREADS", environ.get("OMP_NUM_THREADS"))
    return (*_programs(code), ONE_THREAD if threads == "1" else "linear algebra by many threads")


def wanted_from(code: Callable[[], str]) -> tuple[str, ...]:
    """Return what every worker must have: our programs, and linear algebra by one thread."""
    return (*_programs(code), ONE_THREAD)


def _programs(code: Callable[[], str]) -> tuple[str, ...]:
    python = f"python {version_info.major}.{version_info.minor}"
    return (python, *(f"{name} {version(name)}" for name in MADE_BY), f"code {code()}")


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


def differs(worker: str, theirs: object, ours: tuple[str, ...]) -> str:
    """Return in words how a worker's programs differ from ours."""
    if not isinstance(theirs, tuple):
        return f"{worker} cannot load this hepaplan ({type(theirs).__name__}): install it there"
    others = [name for name in theirs if name not in ours]
    expected = [name for name in ours if name not in theirs]
    return f"{worker} has {listed(others)}; expected {listed(expected)}"
