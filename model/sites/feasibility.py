"""What must fail whatever the plan: inputs that ask for more than there can be, named before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from hepaplan.model.allocation.most_people import most_who_come
from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.problems import Key, Problem, listed
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.sites.network import Network

ROUNDING = 1e-6


def feasibility_faults(network: Network) -> list[Problem]:
    """Return the inputs that no plan of a network can meet; none means that a plan may exist.

    Cheap bounds, without a solver: of minimum volumes that may not close, that more are asked for
    than could ever come or than a resource could hold if nobody else used it; of budgets, that
    they are below what a needed expansion costs.
    """
    problems: list[Problem] = []
    for volume in np.flatnonzero(~network.lumps.may_close):
        found = next(_volume_faults(network, int(volume)), None)
        problems += [] if found is None else [found]
    return problems


def over_committed(network: Network, words: Mapping[str, str]) -> list[str]:
    """Return a notice for each resource that earlier starts already take beyond its capacity.

    No fault: the plan has nothing of it to give in those months. `words` are labels of machine
    names; one without is said as it is.
    """
    resources, sites = (
        [words.get(name, name) for name in names]
        for names in (network.kernels.resources, network.sites)
    )
    months = np.array(network.months.labels)
    beyond = (network.committed - network.capacity)[: network.reported] > ROUNDING
    return [
        f"starts before the window take more {resources[resource]} at {sites[site]} than there is "
        f"in {listed(months[beyond[resource, site]], 3)}; "
        "nothing of it is left for the plan then"
        for resource, site in zip(*np.nonzero(beyond.any(axis=2)), strict=True)
    ]


def _volume_faults(network: Network, volume: int) -> Iterator[Problem]:
    lumps, kernels = network.lumps, network.kernels
    name, least = lumps.volumes[volume], float(lumps.least[volume])
    key: Key = ("minimum_volume", name, "least", "value")
    counted = lumps.counts[volume] & network.offers
    option, site = np.nonzero(counted)
    if least > 0 and option.size == 0:
        message = "found a site that offers the treatment to nobody; expected one where people are "
        yield Problem(("minimum_volume", name, "site"), message + "sent for it; mend the site")
        return
    years = np.arange(network.horizon) // MONTHS_PER_YEAR
    part = np.bincount(years) / MONTHS_PER_YEAR
    labels = network.months.labels[::MONTHS_PER_YEAR]
    came = _who_could_come(network, counted)[[*np.flatnonzero(np.diff(years)), -1]]
    by_then = np.cumsum(least * part)
    for year in np.flatnonzero(by_then > came + ROUNDING)[:1]:
        yield Problem(
            key,
            f"found {least:g} a year: {by_then[year]:.1f} by the end of the year from "
            f"{labels[year]}, when at most {came[year]:.1f} people can have come for it; expected "
            f"at most {came[year] / by_then[year] * least:.1f}; lower it, or write "
            "may_close = true",
        )
    free = _free(network)
    for resource, units in enumerate(kernels.use[option, :, :, 0].min(axis=(0, 1))):
        if units <= 0:
            continue
        there = free[resource, np.unique(site)].sum(axis=0)
        most = np.bincount(years, weights=there) / units
        for year in np.flatnonzero(least * part > most + ROUNDING)[:1]:
            yield Problem(
                key,
                f"found {least:g} a year; in the year from {labels[year]} "
                f"{kernels.resources[resource]} at {network.sites[site[0]]} holds at most "
                f"{most[year]:.1f} starts, even if nothing else used it; expected at most "
                f"{most[year] / part[year]:.1f} a year; lower it, or add capacity",
            )
    yield from _budget_faults(network, volume, counted)


def _who_could_come(network: Network, counted: Flags) -> Floats:
    """Return the most people (month,) who can have come to lists that may start what is counted."""
    counts = np.asarray(counted.any(axis=1))[network.pair_option]
    lists = np.unique(network.pair_list[counts])
    return np.asarray(most_who_come(network)[lists].sum(axis=0))


def _free(network: Network) -> Floats:
    """Return what could be there for the plan at most (resource, site, month)."""
    everything = np.ones(len(network.lumps.expansions))
    free = network.available
    if everything.size:
        free = free + network.lumps.capacity_of(everything)
    return free + network.bought_capacity(network.extras.most) if network.extras.names else free


def _budget_faults(network: Network, volume: int, counted: Flags) -> Iterator[Problem]:
    """Yield a budget below the cost of every expansion that could open what must be started."""
    lumps = network.lumps
    if not lumps.opens.any() or (counted & ~lumps.opens.any(axis=0)).any():
        return
    opening = np.flatnonzero((lumps.opens & counted).any(axis=(1, 2)))
    yearly = np.zeros((lumps.cost.shape[0], lumps.budget.size))
    np.add.at(yearly.T, lumps.year_of, lumps.cost.T)
    short = yearly[opening] > lumps.budget + ROUNDING
    if opening.size and short.any(axis=1).all():
        cheapest = opening[np.argmin(yearly[opening].sum(axis=1))]
        year = int(np.flatnonzero(yearly[cheapest] > lumps.budget + ROUNDING)[0])
        calendar_year = network.months.labels[int(np.argmax(lumps.year_of == year))][:4]
        yield Problem(
            ("plan", "budget", calendar_year, "value"),
            f"found {lumps.budget[year]:,.0f}; minimum_volume.{lumps.volumes[volume]} needs "
            f"expansion.{lumps.expansions[cheapest]}, which costs {yearly[cheapest, year]:,.0f} in "
            f"{calendar_year}; expected at least that; raise it, or let the volume close",
        )
