"""What one more saleable unit of capacity is worth: ranked by row prices, then solved for."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat

import numpy as np

from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session, Solution, Stopped
from hepaplan.model.allocation.solver import without_dust
from hepaplan.model.allocation.written import Written
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.sites.network import Network

NOTHING = 1e-9
"""QALYs a year below which a unit counts as worth nothing, and is not solved for."""
QALYS_PER_MONTH_BEYOND = 1e-4
QALYS_PER_POUND = 1e-8
QALYS_PER_MINUTE = 1e-6
"""Decide between plans of equal health while prices are sought: what a person-month beyond the
standard, a pound and a minute of travel count; judgements, small enough to give up no health."""
THREADS = 2
SMALL = 5000
"""Columns up to which a vertex is sought: with small weights in it, that can take minutes."""
SOLVED, AS_PLANNED = "solved again", "solved again, whole choices as planned"


@dataclass(frozen=True)
class Solved:
    """A plan, the solver that found it, and what it takes to solve for it again.

    `health`, `money`, `beyond` (column,): QALYs, pounds and person-months beyond the standard of
    one unit of each column. `weights` (column,): what the plan makes least, in QALYs: health and
    the small weights that decide between equal plans.
    """

    session: Session
    programme: Programme
    at: Columns
    network: Network
    health: Floats
    money: Floats
    beyond: Floats
    weights: Floats
    solution: Solution


@dataclass(frozen=True)
class Unit:
    """One saleable unit of a resource at a site; it gives `gives` (resource, month) units there.

    More than one row of the resource axis is not zero where ring fences or whole cases are said
    as resources of their own.
    """

    resource: int
    site: int
    gives: Floats


@dataclass(frozen=True)
class Change:
    """What a change of capacity does to the plan; not numbers where `status` is not optimal."""

    qalys: float
    money: float
    beyond: float
    status: str = "optimal"

    def net_monetary_benefit(self, willingness_to_pay: float) -> float:
        """Return pounds: the QALYs at what one is worth, less the money spent."""
        return willingness_to_pay * self.qalys - self.money


@dataclass(frozen=True)
class Price:
    """One saleable unit more, and one less, for the months from `first` on.

    `estimate`: QALYs of one more by row prices, by which units are ranked. `units_less`: how much
    of a unit could be taken away, 1 unless less is there.
    """

    unit: Unit
    first: int
    months: int
    estimate: float
    plus: Change
    minus: Change
    units_less: float
    method: str


def ranking_weights(health: Floats, beyond: Floats, money: Floats, travel: Floats) -> Floats:
    """Return what is made least while prices are sought, in QALYs (column,).

    One solve with weights instead of one for each aim: prices need one programme whose answer
    is unique.
    """
    ties = QALYS_PER_MONTH_BEYOND * beyond + QALYS_PER_POUND * money + QALYS_PER_MINUTE * travel
    return ties - health


def solved_by(work: Written, point: Floats) -> Solved:
    """Return a plan's programme and point, ready to be asked what a change would do."""
    weights = {name: work.weights[name] for name in ("health", "cost", "standard", "travel")}
    health, money, beyond = -weights["health"], weights["cost"], weights["standard"]
    ranked = ranking_weights(health, beyond, money, weights["travel"])
    nothing = np.zeros(point.size), np.zeros(work.rows.lower.size)
    solution = Solution(point, float(ranked @ point), "optimal", 0.0, 0.0, nothing[1], nothing[0])
    session = Session(without_dust(work.rows), ranked)
    return Solved(
        session, work.rows, work.at, work.network, health, money, beyond, ranked, solution
    )


def saleable_units(network: Network, gives: Floats) -> list[Unit]:
    """Return the units that could be bought where something on offer uses them.

    `gives` (saleable resource, resource, site, month): what one more saleable unit adds to
    capacity; a saleable resource has the same number on both axes.
    """
    offered = network.kernels.use.any(axis=(1, 3)).T @ network.offers
    return [
        Unit(resource, site, gives[resource, :, site])
        for resource, site in np.ndindex(gives.shape[0], gives.shape[2])
        if (gives[resource, :, site].any(axis=1) & offered[:, site]).any()
    ]


def capacity_prices(solved: Solved) -> Floats:
    """Return the QALYs of one unit more of capacity (resource, site, month), never negative.

    Row prices of (27), right for small changes only; where choices are whole take
    `with_prices(solved)`, for integer plans have none.
    """
    rows = solved.programme.rows_of("capacity", solved.network.available.shape)
    price = -np.append(solved.solution.row_price[: solved.programme.lower.size], 0.0)
    return np.asarray(np.maximum(price[rows], 0.0))


def scarce_value(solved: Solved, use: Floats) -> float:
    """Return the QALYs that an amount of use (resource, site, month) takes from others."""
    return float((capacity_prices(solved) * use).sum())


