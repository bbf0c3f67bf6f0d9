"""What a policy comes to, from its tables and from its numbers of people, by plain dictionaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.outcomes import Value
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from tests.support.plain_course import figure
from tests.support.plain_path import PlainPath

Rows = Iterable[Mapping[str, Any]]
RATES = {"qalys": "discount_rate_effects", "cost": "discount_rate_costs"}


@dataclass
class Month:
    """A month on a list: chances by where it leads, and what it is worth."""

    stay: float = 0.0
    move: dict[str, float] = field(default_factory=dict)
    qalys: float = 0.0
    cost: float = 0.0


def month_on_list(path: PlainPath, point: str, group: str) -> Month:
    """Return a month of waiting: other causes first, then what the file says of the spared."""
    stated = path.points[point].get("waiting")
    if stated is None:
        return Month()
    spared = path.clocks[point, group][1]
    stay = figure(stated["stay"], group) * spared
    move = {to: figure(chance, group) * spared for to, chance in stated["move"].items()}
    lived = 1 - (1 - stay - sum(move.values())) / 2
    return Month(
        stay, move, figure(stated["utility"], group) * lived / 12,
        figure(stated["cost"], group) * lived,
    )  # fmt: skip


@dataclass(frozen=True)
class TableTotals:
    """One policy's rows of the tables `starts` and `waiting`, and the path they belong to."""

    path: PlainPath
    starts: Rows
    waiting: Rows

    def at(self, label: str) -> int:
        """Return a month's number in the window."""
        year, month = map(int, label.split("-"))
        return year * 12 + month - 1 - self.path.opens

    def still_waiting(self) -> dict[tuple[str, str, str, int], float]:
        """Return people left by point, intended option, group and month, by adding and taking away.

        Only where everybody starts what was intended.
        """
        path, opening = self.path, self.path.opens - self.path.begins
        came: dict[tuple[str, str, int], float] = defaultdict(float)
        started: dict[tuple[str, str, str, int], float] = defaultdict(float)
        for (point, option, _, group, month), people in path.starts.items():
            for to, flow in path.courses[point, option, group].arrive.items():
                for now in range(path.window if month < opening else 0):
                    came[to, group, now] += people * flow[opening + now - month]
        for row in self.starts:
            start, now = (row["decision_point"], row["option"], row["group"]), self.at(row["month"])
            started[(*start, now)] += row["starts"]
            for to, flow in path.courses[start].arrive.items():
                for later in range(now + 1, path.window):
                    came[to, row["group"], later] += row["starts"] * flow[later - now]
        for row in self.waiting:
            month_ = month_on_list(path, row["decision_point"], row["group"])
            for to, chance in month_.move.items():
                came[to, row["group"], self.at(row["month"]) + 1] += row["waiting"] * chance
        left: dict[tuple[str, str, str, int], float] = {}
        for point, option, group in path.courses:
            share, stay = path.usual(point, option, group), month_on_list(path, point, group).stay
            people = share * sum(
                float(row["patients"])
                for row in path.rows["backlog"]
                if (row["decision_point"], row["group"]) == (point, group)
            )
            for now in range(path.window):
                new = path.eligible(point, group) * sum(
                    path.people(region, group, opening + now) for region in path.regions
                )
                people += share * (new + came[point, group, now])
                people -= started[point, option, group, now]
                left[point, option, group, now] = people
                people *= stay
        return left

    def worth(self, measure: str, discounted: bool = True) -> float:
        """Return "qalys" or "cost" for life of everyone in the window."""
        path = self.path
        stated = figure(path.settings["economics"][RATES[measure]])
        rate = stated if discounted else 0.0
        later = (1 + rate) ** (-1 / 12)
        arriving, for_life = path.arriving(measure, rate), path.worth(measure, rate)
        begun = [path.worth(measure, rate, path.window - now) for now in range(path.window)]
        total = 0.0
        for row in self.starts:
            now, start = self.at(row["month"]), (row["decision_point"], row["option"], row["group"])
            total += row["starts"] * begun[now][start] * later**now
        for row in self.waiting:
            month = month_on_list(path, row["decision_point"], row["group"])
            amount = month.qalys if measure == "qalys" else month.cost
            total += row["waiting"] * amount * later ** (self.at(row["month"]) + 0.5)
        for (point, option, group, now), people in self.still_waiting().items():
            if now == path.window - 1:
                month = month_on_list(path, point, group)
                then = month.stay * for_life[point, option, group] + sum(
                    chance * arriving[to, group] for to, chance in month.move.items()
                )
                total += people * then * later**path.window
        return total

    def moved_and_died(self) -> tuple[float, float]:
        """Return people who moved on, and who died, in the months they waited."""
        moved = died = 0.0
        for row in self.waiting:
            month = month_on_list(self.path, row["decision_point"], row["group"])
            moved += row["waiting"] * sum(month.move.values())
            died += row["waiting"] * (1 - month.stay - sum(month.move.values()))
        return moved, died


def network_total(
    network: Network, done: Replay, value: Value, waiting: Floats, months: int
) -> float:
    """Return what a replay's first months are worth, person by person of its starts and lists.

    `waiting` (point, group) is what a month on a list is worth; without harm after a wait.
    """
    kernels, month, v = network.kernels, network.waiting, value.monthly_discount
    points = range(len(kernels.points))
    total = 0.0
    for place, people in np.ndenumerate(done.starts):
        pair, g, _, _, t = place
        if t < months and people:
            k = int(network.pair_option[pair])
            after = sum(
                float(kernels.arrive[k, g, c, d]) * v**d * float(value.arrival[c, g])
                for c in points
                for d in range(months - t, kernels.months + 1)
            )
            total += float(people) * (float(value.own[k, g]) + after) * v**t
    for place, people in np.ndenumerate(done.left):
        listed, g, _, _, t = place
        if t < months and people:
            c = int(kernels.point_of[listed])
            one = float(waiting[c, g]) * v**0.5
            if t == months - 1:
                one += v * float(month.stay[c, g]) * float(value.start[listed, g])
                one += v * sum(float(month.move[c, to, g] * value.arrival[to, g]) for to in points)
            total += float(people) * one * v**t
    return total
