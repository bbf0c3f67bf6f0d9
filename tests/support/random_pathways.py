"""Random pathways, as files state them: small, sound, and without a list on which waiting pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.pathway import CANCER_DEATH
from tests.support.small import figure, schedule, share

Record = dict[str, Any]
KINDS = ("resection", "systemic", "conversion", "radiotherapy")
CATEGORIES = ("drugs", "tests")


def whole_parts(chance: np.random.Generator, count: int, of: int = 1000) -> Floats:
    """Return shares of 1, each a whole number of parts in `of`, none of them nothing."""
    cut = np.sort(chance.choice(np.arange(1, of), count - 1, replace=False))
    return np.diff(np.concatenate(([0], cut, [of]))) / of


def random_pathway(
    chance: np.random.Generator,
    points: int,
    most_options: int,
    groups: Sequence[str],
    resources: Sequence[str],
    exchange: bool,
) -> Record:
    """Return a pathway whose last point is settled: nobody waits there, and nobody leaves it alive.

    A month on a list costs at least 0.3 of those on it, an option keeps more than half of those
    who start it for a year, and what people are moved to is worth less than to start now.
    """
    names = [f"point_{c}" for c in range(points)]
    record: Record = {"name": "made", "title": "Made at random", "decision_point": {}}
    for c, name in enumerate(names[:-1]):
        record["decision_point"][name] = _point(
            chance, c, names, most_options, groups, resources, exchange
        )
    settled = {
        f"option_{points - 1}_{o}": _care(chance, o)
        for o in range(int(chance.integers(1, most_options + 1)))
    }
    _share_out(chance, settled, groups)
    record["decision_point"][names[-1]] = {
        "label": "Settled", "liver_limited": False, "option": settled,
    }  # fmt: skip
    return record


def _point(
    chance: np.random.Generator,
    place: int,
    names: Sequence[str],
    most_options: int,
    groups: Sequence[str],
    resources: Sequence[str],
    exchange: bool,
) -> Record:
    options = {
        f"option_{place}_{o}": _treatment(chance, place, o, names, groups, resources)
        for o in range(int(chance.integers(1, most_options + 1)))
    }
    _share_out(chance, options, groups)
    others = [name for name in (*names[:place], *names[place + 1 : -1])]
    move = {names[-1]: _monthly(0.05)}
    elsewhere = 0.0
    if others and chance.random() < 0.4:
        elsewhere = 0.01
        move[str(chance.choice(others))] = _monthly(elsewhere)
    stay = float(chance.integers(30, 71)) / 100
    point: Record = {
        "label": f"Point {place}",
        "liver_limited": True,
        "standard": figure(float(chance.choice([14.0, 31.0, 62.0])), "days"),
        "waiting": {
            "stay": _monthly(stay),
            "cancer_death": _monthly(round(1.0 - stay - 0.05 - elsewhere, 12)),
            "move": move,
            "utility": figure(float(chance.integers(0, 31)) / 100, "utility"),
            "cost": figure(float(chance.integers(0, 300)), "GBP per month"),
        },
        "option": options,
    }
    if exchange and len(options) > 1:
        some = {"options": list(options)[:2], "up_to": share(float(chance.integers(0, 11)) / 10)}
        point["interchangeable"] = [some]
    return point


def _monthly(value: float) -> Record:
    return figure(value, "probability per month")


def _treatment(
    chance: np.random.Generator,
    place: int,
    number: int,
    names: Sequence[str],
    groups: Sequence[str],
    resources: Sequence[str],
) -> Record:
    """Return an option that takes resources, with one or two ways out."""
    taken = [name for name in resources if chance.random() < 0.7] or [resources[0]]
    option: Record = {
        "label": f"Option {place} {number}",
        "treatment": f"treatment_{place}_{number}",
        "kind": str(chance.choice(KINDS)),
        "service": f"service_{int(chance.integers(0, 2))}",
        "footprint": {
            name: schedule(chance.integers(5, 40, int(chance.integers(1, 4))).tolist(), "units")
            for name in taken
        },
        "costs": {str(chance.choice(CATEGORIES)): _costs(chance)},
        "utility": _utility(chance, 60, 90),
        "exits": {
            f"exit_{e}": _exit(chance, names, groups) for e in range(int(chance.integers(1, 3)))
        },
    }
    if chance.random() < 0.5:
        option["procedural_mortality"] = share(float(chance.integers(0, 6)) / 100)
    if chance.random() < 0.4:
        option["complications"] = {
            "harm": {
                "probability": _by_group(chance, groups, 0, 31),
                "cost": figure(float(chance.integers(0, 3000)), "GBP"),
                "qaly_loss": figure(float(chance.integers(0, 4)) / 100, "QALY"),
                "footprint": {taken[0]: figure(float(chance.integers(1, 9)), "resource units")},
            }
        }
    if chance.random() < 0.4:
        option["not_performed"] = {
            "share": _by_group(chance, groups, 0, 16),
            "footprint_share": share(float(chance.integers(0, 11)) / 10),
            "to": {names[-1]: share(1.0)},
        }
    return option


def _care(chance: np.random.Generator, number: int) -> Record:
    """Return an option of the settled point."""
    return {
        "label": f"Care {number}",
        "treatment": f"care_{number}",
        "kind": "supportive",
        "service": "service_2",
        "footprint": {},
        "costs": {"tests": _costs(chance)},
        "utility": _utility(chance, 20, 50),
        "exits": {
            "death": {"time": _points(chance, "exponential", 5, 25), "to": {CANCER_DEATH: share(1)}}
        },
    }


def _share_out(
    chance: np.random.Generator, options: dict[str, Record], groups: Sequence[str]
) -> None:
    """State each option's usual share, in all groups alike or in each by itself."""
    parts = {group: whole_parts(chance, len(options)) for group in groups}
    alike = bool(chance.random() < 0.5)
    for o, option in enumerate(options.values()):
        by_group = {group: float(parts[group][o]) for group in groups}
        option["usual_share"] = share(by_group[groups[0]] if alike else by_group)


