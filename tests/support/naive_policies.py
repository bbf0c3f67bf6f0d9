"""Lists, sites and first come, first served, in plain loops over people by months waited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.support.naive import Fate

Group = str
Listed = tuple[str, str]  # decision point, intended option
Place = tuple[Listed, Group, str]  # a list's group at a site
DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Wait:
    """What a month on a list does to one person, and is worth."""

    stay: float
    move: Mapping[str, float]
    dies: float
    qalys: float
    cost: float
    lived: float


@dataclass(frozen=True)
class Paper:
    """Everything reading 2 starts from."""

    lists: Sequence[Listed]
    groups: Sequence[Group]
    sites: Sequence[str]
    resources: Sequence[str]
    months: int
    fates: Mapping[tuple[str, str, Group], Fate]
    share: Mapping[tuple[Listed, Group], float]
    entries: Mapping[tuple[str, Group], Sequence[float]]
    backlog: Mapping[Place, Sequence[float]]
    referral: Mapping[Place, float]
    free: Mapping[tuple[str, str], Sequence[float]]
    wait: Mapping[tuple[str, Group], Wait]
    standard_days: Mapping[str, float]


@dataclass(frozen=True)
class Done:
    """Starts and people left by (list, group, site, months waited, month); deaths on lists."""

    starts: Mapping[tuple[Listed, Group, str, int, int], float]
    left: Mapping[tuple[Listed, Group, str, int, int], float]
    use: Mapping[tuple[str, str, int], float]
    deaths: float

    def started(self, listed: Listed, month: int) -> float:
        """Return a list's starts in a month."""
        return sum(
            people
            for (of, _, _, _, at), people in self.starts.items()
            if (of, at) == (listed, month)
        )


def first_come(paper: Paper) -> Done:
    """Return what happens when the longest wait relative to its standard goes first."""
    queue: dict[Place, list[float]] = {
        (listed, g, h): list(paper.backlog.get((listed, g, h), [0.0]))
        for listed in paper.lists for g in paper.groups for h in paper.sites
    }  # fmt: skip
    came = {key: list(people) for key, people in paper.entries.items()}
    free = {key: list(units) for key, units in paper.free.items()}
    starts: dict[tuple[Listed, Group, str, int, int], float] = {}
    left: dict[tuple[Listed, Group, str, int, int], float] = {}
    use: dict[tuple[str, str, int], float] = defaultdict(float)
    deaths = 0.0
    for month in range(paper.months):
        for (listed, g, h), people in queue.items():
            new = paper.share[listed, g] * came[listed[0], g][month]
            people[0] += new * paper.referral.get((listed, g, h), 0.0)
        for h in paper.sites:
            begun = _start(paper, queue, free, h, month)
            for (listed, g, waited), number in begun.items():
                starts[listed, g, h, waited, month] = number
                queue[listed, g, h][waited] -= number
                fate = paper.fates[(*listed, g)]
                for point, flow in fate.arrive.items():
                    for later in range(month + 1, paper.months):
                        came[point, g][later] += number * flow[later - month]
                for r in paper.resources:
                    for later in range(month, paper.months):
                        units = number * fate.use[r][later - month]
                        free[r, h][later] -= units
                        use[r, h, later] += units
        for (listed, g, h), people in queue.items():
            wait = paper.wait.get((listed[0], g))
            for waited, number in enumerate(people):
                left[listed, g, h, waited, month] = number
                if wait is not None:
                    deaths += number * wait.dies
                    if month + 1 < paper.months:
                        for point, probability in wait.move.items():
                            came[point, g][month + 1] += number * probability
            stay = wait.stay if wait else 0.0
            queue[listed, g, h] = [0.0, *(stay * number for number in people)]
    return Done(starts, left, use, deaths)


