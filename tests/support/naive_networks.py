"""A network of arrays written out for the plain replay: everything by name, in dictionaries."""

from __future__ import annotations

from hepaplan.model.sites.network import Network
from tests.support.naive import Fate
from tests.support.naive_policies import Listed, Paper, Wait


def paper_of(network: Network) -> Paper:
    """Return what the plain replay starts from; without harm after a wait."""
    kernels, waiting, horizon = network.kernels, network.waiting, network.horizon
    lists: list[Listed] = list(kernels.options)
    groups, points, resources = kernels.groups, kernels.points, kernels.resources
    nothing = [0.0] * horizon
    return Paper(
        lists=lists,
        groups=groups,
        sites=network.sites,
        resources=resources,
        months=horizon,
        fates={
            (*listed, group): Fate(
                arrive={to: kernels.arrive[k, g, c].tolist() for c, to in enumerate(points)},
                cancer_death=[], other_death=[], alive=[],
                use={r: [*kernels.use[k, g, q].tolist(), *nothing]
                     for q, r in enumerate(resources)},
            )
            for k, listed in enumerate(lists) for g, group in enumerate(groups)
        },
        share={
            (listed, group): float(kernels.usual_share[k, g])
            for k, listed in enumerate(lists) for g, group in enumerate(groups)
        },
        entries={
            (point, group): network.entries[c, g].tolist()
            for c, point in enumerate(points) for g, group in enumerate(groups)
        },
        backlog={
            (listed, group, site): [*network.backlog[k, g, h].tolist()]
            for k, listed in enumerate(lists) for g, group in enumerate(groups)
            for h, site in enumerate(network.sites)
        },
        referral={
            (listed, group, site): float(network.referral[k, g, h])
            for k, listed in enumerate(lists) for g, group in enumerate(groups)
            for h, site in enumerate(network.sites)
        },
        free={
            (resource, site): network.available[q, h].tolist()
            for q, resource in enumerate(resources) for h, site in enumerate(network.sites)
        },
        wait={
            (point, group): Wait(
                stay=float(waiting.stay[c, g]),
                move={to: float(waiting.move[c, d, g]) for d, to in enumerate(points)},
                dies=float(waiting.cancer_death[c, g] + waiting.other_death[c, g]),
                qalys=float(waiting.qalys[c, g]),
                cost=float(waiting.cost[c, g]),
                lived=float(waiting.person_months()[c, g]),
            )
            for c, point in enumerate(points) if waiting.waits[c]
            for g, group in enumerate(groups)
        },
        standard_days={
            point: float(waiting.standard_days[c])
            for c, point in enumerate(points) if waiting.waits[c]
        },
    )  # fmt: skip
