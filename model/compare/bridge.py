"""The bridge from one scenario to another: what each named change is worth of the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.compare.changes import Level, change_levels
from hepaplan.model.compare.mixture import mixed
from hepaplan.model.compare.mixture_checks import mixture_faults
from hepaplan.model.compare.shapley import shapley
from hepaplan.model.depth import FULL
from hepaplan.model.outputs import NEW_METASTASES, chosen_outputs, outputs_of
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, NoAnswer, dotted, listed

DEMAND_AND_VALUE = (NEW_METASTASES, "nothing_scarce.qalys", "nothing_scarce.cost_gbp")
FIRST_COME = ("first_come.beyond_standard", "first_come.qalys")
PLANNED = ("most_health.beyond_standard", "most_health.qalys")
MOST_CHANGES = {DEMAND_AND_VALUE: 8, FIRST_COME: 5, PLANNED: 4}
"""Changes tried in all mixtures, by what a mixture costs: 256 of demand and value, which need no
sites; 32 replays through the sites; 16 plans."""
COLUMNS = [
    "scenario", "measure", "label", "unit", "order", "change", "amount", "from", "to", "inputs",
    "reason", "grouped_by",
]  # fmt: skip


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
    measures: Sequence[str] = DEMAND_AND_VALUE,
    most: int = MOST_CHANGES[DEMAND_AND_VALUE],
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


def bridges(
    ends: Ends, with_plan: bool = False, progress: Callable[[str], None] = lambda _: None
) -> pd.DataFrame:
    """Return the bridges of demand, health, money and waiting; with the plan's where asked."""
    found = [
        bridge(ends, measures, most, progress)
        for measures, most in MOST_CHANGES.items()
        if with_plan or measures is not PLANNED
    ]
    return concatenated([table for table in found if len(table)])


def concatenated(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return bridges as one table, which has no row where there is none."""
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)


def _table(
    ends: Ends, measures: Sequence[str], level: Level, progress: Callable[[str], None]
) -> pd.DataFrame:
    changes = level.changes
    worths: dict[frozenset[int], list[float]] = {}

    def worth(members: frozenset[int]) -> list[float]:
        progress(f"{ends.name}: bridge, mixture {len(worths) + 1} of {1 << len(changes)}")
        found = outputs_of(_mixture(ends, level, members), measures, FULL.quick())
        worths[members] = [found[name] for name in measures]
        return worths[members]

    shares = shapley(len(changes), worth)
    first, last = worths[frozenset()], worths[frozenset(range(len(changes)))]
    known = chosen_outputs(ends.reference, measures)
    rows = []
    for column, name in enumerate(measures):
        at = first[column]
        for place, change in enumerate(changes):
            amount = float(shares[place, column])
            reached = last[column] if place == len(changes) - 1 else at + amount
            rows.append(
                (ends.name, name, known[name].label, known[name].unit, place + 1, change.name,
                 amount, at, reached, listed(map(dotted, change.keys)), change.reason,
                 level.grouped_by)
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
    faults = mixture_faults(made)
    if faults:
        raise CannotMix("\n".join(f"{dotted(fault.key)}: {fault.message}" for fault in faults))
    return made
