"""Batches that are killed: what was finished is kept, and the end is the same to the last bit."""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import numpy as np
import pytest

from hepaplan.reports.batch.runner import Job, Means, run_batch
from hepaplan.reports.batch.work import Evaluate
from hepaplan.reports.folder_lock import LOCK
from tests.reports.batch.fake_runs import endless, noted_sums, runs, until

KILLS, RUNS, WORKERS = 20, 160, 2
SERVER = get_context("forkserver")
SERVER.set_forkserver_preload(["hepaplan.reports.batch.runner", "pyarrow.parquet"])


def batch(folder: Path, count: int, marks: Path, evaluate: Evaluate) -> None:
    os.setsid()  # a group of its own, which a test can kill as a whole
    run_batch(folder, Job(runs(count, marks=str(marks)), evaluate), Means(WORKERS))


def started(folder: Path, count: int, marks: Path, evaluate: Evaluate) -> ForkServerProcess:
    process = SERVER.Process(target=batch, args=(folder, count, marks, evaluate))
    process.start()
    return process


def kill(process: ForkServerProcess, with_workers: bool) -> None:
    group = process.pid or 0
    assert until(lambda: os.getpgid(group) == group, 5)
    (os.killpg if with_workers else os.kill)(group, signal.SIGKILL)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def is_running(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_r8_twenty_kills_lose_only_runs_in_progress(tmp_path: Path) -> None:
    """Kill the batch, or it and its workers, at seeded times; resume; compare bytes.

    Expected: results equal to an uninterrupted run's; no more runs repeated than were in progress.
    """
    marks, folder, whole = tmp_path / "marks", tmp_path / "killed", tmp_path / "whole"
    times = np.random.default_rng(20).uniform(0.15, 0.5, KILLS)
    kills = 0
    for number, seconds in enumerate(times):
        process = started(folder, RUNS, marks, noted_sums)
        process.join(float(seconds))
        if process.is_alive():
            kills += 1
            kill(process, with_workers=number % 2 == 1)
        process.join()
    evaluated = len(lines(marks))
    report = run_batch(folder, Job(runs(RUNS, marks=str(marks)), noted_sums), Means(WORKERS))
    assert kills >= KILLS // 2
    assert len(lines(marks)) <= RUNS + kills * WORKERS
    assert report.reused >= min(evaluated, RUNS) - kills * WORKERS
    run_batch(whole, Job(runs(RUNS, marks=str(tmp_path / "others")), noted_sums), Means(WORKERS))
    made, expected = (path / "results" / "part-00000.parquet" for path in (folder, whole))
    assert made.read_bytes() == expected.read_bytes()


def test_a_killed_batch_leaves_no_worker_behind(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    process = started(tmp_path / "batch", 2, marks, endless)
    assert until(lambda: len(lines(marks)) == WORKERS, 20)
    workers = lines(marks)
    assert all(is_running(worker) for worker in workers)
    process.kill()
    process.join()
    assert until(lambda: not any(is_running(worker) for worker in workers), 5)


def test_ctrl_c_ends_the_workers_and_frees_the_folder(tmp_path: Path) -> None:
    marks, folder = tmp_path / "marks", tmp_path / "batch"
    process = started(folder, 2, marks, endless)
    assert until(lambda: len(lines(marks)) == WORKERS, 20)
    workers = lines(marks)
    os.killpg(process.pid or 0, signal.SIGINT)
    process.join(5)
    assert not process.is_alive()
    assert until(lambda: not any(is_running(worker) for worker in workers), 5)
    assert not (folder / LOCK).exists()


@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_worker_is_replaced(tmp_path: Path, victim: int) -> None:
    process = started(tmp_path / "batch", 2, tmp_path / "marks", endless)
    assert until(lambda: len(lines(tmp_path / "marks")) == WORKERS, 20)
    before = lines(tmp_path / "marks")
    os.kill(int(before[victim]), signal.SIGKILL)
    assert until(lambda: len(lines(tmp_path / "marks")) == WORKERS + 1, 20)
    assert is_running(before[1 - victim])
    assert process.is_alive()
    process.kill()
    process.join()
