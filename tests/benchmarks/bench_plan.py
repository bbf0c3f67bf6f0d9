"""How long the path of the shipped region takes, step by step, and what the solver routes cost.

Run it by hand: python tests/benchmarks/bench_plan.py [SCENARIO] [--long]. With --long also simplex
from nothing and CBC, 200 s each, and files in both formats. Whole choices are relaxed throughout.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import highspy
import numpy as np

from hepaplan.model import policies
from hepaplan.model.allocation import objectives
from hepaplan.model.allocation.cbc import solve_with_cbc
from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.model_file import FORMATS, write_model
from hepaplan.model.allocation.model_names import readable_names
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session, Stopped
from hepaplan.model.allocation.solver import minimise, ranges, without_dust
from hepaplan.model.allocation.written import programme
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.sites.network import Network
from hepaplan.scenarios.load import load_scenario

LONGEST_SECONDS = 200.0
CHANGES = 10


@dataclass(frozen=True)
class Case:
    """A programme, the weights of its first aim, and what it was made of."""

    scenario: Scenario
    network: Network
    classes: Classes
    at: Columns
    rows: Programme
    weights: Floats

    @property
    def size(self) -> str:
        """Variables, rows and non-zeros."""
        shape = self.rows.matrix.shape
        return f"{shape[1]:,} variables, {shape[0]:,} rows, {self.rows.matrix.nnz:,} non-zeros"


def timed(label: str, work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work gives and its seconds, and print a row."""
    started = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - started
    print(f"{label:58} {seconds:9.2f} s", flush=True)
    return result, seconds


def case_of(scenario: Scenario, pooled: bool = True) -> Case:
    """Return the programme of a scenario, whole choices relaxed, its aim health."""
    usual = usual_care(scenario)
    network = network_of(usual)
    classes = patient_classes(network, policies.nothing_scarce(network), pooled)
    at, rows = programme(network, classes, scenario.settings.plan)
    rows = replace(rows, whole=np.zeros_like(rows.whole))
    weights = -objectives.health(network, classes, at, usual.worth.qalys_discounted)
    return Case(scenario, network, classes, at, rows, weights)


