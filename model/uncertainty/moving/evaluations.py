"""A scenario's outputs at other values of its inputs: each a run of its own, or a reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hepaplan.model.depth import FULL, Depth
from hepaplan.model.outputs import chosen_outputs, outputs_of
from hepaplan.model.parallel import spread
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, NoAnswer
from hepaplan.model.tables.words import THOUSAND, figure, pounds
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.spread.inputs import Values

Outcome = Mapping[str, float] | str
"""Outputs by name, or in words why the model refuses the values."""
Evaluate = Callable[[Sequence[Values]], Sequence[Outcome]]
"""What is found at each of some values of the inputs, in their order."""


def by_runs(
    scenario: Scenario,
    names: Sequence[str],
    depth: Depth = FULL,
    workers: int = 1,
    done: Callable[[int], None] = lambda _: None,
) -> Evaluate:
    """Return an evaluation that runs the scenario as if its files had stated the values.

    The results do not depend on the number of `workers`, processes that share the work; `done`
    hears how many values are finished. Raises `InvalidInput` for unknown names.
    """
    chosen_outputs(scenario, names)
    work = partial(_some, scenario, tuple(names), depth)
    return lambda points: spread(work, points, workers, done)


def _some(
    scenario: Scenario, names: Sequence[str], depth: Depth, points: Sequence[Values]
) -> list[Outcome]:
    return [_one(scenario, names, depth, values) for values in points]


def _one(scenario: Scenario, names: Sequence[str], depth: Depth, values: Values) -> Outcome:
    try:
        return outputs_of(stated_scenario(scenario, values), names, depth)
    except (InvalidInput, NoAnswer, ValueError) as refusal:
        return " ".join(str(refusal).split())


def number(outcome: Outcome, name: str) -> float:
    """Return an output, not a number where the values were refused."""
    return math.nan if isinstance(outcome, str) else float(outcome[name])


def reason(outcome: Outcome) -> str:
    """Return why the values were refused, nothing where they were not."""
    return outcome if isinstance(outcome, str) else ""


def said(value: float, unit: str) -> str:
    """Return an output as a sentence says it: pounds in thousands or millions, no exponents."""
    if not math.isfinite(value):
        return "refused"
    if unit == "GBP":
        return pounds(value)
    return figure(value, 0) if abs(value) >= THOUSAND else f"{value:.4g}"
