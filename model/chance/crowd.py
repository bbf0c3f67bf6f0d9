"""People one by one: where they are, since when, and in which replication."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from hepaplan.model.arrays import Flags, Floats, Ints


@dataclass(frozen=True)
class Crowd:
    """One entry for each person, sorted by replication.

    `waited` is in months. `lot` (0 to 1) decides between those who have waited equally long.
    `index` is the place in the month's queues; `row` what is to be started, -1 while nothing is.
    """

    replication: Ints
    queue: Ints
    group: Ints
    waited: Ints
    lot: Floats
    index: Ints
    row: Ints

    def __len__(self) -> int:
        """Return how many people there are."""
        return int(self.queue.size)

    def those(self, which: Ints | Flags) -> Crowd:
        """Return some of the people."""
        return Crowd(*(getattr(self, field.name)[which] for field in fields(self)))


def people(replication: Ints, queue: Ints, group: Ints, waited: Ints, lot: Floats) -> Crowd:
    """Return a crowd that has not been asked to start anything."""
    index = np.arange(queue.size)
    return Crowd(replication, queue, group, waited, lot, index, np.full(queue.size, -1))


def together(one: Crowd, other: Crowd) -> Crowd:
    """Return both crowds, sorted by replication again."""
    order = np.argsort(np.concatenate((one.replication, other.replication)), kind="stable")
    names = [field.name for field in fields(Crowd)]
    return Crowd(*(np.concatenate((getattr(one, n), getattr(other, n)))[order] for n in names))


def rank(segment: Ints) -> Ints:
    """Return each entry's place within its run of equal numbers, from 0."""
    places = np.arange(segment.size)
    first = np.diff(segment, prepend=-1) != 0
    return places - np.maximum.accumulate(np.where(first, places, 0))
