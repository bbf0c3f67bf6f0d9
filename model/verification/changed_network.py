"""Scenarios whose people, sites, capacity or options are changed on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

import pandas as pd

from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Complication
from hepaplan.model.quantities import Frozen
from hepaplan.model.verification.changed import with_tables
from hepaplan.model.verification.changed_figures import by_group, in_figure, times
from hepaplan.model.verification.changed_pathway import with_complications

Record = TypeVar("Record", bound=Frozen)


def people_times(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with so many times the people, and as many more on day one's lists."""
    tables = scenario.tables
    return with_tables(
        scenario,
        population=_times(tables.population, "people", factor),
        projection=_times(tables.projection, "people", factor),
        backlog=_times(tables.backlog, "patients", factor),
    )


def capacity_times(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with so many times the capacity that sites have, fences with it.

    Dated changes and what other services use are multiplied too; what may be bought or built is
    not.
    """
    tables, settings = scenario.tables, scenario.settings
    changed = with_tables(
        scenario,
        capacity=_times(tables.capacity, "number", factor),
        capacity_changes=_times(tables.capacity_changes, "add", factor),
        other_use=_times(tables.other_use, "number", factor),
    )
    return _with_settings(changed, ring_fence=_each_times(settings.ring_fence, ["number"], factor))


def without_capacity(scenario: Scenario) -> Scenario:
    """Return the scenario with no capacity, nothing to buy or build, and no rule that needs any."""
    plan = scenario.settings.plan.model_copy(update={"equity": None, "largest_change": None})
    return _with_settings(
        capacity_times(scenario, 0.0),
        ring_fence={},
        extra_capacity={},
        expansion={},
        minimum_volume={},
        plan=plan,
    )


def everything_times(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with so many times the people, the capacity and all that it offers.

    What may be bought or built, its price as a whole, minimum volumes and budgets as well.
    """
    changed = capacity_times(people_times(scenario, factor), factor)
    settings = scenario.settings
    budget = {year: times(most, factor) for year, most in settings.plan.budget.items()}
    return _with_settings(
        changed,
        extra_capacity=_each_times(settings.extra_capacity, ["most"], factor),
        expansion=_each_times(settings.expansion, ["adds", "capital", "running"], factor),
        minimum_volume=_each_times(settings.minimum_volume, ["least"], factor),
        plan=settings.plan.model_copy(update={"budget": budget}),
    )


def with_sites_reversed(scenario: Scenario) -> Scenario:
    """Return the scenario with its sites stated in the opposite order."""
    return _with_settings(scenario, site=dict(reversed(scenario.settings.site.items())))


def with_option_unused(scenario: Scenario, point: str, unused: str, instead: str) -> Scenario:
    """Return the scenario in which everyone meant for one option is meant for another."""
    where = scenario.pathway.decision_point[point]
    none, both = where.option[unused].usual_share, where.option[instead].usual_share
    together = {g: both.for_group(g) + none.for_group(g) for g in scenario.groups}
    changed = {
        unused: where.option[unused].model_copy(update={"usual_share": times(none, 0.0)}),
        instead: where.option[instead].model_copy(update={"usual_share": by_group(both, together)}),
    }
    there = where.model_copy(update={"option": {**where.option, **changed}})
    points = {**scenario.pathway.decision_point, point: there}
    pathway = scenario.pathway.model_copy(update={"decision_point": points})
    return replace(scenario, pathway=pathway)


def complications_times(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with so many times the complications, each at most certain."""

    def more(harm: Complication) -> Complication:
        probability = in_figure(harm.probability, lambda chance: min(factor * chance, 1.0))
        return harm.model_copy(update={"probability": probability})

    return with_complications(scenario, more)


def _with_settings(scenario: Scenario, **settings: object) -> Scenario:
    return replace(scenario, settings=scenario.settings.model_copy(update=settings))


def _times(table: pd.DataFrame, column: str, factor: float) -> pd.DataFrame:
    return table if table.empty else table.assign(**{column: table[column] * factor})


def _each_times(
    records: Mapping[str, Record], fields: Iterable[str], factor: float
) -> dict[str, Record]:
    return {
        name: record.model_copy(
            update={field: times(getattr(record, field), factor) for field in fields}
        )
        for name, record in records.items()
    }
