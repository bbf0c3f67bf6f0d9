"""The patient classes of the programme: all groups pooled in usual proportion, or each its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network

FEW = 1e-9
"""People so few that their proportions say nothing."""


@dataclass(frozen=True)
class Classes:
    """Who the programme's people are, as groups in a class.

    `on_list` (list, class, group, site, month) and `overall` (list, class, group, month): the
    group mix of a class who start, summing to 1 over groups. `at_point` (point, class, group,
    month) and `arriving` (list, class, group, month): of those who come, without those who waited
    on day one; `waiting` (list, class, group, month): of those left at a month's end. With one
    pooled class the mix is that of a replay, at first of reading 1, so nobody can be passed over
    for age, and reading 1's flows fit every row of the first programme exactly; with a class for
    each group the mix is that group alone. `settled` (point): nobody waits there, nothing scarce
    is used and nothing follows, so arrivals are worth their value at once.
    """

    on_list: Floats
    overall: Floats
    at_point: Floats
    arriving: Floats
    waiting: Floats
    settled: Flags
    pooled: bool

    @property
    def count(self) -> int:
        """Number of classes."""
        return int(self.overall.shape[1])

    def gathered(self, by_group: Floats) -> Floats:
        """Return people whose second axis is the group, by class instead."""
        return by_group.sum(axis=1, keepdims=True) if self.pooled else by_group

    def of_lists(self, by_group: Floats) -> Floats:
        """Return a figure of lists (list, group) by class and month (list, class, month)."""
        return np.asarray(np.einsum("lqgt,lg->lqt", self.overall, by_group))

    def of_waiting(self, by_group: Floats) -> Floats:
        """Return a figure of those left on lists, likewise."""
        return np.asarray(np.einsum("lqgt,lg->lqt", self.waiting, by_group))


def patient_classes(
    network: Network, done: Replay, pooled: bool, otherwise: Classes | None = None
) -> Classes:
    """Return one pooled class in the proportions of a replay, or one class for each group.

    Where it starts nobody they are those of the people waiting, where nobody waits those of the
    starts, and where it has nobody those of `otherwise`, or even.
    """
    kernels = network.kernels
    groups, months = len(kernels.groups), network.horizon
    if pooled:
        listed = np.zeros((len(kernels.options), *done.starts.shape[1:3], months))
        np.add.at(listed, network.pair_list, done.starts.sum(axis=3))
        coming = kernels.usual_share[:, :, None] * done.arrivals[kernels.point_of]
        left = done.left.sum(axis=3)
        known: tuple[Floats | None, ...] = (None,) * 4
        if otherwise is not None:
            held = (otherwise.on_list, otherwise.overall, otherwise.at_point, otherwise.arriving)
            known = tuple(mix[:, 0] for mix in held)
        on_list = _mix(listed, _mix(left, known[0]))[:, None]
        overall = _mix(listed.sum(axis=2), _mix(left.sum(axis=2), known[1]))[:, None]
        waiting = _mix(left.sum(axis=2), overall[:, 0])[:, None]
        at_point = _mix(done.arrivals, known[2])[:, None]
        arriving = _mix(coming, known[3])[:, None]
    else:
        alone = np.eye(groups)[None, :, :, None]
        overall = np.broadcast_to(alone, (len(kernels.options), groups, groups, months))
        arriving = waiting = overall
        at_point = np.broadcast_to(alone, (len(kernels.points), groups, groups, months))
        shape = (len(kernels.options), groups, groups, len(network.sites), months)
        on_list = np.broadcast_to(alone[:, :, :, None], shape)
    settled = settled_points(network)
    return Classes(on_list, overall, at_point, arriving, waiting, settled, pooled)


def settled_points(network: Network) -> Flags:
    """Return the points (point,) where nobody waits, nothing scarce is used, nothing follows."""
    kernels = network.kernels
    busy = kernels.arrive.any(axis=(1, 2, 3)) | kernels.use.any(axis=(1, 2, 3))
    settled = ~network.waiting.waits
    settled[kernels.point_of[busy]] = False
    return settled


def _mix(people: Floats, otherwise: Floats | None) -> Floats:
    """Return shares over axis 1 (group), even or as `otherwise` where there is nobody."""
    total = people.sum(axis=1, keepdims=True)
    shares = np.full_like(people, 1.0 / people.shape[1]) if otherwise is None else otherwise.copy()
    return np.asarray(np.divide(people, total, out=shares, where=total > FEW))
