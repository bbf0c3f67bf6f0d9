"""The network that treats: lists, sites, referral, capacity, and who is there on day one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.calendar import Months
from hepaplan.model.delay_harm.delayed import Delayed
from hepaplan.model.demand import resource_use
from hepaplan.model.flows.renewal import carried_in
from hepaplan.model.kernels import Kernels
from hepaplan.model.parameters import Scenario
from hepaplan.model.sites.extras import Extras, extras_of
from hepaplan.model.sites.list_patterns import with_whole_cases
from hepaplan.model.sites.lumps import Lumps, lumps_of
from hepaplan.model.sites.made_resources import MadeResources, Supply
from hepaplan.model.sites.ring_fences import with_ring_fences
from hepaplan.model.sites.site_capacity import site_capacity, usable_units
from hepaplan.model.sites.site_shares import regional_referral, service_referral
from hepaplan.model.sites.travel import most_within_reach, travel_minutes
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
    `delayed`: what follows a start by months waited, if that differs from the kernels.
    `made`: the last resources, which no site has: they say a rule (whole cases, ring fences) as
    capacity. `reachable` (list, group, site): most that a site's share of a list may be, if travel
    is limited.
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
    delayed: Delayed | None = None
    made: MadeResources = field(default_factory=MadeResources)
    reachable: Floats | None = None

    @property
    def horizon(self) -> int:
        """Months of the window and its run-out together."""
        return self.months.count

    @property
    def available(self) -> Floats:
        """Capacity left for starts of this plan (resource, site, month), never negative."""
        return np.maximum(self.capacity - self.committed, 0.0)

    @property
    def reported(self) -> int:
        """Number of real resources: the first ones, which are reported and paid for."""
        return len(self.kernels.resources) - self.made.of.size

    @property
    def brings(self) -> Floats:
        """What one more unit of a real resource adds to all (resource, real resource)."""
        return self.made.widened(np.eye(self.reported))

    @property
    def limits(self) -> Flags:
        """Where the capacity of a resource may bind (resource, site); elsewhere another's does."""
        real = np.ones((self.reported, len(self.sites)), dtype=bool)
        return np.concatenate((real, self.made.at.reshape(-1, len(self.sites))))

    def bought_capacity(self, bought: Floats) -> Floats:
        """Return the capacity (resource, site, month) that units bought (extra, month) give."""
        added = np.zeros(self.capacity.shape)
        if not self.extras.names:
            return added
        gives = self.brings[:, self.extras.resource].T
        np.add.at(added.swapaxes(0, 1), self.extras.site, gives[:, :, None] * bought[:, None, :])
        return added


def region_mix(by_region: Floats) -> Floats:
    """Return each region's share of a group's new patients (group, region).

    `by_region` is (point, region, group, month). The mix stands for later arrivals too: regions
    enter the plan only through referral.
    """
    people = by_region.sum(axis=(0, 3)).T
    total = people.sum(axis=1, keepdims=True)
    even = np.full_like(people, 1.0 / people.shape[1])
    return np.asarray(np.divide(people, total, out=even, where=total > 0))


def present_referral(scenario: Scenario, regions: tuple[str, ...], mix: Floats) -> Floats:
    """Return the share of each list's patients that go to each site (list, group, site)."""
    if scenario.tables.site_shares.empty:
        return np.asarray(np.einsum("krh,gr->kgh", service_referral(scenario, regions), mix))
    return np.asarray(regional_referral(scenario, regions, mix).sum(axis=2))


def mean_travel(scenario: Scenario, regions: tuple[str, ...], mix: Floats) -> Floats:
    """Return the average minutes to each site (group, site); zeros without a travel table."""
    return np.asarray(mix @ travel_minutes(scenario, regions))


def saleable_capacity(scenario: Scenario, network: Network) -> Floats:
    """Return what one more saleable unit adds (real resource, resource, site, month)."""
    units = np.array(
        [usable_units(scenario, name, network.months) for name in scenario.settings.resource]
    )
    gives = network.brings.T[:, :, None, None] * units[:, None, None, :]
    return np.repeat(gives, len(network.sites), axis=2)


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
    referral = present_referral(scenario, regions, mix)
    pair_list, pair_option, may_shift = exchange_pairs(scenario, kernels)
    supply = Supply((), kernels.use, site_capacity(scenario, months), MadeResources())
    supply = with_ring_fences(scenario, months, with_whole_cases(scenario, supply))
    past = earlier_starts.shape[-1]
    earlier = earlier_starts.sum(axis=1)
    committed = np.stack(
        [
            resource_use(
                np.concatenate(
                    (earlier * referral[:, :, h, None], _none(earlier, months.count)),
                    axis=-1,
                ),
                supply.use,
                months_before=past,
            )
            for h in range(referral.shape[2])
        ],
        axis=1,
    )
    lumps = lumps_of(scenario, kernels, months, tuple(scenario.settings.site))
    adds = supply.made.widened(lumps.adds.swapaxes(0, 1)).swapaxes(0, 1)
    return Network(
        months=months,
        sites=tuple(scenario.settings.site),
        kernels=supply.kernels(kernels),
        waiting=waiting,
        pair_list=pair_list,
        pair_option=pair_option,
        may_shift=may_shift,
        entries=by_region.sum(axis=1) + carried_in(kernels, earlier[:, None], months.count)[:, 0],
        backlog=day_one_backlog(scenario, kernels, referral),
        referral=referral,
        travel=mean_travel(scenario, regions, mix),
        offers=(referral.max(axis=1) > 0.0) | lumps.opens.any(axis=0),
        capacity=supply.capacity,
        committed=committed,
        extras=extras_of(scenario, months),
        lumps=replace(lumps, adds=adds),
        made=supply.made,
        reachable=most_within_reach(scenario, regions, mix),
    )


def _none(starts: Floats, months: int) -> Floats:
    return np.zeros((*starts.shape[:-1], months))
