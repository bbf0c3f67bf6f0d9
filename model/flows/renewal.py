"""Reading 1: patients on their own clocks, through any pathway, when nothing is scarce."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.flows.open_population import renewed
from hepaplan.model.kernels import Kernels


@dataclass(frozen=True)
class Flow:
    """Arrivals (point, region, group, month) and starts (option, region, group, month), people."""

    arrivals: Floats
    starts: Floats


def usual_flow(kernels: Kernels, entries: Floats) -> Flow:
    """Return arrivals and starts when everyone starts the usual option on arrival.

    `entries` (point, region, group, month) are people who come from outside; what starts bring
    later, recurrence and progression, is added by the renewal recursion of a semi-Markov process
    (Howard, Dynamic Probabilistic Systems II, Wiley 1971).
    """
    kernel = usual_kernel(kernels, entries.shape[-1])
    arrivals = renewed(kernel, entries.transpose(2, 0, 1, 3)).transpose(1, 2, 0, 3)
    starts = kernels.usual_share[:, None, :, None] * arrivals[kernels.point_of]
    return Flow(np.ascontiguousarray(arrivals), starts)


def usual_kernel(kernels: Kernels, months: int) -> Floats:
    """Return the chance of moving between points (group, from, to, lag), in fewer than `months`.

    The options of a point count by their usual shares.
    """
    points = len(kernels.points)
    kernel = np.zeros((points, len(kernels.groups), points, min(months, kernels.months + 1)))
    fate = kernels.arrive[..., :months]
    np.add.at(kernel, kernels.point_of, kernels.usual_share[:, :, None, None] * fate)
    return np.asarray(kernel.swapaxes(0, 1))


def follow_on(kernels: Kernels, starts: Floats, first: int, stop: int) -> Floats:
    """Return arrivals (point, region, group, month since start) in [first, stop) after starts.

    `starts` has the axes (option, region, group).
    """
    fate = kernels.arrive[..., first:stop].transpose(1, 2, 3, 0)
    groups, points, months, options = fate.shape
    came = fate.reshape(groups, points * months, options) @ starts.transpose(2, 0, 1)
    return np.asarray(came.reshape(groups, points, months, starts.shape[1]).transpose(1, 3, 0, 2))


def carried_in(kernels: Kernels, starts: Floats, months: int) -> Floats:
    """Return arrivals (point, region, group, month) of the next `months` after earlier starts.

    `starts` (option, region, group, month) end with the month before the first one returned.
    """
    past = starts.shape[-1]
    arrivals = np.zeros((len(kernels.points), *starts.shape[1:-1], months))
    for month in range(past):
        ago = past - month
        stop = min(ago + months, kernels.months + 1)
        if ago < stop:
            arrivals[..., : stop - ago] += follow_on(kernels, starts[..., month], ago, stop)
    return arrivals


def overall_survival(kernels: Kernels, months: int) -> tuple[Floats, Floats]:
    """Return the share alive by month, usual care throughout: by point and by option started.

    Shapes (point, group, months + 1) and (option, group, months + 1). Survival emerges from the
    kernels: alive in the option's own course, or alive somewhere after it.
    """
    by_option = np.array(kernels.alive[:, :, : months + 1])
    by_point = np.zeros((len(kernels.points), len(kernels.groups), months + 1))
    membership = np.eye(len(kernels.points))[:, kernels.point_of]
    for month in range(months + 1):
        later = by_point[:, :, :month][:, :, ::-1].transpose(1, 0, 2)
        came = kernels.arrive[:, :, :, 1 : month + 1]
        by_option[:, :, month] += np.einsum("kgcd,gcd->kg", came, later)
        by_point[:, :, month] = membership @ (kernels.usual_share * by_option[:, :, month])
    return by_point, by_option
