"""No chance at all: expected numbers of people, in fractions."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.chance.fates import by_harm, fates_of
from hepaplan.model.chance.queues import Queues
from hepaplan.model.chance.room import Room
from hepaplan.model.replay import (
    first_in_first_out,
    longest_wait_first,
    oldest_of_all_groups,
)
from hepaplan.model.sites.network import Network


class Expected:
    """One replication in which everything happens as expected: it must equal the replay.

    People are an array (queue, group, replication, months waited); those who start have rows in
    place of queues.
    """

    replications = 1
    kept_as = np.float64

    def __init__(self, network: Network, queues: Queues) -> None:
        self._network, self._queues = network, queues
        self._fates = fates_of(network)

    def entries(self) -> Floats:
        """Return new people (month, replication, point, group)."""
        return self._network.entries.transpose(2, 0, 1)[:, None].copy()

    def day_one(self) -> Floats:
        """Return who is on the lists before anybody comes."""
        return self._queues.at(self._network.backlog)[:, :, None].copy()

    def newcomers(self, _: int, queue: Floats, came: Floats, share: Floats) -> Floats:
        """Return the queues with those who `came` (replication, point, group).

        `share` (queue, group) is that of a queue in those who come to its point.
        """
        queue = queue.copy()
        queue[..., 0] += share[..., None] * came[:, self._queues.points].transpose(1, 2, 0)
        return queue

    def who_wait(self, queue: Floats) -> tuple[Floats, Floats]:
        """Return those where people wait, and the starts of all others at once."""
        waits = self._queues.waits[:, None, None, None]
        return queue * waits, self._queues.own_rows(queue * ~waits)

    def number(self, people: Floats) -> Floats:
        """Return people (queue, group, replication)."""
        by_queue = people if len(people) == len(self._queues.lists) else self._by_queue(people)
        return np.asarray(by_queue.sum(axis=-1))

    def due(self, planned: Floats, month: int) -> Floats:
        """Return planned starts (queue, key, replication); `planned` has all months."""
        return np.asarray(planned[..., month, None])

    def at_least(self, number: Floats) -> Floats:
        """Return a number of people as it is."""
        return number

    def oldest(self, queue: Floats, number: Floats) -> Floats:
        """Return `number` (queue, key, replication) of each queue, the longest wait first."""
        if number.shape[1] < queue.shape[1]:
            return oldest_of_all_groups(queue, number[:, 0])
        return first_in_first_out(queue, np.minimum(number, queue.sum(axis=-1)))

    def claims(self, _: int, people: Floats, share: Floats | None = None) -> Floats:
        """Return people by the option they are to start, in `share` (row, group)."""
        if share is None:
            return self._queues.own_rows(people)
        return np.asarray(share[:, :, None, None] * people[self._queues.row_queue])

    def fit(self, month: int, room: Room, claims: Floats, urgent: bool) -> Floats:
        """Return who starts, and take room: the most `urgent` first, or all lists in proportion."""
        level = np.zeros((len(claims), claims.shape[-1]), dtype=np.int64)
        home = self._queues.row_queue
        if urgent:
            urgency = self._queues.urgency(claims.shape[-1])[home]
            level = np.unique(-urgency, return_inverse=True)[1].reshape(level.shape)
            return room.shares(claims, level, month)
        number = room.shares(claims, level, month).sum(axis=-1)
        return longest_wait_first(self._by_queue(claims), number, home)

    def both(self, one: Floats, other: Floats) -> Floats:
        """Return two lots of starts together."""
        return one + other

    def without(self, queue: Floats, begun: Floats) -> Floats:
        """Return who is left of a queue."""
        return np.maximum(queue - self._by_queue(begun), 0.0)

    def spend(self, month: int, room: Room, begun: Floats) -> None:
        """Take room for starts that ask nobody."""
        for row in np.flatnonzero(begun.any(axis=(1, 2, 3))):
            room.spend(int(row), month, begun[row].sum(axis=-1), np.arange(1))

    def carry(self, month: int, room: Room, left: Floats) -> None:
        """Fractions leave no room unused."""

    def by_row(self, begun: Floats) -> Floats:
        """Return starts (row, replication)."""
        return np.asarray(begun.sum(axis=(1, 3)))

    def waited(self, people: Floats, months: Ints) -> Floats:
        """Return those who have waited at least `months` (queue,), by queue and replication."""
        by_queue = people if len(people) == len(self._queues.lists) else self._by_queue(people)
        long = np.arange(people.shape[-1]) >= months[:, None]
        return np.asarray(np.einsum("qgbw,qw->qb", by_queue, long.astype(float)))

    def months_waited(self, begun: Floats) -> Floats:
        """Return the months that those who start have waited, by queue and replication."""
        waited = np.arange(begun.shape[-1], dtype=np.float64)
        return np.asarray((self._by_queue(begun) @ waited).sum(axis=1))

    def after_starts(self, month: int, begun: Floats, arrivals: Floats) -> None:
        """Add to `arrivals` (month, replication, point, group) what starts lead to."""
        by_option = np.zeros((len(self._network.kernels.options), *begun.shape[1:]))
        np.add.at(by_option, self._queues.row_option, begun)
        started = by_harm(self._network, by_option, month)
        ahead = min(arrivals.shape[0] - month - 1, self._fates.arrive.shape[-1])
        arrivals[month + 1 : month + 1 + ahead] += np.einsum(
            "kgbw,wkgcd->dbcg", started, self._fates.arrive[..., :ahead], optimize=True
        )

    def after_waiting(self, month: int, left: Floats, arrivals: Floats) -> Floats:
        """Return who stays of those left, a month older; who moves arrives next month."""
        chance = self._fates.wait[self._queues.points]
        if month + 1 < arrivals.shape[0]:
            arrivals[month + 1] += np.einsum("qgbw,qgc->bcg", left, chance[..., :-1])
        stayed = chance[..., -1, None, None] * left
        return np.concatenate((np.zeros_like(stayed[..., :1]), stayed), axis=-1)

    def _by_queue(self, rows: Floats) -> Floats:
        return self._queues.by_queue(rows)
