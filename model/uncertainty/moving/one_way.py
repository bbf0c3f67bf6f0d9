"""One input at a time: what each output becomes at the ends of an input's range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from hepaplan.model.outputs import Output
from hepaplan.model.uncertainty.moving.evaluations import Evaluate, Outcome, number, reason, said
from hepaplan.model.uncertainty.moving.levers import Lever, mean
from hepaplan.model.uncertainty.spread.distributions import INTERVAL_95
from hepaplan.model.uncertainty.spread.inputs import Values

Ranges = Literal["interval", "fifth"]
PROBABILITIES = (INTERVAL_95[0], 0.25, 0.75, INTERVAL_95[1])
"""Ends of the 95% interval, and points between for inputs that do not move an output one way."""
FACTORS = (0.8, 0.9, 1.1, 1.2)
"""A fifth less and more than the stated value, and points between."""
RANGE_WORDS = {"interval": "95% interval", "fifth": "a fifth less to a fifth more"}
NOISE: dict[str, float] = {"reading 1": 1e-9, "replay": 1e-8, "plan": 5e-4}
"""Relative differences that say nothing, by what an output needs: a plan is proven to 0.05%."""
ONE_WAY = (
    "input", "label", "unit", "source", "year", "quality", "assumed", "range", "output",
    "output_unit", "base_value", "low_value", "high_value", "base", "at_low", "at_high", "swing",
    "direction", "note",
)  # fmt: skip
"""One row for each input and output.

`base_value`, `low_value`, `high_value` are the input's, the mean of its numbers where it has one
for each patient group or month; `base`, `at_low`, `at_high` the output's; `swing` is the largest
less the smallest output met, at the ends, at the points between and at the base. `direction`:
"rises" or "falls" with the input, "turns" where it does neither, "none" where it does not move.
`assumed`: the range is the scenario's rule, a judgement. `note`: a range cut at the figure's
bounds, and why the model refuses a value.
"""


@dataclass(frozen=True)
class OneWay:
    """Every input alone: `table` with columns `ONE_WAY`, the largest swing of `first` on top."""

    table: pd.DataFrame
    first: Output
    ranges: Ranges

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, the one that moves the first output most first."""
        return tuple(self.table.loc[self.table["output"] == self.first.name, "input"])


def one_way(
    levers: Sequence[Lever],
    outputs: Sequence[Output],
    evaluate: Evaluate,
    ranges: Ranges = "interval",
) -> OneWay:
    """Return every output at both ends of every input's range, all other inputs as stated.

    The range is the 95% interval of the input's distribution, its numbers by group or month moved
    together, or a fifth less and more than what is stated, cut at the figure's bounds. Two points
    between are tried too: an output that neither rises nor falls throughout is marked, for the
    ends then do not bound it (Briggs, Claxton & Sculpher, Decision Modelling for Health Economic
    Evaluation, 2006, chapter 4). A value that the model refuses leaves its result empty and says
    why; only a refusal of the stated values raises ValueError.
    """
    points = [_numbers(lever, ranges) for lever in levers]
    asked: list[Values] = [{}]
    asked += [lever.values(at) for lever, some in zip(levers, points, strict=True) for at in some]
    found = evaluate(asked)
    if isinstance(found[0], str):
        raise ValueError(f"the scenario as stated is refused: {found[0]}")
    each = len(PROBABILITIES)
    rows = [
        _row(lever, ranges, output, points[i], found[0], found[1 + i * each : 1 + (i + 1) * each])
        for output in outputs
        for i, lever in enumerate(levers)
    ]
    table = pd.DataFrame(rows, columns=list(ONE_WAY))
    return OneWay(ordered(table, outputs), outputs[0], ranges)


def ordered(table: pd.DataFrame, outputs: Sequence[Output]) -> pd.DataFrame:
    """Return rows with the input on top that moves the first output most, outputs as asked."""
    first = table[table["output"] == outputs[0].name]
    order = first.sort_values(["swing", "input"], ascending=[False, True])["input"]
    names = dict.fromkeys([*order, *table["input"]])
    place = {name: at for at, name in enumerate(names)}
    output_place = {output.name: at for at, output in enumerate(outputs)}
    rows = np.lexsort((table["output"].map(output_place), table["input"].map(place)))
    return table.iloc[rows].reset_index(drop=True)


