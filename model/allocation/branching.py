"""Whole choices of a large programme: what they are worth is learnt plan by plan.

With the choices fixed a programme is linear, and what it reaches is a convex function of them: each
plan solved gives a cut, by its reduced costs, that says what other choices can reach at best (J. F.
Benders, Numerische Mathematik 1962;4:238-52, 10.1007/BF01386316). A small programme of the choices
alone holds the cuts; its least is the proof, and its answer is tried next.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import highspy
import numpy as np
from scipy.sparse import csr_array

from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import (
    GAP,
    Session,
    Solution,
    Stopped,
    run_interruptibly,
)
from hepaplan.model.arrays import Floats, Ints

NO_CHOICE_FITS = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,  # every choice is bounded
)
GAP_SOUGHT = 1e-7
"""Choices move little of a region's health, so that a finer gap is sought after the proof."""
SECONDS_SOUGHT = 100.0
"""Until so long after the start."""


def choose(
    programme: Programme,
    weights: Floats,
    time_limit: float,
    gap: float = GAP,
    presolve: bool = True,
) -> Solution:
    """Return the best whole choices with all that follows from them.

    Proven once the relative gap is at most `gap`; a finer one is sought for a while. At the time
    limit (seconds) the best found is returned with its status. Raises `Stopped` where no choices
    keep every rule, or none were found in time.
    """
    started = time.perf_counter()
    whole = np.flatnonzero(programme.whole)
    linear = replace(programme, whole=np.zeros_like(programme.whole))
    session = Session(linear, weights, time_limit, presolve=presolve)
    relaxed = session.solve()
    choices = _Choices(programme, whole)
    choices.cut(relaxed)
    best: Solution | None = None
    tried: set[tuple[float, ...]] = set()
    bound, trial = relaxed.objective, choices.rounded(relaxed.point[whole])
    while True:
        tried.add(tuple(trial))
        session.bound_columns(whole, trial, trial)
        try:
            found = session.afresh()
            choices.cut(found)
            if best is None or found.objective < best.objective:
                best = found
        except Stopped as stop:
            if stop.status != "infeasible":
                raise
            choices.forbid(trial)
        answer = choices.least(max(time_limit - (time.perf_counter() - started), 0.1))
        if answer is None:
            bound = np.inf if best is None else best.objective
        else:
            bound = max(bound, answer[0])
            trial = trial if answer[1] is None else answer[1]
        took = time.perf_counter() - started
        reached = np.inf if best is None else _relative(best.objective, bound)
        if answer is None or reached <= GAP_SOUGHT or (reached <= gap and took > SECONDS_SOUGHT):
            break
        known = tuple(trial) in tried  # its cut is in: only the solves' own error is left
        if took > time_limit or known:
            break
    if best is None:
        raise Stopped("infeasible" if answer is None else "time limit")
    return replace(
        best, gap=reached, seconds=took, status="optimal" if reached <= gap else "time limit"
    )


@dataclass
class _Choices:
    """The programme of the choices alone: cuts on what they can reach, and rules among them."""

    programme: Programme
    whole: Ints
    slopes: list[Floats] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)
    forbidden: list[Floats] = field(default_factory=list)

    def cut(self, found: Solution) -> None:
        """Learn from a plan: other choices reach at best what its reduced costs say."""
        slope = found.column_price[self.whole]
        self.slopes.append(slope)
        self.levels.append(found.objective - float(slope @ found.point[self.whole]))

    def forbid(self, trial: Floats) -> None:
        """Leave out choices that cannot keep every rule."""
        self.forbidden.append(trial.copy())

    def rounded(self, relaxed: Floats) -> Floats:
        """Return whole choices near a relaxation: most of what is more than half chosen."""
        matrix, _, upper = self._rules()
        trial = np.round(relaxed)
        for number in np.argsort(relaxed):
            if np.all(matrix @ trial <= upper + 1e-9):
                break
            trial[number] = 0.0
        return trial

    def least(self, time_limit: float) -> tuple[float, Floats | None] | None:
        """Return the least that any choices can reach, and such choices; none if all are forbidden.

        Where time runs out first the level is only a bound, and there may be no choices with it.
        """
        matrix, lower, upper = self._rules()
        count = self.whole.size
        scale = max(float(np.abs(self.levels).max()), 1.0)
        cuts = np.column_stack([-np.array(self.slopes) / scale, np.ones(len(self.slopes))])
        away = np.array([np.append(2.0 * trial - 1.0, 0.0) for trial in self.forbidden])
        rows = np.vstack(
            [
                cuts,
                np.column_stack([matrix.toarray(), np.zeros(matrix.shape[0])]),
                away.reshape(-1, count + 1),
            ]
        )
        first = np.concatenate(
            [np.array(self.levels) / scale, lower, np.full(len(self.forbidden), -np.inf)]
        )
        ones = [float(trial.sum()) - 1.0 for trial in self.forbidden]
        last = np.concatenate([np.full(len(self.levels), np.inf), upper, ones])
        found = _minimised(rows, first, last, self.programme.most[self.whole], time_limit)
        return None if found is None else (scale * found[0], found[1])

    def _rules(self) -> tuple[csr_array, Floats, Floats]:
        """Return rules among the choices that hold whatever else is planned.

        A row whose other coefficients can only add to its sum limits the choices from above, one
        whose others can only take away from below.
        """
        matrix = self.programme.matrix
        mine = np.zeros(matrix.shape[1], dtype=bool)
        mine[self.whole] = True
        touched = np.flatnonzero(np.diff(csr_array(matrix[:, self.whole]).indptr))
        rows = csr_array(matrix[touched])
        others = csr_array(rows[:, ~mine])
        adds = others.minimum(0).sum(axis=1) >= 0.0
        takes = others.maximum(0).sum(axis=1) <= 0.0
        upper = np.where(adds, self.programme.upper[touched], np.inf)
        lower = np.where(takes, self.programme.lower[touched], -np.inf)
        kept = np.isfinite(upper) | np.isfinite(lower)
        return csr_array(rows[:, self.whole][kept]), lower[kept], upper[kept]


def _minimised(
    rows: Floats, lower: Floats, upper: Floats, most: Floats, time_limit: float
) -> tuple[float, Floats | None] | None:
    """Return the least level above every cut and whole choices there; none if infeasible."""
    count = most.size
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("mip_rel_gap", 1e-9),
        ("time_limit", time_limit),
    ):
        highs.setOptionValue(option, value)
    for column in range(count):
        highs.addVar(0.0, float(most[column]))
        highs.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    highs.addVar(-np.inf, np.inf)
    highs.changeColCost(count, 1.0)
    for row, low, high in zip(rows, lower, upper, strict=True):
        used = np.flatnonzero(row).astype(np.int32)
        highs.addRow(float(low), float(high), used.size, used, row[used])
    run_interruptibly(highs)
    info = highs.getInfo()
    trial = np.round(np.array(highs.getSolution().col_value)[:-1])
    if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
        return float(info.objective_function_value), trial
    if highs.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
        return float(info.mip_dual_bound), trial if info.primal_solution_status == 2 else None
    if highs.getModelStatus() not in NO_CHOICE_FITS:
        raise Stopped("failed")
    return None


def _relative(reached: float, bound: float) -> float:
    return max(reached - bound, 0.0) / max(abs(reached), 1e-9)
