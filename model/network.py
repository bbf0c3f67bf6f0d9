"""The network that treats: lists, sites, referral, capacity, and who is there on day one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.calendar import Months
from hepaplan.model.demand import resource_use
from hepaplan.model.extras import Extras
from hepaplan.model.kernels import Kernels
from hepaplan.model.lumps import Lumps
from hepaplan.model.parameters import Scenario
from hepaplan.model.renewal import carried_in
from hepaplan.model.waiting import WaitingMonth


@dataclass(frozen=True)
class Network:
    """Everything reading 2 starts from; months are the window and its run-out.

    A list is an option of the pathway and its usual patients: (decision point, intended option).
    A pair is a list and an option that its patients may start; the first pairs are each list's
    own option, in the order of lists.
    `entries` (point, group, month): new and carried-in people. `backlog` (list, group, site,
    months waited): on the lists when the first month begins. `referral` (list, group, site):
    present shares. `capacity` and `committed` (resource, site, month): what may be used, after
    the utilisation cap, and what earlier starts still take. `offers` (option, site);
    `travel` (group, site): average minutes; `may_shift` (pair): share of a list that may take it.
    `extras` and `lumps`: capacity that may be bought by the unit, or as a whole.
    """

    months: Months
    sites: tuple[str, ...]
    kernels: Kernels
    waiting: WaitingMonth
    pair_list: Ints
    pair_option: Ints
    may_shift: Floats
    entries: Floats
    backlog: Floats
    referral: Floats
    travel: Floats
    offers: Flags
    capacity: Floats
    committed: Floats
    extras: Extras = field(default_factory=Extras)
    lumps: Lumps = field(default_factory=Lumps)

    @property
    def horizon(self) -> int:
        """Months of the window and its run-out together."""
        return self.months.count

    @property
    def available(self) -> Floats:
        """Capacity left for starts of this plan (resource, site, month), never negative."""
        return np.maximum(self.capacity - self.committed, 0.0)


def region_mix(by_region: Floats) -> Floats:
    """Return each region's share of a group's new patients (group, region).

    `by_region` is (point, region, group, month). The mix stands for later arrivals too: regions
    enter the plan only through referral.
    """
    people = by_region.sum(axis=(0, 3)).T
    total = people.sum(axis=1, keepdims=True)
    even = np.full_like(people, 1.0 / people.shape[1])
    return np.asarray(np.divide(people, total, out=even, where=total > 0))


def present_referral(
    scenario: Scenario, kernels: Kernels, regions: tuple[str, ...], mix: Floats
) -> Floats:
    """Return the share of each list's patients that go to each site (list, group, site)."""
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
    return np.asarray(np.einsum("krh,gr->kgh", share[service_of], mix))


def mean_travel(scenario: Scenario, regions: tuple[str, ...], mix: Floats) -> Floats:
    """Return the average minutes to each site (group, site); zeros without a travel table."""
    sites = tuple(scenario.settings.site)
    minutes = np.zeros((len(regions), len(sites)))
    table = scenario.tables.travel
    for region, site, time in zip(table["region"], table["site"], table["minutes"], strict=True):
        minutes[regions.index(region), sites.index(site)] = time
    return np.asarray(mix @ minutes)


def site_capacity(scenario: Scenario, months: Months) -> Floats:
    """Return what each site may use of each resource (resource, site, month).

    Saleable units x units a week x weeks of the month's calendar x utilisation cap, after the
    scenario's dated changes.
    """
    settings = scenario.settings
    resources, sites = tuple(settings.resource), tuple(settings.site)
    number = np.zeros((len(resources), len(sites), months.count))
    for row in scenario.tables.capacity.itertuples():
        number[resources.index(str(row.resource)), sites.index(str(row.site))] += row.number
    labels = np.array(months.labels)
    for row in scenario.tables.capacity_changes.itertuples():
        during = (labels >= str(row.from_month)) & (labels <= str(row.to_month))
        r, h = resources.index(str(row.resource)), sites.index(str(row.site))
        number[r, h, during] = number[r, h, during] * row.multiply + row.add
    for r, resource in enumerate(settings.resource.values()):
        weeks = months.weeks(
            resource.calendar, settings.calendar.country, settings.calendar.subdivision
        )
        number[r] *= resource.units_per_week * weeks * resource.utilisation_cap.number
    return np.maximum(number, 0.0)


