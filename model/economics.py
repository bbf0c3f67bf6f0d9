"""Strategies compared: incremental cost-effectiveness and net monetary benefit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Standing = Literal["reference", "on the frontier", "dominated", "extendedly dominated", "equal"]


@dataclass(frozen=True)
class Compared:
    """One strategy's place: its ICER against the next cheaper one on the frontier, if any."""

    name: str
    cost: float
    qalys: float
    standing: Standing
    icer: float | None


def net_monetary_benefit(cost: float, qalys: float, willingness_to_pay: float) -> float:
    """Return QALYs valued at the willingness to pay, less cost.

    Stinnett & Mullahy, Medical Decision Making 1998;18:S68-80, 10.1177/0272989X98018002S09.
    """
    return willingness_to_pay * qalys - cost


def frontier(strategies: Sequence[tuple[str, float, float]]) -> tuple[Compared, ...]:
    """Return strategies given as (name, cost, QALYs), cheapest first, with standing and ICER.

    Dominated strategies have no ratio: dominance is a status, never a negative number
    (Karlsson & Johannesson, Pharmacoeconomics 1996;9:113-20, 10.2165/00019053-199609020-00003).
    """
    ordered = sorted(strategies, key=lambda s: (s[1], -s[2]))
    standing: dict[int, Standing] = {}
    path: list[int] = []
    for i, (_, cost, qalys) in enumerate(ordered):
        if path and qalys <= ordered[path[-1]][2]:
            same = (cost, qalys) == ordered[path[-1]][1:]
            standing[i] = "equal" if same else "dominated"
            continue
        while len(path) > 1 and _icer(ordered[path[-1]], ordered[i]) <= _icer(
            ordered[path[-2]], ordered[path[-1]]
        ):
            standing[path.pop()] = "extendedly dominated"
        path.append(i)
    compared = []
    for i, (name, cost, qalys) in enumerate(ordered):
        place = path.index(i) if i in path else -1
        icer = _icer(ordered[path[place - 1]], ordered[i]) if place > 0 else None
        status: Standing = standing.get(i, "reference" if place == 0 else "on the frontier")
        compared.append(Compared(name, cost, qalys, status, icer))
    return tuple(compared)


def _icer(less: tuple[str, float, float], more: tuple[str, float, float]) -> float:
    return (more[1] - less[1]) / (more[2] - less[2])
