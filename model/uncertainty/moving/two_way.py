"""Two inputs at once: outputs over a grid of their values, and which strategy is best where."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.outputs import Output
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.moving.evaluations import Evaluate, number, reason
from hepaplan.model.uncertainty.moving.levers import Lever
from hepaplan.model.uncertainty.moving.thresholds import ALIKE
from hepaplan.model.uncertainty.spread.distributions import INTERVAL_95
from hepaplan.model.uncertainty.spread.inputs import Value, Values

CELLS = 7
"""Values of each input unless told otherwise."""
SAME = 1e-9
"""Relative difference below which two strategies are as good as each other."""
TWO_WAY = (
    "first_input", "first_value", "second_input", "second_value", "strategy", "output", "unit",
    "result", "best", "margin", "changes", "note",
)  # fmt: skip
"""One row for each cell of the grid, strategy and output.

Values are positions of `Lever.at`: the input's own, or a factor on its numbers by group or month.
Of the output that judges strategies: `best` marks the best one there, `margin` is its lead over the
next (empty elsewhere), and `changes` marks cells beside which another strategy is best. Where two
are as good as each other none is best.
"""


@dataclass(frozen=True)
class TwoWay:
    """A grid over two inputs: `table` with columns `TWO_WAY`, and one sentence."""

    table: pd.DataFrame
    headline: str


def positions(lever: Lever, cells: int = CELLS) -> list[float]:
    """Return evenly spaced positions over the 95% interval of an input."""
    low, high = (lever.position_at(probability) for probability in INTERVAL_95)
    return [float(at) for at in np.linspace(low, high, cells)]


def two_way(
    first: tuple[Lever, Sequence[float]],
    second: tuple[Lever, Sequence[float]],
    strategies: Mapping[str, Evaluate],
    outputs: Sequence[Output],
) -> TwoWay:
    """Return the outputs of each strategy at every pair of values, all other inputs as stated.

    The first output says which strategy is best. Each pair is put into every strategy, and the
    sentence names those that state other values than the levers. Values that the model refuses are
    empty and say why; a cell in which any strategy is refused has no best one. Raises ValueError
    where both inputs are the same.
    """
    (lever, values), (other, other_values) = first, second
    if lever.name == other.name:
        raise ValueError(f"{lever.name} is given twice: a grid needs two inputs")
    cells = [(x, y) for x in values for y in other_values]
    points = [together(lever.values(lever.at(x)), other.values(other.at(y))) for x, y in cells]
    found = {name: evaluate(points) for name, evaluate in strategies.items()}
    judge = outputs[0]
    worth = np.array([[number(outcome, judge.name) for outcome in some] for some in found.values()])
    best, lead = _best(worth if judge.more_is_better is not False else -worth)
    shape = (len(values), len(other_values))
    beside = _changes(best.reshape(shape)).ravel()
    rows = [
        (lever.name, x, other.name, y, name, output.name, output.unit,
         number(outcomes[cell], output.name),
         *((best[cell] == s, lead[cell] if best[cell] == s else math.nan, beside[cell])
           if output is judge else (False, math.nan, False)),
         reason(outcomes[cell]))
        for cell, (x, y) in enumerate(cells)
        for s, (name, outcomes) in enumerate(found.items())
        for output in outputs
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(TWO_WAY))
    said = _words(lever, other, tuple(strategies), best, judge)
    if len(strategies) > 1 and (apart := _stating_others((lever, other), strategies, judge)):
        named = " and ".join(apart)
        said += f" Other values are stated in {named}: each value of the grid is put into all."
    return TwoWay(table, said)


def _stating_others(
    levers: Sequence[Lever], strategies: Mapping[str, Evaluate], judge: Output
) -> list[str]:
    """Return the strategies whose output is another at the levers' stated values than as it is."""
    stated = together(*(lever.values(lever.at(lever.position)) for lever in levers))
    changed = []
    for name, evaluate in strategies.items():
        own, put = (number(outcome, judge.name) for outcome in evaluate([{}, stated]))
        if abs(own - put) > ALIKE * max(abs(own), abs(put)):
            changed.append(name)
    return changed


def together(one: Values, two: Values) -> Values:
    """Return values of both; parts of the same table's shares are joined."""
    joined: dict[Key, Value] = dict(one)
    for key, value in two.items():
        here = joined.get(key)
        if isinstance(here, Mapping) and isinstance(value, Mapping):
            joined[key] = cast(Value, {**here, **value})
        else:
            joined[key] = value
    return joined


def _best(worth: Floats) -> tuple[Ints, Floats]:
    """Return the best strategy of each cell (-1: none, or two alike) and its lead over the next."""
    sound = np.isfinite(worth).all(axis=0)
    filled = np.where(sound, worth, 0.0)
    order = np.sort(filled, axis=0)
    if len(worth) == 1:
        return np.where(sound, 0, -1), np.full(worth.shape[1], math.nan)
    lead = order[-1] - order[-2]
    decided = sound & (lead > SAME * np.abs(filled).max(axis=0))
    return np.where(decided, filled.argmax(axis=0), -1), np.where(decided, lead, math.nan)


def _changes(best: Ints) -> Flags:
    """Return cells of the grid beside which, in a row or a column, another strategy is best."""
    found = np.zeros(best.shape, dtype=bool)
    for axis in (0, 1):
        lines, marks = np.moveaxis(best, axis, 0), np.moveaxis(found, axis, 0)
        differs = (lines[1:] != lines[:-1]) & (lines[1:] >= 0) & (lines[:-1] >= 0)
        marks[1:] |= differs
        marks[:-1] |= differs
    return found


def _words(first: Lever, second: Lever, names: Sequence[str], best: Ints, judge: Output) -> str:
    """Return where the best strategy changes, or that it does not."""
    over = f"over the grid of {first.label} and {second.label}"
    counts = {name: int((best == place).sum()) for place, name in enumerate(names)}
    won = {name: count for name, count in counts.items() if count}
    if len(names) < 2:
        return f"{judge.label} {over}: {counts[names[0]]} of {best.size} cells can be run."
    undecided = best.size - sum(won.values())
    rest = f"; in {undecided} none is, or none can be run" if undecided else ""
    if not won:
        return f"No strategy is better than another by {judge.label} {over}, where they can be run."
    if len(won) == 1:
        (name,) = won
        return f"{name} is best by {judge.label} {over}, in {won[name]} of {best.size} cells{rest}."
    parts = " and ".join(f"{name} in {count}" for name, count in won.items())
    return f"The best strategy by {judge.label} changes {over}: {parts} of {best.size} cells{rest}."
