"""The checks that files go through, on a scenario that has none: every fault with its key."""

from __future__ import annotations

from hepaplan.model.input_checks.drug_checks import check_drugs
from hepaplan.model.input_checks.pathway_checks import check_pathway
from hepaplan.model.input_checks.plan_checks import check_plan_rules
from hepaplan.model.input_checks.scenario_checks import (
    check_backlog,
    check_names,
    check_settings,
    check_sources,
)
from hepaplan.model.input_checks.service_checks import check_services
from hepaplan.model.input_checks.table_checks import check_tables
from hepaplan.model.parameters import Settings
from hepaplan.model.pathway import Pathway
from hepaplan.model.population import regions
from hepaplan.model.problems import dotted
from hepaplan.scenarios.names import names_in
from hepaplan.scenarios.tables import cell_fault
from hepaplan.scenarios.words import faults
from tests.support.random_scenarios import Made

OF_SHARES = ("eligibility", "referral", "stage")
"""The tables whose cells are read one by one: the others are long, and made of no shares."""


def faults_of(made: Made) -> dict[str, str]:
    """Return what is wrong by dotted key; the types first, the rest only where these are sound."""
    found = {
        dotted((*prefix, *key)): message
        for prefix, model, record in (
            ((), Settings, made.settings),
            (("pathway",), Pathway, made.pathway),
        )
        for key, message in faults(model, record)[1]
    }
    for name in OF_SHARES:
        for row, cells in enumerate(made.tables[name].astype(str).to_dict("records")):
            stated = {str(column): str(cell) for column, cell in cells.items()}
            for column in stated:
                if message := cell_fault(column, stated):
                    found[f"tables.{name}.{column}.{row}"] = message
    if found:
        return found
    scenario = made.scenario
    names = names_in(made.settings | {"pathway": made.pathway})
    services = set(made.tables["referral"]["service"])
    problems = [
        *check_tables(made.tables),
        *check_names(made.tables, names),
        *check_settings(scenario.settings, made.tables),
        *check_sources(scenario.settings, (), names.sources),
        *check_sources(scenario.pathway, ("pathway",), names.sources),
        *check_plan_rules(scenario.settings, scenario.pathway, made.tables),
        *check_pathway(scenario.pathway, tuple(names.groups), scenario.settings.resource, services),
        *check_drugs(scenario.pathway, names.drugs),
        *check_backlog(scenario.pathway, made.tables),
        *check_services(scenario.pathway, made.tables, regions(scenario)),
    ]
    return {dotted(problem.key): problem.message for problem in problems}
