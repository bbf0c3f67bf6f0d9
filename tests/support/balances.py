"""Where people are, counted month by month: a residual in people, nothing of ours reused."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.kernels import Kernels
from hepaplan.model.readings import UsualCare
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network


def lost_in_reading_one(usual: UsualCare) -> float:
    """Return the most people by which those who came are not in a course and not dead."""
    there = in_courses_or_dead(usual.kernels, usual.flow.starts.sum(axis=1))
    came = np.cumsum(usual.entries.sum(axis=(0, 1)), axis=-1)
    return float(np.abs(came - there).max())


def lost_in_replay(network: Network, done: Replay) -> float:
    """Return the same of a replay, where people also wait, and die while they do.

    Only without harm after a wait: that changes what follows a start.
    """
    begun = np.zeros((len(network.kernels.options), *done.starts.sum(axis=(2, 3)).shape[1:]))
    np.add.at(begun, network.pair_option, done.starts.sum(axis=(2, 3)))
    there = in_courses_or_dead(network.kernels, begun)
    waiting = done.left.sum(axis=(0, 2, 3))
    died = np.cumsum((done.cancer_deaths + done.other_deaths).sum(axis=0), axis=-1)
    there = there + waiting
    there[:, 1:] += died[:, :-1]
    came = np.cumsum(network.entries.sum(axis=0), axis=-1)
    came = came + network.backlog.sum(axis=(0, 2, 3))[:, None]
    return float(np.abs(came - there).max())


def in_courses_or_dead(kernels: Kernels, starts: Floats) -> Floats:
    """Return people (group, month) whom starts (option, group, month) hold, or let die."""
    months = starts.shape[-1]
    dead = np.cumsum(kernels.cancer_death + kernels.other_death, axis=-1)
    held = kernels.alive + dead
    found = np.zeros((starts.shape[1], months))
    for month in range(months):
        for start in range(month + 1):
            found[:, month] += (starts[..., start] * held[..., month - start]).sum(axis=0)
    return found


def lost_on_lists(network: Network, done: Replay) -> float:
    """Return the largest error of came + stayed = started + left, by list, group and wait.

    And of those who come to a point against those who come to its lists.
    """
    kernels = network.kernels
    started = np.zeros((len(kernels.options), *done.starts.sum(axis=2).shape[1:]))
    np.add.at(started, network.pair_list, done.starts.sum(axis=2))
    left = done.left.sum(axis=2)
    stay = network.waiting.stay[kernels.point_of]
    queue = np.zeros(left.shape[:-1])
    queue[..., : network.backlog.shape[-1]] += network.backlog.sum(axis=2)
    worst = 0.0
    for month in range(left.shape[-1]):
        queue[..., 0] += done.at_site[..., month].sum(axis=2)
        gap = queue - started[..., month] - left[..., month]
        worst = max(worst, float(np.abs(gap).max()))
        queue = np.zeros_like(queue)
        queue[..., 1:] = stay[..., None] * left[..., :-1, month]
    for point in range(len(kernels.points)):
        placed = done.at_site[kernels.point_of == point].sum(axis=(0, 2))
        worst = max(worst, float(np.abs(done.arrivals[point] - placed).max()))
    on_list = np.zeros_like(done.arrivals)
    np.add.at(on_list, kernels.point_of, left.sum(axis=2))
    lost = done.moved.sum(axis=1) + done.cancer_deaths + done.other_deaths
    kept = network.waiting.stay[..., None] * on_list
    waits = network.waiting.waits
    return max(worst, float(np.abs(on_list - lost - kept)[waits].max(initial=0.0)))
