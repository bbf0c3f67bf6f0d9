"""How long the cohort engine takes, beside a numpy product of matrices and beside heormodel.

Run it by hand, numpy on one thread: OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.bench_cohort
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import Stream
from hepaplan.model.cohort.transitions import from_probabilities
from hepaplan.model.cohort.varying import Value, by_time_in_state
from hepaplan.model.money.discounting import Discounting
from tests.support.by_heormodel import by_heormodel
from tests.support.sick_sicker import (
    CYCLES,
    PUBLISHED,
    STATES,
    STRATEGIES,
    drawn,
    moves,
    reference,
    rewards,
)

DRAWS = 10_000
REPEATS = 40
Run = Callable[[bool], object]


def by_matrices(treatment: str, rates: Mapping[str, Floats]) -> Floats:
    """Return costs and QALYs (draw, stream): one batched product of (draws, 4, 4) a cycle."""
    draws = len(rates["die"])
    matrix = np.zeros((draws, 4, 4))
    for (a, b), chance in moves(rates, treatment).items():
        matrix[:, STATES.index(a), STATES.index(b)] = chance
    for i in range(4):
        matrix[:, i, i] = 1 - matrix[:, i].sum(axis=1)
    trace = np.zeros((CYCLES + 1, draws, 1, 4))
    trace[0, :, 0, 0] = 1
    for t in range(CYCLES):
        np.matmul(trace[t], matrix, out=trace[t + 1])
    weights = 1.03 ** -np.arange(CYCLES + 1.0)
    weights[[0, -1]] /= 2
    worth = np.array([[on.get(s, 0.0) for s in STATES] for on in rewards(treatment).values()])
    return np.asarray(np.tensordot(weights, trace[:, :, 0], axes=1) @ worth.T)


def seconds(*works: Callable[[], object]) -> list[float]:
    """Return the shortest of several runs of each, taken in turn so that all meet the same load."""
    taken = [[0.0] * REPEATS for _ in works]
    for repeat in range(REPEATS):
        for k, work in enumerate(works):
            started = time.perf_counter()
            work()
            taken[k][repeat] = time.perf_counter() - started
    return [min(times) for times in taken]


def ring(states: int, reach: int, cycles: int, draws: int) -> Run:
    """Return a run of a model in which each state leads to the next `reach`."""
    names = [f"state {i}" for i in range(states)]
    chance = np.random.default_rng(2).uniform(0, 0.9 / reach, draws)
    told: dict[tuple[str, str], Value] = {
        (names[i], names[(i + k) % states]): chance
        for i in range(states)
        for k in range(1, reach + 1)
    }
    worth: dict[str, Value] = {name: 1.0 + i for i, name in enumerate(names)}
    return lambda compiled: evaluate(
        from_probabilities(names, told),
        start={names[0]: 1.0},
        cycles=cycles,
        cycle_years=1,
        streams=[Stream("x", Discounting(0.03), worth)],
        weights="half-cycle",
        compiled=compiled,
    )


def tunnel(times: int, expanded: bool) -> Run:
    """Return a run of one state left by time in it, told as such or as a state for each time."""
    chance = np.random.default_rng(3).uniform(0.01, 0.1, (times, 1_000))
    names = [f"ill {u}" for u in range(times)] if expanded else ["ill"]
    told: dict[tuple[str, str], Value] = {("ill", "dead"): by_time_in_state(chance)}
    if expanded:
        told = {(name, "dead"): chance[u] for u, name in enumerate(names)}
        told |= {(names[u], names[u + 1]): 1 - chance[u] for u in range(times - 1)}
    return lambda compiled: evaluate(
        from_probabilities([*names, "dead"], told),
        start={names[0]: 1.0},
        cycles=120,
        cycle_years=1 / 12,
        streams=[Stream("x", Discounting(0.03), dict.fromkeys(names, 1.0))],
        weights="half-cycle",
        compiled=compiled,
    )


def both(work: Run, has_numba: bool) -> tuple[float, float | None]:
    """Return the seconds a run takes in numpy and compiled."""
    if not has_numba:
        return seconds(partial(work, False))[0], None
    work(True)
    numpy, compiled = seconds(partial(work, False), partial(work, True))
    return numpy, compiled


def row(label: str, numpy: float, compiled: float | None, note: str = "") -> None:
    second = "not installed" if compiled is None else f"{1000 * compiled:10.2f} ms"
    print(f"  {label:52} {1000 * numpy:10.2f} ms {second:>13}  {note}")


def all_strategies(rates: Mapping[str, Floats], **how: bool | int) -> list[Results]:
    return [
        reference(treatment, rates=rates, **how)  # type: ignore[arg-type]
        for treatment in STRATEGIES.values()
    ]


def largest_error(compiled: bool) -> float:
    """Return the largest relative difference from the published costs and QALYs."""
    return max(
        abs(reference(STRATEGIES[name], weights, compiled=compiled)[stream].item() / value - 1)
        for weights, strategies in PUBLISHED.items()
        for name, (*values, _) in strategies.items()
        for stream, value in zip(("cost", "qalys"), values, strict=True)
    )


def reference_table(has_numba: bool) -> None:
    rates = drawn(DRAWS)
    ways: dict[str, Callable[[], object]] = {
        "numpy matmul of (draws, 4, 4), trace kept, 1 thread": lambda: [
            by_matrices(treatment, rates) for treatment in STRATEGIES.values()
        ],
        "engine, numpy, 1 thread": partial(all_strategies, rates, compiled=False),
        "engine, numpy, 1 thread, trace kept": partial(
            all_strategies, rates, compiled=False, trace=True
        ),
    }
    if has_numba:
        started = time.perf_counter()
        all_strategies(rates, compiled=True)
        print(f"  numba and its loops were there after {time.perf_counter() - started:.1f} s\n")
        for workers in (1, 2):
            ways[f"engine, compiled, {workers} threads"] = partial(
                all_strategies, rates, compiled=True, workers=workers
            )
        ways["engine, compiled, 2 threads, trace kept"] = partial(
            all_strategies, rates, compiled=True, workers=2, trace=True
        )
    taken = dict(zip(ways, seconds(*ways.values()), strict=True))
    other = None
    if find_spec("heormodel") is None:
        print("  heormodel: not installed: pip install 'hepaplan[bench]'")
    else:
        started = time.perf_counter()
        found = by_heormodel(rates)
        other = taken["heormodel"] = time.perf_counter() - started
        for compiled in (False, True)[: 1 + has_numba]:
            ours = all_strategies(rates, compiled=compiled)
            error = max(
                float(np.abs(mine.totals.values / theirs.T - 1).max())
                for mine, theirs in zip(ours, found.values(), strict=True)
            )
            name = "compiled" if compiled else "numpy"
            print(f"  largest difference of {name} from heormodel over all draws: {error:.1e}")
    for compiled in (False, True)[: 1 + has_numba]:
        name = "compiled" if compiled else "numpy"
        print(
            f"  largest error of {name} against the published table: {largest_error(compiled):.1e}"
        )
    matrices = next(iter(taken.values()))
    print(f"\n  {'':52} {'time':>13} {'x matmul':>10} {'x heormodel':>12}")
    for label, time_taken in taken.items():
        beside = "" if other is None else f"{other / time_taken:12.0f}"
        print(f"  {label:52} {1000 * time_taken:10.2f} ms {matrices / time_taken:10.1f} {beside}")


def main() -> None:
    """Print the reference model beside the others, then three sizes of each dimension."""
    has_numba = find_spec("numba") is not None
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "not set")
    print(f"{os.cpu_count()} cores, OPENBLAS_NUM_THREADS {threads}, best of {REPEATS} in turn")
    print(f"\nreference model, {DRAWS:,} draws x {len(STRATEGIES)} strategies, raw rates to totals")
    reference_table(has_numba)
    print(f"\n  {'cost by size':52} {'numpy':>13} {'compiled':>13}  ns a product")
    sizes = {
        "draws": [(12, 3, 60, n) for n in (2_000, 8_000, 32_000)],
        "cycles": [(12, 3, n, 4_000) for n in (30, 120, 480)],
        "transitions": [(n, 3, 60, 2_000) for n in (12, 48, 192)],
    }
    for name, cases in sizes.items():
        for states, reach, cycles, draws in cases:
            label = f"{name}: {draws:,} draws, {cycles} cycles, {states * reach} transitions"
            numpy, compiled = both(ring(states, reach, cycles, draws), has_numba)
            products = draws * cycles * states * (reach + 1)
            each = [1e9 * t / products for t in (numpy, compiled) if t is not None]
            row(label, numpy, compiled, " ".join(f"{ns:5.2f}" for ns in each))
    for times in (15, 60, 120):
        row(
            f"{times} times in state, 120 cycles, 1,000 draws",
            *both(tunnel(times, False), has_numba),
        )
        row(f"  as {times} tunnel states", *both(tunnel(times, True), has_numba))


if __name__ == "__main__":
    main()
