"""The plan once more: a linear programme written variable by variable, by single months waited.

It shares no row with the one under test: people on a list are split by months waited, so that
first in first out, the count beyond the standard and the worth of waiting need no algebra.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array

from hepaplan.model.outcomes import Value, Values
from hepaplan.model.sites.network import Network

Floats = npt.NDArray[np.float64]
Name = tuple[str | int, ...]
Terms = dict[Name, float]


@dataclass
class Best:
    """The best point by name of the variable, and what it has of each aim, in their order."""

    people: dict[Name, float]
    qalys: float
    beyond: float
    cost: float
    travel: float

    def total(self, *start: str | int) -> float:
        """Return the sum over variables whose names begin so; -1 stands for anything."""
        return sum(
            value
            for name, value in self.people.items()
            if all(s in (-1, n) for s, n in zip(start, name, strict=False))
        )


@dataclass
class Written:
    """A programme under construction."""

    number: dict[Name, int] = field(default_factory=dict)
    health: Terms = field(default_factory=lambda: defaultdict(float))
    beyond: Terms = field(default_factory=lambda: defaultdict(float))
    cost: Terms = field(default_factory=lambda: defaultdict(float))
    travel: Terms = field(default_factory=lambda: defaultdict(float))
    equal: list[tuple[Terms, float]] = field(default_factory=list)
    at_most: list[tuple[Terms, float]] = field(default_factory=list)

    def solve(self) -> Best:
        """Return the best point: most health, then fewest beyond, least cost, least travel."""
        for terms, _ in (*self.equal, *self.at_most):
            for name in terms:
                self.number.setdefault(name, len(self.number))
        less_health = {name: -worth for name, worth in self.health.items()}
        aims = (less_health, self.beyond, self.cost, self.travel)
        for name in itertools.chain.from_iterable(aims):
            self.number.setdefault(name, len(self.number))
        kept: list[tuple[Terms, float]] = []
        reached: list[float] = []
        for aim in aims:
            weight = np.zeros(len(self.number))
            for name, worth in aim.items():
                weight[self.number[name]] = worth
            found = linprog(
                weight,
                A_ub=self._matrix([*self.at_most, *kept]).toarray(),
                b_ub=[right for _, right in (*self.at_most, *kept)],
                A_eq=self._matrix(self.equal).toarray(),
                b_eq=[right for _, right in self.equal],
                method="highs",
                options={"presolve": False},
            )
            assert found.status == 0, found.message
            assert found.x is not None
            point = found.x
            total = float(weight @ point)
            reached.append(total)
            kept.append((aim, total + 2e-9 * max(abs(total), 1.0)))
        people = {name: float(point[i]) for name, i in self.number.items()}
        return Best(people, -reached[0], *reached[1:])

    def _matrix(self, rows: list[tuple[Terms, float]]) -> coo_array:
        cells = [(r, self.number[n], v) for r, (terms, _) in enumerate(rows)
                 for n, v in terms.items()]  # fmt: skip
        row, column, value = zip(*cells, strict=True)
        return coo_array((value, (row, column)), shape=(len(rows), len(self.number)))


def best_plan(network: Network, values: Values, shift: float) -> Best:
    """Return the plan with most QALYs when each group is planned for by itself.

    Variables: ("start", pair, group, site, waited, month), ("left", list, group, site, waited,
    month), ("sent", list, group, site, month), ("came", point, group, month).
    """
    kernels, waiting, horizon = network.kernels, network.waiting, network.horizon
    points, groups = range(len(kernels.points)), range(len(kernels.groups))
    lists, pairs = range(len(kernels.options)), range(len(network.pair_list))
    sites = range(len(network.sites))
    longest = horizon + network.backlog.shape[-1]
    lp = Written()
    qaly, cost = values.qalys_discounted, values.cost_discounted

    def offered(pair: int, site: int) -> bool:
        return bool(network.offers[network.pair_list[pair], site]
                    and network.offers[network.pair_option[pair], site])  # fmt: skip

    def pairs_of(listed: int, site: int) -> list[int]:
        return [p for p in pairs if network.pair_list[p] == listed and offered(p, site)]

    for c in points:
        for g in groups:
            for t in range(horizon):
                came: Terms = {("came", c, g, t): 1.0}
                for p in pairs:
                    for h in sites:
                        for earlier in range(t):
                            fate = kernels.arrive[network.pair_option[p], g, c]
                            share = fate[t - earlier] if t - earlier < fate.size else 0.0
                            if share > 0 and offered(p, h):
                                for w in range(longest):
                                    came["start", p, g, h, w, earlier] = -float(share)
                if t > 0:
                    for listed in lists:
                        move = waiting.move[kernels.point_of[listed], c, g]
                        if move > 0:
                            for h in sites:
                                for w in range(longest):
                                    came["left", listed, g, h, w, t - 1] = -float(move)
                lp.equal.append((came, float(network.entries[c, g, t])))

    for listed in lists:
        c = int(kernels.point_of[listed])
        waits = bool(waiting.waits[c])
        for g in groups:
            share = float(kernels.usual_share[listed, g])
            for t in range(horizon):
                everyone = {("sent", listed, g, h, t): 1.0 for h in sites}
                lp.equal.append((everyone | {("came", c, g, t): -share}, 0.0))
                for h in sites:
                    present = float(network.referral[listed, g, h])
                    if not network.offers[listed, h]:
                        lp.equal.append(({("sent", listed, g, h, t): 1.0}, 0.0))
                    elif network.offers[listed].sum() > 1:
                        sent: Name = ("sent", listed, g, h, t)
                        most, least = min(present + shift, 1.0), max(present - shift, 0.0)
                        lp.at_most.append(({sent: 1.0, ("came", c, g, t): -most * share}, 0.0))
                        lp.at_most.append(({sent: -1.0, ("came", c, g, t): least * share}, 0.0))
                    for w in range(longest):
                        here: Terms = {}
                        right = 0.0
                        if waits:
                            here["left", listed, g, h, w, t] = 1.0
                        for p in pairs_of(listed, h):
                            here["start", p, g, h, w, t] = 1.0
                        if w == 0:
                            here["sent", listed, g, h, t] = -1.0
                        elif t > 0 and waits:
                            here["left", listed, g, h, w - 1, t - 1] = -float(waiting.stay[c, g])
                        if t == 0 and w < network.backlog.shape[-1]:
                            right = float(network.backlog[listed, g, h, w])
                        lp.equal.append((here, right))

    for r in range(network.capacity.shape[0]):
        for h in sites:
            for t in range(horizon):
                use: Terms = {}
                for p in pairs:
                    for g in groups:
                        for begun in range(t + 1):
                            footprint = kernels.use[network.pair_option[p], g, r]
                            units = footprint[t - begun] if t - begun < footprint.size else 0.0
                            if units > 0 and offered(p, h):
                                for w in range(longest):
                                    use["start", p, g, h, w, begun] = float(units)
                free = max(float(network.capacity[r, h, t] - network.committed[r, h, t]), 0.0)
                if use:
                    lp.at_most.append((use, free))

    for p in pairs:
        if p in lists:
            continue
        listed = int(network.pair_list[p])
        for h in sites:
            for t in range(horizon):
                terms: Terms = defaultdict(float)
                for g in groups:
                    for w in range(longest):
                        if offered(p, h):
                            terms["start", p, g, h, w, t] += 1.0
                            for other in pairs_of(listed, h):
                                limit = float(network.may_shift[p])
                                terms["start", other, g, h, w, t] -= limit
                if terms:
                    lp.at_most.append((dict(terms), 0.0))

    for t in range(horizon):
        for g in groups:
            for h in sites:
                for w in range(longest):
                    for p in pairs:
                        k = int(network.pair_option[p])
                        if offered(p, h):
                            lp.health["start", p, g, h, w, t] += _start(network, qaly, k, g, t)
                            money = _start(network, cost, k, g, t)
                            lp.cost["start", p, g, h, w, t] += money
                    for listed in lists:
                        c = int(kernels.point_of[listed])
                        if not waiting.waits[c]:
                            continue
                        name: Name = ("left", listed, g, h, w, t)
                        lp.health[name] += _left(network, qaly, waiting.qalys, listed, g, t)
                        money = _left(network, cost, waiting.cost, listed, g, t)
                        lp.cost[name] += money
                        if w >= waiting.standard_months[c]:
                            lp.beyond[name] += 1.0
                for listed in lists:
                    minutes = float(network.travel[g, h])
                    lp.travel["sent", listed, g, h, t] += minutes
    return lp.solve()


def _start(network: Network, value: Value, option: int, group: int, month: int) -> float:
    """Return the worth of a start: its own course, and arrivals after the horizon."""
    own, arrival, later = value.own, value.arrival, value.monthly_discount
    total = float(own[option, group])
    for c in range(len(network.kernels.points)):
        fate = network.kernels.arrive[option, group, c]
        for since in range(max(network.horizon - month, 1), fate.size):
            total += float(fate[since] * later**since * arrival[c, group])
    return total * float(later**month)


def _left(
    network: Network, value: Value, in_month: Floats, listed: int, group: int, month: int
) -> float:
    """Return the worth of one person left at a month's end, for the month that follows."""
    start, arrival, later = value.start, value.arrival, value.monthly_discount
    c = int(network.kernels.point_of[listed])
    total = float(in_month[c, group]) * later**0.5
    if month == network.horizon - 1:
        after = network.waiting.stay[c, group] * start[listed, group]
        for to in range(len(network.kernels.points)):
            after += network.waiting.move[c, to, group] * arrival[to, group]
        total += float(after) * later
    return float(total * later**month)
