"""How people move between the states of a cohort model: stated, converted and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args, overload

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.varying import (
    Value,
    Varying,
    by_time_in_state,
    extended,
    per_cycle,
    varying,
)
from hepaplan.model.problems import listed, nearest

Key: TypeAlias = tuple[str, str]
Conversion = Literal["competing", "independent"]
ROW_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Transitions:
    """The moves between states, per cycle; whoever does not move stays.

    `moves` holds what is not zero everywhere, `stated` every pair that was stated and its draws.
    """

    states: tuple[str, ...]
    moves: Mapping[Key, Varying]
    stated: Mapping[Key, int]


def from_probabilities(states: Sequence[str], probabilities: Mapping[Key, Value]) -> Transitions:
    """Return transitions from probabilities per cycle, keyed (from_state, to_state).

    A number holds for all draws, an array has one a draw; per_cycle and by_time_in_state say more.
    A chance of staying, (state, state), may be left out: the rest stays. Where it is stated, the
    row must sum to 1.
    """
    stated = {key: varying(value) for key, value in probabilities.items()}
    problems = [*_names(states, stated), *_one_number_of_draws(stated)]
    if not problems:
        problems = [p for key, value in stated.items() for p in _not_probabilities(key, value)]
    if not problems:
        rows = _by_row(states, stated)
        problems = [p for state in states for p in _row(state, rows[state])]
    if problems:
        raise ValueError("\n".join(problems))
    moves = {
        (a, b): value
        for (a, b), value in stated.items()
        if a != b and value.by_cycle.any() and value.by_time.any()
    }
    draws = {key: value.draws for key, value in stated.items() if key[0] != key[1]}
    return Transitions(tuple(states), moves, draws)


def from_rates(
    states: Sequence[str],
    rates: Mapping[Key, Value],
    cycle_years: float,
    conversion: Conversion,
) -> Transitions:
    """Return transitions from rates per person-year, converted over a cycle's years.

    - competing: the exits of a state share its one chance of leaving in proportion to their rates,
      r / R * (1 - exp(-R * years)); the row can never exceed 1.
    - independent: 1 - exp(-r * years) for each on its own, as tutorials do; the row may exceed 1
      and is then refused.

    Both allow one move a cycle. The rates of a state may vary by cycle or by time in state.
    """
    if conversion not in get_args(Conversion):
        known = ", ".join(get_args(Conversion))
        raise ValueError(f'no conversion "{conversion}"; known: {known}')
    stated = {key: varying(value) for key, value in rates.items()}
    problems = [*_names(states, stated), *_one_number_of_draws(stated)]
    problems += [p for key, value in stated.items() for p in _not_rates(key, value)]
    if problems:
        raise ValueError("\n".join(problems))
    converted: dict[Key, Value] = {}
    for row in _by_row(states, stated).values():
        converted |= _converted(row, cycle_years, conversion)
    return from_probabilities(states, converted)


def from_array(states: Sequence[str], transition_probability: Floats) -> Transitions:
    """Return transitions from an array [cycle, from_state, to_state, draw], rows summing to 1.

    An axis of length 1, cycle or draw, holds everywhere.
    """
    array = np.asarray(transition_probability, dtype=np.float64)
    size = len(states)
    if array.ndim != 4 or array.shape[1:3] != (size, size):
        raise ValueError(
            f"an array of shape {array.shape} was given where "
            f"(cycle or 1, {size}, {size}, draw or 1) is needed"
        )
    return from_probabilities(
        states,
        {
            (a, b): per_cycle(array[:, i, j])
            for i, a in enumerate(states)
            for j, b in enumerate(states)
            if a == b or array[:, i, j].any()
        },
    )


@overload
def probability_over(rate: float, years: float) -> float: ...
@overload
def probability_over(rate: Floats, years: float) -> Floats: ...
def probability_over(rate: float | Floats, years: float) -> float | Floats:
    """Return the probability of at least one event in some years, from a constant rate a year.

    Of one number or of a whole array; months do as well as years, if both arguments are in them.
    Fleurence & Hollenbeak, Pharmacoeconomics 2007;25:3-6, 10.2165/00019053-200725010-00002.
    """
    return -np.expm1(-rate * years)


def unknown_state(state: str, states: Iterable[str]) -> str:
    """Return what is wrong with the name of a state that does not exist."""
    known = list(states)
    return f'no state "{state}"{nearest(state, known)}; states: {listed(known)}'


def differing_draws(draws: Mapping[str, int]) -> list[str]:
    """Return what is wrong when two inputs, by name, have different numbers of draws."""
    several = {name: count for name, count in draws.items() if count != 1}
    if len(set(several.values())) < 2:
        return []
    (first, count), *rest = several.items()
    other = next(name for name, found in rest if found != count)
    return [f"{first} has {count} draws but {other} has {several[other]}"]


def _names(states: Sequence[str], stated: Mapping[Key, Varying]) -> list[str]:
    twice = sorted({s for s in states if list(states).count(s) > 1})
    problems = [f'the state "{state}" is named twice' for state in twice]
    for key in stated:
        problems += [
            f"{arrow(key)}: {unknown_state(name, states)}"
            for name in dict.fromkeys(key)
            if name not in states
        ]
    return problems if states else ["a model needs at least one state"]


def arrow(key: Key) -> str:
    """Return a transition as messages name it."""
    return f'transition "{key[0]}" to "{key[1]}"'


def _one_number_of_draws(stated: Mapping[Key, Varying]) -> list[str]:
    return differing_draws({arrow(key): value.draws for key, value in stated.items()})


def _faults(key: Key, value: Varying, high: float, kind: str) -> list[str]:
    # Factors are never negative where sound, so a product is largest at the largest time factor.
    for name, factor in (("cycle", value.by_cycle), ("time in state", value.by_time)):
        if not (factor.min() >= 0 and factor.max() < np.inf):
            bad = ~((factor >= 0) & np.isfinite(factor))
            step, draw = np.argwhere(bad)[0]
            where = place({name: (step, len(factor)), "draw": (draw, factor.shape[1])})
            return [f"{arrow(key)}{where}: {factor[step, draw]:.6g} is not a {kind}"]
    if value.by_cycle.max() * value.by_time.max() <= high:
        return []
    peak = value.by_cycle * value.by_time.max(axis=0)
    if (peak > high).any():
        step, draw = np.argwhere(peak > high)[0]
        time = int(np.argmax(value.by_time[:, min(draw, value.by_time.shape[1] - 1)]))
        where = place(
            {
                "cycle": (step, value.cycles),
                "time in state": (time, value.times),
                "draw": (draw, peak.shape[1]),
            }
        )
        return [f"{arrow(key)}{where}: {peak[step, draw]:.6g} is not a {kind}"]
    return []


def place(axes: Mapping[str, tuple[int, int]]) -> str:
    """Return `, cycle 3, draw 17` from each axis's position and length; length 1 says nothing."""
    return "".join(f", {name} {at}" for name, (at, length) in axes.items() if length > 1)


