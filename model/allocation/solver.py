"""A programme solved, and believed only with a proof and after its own rules were checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from hepaplan.model.allocation.branching import choose
from hepaplan.model.allocation.cbc import solve_with_cbc
from hepaplan.model.allocation.proof import faults, in_whole_numbers
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import (
    GAP,
    TIME_LIMIT_SECONDS,
    Session,
    Solution,
    Status,
    Stopped,
)
from hepaplan.model.arrays import Floats
from hepaplan.model.depth import Solver
from hepaplan.model.problems import NoAnswer

DUST = 2e-9
SECOND_SOLVER_UP_TO = 5_000
"""Variables up to which trouble is taken to CBC; of tens of thousands it does not come to an end.
"""
SMALLEST, LARGEST = 1e-6, 1e6
LARGEST_ELSEWHERE = 1e9
"""What a figure may be in rows that are not of use and capacity; budgets are in pounds."""
WIDEST = 1e9
"""How many times the middle weight the largest may be; solvers see no finer than 1e-7 of it."""
_WORDS: dict[Status, str] = {
    "infeasible": "no plan keeps every rule at once",
    "time limit": "the solver reached its time limit before it proved a best plan",
}


class NoPlan(NoAnswer):
    """The programme has no plan to show: what the solver said, in words; `status` in one word."""

    def __init__(self, words: str, status: Status = "failed") -> None:
        super().__init__(words)
        self.status = status


def minimise(
    programme: Programme,
    weights: Floats,
    time_limit: float = TIME_LIMIT_SECONDS,
    solver: Solver = "highs",
    gap: float = GAP,
) -> Solution:
    """Return the point of least total weight. Raises `NoPlan` unless it is proven and believed.

    Numerical trouble, or an answer that breaks its own rules, is met by one more try without
    presolve and one with the other solver (CBC only where the programme is small enough for it),
    each within the time limit (seconds). `gap` is the relative one at which whole choices count as
    proven.
    """
    check_range(programme, weights)
    clean = without_dust(programme)
    trouble = NoPlan("the solver was not asked")
    for way in _ways(solver, weights.size):
        try:
            return believe(programme, weights, way(clean, weights, time_limit, gap=gap))
        except Stopped as stop:
            trouble = no_plan(stop)
            if stop.status != "failed":
                break
        except NoPlan as broken:
            trouble = broken
    raise trouble


def no_plan(stop: Stopped) -> NoPlan:
    """Return what a stopped solve means, in words."""
    said = f"the solver stopped without a proven plan ({stop.status})"
    return NoPlan(_WORDS.get(stop.status, said), stop.status)


def believe(programme: Programme, weights: Floats, solution: Solution) -> Solution:
    """Return the solution with whole columns rounded, once it keeps every rule of the programme.

    Rows, bounds, whole numbers and objective are recomputed before and after rounding, from the
    programme as it was before `without_dust`. Raises `NoPlan` with what is broken.
    """
    point, objective = solution.point, solution.objective
    broken = faults(programme, weights, point, objective)
    if not broken:
        point = in_whole_numbers(programme, point)
        objective = float(weights @ point)
        broken = faults(programme, weights, point, objective)
    if broken:
        raise NoPlan(f"the solver's answer breaks {'; '.join(broken)}")
    return replace(solution, point=point, objective=objective)


def without_dust(programme: Programme) -> Programme:
    """Return the programme without flows below two in a billion, which the solver would ignore."""
    matrix = programme.matrix.copy()
    matrix.data[np.abs(matrix.data) < DUST] = 0.0
    matrix.eliminate_zeros()
    return replace(programme, matrix=matrix)


def ranges(programme: Programme, weights: Floats) -> dict[str, tuple[float, float]]:
    """Return the least and the largest size of what is not zero, by block and for `objective`.

    Flows that `without_dust` takes out are not counted, but use of capacity is, however little.
    Blocks without coefficients are left out.
    """
    figures = {name: np.abs(programme.part(name).data) for name, _, _ in programme.blocks}
    for name in figures.keys() - {"capacity"}:
        figures[name] = figures[name][figures[name] >= DUST]
    figures["objective"] = np.abs(weights)
    used = {name: sizes[sizes > 0.0] for name, sizes in figures.items()}
    return {
        name: (float(sizes.min()), float(sizes.max())) for name, sizes in used.items() if sizes.size
    }


def check_range(programme: Programme, weights: Floats) -> None:
    """Refuse figures that a solver would drop, or that would swamp the others."""
    stated = (programme.matrix.data, weights)
    bounds = (programme.lower, programme.upper, programme.most)
    if not all(np.isfinite(part).all() for part in stated) or any(
        np.isnan(part).any() for part in bounds
    ):
        raise NoPlan("the rules or the aim hold a figure that is not a number")
    for name, (least, most) in ranges(programme, weights).items():
        use = name == "capacity"
        low, high = (SMALLEST, LARGEST) if use else (0.0, LARGEST_ELSEWHERE)
        if name != "objective" and (least < low or most > high):
            remedy = "state the resource in another unit, such as minutes for hours"
            raise NoPlan(
                f"figures from {least:g} to {most:g} in the rule {name} are too far apart for the "
                f"solver (it takes {low:g} to {high:g})" + (f": {remedy}" if use else "")
            )
    used = np.abs(weights[weights != 0.0])
    if used.size and used.max() > WIDEST * np.quantile(used, 0.5, method="lower"):
        raise NoPlan(
            f"one figure in the aim is {used.max():g}, more than {WIDEST:g} times the middle one: "
            f"the solver would see no other; look for a cost or value entered in another unit"
        )


def _ways(solver: Solver, variables: int) -> tuple[Callable[..., Solution], ...]:
    """Return the ways to solve, the next for when the one before had numerical trouble."""
    if solver == "cbc":
        return solve_with_cbc, partial(solve_with_cbc, presolve=False), _solve_with_highs
    highs = (_solve_with_highs, partial(_solve_with_highs, presolve=False))
    return (*highs, solve_with_cbc) if variables <= SECOND_SOLVER_UP_TO else highs


def _solve_with_highs(
    programme: Programme,
    weights: Floats,
    time_limit: float,
    presolve: bool = True,
    gap: float = GAP,
) -> Solution:
    if programme.whole.any():
        chosen = choose(programme, weights, time_limit, gap, presolve)
        none = np.zeros_like(chosen.row_price), np.zeros_like(chosen.column_price)
        return replace(chosen, row_price=none[0], column_price=none[1])
    return Session(programme, weights, time_limit, presolve=presolve, gap=gap).solve()
