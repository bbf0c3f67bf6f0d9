"""Strategies compared: increments, the frontier, and net monetary benefit."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Standing = Literal["reference", "on the frontier", "dominated", "extendedly dominated"]
Relation = Literal["equal", "dominant", "dominated", "dearer and better", "cheaper and worse"]
Point = tuple[float, float]
"""Cost in pounds and QALYs."""
SAME = 1e-9
"""Relative difference below which two costs, or two numbers of QALYs, count as equal."""


@dataclass(frozen=True)
class Increment:
    """A strategy less another: pounds, QALYs, and the ratio where one means something.

    `icer`, pounds for each QALY gained, is given only to a strategy that is dearer and better;
    `saving_per_qaly_lost` only to one that is cheaper and worse. Their signs are equal and their
    meanings opposite, so they are never one number.
    """

    cost: float
    qalys: float
    relation: Relation
    icer: float | None
    saving_per_qaly_lost: float | None

    def net_benefit(self, willingness_to_pay: float) -> float:
        """Return the incremental net monetary benefit in pounds."""
        return net_monetary_benefit(self.cost, self.qalys, willingness_to_pay)


@dataclass(frozen=True)
class Compared:
    """One strategy's place on the frontier, the same for strategies of equal cost and QALYs.

    `reference` is where the frontier starts: the cheapest that nothing dominates. The increments
    and the ICER are those against the next cheaper one on the frontier, for strategies on it.
    `same_as` names all of equal cost and QALYs, itself included. `beaten_by` names what dominates
    it, or the two between which a mixture would.
    """

    name: str
    cost: float
    qalys: float
    standing: Standing
    incremental_cost: float | None
    incremental_qalys: float | None
    icer: float | None
    same_as: tuple[str, ...]
    beaten_by: tuple[str, ...]


def net_monetary_benefit(cost: float, qalys: float, willingness_to_pay: float) -> float:
    """Return QALYs valued at the willingness to pay, less cost.

    Stinnett & Mullahy, Medical Decision Making 1998;18:S68-80, 10.1177/0272989X98018002S09.
    """
    return willingness_to_pay * qalys - cost


def increment(strategy: Point, than: Point) -> Increment:
    """Return what a strategy adds to another, with words where a ratio would mislead.

    Differences of less than a billionth count as none. Black, Medical Decision Making
    1990;10:212-4, 10.1177/0272989X9001000308: the four quadrants of the plane.
    """
    cost, qalys = (
        0.0 if abs(ours - other) <= SAME * max(abs(ours), abs(other)) else ours - other
        for ours, other in zip(strategy, than, strict=True)
    )
    if cost == 0 and qalys == 0:
        return Increment(cost, qalys, "equal", None, None)
    if cost <= 0 and qalys >= 0:
        return Increment(cost, qalys, "dominant", None, None)
    if cost >= 0 and qalys <= 0:
        return Increment(cost, qalys, "dominated", None, None)
    if qalys > 0:
        return Increment(cost, qalys, "dearer and better", cost / qalys, None)
    return Increment(cost, qalys, "cheaper and worse", None, cost / qalys)


def preferred(
    strategies: Sequence[tuple[str, float, float]], willingness_to_pay: float
) -> tuple[str, ...]:
    """Return the names with most net monetary benefit at a willingness to pay, equal ones all."""
    benefit = {n: net_monetary_benefit(c, q, willingness_to_pay) for n, c, q in strategies}
    most = max(benefit.values(), default=0.0)
    size = max((abs(value) for value in benefit.values()), default=0.0)
    return tuple(sorted(name for name, value in benefit.items() if most - value <= SAME * size))


def frontier(strategies: Sequence[tuple[str, float, float]]) -> tuple[Compared, ...]:
    """Return strategies given as (name, cost, QALYs), cheapest first, with standing and ICER.

    Dominated strategies have no ratio: dominance is a status, never a negative number
    (Karlsson & Johannesson, Pharmacoeconomics 1996;9:113-20, 10.2165/00019053-199609020-00003).
    One exactly on the line between its neighbours stays on the frontier. The order given does not
    matter.
    """
    costs = _levels([cost for _, cost, _ in strategies])
    effects = _levels([qalys for _, _, qalys in strategies])
    places = [(costs[cost], effects[qalys]) for _, cost, qalys in strategies]
    names: dict[Point, tuple[str, ...]] = {}
    for place, (name, _, _) in sorted(zip(places, strategies, strict=True), key=_by_cost):
        names[place] = (*names.get(place, ()), name)
    path, beaten = _path(list(names))
    compared = []
    for place, (name, cost, qalys) in sorted(zip(places, strategies, strict=True), key=_by_cost):
        before = path[path.index(place) - 1] if place in path[1:] else None
        added = None if before is None else increment(place, before)
        standing: Standing = "reference"
        if place in beaten:
            standing = "dominated" if len(beaten[place]) == 1 else "extendedly dominated"
        elif added is not None:
            standing = "on the frontier"
        compared.append(
            Compared(
                name, cost, qalys, standing,
                None if added is None else added.cost,
                None if added is None else added.qalys,
                None if added is None else added.icer,
                names[place],
                tuple(other for point in beaten.get(place, ()) for other in names[point]),
            )
        )  # fmt: skip
    return tuple(compared)


def _levels(values: Sequence[float]) -> dict[float, float]:
    """Return for each value the lowest one that counts as equal to it."""
    slack = SAME * max((abs(value) for value in values), default=0.0)
    found: dict[float, float] = {}
    level = -float("inf")
    for value in sorted(values):
        level = level if value - level <= slack else value
        found[value] = level
    return found


def _by_cost(placed: tuple[Point, tuple[str, float, float]]) -> tuple[float, float, str]:
    (cost, qalys), (name, _, _) = placed
    return cost, -qalys, name


def _path(points: Sequence[Point]) -> tuple[list[Point], dict[Point, tuple[Point, ...]]]:
    """Return the frontier, and what beats each other point: one point, or a mixture of two.

    `points` are all different, cheapest first and of equal cost the best first.
    """
    beaten: dict[Point, tuple[Point, ...]] = {}
    path: list[Point] = []
    best: Point | None = None
    for point in points:
        if best is not None and point[1] <= best[1]:
            beaten[point] = (best,)
            continue
        best = point
        while len(path) > 1 and _ratio(path[-1], point) < _ratio(path[-2], path[-1]):
            beaten[path.pop()] = ()
        path.append(point)
    for point in [p for p, by in beaten.items() if not by]:
        after = bisect(path, point)
        beaten[point] = (path[after - 1], path[after])
    return path, beaten


def _ratio(less: Point, more: Point) -> float:
    return (more[0] - less[0]) / (more[1] - less[1])
