"""Sites that do the same work another way: who is sent where, and what each site starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.kernels import Kernels
from hepaplan.model.parameters import Scenario


def service_referral(scenario: Scenario, regions: tuple[str, ...]) -> Floats:
    """Return the share of a region's patients for a list that go to each site (list, region, site).

    It is that of the service of the list's intended option.
    """
    sites = tuple(scenario.settings.site)
    table = scenario.tables.referral
    services = sorted(set(table["service"]))
    share = np.zeros((len(services), len(regions), len(sites)))
    where = (
        table["service"].map(services.index),
        table["region"].map(regions.index),
        table["site"].map(sites.index),
    )
    share[tuple(column.to_numpy() for column in where)] = table["share"].to_numpy()
    service_of = [services.index(o.service) for _, _, o in scenario.pathway.options()]
    return np.asarray(share[service_of])


def shares_by_site(scenario: Scenario) -> Floats:
    """Return the share of a site's patients at a point who are meant for each option.

    Shape (option, group, site): the site's own where the table `site_shares` has rows for it, else
    the pathway's.
    """
    options = list(scenario.pathway.options())
    sites = tuple(scenario.settings.site)
    usual = np.array([[o.usual_share.for_group(g) for g in scenario.groups] for _, _, o in options])
    share = np.repeat(usual[:, :, None], len(sites), axis=2)
    table = scenario.tables.site_shares
    numbers = {(point, name): k for k, (point, name, _) in enumerate(options)}
    points = np.array([point for point, _, _ in options])
    for point, site in set(zip(table["decision_point"], table["site"], strict=True)):
        share[points == point, :, sites.index(site)] = 0.0
    for row in table.to_dict("records"):
        option = numbers[row["decision_point"], row["option"]]
        share[option, :, sites.index(row["site"])] = row["share"]
    return share


def with_site_shares(
    scenario: Scenario, kernels: Kernels, regions: tuple[str, ...], mix: Floats
) -> Kernels:
    """Return kernels whose usual shares are those of all sites, weighted by who goes there.

    The same kernels without a table `site_shares`. `mix` (group, region).
    """
    if scenario.tables.site_shares.empty:
        return kernels
    sent = np.einsum("krh,gr->kgh", service_referral(scenario, regions), mix)
    usual = (sent * shares_by_site(scenario)).sum(axis=2)
    return replace(kernels, usual_share=usual)


def regional_referral(scenario: Scenario, regions: tuple[str, ...], mix: Floats) -> Floats:
    """Return who is on each list where (list, group, region, site), shares that sum to 1.

    Region r's share of a group's patients x its referral to the site x the part of them that the
    site means for the list, as a share of all who are meant for the list. A list for which nobody
    is meant takes the referral of its service.
    """
    sent = service_referral(scenario, regions)[:, None] * mix[None, :, :, None]
    if scenario.tables.site_shares.empty:
        return np.asarray(sent)
    meant = sent * shares_by_site(scenario)[:, :, None, :]
    whole = meant.sum(axis=(2, 3), keepdims=True)
    return np.asarray(np.divide(meant, whole, out=sent.copy(), where=whole > 0))
