"""What a batch costs besides its runs, and what a second worker brings.

Run it by hand: python -m tests.benchmarks.bench_batch [RUNS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hepaplan.model.outputs import outputs_of
from hepaplan.reports.batch.runner import Job, Means, run_batch
from hepaplan.reports.batch.work import Work
from tests.support.scenarios import tiny

STEPS = 200_000
SCENARIO_OUTPUTS = ("first_come.qalys", "first_come.within_standard", "nothing_scarce.cost_gbp")
RESUME = """
import sys
from pathlib import Path
from tests.benchmarks.bench_batch import nothing, works
from hepaplan.reports.batch.runner import Job, run_batch
report = run_batch(Path(sys.argv[1]), Job(works(int(sys.argv[2])), nothing))
assert report.evaluated == 0, report
"""


def nothing(number: int) -> Mapping[str, float]:
    """Return a figure at once: what is left is the batch's own cost."""
    return {"plan.figure": number / 3}


def fixed_work(number: int) -> Mapping[str, float]:
    """Return a figure after a fixed number of steps of one processor."""
    total = 0.0
    for step in range(STEPS):
        total += (number + step) % 7
    return {"plan.figure": total}


def scenario_run(_: int) -> Mapping[str, float]:
    """Return outputs of the tiny scenario, worked out anew."""
    return outputs_of(tiny(), SCENARIO_OUTPUTS)


def works(count: int) -> list[Work]:
    return [Work(number, f"{number:032x}", {"axis": number}, number) for number in range(count)]


def timed(folder: Path, job: Job, workers: int) -> float:
    report = run_batch(folder, job, Means(workers=workers))
    assert report.failures == (), report.failures[:3]
    return report.seconds


def resumed(folder: Path, count: int) -> float:
    """Return the seconds a new process takes for a batch that is finished, imports included."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", RESUME, str(folder), str(count)], check=True)
    return time.perf_counter() - began


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"{count} runs, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before")
    with TemporaryDirectory() as made:
        folder = Path(made)
        for name, evaluate in (("fixed work", fixed_work), ("tiny scenario", scenario_run)):
            job = Job(works(count), evaluate)
            one = timed(folder / f"{name}-1", job, 1)
            two = timed(folder / f"{name}-2", job, 2)
            print(
                f"{name:14} {one:7.2f} s by one worker, {two:7.2f} s by two: {one / two:.2f} times"
            )
        seconds = timed(folder / "nothing", Job(works(count), nothing), 1)
        print(f"overhead       {1000 * seconds / count:7.2f} ms a run, workers' start included")
        print(f"resumed        {resumed(folder / 'nothing', count):7.2f} s, a new process")


if __name__ == "__main__":
    main()
