"""How long the value of knowing inputs takes, and whether other libraries' splines agree.

Run it by hand: OPENBLAS_NUM_THREADS=1 python tests/benchmarks/bench_evppi.py
It needs scikit-learn and pygam. Its net benefits are made up: not those of a scenario.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from hepaplan.model.uncertainty.information.evppi import evppi, evppi_table

DRAWS, INPUTS, MANY = 10_000, 16, 400
SECONDS, MANY_SECONDS = 0.3, 5.0
Floats = npt.NDArray[np.float64]


def made_up(seed: int, inputs: int) -> tuple[Floats, Floats]:
    """Return inputs (input, draw), some skewed, and net benefits (strategy, draw) in pounds."""
    generator = np.random.default_rng(seed)
    values = generator.standard_normal((inputs, DRAWS))
    values[::3] = np.exp(0.5 * values[::3])
    values[1::3] = 1.0 / (1.0 + np.exp(-values[1::3]))
    straight = generator.normal(0.0, 600.0, (4, inputs)) @ values
    bent = generator.normal(0.0, 400.0, (4, inputs)) @ np.sin(2.0 * values)
    both = 300.0 * values[0] * values[1] * np.arange(4.0)[:, None]
    whole = straight + bent + both
    means = np.array([0.0, 50.0, -100.0, 30.0])[:, None]
    return values, whole - whole.mean(axis=1, keepdims=True) + means


def best_of(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Return the least seconds of several runs, and the last result."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), found


def from_fits(net_benefit: Floats, fit: Callable[[Floats], Floats]) -> float:
    """Return the value from fitted net benefit less that of the best strategy on average."""
    best = net_benefit.mean(axis=1).argmax()
    more = np.delete(net_benefit - net_benefit[best], best, axis=0)
    fitted = np.stack([np.zeros(DRAWS), *map(fit, more)])
    return float(fitted.max(axis=0).mean() - fitted.mean(axis=1).max())


def by_scikit_learn(net_benefit: Floats, values: Floats) -> float:
    """Return the value by scikit-learn's cubic splines, penalty by its cross-validation."""
    splines = import_module("sklearn.preprocessing").SplineTransformer(
        n_knots=8, degree=3, knots="quantile", include_bias=False
    )
    ridge = import_module("sklearn.linear_model").RidgeCV(np.geomspace(1e-6, 1e3, 20))
    model = import_module("sklearn.pipeline").make_pipeline(splines, ridge)
    column = values[:, None]
    return from_fits(net_benefit, lambda more: np.asarray(model.fit(column, more).predict(column)))


def by_pygam(net_benefit: Floats, values: Floats) -> float:
    """Return the value by pygam's penalised splines, penalty by its cross-validation."""
    pygam = import_module("pygam")
    column = values[:, None]

    def fit(more: Floats) -> Floats:
        model = pygam.LinearGAM(pygam.s(0, n_splines=10))
        model.gridsearch(column, more, lam=np.geomspace(1e-3, 1e3, 7), progress=False)
        return np.asarray(model.predict(column))

    return from_fits(net_benefit, fit)


def main() -> int:
    """Print times and agreement; return 1 where a target is missed."""
    values, net_benefit = made_up(1, INPUTS)
    seconds, table = best_of(
        lambda: evppi_table(net_benefit, {str(i): [v] for i, v in enumerate(values)})
    )
    print(f"{INPUTS} inputs, {DRAWS:,} draws, 4 strategies: {seconds:.3f} s (target {SECONDS})")
    most, many = made_up(2, MANY)
    many_seconds, _ = best_of(
        lambda: evppi_table(many, {str(i): [v] for i, v in enumerate(most)}), 1
    )
    print(f"{MANY} inputs: {many_seconds:.2f} s (target {MANY_SECONDS})")
    for size in (2, 3, 6):
        group_seconds, _ = best_of(partial(evppi, net_benefit, list(values[:size])), 1)
        print(f"a group of {size}: {group_seconds:.3f} s")
    rows = table.set_index("name")
    worst = {"scikit-learn": 0.0, "pygam": 0.0}
    spent = dict.fromkeys(worst, 0.0)
    for i, own in enumerate(values):
        value, error = rows.loc[str(i), ["evppi_gbp", "standard_error_gbp"]].astype(float)
        others = {}
        for name, work in (("scikit-learn", by_scikit_learn), ("pygam", by_pygam)):
            start = time.perf_counter()
            others[name] = work(net_benefit, own)
            spent[name] += time.perf_counter() - start
            worst[name] = max(worst[name], abs(others[name] - value) / max(error, 1e-9))
        print(
            f"{i:2d}: {value:7.2f} (SE {error:5.2f})", {k: round(v, 2) for k, v in others.items()}
        )
    print("furthest, in standard errors:", {k: round(v, 2) for k, v in worst.items()})
    print("seconds of the others:", {k: round(v, 1) for k, v in spent.items()})
    kept = seconds < SECONDS and many_seconds < MANY_SECONDS and max(worst.values()) < 2.0
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
