"""Policies without foresight: everyone at once, and first come as services work today."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.network import Network
from hepaplan.model.quantities import DAYS_PER_MONTH
from hepaplan.model.replay import Replay, own_option_starts, walk
from hepaplan.model.sharing import FITS, share_what_fits


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
    waiting, point = network.waiting, network.kernels.point_of
    standard = np.where(waiting.waits[point], waiting.standard_days[point], 1.0)

    def choose(_: int, queue: Floats, available: Floats) -> Floats:
        taken = np.zeros_like(queue)
        for site in range(len(network.sites)):
            taken[:, :, site] = _start_at_site(
                network, queue[:, :, site], available[:, site].copy(), standard
            )
        return own_option_starts(network, taken)

    return walk(network, lambda _: network.referral, choose)


def _start_at_site(network: Network, queue: Floats, free: Floats, standard: Floats) -> Floats:
    """Return who starts at one site (list, group, months waited), longest relative wait first."""
    use = network.kernels.use[..., : free.shape[-1]]
    free = free[..., : use.shape[-1]]
    taken = np.zeros_like(queue)
    everyone = np.einsum("lgw,lgrd->rd", queue, use, optimize=True)
    if np.all(everyone <= free + FITS):
        return queue.copy()
    lists, waits = np.nonzero(queue.sum(axis=1) > 0)
    urgency = np.round(waits * DAYS_PER_MONTH / standard[lists], 9)
    for level in np.unique(urgency)[::-1]:
        chosen = urgency == level
        people = queue[lists[chosen], :, waits[chosen]]
        need = np.einsum("jg,jgrd->jrd", people, use[lists[chosen]])
        share = share_what_fits(need, free)
        free -= np.einsum("j,jrd->rd", share, need)
        np.maximum(free, 0.0, out=free)
        taken[lists[chosen], :, waits[chosen]] = share[:, None] * people
    return taken
