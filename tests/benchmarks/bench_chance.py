"""How long replications of the shipped region take, and what chance makes of its plan.

Run it by hand: OPENBLAS_NUM_THREADS=1 python tests/benchmarks/bench_chance.py [SCENARIO]
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from hepaplan.model.chance import tables
from hepaplan.model.chance.headroom import Target, binding, headroom
from hepaplan.model.chance.simulate import simulate
from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from hepaplan.scenarios.load import load_scenario

REPLICATIONS = 1000


def timed(label: str, work: Callable[[], Any]) -> Any:
    """Return what the work gives, and print its seconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    taken = time.perf_counter() - clock, time.process_time() - processor
    print(f"{label:52} {taken[0]:7.1f} s   {taken[1]:7.1f} s of processor", flush=True)
    return result


def main(name: str) -> None:
    """Print the table for one scenario."""
    usual = usual_care(load_scenario(name))
    window = usual.scenario.settings.window.months
    capacity = timed("both readings and the plan", lambda: scarce_capacity(usual))
    network, labels = capacity.network, usual.window_labels
    for policy, plan in ((MOST_HEALTH, capacity.best.plan), (FIRST_COME, None)):
        drawn = timed(
            f"{policy}, {REPLICATIONS:,} replications of {window} months",
            partial(simulate, network, plan, REPLICATIONS, months=window),
        )
        done = capacity.replays[policy]
        starts = drawn.started.sum(axis=(0, 1)).mean()
        waits = network.waiting.waits[network.kernels.point_of[network.pair_list]]
        expected = done.starts[waits, ..., :window].sum()
        print(f"  starts {starts:,.1f} a replication, {expected:,.1f} in the replay")
        left = drawn.left.sum(axis=0).mean(), done.left[..., :window].sum() / window
        print(f"  waiting {left[0]:.2f} on average, {left[1]:.2f} in the replay")
        print(tables.chance_years(drawn, labels).round(3).to_string(index=False))
        table = timed("  table of probabilities", partial(tables.chance, network, drawn))
        by_point = table.groupby("decision_point", sort=False)["probability"].mean()
        print(by_point.round(3).to_string())
    which = binding(capacity.replays[MOST_HEALTH])
    last = Target(window - 12, window)
    found = timed(
        "headroom, 200 replications each",
        partial(headroom, network, capacity.best.plan, last, which),
    )
    print(found.round(3).to_string(index=False), int(np.sum(which)), "resources at sites")
    timed(
        f"{MOST_HEALTH}, {REPLICATIONS:,} replications of {network.horizon} months",
        partial(simulate, network, capacity.best.plan, REPLICATIONS),
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "greater-manchester")
