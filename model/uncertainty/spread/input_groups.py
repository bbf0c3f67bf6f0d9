"""Uncertain inputs in groups that one kind of study would tell about."""

from __future__ import annotations

from collections.abc import Iterable

from hepaplan.model.problems import Key

REST = "other inputs"
GROUPS = {
    "unit costs": {"unit_cost", "cost", "costs", "waiting_cost", "drug"},
    "minutes, days and sessions of a treatment": {"footprint"},
    "quality of life": {"utility", "qaly_loss", "utility_norm"},
    "what can go wrong with a treatment": {
        "complications", "procedural_mortality", "not_performed",
    },
    "harm of waiting": {"delay", "waiting"},
    "recurrence, progression and death after treatment": {"exits"},
    "which treatment is usual": {"usual_share"},
    "who falls ill, and for what they are eligible": {
        "metastases", "incidence", "population", "trend", "tables", "eligibility",
    },
}  # fmt: skip
"""Parts of a key by which an input belongs to a group; the first group that has one counts."""


def input_groups(keys: Iterable[Key]) -> dict[str, tuple[Key, ...]]:
    """Return the keys of inputs by the group of `GROUPS` each belongs to; empty ones are left out.

    Every key is in one group: those in none are "other inputs". Inputs of a group are what a
    study of one kind would tell together: knowing them is worth no less than knowing any one.
    """
    found: dict[str, list[Key]] = {name: [] for name in (*GROUPS, REST)}
    for key in keys:
        own = (name for name, parts in GROUPS.items() if parts.intersection(map(str, key)))
        found[next(own, REST)].append(key)
    return {name: tuple(members) for name, members in found.items() if members}
