"""Exits changed on purpose: how fast patients leave an option, and how many of them die."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import CANCER_DEATH, Exit
from hepaplan.model.quantities import Quantity
from hepaplan.model.verification.changed_figures import by_group, times
from hepaplan.model.verification.changed_pathway import with_options, with_point

NO_EFFECT = Quantity(value=1.0, unit="hazard ratio", source="verification", quality="judgement")


def at_hazards(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with the hazard of every exit multiplied, by a ratio of its own."""
    factors = dict.fromkeys(scenario.groups, factor)
    return _with_exits(scenario, lambda record: _faster(record, factors))


def harmless(scenario: Scenario) -> Scenario:
    """Return the scenario in which nobody leaves an option, and every start is carried out."""
    kept: dict[str, object] = {"exits": {}, "procedural_mortality": None, "not_performed": None}
    return with_options(scenario, lambda option: option.model_copy(update=kept))


def sparing(scenario: Scenario, share: float) -> Scenario:
    """Return the scenario in which a share of those who die at an option's exit do not.

    They move on as the exit's others do; where an exit has no others its hazard falls by the share.
    """
    return _with_exits(scenario, lambda record: _kinder(record, share, scenario.groups))


def leaking(scenario: Scenario, point: str, option: str) -> Scenario:
    """Return the scenario in which the exits of one option send nobody anywhere for a tenth."""
    where = scenario.pathway.decision_point[point]
    record = where.option[option]
    exits = {
        name: one.model_copy(update={"to": {to: times(part, 0.9) for to, part in one.to.items()}})
        for name, one in record.exits.items()
    }
    options = {**where.option, option: record.model_copy(update={"exits": exits})}
    return with_point(scenario, point, where.model_copy(update={"option": options}))


def _kinder(record: Exit, share: float, groups: tuple[str, ...]) -> Exit:
    if CANCER_DEATH not in record.to:
        return record
    to: dict[str, dict[str, float]] = {name: {} for name in record.to}
    slower: dict[str, float] = {}
    for group in groups:
        parts = {name: part.for_group(group) for name, part in record.to.items()}
        dead = parts.pop(CANCER_DEATH)
        alive = sum(parts.values())
        spared = share * dead if alive > 0 else 0.0
        slower[group] = 1.0 if alive > 0 else 1.0 - share
        to[CANCER_DEATH][group] = dead - spared
        for name, part in parts.items():
            to[name][group] = part * (1.0 + spared / alive) if alive > 0 else part
    shares = {name: by_group(record.to[name], numbers) for name, numbers in to.items()}
    return _faster(record.model_copy(update={"to": shares}), slower)


def _faster(record: Exit, factors: Mapping[str, float]) -> Exit:
    """Return an exit whose hazard is multiplied, by group."""

    def product(ratio: Quantity) -> Quantity:
        return by_group(ratio, {g: factor * ratio.for_group(g) for g, factor in factors.items()})

    changes = tuple(
        later.model_copy(update={"hazard_ratio": product(later.hazard_ratio)})
        for later in record.hazard_ratio_changes
    )
    ratio = product(record.hazard_ratio or NO_EFFECT)
    return record.model_copy(update={"hazard_ratio": ratio, "hazard_ratio_changes": changes})


def _with_exits(scenario: Scenario, change: Callable[[Exit], Exit]) -> Scenario:
    return with_options(
        scenario,
        lambda o: o.model_copy(update={"exits": {name: change(e) for name, e in o.exits.items()}}),
    )
