"""HiGHS kept at hand: one programme solved, changed a little, and solved again from its basis."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread
from typing import Any, Literal

import highspy
import numpy as np
import numpy.typing as npt

from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.problems import NoAnswer

Status = Literal["optimal", "time limit", "infeasible", "unbounded", "failed"]
TIME_LIMIT_SECONDS = 600.0
GAP = 5e-3
"""Relative gap at which a plan with whole choices counts as proven."""
SECONDS_TO_A_VERTEX = 90.0
"""After these crossover, which mostly takes a second, is given up for the interior answer."""
DUAL, PRIMAL = 1, 4
"""Simplex from the last basis: dual after other bounds, primal after other weights."""
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
    side, `column_price` (column,) for one unit more of a column; all zeros where choices are whole,
    which have no prices. `gap` is relative to the proof.
    """

    point: Floats
    objective: float
    status: Status
    gap: float
    seconds: float
    row_price: Floats
    column_price: Floats
    solver: str = "HiGHS"


class Stopped(NoAnswer):
    """A solve that ended without a proven answer; `status` says how."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"the solver stopped without a proven answer ({status})")
        self.status = status


class Session:
    """One programme in HiGHS; columns are between 0 and their most, weights are minimised.

    `solve` is cold: interior point with crossover, or branch and bound where choices are whole.
    `again` goes on from the last basis with simplex, and starts anew by interior point when that
    takes longer than the cold solve did. Not safe to share between threads. `row_bounds` and
    `column_bounds` are (lower, upper) as they are now, rows of `keep_below` last.
    """

    def __init__(
        self,
        programme: Programme,
        weights: Floats,
        time_limit: float = TIME_LIMIT_SECONDS,
        crossover: bool = True,
        presolve: bool = True,
        gap: float = GAP,
    ) -> None:
        self._whole = bool(programme.whole.any())
        self.scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        self._limit, self._cold_seconds = time_limit, time_limit
        self.weights, self._reweighed = weights, False
        self.row_bounds = programme.lower.copy(), programme.upper.copy()
        self.column_bounds = np.zeros(weights.size), programme.most.copy()
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            ("mip_rel_gap", gap),
            ("mip_lp_solver", "ipx"),
            ("run_crossover", "on" if crossover else "off"),
            ("presolve", "choose" if presolve else "off"),
        ):
            self._highs.setOptionValue(option, value)
        self._highs.passModel(_model(programme, weights / self.scale))

    def solve(self) -> Solution:
        """Return a proven point; raises `Stopped` unless there is one.

        With whole choices also, at the time limit, the best point found: its status says so.
        Numerical trouble is met by one more try without presolve.
        """
        try:
            solution = self._cold()
        except Stopped as stop:
            if stop.status != "failed":
                raise
            self._highs.clearSolver()
            self._highs.setOptionValue("presolve", "off")
            solution = self._cold()
        self._cold_seconds = max(solution.seconds, 1.0)
        return solution

    def _cold(self) -> Solution:
        if self._whole:
            return self._run("choose", self._limit)
        try:
            return self._run("ipx", min(self._limit, SECONDS_TO_A_VERTEX))
        except Stopped as stop:
            if stop.status != "time limit" or self._limit <= SECONDS_TO_A_VERTEX:
                raise
        self._highs.clearSolver()
        self._highs.setOptionValue("run_crossover", "off")
        return self._run("ipx", self._limit - SECONDS_TO_A_VERTEX)

    def afresh(self) -> Solution:
        """Return a proven point as `solve` does, forgetting the last basis."""
        self._highs.clearSolver()
        return self.solve()

    def again(self) -> Solution:
        """Return a proven point after changes, from the last basis where that is quick."""
        if self._whole:
            return self.solve()
        try:
            return self._run("simplex", self._cold_seconds, PRIMAL if self._reweighed else DUAL)
        except Stopped as stop:
            if stop.status in ("infeasible", "unbounded"):
                raise
        self._highs.clearSolver()
        return self.solve()

    def bound_rows(self, numbers: Ints, lower: Floats | float, upper: Floats | float) -> None:
        """Set the bounds of rows; -inf and inf are none."""
        self.row_bounds[0][numbers], self.row_bounds[1][numbers] = lower, upper
        self._highs.changeRowsBounds(numbers.size, *_set(numbers, lower, upper))

    def bound_columns(self, numbers: Ints, lower: Floats | float, upper: Floats | float) -> None:
        """Set the bounds of columns."""
        self.column_bounds[0][numbers], self.column_bounds[1][numbers] = lower, upper
        self._highs.changeColsBounds(numbers.size, *_set(numbers, lower, upper))

    def weigh(self, weights: Floats) -> None:
        """Seek other weights from now on."""
        self.weights, self._reweighed = weights, True
        self.scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        numbers = np.arange(weights.size, dtype=np.int32)
        self._highs.changeColsCost(weights.size, numbers, weights / self.scale)

    def keep_below(self, weights: Floats, most: float) -> None:
        """Add a row: the sum of weights x columns may not exceed `most`."""
        scale = float(np.abs(weights).max(initial=0.0)) or 1.0
        used = np.flatnonzero(weights)
        self._highs.addRow(
            -np.inf, most / scale, used.size, used.astype(np.int32), weights[used] / scale
        )
        lower, upper = self.row_bounds
        self.row_bounds = np.append(lower, -np.inf), np.append(upper, most / scale)

    def _run(self, solver: str, limit: float, strategy: int = DUAL) -> Solution:
        highs = self._highs
        highs.setOptionValue("solver", solver)
        highs.setOptionValue("simplex_strategy", strategy)
        self._reweighed = False
        before = float(highs.getRunTime())
        highs.setOptionValue("time_limit", before + limit)
        run_interruptibly(highs)
        status = _STATUS.get(highs.getModelStatus(), "failed")
        info, found = highs.getInfo(), highs.getSolution()
        usable = self._whole and status == "time limit" and info.primal_solution_status == 2
        if status != "optimal" and not usable:
            raise Stopped(status)
        point = np.maximum(np.array(found.col_value), 0.0)
        priced = found.dual_valid and not self._whole
        duals = np.array(found.row_dual) if priced else np.zeros(highs.getNumRow())
        reduced = np.array(found.col_dual) if priced else np.zeros(point.size)
        gap = info.mip_gap if self._whole else info.primal_dual_objective_error
        return Solution(
            point=point,
            objective=float(self.weights @ point),
            status=status,
            gap=abs(float(gap)),
            seconds=float(highs.getRunTime()) - before,
            row_price=duals * self.scale,
            column_price=reduced * self.scale,
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


def run_interruptibly(highs: Any) -> None:
    """Run the solver so that Ctrl-C and other signals are heard while it works.

    Whatever it raises leaves it without a status, not with that of the solve before.
    """

    def run() -> None:
        try:
            highs.run()
        except Exception:
            highs.clearSolver()

    work = Thread(target=run, daemon=True)
    work.start()
    while work.is_alive():
        work.join(timeout=0.05)


def _set(
    numbers: Ints, lower: Floats | float, upper: Floats | float
) -> tuple[npt.NDArray[np.int32], Floats, Floats]:
    """Return row or column numbers and their bounds as HiGHS takes a set, in rising order."""
    order = np.argsort(numbers)
    low, high = (np.broadcast_to(bound, numbers.shape)[order] for bound in (lower, upper))
    return numbers[order].astype(np.int32), low.astype(float), high.astype(float)
