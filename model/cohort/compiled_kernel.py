"""The loops of a compiled cohort: one block of draws, in lanes short enough for the cache.

All in one file, because numba's cache on the disk knows only of changes to the file it compiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numba import njit, uint64

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.cohort.compiled_tables import Tables

Function = TypeVar("Function", bound=Callable[..., object])


def _inlined(function: Function) -> Function:
    made: Function = njit(inline="always")(function)
    return made


def _compiled(function: Function) -> Function:
    """Return a function compiled; kept on disk, or where no folder can be written, in memory."""
    try:
        made: Function = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba found no place for its cache
        made = njit(nogil=True)(function)
    return made


# Rows are named by unsigned numbers: only then do these loops become vector instructions. Views of
# rows, and calls that numba does not inline, would count the users of every table at every cycle:
# a third of the time, and what two threads would contest.


@_inlined
def _fill(table: Floats, row: int, value: float) -> None:
    i = uint64(row)
    for d in range(uint64(table.shape[1])):
        table[i, d] = value


@_inlined
def _copy(table: Floats, row: int, values: Floats, at: int, first: int) -> None:
    i, j, offset = uint64(row), uint64(at), uint64(first)
    for d in range(uint64(table.shape[1])):
        table[i, d] = values[j, offset + d]


@_inlined
def _scale(table: Floats, row: int, values: Floats, at: int, first: int) -> None:
    i, j, offset = uint64(row), uint64(at), uint64(first)
    for d in range(uint64(table.shape[1])):
        table[i, d] *= values[j, offset + d]


@_inlined
def _add(table: Floats, row: int, factor: float, values: Floats, at: int, first: int) -> None:
    i, j, offset = uint64(row), uint64(at), uint64(first)
    for d in range(uint64(table.shape[1])):
        table[i, d] += factor * values[j, offset + d]


@_inlined
def _set_product(out: Floats, row: int, a: Floats, at: int, b: Floats, by: int) -> None:
    i, j, k = uint64(row), uint64(at), uint64(by)
    for d in range(uint64(out.shape[1])):
        out[i, d] = a[j, d] * b[k, d]


@_inlined
def _add_product(out: Floats, row: int, a: Floats, at: int, b: Floats, by: int) -> None:
    i, j, k = uint64(row), uint64(at), uint64(by)
    for d in range(uint64(out.shape[1])):
        out[i, d] += a[j, d] * b[k, d]


@_inlined
def _set_two(out: Floats, row: int, a: Floats, b: Floats, m: int, n: int, p: int, q: int) -> None:
    i, j, k, u, v = uint64(row), uint64(m), uint64(n), uint64(p), uint64(q)
    for d in range(uint64(out.shape[1])):
        out[i, d] = a[j, d] * b[k, d] + a[u, d] * b[v, d]


@_inlined
def _add_two(out: Floats, row: int, a: Floats, b: Floats, m: int, n: int, p: int, q: int) -> None:
    i, j, k, u, v = uint64(row), uint64(m), uint64(n), uint64(p), uint64(q)
    for d in range(uint64(out.shape[1])):
        out[i, d] += a[j, d] * b[k, d] + a[u, d] * b[v, d]


@_inlined
def _earn_on(
    out: Floats, row: int, weight: float, values: Floats, at: int, first: int, a: Floats, by: int
) -> None:
    i, j, k, offset = uint64(row), uint64(at), uint64(by), uint64(first)
    for d in range(uint64(out.shape[1])):
        out[i, d] += weight * values[j, offset + d] * a[k, d]


@_inlined
def _floor(stay: Floats, row: int) -> float:
    """Return the lowest value of a row, or 0, and raise those under 0 to 0."""
    i, low = uint64(row), 0.0
    for d in range(uint64(stay.shape[1])):
        low = min(low, stay[i, d])
        stay[i, d] = max(stay[i, d], 0.0)
    return low


@_compiled
def _set_chances(
    cycle: int, moves: Ints, changing: Ints, values: Floats, first: int, chance: Floats
) -> None:
    """Fill the chances of moving and, below them, of staying; after cycle 0 where they change."""
    count = len(moves)
    for state in range(len(changing)):
        if cycle == 0 or changing[state]:
            _fill(chance, count + state, 1.0)
    for m in range(count):
        source, row, step = moves[m, 0], moves[m, 1], moves[m, 2]
        if cycle == 0 or step:
            _copy(chance, m, values, row + step * cycle, first)
        if cycle == 0 or changing[source]:
            _add(chance, count + source, -1.0, chance, m, 0)
    for state in range(len(changing)):
        if cycle == 0 or changing[state]:
            _floor(chance, count + state)


@_compiled
def _move(
    moves: Ints, into: Ints, starts: Ints, before: Floats, chance: Floats, now: Floats
) -> None:
    """Fill the people after a cycle, two ways into a state at a time; then flows with a reward."""
    for state in range(len(starts) - 1):
        k, end = starts[state], starts[state + 1]
        if k == end:
            _fill(now, state, 0.0)
        elif (end - k) % 2:
            _set_product(now, state, before, into[k, 0], chance, into[k, 1])
            k += 1
        else:
            a, b = into[k], into[k + 1]
            _set_two(now, state, before, chance, a[0], a[1], b[0], b[1])
            k += 2
        while k < end:
            a, b = into[k], into[k + 1]
            _add_two(now, state, before, chance, a[0], a[1], b[0], b[1])
            k += 2
    for m in range(len(moves)):
        if moves[m, 3] >= 0:
            _set_product(now, moves[m, 3], before, moves[m, 0], chance, m)


@_compiled
def _leave(
    cycle: int, clock: Ints, exits: Ints, values: Floats, first: int, timed: Floats, now: Floats
) -> float:
    """Let people leave a state by the time in it and the others age; return the lowest stay."""
    times, people, stay, changes, low = clock[1], clock[2], clock[3], clock[4], 0.0
    for e in range(clock[5], clock[6]):
        _fill(now, exits[e, 1], 0.0)
    for u in range(min(times, cycle + 1) - 1, -1, -1):
        here, staying, older = people + u, stay + u, people + u + 1
        if changes or u == cycle:
            _fill(timed, staying, 1.0)
            for e in range(clock[5], clock[6]):
                row = exits[e, 2] + exits[e, 3] * cycle
                _earn_on(timed, staying, -1.0, values, row, first, timed, exits[e, 4] + u)
            low = min(low, _floor(timed, staying))
        for e in range(clock[5], clock[6]):
            _add_product(now, exits[e, 1], timed, here, timed, exits[e, 4] + u)
        if u == times - 1:
            _set_product(timed, here, timed, here, timed, staying)
        elif u == times - 2:
            _add_product(timed, older, timed, here, timed, staying)
        else:
            _set_product(timed, older, timed, here, timed, staying)
    for e in range(clock[5], clock[6]):
        _scale(now, exits[e, 1], values, exits[e, 2] + exits[e, 3] * cycle, first)
        if exits[e, 0] >= 0:
            _add(now, exits[e, 0], 1.0, now, exits[e, 1], 0)
    return low


@_compiled
def _enter(
    point: int, entering: Ints, begin: int, end: int, values: Floats, first: int, now: Floats
) -> None:
    """Add those who start or join at a point to their state and to the flow from outside."""
    for j in range(len(entering)):
        if entering[j, 1] >= 0:
            _fill(now, entering[j, 1], 0.0)
    for j in range(begin, end):
        row = entering[j, 2] + entering[j, 3] * max(point - 1, 0)
        for k in range(2):
            if entering[j, k] >= 0:
                _add(now, entering[j, k], 1.0, values, row, first)


@_compiled
def _gather(point: int, clocks: Ints, sums: Ints, timed: Floats, now: Floats) -> None:
    """Let the new in, and add up people and rewards by the time in each state with a clock."""
    for c in range(len(clocks)):
        state, people = clocks[c, 0], clocks[c, 2]
        _copy(timed, people, now, state, 0)
        for u in range(1, min(clocks[c, 1], point + 1)):
            _add(now, state, 1.0, timed, people + u, 0)
    for i in range(len(sums)):
        times, people = clocks[sums[i, 0], 1], clocks[sums[i, 0], 2]
        _fill(now, sums[i, 2], 0.0)
        for u in range(min(times, point + 1)):
            _add_product(now, sums[i, 2], timed, people + u, timed, sums[i, 1] + u)


@_compiled
def _earn(
    point: int, terms: Ints, worth: Floats, values: Floats, first: int, now: Floats, part: Floats
) -> None:
    """Add a point's rewards, of those that change by cycle."""
    for i in range(len(terms)):
        if terms[i, 1] < 0:
            weight, row, amount = worth[terms[i, 2], point], terms[i, 4] + point, terms[i, 3]
            _earn_on(part, terms[i, 0], weight, values, row, first, now, amount)


