"""A cohort's plan as plain tables of indices and values, which compiled loops can follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.cohort.block import Plan
from hepaplan.model.cohort.rewards import OUTSIDE
from hepaplan.model.cohort.transitions import Key
from hepaplan.model.cohort.varying import Varying, block_of, extended

NONE = -1


class Tables(NamedTuple):
    """What the loops follow: one line for each thing, a column for each index, -1 for none.

    Amounts are rows of people: first the states, then flows, then sums by time in state.
    `step` is 1 where a value has a row for each cycle (or point), 0 where one row holds for all.
    """

    cycles: int
    amounts: int
    """How many rows of amounts."""
    ages: int
    """How many times in state are told apart, in all states with a clock."""
    moves: Ints
    """Source, first row of its chance, step, row of its flow."""
    changing: Ints
    """For each state, whether its chances change by cycle."""
    into: Ints
    """Source and row of the chance of every way into a state, staying among them."""
    into_starts: Ints
    clocks: Ints
    """State, times told apart, first row of people by time and of their stay, which follow the
    values by time, whether chances change, the first exit and the one after the last."""
    exits: Ints
    """Target, row of its flow, first row of its chance by cycle, step, and of that by time."""
    sums: Ints
    """Clock, first row of the value by time, row of the sum."""
    entering: Ints
    """State, row of the flow from outside, first row of how many, step; the start first."""
    starters: int
    """How many of `entering` are at the start."""
    held: Ints
    """Row of `worth` and row of the amount, for the rewards that never change."""
    terms: Ints
    """Stream, line of `held`, row of `worth`, row of the amount, first row of the reward."""
    worth: Floats
    """Discounting and cycle weights (row, point)."""
    values: Floats
    """Values by cycle (row, draw) of one block of draws."""
    by_time: Floats
    """Values by time in state (row, draw) of one block of draws."""


class _Rows:
    """Arrays (step, draw or 1) that are laid under each other for a block of draws."""

    def __init__(self) -> None:
        self._arrays: list[Floats] = []
        self.count = 0

    def add(self, values: Floats) -> tuple[int, int]:
        """Return the first row of an array and its step."""
        first, self.count = self.count, self.count + len(values)
        self._arrays.append(values)
        return first, int(len(values) > 1)

    def fill(self, space: Floats, draws: slice) -> None:
        """Write all rows of a block of draws into a space (row, draw or more)."""
        first, width = 0, draws.stop - draws.start
        for values in self._arrays:
            space[first : first + len(values), :width] = block_of(values, draws)
            first += len(values)


@dataclass(frozen=True)
class Program:
    """The tables of a plan, and the values that a block of draws fills in."""

    tables: Tables
    values: _Rows
    by_time: _Rows

    @property
    def rows(self) -> int:
        """How many rows of values a block of draws fills in."""
        return self.values.count + self.by_time.count

    def space(self, width: int) -> Tables:
        """Return the tables with room for the values of a block of draws."""
        return self.tables._replace(
            values=np.empty((self.values.count, width)),
            by_time=np.empty((self.by_time.count, width)),
        )

    def fill(self, space: Tables, draws: slice) -> None:
        """Write the values of a block of draws into the room for them."""
        self.values.fill(space.values, draws)
        self.by_time.fill(space.by_time, draws)


def program(plan: Plan) -> Program:
    """Return a plan as the loops follow it."""
    return _Builder(plan).program()


class _Builder:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._state = {state: i for i, state in enumerate(plan.states)}
        self._clock = {state: i for i, state in enumerate(plan.times)}
        self._values, self._by_time = _Rows(), _Rows()
        self._rows = len(plan.states)
        self._flow: dict[Key, int] = {}
        self._changing = {k[0] for k, value in plan.transitions.moves.items() if value.cycles > 1}

    def program(self) -> Program:
        plan = self._plan
        coming = plan.start.keys() | plan.inflow.keys()
        for stream in plan.rewards:
            for key in stream.on_transitions:
                if key in plan.transitions.moves or (key[0] == OUTSIDE and key[1] in coming):
                    self._flow_of(key)
        moves, into = self._moves()
        exits = [self._exits(state) for state in plan.times]
        start, inflow = self._entering(plan.start), self._entering(plan.inflow)
        worth, held, terms, sums = self._rewards()
        tables = Tables(
            cycles=plan.cycles,
            amounts=self._rows,
            ages=sum(plan.times.values()),
            moves=_table(moves, 4),
            changing=np.array([state in self._changing for state in plan.states], dtype=np.int64),
            into=_table((way for ways in into for way in ways), 2),
            into_starts=np.cumsum([0, *map(len, into)], dtype=np.int64),
            clocks=self._clocks([len(ways) for ways in exits]),
            exits=_table((way for ways in exits for way in ways), 5),
            sums=_table(sums, 3),
            entering=_table([*start, *inflow], 4),
            starters=len(start),
            held=_table(held, 2),
            terms=_table(terms, 5),
            worth=worth,
            values=np.empty((0, 0)),
            by_time=np.empty((0, 0)),
        )
        return Program(tables, self._values, self._by_time)

    def _flow_of(self, key: Key) -> int:
        if key not in self._flow:
            self._flow[key] = self._new_row()
        return self._flow[key]

    def _new_row(self) -> int:
        self._rows += 1
        return self._rows - 1

    def _moves(self) -> tuple[list[tuple[int, ...]], list[list[tuple[int, ...]]]]:
        """Return the moves out of states without a clock, and the ways into each state."""
        moves: list[tuple[int, ...]] = []
        into: list[list[tuple[int, ...]]] = [[] for _ in self._state]
        for (a, b), value in self._plan.transitions.moves.items():
            if a in self._state and a not in self._clock:
                if b in self._state:
                    into[self._state[b]].append((self._state[a], len(moves)))
                flow = self._flow.get((a, b), NONE)
                moves.append((self._state[a], *self._values.add(value.by_cycle), flow))
        for state, i in self._state.items():
            if state not in self._clock:
                into[i].append((i, len(moves) + i))
        return moves, into

    def _exits(self, state: str) -> list[tuple[int, ...]]:
        """Return the moves out of a state with a clock."""
        found: list[tuple[int, ...]] = []
        for key, value in self._plan.transitions.moves.items():
            if key[0] == state:
                by_time, _ = self._by_time.add(extended(value.by_time, self._plan.times[state]))
                by_cycle = self._values.add(value.by_cycle)
                found.append(
                    (self._state.get(key[1], NONE), self._flow_of(key), *by_cycle, by_time)
                )
        return found

    def _clocks(self, exits: list[int]) -> Ints:
        lines: list[tuple[int, ...]] = []
        people, ages, first = self._by_time.count, sum(self._plan.times.values()), 0
        for (state, times), count in zip(self._plan.times.items(), exits, strict=True):
            changes = int(state in self._changing)
            at = (people, people + ages)
            lines.append((self._state[state], times, *at, changes, first, first + count))
            people, first = people + times, first + count
        return _table(lines, 7)

    def _entering(self, people: Mapping[str, Varying]) -> list[tuple[int, ...]]:
        return [
            (
                self._state.get(state, NONE),
                self._flow.get((OUTSIDE, state), NONE),
                *self._values.add(value.by_cycle),
            )
            for state, value in people.items()
        ]

    def _rewards(
        self,
    ) -> tuple[Floats, list[tuple[int, ...]], list[tuple[int, ...]], list[tuple[int, ...]]]:
        """Return the worth of each point, what is held back, the terms and the sums by time."""
        plan = self._plan
        worth: dict[bytes, int] = {}
        held: dict[tuple[int, ...], int] = {}
        terms: list[tuple[int, ...]] = []
        sums: list[tuple[int, ...]] = []

        def earn(stream: int, factors: Floats, amount: int, values: Floats) -> None:
            weight = worth.setdefault(factors.tobytes(), len(worth))
            row, step = self._values.add(values)
            kept = NONE if step else held.setdefault((weight, amount), len(held))
            terms.append((stream, kept, weight, amount, row))

        for k, stream in enumerate(plan.rewards):
            for state, value in stream.on_states.items():
                amount = self._state[state]
                if value.times > 1:
                    clock, amount = self._clock[state], self._new_row()
                    by_time = extended(value.by_time, plan.times[state])
                    sums.append((clock, self._by_time.add(by_time)[0], amount))
                earn(k, plan.discount[k] * plan.weights, amount, value.by_cycle)
            for key, value in stream.on_transitions.items():
                if key in self._flow:
                    earn(k, plan.discount[k], self._flow[key], value.by_cycle)
        factors = np.frombuffer(b"".join(worth), dtype=np.float64).reshape(-1, plan.cycles + 1)
        return factors.copy(), list(held), terms, sums


def _table(lines: Iterable[tuple[int, ...]], columns: int) -> Ints:
    return np.array(list(lines), dtype=np.int64).reshape(-1, columns)
