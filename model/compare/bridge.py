"""The bridge from one scenario to another: what each named change is worth of the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.compare.changes import Level, change_levels
from hepaplan.model.compare.mixture import mixed
from hepaplan.model.compare.shapley import shapley
from hepaplan.model.depth import FULL
from hepaplan.model.outputs import NEW_METASTASES, chosen_outputs, outputs_of
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, NoAnswer, dotted, listed
from hepaplan.model.scenario_faults import scenario_faults

WITHOUT_A_PLAN = (
    NEW_METASTASES, "nothing_scarce.qalys", "nothing_scarce.cost_gbp",
    "first_come.beyond_standard", "first_come.qalys",
)  # fmt: skip
WITH_A_PLAN = ("most_health.beyond_standard", "most_health.qalys")
MOST_CHANGES, MOST_WITH_A_PLAN = 8, 4
"""Changes tried in all mixtures: 256 without a plan, 16 plans."""
COLUMNS = [
    "scenario", "measure", "label", "unit", "order", "change", "amount", "from", "to", "inputs",
    "reason", "grouped_by",
]  # fmt: skip
Evaluate = Callable[[Scenario, Sequence[str]], dict[str, float]]


class CannotMix(InvalidInput):
    """A mixture of two sound scenarios that is none: some changes must be made together."""


@dataclass(frozen=True)
class Ends:
    """Two scenarios, the name of the second in its comparison."""

    reference: Scenario
    other: Scenario
    name: str


def bridge(
    ends: Ends,
    measures: Sequence[str] = WITHOUT_A_PLAN,
    most: int = MOST_CHANGES,
    progress: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """Return each change's part of each measure's difference, in the measure's unit, by order.

    A row for each measure and change: `from` and `to` are where its bar starts and ends, from the
    reference's value to the other's; `shapley` says how parts are found. There are at most `most`
    changes: with more, or where some cannot be made without others, they are grouped, as
    `grouped_by` says. No row where nothing differs. Raises what `outputs_of` raises.
    """
    levels = [level for level in change_levels(ends.reference, ends.other) if level.changes]
    for level in levels:
        if len(level.changes) <= most:
            try:
                return _table(ends, measures, level, progress)
            except (InvalidInput, NoAnswer, ValueError):
                if level is levels[-1]:
                    raise
    return pd.DataFrame(columns=COLUMNS)


def _table(
    ends: Ends, measures: Sequence[str], level: Level, progress: Callable[[str], None]
) -> pd.DataFrame:
    changes, tried = level.changes, 0

    def worth(members: frozenset[int]) -> list[float]:
        nonlocal tried
        tried += 1
        progress(f"{ends.name}: bridge, mixture {tried} of {1 << len(changes)}")
        found = outputs_of(_mixture(ends, level, members), measures, FULL.quick())
        return [found[name] for name in measures]

    values = {"first": [0.0] * len(measures), "last": [0.0] * len(measures)}

    def remembered(members: frozenset[int]) -> list[float]:
        found = worth(members)
        if not members:
            values["first"] = found
        if len(members) == len(changes):
            values["last"] = found
        return found

    shares = shapley(len(changes), remembered)
    known = chosen_outputs(ends.reference, measures)
    rows = []
    for column, name in enumerate(measures):
        at, end = values["first"][column], values["last"][column]
        for place, change in enumerate(changes):
            amount = float(shares[place, column])
            reached = end if place == len(changes) - 1 else at + amount
            inputs = listed(map(dotted, change.keys))
            rows.append(
                (ends.name, name, known[name].label, known[name].unit, place + 1, change.name,
                 amount, at, reached, inputs, change.reason, level.grouped_by)
            )  # fmt: skip
            at = reached
    return pd.DataFrame(rows, columns=COLUMNS)


def _mixture(ends: Ends, level: Level, members: frozenset[int]) -> Scenario:
    """Return the reference with some changes; with none or all of them, the scenario itself."""
    if not members:
        return ends.reference
    if len(members) == len(level.changes):
        return ends.other
    keys = [key for number in members for key in level.changes[number].keys]
    made = mixed(ends.reference, ends.other, keys)
    faults = scenario_faults(made)
    if faults:
        raise CannotMix("\n".join(f"{dotted(fault.key)}: {fault.message}" for fault in faults))
    return made
