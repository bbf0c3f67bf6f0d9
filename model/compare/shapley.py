"""Shares of a difference between two ends: one for each change that leads from one to the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from hepaplan.model.arrays import Floats

Worth = Callable[[frozenset[int]], Sequence[float]]
"""The measures of a mixture, by the numbers of the changes that are in it."""


def shapley(players: int, worth: Worth) -> Floats:
    """Return what each change adds to each measure, shape (change, measure), in their units.

    The mean, over all orders in which changes can be made, of what each adds when its turn comes:
    together exactly the difference between the mixture of all and that of none, nothing for a
    change that changes nothing, and as much for two that are alike. `worth` is asked once for each
    of the 2 ** players mixtures. Shapley (1953), 10.1515/9781400881970-018.
    """
    worths = [np.asarray(worth(_members(mask, players)), float) for mask in range(1 << players)]
    shares = np.zeros((players, *worths[0].shape))
    for mask, without in enumerate(worths):
        size = mask.bit_count()
        for player in range(players):
            if not mask >> player & 1:
                gain = worths[mask | 1 << player] - without
                shares[player] += gain / (players * math.comb(players - 1, size))
    return shares


def _members(mask: int, players: int) -> frozenset[int]:
    return frozenset(player for player in range(players) if mask >> player & 1)
