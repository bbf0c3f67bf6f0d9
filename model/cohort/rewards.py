"""What people in a state, or people who move, cost or gain: named streams of rewards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hepaplan.model.cohort.transitions import Key, Transitions, arrow, unknown_state
from hepaplan.model.cohort.varying import Value, Varying, varying
from hepaplan.model.money.discounting import Discounting

OUTSIDE = "outside"
"""Where people come from who start or flow in: (OUTSIDE, state) is a reward on entering."""


@dataclass(frozen=True)
class Stream:
    """One line of costs or effects, and how it is discounted.

    `on_states`: for each person and cycle spent in the state, weighted by the cycle weights; may
    vary by draw, by time in state and by point 0 to `cycles` (one value more than cycles).
    `on_transitions`: one-off, for each person who makes the move, keyed (from_state, to_state);
    counted in full, whatever the weights, at the end of the cycle in which they move. May vary by
    draw and by cycle. (OUTSIDE, state) is for those who start or flow in; by point 0 to `cycles`.
    """

    name: str
    discounting: Discounting
    on_states: Mapping[str, Value] = field(default_factory=dict)
    on_transitions: Mapping[Key, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Rewards:
    """One stream as factors, zeros left out; rewards on transitions are by point, not by cycle.

    `draws`: how many each reward stated has, by what it is on.
    """

    name: str
    on_states: Mapping[str, Varying]
    on_transitions: Mapping[Key, Varying]
    draws: Mapping[str, int]


def read_streams(
    streams: Sequence[Stream], transitions: Transitions, cycles: int
) -> tuple[list[Rewards], list[str]]:
    """Return the streams as factors, and what is wrong with them."""
    names = [stream.name for stream in streams]
    problems = [
        f'the stream "{n}" is named twice' for n in sorted(set(names)) if names.count(n) > 1
    ]
    if OUTSIDE in transitions.states:
        problems.append(f'a state cannot be named "{OUTSIDE}": that is where people come from')
    found = []
    for stream in streams:
        on_states = {state: varying(value) for state, value in stream.on_states.items()}
        moves = {key: varying(value) for key, value in stream.on_transitions.items()}
        faults = [
            unknown_state(s, transitions.states) for s in on_states if s not in transitions.states
        ]
        faults += [fault for key in moves for fault in _no_such_move(key, transitions)]
        for key, value in moves.items():
            if value.times > 1:
                faults.append(f"{arrow(key)}: a reward on a move cannot vary by time in state")
            faults += _wrong_length(arrow(key), value, cycles + (key[0] == OUTSIDE))
        for state, value in on_states.items():
            faults += _wrong_length(f'state "{state}"', value, cycles + 1)
        stated = {f'state "{s}"': v for s, v in on_states.items()}
        stated |= {arrow(key): v for key, v in moves.items()}
        faults += [f"{where}: a reward is not a number" for where, v in stated.items() if _odd(v)]
        problems += [f'stream "{stream.name}": {fault}' for fault in faults]
        found.append(
            Rewards(
                stream.name,
                {s: v for s, v in on_states.items() if v.by_cycle.any() and v.by_time.any()},
                {k: _by_point(k, v) for k, v in moves.items() if v.by_cycle.any()},
                {f'stream "{stream.name}", {on}': value.draws for on, value in stated.items()},
            )
        )
    return found, problems


def _no_such_move(key: Key, transitions: Transitions) -> list[str]:
    unknown = [s for s in key if s not in transitions.states and (s != OUTSIDE or s == key[1])]
    if unknown:
        return [f"{arrow(key)}: {unknown_state(unknown[0], transitions.states)}"]
    if key[0] == OUTSIDE or key in transitions.stated:
        return []
    return [f"{arrow(key)}: nobody makes this move; a reward for staying belongs to the state"]


def _wrong_length(where: str, value: Varying, length: int) -> list[str]:
    if value.cycles in (1, length):
        return []
    return [f"{where}: {value.cycles} values by cycle were given where {length} are needed"]


def _odd(value: Varying) -> bool:
    return not (np.isfinite(value.by_cycle).all() and np.isfinite(value.by_time).all())


def _by_point(key: Key, value: Varying) -> Varying:
    """Return the reward at the point where a move ends: nobody has moved at point 0."""
    if value.cycles == 1 or key[0] == OUTSIDE:
        return value
    return Varying(np.vstack([np.zeros_like(value.by_cycle[:1]), value.by_cycle]), value.by_time)
