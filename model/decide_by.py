"""By when an expansion must be decided: the last month that still avoids the breach."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.calendar import Months
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import Expansion
from hepaplan.model.replay import Plan, Replay, replay
from hepaplan.model.sites.lumps import added_units, decided_month, first_use
from hepaplan.model.sites.network import Network

PEOPLE = 0.5
"""People beyond the standard, in any month, above those of the plan: more is a breach. Judgement:
half a person is what averages over whole patients cannot tell apart."""


@dataclass(frozen=True)
class DecideBy:
    """`month` of the last decision that avoids the breach, none if even never building does.

    `breach`: the first month in which, without the expansion, more wait beyond the standard.
    """

    month: str | None
    breach: str | None


def decide_by(
    scenario: Scenario, network: Network, plan: Plan, done: Replay, number: int, months: int
) -> DecideBy:
    """Return by when a chosen expansion must be decided, by replays of the plan as it stands.

    Its units come later by whole months, found by bisection; starts that no longer fit are made
    as soon as they do. The plan is not drawn up anew for the delay, which is how a service without
    notice of it would fare: a later decision may do if everything else were planned for it.
    """
    record = list(scenario.settings.expansion.values())[number]
    decided = decided_month(record, network.months)
    listed = _lists_served(network, number)
    planned = beyond(network, done, listed, months)

    def excess(later: int) -> Floats:
        adds = units_of(scenario, network, decided_later(record, network.months, later))
        extra = np.zeros(network.capacity.shape) if plan.extra is None else plan.extra
        changed = replace(plan, extra=extra - network.lumps.adds[number] + adds)
        return beyond(network, replay(network, changed), listed, months) - planned

    never = max(network.horizon - first_use(record, network.months), 1)
    short = excess(never) > PEOPLE
    if not short.any():
        return DecideBy(None, None)
    avoids, breaks = 0, never
    while breaks - avoids > 1:
        middle = (avoids + breaks) // 2
        if (excess(middle) > PEOPLE).any():
            breaks = middle
        else:
            avoids = middle
    return DecideBy(
        _label(network.months.first, decided + avoids),
        network.months.labels[int(np.argmax(short.any(axis=0)))],
    )


def beyond(network: Network, done: Replay, listed: Flags, months: int) -> Floats:
    """Return people beyond the standard of some lists by decision point, shape (point, month)."""
    point = network.kernels.point_of
    people = np.zeros((len(network.kernels.points), months))
    for number in np.flatnonzero(listed):
        standard = network.waiting.standard_months[point[number]]
        people[point[number]] += done.left[number, :, :, standard:, :months].sum(axis=(0, 1, 2))
    return people


def _lists_served(network: Network, number: int) -> Flags:
    """Return the lists of decision points where an option uses the expansion's resource."""
    own = network.lumps.adds[number].any(axis=(1, 2))
    uses = network.kernels.use.any(axis=(1, 3)) @ own
    points = np.unique(network.kernels.point_of[network.pair_list[uses[network.pair_option]]])
    return np.asarray(np.isin(network.kernels.point_of, points))


def decided_later(expansion: Expansion, months: Months, later: int) -> Expansion:
    """Return an expansion decided some months later."""
    decided = _label(months.first, decided_month(expansion, months) + later)
    return expansion.model_copy(update={"decided": decided})


def units_of(scenario: Scenario, network: Network, expansion: Expansion) -> Floats:
    """Return what an expansion gives, shape (resource, site, month) of a network."""
    units = np.zeros((network.reported, len(network.sites), network.horizon))
    place = (
        list(scenario.settings.resource).index(expansion.resource),
        network.sites.index(expansion.site),
    )
    units[place] = added_units(scenario, expansion, network.months)
    return network.made.widened(units)


def _label(first: str, month: int) -> str:
    return str(np.datetime64(first, "M") + month)
