"""Who is to start: the two rules of the replay, for whole patients and many replications."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.chance.queues import Queues, queues_of
from hepaplan.model.chance.room import Room
from hepaplan.model.replay import Plan, replay
from hepaplan.model.sites.network import Network

Chance = Any
"""`Expected` or `Drawn`: what they call people differs, what they do with them does not."""


class Rule(Protocol):
    """A rule for referral and for starts."""

    queues: Queues
    extra: Floats

    def referral(self, month: int) -> Floats:
        """Return the share (queue, group) of a list's people that come to its queue."""

    def start(
        self, chance: Chance, month: int, queue: Any, owed: Floats, room: Room
    ) -> tuple[Any, Floats]:
        """Return starts (row, group, replication, months waited), and those owed afterwards.

        Room is taken for them. `owed` (queue, key, replication) is 0 in the first month.
        """


class FirstCome:
    """Present referral, the intended option, the longest wait relative to its standard first."""

    def __init__(self, network: Network) -> None:
        self.queues = queues_of(network, network.referral[..., None])
        self.extra = np.zeros_like(network.capacity)
        self._referral = self.queues.at(network.referral)

    def referral(self, month: int) -> Floats:
        """Return today's shares."""
        del month
        return self._referral

    def start(
        self, chance: Chance, month: int, queue: Any, owed: Floats, room: Room
    ) -> tuple[Any, Floats]:
        """Return everyone for whom there is room; nobody is owed anything."""
        return chance.fit(month, room, chance.claims(month, queue), urgent=True), owed


class Planned:
    """A plan's starts as they fall due, and people beyond those it expected while there is room.

    As in the replay, a planned start that finds no room is owed and one that finds nobody lapses.
    Beyond the plan people start the intended option, where the plan itself has begun to start it.
    """

    def __init__(self, network: Network, plan: Plan) -> None:
        self.queues = queues = queues_of(network, plan.referral)
        self.extra = np.zeros_like(network.capacity) if plan.extra is None else plan.extra
        self._referral = queues.at(plan.referral)
        planned = queues.rows_at(plan.starts)
        due = queues.by_queue(planned)
        listed = due[queues.row_queue]
        self._share = np.zeros_like(planned)
        self._share[: len(due)] = 1.0
        np.divide(planned, listed, out=self._share, where=listed > 0)
        done = replay(network, plan)
        left = queues.at(done.left.sum(axis=3))
        self._pooled = plan.pooled
        self._due = due.sum(axis=1, keepdims=True) if plan.pooled else due
        self._left = left.sum(axis=1, keepdims=True) if plan.pooled else left
        begun = queues.rows_at(done.starts.sum(axis=3))[: len(due)].sum(axis=1)
        self._begun = np.cumsum(begun, axis=-1) > 0.0

    def referral(self, month: int) -> Floats:
        """Return the plan's shares."""
        return np.asarray(self._referral[..., month])

    def start(
        self, chance: Chance, month: int, queue: Any, owed: Floats, room: Room
    ) -> tuple[Any, Floats]:
        """Return planned and owed starts, then those of people beyond the number expected."""
        taken = chance.oldest(queue, chance.due(self._due, month) + owed)
        claims = chance.claims(month, taken, self._share[..., month])
        begun = chance.fit(month, room, claims, urgent=False)
        owed = self._number(chance, taken) - self._number(chance, begun)

        rest = chance.without(queue, begun)
        more = self._number(chance, rest) - self._left[..., month, None]
        more = chance.at_least(np.maximum(more, 0.0)) * self._begun[:, None, month, None]
        beyond = chance.fit(
            month, room, chance.claims(month, chance.oldest(rest, more)), urgent=True
        )
        owed = np.maximum(owed - self._number(chance, beyond), 0.0)
        return chance.both(begun, beyond), owed

    def _number(self, chance: Chance, people: Any) -> Floats:
        number: Floats = chance.number(people)
        return np.asarray(number.sum(axis=1, keepdims=True) if self._pooled else number)
