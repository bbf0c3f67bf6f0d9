"""What becomes of people who start or wait: chances laid end to end, one row for each kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.sites.network import Network


@dataclass(frozen=True)
class Chances:
    """Rows of chances as one increasing array, to be looked up by a uniform number.

    `edges` are the row's number plus the cumulative chances within it; `outcome` says what each
    stands for, -1 for the rest of a row.
    """

    edges: Floats
    outcome: Ints

    def find(self, row: Ints, uniform: Floats) -> Ints:
        """Return the outcome of each, by its row and its uniform number (inverse of the sums)."""
        return self.outcome[np.searchsorted(self.edges, row + uniform, side="right")]


def chances(probability: Floats) -> Chances:
    """Return the chances of rows (row, outcome), which may sum to less than 1."""
    rows, columns = np.nonzero(probability)
    within = np.cumsum(probability, axis=1)[rows, columns]
    ends = np.arange(1, probability.shape[0] + 1)
    edges = np.concatenate((rows + np.minimum(within, 1.0), ends))
    order = np.lexsort((np.concatenate((columns, np.full(ends.size, probability.shape[1]))), edges))
    outcome = np.concatenate((columns, np.full(ends.size, -1)))
    return Chances(edges[order], np.append(outcome[order], -1))


@dataclass(frozen=True)
class Fates:
    """The chances of one simulation.

    `arrive` (wait that counts, option, group, point, months since start less 1): where starts lead
    within the horizon. `wait` (point, group, outcome): move to a point, then stay.
    """

    arrive: Floats
    wait: Floats


def fates_of(network: Network) -> Fates:
    """Return what the kernels and a month of waiting say, with any harm of delay."""
    delayed, waiting = network.delayed, network.waiting
    arrive = network.kernels.arrive[None] if delayed is None else delayed.arrive
    move = waiting.move.transpose(0, 2, 1)
    return Fates(
        arrive[..., 1 : max(network.horizon, 2)],
        np.concatenate((move, waiting.stay[..., None]), axis=-1),
    )


def by_harm(network: Network, begun: Floats, month: int) -> Floats:
    """Return starts (..., months waited) by the waits that differ in what follows."""
    if network.delayed is None:
        return np.asarray(begun.sum(axis=-1, keepdims=True))
    return network.delayed.by_harm(begun, month)


def harm_of(network: Network, waited: Ints, month: int) -> Ints:
    """Return the wait that counts of each person, as `by_harm` counts them."""
    longest = 0 if network.delayed is None else network.delayed.longest
    return np.minimum(waited, min(month, longest))