def _by_group(chance: np.random.Generator, groups: Sequence[str], low: int, high: int) -> Record:
    """Return a share in hundredths, of everyone or by group."""
    if chance.random() < 0.5:
        return share(float(chance.integers(low, high)) / 100)
    return share({group: float(chance.integers(low, high)) / 100 for group in groups})


def _costs(chance: np.random.Generator) -> Record:
    amounts = chance.integers(0, 4000, int(chance.integers(1, 4))).tolist()
    return schedule(amounts, "GBP per month since start", then=float(chance.integers(0, 90)))


def _utility(chance: np.random.Generator, low: int, high: int) -> Record:
    amounts = chance.integers(low, high, int(chance.integers(1, 3))) / 100
    return schedule(amounts.tolist(), "utility", then=float(chance.integers(low, high)) / 100)


def _exit(chance: np.random.Generator, names: Sequence[str], groups: Sequence[str]) -> Record:
    """Return a way out to one to three places, death of the disease always among them."""
    count = int(chance.integers(0, 3))
    places = [*chance.choice(names, min(count, len(names)), replace=False).tolist(), CANCER_DEATH]
    parts = whole_parts(chance, len(places))
    family = str(chance.choice(["exponential", "weibull", "log_normal", "median"]))
    leaving: Record = {
        "time": _points(chance, family, 75, 95),
        "to": {place: share(float(part)) for place, part in zip(places, parts, strict=True)},
    }
    if chance.random() < 0.3:
        by_group = {group: float(chance.integers(50, 151)) / 100 for group in groups}
        leaving["hazard_ratio"] = figure(by_group, "hazard ratio")
    return leaving


def _points(chance: np.random.Generator, family: str, low: int, high: int) -> Record:
    """Return a time to event: survival at 12 months of `low` to `high` percent."""
    at_one_year = float(chance.integers(low, high)) / 100
    time: Record = {"family": family, "unit": "months", "source": "paper"}
    time["quality"] = "illustrative"
    if family == "median":
        return time | {
            "family": "exponential",
            "median_months": figure(float(chance.integers(20, 60)), "months"),
        }
    time["points"] = [{"month": 12, "survival": at_one_year}]
    if family != "exponential":
        later = round(at_one_year * float(chance.integers(60, 90)) / 100, 4)
        time["points"].append({"month": 36, "survival": later})
    if family == "log_normal" and chance.random() < 0.5:
        time["cure_share"] = share(float(chance.integers(5, 30)) / 100)
    return time