def _start(
    paper: Paper,
    queue: Mapping[Place, Sequence[float]],
    free: Mapping[tuple[str, str], Sequence[float]],
    site: str,
    month: int,
) -> dict[tuple[Listed, Group, int], float]:
    """Return who starts at a site: the most urgent first, equals share what is left."""
    begun: dict[tuple[Listed, Group, int], float] = {}
    room = {(r, t): free[r, site][t] for r in paper.resources for t in range(month, paper.months)}
    levels: dict[float, list[tuple[Listed, int]]] = defaultdict(list)
    for listed in paper.lists:
        for waited in range(len(queue[listed, paper.groups[0], site])):
            if listed[0] not in paper.standard_days:
                for g in paper.groups:  # nobody waits here
                    begun[listed, g, waited] = queue[listed, g, site][waited]
            else:
                urgency = waited * DAYS_PER_MONTH / paper.standard_days[listed[0]]
                levels[round(urgency, 9)].append((listed, waited))
    for urgency in sorted(levels, reverse=True):
        claims = levels[urgency]
        need = {
            claim: {
                (r, t): sum(
                    queue[claim[0], g, site][claim[1]]
                    * paper.fates[(*claim[0], g)].use[r][t - month]
                    for g in paper.groups
                )
                for r, t in room
            }
            for claim in claims
        }
        share = dict.fromkeys(claims, 0.0)
        growing = set(claims)
        while growing:
            # The next event: somebody reaches 1, or something runs out for those still growing.
            steps = [1.0 - share[claim] for claim in growing]
            for cell, units in room.items():
                together = sum(need[claim][cell] for claim in growing)
                if together > 1e-12:
                    steps.append(units / together)
            step = max(min(steps), 0.0)
            for claim in growing:
                share[claim] += step
                for cell in room:
                    room[cell] -= step * need[claim][cell]
            full = {cell for cell, units in room.items() if units <= 1e-9}
            growing = {
                claim for claim in growing
                if share[claim] < 1 - 1e-12
                and not any(need[claim][cell] > 1e-12 for cell in full)
            }  # fmt: skip
        for (listed, waited), part in share.items():
            for g in paper.groups:
                begun[listed, g, waited] = part * queue[listed, g, site][waited]
    return begun


def lifetime(
    paper: Paper, done: Done, window: int, annual_rate: float, measure: str, months: int = 900
) -> float:
    """Return what a window's people yield for life: after it, everyone starts on arrival.

    `measure` is "cost" or "qalys"; discounted to the first month of the window.
    """
    monthly = (1 + annual_rate) ** (1 / 12)
    came = {(listed[0], g): np.zeros(months) for listed in paper.lists for g in paper.groups}
    flows = {
        start: [(point, np.array(flow)) for point, flow in fate.arrive.items()]
        for start, fate in paper.fates.items()
    }
    begun = {(listed, g): [0.0] * months for listed in paper.lists for g in paper.groups}
    own = {}
    for start, fate in paper.fates.items():
        streams = [fate.qalys] if measure == "qalys" else list(fate.cost.values())
        own[start] = sum(
            amount * monthly ** -(since + 0.5)
            for stream in streams
            for since, amount in enumerate(stream)
        )
    total = 0.0
    for (listed, g, _, _, month), people in done.starts.items():
        if month < window:
            begun[listed, g][month] += people
    for (listed, g, _, _, month), people in done.left.items():
        wait = paper.wait.get((listed[0], g))
        if month < window and wait is not None:
            total += (
                people * (wait.cost if measure == "cost" else wait.qalys) / monthly ** (month + 0.5)
            )
            if month == window - 1:
                begun[listed, g][window] += people * wait.stay
                for point, probability in wait.move.items():
                    came[point, g][window] += people * probability
    for month in range(months):
        for listed in paper.lists:
            for g in paper.groups:
                if month >= window:
                    begun[listed, g][month] += paper.share[listed, g] * came[listed[0], g][month]
                people = begun[listed, g][month]
                if people == 0:
                    continue
                first, stop = max(window - month, 1), months - month
                for point, flow in flows[*listed, g]:
                    later = flow[first:stop]
                    came[point, g][month + first : month + first + later.size] += people * later
                total += people * own[*listed, g] / monthly**month
    return total
