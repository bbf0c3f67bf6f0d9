"""How long the clinical pathway takes for many draws, and how much memory.

Run it by hand: python -m tests.benchmarks.bench_pathway
"""

from __future__ import annotations

import resource
import time

from hepaplan.model.evaluate import usual_care
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.region.region import region_draws
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.scenarios.load import load_scenario

REPEATS = 3


def peak_megabytes() -> float:
    """Return the most memory that the process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print seconds and memory for three numbers of draws, by one and two threads."""
    usual = usual_care(load_scenario("greater-manchester"))
    inputs = uncertain_inputs(usual.scenario)
    uncertain = {key: what for key, what in inputs.items() if key[0] == "pathway"}
    before = peak_megabytes()
    kernels = usual.kernels
    print(
        f"greater-manchester: {len(kernels.options)} options, {len(kernels.groups)} groups, "
        f"{kernels.months} months after a start, {len(uncertain)} figures drawn; "
        "costs, QALYs, starts and use of 60 months, not by region"
    )
    for count in (250, 1_000, 4_000):
        draws = draw(uncertain, count, seed=1)
        for workers in (1, 2):
            taken = []
            for _ in range(REPEATS):
                started = time.perf_counter()
                region_draws(usual, draws, workers=workers, with_regions=False)
                taken.append(time.perf_counter() - started)
            print(
                f"{count:6,} draws, {workers} threads {min(taken):7.2f} s "
                f"{1e3 * min(taken) / count:6.2f} ms a draw, "
                f"{peak_megabytes() - before:5.0f} MB above the start"
            )


if __name__ == "__main__":
    main()
