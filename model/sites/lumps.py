"""Choices that are whole: capacity added once or not at all, services kept open or closed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.calendar import Months
from hepaplan.model.kernels import Kernels
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import Expansion
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.sites.site_capacity import usable_units


@dataclass(frozen=True)
class Lumps:
    """The choices, each 0 or 1.

    `adds` (expansion, resource, site, month): units that an expansion gives, after the
    utilisation cap. `in_use` (expansion, month). `cost` (expansion, month): pounds,
    undiscounted. `opens` (expansion, option, site): what may be started only while one that
    opens it is in use. `counts` (volume, option, site): the starts that a minimum volume
    counts, at least `least` (volume,) a year unless the service is closed, which `may_close`
    (volume,) allows. `budget` (year,): most that expansions and extras may cost in each
    calendar year, infinite where none is stated; `year_of` (month,).
    """

    expansions: tuple[str, ...] = ()
    adds: Floats = field(default_factory=lambda: np.zeros((0, 0, 0, 0)))
    in_use: Flags = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    cost: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    opens: Flags = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=bool))
    volumes: tuple[str, ...] = ()
    counts: Flags = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=bool))
    least: Floats = field(default_factory=lambda: np.zeros(0))
    may_close: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    budget: Floats = field(default_factory=lambda: np.zeros(0))
    year_of: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def closable(self) -> Flags:
        """Lists (option,) of which some site may close, so that its people go elsewhere."""
        return np.asarray((self.counts & self.may_close[:, None, None]).any(axis=(0, 2)))

    def capacity_of(self, built: Floats) -> Floats:
        """Return the units (resource, site, month) that the chosen expansions give."""
        return np.asarray(np.einsum("e,erht->rht", built, self.adds))


def lumps_of(scenario: Scenario, kernels: Kernels, months: Months, sites: tuple[str, ...]) -> Lumps:
    """Return the choices that a scenario offers over a run of months."""
    settings = scenario.settings
    chosen, volumes = settings.expansion, settings.minimum_volume
    options = [option for _, _, option in scenario.pathway.options()]
    services = np.array([option.service for option in options])
    treatments = np.array([option.treatment for option in options])
    adds = np.zeros((len(chosen), len(kernels.resources), len(sites), months.count))
    in_use = np.zeros((len(chosen), months.count), dtype=bool)
    cost = np.zeros((len(chosen), months.count))
    opens = np.zeros((len(chosen), len(options), len(sites)), dtype=bool)
    for number, option in enumerate(chosen.values()):
        resource, site = kernels.resources.index(option.resource), sites.index(option.site)
        adds[number, resource, site] = added_units(scenario, option, months)
        in_use[number] = share_in_use(option, months) > 0
        cost[number] = monthly_cost(option, months)
        opens[number, :, site] = services == option.opens
    counts = np.zeros((len(volumes), len(options), len(sites)), dtype=bool)
    for number, volume in enumerate(volumes.values()):
        counts[number, :, sites.index(volume.site)] = treatments == volume.treatment
    years = sorted({label[:4] for label in months.labels})
    budget = settings.plan.budget
    return Lumps(
        expansions=tuple(chosen),
        adds=adds,
        in_use=in_use,
        cost=cost,
        opens=opens,
        volumes=tuple(volumes),
        counts=counts,
        least=np.array([volume.least.number for volume in volumes.values()]),
        may_close=np.array([volume.may_close for volume in volumes.values()], dtype=bool),
        budget=np.array([budget[y].number if y in budget else np.inf for y in years]),
        year_of=np.array([years.index(label[:4]) for label in months.labels]),
    )


def share_in_use(expansion: Expansion, months: Months) -> Floats:
    """Return the share (month,) of an expansion that is there.

    Nothing before the decision and its lead time; then, over the months of its ramp-up, equal steps
    from nothing to all of it; nothing after its last month.
    """
    age = np.arange(months.count) - first_use(expansion, months)
    steps = expansion.ramp_up.number + 1.0
    share = np.clip((age + 1.0) / steps, 0.0, 1.0)
    return np.where(_before_its_end(expansion, months), share, 0.0)


def added_units(scenario: Scenario, expansion: Expansion, months: Months) -> Floats:
    """Return the units (month,) that an expansion gives, after the cap and cancellations."""
    full = expansion.adds.number * usable_units(scenario, expansion.resource, months)
    return np.asarray(full * share_in_use(expansion, months))


def monthly_cost(expansion: Expansion, months: Months) -> Floats:
    """Return pounds by month: capital when it is decided, running cost in each month of use.

    Running cost is a twelfth of the year's, in full from the first month of ramp-up. Capital spent
    before the first month is no part of it.
    """
    running = expansion.running.number / MONTHS_PER_YEAR
    cost = np.where(share_in_use(expansion, months) > 0, running, 0.0)
    decided = decided_month(expansion, months)
    if 0 <= decided < months.count:
        cost[decided] += expansion.capital.number
    return cost


def decided_month(expansion: Expansion, months: Months) -> int:
    """Return the month of the decision, counted from the first; negative before it."""
    decided = np.datetime64(expansion.decided or months.first, "M")
    return int((decided - np.datetime64(months.first, "M")).astype(int))


def first_use(expansion: Expansion, months: Months) -> int:
    """Return the first month of use, counted from the first."""
    return decided_month(expansion, months) + round(expansion.lead.number)


def _before_its_end(expansion: Expansion, months: Months) -> Flags:
    labels = np.array(months.labels)
    return np.asarray(labels <= (expansion.until or labels[-1]))
