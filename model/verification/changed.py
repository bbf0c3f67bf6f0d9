"""Scenarios changed on purpose: one thing at a time, everything else as it was."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hepaplan.model.parameters import Economics, Scenario

HALVES = (", first half", ", second half")
"""What the names of a region's halves end in."""


def without_discounting(scenario: Scenario) -> Scenario:
    """Return the scenario with both discount rates at 0 per year."""
    return discounted_at(scenario, costs=0.0, effects=0.0)


def discounted_at(scenario: Scenario, costs: float, effects: float) -> Scenario:
    """Return the scenario with other discount rates, per year."""
    economics = scenario.settings.economics
    rates = {
        "discount_rate_costs": economics.discount_rate_costs.model_copy(update={"value": costs}),
        "discount_rate_effects": economics.discount_rate_effects.model_copy(
            update={"value": effects}
        ),
    }
    return _with_economics(scenario, economics.model_copy(update=rates))


def with_horizon(scenario: Scenario, years: int) -> Scenario:
    """Return the scenario followed for another number of years after each start."""
    economics = scenario.settings.economics
    return _with_economics(scenario, economics.model_copy(update={"horizon_years": years}))


def dying_at(scenario: Scenario, deaths_per_person_year: float) -> Scenario:
    """Return the scenario with one rate of death from other causes at every age."""
    table = scenario.tables.life_table.assign(deaths_per_person_year=deaths_per_person_year)
    return with_tables(scenario, life_table=table)


def without_new_cases(scenario: Scenario) -> Scenario:
    """Return the scenario in which nobody falls ill any more."""
    return with_tables(scenario, incidence=scenario.tables.incidence.assign(rate_per_100k=0.0))


def with_regions_halved(scenario: Scenario) -> Scenario:
    """Return the scenario with each region as two equal halves, next to each other.

    Half the people live in each; both have the referral and travel of the whole.
    """
    tables = scenario.tables
    return with_tables(
        scenario,
        population=_halved(tables.population, people=True),
        projection=_halved(tables.projection, people=True),
        referral=_halved(tables.referral),
        travel=_halved(tables.travel),
    )


def backwards(scenario: Scenario) -> Scenario:
    """Return the scenario with points, options, groups and regions in the opposite order."""
    pathway, settings, tables = scenario.pathway, scenario.settings, scenario.tables
    points = {
        name: point.model_copy(update={"option": dict(reversed(point.option.items()))})
        for name, point in reversed(pathway.decision_point.items())
    }
    turned = replace(
        scenario,
        pathway=pathway.model_copy(update={"decision_point": points}),
        settings=settings.model_copy(update={"group": dict(reversed(settings.group.items()))}),
    )
    population = tables.population.iloc[::-1].reset_index(drop=True)
    return with_tables(turned, population=population)


def with_tables(scenario: Scenario, **tables: pd.DataFrame) -> Scenario:
    """Return the scenario with other tables, by name."""
    return replace(scenario, tables=replace(scenario.tables, **tables))


def _with_economics(scenario: Scenario, economics: Economics) -> Scenario:
    settings = scenario.settings.model_copy(update={"economics": economics})
    return replace(scenario, settings=settings)


def _halved(table: pd.DataFrame, people: bool = False) -> pd.DataFrame:
    """Return a table's rows by region once for each half; of people, half in each."""
    if table.empty:
        return table
    rows = table.assign(people=0.5 * table["people"]) if people else table
    order = {name: place for place, name in enumerate(dict.fromkeys(table["region"]))}
    both = pd.concat(
        [
            rows.assign(region=rows["region"].astype(str) + half, _at=rows["region"].map(order))
            for half in HALVES
        ],
        ignore_index=True,
    )
    return both.sort_values("_at", kind="stable", ignore_index=True).drop(columns="_at")
