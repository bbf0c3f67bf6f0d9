"""Checks of who offers what: every service has sites, and every site what its services need."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Problem, listed
from hepaplan.model.scenario_checks import in_table


def check_services(
    pathway: Pathway, tables: Mapping[str, pd.DataFrame], regions: Collection[str]
) -> list[Problem]:
    """Return services without a site for a region, and sites without what a service needs."""
    if "referral" not in tables:
        return []
    referral = tables["referral"]
    rows = list(
        zip(
            referral["region"].tolist(),
            referral["service"].tolist(),
            referral["site"].tolist(),
            referral["share"].tolist(),
            strict=True,
        )
    )
    served = {(region, service) for region, service, _, share in rows if share > 0}
    offered = {service for _, service in served}
    needed: dict[str, dict[str, str]] = {}
    for _, option_name, option in pathway.options():
        uses = needed.setdefault(option.service, {})
        for resource, amount in option.footprint.items():
            if max(*amount.value, amount.then, 0.0) > 0:
                uses.setdefault(resource, option_name)
    problems: list[Problem] = []
    for service in needed:
        if service not in offered:
            continue
        missing = [region for region in regions if (region, service) not in served]
        if missing:
            message = f"{service} has no row for {listed(missing)}; add shares that sum to 1"
            problems.append(in_table("referral", "region", message))
    if "capacity" in tables:
        has = _capacity(tables)
        stated, told = {site for site, _ in has}, set[tuple[str, str]]()
        for site in dict.fromkeys(site for _, _, site, share in rows if share > 0):
            if site not in stated:
                message = (
                    f"has no row for {site}, where patients are sent; add what it has (a table "
                    "that a scenario gives replaces the whole table of its base)"
                )
                problems.append(in_table("capacity", "site", message))
        for row, (_, service, site, share) in enumerate(rows):
            if share <= 0 or site not in stated:
                continue
            for resource, option_name in needed.get(service, {}).items():
                if (site, resource) not in has | told:
                    told.add((site, resource))
                    problems.append(
                        in_table(
                            "referral",
                            "site",
                            f"sends patients for {service} to {site}, which has no {resource} "
                            f"(needed for {option_name}); give it some in the capacity table, or "
                            "send them elsewhere",
                            row,
                        )
                    )
    return problems


def _capacity(tables: Mapping[str, pd.DataFrame]) -> set[tuple[str, str]]:
    """Return (site, resource) pairs with any capacity, now or after a change."""
    capacity = tables["capacity"]
    has = {
        (site, resource)
        for site, resource, number in zip(
            capacity["site"].tolist(),
            capacity["resource"].tolist(),
            capacity["number"].tolist(),
            strict=True,
        )
        if number > 0
    }
    changes = tables.get("capacity_changes")
    if changes is not None:
        added = changes[changes["add"] > 0]
        has |= set(zip(added["site"].tolist(), added["resource"].tolist(), strict=True))
    return has
