"""Policies without foresight: everyone at once, and the longest wait first at or across sites."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.quantities import DAYS_PER_MONTH
from hepaplan.model.replay import (
    Plan,
    Replay,
    left_behind,
    own_option_starts,
    starts_by_option,
    starts_of,
    sum_by_list,
    walk,
)
from hepaplan.model.sites.network import Network
from hepaplan.model.sites.sharing import FITS, share_what_fits


def nothing_scarce(network: Network) -> Replay:
    """Return the replay in which everyone starts the intended option on arrival."""
    return walk(
        network, lambda _: network.referral, lambda _, queue, __: own_option_starts(network, queue)
    )


def first_come(network: Network) -> Replay:
    """Return the replay of present referral, intended options and the longest wait first.

    Where lists share a resource, the wait relative to its list's standard decides, and equal waits
    share what is left in proportion. A start is made only if its whole footprint still fits.
    """
    return _most_urgent_everywhere(network, np.zeros(network.referral.shape))


def longest_wait(network: Network) -> Replay:
    """Return the replay of the longest wait relative to its standard first, wherever it is.

    As `first_come`, but over all sites: people start at their own site if there is room, otherwise
    at any site that offers their option today, has room and is within reach (`plan.longest_travel`,
    if stated), spread evenly over those sites. Nobody less urgent starts before them.
    """
    opens = network.lumps.opens
    offered = network.offers & ~opens.any(axis=0) if len(opens) else network.offers
    within = np.ones(network.referral.shape)
    if network.reachable is not None:
        others = 1.0 - network.referral
        newly = np.maximum(network.reachable - network.referral, 0.0)
        np.divide(newly, others, out=within, where=others > FITS)
    return _most_urgent_everywhere(network, offered[:, None, :] * within)


def plan_and_spare(network: Network, plan: Plan) -> Replay:
    """Return the replay of a plan's starts and, with what they leave free, of first come.

    What a month's planned starts leave of capacity goes to whoever is still on the lists, as in
    `first_come`: to people the plan did not expect, or meant to start later.
    """
    planned = starts_of(network, plan)
    nowhere = np.zeros(network.referral.shape)
    lists = len(network.kernels.options)

    def choose(month: int, queue: Floats, available: Floats) -> Floats:
        begun = planned(month, queue, available)
        use = network.kernels.use[..., : available.shape[-1]]
        by_option = starts_by_option(network, begun.sum(axis=-1))
        free = available.copy()
        taken = np.einsum("kgh,kgrd->rhd", by_option, use, optimize=True)
        free[..., : taken.shape[-1]] = np.maximum(free[..., : taken.shape[-1]] - taken, 0.0)
        left, _ = left_behind(queue, sum_by_list(network, begun))
        begun[:lists] += _start(network, left, free, _standards(network), nowhere)
        return begun

    return walk(network, lambda month: plan.referral[..., month], choose, plan.extra)


def _standards(network: Network) -> Floats:
    """Return the waiting standard of each list in days, 1 where nobody waits."""
    waiting, point = network.waiting, network.kernels.point_of
    return np.where(waiting.waits[point], waiting.standard_days[point], 1.0)


def _most_urgent_everywhere(network: Network, may_go: Floats) -> Replay:
    """Return the replay of the longest relative wait first.

    `may_go` (list, group, site): the share of those whose own site is full who may start there.
    """
    standard = _standards(network)

    def choose(_: int, queue: Floats, available: Floats) -> Floats:
        return own_option_starts(network, _start(network, queue, available, standard, may_go))

    return walk(network, lambda _: network.referral, choose)


def _start(
    network: Network, queue: Floats, available: Floats, standard: Floats, may_go: Floats
) -> Floats:
    """Return who starts where (list, group, site, months waited), longest relative wait first."""
    use = network.kernels.use[..., : available.shape[-1]]
    free = available[..., : use.shape[-1]].copy()
    everyone = np.einsum("lghw,lgrd->rhd", queue, use, optimize=True)
    full = (everyone > free + FITS).any(axis=(0, 2))
    taken = np.where(full[:, None], 0.0, queue)
    if not full.any():
        return taken
    travels = bool(may_go.any())
    sites = np.arange(full.size) if travels else np.flatnonzero(full)
    for lists, waits in _most_urgent_first(queue.sum(axis=(1, 2)), standard):
        people, need = queue[lists, :, :, waits], use[lists]
        begun = np.zeros_like(people)
        for site in sites:
            share, free[:, site] = _fit(people[..., site], need, free[:, site])
            begun[..., site] = share[:, None] * people[..., site]
        if travels:
            begun, free = _elsewhere(people, begun, may_go[lists], need, free)
        taken[lists[:, None], :, sites, waits[:, None]] = begun[:, :, sites].swapaxes(1, 2)
    return taken


def _most_urgent_first(people: Floats, standard: Floats) -> Iterator[tuple[Ints, Ints]]:
    """Yield the (lists, months waited) of equal relative wait, the longest first."""
    lists, waits = np.nonzero(people > 0)
    urgency = np.round(waits * DAYS_PER_MONTH / standard[lists], 9)
    for level in np.unique(urgency)[::-1]:
        chosen = urgency == level
        yield lists[chosen], waits[chosen]


def _fit(people: Floats, use: Floats, free: Floats) -> tuple[Floats, Floats]:
    """Return the share of each claim (claim, group) that starts at a site, and what is left."""
    need = np.einsum("jg,jgrd->jrd", people, use)
    share = share_what_fits(need, free)
    return share, np.maximum(free - np.einsum("j,jrd->rd", share, need), 0.0)


def _elsewhere(
    people: Floats, begun: Floats, may_go: Floats, use: Floats, free: Floats
) -> tuple[Floats, Floats]:
    """Return who starts (claim, group, site) once those left over have tried the other sites.

    Each round spreads them evenly over the sites still open to them; a site that cannot take all
    of its part is closed. Also returned: what is then free (resource, site, month).
    """
    left, begun, free = (people - begun).sum(axis=2), begun.copy(), free.copy()
    most = np.where(people - begun <= FITS, may_go * left[..., None], 0.0)
    while True:
        still = most > FITS
        part = np.divide(left, still.sum(axis=2), out=np.zeros_like(left), where=still.any(axis=2))
        if part.max(initial=0.0) <= FITS:
            return begun, free
        for site in np.flatnonzero(still.any(axis=(0, 1))):
            asked = np.where(still[..., site], np.minimum(part, most[..., site]), 0.0)
            share, free[:, site] = _fit(asked, use, free[:, site])
            gone = share[:, None] * asked
            begun[..., site] += gone
            left = left - gone
            most[..., site] = np.where((share > 1.0 - FITS)[:, None], most[..., site] - gone, 0.0)
