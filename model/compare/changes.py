"""The named changes that lead from one scenario to another, few enough to try in all mixtures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hepaplan.model.compare.mixture import PATHWAY, TABLES, differing
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key

EVERYTHING_ELSE = "everything else"
WHAT_ALL_NAME = {
    ("group",), ("site",), ("resource",), (PATHWAY, "drug"), (PATHWAY, "decision_point"),
}  # fmt: skip
"""Names that tables and the pathway refer to: what one scenario lacks cannot change by itself."""
NAMES_NONE = {
    "metastases", "trend", "economics",
    "incidence", "stage", "life_table", "population", "projection",
}  # fmt: skip
"""Parts and tables that refer to no group, site, resource or decision point."""
SHARES_AT = {"usual_share": "usual shares", "on": "usual shares"}
SUM_TO_1 = ("waiting", "to")
BY_STAGE = "metachronous_cumulative_incidence"
AT_DIAGNOSIS, STAGES = ("metastases", "synchronous_share"), (TABLES, "stage")
"""No band can have fewer at stage IV than have liver metastases at diagnosis."""
GENERIC = ("set on the command line", "edited in workbook")
"""Reasons that say who changed a figure, not why: they make no one change of many figures."""
LONGEST_NAME = 90
PART_OF = {
    "population": "population", "projection": "population",
    "incidence": "incidence and stage", "trend": "incidence and stage",
    "stage": "incidence and stage", "life_table": "deaths from other causes",
    "metastases": "liver metastases", "eligibility": "who is eligible",
    "capacity": "capacity", "capacity_changes": "capacity", "other_use": "capacity",
    "resource": "capacity", "extra_capacity": "capacity", "expansion": "capacity",
    "site": "sites and referral", "referral": "sites and referral",
    "travel": "sites and referral", "site_shares": "sites and referral",
    "backlog": "lists on day one", "economics": "money", "prices": "money",
    "plan": "rules of the plan", "ring_fence": "rules of the plan",
    "minimum_volume": "rules of the plan", "window": "calendar", "calendar": "calendar",
}  # fmt: skip
DEMAND, SERVICE = "who falls ill", "capacity, sites and rules"
BROAD = {
    "population": DEMAND, "incidence and stage": DEMAND, "liver metastases": DEMAND,
    "deaths from other causes": DEMAND, "capacity": SERVICE, "sites and referral": SERVICE,
    "lists on day one": SERVICE, "rules of the plan": SERVICE, "calendar": SERVICE,
    "money": "money", EVERYTHING_ELSE: EVERYTHING_ELSE,
}  # fmt: skip
PATHWAY_PART = "pathway and eligibility"


@dataclass(frozen=True)
class Change:
    """A named change: the keys that are taken from the other scenario with it, and why."""

    name: str
    keys: tuple[Key, ...]
    reason: str = ""


@dataclass(frozen=True)
class Level:
    """Changes that together lead from one scenario to the other, and how they were grouped."""

    changes: tuple[Change, ...]
    grouped_by: str


def change_levels(reference: Scenario, other: Scenario) -> tuple[Level, ...]:
    """Return the changes at four levels, the finest first; each level holds all that differs.

    By reason, table or figure; by part of the scenario; by four broad parts; all as one. What must
    sum to 1 moves together, and so does all that refers to names which are not in both.
    """
    units = _units(reference, other)
    reasons = {unit: _reason(other, keys) for unit, keys in units.items()}
    parts = {unit: _part(unit, other) for unit in units}
    finest = {unit: reasons[unit] if _says_why(reasons[unit]) else unit for unit in units}
    broad = {unit: BROAD.get(part, PATHWAY_PART) for unit, part in parts.items()}
    levels = (
        ("reason, table or figure", finest, other),
        ("part of the scenario", parts, None),
        ("broad part of the scenario", broad, None),
        ("nothing: all is one change", dict.fromkeys(units, "all that differs"), None),
    )
    return tuple(
        Level(tuple(_joined(units, reasons, by, named)), words) for words, by, named in levels
    )


def _joined(
    units: Mapping[Key, list[Key]],
    reasons: Mapping[Key, str],
    by: Mapping[Key, Key | str],
    other: Scenario | None,
) -> Iterator[Change]:
    """Yield a change for each value of `by`, in the order of its first unit."""
    for group in dict.fromkeys(by.values()):
        members = [unit for unit in units if by[unit] == group]
        name = _words(members[0], other) if len(members) == 1 and other else str(group)
        if len(members) > 1 and other is not None:
            name = f"{name} ({len(members)} inputs)"
        why = "; ".join(dict.fromkeys(reasons[unit] for unit in members if reasons[unit]))
        yield Change(_short(name), tuple(key for unit in members for key in units[unit]), why)


def _units(reference: Scenario, other: Scenario) -> dict[Key, list[Key]]:
    """Return what must move together, by the key that names it."""
    keys = differing(reference, other)
    elsewhere = any(_is_structure(key) for key in keys) or _regions(reference) != _regions(other)
    found: dict[Key, list[Key]] = {}
    for key in keys:
        own = _unit(other.copies.get(key, key))
        if elsewhere and not _stands_alone(key, reference, other):
            own = (EVERYTHING_ELSE,)
        if own == STAGES and AT_DIAGNOSIS in found:
            own = AT_DIAGNOSIS
        found.setdefault(own, []).append(key)
    return found


def _is_structure(key: Key) -> bool:
    return key in WHAT_ALL_NAME or key[-1] == "option"


def _stands_alone(key: Key, reference: Scenario, other: Scenario) -> bool:
    name = key[1] if key[0] == TABLES else key[0]
    if name in ("population", "projection"):
        return _regions(reference) == _regions(other)
    return name in NAMES_NONE


def _regions(scenario: Scenario) -> set[str]:
    return set(scenario.tables.population["region"])


def _unit(key: Key) -> Key:
    """Return the key of the set that a figure must sum to 1 with, or stands in order with."""
    if key[0] == PATHWAY and key[-1] in SHARES_AT:
        return (*key[:3], SHARES_AT[str(key[-1])])
    for name in SUM_TO_1:
        if key[0] == PATHWAY and name in key[3:-1] and key[-1] not in ("utility", "cost"):
            return key[: key.index(name, 3) + 1]
    return key[: key.index(BY_STAGE) + 1] if BY_STAGE in key else key


def _reason(other: Scenario, keys: Iterable[Key]) -> str:
    """Return why the other scenario has these, in its files' words."""
    said = []
    for key in keys:
        if key[0] == TABLES:
            stated = other.settings.tables.get(str(key[1]))
            said.append(stated.reason if stated else "")
        else:
            said += [why for stated, why in other.reasons.items() if stated[: len(key)] == key][:1]
    return next((why for why in said if why), "")


def _says_why(reason: str) -> bool:
    return bool(reason) and not reason.startswith(GENERIC)


def _part(unit: Key, scenario: Scenario) -> str:
    if unit[0] == PATHWAY and len(unit) > 2 and unit[1] == "decision_point":
        return f"pathway: {scenario.pathway.decision_point[str(unit[2])].label}"
    name = str(unit[1] if unit[0] == TABLES else unit[0])
    return PART_OF.get(name, PATHWAY_PART if name == PATHWAY else name.replace("_", " "))


def _words(unit: Key, scenario: Scenario) -> str:
    """Return a unit's key in words, decision points by their labels."""
    if unit[0] == TABLES:
        return f"table of {str(unit[1]).replace('_', ' ')}"
    if unit[0] != PATHWAY or len(unit) < 3 or unit[1] != "decision_point":
        return " ".join(str(part).replace("_", " ") for part in unit)
    inside = [str(part).replace("_", " ") for part in unit[3:] if part != "option"]
    return f"{scenario.pathway.decision_point[str(unit[2])].label}: {' '.join(inside)}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 2]} …"
