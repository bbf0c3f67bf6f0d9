"""One block of draws of a cohort, from the first point to the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.clocks import Clock
from hepaplan.model.moves import Moves
from hepaplan.model.rewards import OUTSIDE, Rewards
from hepaplan.model.transitions import Key, Transitions
from hepaplan.model.varying import Varying, block_of, extended

CHUNK = 32
"""Points whose people are kept before their rewards are added up by one matrix product."""


@dataclass(frozen=True)
class Plan:
    """A checked model: `discount` (stream, point) and `weights` (point,)."""

    transitions: Transitions
    start: Mapping[str, Varying]
    inflow: Mapping[str, Varying]
    rewards: Sequence[Rewards]
    discount: Floats
    weights: Floats
    cycles: int

    @property
    def times(self) -> dict[str, int]:
        """States whose leaving or rewards depend on the time in them: times told apart."""
        found: dict[str, int] = {}
        timed = [(key[0], value) for key, value in self.transitions.moves.items()]
        timed += [pair for stream in self.rewards for pair in stream.on_states.items()]
        for state, value in timed:
            if value.times > 1:
                found[state] = max(found.get(state, 1), min(value.times, self.cycles + 1))
        return found

    @property
    def one_offs(self) -> tuple[Key, ...]:
        """Moves that carry a reward in any stream."""
        return tuple(dict.fromkeys(key for s in self.rewards for key in s.on_transitions))


class Chunk:
    """What is remembered of a few successive points; row 0 is the point before the first."""

    def __init__(self, plan: Plan, block: slice, width: int, length: int) -> None:
        """Make room for people, one-off moves and sums over time in state."""
        self._plan, self._block = plan, block
        self._index = {state: i for i, state in enumerate(plan.transitions.states)}
        self.timed = {
            (k, state): block_of(extended(value.by_time, plan.times[state]), block)
            for k, stream in enumerate(plan.rewards)
            for state, value in stream.on_states.items()
            if value.times > 1
        }
        self.people = np.zeros((length + 1, len(self._index), width))
        self.moved = {key: np.zeros((length + 1, width)) for key in plan.one_offs}
        self.sums = {slot: np.zeros((length + 1, width)) for slot in self.timed}

    def rewards(self, first: int, count: int) -> Floats:
        """Return each stream's weighted, discounted sum over the points, (stream, draw)."""
        points = slice(first, first + count)
        rows = slice(1, count + 1)
        discount = self._plan.discount[:, points]
        weights = discount * self._plan.weights[points]
        people = self.people[rows]
        held = (weights @ people.reshape(count, -1)).reshape(len(weights), *people.shape[1:])
        total = np.zeros((len(self._plan.rewards), people.shape[-1]))
        for k, stream in enumerate(self._plan.rewards):
            for state, value in stream.on_states.items():
                i = self._index[state]
                by_cycle = block_of(value.by_cycle, self._block)
                if value.times > 1:
                    total[k] += _summed(weights[k], by_cycle, self.sums[k, state][rows], points)
                elif value.cycles > 1:
                    total[k] += _summed(weights[k], by_cycle, people[:, i], points)
                else:
                    total[k] += held[k, i] * (by_cycle * value.by_time[:, :1])[0]
            for key, value in stream.on_transitions.items():
                by_cycle = block_of(value.by_cycle, self._block)
                total[k] += _summed(discount[k], by_cycle, self.moved[key][rows], points)
        return total


def _summed(weights: Floats, by_cycle: Floats, amounts: Floats, points: slice) -> Floats:
    if len(by_cycle) == 1:
        return np.asarray((weights @ amounts) * by_cycle[0])
    return np.asarray(weights @ (by_cycle[points] * amounts))


def run_block(plan: Plan, block: slice, tables: Mapping[str, Floats]) -> Floats:
    """Return totals (stream, draw) of a block of draws; fill the tables that were asked for."""
    width = block.stop - block.start
    length = 1 if "by_cycle" in tables else CHUNK
    moves = Moves(plan.transitions, plan.times, block, width)
    chunk = Chunk(plan, block, width, length)
    clocks = {
        state: Clock(
            state,
            {key: v for key, v in plan.transitions.moves.items() if key[0] == state},
            times,
            block,
            width,
        )
        for state, times in plan.times.items()
    }
    total = np.zeros((len(plan.rewards), width))
    for first in range(0, plan.cycles + 1, length):
        count = min(length, plan.cycles + 1 - first)
        for row in range(1, count + 1):
            advance(plan, moves, clocks, chunk, block, first + row - 1, row)
        part = chunk.rewards(first, count)
        total += part
        if "by_cycle" in tables:
            tables["by_cycle"][:, first, block] = part
        if "trace" in tables:
            tables["trace"][first : first + count, :, block] = chunk.people[1 : count + 1]
        chunk.people[0] = chunk.people[count]
    return total


def advance(
    plan: Plan,
    moves: Moves,
    clocks: Mapping[str, Clock],
    chunk: Chunk,
    block: slice,
    point: int,
    row: int,
) -> None:
    """Fill a row of the chunk: the start, or where a cycle leads from the row before."""
    before, after = chunk.people[row - 1], chunk.people[row]
    for moved in chunk.moved.values():
        moved[row] = 0.0
    if point == 0:
        after[:] = 0.0
    else:
        moves.step(point - 1, before, after)
        for key, moved in chunk.moved.items():
            if key in moves.chance:
                np.multiply(before[moves.index[key[0]]], moves.chance[key], out=moved[row])
        for clock in clocks.values():
            for key, people in clock.leave(point - 1):
                after[moves.index[key[1]]] += people
                if key in chunk.moved:
                    chunk.moved[key][row] = people
    for state, value in (plan.inflow if point else plan.start).items():
        by_cycle = block_of(value.by_cycle, block)
        entering = by_cycle[point - 1 if len(by_cycle) > 1 else 0]
        after[moves.index[state]] += entering
        if (OUTSIDE, state) in chunk.moved:
            chunk.moved[OUTSIDE, state][row] = entering
    for state, clock in clocks.items():
        i = moves.index[state]
        clock.people[0] = after[i]
        after[i] = clock.people.sum(axis=0)
    for (k, state), by_time in chunk.timed.items():
        chunk.sums[k, state][row] = clocks[state].sum(by_time)
