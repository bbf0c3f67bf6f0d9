"""The engine with what a workbook holds still: clocks, a plan, and the recurrences it causes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hepaplan.model.ages.ageing import OtherCauses
from hepaplan.model.arrays import Floats
from hepaplan.model.evaluate import network_of
from hepaplan.model.readings import MOST_HEALTH, Capacity, UsualCare
from hepaplan.model.replay import Plan, Replay, recurrences_of, replay
from hepaplan.model.sites.network import Network, day_one_backlog


@dataclass(frozen=True)
class Held:
    """What stays as a run found it when an input changes.

    `clocks` of death from other causes; `starts` (pair, group, site, month) as the plan was
    replayed, people; `referral` (list, group, site, month), shares; `recurrences` (point, group,
    month), the people who arrive after starts of these months; `extra` (resource, site, month),
    capacity bought or built for the plan. `present` (list, group, site): today's referral, which
    says where those on the lists on day one are; `committed` (resource, site, month): what starts
    before the window still take.
    """

    clocks: OtherCauses
    starts: Floats
    referral: Floats
    recurrences: Floats
    extra: Floats | None
    present: Floats
    committed: Floats


def held_of(usual: UsualCare, capacity: Capacity) -> Held:
    """Return what a workbook holds still of a run: the plan with most health, as replayed.

    Raises ValueError where some months have happened already: they follow a record, not a plan.
    """
    if capacity.planned_in is not capacity.network:
        raise ValueError("expected a run whose months are all planned; found months of a record")
    done, plan = capacity.replays[MOST_HEALTH], capacity.best.plan
    return Held(
        clocks=usual.clocks,
        starts=done.starts.sum(axis=3),
        referral=plan.referral,
        recurrences=recurrences_of(capacity.network, done),
        extra=plan.extra,
        present=capacity.network.referral,
        committed=capacity.network.committed,
    )


def held_replay(
    usual: UsualCare, held: Held, *, within_capacity: bool = True
) -> tuple[Network, Replay]:
    """Return the network of a changed reading 1, and the held plan replayed in it.

    `usual` is that of `usual_care(scenario, held.clocks)`. New patients and those carried in from
    before the window are the changed scenario's, as are lists, resources and weights; starts,
    referral, recurrences and what earlier starts take are held. Without `within_capacity` every
    start is made for which there are people, as if no resource were short: use may then exceed
    capacity, and nothing is owed.
    """
    network = network_of(usual)
    network = replace(
        network,
        referral=held.present,
        backlog=day_one_backlog(usual.scenario, network.kernels, held.present),
        committed=held.committed,
    )
    extra = held.extra if within_capacity else np.full(network.capacity.shape, np.inf)
    plan = Plan(held.starts, held.referral, pooled=False, extra=extra)
    return network, replay(network, plan, held.recurrences)
