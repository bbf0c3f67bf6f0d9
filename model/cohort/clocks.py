"""People in one state by the time they have been in it, without a tunnel of states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.transitions import ROW_TOLERANCE, Key, place, row_message
from hepaplan.model.cohort.varying import Varying, block_of, extended


class Clock:
    """A state of one block of draws: who entered when, and who leaves.

    `people` (time_in_state, draw): the last time gathers everyone who has been there longer.
    """

    def __init__(self, state: str, exits: Mapping[Key, Varying], times: int, block: slice) -> None:
        """Prepare a state that nobody is in yet; `exits` are the moves out of it."""
        self.state = state
        self.people = np.zeros((times, block.stop - block.start))
        self._first_draw = block.start
        self._by_cycle = {key: block_of(value.by_cycle, block) for key, value in exits.items()}
        self._by_time = {
            key: block_of(extended(value.by_time, times), block) for key, value in exits.items()
        }
        self._changes = any(len(by_cycle) > 1 for by_cycle in self._by_cycle.values())
        self._stay = self._staying(0)

    def leave(self, cycle: int) -> Iterator[tuple[Key, Floats]]:
        """Yield each move out and how many make it in a cycle, then let the others age."""
        if self._changes:
            self._stay = self._staying(cycle)
        for key, by_time in self._by_time.items():
            by_cycle = self._by_cycle[key]
            yield key, by_cycle[cycle if len(by_cycle) > 1 else 0] * self.sum(by_time)
        stayed = self.people * self._stay
        self.people[1:] = stayed[:-1]
        self.people[0] = 0.0
        self.people[-1] += stayed[-1]

    def sum(self, by_time: Floats) -> Floats:
        """Return the sum over people of a value by time in state, for each draw."""
        return np.asarray(np.einsum("ud,ud->d", self.people, by_time))

    def _staying(self, cycle: int) -> Floats:
        stay: Floats = np.ones((1, 1))
        for key, by_time in self._by_time.items():
            by_cycle = self._by_cycle[key]
            stay = stay - by_cycle[cycle if len(by_cycle) > 1 else 0] * by_time
        reached = stay[: cycle + 1] if self._changes else stay
        if (reached < -ROW_TOLERANCE).any():
            time, draw = np.argwhere(reached < -ROW_TOLERANCE)[0]
            where = place(
                {
                    "cycle": (cycle, 2),
                    "time in state": (time, len(stay)),
                    "draw": (draw + self._first_draw, stay.shape[1]),
                }
            )
            raise ValueError(row_message(self.state, where, float(1 - reached[time, draw])))
        return np.maximum(stay, 0.0)
