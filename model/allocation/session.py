"""HiGHS kept at hand: one programme solved, changed a little, and solved again from its basis."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread
from typing import Any, Literal

import highspy
import numpy as np

from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Floats, Ints

Status = Literal["optimal", "time limit", "infeasible", "unbounded", "failed"]
TIME_LIMIT_SECONDS = 600.0
GAP = 5e-3
"""Relative gap at which a plan with whole choices counts as proven."""
TOLERANCE = 1e-7
_STATUS: dict[Any, Status] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "time limit",
    highspy.HighsModelStatus.kIterationLimit: "time limit",
    highspy.HighsModelStatus.kInterrupt: "time limit",
    highspy.HighsModelStatus.kSolutionLimit: "time limit",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
}


@dataclass(frozen=True)
class Solution:
    """A point of least weight, and how it was proven.

    `row_price` (row,): what the least weight changes by for one unit more on a row's right-hand
    side; all zeros where choices are whole, which have no prices. `gap` is relative to the proof.
    """

    point: Floats
    objective: float
    status: Status
    gap: float
    seconds: float
    row_price: Floats


class Stopped(Exception):
    """A solve that ended without a proven answer; `status` says how."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


class Session:
    """One programme in HiGHS; columns are between 0 and their most, weights are minimised.

    `solve` is cold: interior point with crossover, or branch and bound where choices are whole.
    `again` goes on from the last basis with simplex, and starts anew by interior point when that
    takes longer than the cold solve did. Not safe to share between threads.
    """

    def __init__(
        self,
        programme: Programme,
        weights: Floats,
        time_limit: float = TIME_LIMIT_SECONDS,
        crossover: bool = True,
    ) -> None:
        self._whole = bool(programme.whole.any())
        self._scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        self._limit, self._cold_seconds = time_limit, time_limit
        self.weights = weights
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            ("mip_rel_gap", GAP),
            ("run_crossover", "on" if crossover else "off"),
        ):
            self._highs.setOptionValue(option, value)
        self._highs.passModel(_model(programme, weights / self._scale))

    def solve(self) -> Solution:
        """Return a proven point; raises `Stopped` unless there is one."""
        solution = self._run("choose" if self._whole else "ipx", self._limit)
        self._cold_seconds = max(solution.seconds, 1.0)
        return solution

    def again(self) -> Solution:
        """Return a proven point after changes, from the last basis where that is quick."""
        if self._whole:
            return self.solve()
        try:
            return self._run("simplex", 2.0 * self._cold_seconds)
        except Stopped as stop:
            if stop.status in ("infeasible", "unbounded"):
                raise
        self._highs.clearSolver()
        return self.solve()

    def bound_rows(self, numbers: Ints, lower: Floats | float, upper: Floats | float) -> None:
        """Set the bounds of rows; -inf and inf are none."""
        _each(self._highs.changeRowBounds, numbers, lower, upper)

    def bound_columns(self, numbers: Ints, lower: Floats | float, upper: Floats | float) -> None:
        """Set the bounds of columns."""
        _each(self._highs.changeColBounds, numbers, lower, upper)

    def weigh(self, weights: Floats) -> None:
        """Seek other weights from now on."""
        self.weights = weights
        self._scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        numbers = np.arange(weights.size, dtype=np.int32)
        self._highs.changeColsCost(weights.size, numbers, weights / self._scale)

    def keep_below(self, weights: Floats, most: float) -> None:
        """Add a row: the sum of weights x columns may not exceed `most`."""
        scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        used = np.flatnonzero(weights)
        self._highs.addRow(
            -np.inf, most / scale, used.size, used.astype(np.int32), weights[used] / scale
        )

    def _run(self, solver: str, limit: float) -> Solution:
        highs = self._highs
        highs.setOptionValue("solver", solver)
        before = float(highs.getRunTime())
        highs.setOptionValue("time_limit", before + limit)
        _run_interruptibly(highs)
        status = _STATUS.get(highs.getModelStatus(), "failed")
        info, found = highs.getInfo(), highs.getSolution()
        usable = self._whole and status == "time limit" and info.primal_solution_status == 2
        if status != "optimal" and not usable:
            raise Stopped(status)
        point = np.maximum(np.array(found.col_value), 0.0)
        duals = np.array(found.row_dual) if found.dual_valid else np.zeros(highs.getNumRow())
        gap = info.mip_gap if self._whole else info.primal_dual_objective_error
        return Solution(
            point=point,
            objective=float(self.weights @ point),
            status=status,
            gap=abs(float(gap)),
            seconds=float(highs.getRunTime()) - before,
            row_price=duals * self._scale,
        )


def _model(programme: Programme, weights: Floats) -> Any:
    """Return the programme as HiGHS takes it, in one piece."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = programme.matrix.shape
    model.col_cost_ = weights
    model.col_lower_, model.col_upper_ = np.zeros(weights.size), programme.most
    model.row_lower_, model.row_upper_ = programme.lower, programme.upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = programme.matrix.indptr
    model.a_matrix_.index_ = programme.matrix.indices
    model.a_matrix_.value_ = programme.matrix.data
    if programme.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(whole)] for whole in programme.whole]
    return model


def _run_interruptibly(highs: Any) -> None:
    """Run the solver so that Ctrl-C and other signals are heard while it works."""
    work = Thread(target=highs.run, daemon=True)
    work.start()
    while work.is_alive():
        work.join(timeout=0.05)


def _each(change: Any, numbers: Ints, lower: Floats | float, upper: Floats | float) -> None:
    for number, low, high in zip(*np.broadcast_arrays(numbers, lower, upper), strict=True):
        change(int(number), float(low), float(high))
