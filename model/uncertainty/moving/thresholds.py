"""The value of an input at which a decision changes, or an output reaches a target."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepaplan.model.outputs import Output
from hepaplan.model.uncertainty.moving.evaluations import Evaluate, number, reason, said
from hepaplan.model.uncertainty.moving.levers import Lever
from hepaplan.model.uncertainty.spread.inputs import Values

STEPS = 12
"""Stretches of the range searched: two crossings within one of them are not seen."""
CLOSE = 1e-4
"""Width to which a crossing is narrowed, as a share of the range searched."""
TAILS = (0.001, 0.999)
"""Quantiles of the input's distribution between which is searched unless told otherwise."""
THRESHOLDS = (
    "input", "label", "unit", "question", "base_value", "searched_low", "searched_high", "value",
    "direction", "margin_unit", "margin_at_base", "margin_at_low", "margin_at_high", "note",
)  # fmt: skip
"""One row for each crossing, one without `value` where there is none.

`value` is the input's where the margin is nothing; of an input by patient group or month, a factor
on its stated numbers, as are `base_value` (1) and the range searched. `direction`: "rises" where
the margin goes from below nothing to above as the input grows, otherwise "falls". `margin_at_base`
is the margin where nothing is changed, the same in every row of a question.
"""
ALIKE = 1e-6
"""Relative difference below which putting in what is stated has changed nothing."""
Margin = Callable[[Sequence[Values]], Sequence[float | str]]
"""What decides, at each of some values: above nothing one way, below nothing the other."""


@dataclass(frozen=True)
class Question:
    """A margin with its unit, and in words what is so where it is above nothing and below.

    `apart`: what is said where the strategies state different values of the input.
    """

    above: str
    below: str
    unit: str
    margin: Margin
    apart: str = ""


@dataclass(frozen=True)
class Threshold:
    """What a search found: `table` with columns `THRESHOLDS`, and one sentence."""

    table: pd.DataFrame
    headline: str


@dataclass(frozen=True)
class Crossing:
    """Where a margin is nothing, and whether it rises or falls there."""

    value: float
    direction: str
    note: str = ""


def reaching(evaluate: Evaluate, output: Output, target: float) -> Question:
    """Return the question where an output reaches a target."""

    def margin(points: Sequence[Values]) -> list[float | str]:
        found = evaluate(points)
        return [reason(outcome) or number(outcome, output.name) - target for outcome in found]

    at = said(target, output.unit) + ("" if output.unit == "GBP" else f" {output.unit}")
    above, below = (f"{output.label} {side} {at}" for side in ("above", "below"))
    return Question(above, below, output.unit, margin)


def beating(first: tuple[str, Evaluate, Output], second: tuple[str, Evaluate, Output]) -> Question:
    """Return the question where one strategy is as good as another.

    Each strategy has its name, an evaluation and the output that judges it, such as net monetary
    benefit; both take the same values of the input, also where they state different ones, which
    the note then says. Raises ValueError if the units differ.
    """
    (name, evaluate, output), (other, evaluate_other, output_other) = first, second
    if output.unit != output_other.unit:
        raise ValueError(
            f"{output.name} is in {output.unit} but {output_other.name} in {output_other.unit}: "
            "compare outputs of one unit"
        )
    sign = -1.0 if output.more_is_better is False else 1.0

    def margin(points: Sequence[Values]) -> list[float | str]:
        pairs = zip(evaluate(points), evaluate_other(points), strict=True)
        return [
            reason(one) or reason(two)
            or sign * (number(one, output.name) - number(two, output_other.name))
            for one, two in pairs
        ]  # fmt: skip

    return Question(
        f"{name} is better than {other}", f"{other} is better than {name}", output.unit, margin,
        f"{name} and {other} state different values of it: each value tried is put into both",
    )  # fmt: skip


