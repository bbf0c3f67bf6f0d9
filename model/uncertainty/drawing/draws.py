"""Draws of uncertain inputs: one seed, one stream of random numbers for each input."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.drawing.designs import Design, uniforms
from hepaplan.model.uncertainty.spread.correlated import moved_together
from hepaplan.model.uncertainty.spread.distributions import Gamma, Uncertain
from hepaplan.model.uncertainty.spread.inputs import Input, Value, Values

WHOLE_SET = 1e-6
"""How far the points of a set of shares may sum from 1 for it to be whole."""


def draw(
    inputs: Mapping[Key, Input],
    count: int,
    seed: int,
    design: Design = "random",
    workers: int = 2,
    beside: Collection[Key] = (),
) -> dict[Key, Value]:
    """Return `count` values of every input and of its copies, arrays (draw,) or by part.

    `inputs` as `inputs.uncertain_inputs` gives them. An input's stream depends on the seed and its
    key (`Input.stream`) alone: another input, another order and more draws leave its values as they
    are, and the same key has the same random numbers in every scenario (common random numbers).
    That holds for the design "random"; "latin" has its strata from `count`, and with "sobol"
    another input may move others (see `designs`): `beside` names the streams of the scenarios that
    are drawn with this one (`all_streams`), so that all take theirs from one sequence. One random
    number moves all parts of an input, except of a table of shares, which have one each; those of
    correlated inputs move together (`correlated.moved_together`). Shares of one set are gammas
    divided by their sum, a Dirichlet (`Input.of_set`). Raises ValueError for a design that there is
    not, and a correlated set of which an input is missing.
    """
    keys = dict.fromkeys((*all_streams(inputs), *beside))
    return values_at(inputs, uniforms(tuple(keys), count, seed, design), workers)


def values_at(
    inputs: Mapping[Key, Input], numbers: Mapping[Key, Floats], workers: int = 1
) -> dict[Key, Value]:
    """Return the values of inputs and copies where their streams have random numbers (draw,).

    `numbers` by the keys of `streams_of`, before correlated inputs are made to move together.
    """
    moved = moved_together(inputs, numbers)
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(lambda what: _values(what, moved), inputs.values()))
    values = dict(zip(inputs, found, strict=True))
    sets: dict[Key, list[Input]] = {}
    for what in inputs.values():
        if what.of_set and not what.has_parts_of_its_own:
            sets.setdefault(what.of_set, []).append(what)
    for members in sets.values():
        values |= _shares(members, values)
    copies = {copy: values[key] for key, what in inputs.items() for copy in what.copies}
    return {**values, **copies}


def streams_of(what: Input) -> tuple[Key, ...]:
    """Return the keys of an input's random numbers: one, or one a part of a table's shares."""
    if what.has_parts_of_its_own:
        return tuple((*what.key, part) for part in what.parts)
    return (what.stream,)


def all_streams(inputs: Mapping[Key, Input]) -> tuple[Key, ...]:
    """Return the keys of the random numbers of inputs, each once."""
    return tuple(dict.fromkeys(key for what in inputs.values() for key in streams_of(what)))


def one_draw(values: Mapping[Key, Value], index: int) -> Values:
    """Return the plain numbers of one draw, by part where the values are."""
    return {
        key: {part: float(np.asarray(array)[index]) for part, array in value.items()}
        if isinstance(value, Mapping)
        else float(np.asarray(value)[index])
        for key, value in values.items()
    }


def _values(what: Input, numbers: Mapping[Key, Floats]) -> Value:
    streams = streams_of(what)
    each = streams if len(streams) == len(what.parts) else streams * len(what.parts)
    unit: dict[tuple[Key, float], Floats] = {}
    drawn = {
        part: _quantiles(uncertain, stream, numbers[stream], unit)
        for (part, uncertain), stream in zip(what.parts.items(), each, strict=True)
    }
    if what.has_parts_of_its_own:
        total = sum(drawn.values(), np.zeros(1))
        return {part: amounts / total for part, amounts in drawn.items()}
    return drawn[""] if list(drawn) == [""] else drawn


def _shares(members: Sequence[Input], amounts: Mapping[Key, Value]) -> dict[Key, Value]:
    """Return the amounts of a whole set of shares divided by their sum, part by part.

    A set of which some shares are copies of another's is left as it is: shares are made whole where
    they are used (`completed.completed_set`).
    """
    parts = {part for what in members for part in what.parts if part} or {""}
    points = [sum(_part(what.point, part) for what in members) for part in parts]
    if max(abs(point - 1.0) for point in points) > WHOLE_SET:
        return {}
    total = {part: sum(_part(amounts[what.key], part) for what in members) for part in parts}
    return {
        what.key: {part: _part(amounts[what.key], part) / total[part] for part in sorted(parts)}
        if parts != {""}
        else amounts[what.key] / total[""]
        for what in members
    }


def _part(value: Any, part: str) -> Any:
    if not isinstance(value, Mapping):
        return value
    return value[part] if part in value else value[""]


def _quantiles(
    uncertain: Uncertain, stream: Key, numbers: Floats, unit: dict[tuple[Key, float], Floats]
) -> Floats:
    """Return quantiles; gammas of one shape on one stream are multiples of each other."""
    if not isinstance(uncertain, Gamma):
        return uncertain.quantile(numbers)
    at = (stream, uncertain.shape)
    if at not in unit:
        unit[at] = Gamma(uncertain.shape, 1.0).quantile(numbers)
    return uncertain.scale * unit[at]
