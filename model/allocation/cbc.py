"""The second solver, CBC, which shares no code with the first."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pulp

from hepaplan.model.allocation.model_file import pulp_problem
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import GAP, TIME_LIMIT_SECONDS, Solution, Status, Stopped
from hepaplan.model.arrays import Floats

PROGRAM = str(pulp.PULP_CBC_CMD.pulp_cbc_path)
GRACE_SECONDS = 5.0
"""How long after its time limit CBC is waited for: it looks at its clock only now and then."""
_WORDS: tuple[tuple[str, Status], ...] = (
    ("Optimal", "optimal"),
    ("Stopped", "time limit"),
    ("Infeasible", "infeasible"),
    ("Integer infeasible", "infeasible"),
    ("Unbounded", "unbounded"),
)
_SECONDS = re.compile(r"Wallclock seconds\):\s+([\d.]+)")
_BOUND = re.compile(r"Lower bound:\s+(\S+)")


def solve_with_cbc(
    programme: Programme,
    weights: Floats,
    time_limit: float = TIME_LIMIT_SECONDS,
    presolve: bool = True,
    gap: float = GAP,
) -> Solution:
    """Return CBC's point of least weight; raises `Stopped` unless there is one.

    PuLP writes the model and knows where CBC is. The rest is read from CBC itself: PuLP calls a
    run that was stopped optimal, and gives 8 digits of the 16. The status is CBC's own word.
    Without whole columns the gap is between the point and what its prices prove.
    """
    scale = float(np.abs(weights).max(initial=0.0)) or 1.0
    with TemporaryDirectory() as folder:
        model, words, figures = (Path(folder) / name for name in ("m.mps", "words", "figures"))
        pulp_problem(programme, weights / scale).writeMPS(str(model), rename=True)
        call = [PROGRAM, str(model), "-timeMode", "elapsed", "-sec", str(time_limit)]
        call += ["-ratio", str(gap)] + ([] if presolve else ["-presolve", "off"])
        call += ["-solve", "-solution", str(words), "-saveSolution", str(figures)]
        try:
            done = subprocess.run(
                call, capture_output=True, text=True, timeout=time_limit + GRACE_SECONDS, check=True
            )
        except subprocess.TimeoutExpired as late:
            raise Stopped("time limit") from late
        except (subprocess.CalledProcessError, OSError) as failed:
            raise Stopped("failed") from failed
        status = _status(words, whole=bool(programme.whole.any()))
        saved = figures.read_bytes() if figures.exists() else b""
    row_price, point, column_price = _figures(saved, programme)
    point, seconds = np.maximum(point, 0.0), _SECONDS.search(done.stdout)
    objective = float(weights @ point)
    if programme.whole.any():
        row_price, column_price = np.zeros_like(row_price), np.zeros_like(column_price)
        stated = _BOUND.search(done.stdout)
        proven = float(stated[1]) * scale if stated else objective
    else:
        proven = scale * _proven(programme, row_price, column_price)
    return Solution(
        point=point,
        objective=objective,
        status=status,
        gap=abs(objective - proven) / max(abs(objective), scale),
        seconds=float(seconds[1]) if seconds else 0.0,
        row_price=row_price * scale,
        column_price=column_price * scale,
        solver="CBC",
    )


def _status(words: Path, whole: bool) -> Status:
    """Return the status from the first line that CBC writes above its solution.

    Raises `Stopped` unless there is a plan: proven, or of whole numbers when time was up.
    """
    first = words.read_text(encoding="utf-8").split("\n", 1)[0] if words.exists() else ""
    found = (status for begin, status in _WORDS if first.startswith(begin))
    status: Status = next(found, "failed")
    stopped_with_a_plan = whole and status == "time limit" and "no integer solution" not in first
    if status != "optimal" and not stopped_with_a_plan:
        raise Stopped(status)
    return status


def _figures(saved: bytes, programme: Programme) -> tuple[Floats, Floats, Floats]:
    """Return row prices, point and column prices from CBC's own binary file.

    Two counts, the objective, then by row: activity, price; by column: value, price.
    """
    upper, lower = programme.upper < np.inf, programme.lower > -np.inf
    stated = np.where(programme.lower == programme.upper, 1, upper.astype(int) + lower)
    rows, columns = int(stated.sum()), programme.most.size
    head = np.array([rows, columns], dtype=np.int32).tobytes()
    if not saved.startswith(head) or len(saved) != 16 + 16 * (rows + columns):
        raise Stopped("failed")
    figures = np.frombuffer(saved[16:], dtype=float)
    _, by_row, point, by_column = np.split(figures, [rows, 2 * rows, 2 * rows + columns])
    price = np.zeros(stated.size)
    np.add.at(price, np.repeat(np.arange(stated.size), stated), by_row)
    return price, point, by_column


def _proven(programme: Programme, row_price: Floats, column_price: Floats) -> float:
    """Return what no point can be below, by the prices (duality)."""
    right = np.where(row_price > 0, programme.lower, programme.upper)
    bound = np.where(column_price < 0, programme.most, 0.0)
    return sum(
        float(prices[used] @ held[used])
        for prices, held in ((row_price, right), (column_price, bound))
        for used in [np.isfinite(held) & (prices != 0.0)]
    )
