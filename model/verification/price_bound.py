"""What no plan can be better than, by a solver's prices and plain arithmetic on the programme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hepaplan.model.allocation.plan import BestPlan
from hepaplan.model.allocation.session import Session, Stopped
from hepaplan.model.allocation.solver import no_plan, without_dust
from hepaplan.model.allocation.written import Written
from hepaplan.model.arrays import Floats


def prices_at_a_vertex(best: BestPlan, weights: Floats) -> Floats:
    """Return the row prices of the programme solved again, whole choices as planned.

    At a vertex they are exact; those of the interior, with which large programmes are solved again
    elsewhere, prove some millionths less.
    """
    rows = best.written.rows
    whole = np.flatnonzero(rows.whole)
    session = Session(without_dust(replace(rows, whole=np.zeros_like(rows.whole))), weights)
    session.bound_columns(whole, best.point[whole], best.point[whole])
    try:
        return session.solve().row_price
    except Stopped as stop:
        raise no_plan(stop) from stop


def bound_by_prices(best: BestPlan, weights: Floats, row_price: Floats) -> float:
    """Return what no point of the programme can be below, by prices (row,) and plain arithmetic.

    Prices of the wrong sign for a row's bounds count as nothing.
    """
    rows = best.written.rows
    price = row_price[: rows.lower.size].copy()
    price[(price > 0.0) & ~np.isfinite(rows.lower)] = 0.0
    price[(price < 0.0) & ~np.isfinite(rows.upper)] = 0.0
    used = price != 0.0
    right = np.where(price > 0.0, rows.lower, rows.upper)
    reduced = weights - rows.matrix.T @ price
    most = np.where(np.isfinite(rows.most), rows.most, _everybody_by_then(best.written))
    column = np.where(rows.whole, reduced * best.point, np.minimum(reduced, 0.0) * most)
    return float(price[used] @ right[used]) + float(column.sum())


def _everybody_by_then(work: Written) -> Floats:
    """Return how many people have come in all by the month of each column (column,)."""
    network, at = work.network, work.at
    came = network.backlog.sum() + network.entries.sum(axis=(0, 1)).cumsum()
    people = np.full(at.count, came[-1])
    for block in (at.starts, at.at_site, at.left, at.over, at.begun, at.arrivals):
        there = block >= 0
        people[block[there]] = np.broadcast_to(came, block.shape)[there]
    return people
