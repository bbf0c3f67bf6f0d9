"""How long the cohort engine takes, beside a numpy product of matrices that keeps the trace.

Run it by hand: python -m tests.benchmarks.bench_cohort
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort import evaluate
from hepaplan.model.discounting import Discounting
from hepaplan.model.rewards import Stream
from hepaplan.model.transitions import from_probabilities
from hepaplan.model.varying import Value, by_time_in_state
from tests.support.sick_sicker import (
    CYCLES,
    RATES,
    STATES,
    STRATEGIES,
    moves,
    reference,
    rewards,
)

DRAWS = 10_000
REPEATS = 9


def drawn(count: int) -> dict[str, Floats]:
    random = np.random.default_rng(1)
    return {name: rate * random.gamma(100, 1 / 100, count) for name, rate in RATES.items()}


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


def ring(states: int, reach: int, cycles: int, draws: int) -> Callable[[], object]:
    """Return a run of a model in which each state leads to the next `reach`."""
    names = [f"state {i}" for i in range(states)]
    chance = np.random.default_rng(2).uniform(0, 0.9 / reach, draws)
    told: dict[tuple[str, str], Value] = {
        (names[i], names[(i + k) % states]): chance
        for i in range(states)
        for k in range(1, reach + 1)
    }
    worth: dict[str, Value] = {name: 1.0 + i for i, name in enumerate(names)}
    return lambda: evaluate(
        from_probabilities(names, told),
        start={names[0]: 1.0},
        cycles=cycles,
        cycle_years=1,
        streams=[Stream("x", Discounting(0.03), worth)],
        weights="half-cycle",
    )


def tunnel(times: int, expanded: bool) -> Callable[[], object]:
    """Return a run of one state left by time in it, told as such or as a state for each time."""
    chance = np.random.default_rng(3).uniform(0.01, 0.1, (times, 1_000))
    names = [f"ill {u}" for u in range(times)] if expanded else ["ill"]
    told: dict[tuple[str, str], Value] = {("ill", "dead"): by_time_in_state(chance)}
    if expanded:
        told = {(name, "dead"): chance[u] for u, name in enumerate(names)}
        told |= {(names[u], names[u + 1]): 1 - chance[u] for u in range(times - 1)}
    return lambda: evaluate(
        from_probabilities([*names, "dead"], told),
        start={names[0]: 1.0},
        cycles=120,
        cycle_years=1 / 12,
        streams=[Stream("x", Discounting(0.03), dict.fromkeys(names, 1.0))],
        weights="half-cycle",
    )


def row(label: str, taken: float, note: str = "") -> None:
    print(f"{label:58} {1000 * taken:9.1f} ms   {note}")


def main() -> None:
    """Print the reference model beside matrices, then three sizes of each dimension."""
    rates = drawn(DRAWS)
    ours, theirs = seconds(
        lambda: [reference(treatment, rates=rates) for treatment in STRATEGIES.values()],
        lambda: [by_matrices(treatment, rates) for treatment in STRATEGIES.values()],
    )
    kept, _ = seconds(
        lambda: [reference(t, rates=rates, trace=True) for t in STRATEGIES.values()], lambda: None
    )
    found, expected = reference("AB", rates=rates), by_matrices("AB", rates)
    error = max(
        float(np.abs(found[name] / expected[:, k] - 1).max())
        for k, name in enumerate(("cost", "qalys"))
    )
    print(f"reference model, {DRAWS:,} draws x {len(STRATEGIES)} strategies, raw rates to totals")
    row("  engine", ours, f"{theirs / ours:.1f} times as fast as matrices")
    row("  engine, trace kept", kept, f"{theirs / kept:.1f} times")
    row("  numpy matmul of (draws, 4, 4), trace kept", theirs, f"largest difference {error:.0e}")
    sizes = {
        "draws": [(12, 3, 60, n) for n in (2_000, 8_000, 32_000)],
        "cycles": [(12, 3, n, 4_000) for n in (30, 120, 480)],
        "transitions": [(n, 3, 60, 2_000) for n in (12, 48, 192)],
    }
    for name, cases in sizes.items():
        taken = seconds(*(ring(*case) for case in cases))
        for case, time_taken in zip(cases, taken, strict=True):
            states, reach, cycles, draws = case
            label = f"{draws:,} draws, {cycles} cycles, {states * reach} transitions"
            work = draws * cycles * states * (reach + 1)
            row(f"  {name}: {label}", time_taken, f"{1e9 * time_taken / work:.2f} ns a product")
    clocked, expanded = seconds(tunnel(60, False), tunnel(60, True))
    row("60 times in state, 120 cycles, 1,000 draws", clocked, f"{expanded / clocked:.1f} times")
    row("  the same as 60 tunnel states, through this engine", expanded)


if __name__ == "__main__":
    main()
