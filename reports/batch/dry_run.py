"""About how long a batch will take, for `--dry-run`: some runs are timed, nothing is written."""

from __future__ import annotations

import os
import time
from pathlib import Path

from hepaplan.model.batch.describe import estimated_seconds, probes
from hepaplan.model.batch.run import run_task
from hepaplan.model.batch.tasks import Tasks
from hepaplan.model.problems import InvalidInput, NoAnswer
from hepaplan.reports.batch.pace import spoken
from hepaplan.reports.batch.store import STORE, Store


def about(runs: Tasks, workers: int, folder: Path) -> str:
    """Return about how long runs take that `folder` does not hold yet, by timing one or two.

    Each is run once before: the first time it draws its inputs and loads what others find loaded.
    More workers than cores are not quicker.
    """
    taken, said = [], []
    for place in probes(runs):
        task = runs[place]
        try:
            run_task(task, runs.batch)
            started = time.perf_counter()
            run_task(task, runs.batch)
        except (InvalidInput, NoAnswer, ValueError) as error:
            said.append(f"run {task.number} has no result: {error}")
            continue
        taken.append(time.perf_counter() - started)
    if kept := _kept(runs, folder):
        said.append(f"{kept:,} of {len(runs):,} runs are kept from before in {folder}")
    if taken:
        cores = os.cpu_count() or 1
        seconds = estimated_seconds(len(runs) - kept, taken, min(workers, cores))
        said.append(
            f"about {spoken(seconds)} with {workers} {'worker' if workers == 1 else 'workers'}"
            + (f" on {cores} cores" if workers > cores else "")
            + f", by {len(taken)} timed here"
        )
    return "\n".join(said) or "no runs"


def _kept(runs: Tasks, folder: Path) -> int:
    """Return how many runs a folder holds already."""
    if not (folder / STORE).is_dir():
        return 0
    store = Store(folder).read(sets_aside=False)
    return sum(store.is_finished(task.key) for task in runs) if store.kept else 0