def _not_probabilities(key: Key, value: Varying) -> list[str]:
    return _faults(key, value, 1.0, "probability")


def _not_rates(key: Key, value: Varying) -> list[str]:
    if key[0] == key[1]:
        return [f"{arrow(key)}: staying has no rate"]
    return _faults(key, value, np.inf, "rate")


def _by_row(states: Sequence[str], stated: Mapping[Key, Varying]) -> dict[str, dict[Key, Varying]]:
    rows: dict[str, dict[Key, Varying]] = {state: {} for state in states}
    for key, value in stated.items():
        rows[key[0]][key] = value
    return rows


def _row(state: str, row: Mapping[Key, Varying]) -> list[str]:
    """Refuse a row's sum; one by cycle and by time in state at once is checked as it runs."""
    by_cycle = any(value.cycles > 1 for value in row.values())
    by_time = max((value.times for value in row.values()), default=1)
    if by_cycle and by_time > 1:
        if (state, state) in row:
            return [f'row "{state}": leave staying out where a row varies by cycle and by time']
        return []
    lengths = {value.cycles for value in row.values()} - {1}
    if len(lengths) > 1:
        return [f'row "{state}": {listed(map(str, sorted(lengths)))} cycles are stated']
    steps = [
        extended(value.by_time, by_time) * value.by_cycle if by_time > 1 else value.by_cycle
        for value in row.values()
    ]
    total = np.asarray(sum(steps, np.zeros((1, 1))))
    whole = (state, state) in row
    bad = np.abs(total - 1) > ROW_TOLERANCE if whole else total > 1 + ROW_TOLERANCE
    if not bad.any():
        return []
    step, draw = np.argwhere(bad)[0]
    name = "time in state" if by_time > 1 else "cycle"
    where = place({name: (step, len(total)), "draw": (draw, total.shape[1])})
    return [row_message(state, where, float(total[step, draw]), whole)]


def row_message(state: str, where: str, total: float, whole: bool = False) -> str:
    """Return what is wrong with the sum of a row."""
    rule = "all must sum to 1" if whole else "leaving may not exceed 1"
    return f'row "{state}"{where}: the probabilities sum to {total:.12g}; {rule}'


def _converted(
    row: Mapping[Key, Varying], years: float, conversion: Conversion
) -> dict[Key, Value]:
    by_cycle = any(value.cycles > 1 for value in row.values())
    times = max((value.times for value in row.values()), default=1)
    if by_cycle and times > 1:
        raise ValueError(
            f'row "{next(iter(row))[0]}": rates by cycle and by time in state at once cannot be '
            "converted for you: state probabilities, for instance "
            "by_time_in_state(...) * per_cycle(...)"
        )
    wrap = by_time_in_state if times > 1 else per_cycle
    steps = {key: extended(v.by_time, times) * v.by_cycle for key, v in row.items()}
    if conversion == "independent":
        return {key: wrap(probability_over(rate, years)) for key, rate in steps.items()}
    total = np.asarray(sum(steps.values(), np.zeros((1, 1))))
    each = probability_over(total, years) / np.where(total > 0, total, 1.0)
    return {key: wrap(rate * each) for key, rate in steps.items()}
