"""Aims sought in order: each is kept at its best while the next is sought among what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hepaplan.model.allocation.session import Session, Solution, Status, Stopped
from hepaplan.model.arrays import Floats

COUNTS = 1e-7
"""Price, in units of the largest weight, above which a limit counts as holding the aim back."""
STAYED = "kept as it was"


@dataclass(frozen=True)
class Reached:
    """What an aim reached: its total weight, how it was proven, and the seconds it took."""

    aim: str
    total: float
    status: str
    seconds: float


def seek_in_order(
    session: Session,
    first: Solution,
    aims: Sequence[tuple[str, Floats]],
    give_up: float = 0.0,
) -> tuple[Solution, tuple[Reached, ...]]:
    """Return the point that is best in each aim in turn, and what each aim reached.

    `first` is the session's solution of the first aim; `aims` are (name, weights to minimise).
    With nothing to give up the later aims choose among points that are exactly as good: those on
    the optimal face, where columns with a reduced cost stay at their bound and rows with a price
    stay tight (Dantzig, Linear programming and extensions, Princeton 1963). The first aim may lose
    the share `give_up` of its total to those after it. A later aim that is not proven leaves the
    point as it was, and says so.
    """
    found, name, weights = first, *aims[0]
    reached = [Reached(name, float(weights @ found.point), found.status, found.seconds)]
    for place, (name, weights) in enumerate(aims[1:]):
        if not weights.any():
            continue
        if place == 0 and give_up > 0:
            session.keep_below(aims[0][1], reached[0].total + give_up * abs(reached[0].total))
        else:
            _stay_as_good(session, found)
        session.weigh(weights)
        try:
            better = session.again()
        except Stopped as stop:
            reached.append(_kept(name, weights, found, stop.status))
            break
        found = better
        reached.append(Reached(name, float(weights @ found.point), found.status, found.seconds))
    return found, tuple(reached)


def _kept(name: str, weights: Floats, found: Solution, status: Status) -> Reached:
    return Reached(name, float(weights @ found.point), f"{STAYED}: {status}", 0.0)


def _stay_as_good(session: Session, found: Solution) -> None:
    """Fix what holds the aim back: columns and rows with a price stay at the bound they are at."""
    for prices, (lower, upper), bound in (
        (found.column_price, session.column_bounds, session.bound_columns),
        (found.row_price, session.row_bounds, session.bound_rows),
    ):
        held = np.flatnonzero((np.abs(prices) > COUNTS * session.scale) & (lower < upper))
        level = np.where(prices[held] > 0, lower[held], upper[held])
        bound(held, level, level)
