"""How many people could ever come and start: bounds that hold for every plan of a network."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.sites.network import Network


def most_who_come(network: Network) -> Floats:
    """Return the most people who can have come to a list by each month, shape (list, month).

    Whoever comes to a point is sent on to another with at most the largest chance that an option
    there, or waiting there for ever, gives; day one's lists count as coming in the first month.
    """
    kernels, waiting, horizon = network.kernels, network.waiting, network.horizon
    points = len(kernels.points)
    onward = np.zeros((points, points, horizon + 1))
    reached = np.cumsum(kernels.arrive[..., : horizon + 1], axis=-1).max(axis=1)
    options = network.pair_option
    for point, option in zip(kernels.point_of[network.pair_list], options, strict=True):
        months = reached.shape[-1]
        onward[point, :, :months] = np.maximum(onward[point, :, :months], reached[option])
        onward[point, :, months:] = np.maximum(onward[point, :, months:], reached[option, :, -1:])
    leaving = np.maximum(1.0 - waiting.stay, 0.0)[:, None]
    moved = np.divide(waiting.move, leaving, out=np.zeros_like(waiting.move), where=leaving > 0)
    onward[..., 1:] = np.maximum(onward[..., 1:], moved.max(axis=2)[..., None])
    coming = network.entries.sum(axis=1)
    np.add.at(coming[:, 0], kernels.point_of, network.backlog.sum(axis=(1, 2, 3)))
    by_month = np.cumsum(coming, axis=1)
    new = np.zeros_like(coming)
    before = np.zeros(points)
    for month in range(horizon):
        sent = np.einsum("fs,fcs->c", new[:, :month], onward[:, :, month:0:-1])
        total = by_month[:, month] + sent
        new[:, month], before = total - before, total
    share = kernels.usual_share.max(axis=1)[:, None]
    return np.asarray(share * np.cumsum(new, axis=1)[kernels.point_of])


def most_starts(network: Network) -> Floats:
    """Return the most starts of an option at a site in each month, shape (option, site, month).

    Nobody starts before coming, and a start takes its first month's part of every resource, with
    all that could be bought and built.
    """
    kernels = network.kernels
    came = most_who_come(network)
    people = np.zeros((len(kernels.options), network.horizon))
    np.add.at(people, network.pair_option, came[network.pair_list])
    free = network.available + network.bought_capacity(network.extras.most)
    if network.lumps.expansions:
        free += network.lumps.adds.sum(axis=0)
    most = np.repeat(people[:, None], len(network.sites), axis=1)
    for option, units in enumerate(kernels.use[..., 0].min(axis=1)):
        for resource in np.flatnonzero(units > 0):
            most[option] = np.minimum(most[option], free[resource] / units[resource])
    return most
