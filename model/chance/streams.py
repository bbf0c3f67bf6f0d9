"""Random numbers by replication, month and purpose, whatever is drawn beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from hepaplan.model.arrays import Floats, Ints

ENTRIES, PHASES, DAY_ONE, DESTINATIONS, LOTS, STARTS, WAITING = range(7)
COMMON = 2**63
"""Above any replication's number: the key of what all replications share."""


class Streams:
    """The streams of some replications, each keyed by the seed and its own number.

    Counters give each purpose of each month a stream of its own (Philox: Salmon et al., SC 2011,
    10.1145/2063384.2063405). So a replication does not depend on which others are run with it,
    and two policies or capacities meet the same arrivals.
    """

    def __init__(self, seed: int, replications: Iterable[int]) -> None:
        self._seed = seed
        self._bits = [np.random.Philox(key=[seed, number]) for number in replications]
        self._states: list[Any] = [bits.state for bits in self._bits]
        self._generators = [np.random.Generator(bits) for bits in self._bits]

    def __len__(self) -> int:
        """Return how many replications there are."""
        return len(self._bits)

    def common(self, month: int) -> np.random.Generator:
        """Return a generator of the month for what is the same in all replications."""
        key = np.array([self._seed, COMMON + month], dtype=np.uint64)  # a list would become floats
        return np.random.Generator(np.random.Philox(key=key))

    def generators(self, purpose: int, month: int = 0) -> Iterable[np.random.Generator]:
        """Return each replication's generator, set to the start of a purpose's month."""
        counter = np.array([0, month, purpose, 0], dtype=np.uint64)
        for bits, state, generator in zip(self._bits, self._states, self._generators, strict=True):
            state["state"]["counter"] = counter
            bits.state = state
            yield generator

    def uniforms(self, purpose: int, month: int, number: Ints) -> Floats:
        """Return `number` (replication,) of each replication's uniforms, one after the other."""
        found = np.empty(int(number.sum()))
        end = np.cumsum(number)
        for generator, first, last in zip(
            self.generators(purpose, month), end - number, end, strict=True
        ):
            if last > first:
                generator.random(out=found[first:last])
        return found
