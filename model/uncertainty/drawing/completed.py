"""Values of a scenario's inputs made whole: sets of shares that sum to 1, factors on curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Distribution, Exit, Pathway
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity
from hepaplan.model.uncertainty.drawing.located import record_at
from hepaplan.model.uncertainty.spread.inputs import Value, Values
from hepaplan.model.uncertainty.spread.share_sets import share_sets

Name = TypeVar("Name", str, Key)


def completed_pathway(pathway: Pathway, values: Values) -> dict[Key, Value]:
    """Return values for every figure of a pathway that changes when those in `values` do.

    Sets of shares are completed (`completed_set`). A value at a time-to-event curve is a factor on
    its hazard: the hazard ratio of the exit, and those it changes to, times the factor.
    """
    whole = dict(values)
    for shares in share_sets(pathway):
        if not shares.keys().isdisjoint(values):
            whole |= completed_set(shares, values)
    factors = [key for key in whole if isinstance(record_at(pathway, key), Distribution)]
    for key in factors:
        factor = whole.pop(key)
        for at, ratio in _ratios(pathway, key).items():
            whole[at] = _product(whole.get(at, ratio.value if ratio else 1.0), factor)
    return whole


def completed_set(shares: Mapping[Key, Quantity], values: Values) -> dict[Key, Value]:
    """Return values for a whole set of shares of which some have new values.

    Those without keep their proportions and share what the others leave; values that come to more
    than 1 are scaled down to it. With nobody to take the rest, values are divided by their sum.
    """
    new = {key: values[key] for key in shares if key in values}
    rest = {key: share for key, share in shares.items() if key not in values}
    parted = [value for value in new.values() if isinstance(value, Mapping)]
    names = [name for share in rest.values() for name in share.numbers() if name]
    groups = dict.fromkeys([*names, *(name for value in parted for name in value)])
    found: dict[str, dict[Key, Any]] = {}
    for group in groups or [""]:
        stated = {key: share.for_group(group) for key, share in rest.items()}
        given = {key: _for_group(value, group) for key, value in new.items()}
        found[group] = _whole(stated, given)
    if not groups:
        return found[""]
    return {key: {group: found[group][key] for group in groups} for key in shares}


def eligibility_values(scenario: Scenario, group: str, value: Value) -> dict[str, Value]:
    """Return a group's shares at every decision point of the table of eligibility, made whole."""
    table = scenario.tables.eligibility
    rows = table[table["group"] == group]
    stated = dict(zip(rows["decision_point"].astype(str), rows["share"], strict=True))
    if not isinstance(value, Mapping) or not stated:
        raise ValueError(
            f"eligibility of group {group}: " + (
                "give a share for each decision point" if stated else "no such group"
            )
        )  # fmt: skip
    if unknown := [point for point in value if point not in stated]:
        raise ValueError(f"eligibility of group {group} has no decision point {unknown[0]}")
    rest = {point: float(share) for point, share in stated.items() if point not in value}
    return _whole(rest, dict(value))


def _whole(rest: Mapping[Name, float], given: Mapping[Name, Any]) -> dict[Name, Any]:
    """Return shares that sum to 1 by name: `given` first, `rest` in its proportions after."""
    total = sum((np.asarray(value) for value in given.values()), np.zeros(()))
    base = sum(rest.values())
    if base > 0:
        whole = np.maximum(total, 1.0)
        left = (1.0 - total / whole) / base
    else:
        whole, left = np.where(total > 0, total, 1.0), np.zeros(())
    return {key: v / whole for key, v in given.items()} | {key: left * v for key, v in rest.items()}


def _ratios(pathway: Pathway, key: Key) -> dict[Key, Quantity | None]:
    """Return the hazard ratios of the exit whose curve sits at a key, nothing for one not there."""
    own = key[:-1]
    record: Exit = record_at(pathway, own)
    found: dict[Key, Quantity | None] = {(*own, "hazard_ratio"): record.hazard_ratio}
    for place, change in enumerate(record.hazard_ratio_changes):
        found[*own, "hazard_ratio_changes", place, "hazard_ratio"] = change.hazard_ratio
    return found


def _product(value: Value, factor: Value) -> Any:
    if isinstance(factor, Mapping):
        return {group: _product(_for_group(value, group), f) for group, f in factor.items()}
    if isinstance(value, Mapping):
        return {group: v * np.asarray(factor) for group, v in value.items()}
    return np.asarray(value) * np.asarray(factor)


def _for_group(value: Value, group: str) -> Any:
    return value[group] if isinstance(value, Mapping) else value
