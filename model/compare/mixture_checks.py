"""Whether a mixture of two sound scenarios is one: the checks across files that a loader makes."""

from __future__ import annotations

from dataclasses import fields

from hepaplan.model.input_checks.pathway_checks import check_pathway
from hepaplan.model.input_checks.plan_checks import check_plan_rules
from hepaplan.model.input_checks.scenario_checks import (
    Names,
    check_backlog,
    check_names,
    check_settings,
)
from hepaplan.model.input_checks.service_checks import check_services
from hepaplan.model.input_checks.table_checks import check_tables
from hepaplan.model.parameters import Scenario, Tables
from hepaplan.model.population import regions
from hepaplan.model.problems import Problem
from hepaplan.model.table_columns import OPTIONAL_TABLES


def mixture_faults(scenario: Scenario) -> list[Problem]:
    """Return what is wrong across settings, pathway and tables, each of which is sound by itself.

    Citations are not looked at: a mixture keeps the sources of the scenario it was made from.
    """
    settings, pathway = scenario.settings, scenario.pathway
    held = {field.name: getattr(scenario.tables, field.name) for field in fields(Tables)}
    tables = {n: table for n, table in held.items() if len(table) or n not in OPTIONAL_TABLES}
    sources = {
        source for table in tables.values() if "source" in table for source in table["source"]
    }
    names = Names(
        settings.group, pathway.decision_point, pathway.drug, settings.resource, settings.site,
        sources,
    )  # fmt: skip
    services = set(scenario.tables.referral["service"])
    return [
        *check_tables(tables),
        *check_names(tables, names),
        *check_settings(settings, tables),
        *check_plan_rules(settings, pathway, tables, names.points),
        *check_pathway(pathway, scenario.groups, settings.resource, services),
        *check_backlog(pathway, tables),
        *check_services(pathway, tables, regions(scenario)),
    ]