def threshold(
    lever: Lever,
    question: Question,
    low: float | None = None,
    high: float | None = None,
    steps: int = STEPS,
) -> Threshold:
    """Return every value of an input, all others as stated, at which the margin is nothing.

    Searched from `low` to `high`, positions of `Lever.at`, otherwise between the quantiles `TAILS`
    of the input's distribution: first on a grid of `steps` stretches, then by Brent's method inside
    those over which the margin changes sign (Brent, Algorithms for Minimization without
    Derivatives, 1973, chapter 4). Values that the model refuses are left out and said.
    """
    ends = (
        lever.position_at(TAILS[0]) if low is None else low,
        lever.position_at(TAILS[1]) if high is None else high,
    )
    if not ends[0] < ends[1]:
        raise ValueError(
            f"{lever.name}: nothing to search between {ends[0]:g} and {ends[1]:g}; "
            "give a low below the high"
        )

    def at(position: float) -> Values:
        return lever.values(lever.at(position))

    grid = [float(x) for x in np.linspace(*ends, steps + 1)]
    base, stated, *found = question.margin([{}, *map(at, [lever.position, *grid])])
    refused = [text for text in found if isinstance(text, str)]
    numbers = [_finite(margin) for margin in found]

    def one(position: float) -> float:
        return _finite(question.margin([at(position)])[0])

    crossed = list(crossings(one, grid, numbers))
    apart = question.apart if _differ(_finite(base), _finite(stated), numbers) else ""
    note = f"{len(refused)} of {len(grid)} values refused: {refused[0]}" if refused else ""
    rows = [
        (lever.name, lever.label, lever.what.unit, question.above, lever.position, *ends,
         crossing.value, crossing.direction, question.unit, _finite(base), numbers[0], numbers[-1],
         "; ".join(text for text in (note, crossing.note, apart) if text))
        for crossing in crossed or [Crossing(math.nan, "", _never(question, numbers))]
    ]  # fmt: skip
    return Threshold(
        pd.DataFrame(rows, columns=list(THRESHOLDS)),
        _words(lever, question, ends, crossed, numbers, apart),
    )


def crossings(
    margin: Callable[[float], float], grid: Sequence[float], found: Sequence[float]
) -> Iterator[Crossing]:
    """Yield where a margin changes sign, given what was found on a rising grid.

    A margin that only touches nothing does not cross; over a stretch of nothing the middle is
    given. Beside a value that was refused (not a number) nothing is sought.
    """
    from scipy.optimize import brentq  # slow to import, and only searches need it

    before = nothing = None
    for place, value in enumerate(found):
        if math.isnan(value):
            before = nothing = None
        elif value == 0.0:
            nothing = place if nothing is None else nothing
        else:
            if before is not None and (found[before] > 0) != (value > 0):
                direction, note = "rises" if value > 0 else "falls", ""
                low, high = float(grid[before]), float(grid[place])
                if nothing is not None:
                    at = 0.5 * float(grid[nothing] + grid[place - 1])
                else:
                    try:
                        width = CLOSE * float(grid[-1] - grid[0])
                        at = float(brentq(margin, low, high, xtol=width))
                    except ValueError:
                        at = low + (high - low) * found[before] / (found[before] - value)
                        note = "values beside it are refused: between two tried, on a line"
                yield Crossing(at, direction, note)
            before, nothing = place, None


def _finite(margin: float | str) -> float:
    return math.nan if isinstance(margin, str) else float(margin)


def _differ(base: float, stated: float, numbers: Sequence[float]) -> bool:
    """Whether the margin is another where what is stated is put in than where nothing is."""
    sizes = [abs(number) for number in (base, stated, *numbers) if not math.isnan(number)]
    return abs(base - stated) > ALIKE * max(sizes, default=0.0)


def _never(question: Question, numbers: Sequence[float]) -> str:
    met = [number for number in numbers if not math.isnan(number)]
    if not met:
        return "no value of the range can be run"
    if not any(met):
        return "no difference anywhere in the range"
    if min(met) < 0 < max(met):
        return "changes only beside values that are refused"
    return f"throughout: {question.above if max(met) > 0 else question.below}"


def _words(
    lever: Lever,
    question: Question,
    ends: tuple[float, float],
    crossed: Sequence[Crossing],
    numbers: Sequence[float],
    apart: str,
) -> str:
    single = list(lever.point) == [""]
    unit = f" {lever.what.unit}" if single else " times what is stated"
    searched = f"{ends[0]:.4g} to {ends[1]:.4g}{unit}"
    if not crossed:
        return (
            f"{lever.label}: no value from {searched} changes the decision "
            f"({'; '.join(filter(None, (_never(question, numbers), apart)))})."
        )
    places = ", and ".join(
        f"{question.above if crossing.direction == 'rises' else question.below} above "
        f"{crossing.value:.4g}{unit}"
        for crossing in crossed
    )
    said = "; ".join(filter(None, (f"searched: {searched}", apart)))
    return f"{lever.label}: {places} (stated: {lever.position:.4g}; {said})."