@_compiled
def _settle(terms: Ints, values: Floats, first: int, held: Floats, part: Floats) -> None:
    """Add the rewards that never change, for all the people held back, and let these go."""
    for i in range(len(terms)):
        if terms[i, 1] >= 0:
            _earn_on(part, terms[i, 0], 1.0, values, terms[i, 4], first, held, terms[i, 1])
    for h in range(len(held)):
        _fill(held, h, 0.0)


@_compiled
def _follow(
    tables: Tables, first: int, out: slice, totals: Floats, trace: Floats, by_cycle: Floats
) -> float:
    """Follow one lane of draws; `out` is its columns in what comes out."""
    # Taken apart once: fields would be counted as views are.
    moves, changing, into, starts = tables.moves, tables.changing, tables.into, tables.into_starts
    clocks, exits, sums, entering = tables.clocks, tables.exits, tables.sums, tables.entering
    held_of, terms, worth, values = tables.held, tables.terms, tables.worth, tables.values
    starters, entries, lane = tables.starters, len(entering), out.stop - out.start
    timed = np.zeros((len(tables.by_time) + 2 * tables.ages, lane))
    for u in range(len(tables.by_time)):
        _copy(timed, u, tables.by_time, u, first)
    chance = np.empty((len(moves) + len(changing), lane))
    people, held = np.zeros((2, tables.amounts, lane)), np.zeros((len(held_of), lane))
    part, total = np.zeros((len(totals), lane)), np.zeros((len(totals), lane))
    low = 0.0
    for point in range(tables.cycles + 1):
        now, before = people[point % 2], people[1 - point % 2]
        if point:
            cycle = point - 1
            _set_chances(cycle, moves, changing, values, first, chance)
            _move(moves, into, starts, before, chance, now)
            for c in range(len(clocks)):
                low = min(low, _leave(cycle, clocks[c], exits, values, first, timed, now))
            _enter(point, entering, starters, entries, values, first, now)
        else:
            _enter(point, entering, 0, starters, values, first, now)
        _gather(point, clocks, sums, timed, now)
        for h in range(len(held_of)):
            _add(held, h, worth[held_of[h, 0], point], now, held_of[h, 1], 0)
        _earn(point, terms, worth, values, first, now, part)
        if len(by_cycle) or point == tables.cycles:
            _settle(terms, values, first, held, part)
            for k in range(len(total)):
                _add(total, k, 1.0, part, k, 0)
                if len(by_cycle):
                    by_cycle[k, point, out] = part[k]
                _fill(part, k, 0.0)
        for state in range(len(changing) if len(trace) else 0):
            trace[point, state, out] = now[state]
    totals[:, out] = total
    return low


@_compiled
def follow(
    tables: Tables, width: int, lane: int, at: int, totals: Floats, trace: Floats, by_cycle: Floats
) -> float:
    """Fill `width` columns of what comes out, from column `at` on; return the lowest stay.

    `totals` (stream, draw), `trace` (point, state, draw) and `by_cycle` (stream, point, draw) are
    those of all draws; the last two may be empty. A stay below 0 is a row that exceeds 1.
    """
    low = 0.0
    for first in range(0, width, lane):
        out = slice(at + first, at + min(first + lane, width))
        low = min(low, _follow(tables, first, out, totals, trace, by_cycle))
    return low
