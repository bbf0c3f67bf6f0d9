"""Chance: people come, are treated, move on and die one by one."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.chance import streams
from hepaplan.model.chance.crowd import Crowd, people, rank, together
from hepaplan.model.chance.fates import chances, fates_of, harm_of
from hepaplan.model.chance.queues import Queues
from hepaplan.model.chance.room import Room
from hepaplan.model.chance.streams import Streams
from hepaplan.model.chance.whole import divided, spread
from hepaplan.model.replay import ROUNDING
from hepaplan.model.sites.network import Network

LONG_WAIT = 6
"""Months from which waits of different lists count as equal where they compete for room."""


class Drawn:
    """Some replications, in whole patients. The methods are those of `Expected`."""

    kept_as = np.float32
    """Whole numbers of people, half the memory."""

    def __init__(self, network: Network, queues: Queues, numbers: Streams) -> None:
        self.replications = len(numbers)
        self._network, self._queues, self._streams = network, queues, numbers
        fates = fates_of(network)
        self._shape = fates.arrive.shape
        waited, options, groups, points, lags = self._shape
        by_kind = fates.arrive.reshape(waited * options * groups, points * lags)
        self._after_start = chances(by_kind)
        self._after_month = chances(fates.wait.reshape(-1, fates.wait.shape[-1]))
        self._phase = np.array([g.random(2) for g in numbers.generators(streams.PHASES)]).T

    def entries(self) -> Floats:
        """Return new people (month, replication, point, group), Poisson numbers."""
        mean = self._network.entries.transpose(2, 0, 1)
        come = [g.poisson(mean) for g in self._streams.generators(streams.ENTRIES)]
        return np.stack(come, axis=1).astype(np.float64)

    def day_one(self) -> Crowd:
        """Return whole people on day one's lists, each queue with its share on average.

        Their sum is that of the backlog, rounded up or down.
        """
        backlog = self._queues.at(self._network.backlog)
        there = float(backlog.sum())
        total = np.floor(there + self._phase[0])
        share = np.repeat(backlog.reshape(1, -1) / max(there, ROUNDING), total.size, axis=0)
        number = divided(total, share, self._phase[1]).reshape(total.size, *backlog.shape)
        where, lot = self._each(0, streams.DAY_ONE, number)
        replication, queue, group, waited = np.unravel_index(where, number.shape)
        return people(replication, queue, group, waited, lot)

    def newcomers(self, month: int, queue: Crowd, came: Floats, share: Floats) -> Crowd:
        """Return the queues with those who `came` (replication, point, group), each by chance."""
        queues, (points, groups) = self._queues, came.shape[1:]
        table = np.zeros((points, groups, len(share)))
        table[queues.points, :, np.arange(len(share))] = share
        where, uniform = self._each(month, streams.DESTINATIONS, came)
        to = chances(table.reshape(-1, len(share))).find(where % (points * groups), uniform)
        _, lot = self._each(month, streams.LOTS, came)
        here = to >= 0
        new = people(
            where[here] // (points * groups), to[here], where[here] % groups,
            np.zeros(int(here.sum()), dtype=np.int64), lot[here],
        )  # fmt: skip
        both = together(queue, new)
        return people(both.replication, both.queue, both.group, both.waited, both.lot)

    def who_wait(self, queue: Crowd) -> tuple[Crowd, Crowd]:
        """Return those where people wait, and the starts of all others at once."""
        waits = self._queues.waits[queue.queue]
        return queue.those(waits), self.claims(0, queue.those(~waits))

    def number(self, crowd: Crowd) -> Floats:
        """Return people (queue, group, replication)."""
        shape = len(self._queues.lists), len(self._network.kernels.groups), self.replications
        return _count((crowd.queue, crowd.group, crowd.replication), shape)

    def due(self, planned: Floats, month: int) -> Floats:
        """Return planned starts (queue, key, replication) of a month, whole: fractions add up."""
        total = planned[..., : month + 1].sum(axis=-1)[..., None]
        cells = np.arange(total.size).reshape(total.shape)
        phase = spread(self._phase[0], cells)
        before = total - planned[..., month, None]
        return np.asarray(np.floor(total + phase) - np.floor(before + phase))

    def at_least(self, number: Floats) -> Floats:
        """Return a number of people, a fraction counting as one more."""
        return np.ceil(number - ROUNDING)

    def oldest(self, queue: Crowd, number: Floats) -> Crowd:
        """Return `number` (queue, key, replication) of each queue, the longest wait first.

        The lot decides between equal waits, whatever the group.
        """
        key = queue.group if number.shape[1] > 1 else np.zeros_like(queue.group)
        cell = (queue.replication * number.shape[0] + queue.queue) * number.shape[1] + key
        order = np.lexsort((queue.lot, -queue.waited, cell))
        found = queue.those(order)
        wanted = number[found.queue, key[order], found.replication]
        return found.those(rank(cell[order]) < wanted)

    def claims(self, month: int, crowd: Crowd, share: Floats | None = None) -> Crowd:
        """Return people with the option they are to start, in `share` (row, group) on average."""
        row = crowd.queue.copy()
        if share is not None:
            for rows in self._queues.exchanged:
                here = np.flatnonzero(crowd.queue == self._queues.row_queue[rows[0]])
                up_to = np.cumsum(share[rows], axis=0)[:, crowd.group[here]]
                chance = spread(crowd.lot[here], np.array(month + 1))
                row[here] = rows[np.minimum((chance >= up_to).sum(axis=0), rows.size - 1)]
        return Crowd(
            crowd.replication, crowd.queue, crowd.group, crowd.waited, crowd.lot, crowd.index, row
        )

    def fit(self, month: int, room: Room, claims: Crowd, urgent: bool) -> Crowd:
        """Return who starts, and take room: whole patients, the longest relative wait first.

        Equal claims of several lists come in an order drawn for the month, the same in all
        replications; `urgent` or not makes no difference to whole patients.
        """
        queues = self._queues
        waited = np.minimum(claims.waited, LONG_WAIT)
        urgency = queues.urgency(LONG_WAIT + 1)[claims.queue, waited]
        turn = self._streams.common(month).permutation(len(queues.row_queue))[claims.row]
        order = np.lexsort((claims.lot, -claims.waited, claims.replication, turn, -urgency))
        claims = claims.those(order)
        cell = np.cumsum(
            (np.diff(turn[order], prepend=-1) != 0) | (np.diff(urgency[order], prepend=-1.0) != 0)
        )
        begins = np.diff(cell * self.replications + claims.replication, prepend=-1) != 0
        place = rank(np.cumsum(begins))
        first = np.flatnonzero(begins)
        number = np.diff(first, append=len(claims)).astype(np.float64)
        fitting = np.zeros(first.size)
        groups = len(self._network.kernels.groups)
        edges = np.flatnonzero(np.diff(cell[first], prepend=-1, append=-1))
        for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            here, row = slice(a, b), int(claims.row[first[a]])
            who = claims.replication[first[here]]
            most = room.fits(row, month, number[here], who)
            fitting[here] = most
            last = first[b] if b < first.size else len(claims)
            start = np.arange(first[a], last)
            chosen = place[start] < np.repeat(most, number[here].astype(np.int64))
            column = np.repeat(np.arange(b - a), number[here].astype(np.int64))[chosen]
            begun = _count((claims.group[start[chosen]], column), (groups, b - a))
            room.spend(row, month, begun, who)
        return claims.those(place < np.repeat(fitting, number.astype(np.int64)))

    def both(self, one: Crowd, other: Crowd) -> Crowd:
        """Return two lots of starts together."""
        return together(one, other)

    def without(self, queue: Crowd, begun: Crowd) -> Crowd:
        """Return who is left of a queue."""
        return queue.those(~np.isin(queue.index, begun.index))

    def spend(self, month: int, room: Room, begun: Crowd) -> None:
        """Take room for starts that ask nobody."""
        shape = len(self._network.kernels.groups), self.replications
        for row in np.unique(begun.row):
            some = begun.those(begun.row == row)
            number = _count((some.group, some.replication), shape)
            room.spend(int(row), month, number, np.arange(self.replications))

    def carry(self, month: int, room: Room, left: Crowd) -> None:
        """Keep what is too little for one patient for the next month, where somebody waits."""
        for queue in np.unique(left.queue):
            room.carry(int(queue), month, np.unique(left.replication[left.queue == queue]))

    def by_row(self, begun: Crowd) -> Floats:
        """Return starts (row, replication)."""
        shape = len(self._queues.row_queue), self.replications
        return _count((begun.row, begun.replication), shape)

    def waited(self, crowd: Crowd, months: Ints) -> Floats:
        """Return those who have waited at least `months` (queue,), by queue and replication."""
        return np.asarray(self.number(crowd.those(crowd.waited >= months[crowd.queue])).sum(axis=1))

    def months_waited(self, begun: Crowd) -> Floats:
        """Return the months that those who start have waited, by queue and replication."""
        waited = np.zeros((len(self._queues.lists), self.replications))
        np.add.at(waited, (begun.queue, begun.replication), begun.waited)
        return waited

    def after_starts(self, month: int, begun: Crowd, arrivals: Floats) -> None:
        """Add to `arrivals` (month, replication, point, group) where each start leads, and when."""
        _, options, groups, _, lags = self._shape
        begun = begun.those(np.argsort(begun.replication, kind="stable"))
        option = self._queues.row_option[begun.row]
        harm = harm_of(self._network, begun.waited, month)
        kind = (harm * options + option) * groups + begun.group
        outcome = self._after_start.find(kind, self._uniforms(month, streams.STARTS, begun))
        later = outcome % lags + month + 1
        met = (outcome >= 0) & (later < arrivals.shape[0])
        where = later[met], begun.replication[met], outcome[met] // lags, begun.group[met]
        np.add.at(arrivals, where, 1.0)

    def after_waiting(self, month: int, left: Crowd, arrivals: Floats) -> Crowd:
        """Return who stays of those left, a month older; who moves arrives next month."""
        left = left.those(np.argsort(left.replication, kind="stable"))
        groups, stays = arrivals.shape[3], arrivals.shape[2]
        kind = self._queues.points[left.queue] * groups + left.group
        outcome = self._after_month.find(kind, self._uniforms(month, streams.WAITING, left))
        if month + 1 < arrivals.shape[0]:
            gone = (outcome >= 0) & (outcome < stays)
            where = left.replication[gone], outcome[gone], left.group[gone]
            np.add.at(arrivals[month + 1], where, 1.0)
        stay = left.those(outcome == stays)
        return people(stay.replication, stay.queue, stay.group, stay.waited + 1, stay.lot)

    def _each(self, month: int, purpose: int, number: Floats) -> tuple[Ints, Floats]:
        """Return each person's cell and uniform number; `number` has replications first."""
        flat = number.reshape(-1).astype(np.int64)
        filled = np.flatnonzero(flat)
        where = np.repeat(filled, flat[filled])
        by_replication = flat.reshape(self.replications, -1).sum(axis=1)
        return where, self._streams.uniforms(purpose, month, by_replication)

    def _uniforms(self, month: int, purpose: int, crowd: Crowd) -> Floats:
        number = np.bincount(crowd.replication, minlength=self.replications)
        return self._streams.uniforms(purpose, month, number)


def _count(where: tuple[Ints, ...], shape: tuple[int, ...]) -> Floats:
    cells = np.ravel_multi_index(where, shape)
    return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)
