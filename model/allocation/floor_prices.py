"""What a floor under the worst share started within the standard costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.fairness import (
    equity,
    months_in_time,
    started_in_time,
    with_rows,
)
from hepaplan.model.allocation.prices import Solved, with_prices
from hepaplan.model.allocation.session import Stopped
from hepaplan.model.arrays import Floats

ROUNDS = 2


@dataclass(frozen=True)
class FloorPrice:
    """What a floor costs: QALYs of the plan that keeps it, and the shares it reaches.

    `shares` (region or group,) as the rule counts them. Not numbers where no plan was found.
    """

    floor: float
    qalys: float
    lost: float
    shares: Floats
    status: str = "optimal"


def floor_prices(
    solved: Solved, classes: Classes, floors: Sequence[float], origin: Floats, months: int
) -> list[FloorPrice]:
    """Return the price of each floor, lowest first, against a plan without one.

    The months in which starts count are those of the last plan found, settled again
    `ROUNDS` times for each floor. Whoever keeps a higher floor keeps the lower, so a lower one
    never costs more.
    """
    start = with_prices(solved)
    best, point = float(start.health @ start.solution.point), start.solution.point
    found: list[FloorPrice] = []
    for floor in sorted(floors):
        try:
            for _ in range(ROUNDS):
                in_time = months_in_time(start.network, classes, start.at, point)
                rows = equity(start.network, classes, start.at, floor, origin, months, in_time)
                programme = with_rows(start.programme, rows)
                point = with_prices(replace(start, programme=programme)).solution.point
        except Stopped as stop:
            unknown = np.full(origin.shape[-1], np.nan)
            found.append(FloorPrice(floor, np.nan, np.nan, unknown, stop.status))
            continue
        shares = started_in_time(start.network, classes, start.at, origin, months, point)
        qalys = float(start.health @ point)
        found.append(FloorPrice(floor, qalys, best - qalys, shares))
    for place in range(len(found) - 2, -1, -1):
        if found[place + 1].qalys > found[place].qalys:
            found[place] = replace(found[place + 1], floor=found[place].floor)
    return found
