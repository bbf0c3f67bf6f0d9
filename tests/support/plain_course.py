"""One start's own course from an option as its file states it, in plain loops over months."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

NORMAL = NormalDist()
KNOWN = {
    "label", "treatment", "kind", "service", "usual_share", "procedural_mortality", "footprint",
    "costs", "utility", "complications", "not_performed", "exits", "published",
}  # fmt: skip
KNOWN_OF_AN_EXIT = {
    "time", "to", "family", "points", "median_months", "cure_share", "unit", "source", "quality",
}  # fmt: skip


def figure(stated: Mapping[str, Any], group: str = "") -> float:
    """Return a figure, or that of a group."""
    value = stated["value"]
    return float(value[group] if isinstance(value, dict) else value)


def amount(stated: Mapping[str, Any], month: int) -> float:
    """Return the amount of a month since the start: those listed, then the last."""
    listed = stated["value"]
    return float(listed[month] if month < len(listed) else stated.get("then", 0.0))


def without(time: Mapping[str, Any], month: int) -> float:
    """Return the share without an event by a month, from a median or two stated points."""
    cure = figure(time["cure_share"]) if "cure_share" in time else 0.0
    points = [(p["month"], (p["survival"] - cure) / (1 - cure)) for p in time.get("points", [])]
    if "median_months" in time:
        points.append((figure(time["median_months"]), 0.5))
    if month == 0:
        return 1.0
    (first, high), (last, low) = points[0], points[-1]
    if time["family"] == "exponential":
        left = math.exp(math.log(high) / first * month)
    elif time["family"] == "weibull":
        shape = math.log(math.log(low) / math.log(high)) / math.log(last / first)
        left = high ** ((month / first) ** shape)
    elif time["family"] == "log_normal":
        early, late = NORMAL.inv_cdf(1 - high), NORMAL.inv_cdf(1 - low)
        slope = (late - early) / math.log(last / first)
        left = NORMAL.cdf(-early - slope * math.log(month / first))
    else:
        raise NotImplementedError(time["family"])
    return cure + (1 - cure) * left


@dataclass
class Course:
    """What follows one start: arrivals by point and month since, and what each month is worth."""

    arrive: dict[str, list[float]]
    qalys: list[float]
    cost: list[float]


def course(
    option: Mapping[str, Any], group: str, escape: Sequence[float], resources: Mapping[str, Any]
) -> Course:
    """Return the course of one start; `escape` is survival of other causes by month since."""
    exits = option["exits"].values()
    stated = {key for exit_ in exits for key in (*exit_, *exit_["time"])}
    if unknown := (set(option) - KNOWN) | (stated - KNOWN_OF_AN_EXIT):
        raise NotImplementedError(", ".join(sorted(unknown)))
    months = len(escape) - 1
    arrive: dict[str, list[float]] = defaultdict(lambda: [0.0] * (months + 1))
    dies = [0.0] * (months + 1)
    stopped = option.get("not_performed")
    not_done = figure(stopped["share"], group) if stopped else 0.0
    done = 1 - not_done
    risk = option.get("procedural_mortality")
    killed = done * figure(risk, group) if risk else 0.0
    inside = done - killed
    dies[1] += killed
    paid = done
    if stopped:
        paid += not_done * figure(stopped["footprint_share"], group)
        dies[1] += not_done * (1 - escape[1])
        for to, share in stopped["to"].items():
            arrive[to][1] += not_done * escape[1] * figure(share, group)
    present = [1.0]
    for month in range(1, months + 1):
        spared = escape[month] / escape[month - 1]
        hazard = {
            name: -math.log(without(exit_["time"], month) / without(exit_["time"], month - 1))
            for name, exit_ in option["exits"].items()
        }
        disease = sum(hazard.values())
        gone = inside * (1 - spared * math.exp(-disease))
        moved = 0.0
        for name, exit_ in option["exits"].items():
            for to, share in exit_["to"].items():
                part = hazard[name] * figure(share, group)
                if to != "cancer_death" and part > 0:
                    people = inside * spared * (1 - math.exp(-disease)) * part / disease
                    arrive[to][month] += people
                    moved += people
        dies[month] += gone - moved
        inside -= gone
        left = present[-1] - dies[month] - sum(flow[month] for flow in arrive.values())
        present.append(left)
    treated = [paid, *present[1:months]]
    cost = [0.0] * months
    for name, schedule in option["footprint"].items():
        price = figure(resources[name]["unit_cost"])
        for month, people in enumerate(treated):
            cost[month] += price * amount(schedule, month) * people
    for schedule in option.get("costs", {}).values():
        for month, people in enumerate(treated):
            cost[month] += amount(schedule, month) * people
    qalys = [
        amount(option["utility"], month) * (present[month] - dies[month + 1] / 2) / 12
        for month in range(months)
    ]
    for harm in option.get("complications", {}).values():
        chance = done * figure(harm["probability"], group)
        used = sum(
            figure(units, group) * figure(resources[name]["unit_cost"])
            for name, units in harm.get("footprint", {}).items()
        )
        cost[0] += chance * (figure(harm["cost"], group) + used)
        qalys[0] -= chance * figure(harm["qaly_loss"], group)
    return Course(dict(arrive), qalys, cost)
