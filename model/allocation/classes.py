"""The patient classes of the programme: all groups pooled in usual proportion, or each its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.network import Network
from hepaplan.model.replay import Replay


@dataclass(frozen=True)
class Classes:
    """Who the programme's people are, as groups in a class.

    `on_list` (list, class, group, site, month) and `overall` (list, class, group, month): the
    group mix of a class who start, summing to 1 over groups. `at_point` (point, class, group,
    month) and `arriving` (list, class, group, month): of those who come, without those who waited
    on day one. With one pooled class the mix is that of reading 1, so nobody can be
    passed over for age, and reading 1's flows still fit every row exactly; with a class for each
    group the mix is that group alone. `settled` (point): nobody waits there, nothing scarce is
    used and nothing follows, so arrivals are worth their value at once.
    """

    on_list: Floats
    overall: Floats
    at_point: Floats
    arriving: Floats
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


def patient_classes(network: Network, usual: Replay, pooled: bool) -> Classes:
    """Return one pooled class in the proportions of reading 1, or one class for each group."""
    kernels = network.kernels
    groups, months = len(kernels.groups), network.horizon
    listed = usual.starts[: len(kernels.options)].sum(axis=3)
    if pooled:
        coming = kernels.usual_share[:, :, None] * usual.arrivals[kernels.point_of]
        on_list, overall, at_point, arriving = (
            _mix(people)[:, None] for people in (listed, listed.sum(axis=2), usual.arrivals, coming)
        )
    else:
        alone = np.eye(groups)[None, :, :, None]
        overall = np.broadcast_to(alone, (len(kernels.options), groups, groups, months))
        arriving = overall
        at_point = np.broadcast_to(alone, (len(kernels.points), groups, groups, months))
        shape = (len(kernels.options), groups, groups, len(network.sites), months)
        on_list = np.broadcast_to(alone[:, :, :, None], shape)
    return Classes(on_list, overall, at_point, arriving, settled_points(network), pooled)


def settled_points(network: Network) -> Flags:
    """Return the points (point,) where nobody waits, nothing scarce is used, nothing follows."""
    kernels = network.kernels
    busy = kernels.arrive.any(axis=(1, 2, 3)) | kernels.use.any(axis=(1, 2, 3))
    settled = ~network.waiting.waits
    settled[kernels.point_of[busy]] = False
    return settled


def _mix(people: Floats) -> Floats:
    """Return shares over axis 1 (group), even where there is nobody."""
    total = people.sum(axis=1, keepdims=True)
    even = np.full_like(people, 1.0 / people.shape[1])
    return np.asarray(np.divide(people, total, out=even, where=total > 0))
