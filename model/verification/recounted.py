"""Use, capacity and people counted again by plain loops that share no code with the engine."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.parameters import Scenario
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from hepaplan.model.verification.gaps import largest_gap


def largest(*gaps: float) -> float:
    """Return the largest of some gaps, 0 of none; not a number where any is not one."""
    return float(np.max(np.array(gaps), initial=0.0))


def gap_by_resource(found: Floats, expected: Floats) -> float:
    """Return the largest gap of a resource (resource, …), each by its own size: units differ."""
    return largest(*(largest_gap(a, b) for a, b in zip(found, expected, strict=True)))


def use_of(starts: Floats, footprint: Floats) -> Floats:
    """Return units used (resource, month) by starts (option, group, month), start by start.

    `footprint` (option, group, resource, month since start): units of one start.
    """
    options, groups, months = starts.shape
    used = np.zeros((footprint.shape[2], months))
    for option in range(options):
        for group in range(groups):
            for month in np.flatnonzero(starts[option, group]):
                lasts = min(months - month, footprint.shape[3])
                taken = starts[option, group, month] * footprint[option, group, :, :lasts]
                used[:, month : month + lasts] += taken
    return used


def use_at_sites(network: Network, done: Replay) -> Floats:
    """Return units used (resource, site, month): those committed before and those of the starts."""
    used = network.committed.copy()
    by_month = done.starts.sum(axis=3)
    for site in range(len(network.sites)):
        for pair, option in enumerate(network.pair_option):
            footprint = network.kernels.use[option : option + 1]
            used[:, site] += use_of(by_month[pair : pair + 1, :, site], footprint)
    return used


def stated_capacity(scenario: Scenario, network: Network) -> Floats:
    """Return the units (resource, site, month) that the tables of capacity say sites may use."""
    settings, tables, months = scenario.settings, scenario.tables, network.months
    found = np.zeros((len(settings.resource), len(settings.site), months.count))
    for r, (resource, record) in enumerate(settings.resource.items()):
        country, part = settings.calendar.country, settings.calendar.subdivision
        weeks = months.weeks(record.calendar, country, part)
        kept = 1.0 - (record.cancelled.number if record.cancelled else 0.0)
        for h, site in enumerate(settings.site):
            rows, changes, others = (
                table[(table["site"] == site) & (table["resource"] == resource)].to_dict("records")
                for table in (tables.capacity, tables.capacity_changes, tables.other_use)
            )
            for m, label in enumerate(months.labels):
                number = sum(row["number"] for row in rows)
                for change in changes:
                    if change["from_month"] <= label <= change["to_month"]:
                        number = number * change["multiply"] + change["add"]
                for use in others:
                    if use["from_month"] <= label <= use["to_month"]:
                        number -= use["number"]
                units = number * record.units_per_week * weeks[m] * record.utilisation_cap.number
                found[r, h, m] = max(units * kept, 0.0)
    return found


def people_lost(network: Network, done: Replay) -> float:
    """Return the largest error of came + there on day one = started + still there + lost, people.

    By list and group, all sites together; and of who arrives = who is sent to some site.
    """
    kernels, waiting = network.kernels, network.waiting
    worst = 0.0
    for listed, point in enumerate(kernels.point_of):
        gone = waiting.cancer_death[point] + waiting.other_death[point]
        for destination in range(len(kernels.points)):
            gone = gone + waiting.move[point, destination]
        pairs = np.flatnonzero(network.pair_list == listed)
        for group in range(len(kernels.groups)):
            came = done.at_site[listed, group].sum() + network.backlog[listed, group].sum()
            started = sum(float(done.starts[pair, group].sum()) for pair in pairs)
            left = done.left[listed, group].sum(axis=(0, 1))
            lost = float(left[:-1].sum() * gone[group])
            worst = largest(worst, abs(float(came) - started - float(left[-1]) - lost))
    for point in range(len(kernels.points)):
        here = [k for k, place in enumerate(kernels.point_of) if place == point]
        sent = sum(done.at_site[k].sum(axis=1) for k in here)
        worst = largest(worst, float(np.abs(sent - done.arrivals[point]).max()))
    return worst
