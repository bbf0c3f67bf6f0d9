"""The products that move people through one cycle, for one block of draws."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.transitions import Key, Transitions
from hepaplan.model.varying import block_of

SPARSE = 3
"""Cells of a full matrix for each transition there is, above which rows are taken one by one."""


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
        """Lay the chances out for the products of a cycle: whole where dense, by row where not."""
        width = block.stop - block.start
        free = [state for state in states if state not in clocked]
        moves = {key: value for key, value in transitions.moves.items() if key[0] in free}
        keys = [*(k for k in moves if k[1] in states), *((state, state) for state in free)]
        index = {state: i for i, state in enumerate(states)}
        self.chance: dict[Key, Floats] = {
            key: np.empty(width) for key in moves if key[1] not in states
        }
        self._whole: Floats | None = None
        self._rows: list[tuple[Ints, Floats]] = []
        if len(states) ** 2 <= SPARSE * len(keys):
            whole = self._whole = np.zeros((len(states), len(states), width))
            self.chance |= {(a, b): whole[index[a], index[b]] for a, b in keys}
        else:
            for state in states:
                into = [key for key in keys if key[1] == state]
                row = np.zeros((len(into), width))
                self._rows.append((np.array([index[a] for a, _ in into], dtype=np.int64), row))
                self.chance |= dict(zip(into, row, strict=True))
        self._by_cycle: list[tuple[Floats, Floats]] = []
        for key, value in moves.items():
            values = block_of(value.by_cycle, block)
            self.chance[key][:] = values[0]
            if value.cycles > 1:
                self._by_cycle.append((self.chance[key], values))
        leaving = {s: [self.chance[key] for key in moves if key[0] == s] for s in free}
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
        for j, (sources, chances) in enumerate(self._rows):
            np.einsum("fd,fd->d", people[sources], chances, out=after[j])


def set_rest(stay: Floats, leaving: Sequence[Floats]) -> None:
    """Write into `stay` what is left of 1."""
    stay[:] = 1.0
    for chance in leaving:
        stay -= chance
    np.maximum(stay, 0.0, out=stay)
