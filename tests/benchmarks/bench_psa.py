"""How long a region in every draw takes, with every uncertain input drawn, and how much memory.

Run it by hand: python -m tests.benchmarks.bench_psa
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter

from hepaplan.model.evaluate import usual_care
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.region.region import region_draws
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.scenarios.load import load_scenario
from tests.benchmarks.bench_pathway import peak_megabytes

RUNS = ((1_000, 1), (1_000, 2), (10_000, 1), (10_000, 2))
"""Draws and threads; each runs in a process of its own, so that peaks do not add up."""


def run(count: int, workers: int) -> None:
    """Print seconds and peak memory of one run."""
    usual = usual_care(load_scenario("greater-manchester"))
    inputs = uncertain_inputs(usual.scenario)
    before, started, cpu = peak_megabytes(), time.perf_counter(), time.process_time()
    values = draw(inputs, count, seed=1, workers=workers)
    drawn = time.perf_counter()
    found = region_draws(usual, values, workers=workers)
    done = time.perf_counter()
    kinds = Counter(str(key[0]) for key in inputs)
    print(
        f"{count:6,} draws of {len(inputs)} inputs ({dict(kinds)}), {workers} threads: "
        f"{drawn - started:5.1f} s to draw, {done - drawn:5.1f} s for the region, "
        f"{time.process_time() - cpu:5.1f} s of processors; peak "
        f"{peak_megabytes():5.0f} MB, {before:4.0f} MB before; "
        f"{found.starts_by_region.shape} starts, {found.use_by_region.shape} use",
        flush=True,
    )


def main() -> None:
    """Print seconds and memory for 1,000 and 10,000 draws by 1 and 2 threads."""
    print("greater-manchester: costs, QALYs, 60 months of starts and use by region")
    for count, workers in RUNS:
        call = [sys.executable, "-m", "tests.benchmarks.bench_psa", str(count), str(workers)]
        subprocess.run(call, check=True)


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2])) if sys.argv[1:] else main()
