"""The queues that are simulated: lists at the sites where somebody can come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.quantities import DAYS_PER_MONTH
from hepaplan.model.sites.network import Network


@dataclass(frozen=True)
class Queues:
    """A queue is a list at a site; a row is a queue and an option that its people may start.

    `lists`, `sites`, `points`, `waits` and `standard_months` are by queue; `row_queue`, `row_pair`
    and `row_option` by row, of which the first are each queue's own option. `places` (place, 2) are
    the decision points and sites where people wait, and `member` (place, queue) says whose.
    """

    lists: Ints
    sites: Ints
    points: Ints
    waits: Flags
    standard_months: Ints
    standard_days: Floats
    row_queue: Ints
    row_pair: Ints
    row_option: Ints
    places: Ints
    member: Floats

    def at(self, values: Floats) -> Floats:
        """Return values (list, group, site, ...) by queue (queue, group, ...)."""
        return np.asarray(values[self.lists, :, self.sites])

    def rows_at(self, values: Floats) -> Floats:
        """Return values (pair, group, site, ...) by row (row, group, ...)."""
        return np.asarray(values[self.row_pair, :, self.sites[self.row_queue]])

    @property
    def exchanged(self) -> list[Ints]:
        """Rows of each queue whose people may start more than one option."""
        rows = [np.flatnonzero(self.row_queue == queue) for queue in range(self.lists.size)]
        return [several for several in rows if several.size > 1]

    def own_rows(self, queue: Floats) -> Floats:
        """Return people of a queue (queue, ...) who all start its own option (row, ...)."""
        rows = np.zeros((self.row_queue.size, *queue.shape[1:]))
        rows[: self.lists.size] = queue
        return rows

    def by_queue(self, rows: Floats) -> Floats:
        """Return rows (row, ...) added up by queue (queue, ...)."""
        total = rows[: self.lists.size].copy()
        np.add.at(total, self.row_queue[self.lists.size :], rows[self.lists.size :])
        return total

    def urgency(self, longest: int) -> Floats:
        """Return months waited as a share of the standard (queue, months waited)."""
        waited = np.arange(longest) * DAYS_PER_MONTH
        return np.asarray(np.round(waited / self.standard_days[:, None], 9))


def queues_of(network: Network, referral: Floats) -> Queues:
    """Return the queues to which a referral (list, group, site, month) can bring anybody."""
    kernels, waiting = network.kernels, network.waiting
    reached = (referral.max(axis=(1, 3)) > 0.0) | (network.backlog.max(axis=(1, 3)) > 0.0)
    lists, sites = np.nonzero(reached)
    points = kernels.point_of[lists]
    waits = waiting.waits[points]
    row_queue, row_pair = [np.arange(lists.size)], [lists]
    for pair in range(len(kernels.options), len(network.pair_list)):
        served = np.flatnonzero(lists == network.pair_list[pair])
        row_queue.append(served)
        row_pair.append(np.full(served.size, pair))
    pairs = np.concatenate(row_pair)
    where = np.stack((points, sites), axis=1)
    places = np.unique(where[waits], axis=0)
    return Queues(
        lists=lists,
        sites=sites,
        points=points,
        waits=waits,
        standard_months=waiting.standard_months[points],
        standard_days=np.where(waits, waiting.standard_days[points], 1.0),
        row_queue=np.concatenate(row_queue),
        row_pair=pairs,
        row_option=network.pair_option[pairs],
        places=places,
        member=(places[:, None] == where[None]).all(axis=2) * waits.astype(float),
    )
