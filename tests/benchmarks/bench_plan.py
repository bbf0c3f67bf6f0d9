"""How long the path of the shipped region takes, step by step, and what the solver routes cost.

Run it by hand: python tests/benchmarks/bench_plan.py [SCENARIO]
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from hepaplan.model import policies
from hepaplan.model.allocation import objectives
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.plan import programme
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.solver import minimise, without_dust
from hepaplan.model.arrays import Floats
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.scenarios.load import load_scenario


def timed(label: str, work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work gives and its seconds, and print a row."""
    started = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - started
    print(f"{label:48} {seconds:9.2f} s")
    return result, seconds


def pass_model(rows: Programme, weights: Floats) -> Any:
    """Return HiGHS after it solved the same matrices handed over in one call."""
    rows = without_dust(rows)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.matrix.shape
    model.col_cost_ = weights / np.abs(weights).max()
    model.col_lower_ = np.zeros(weights.size)
    model.col_upper_ = np.full(weights.size, np.inf)
    model.row_lower_, model.row_upper_ = rows.lower, rows.upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.matrix.indptr
    model.a_matrix_.index_ = rows.matrix.indices
    model.a_matrix_.value_ = rows.matrix.data
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1), ("solver", "ipx")):
        highs.setOptionValue(option, value)
    highs.setOptionValue("run_crossover", "off")
    highs.passModel(model)
    highs.run()
    return highs


def main(name: str) -> None:
    """Print the table for one scenario."""
    scenario, _ = timed("load and check", lambda: load_scenario(name))
    usual, _ = timed("reading 1, 20 years of months", lambda: usual_care(scenario))
    network, _ = timed("network", lambda: network_of(usual))
    one, _ = timed("replay, nothing scarce", lambda: policies.nothing_scarce(network))
    timed("first come", lambda: policies.first_come(network))
    classes = patient_classes(network, one, pooled=scenario.settings.plan.age_neutral)
    (at, rows), _ = timed(
        "assemble the programme", lambda: programme(network, classes, scenario.settings.plan)
    )
    print(f"  {at.count:,} variables, {rows.matrix.shape[0]:,} rows, {rows.matrix.nnz:,} non-zeros")
    weights = -objectives.health(network, classes, at, usual.worth.qalys_discounted)
    solved, ours = timed("PuLP and HiGHS, build to solution", lambda: minimise(rows, weights))
    highs, theirs = timed("HiGHS alone, passModel to solution", lambda: pass_model(rows, weights))
    scale = float(np.abs(weights).max())
    alone = highs.getInfo().objective_function_value * scale
    print(f"  objective {solved.objective:.6f} and {alone:.6f}")
    print(f"  ratio PuLP route / passModel: {ours / theirs:.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "greater-manchester")
