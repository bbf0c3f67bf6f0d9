"""The shipped evidence: every cost, utility, hazard ratio, share and time has a distribution."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Distribution
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.uncertainty.spread.choices import why_fixed
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.model.uncertainty.spread.sets import figures_in_use, pathway_sets
from hepaplan.scenarios.load import load_scenario


def without(scenario: Scenario) -> dict[Key, str]:
    """Return the figures in use that no draw moves, choices apart, and their value in words."""
    found = uncertain_inputs(scenario)
    moved = {key for item in found.values() for key in (item.key, *item.copies)}
    for shares in pathway_sets(scenario.pathway):
        if not moved.isdisjoint(shares):
            moved |= shares.keys()
    still = {}
    for key, figure in figures_in_use(scenario.settings, scenario.pathway):
        if key in moved or why_fixed(key):
            continue
        if isinstance(figure, Quantity | Schedule):
            numbers = set(figure.numbers().values())
            if not numbers <= {0.0, 1.0}:
                still[key] = str(sorted(numbers))
        elif isinstance(figure, Distribution) and (*key, "median_months") not in moved:
            still[key] = figure.family
    return still


@pytest.mark.parametrize("name", ["greater-manchester", "immunotherapy-added"])
def test_every_figure_that_is_no_choice_is_uncertain(name: str) -> None:
    assert without(load_scenario(name)) == {}


def test_the_review_holds_its_half_at_diagnosis_fixed_on_purpose() -> None:
    assert list(without(load_scenario("review-evidence"))) == [("metastases", "synchronous_share")]


def test_a_figure_without_a_rule_is_found() -> None:
    scenario = load_scenario("greater-manchester")
    rules = scenario.settings.uncertainty
    assert rules is not None
    less = rules.model_copy(update={"qaly_loss": None, "hazard": None})
    settings = scenario.settings.model_copy(update={"uncertainty": less})
    kinds = {key[-1] for key in without(replace(scenario, settings=settings))}
    assert kinds == {"qaly_loss", "time"}
