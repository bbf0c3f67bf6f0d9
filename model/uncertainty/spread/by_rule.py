"""Which rule of a scenario gives a figure its distribution."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hepaplan.model.pathway import Distribution
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule, Sourced
from hepaplan.model.uncertainty.spread.distributions import Uncertain
from hepaplan.model.uncertainty.spread.rules import Uncertainty, rule_for

RULE_OF_UNIT: Mapping[str, str] = {
    "utility": "utility",
    "QALY": "qaly_loss",
    "hazard ratio": "hazard_ratio",
    "months": "time",
    "share": "share",
    "probability per month": "monthly_probability",
}
NO_EFFECT = 1.0
"""A hazard ratio of 1 marks the curve that others are compared with: its own hazard is drawn."""


def by_rule(
    rules: Uncertainty | None, key: Key, figure: Quantity | Schedule
) -> dict[str, Uncertain]:
    """Return the distribution of a figure's numbers by the scenario's rules, nothing without."""
    rule = rule_for(rules, name) if (name := _rule_name(key, figure)) else None
    return {} if rule is None else {part: rule(n) for part, n in figure.numbers().items()}


def hazard_factor(
    rules: Uncertainty | None, record: Mapping[Key, Sourced], drawn: Collection[Key]
) -> dict[Key, Uncertain]:
    """Return the factor on the hazard of every curve whose median is not drawn, by its key."""
    rule = rule_for(rules, "hazard")
    return {
        key: rule(NO_EFFECT)
        for key, figure in record.items()
        if rule is not None
        and isinstance(figure, Distribution)
        and (*key, "median_months") not in drawn
    }


def _rule_name(key: Key, figure: Quantity | Schedule) -> str:
    if "footprint" in key:
        return "resource_use"
    if figure.currency:
        return "cost"
    name = RULE_OF_UNIT.get(figure.unit, "")
    reference = all(number == NO_EFFECT for number in figure.numbers().values())
    return "" if name == "hazard_ratio" and reference else name
