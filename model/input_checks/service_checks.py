"""Checks of who offers what: services have sites, sites what their services need and share."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from hepaplan.model.input_checks.scenario_checks import in_table
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Problem, listed, nearest

ROUNDING = 1e-9


def check_services(
    pathway: Pathway, tables: Mapping[str, pd.DataFrame], regions: Collection[str]
) -> list[Problem]:
    """Return what is wrong with who offers what, and with what sites share or do their own way."""
    problems = [*check_other_use(tables), *check_site_shares(pathway, tables)]
    return problems + _check_referral(pathway, tables, regions)


def check_other_use(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Return uses by other services that run backwards or take more than a site has."""
    problems: list[Problem] = []
    if "other_use" not in tables or "capacity" not in tables:
        return problems
    other = tables["other_use"].to_dict("records")
    for row, use in enumerate(other):
        first, last = str(use["from_month"]), str(use["to_month"])
        if last < first:
            message = f"found {last}, which is before from_month {first}; swap or mend them"
            problems.append(in_table("other_use", "to_month", message, row))
            continue
        where = (use["site"], use["resource"])
        for month in _turns(tables, where, first, last):
            has = _number(tables, where, month)
            taken = sum(
                float(found["number"])
                for found in other
                if (found["site"], found["resource"]) == where
                and found["from_month"] <= month <= found["to_month"]
            )
            if taken > has * (1.0 + ROUNDING):
                message = (
                    f"other services use {taken:g} of {where[1]} at {where[0]} in {month}, which "
                    f"has {has:g}; take off at most that, or state more in the capacity table"
                )
                problems.append(in_table("other_use", "number", message, row))
                break
    return problems


def _turns(
    tables: Mapping[str, pd.DataFrame], where: tuple[str, str], first: str, last: str
) -> list[str]:
    """Return the months from first to last in which what a site has, or others use, may change."""
    months = {first}
    for name in ("capacity_changes", "other_use"):
        for row in tables[name].to_dict("records") if name in tables else ():
            if (row["site"], row["resource"]) == where:
                after = np.datetime64(str(row["to_month"]), "M") + np.timedelta64(1, "M")
                months |= {str(row["from_month"]), str(after)}
    return sorted(month for month in months if first <= month <= last)


def _number(tables: Mapping[str, pd.DataFrame], where: tuple[str, str], month: str) -> float:
    """Return the saleable units that a site has of a resource in a month."""
    number = sum(
        float(row["number"])
        for row in tables["capacity"].to_dict("records")
        if (row["site"], row["resource"]) == where
    )
    changes = tables["capacity_changes"] if "capacity_changes" in tables else pd.DataFrame()
    for row in changes.to_dict("records"):
        there = (row["site"], row["resource"]) == where
        if there and row["from_month"] <= month <= row["to_month"]:
            number = number * float(row["multiply"]) + float(row["add"])
    return number


def check_site_shares(pathway: Pathway, tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Return shares of a site for options that are not there, or that one service does not hold."""
    problems: list[Problem] = []
    if "site_shares" not in tables:
        return problems
    referral = tables.get("referral")
    served = (
        None
        if referral is None
        else {
            (service, site)
            for service, site, share in zip(
                referral["service"], referral["site"], referral["share"], strict=True
            )
            if share > 0
        }
    )
    told = set[tuple[str, str]]()
    for row, stated in enumerate(tables["site_shares"].to_dict("records")):
        name, site = str(stated["decision_point"]), str(stated["site"])
        point = pathway.decision_point.get(name)
        if point is None:
            continue
        options = point.open_options()
        if stated["option"] not in options:
            message = (
                f"found '{stated['option']}', no open option of {name}"
                f"{nearest(str(stated['option']), options)}; expected one of {listed(options)}"
            )
            problems.append(in_table("site_shares", "option", message, row))
        services = dict.fromkeys(option.service for option in options.values())
        if (name, site) in told:
            continue
        told.add((name, site))
        if len(services) > 1:
            message = (
                f"{name} has options of {len(services)} services ({listed(services)}), to which "
                "people are referred apart; a site's own shares need one service at the point: "
                "give its options one service, or move the shares to the referral table"
            )
            problems.append(in_table("site_shares", "decision_point", message, row))
        elif served is not None and not any((service, site) in served for service in services):
            message = (
                f"nobody is sent to {site} for {listed(services)}, so its shares at {name} change "
                "nothing; delete the rows, or send people there"
            )
            problems.append(in_table("site_shares", "site", message, row))
    return problems


def _check_referral(
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
