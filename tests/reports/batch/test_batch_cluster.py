"""A batch on a Dask cluster of this machine: a scheduler and two workers, one of them killed."""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed import Client

from hepaplan.model.problems import InvalidInput
from hepaplan.reports.batch.cluster import Evaluator, WorkerUnfit
from hepaplan.reports.batch.runner import Job, Means, Telling, run_batch
from hepaplan.reports.batch.store import Store
from tests.reports.batch.fake_runs import faulty, noted_sums, runs, sums, until, work

ROOT = Path(__file__).parents[3]

DOCUMENTED: list[str] = re.findall(
    r"^dask (.*)$", (ROOT / "docs/how-to/run-on-a-cluster.md").read_text(), re.MULTILINE
)


@dataclass
class Cluster:
    """A scheduler and its workers, as the documented example starts them."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, *more: str) -> None:
        self.workers.append(dask(*documented("worker").split(), self.address, *more))

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()  # a nanny that is asked to end waits for a scheduler that ends too
        for process in (*self.workers, self.scheduler):
            process.wait(20)


def documented(what: str) -> str:
    """Return a command of the documented example, without the address it names."""
    line: str = next(line for line in DOCUMENTED if line.startswith(what))
    return line.replace("tcp://127.0.0.1:8786", "")


def test_the_documented_example_starts_two_workers_and_listens_on_this_machine_only() -> None:
    assert [line.split()[0] for line in DOCUMENTED] == ["scheduler", "worker", "worker"]
    assert all("--host 127.0.0.1" in line for line in DOCUMENTED)


def dask(*words: str) -> subprocess.Popen[bytes]:
    fewer = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}  # 3 by default: 4 restarts
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **fewer}
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words], env=environment, stderr=subprocess.DEVNULL
    )


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    said = folder / "scheduler.json"
    words = documented("scheduler").replace("8786", "0").split()
    scheduler = dask(*words, "--scheduler-file", str(said))
    assert until(lambda: said.exists() and bool(said.read_text()), 30)
    made = Cluster(json.loads(said.read_text())["address"], scheduler)
    try:
        for _ in range(workers):
            made.add_worker()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as made:
        yield made


def data(folder: Path) -> bytes:
    return (folder / "results" / "part-00000.parquet").read_bytes()


def test_a_cluster_that_loses_a_worker_gives_the_local_results(
    two_workers: Cluster, tmp_path: Path
) -> None:
    """Kill the first process that evaluates anything, in the middle of the batch."""
    marks = tmp_path / "marks"
    said: list[str] = []

    def kill_one(words: str) -> None:
        if not said:
            os.kill(int(marks.with_suffix(".process").read_text()), signal.SIGKILL)
        said.append(words)

    works = runs(60, marks=str(marks))
    means = Means(scheduler=two_workers.address)
    report = run_batch(
        tmp_path / "cluster", Job(works, noted_sums), means, Telling(say=kill_one, every=0.3)
    )
    run_batch(tmp_path / "local", Job(runs(60), sums))
    assert said
    assert (report.evaluated, report.failures) == (60, ())
    assert len(marks.read_text().split()) >= 60
    assert data(tmp_path / "cluster") == data(tmp_path / "local")


def test_failing_runs_stop_no_other_on_a_cluster(two_workers: Cluster, tmp_path: Path) -> None:
    faults = {3: "poison", 5: "bug", 6: "no answer"}
    works = [work(n, {"beds": n, "rate": 0.1 * n, "fault": faults.get(n, "")}) for n in range(20)]
    report = run_batch(tmp_path, Job(works, faulty), Means(scheduler=two_workers.address))
    found = {failure.run: failure.words for failure in report.failures}
    assert sorted(found) == [3, 5, 6]
    assert "ended 2 times (alone on a worker of the cluster)" in found[3]
    assert found[5].startswith("KeyError in faulty")


def other_code() -> str:
    return f"process {os.getpid()}"


def test_workers_with_another_program_are_refused(two_workers: Cluster, tmp_path: Path) -> None:
    job = Job(runs(3), sums, code=other_code)
    with pytest.raises(InvalidInput, match=r"has code process \d+; expected code process \d+"):
        run_batch(tmp_path, job, Means(scheduler=two_workers.address))


def test_what_a_worker_has_is_compared_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from hepaplan.reports.batch.programs import differs, made_by, wanted_from

    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    assert made_by(str) == wanted_from(str)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert differs("a worker", made_by(str), wanted_from(str)) == (
        "a worker has linear algebra by many threads; expected linear algebra by one thread"
    )


def test_workers_that_cannot_load_the_program_are_refused(
    two_workers: Cluster, tmp_path: Path
) -> None:
    def only_here() -> str:
        return "0.1.0"

    only_here.__module__, only_here.__qualname__ = "tests.reports.batch.test_batch_cluster", "none"
    globals()["none"] = only_here
    with pytest.raises(InvalidInput, match="cannot load this hepaplan"):
        run_batch(
            tmp_path, Job(runs(3), sums, code=only_here), Means(scheduler=two_workers.address)
        )
    del globals()["none"]


def test_a_lost_scheduler_stops_the_batch_with_the_words_to_resume(tmp_path: Path) -> None:
    works = runs(2000, marks=str(tmp_path / "marks"))
    job = Job(works, noted_sums, command="hepaplan batch design.toml --out made")
    with cluster(tmp_path, 1) as made:

        def kill_in_time() -> None:
            assert until((tmp_path / "marks").exists, 30)
            made.scheduler.kill()

        killer = threading.Thread(target=kill_in_time)
        killer.start()
        with pytest.raises(InvalidInput, match=r"the scheduler at tcp:.* stopped") as caught:
            run_batch(tmp_path / "batch", job, Means(scheduler=made.address))
        killer.join()
    assert caught.value.ending == f"what was finished is kept; resume with: {job.command}"
    evaluated = len((tmp_path / "marks").read_text().split())
    assert len(Store(tmp_path / "batch").read().kept) <= evaluated < len(works)


def test_an_unfit_worker_that_comes_later_is_named_and_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its linear algebra may use many threads. It comes, idle, while half of the runs wait."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    told: list[str] = []
    with cluster(tmp_path, 1) as made:

        def join_once(_: str) -> None:
            if len(made.workers) == 1:
                made.add_worker("--no-nanny")
                with Client(made.address, set_as_default=False) as client:
                    client.wait_for_workers(2, timeout=30)

        report = run_batch(
            tmp_path / "cluster",
            Job(runs(60), sums),
            Means(scheduler=made.address),
            Telling(told.append, join_once, every=0.0),
        )
    run_batch(tmp_path / "local", Job(runs(60), sums))
    assert (report.evaluated, report.failures) == (60, ())
    assert data(tmp_path / "cluster") == data(tmp_path / "local")
    (words,) = told
    assert "has linear algebra by many threads; expected linear algebra by one thread" in words
    assert "it came later and is not used" in words


def test_a_worker_that_cannot_say_what_it_has_gets_no_run() -> None:
    answers = iter(["0.1.0"])
    plugin = Evaluator(sums, lambda: next(answers))
    plugin.setup(SimpleNamespace(address="tcp://late"))
    with pytest.raises(WorkerUnfit, match="tcp://late cannot load this hepaplan") as caught:
        plugin.attempt("key", runs(1)[0].payload)
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://no-such-machine:8786", "8786"])
def test_an_absent_scheduler_is_asked_once_and_nothing_is_lost(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hepaplan.reports.batch.cluster.ANSWER_SECONDS", 1)
    run_batch(tmp_path, Job(runs(3), sums))
    from distributed import rpc

    waits: list[float] = []

    def asked(where: str, timeout: float) -> Any:
        waits.append(timeout)
        return rpc(where, timeout=timeout)

    monkeypatch.setattr("hepaplan.reports.batch.cluster.rpc", asked)
    with pytest.raises(InvalidInput, match=f"no scheduler answers at {address}") as caught:
        run_batch(tmp_path, Job(runs(5), sums), Means(scheduler=address))
    assert waits == [1]
    assert "kept" in caught.value.ending
    assert run_batch(tmp_path, Job(runs(3), sums)).reused == 3


def test_a_scheduler_without_workers_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hepaplan.reports.batch.cluster.WORKERS_SECONDS", 1)
    with (
        cluster(tmp_path, 0) as made,
        pytest.raises(InvalidInput, match="has no workers: start one with 'dask worker"),
    ):
        run_batch(tmp_path / "batch", Job(runs(3), sums), Means(scheduler=made.address))


def test_without_dask_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hepaplan.model.problems import WrongUse

    monkeypatch.delitem(sys.modules, "hepaplan.reports.batch.cluster", raising=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WrongUse, match=r"pip install 'hepaplan\[cluster\]'"):
        run_batch(tmp_path, Job(runs(3), sums), Means(scheduler="tcp://127.0.0.1:1"))
