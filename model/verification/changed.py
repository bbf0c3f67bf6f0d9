"""Scenarios changed on purpose: one thing at a time, everything else as it was."""

from __future__ import annotations

from dataclasses import replace

from hepaplan.model.parameters import Scenario


def without_discounting(scenario: Scenario) -> Scenario:
    """Return the scenario with both discount rates at 0 per year."""
    economics = scenario.settings.economics
    none = {
        "discount_rate_costs": economics.discount_rate_costs.model_copy(update={"value": 0.0}),
        "discount_rate_effects": economics.discount_rate_effects.model_copy(update={"value": 0.0}),
    }
    changed = economics.model_copy(update=none)
    return replace(scenario, settings=scenario.settings.model_copy(update={"economics": changed}))
