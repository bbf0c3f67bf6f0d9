"""What differs between the inputs of scenarios, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

import pandas as pd
from pydantic import BaseModel

from hepaplan.model.parameters import Scenario, TableFile, Tables
from hepaplan.model.problems import Key, dotted
from hepaplan.model.quantities import Sourced
from hepaplan.model.tables.assumptions import assumption_table, change_table

ABSENT = "not stated"
NAMING = frozenset({"name", "title", "question", "sources", "label", "note", "reason"})
"""What a scenario says about itself; a difference in it changes no figure."""
CHANGES = "capacity_changes"
DIGITS = 9


def differences(scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """Return what differs from the first scenario: what, unit, scenario, its value, why and where.

    One row for each scenario's value of everything that is not the same in all of them: figures,
    switches, table contents, and dated changes of capacity.
    """
    stated = {name: _stated(scenario) for name, scenario in scenarios.items()}
    keys = list(dict.fromkeys(key for values in stated.values() for key in values))
    rows: list[tuple[str, ...]] = []
    for key in keys:
        found = {name: values.get(key, (ABSENT, "", "", "")) for name, values in stated.items()}
        if len({value for value, _, _, _ in found.values()}) > 1:
            rows += [
                (key, next((u for _, u, _, _ in found.values() if u), ""), name, value, why, where)
                for name, (value, _, why, where) in found.items()
            ]
    columns = ["what", "unit", "scenario", "value", "reason", "place"]
    return pd.DataFrame(rows + _tables(scenarios), columns=columns)


def _stated(scenario: Scenario) -> dict[str, tuple[str, str, str, str]]:
    """Return value, unit, reason and place of all a scenario states, by key."""
    found = {}
    table = assumption_table(scenario)
    for row in table[~table["key"].str.startswith("tables.")].to_dict("records"):
        number = row["value"]
        value = f"{number:.{DIGITS}g}" if isinstance(number, float) else str(number)
        found[str(row["key"])] = (value, str(row["unit"]), str(row["reason"]), str(row["place"]))
    for record, start in ((scenario.settings, ()), (scenario.pathway, ("pathway",))):
        for key, switch in _switches(record, start):
            why = next((r for k, r in scenario.reasons.items() if k[: len(key)] == key), "")
            place = scenario.places.get(key)
            said = {True: "yes", False: "no"}[switch] if isinstance(switch, bool) else str(switch)
            found[dotted(key)] = (said, "", why, "" if place is None else str(place))
    changed = change_table(scenario)
    for row in changed[changed["what"].str.contains(" at ")].to_dict("records"):
        what = f"{row['what']}, {str(row['change']).partition(', ')[2]}"
        value = str(row["change"]).partition(", ")[0]
        value = f"{found[what][0]}; {value}" if what in found else value
        found[what] = (value, "saleable units", str(row["reason"]), str(row["place"]))
    return found


def _switches(record: object, key: Key) -> Iterator[tuple[Key, object]]:
    """Yield what a record states that is no sourced figure: numbers, switches and choices."""
    if isinstance(record, Sourced | TableFile):
        return
    if isinstance(record, BaseModel):
        parts = [(name, getattr(record, name)) for name in type(record).model_fields]
        for name, part in parts:
            if name not in NAMING:
                yield from _switches(part, (*key, name))
    elif isinstance(record, Mapping):
        for name, part in record.items():
            yield from _switches(part, (*key, name))
    elif isinstance(record, tuple):
        for place, part in enumerate(record):
            yield from _switches(part, (*key, place))
    elif record is not None:
        yield key, record


def _tables(scenarios: Mapping[str, Scenario]) -> list[tuple[str, ...]]:
    """Return a row for each scenario and table whose contents differ from the first's."""
    rows: list[tuple[str, ...]] = []
    (_, first), *_ = scenarios.items()
    for table in (field.name for field in fields(Tables) if field.name != CHANGES):
        ours = getattr(first.tables, table)
        counts = {name: rows_that_differ(ours, getattr(s.tables, table))
                  for name, s in scenarios.items()}  # fmt: skip
        if any(counts.values()):
            for name, scenario in scenarios.items():
                stated = scenario.settings.tables.get(table)
                differ = f"{counts[name]} of {len(ours)} rows differ"
                value = differ if counts[name] else f"{len(ours)} rows"
                rows.append(
                    (f"table of {table.replace('_', ' ')}", "", name, value,
                     stated.reason if stated else "", stated.file if stated else "")
                )  # fmt: skip
    return rows


def rows_that_differ(ours: pd.DataFrame, other: pd.DataFrame) -> int:
    """Return how many rows are in only one of two tables, the larger count of the two."""
    columns: Sequence[str] = [c for c in ours.columns if c in other.columns]
    columns = [c for c in columns if c not in ("source", "quality", "note", "reason")]
    left, right = (
        set(t[columns].astype(str).itertuples(index=False, name=None)) for t in (ours, other)
    )
    return max(len(left - right), len(right - left))