def exchange_pairs(scenario: Scenario, kernels: Kernels) -> tuple[Ints, Ints, Floats]:
    """Return for each pair its list and its option, and the share of a list that may shift to it.

    A list's own option comes first and may take the whole list. Where nobody waits there is nothing
    to decide: everyone starts the intended option at once.
    """
    count = len(kernels.options)
    lists, options, limits = list(range(count)), list(range(count)), [1.0] * count
    for point, record in scenario.pathway.decision_point.items():
        if record.waiting is None:
            continue
        for exchange in record.interchangeable:
            names = [o for o in exchange.options if (point, o) in kernels.options]
            for intended in names:
                for other in names:
                    if other != intended:
                        lists.append(kernels.options.index((point, intended)))
                        options.append(kernels.options.index((point, other)))
                        limits.append(exchange.up_to.number)
    return np.array(lists), np.array(options), np.array(limits)


def day_one_people(scenario: Scenario, kernels: Kernels) -> Floats:
    """Return people on the lists as the window opens (point, group, months waited)."""
    table: pd.DataFrame = scenario.tables.backlog
    longest = int(table["months_waited"].max()) if len(table) else 0
    people = np.zeros((len(kernels.points), len(kernels.groups), longest + 1))
    where = zip(
        table["decision_point"].map(kernels.points.index),
        table["group"].map(kernels.groups.index),
        table["months_waited"].astype(int),
        table["patients"],
        strict=True,
    )
    for point, group, waited, patients in where:
        people[point, group, waited] += patients
    return people


def day_one_backlog(scenario: Scenario, kernels: Kernels, referral: Floats) -> Floats:
    """Return day one's people by list and site (list, group, site, months waited)."""
    people = day_one_people(scenario, kernels)[kernels.point_of]
    on_list = kernels.usual_share[:, :, None] * people
    return np.asarray(on_list[:, :, None, :] * referral[:, :, :, None])


def build_network(
    scenario: Scenario,
    months: Months,
    regions: tuple[str, ...],
    by_region: Floats,
    kernels: Kernels,
    waiting: WaitingMonth,
    earlier_starts: Floats,
) -> Network:
    """Return the network of the window and its run-out.

    `by_region` (point, region, group, month) are new patients of `months`; `earlier_starts`
    (option, region, group, month) end with the month before.
    """
    mix = region_mix(by_region)
    referral = present_referral(scenario, kernels, regions, mix)
    pair_list, pair_option, may_shift = exchange_pairs(scenario, kernels)
    past = earlier_starts.shape[-1]
    earlier = earlier_starts.sum(axis=1)
    committed = np.stack(
        [
            resource_use(
                np.concatenate(
                    (earlier * referral[:, :, h, None], _none(earlier, months.count)),
                    axis=-1,
                ),
                kernels.use,
                months_before=past,
            )
            for h in range(referral.shape[2])
        ],
        axis=1,
    )
    return Network(
        months=months,
        sites=tuple(scenario.settings.site),
        kernels=kernels,
        waiting=waiting,
        pair_list=pair_list,
        pair_option=pair_option,
        may_shift=may_shift,
        entries=by_region.sum(axis=1) + carried_in(kernels, earlier[:, None], months.count)[:, 0],
        backlog=day_one_backlog(scenario, kernels, referral),
        referral=referral,
        travel=mean_travel(scenario, regions, mix),
        offers=referral.max(axis=1) > 0.0,
        capacity=site_capacity(scenario, months),
        committed=committed,
    )


def _none(starts: Floats, months: int) -> Floats:
    return np.zeros((*starts.shape[:-1], months))
