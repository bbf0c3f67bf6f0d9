"""A plan, or first come, met by chance: many replications of the replay side by side."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.chance.drawn import Drawn
from hepaplan.model.chance.expected import Expected
from hepaplan.model.chance.queues import Queues
from hepaplan.model.chance.room import open_room
from hepaplan.model.chance.rules import Chance, FirstCome, Planned, Rule
from hepaplan.model.chance.streams import Streams
from hepaplan.model.replay import Plan
from hepaplan.model.sites.network import Network

BLOCK = 500
"""Replications side by side: enough for long arrays, few enough for memory."""


@dataclass(frozen=True)
class Simulated:
    """What happened in each replication, in people; the last axis is the replication.

    `starts` (row, month) by `queues`' rows. By place, a decision point at a site, and month:
    `started` from it, `months_waited` by these together, `within` the standard of these, `gone`
    (died or moved while waiting, in the month that follows), `left` at the month's end, `late`
    beyond the standard of these. `use` (resource, site, month) with what earlier starts still take.
    """

    queues: Queues
    starts: Floats
    started: Floats
    months_waited: Floats
    within: Floats
    gone: Floats
    left: Floats
    late: Floats
    use: Floats

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return int(self.starts.shape[-1])


def simulate(
    network: Network,
    plan: Plan | None,
    replications: int = 1000,
    seed: int = 1,
    variance: bool = True,
    months: int | None = None,
    block: int = BLOCK,
) -> Simulated:
    """Return replications of a plan, or of first come where there is no plan.

    New people and carried-in recurrences come as Poisson numbers, each start and each month of
    waiting ends in one of the fates of its kernel or list, and patients are whole. `months` of the
    horizon are simulated, all unless given. Without `variance` there is one replication, of
    expected numbers in fractions: the replay. A replication is the same whatever the `block`.
    """
    months = months or network.horizon
    rule: Rule = FirstCome(network) if plan is None else Planned(network, plan)
    if not variance:
        return _block(network, rule, Expected(network, rule.queues), months)
    firsts = range(0, replications, block)
    numbers = [Streams(seed, range(i, min(i + block, replications))) for i in firsts]
    return joined(
        [_block(network, rule, Drawn(network, rule.queues, some), months) for some in numbers]
    )


def joined(parts: list[Simulated]) -> Simulated:
    """Return replications of several blocks as one."""
    names = [field.name for field in fields(Simulated) if field.name != "queues"]
    together = {n: np.concatenate([getattr(part, n) for part in parts], axis=-1) for n in names}
    return Simulated(parts[0].queues, **together)


def _block(network: Network, rule: Rule, chance: Chance, months: int) -> Simulated:
    queues, count = rule.queues, chance.replications
    arrivals = chance.entries()
    listed = network.kernels.usual_share[queues.lists]
    room = open_room(network.available + rule.extra, network.kernels, queues, count)
    before = room.free.copy()
    starts = np.zeros((queues.row_queue.size, months, count), chance.kept_as)
    by_place = np.zeros((6, len(queues.places), months, count), chance.kept_as)
    queue, owed = chance.day_one(), np.zeros((1, 1, 1))
    everybody, late = np.zeros_like(queues.standard_months), queues.standard_months
    for month in range(months):
        share = listed * rule.referral(month)
        queue = chance.newcomers(month, queue, arrivals[month], share)
        waiting, at_once = chance.who_wait(queue)
        chance.spend(month, room, at_once)
        chosen, owed = rule.start(chance, month, waiting, owed, room)
        left = chance.without(waiting, chosen)
        chance.carry(month, room, left)
        begun = chance.both(chosen, at_once)
        starts[:, month] = chance.by_row(begun)
        chance.after_starts(month, begun, arrivals)
        queue = chance.after_waiting(month, left, arrivals)
        started, there = chance.waited(chosen, everybody), chance.waited(left, everybody)
        counts = (
            started,
            chance.months_waited(chosen),
            started - chance.waited(chosen, late + 1),
            there - chance.waited(queue, everybody),
            there,
            chance.waited(left, late),
        )
        by_place[:, :, month] = queues.member @ np.stack(counts)
    free = before + room.carried - room.free
    use = network.committed[..., None] + free.swapaxes(0, 1)
    started, waited, within, gone, stay, beyond = by_place
    return Simulated(
        queues, starts, started, waited, within, gone, stay, beyond, use[:, :, :months]
    )