def bare(
    rows: Programme, weights: Floats, solver: str = "ipx", crossover: bool = True
) -> tuple[float, str]:
    """Return what HiGHS alone reaches with the same matrices, handed over in one call."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = rows.matrix.shape
    model.col_cost_ = weights / np.abs(weights).max()
    model.col_lower_ = np.zeros(weights.size)
    model.col_upper_ = rows.most
    model.row_lower_, model.row_upper_ = rows.lower, rows.upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.matrix.indptr
    model.a_matrix_.index_ = rows.matrix.indices
    model.a_matrix_.value_ = rows.matrix.data
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("solver", solver),
        ("run_crossover", "on" if crossover else "off"),
        ("time_limit", LONGEST_SECONDS),
    ):
        highs.setOptionValue(option, value)
    highs.passModel(model)
    highs.run()
    total = highs.getInfo().objective_function_value * float(np.abs(weights).max())
    return total, highs.modelStatusToString(highs.getModelStatus())


def compare_routes(case: Case) -> None:
    """Print our route, from the network to a believed plan, beside HiGHS alone."""

    def ours() -> float:
        _, rows = programme(case.network, case.classes, case.scenario.settings.plan)
        rows = replace(rows, whole=np.zeros_like(rows.whole))
        return minimise(rows, case.weights).objective

    total, seconds = timed("our route: assemble, hand over, solve, check", ours)
    clean = without_dust(case.rows)
    (alone, _), least = timed("HiGHS alone: passModel, solve", lambda: bare(clean, case.weights))
    print(f"  objective {total:.6f} and {alone:.6f}; ratio of times {seconds / least:.2f}")
    (_, status), _ = timed(
        "HiGHS alone, interior point without crossover",
        lambda: bare(clean, case.weights, crossover=False),
    )
    print(f"  {status}")


def again_after(
    session: Session, rows: Programme, changes: list[tuple[Ints, Floats]]
) -> list[float]:
    """Return the seconds of each re-solve after one change, each from the plan as it was."""
    seconds = []
    for numbers, more in changes:
        upper = rows.upper[numbers]
        session.bound_rows(numbers, -np.inf, upper + more)
        started = time.perf_counter()
        session.again()
        seconds.append(time.perf_counter() - started)
        session.bound_rows(numbers, -np.inf, upper)
    return seconds


def resolve(case: Case) -> None:
    """Print what a re-solve takes after one month of capacity, and after a unit for a year."""
    chance = np.random.default_rng(8)
    rows = without_dust(case.rows)
    session = Session(rows, case.weights)
    solved, cold = timed("cold solve in a session, with crossover", session.solve)
    numbers = rows.rows_of("capacity", case.network.capacity.shape)
    binding = numbers[(numbers >= 0) & (np.append(solved.row_price, 0.0)[numbers] < 0.0)]
    print(f"  {binding.size} months of capacity with a price")
    picked = chance.choice(binding, min(CHANGES, binding.size), replace=False)
    months = [(np.array([row]), np.array([0.05 * rows.upper[row] + 1.0])) for row in picked]
    table = case.scenario.tables.capacity
    units = []
    for place in chance.choice(len(table), min(CHANGES, len(table)), replace=False):
        found = table.iloc[place]
        r = case.network.kernels.resources.index(str(found["resource"]))
        h = case.network.sites.index(str(found["site"]))
        year = numbers[r, h, 12:24]
        one = case.network.capacity[r, h, 12:24] / max(float(found["number"]), 1e-9)
        units.append((year[year >= 0], one[year >= 0]))
    for label, changes in (("a month 5% up", months), ("a unit for a year", units)):
        seconds = again_after(session, rows, changes)
        listed = " ".join(f"{s:.2f}" for s in seconds)
        median = float(np.median(seconds))
        print(f"re-solve, {label}: median {median:.2f} s, {median / cold:.2f} of cold; {listed}")


def long_runs(case: Case) -> None:
    """Print what is too slow to be the default."""
    clean = without_dust(case.rows)
    (_, status), _ = timed(
        "simplex from nothing", lambda: bare(clean, case.weights, solver="simplex")
    )
    print(f"  {status}")
    names, _ = timed(
        "names", lambda: readable_names(case.rows, case.at, case.network, case.classes)
    )
    with TemporaryDirectory() as folder:
        for ending in FORMATS:
            path = Path(folder) / f"plan{ending}"
            write = partial(write_model, path, case.rows, case.weights, names)
            timed(f"model file {ending}", write)
            print(f"  {path.stat().st_size / 1e6:.0f} MB")

    def other() -> str:
        try:
            return f"{solve_with_cbc(clean, case.weights, LONGEST_SECONDS).objective:.6f}"
        except Stopped as stop:
            return stop.status

    found, _ = timed("CBC", other)
    print(f"  {found}")


def print_memory() -> None:
    """Print the most memory that this process held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB")


def main(name: str, long: bool) -> None:
    """Print the table for one scenario."""
    scenario, _ = timed("load and check", lambda: load_scenario(name))
    usual, _ = timed("reading 1", lambda: usual_care(scenario))
    network, _ = timed("network", lambda: network_of(usual))
    timed("first come", lambda: policies.first_come(network))
    case, _ = timed("reading 1, network and programme", lambda: case_of(scenario))
    print(f"  {case.size}")
    for block, (least, most) in ranges(case.rows, case.weights).items():
        print(f"  {block:20} {least:.1e} to {most:.1e}")
    compare_routes(case)
    resolve(case)
    if long:
        long_runs(case)
    print_memory()


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word != "--long"]
    main(given[0] if given else "greater-manchester", "--long" in sys.argv)
