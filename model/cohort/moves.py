"""The products that move people through one cycle, for one block of draws."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.cohort.transitions import Key, Transitions
from hepaplan.model.cohort.varying import block_of

SPARSE = 3
"""Cells of a full matrix for each transition there is, above which states with the same
number of ways in are taken together."""


class Moves:
    """The chances of moving and staying in one block, of states that have no clock.

    `states` are those followed: moves to others count as leaving only.
    """

    def __init__(
        self,
        transitions: Transitions,
        states: Sequence[str],
        clocked: Container[str],
        block: slice,
    ) -> None:
        """Lay the chances out for the products of a cycle: a whole matrix only where dense."""
        width = block.stop - block.start
        index = {state: i for i, state in enumerate(states)}
        free = [state for state in states if state not in clocked]
        moves = {
            (a, b): value
            for (a, b), value in transitions.moves.items()
            if a in index and a not in clocked
        }
        keys = [*(key for key in moves if key[1] in index), *((state, state) for state in free)]
        self.chance: dict[Key, Floats] = {
            key: np.empty(width) for key in moves if key[1] not in index
        }
        self._whole: Floats | None = None
        self._alike: list[tuple[Ints, Ints, Floats]] = []
        if len(states) ** 2 <= SPARSE * len(keys):
            whole = self._whole = np.zeros((len(states), len(states), width))
            self.chance |= {(a, b): whole[index[a], index[b]] for a, b in keys}
        else:
            into: list[list[Key]] = [[] for _ in states]
            for key in keys:
                into[index[key[1]]].append(key)
            for count in sorted({len(entries) for entries in into}):
                group = np.array(
                    [j for j, entries in enumerate(into) if len(entries) == count], dtype=np.int64
                )
                sources = np.array([[index[a] for a, _ in into[j]] for j in group], dtype=np.int64)
                chances = np.zeros((count, len(group), width))
                self._alike.append((group, sources.T, chances))
                for m, j in enumerate(group):
                    self.chance |= {key: chances[f, m] for f, key in enumerate(into[j])}
        self._by_cycle: list[tuple[Floats, Floats]] = []
        leaving: dict[str, list[Floats]] = {state: [] for state in free}
        for key, value in moves.items():
            values = block_of(value.by_cycle, block)
            self.chance[key][:] = values[0]
            leaving[key[0]].append(self.chance[key])
            if value.cycles > 1:
                self._by_cycle.append((self.chance[key], values))
        changing = {key[0] for key, value in moves.items() if value.cycles > 1}
        self._changing = [(self.chance[s, s], leaving[s]) for s in free if s in changing]
        for state in free:
            set_rest(self.chance[state, state], leaving[state])

    def step(self, cycle: int, people: Floats, after: Floats) -> None:
        """Fill `after` (state, draw) with people after a cycle, clocked states left out."""
        for chance, values in self._by_cycle:
            chance[:] = values[cycle]
        for stay, leaving in self._changing:
            set_rest(stay, leaving)
        if self._whole is not None:
            np.einsum("fd,ftd->td", people, self._whole, out=after)
        for destinations, sources, chances in self._alike:
            after[destinations] = np.einsum("fmd,fmd->md", people[sources], chances)


def set_rest(stay: Floats, leaving: Sequence[Floats]) -> None:
    """Write into `stay` what is left of 1."""
    stay[:] = 1.0
    for chance in leaving:
        stay -= chance
    np.maximum(stay, 0.0, out=stay)