def _numbers(lever: Lever, ranges: Ranges) -> list[dict[str, float]]:
    if ranges == "interval":
        return [lever.at_probability(probability) for probability in PROBABILITIES]
    return [lever.times(factor) for factor in FACTORS]


def _row(
    lever: Lever,
    ranges: Ranges,
    output: Output,
    points: Sequence[dict[str, float]],
    base: Outcome,
    found: Sequence[Outcome],
) -> tuple[object, ...]:
    values = [mean(at) for at in points]
    at_base = number(base, output.name)
    results = [number(outcome, output.name) for outcome in found]
    met = [(v, r) for v, r in zip(values, results, strict=True) if np.isfinite(r)]
    met.append((lever.shown, at_base))
    swing = max(r for _, r in met) - min(r for _, r in met) if np.isfinite(at_base) else np.nan
    return (
        lever.name, lever.label, lever.what.unit, lever.what.source, lever.what.year,
        lever.what.quality, lever.what.assumed, RANGE_WORDS[ranges], output.name, output.unit,
        lever.shown, values[0], values[-1], at_base, results[0], results[-1], swing,
        direction(met, NOISE[output.needs]), _note(lever, ranges, points, found),
    )  # fmt: skip


def direction(met: Sequence[tuple[float, float]], noise: float) -> str:
    """Return how results move over values, given as (value, result) in any order.

    "rises", "falls", "turns" or "none"; differences below `noise`, relative, are no move.
    """
    results = np.array([result for _, result in sorted(met)])
    steps = np.diff(results)
    least = noise * float(np.abs(results).max(initial=0.0))
    up, down = bool((steps > least).any()), bool((steps < -least).any())
    return {(True, True): "turns", (True, False): "rises", (False, True): "falls"}.get(
        (up, down), "none"
    )


def _note(
    lever: Lever, ranges: Ranges, points: Sequence[dict[str, float]], found: Sequence[Outcome]
) -> str:
    parts = []
    if ranges == "fifth":
        for factor, at in ((FACTORS[0], points[0]), (FACTORS[-1], points[-1])):
            whole = {part: factor * number for part, number in lever.point.items()}
            if any(at[part] != whole[part] for part in whole):
                parts.append(f"{factor:g} times the value is cut at the figure's bounds")
    refused = [
        f"refused at {mean(at):g}: {reason(outcome)}"
        for at, outcome in zip(points, found, strict=True)
        if reason(outcome)
    ]
    return "; ".join([*parts, *refused])


def headlines(found: OneWay, most: int = 3) -> tuple[str, ...]:
    """Return sentences: which inputs move the first output most, and what needs care."""
    rows = found.table[found.table["output"] == found.first.name]
    moving = rows[rows["swing"] > 0].head(most)
    unit = found.first.unit
    what = f"{found.first.label} ({unit})"
    if moving.empty:
        return (f"No input moves {what} over {RANGE_WORDS[found.ranges]}.",)
    ends = moving[["at_low", "at_high"]].to_numpy(dtype=float)
    named = "; ".join(
        f"{label}, {said(low, unit)} to {said(high, unit)}"
        for label, (low, high) in zip(moving["label"], ends, strict=True)
    )
    count = "input that moves" if len(moving) == 1 else "inputs that move"
    sentences = [f"The {len(moving)} {count} {what} most, one at a time: {named}."]
    turning = rows.loc[rows["direction"] == "turns", "label"]
    if len(turning):
        sentences.append(
            f"{len(turning)} {'input moves' if len(turning) == 1 else 'inputs move'} it both ways, "
            "so the ends of the range do not bound it: "
            f"{', '.join(turning[:most])}."
        )
    refused = rows["note"].str.contains("refused at").sum()
    if refused:
        inputs = "1 input" if refused == 1 else f"{refused} inputs"
        sentences.append(f"Some values of {inputs} are refused; the table says why.")
    return tuple(sentences)
