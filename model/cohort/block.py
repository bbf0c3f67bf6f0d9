"""One block of draws of a cohort, from the first point to the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.clocks import Clock
from hepaplan.model.cohort.moves import Moves
from hepaplan.model.cohort.rewards import OUTSIDE, Rewards
from hepaplan.model.cohort.transitions import Key, Transitions
from hepaplan.model.cohort.varying import Varying, block_of, extended

FEWEST_DRAWS, MOST_DRAWS = 256, 4096
CHUNK = 32
"""Points whose people are kept before their rewards are added up by one matrix product."""


@dataclass(frozen=True)
class Plan:
    """A checked model: the states to follow, `discount` (stream, point) and `weights` (point,)."""

    transitions: Transitions
    states: tuple[str, ...]
    start: Mapping[str, Varying]
    inflow: Mapping[str, Varying]
    rewards: Sequence[Rewards]
    discount: Floats
    weights: Floats
    cycles: int

    @cached_property
    def times(self) -> dict[str, int]:
        """States whose leaving or rewards depend on the time in them: times told apart."""
        found: dict[str, int] = {}
        timed = [(key[0], value) for key, value in self.transitions.moves.items()]
        timed += [pair for stream in self.rewards for pair in stream.on_states.items()]
        for state, value in timed:
            if value.times > 1 and state in self.states:
                found[state] = max(found.get(state, 1), min(value.times, self.cycles + 1))
        return found


def blocks_of(draws: int, most: int) -> list[slice]:
    """Return the draws of equal blocks, of about `most` draws within what was measured as fast."""
    width = min(max(most, FEWEST_DRAWS), MOST_DRAWS)
    count = -(-draws // width)
    edges = [draws * i // count for i in range(count + 1)]
    return [slice(first, after) for first, after in pairwise(edges)]


def states_that_matter(transitions: Transitions, rewards: Sequence[Rewards]) -> tuple[str, ...]:
    """Return the states from which a reward can still be reached; no total needs the others."""
    found = {state for stream in rewards for state in stream.on_states}
    found |= {b if a == OUTSIDE else a for stream in rewards for a, b in stream.on_transitions}
    size = -1
    while size != len(found):
        size = len(found)
        found |= {a for a, b in transitions.moves if b in found}
    return tuple(state for state in transitions.states if state in found)


class Block:
    """People of one block of draws: a chunk of successive points, then the rewards they earn."""

    def __init__(self, plan: Plan, draws: slice, length: int) -> None:
        """Make room for `length` points; row 0 is the point before the first of them."""
        width = draws.stop - draws.start
        self._plan, self._draws = plan, draws
        self._index = {state: i for i, state in enumerate(plan.states)}
        self._moves = Moves(plan.transitions, plan.states, plan.times, draws)
        leaving: dict[str, dict[Key, Varying]] = {state: {} for state in plan.times}
        for key, value in plan.transitions.moves.items():
            if key[0] in leaving:
                leaving[key[0]][key] = value
        self._clocks = {
            state: Clock(state, leaving[state], times, draws) for state, times in plan.times.items()
        }
        self._timed = {
            (k, state): block_of(extended(value.by_time, plan.times[state]), draws)
            for k, stream in enumerate(plan.rewards)
            for state, value in stream.on_states.items()
            if value.times > 1
        }
        self.people = np.zeros((length + 1, len(plan.states), width))
        self._rows = list(self.people)
        one_offs = [key for stream in plan.rewards for key in stream.on_transitions]
        self._moved = {key: np.zeros((length + 1, width)) for key in one_offs}
        self._sums = {slot: np.zeros((length + 1, width)) for slot in self._timed}

    def advance(self, point: int, row: int) -> None:
        """Fill a row: the start at point 0, else where a cycle leads from the row before."""
        after = self._rows[row]
        for moved in self._moved.values():
            moved[row] = 0.0
        if point:
            self._move(point - 1, row)
            joining = self._plan.inflow
        else:
            after[:] = 0.0
            joining = self._plan.start
        for state, value in joining.items():
            by_cycle = block_of(value.by_cycle, self._draws)
            entering = by_cycle[point - 1 if len(by_cycle) > 1 else 0]
            if state in self._index:
                after[self._index[state]] += entering
            if (OUTSIDE, state) in self._moved:
                self._moved[OUTSIDE, state][row] = entering
        for state, clock in self._clocks.items():
            i = self._index[state]
            clock.people[0] = after[i]
            after[i] = clock.people.sum(axis=0)
        for (k, state), by_time in self._timed.items():
            self._sums[k, state][row] = self._clocks[state].sum(by_time)

    def _move(self, cycle: int, row: int) -> None:
        before, after = self._rows[row - 1], self._rows[row]
        self._moves.step(cycle, before, after)
        for key, moved in self._moved.items():
            if key in self._moves.chance:
                np.multiply(before[self._index[key[0]]], self._moves.chance[key], out=moved[row])
        for clock in self._clocks.values():
            for key, people in clock.leave(cycle):
                if key[1] in self._index:
                    after[self._index[key[1]]] += people
                if key in self._moved:
                    self._moved[key][row] = people

    def rewards(self, first: int, count: int) -> Floats:
        """Return each stream's weighted, discounted sum over the points, (stream, draw)."""
        points, rows = slice(first, first + count), slice(1, count + 1)
        discount = self._plan.discount[:, points]
        weights = discount * self._plan.weights[points]
        people = self.people[rows]
        _, states, width = people.shape
        held = weights @ people.reshape(count, states * width)
        held = held.reshape(len(weights), states, width)
        total = np.zeros((len(weights), width))
        for k, stream in enumerate(self._plan.rewards):
            for state, value in stream.on_states.items():
                i = self._index[state]
                by_cycle = block_of(value.by_cycle, self._draws)
                if value.times > 1:
                    total[k] += _summed(weights[k], by_cycle, self._sums[k, state][rows], points)
                elif value.cycles > 1:
                    total[k] += _summed(weights[k], by_cycle, people[:, i], points)
                else:
                    total[k] += held[k, i] * by_cycle[0]
            for key, value in stream.on_transitions.items():
                by_cycle = block_of(value.by_cycle, self._draws)
                total[k] += _summed(discount[k], by_cycle, self._moved[key][rows], points)
        return total

    def carry(self, row: int) -> None:
        """Make a row the one before the next chunk."""
        self.people[0] = self.people[row]


def _summed(weights: Floats, by_cycle: Floats, amounts: Floats, points: slice) -> Floats:
    if len(by_cycle) == 1:
        return np.asarray((weights @ amounts) * by_cycle[0])
    return np.asarray(weights @ (by_cycle[points] * amounts))


def run_block(plan: Plan, draws: slice, tables: Mapping[str, Floats]) -> Floats:
    """Return totals (stream, draw) of a block of draws; fill the tables that were asked for."""
    length = 1 if "by_cycle" in tables else min(CHUNK, plan.cycles + 1)
    block = Block(plan, draws, length)
    total = np.zeros((len(plan.rewards), draws.stop - draws.start))
    for first in range(0, plan.cycles + 1, length):
        count = min(length, plan.cycles + 1 - first)
        for row in range(1, count + 1):
            block.advance(first + row - 1, row)
        part = block.rewards(first, count)
        total += part
        if "by_cycle" in tables:
            tables["by_cycle"][:, first, draws] = part
        if "trace" in tables:
            tables["trace"][first : first + count, :, draws] = block.people[1 : count + 1]
        block.carry(count)
    return total