def with_prices(solved: Solved) -> Solved:
    """Return the plan solved in a session of its own, for its weights, whole choices as they are.

    So its row prices mean something, whatever aims and choices it was found by. Raises `Stopped`.
    """
    session = _session(solved, solved.programme.upper)
    programme = replace(solved.programme, whole=np.zeros_like(solved.programme.whole))
    return replace(solved, session=session, programme=programme, solution=session.solve())


def price_list(
    solved: Solved, units: Sequence[Unit], months: int, best: int = 10, threads: int = THREADS
) -> list[Price]:
    """Return the `best` units by QALYs of one more a year, each solved for with one more and less.

    Each is for the year of the first `months` in which the row prices say it is worth most: twelve
    months from the first, or thirteenth, …; all of them if there are fewer. Units without a price
    are left out. Every figure is a solve of its own from nothing, `threads` of them at once: a
    unit for a year is so large a change that going on from the plan takes longer, and the list
    does not depend on the number of threads. Raises `Stopped` where the plan itself is not proven.
    """
    start = with_prices(solved)
    method = AS_PLANNED if solved.programme.whole.any() else SOLVED
    candidates = _ranked(start, units, months)[:best]
    less = [_moved(start.network, unit, -1.0, during) for unit, during, _ in candidates]
    more = [_moved(start.network, unit, 1.0, during) for unit, during, _ in candidates]
    sites = [unit.site for unit, _, _ in candidates]
    pool = ThreadPoolExecutor(threads)
    try:
        plus, minus = (
            pool.map(_change, repeat(solved), repeat(start), sites, moved) for moved in (more, less)
        )
        return [
            Price(
                unit=unit,
                first=int(during[0]),
                months=during.size,
                estimate=estimate,
                plus=next(plus),
                minus=next(minus),
                units_less=_part(unit, during, taken),
                method=method,
            )
            for (unit, during, estimate), taken in zip(candidates, less, strict=True)
        ]
    finally:
        pool.shutdown(cancel_futures=True)  # whoever interrupts need not wait for the rest


def _part(unit: Unit, during: Ints, taken: Floats) -> float:
    """Return how much of a unit is taken away."""
    return float(-taken[unit.resource].sum() / unit.gives[unit.resource, during].sum())


def _ranked(solved: Solved, units: Sequence[Unit], months: int) -> list[tuple[Unit, Ints, float]]:
    """Return units worth something, with the months they are for and estimate, the best first."""
    length = min(MONTHS_PER_YEAR, months)
    prices = capacity_prices(solved)
    found = []
    for unit in units:
        gained = _moved(solved.network, unit, 1.0, np.arange(solved.network.horizon))
        monthly = (prices[:, unit.site] * gained).sum(axis=0)
        firsts = sorted({*range(0, months - length + 1, length), months - length})
        worth = [float(monthly[first : first + length].sum()) for first in firsts]
        year = int(np.argmax(worth))
        if worth[year] > NOTHING:
            found.append((unit, firsts[year] + np.arange(length), worth[year]))
    return sorted(found, key=lambda candidate: -candidate[2])


def _moved(network: Network, unit: Unit, number: float, during: Ints) -> Floats:
    """Return what a number of units changes in what is available at the site (resource, month).

    What earlier starts still take comes first: a unit may serve only them.
    """
    taken = np.zeros_like(unit.gives)
    taken[:, during] = number * unit.gives[:, during]
    here, committed = network.capacity[:, unit.site], network.committed[:, unit.site]
    changed = np.maximum(here + taken - committed, 0.0)
    return np.asarray(changed - network.available[:, unit.site])


def _session(solved: Solved, upper: Floats) -> Session:
    """Return a session of a plan with other upper bounds of rows, whole choices fixed."""
    whole = np.flatnonzero(solved.programme.whole)
    fixed = replace(solved.programme, upper=upper, whole=np.zeros_like(solved.programme.whole))
    small = solved.weights.size <= SMALL
    session = Session(without_dust(fixed), solved.weights, crossover=small)
    chosen = np.round(solved.solution.point[whole])
    session.bound_columns(whole, chosen, chosen)
    return session


def _change(solved: Solved, base: Solved, site: int, moved: Floats) -> Change:
    """Return what a change (resource, month) in what a site has does to a plan, against `base`."""
    rows = solved.programme.rows_of("capacity", solved.network.available.shape)[:, site]
    there = (rows >= 0) & (moved != 0.0)
    if not there.any():
        return Change(0.0, 0.0, 0.0)
    upper = solved.programme.upper.copy()
    upper[rows[there]] += moved[there]
    try:
        difference = _session(solved, upper).solve().point - base.solution.point
    except Stopped as stop:
        return Change(np.nan, np.nan, np.nan, stop.status)
    return Change(
        qalys=float(solved.health @ difference),
        money=float(solved.money @ difference),
        beyond=float(solved.beyond @ difference),
    )
