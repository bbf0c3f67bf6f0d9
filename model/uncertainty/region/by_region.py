"""Starts and use of resources by region and month in every draw, from responses to one arrival."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import irfft, next_fast_len, rfft

from hepaplan.model.arrays import Floats
from hepaplan.model.flows.superposition import superposed
from hepaplan.model.uncertainty.region.frame import Frame
from hepaplan.model.uncertainty.region.option_draws import OptionDraws

NEW, WAITING = 0, 1
"""Places of the responses: to one new patient a group, and to those waiting on day one."""
SHORT = 8
"""Months of use up to which it is added month by month, not by Fourier transform."""

Singles = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Responses:
    """What follows an arrival, by months since, in every draw of a block.

    `arrivals` (draw, group, place, point, month), places NEW and WAITING; `output` (draw, group,
    place, treatment and then resource, month): starts, and units taken.
    """

    arrivals: Floats
    output: Floats


def responses(frame: Frame, options: OptionDraws, eligibility: Floats) -> Responses:
    """Return responses; `eligibility` (point, group, draw) is where new patients go."""
    points, groups, count = eligibility.shape
    months = frame.months
    inflow = np.zeros((count, groups, points, 2, months))
    inflow[..., NEW, 0] = eligibility.T
    inflow[..., WAITING, 0] = frame.backlog.T
    came = superposed(options.moves, inflow.reshape(-1, points, 2, months))
    arrivals = came.reshape(count, groups, points, 2, months).transpose(0, 1, 3, 2, 4)
    arrivals = np.ascontiguousarray(arrivals)
    point_of = frame.usual.kernels.point_of
    at_point = np.eye(points)[point_of]
    treats = np.einsum("yk,gkd,kc->dgyc", frame.groups_of, options.share, at_point, optimize=True)
    starts = treats[:, :, None] @ arrivals
    return Responses(arrivals, np.concatenate((starts, _taken(frame, options, arrivals)), axis=3))


def _taken(frame: Frame, options: OptionDraws, arrivals: Floats) -> Floats:
    """Return units taken (draw, group, place, resource, month) after an arrival."""
    count, groups, places, points, months = arrivals.shape
    resources = len(frame.scenario.settings.resource)
    taken = np.zeros((count, groups, places, resources, months))
    point_of = frame.usual.kernels.point_of
    by_month = np.zeros((SHORT, count, groups, resources, points))
    long = [use for use in options.uses if len(use.taken) > SHORT]
    for use in options.uses:
        share, c = options.share[use.group, use.option], point_of[use.option]
        for month, amount in enumerate(use.taken if len(use.taken) <= SHORT else ()):
            by_month[month, :, use.group, use.resource, c] += share * amount
    for month, weight in enumerate(by_month[: max(months, 1)]):
        if weight.any():
            taken[..., month:] += weight[:, :, None] @ arrivals[..., : months - month]
    length = next_fast_len(2 * months - 1, real=True)
    for g in {use.group for use in long}:
        used = [use for use in long if use.group == g]
        came = {
            int(c): rfft(arrivals[:, g, :, c], length) for c in point_of[[u.option for u in used]]
        }
        for r in {use.resource for use in used}:
            total = sum(
                (options.share[g, use.option][:, None] * rfft(use.taken.T, length))[:, None]
                * came[int(point_of[use.option])]
                for use in used
                if use.resource == r
            )
            taken[:, g, :, r] += irfft(total, length)[..., :months]
    return taken


def in_window(frame: Frame, found: Responses, people: Floats) -> Floats:
    """Return starts and use of the whole region (output, month, draw) in the window.

    `people` (draw, group, month) are new patients of the burn-in and the window.
    """
    window = frame.window
    came = _by_lag(people, window)
    output = found.output[:, :, NEW, :, ::-1].transpose(0, 2, 1, 3)
    count, outputs = output.shape[:2]
    after = output.reshape(count, outputs, -1) @ came.reshape(count, -1, window)
    waiting = found.output[:, :, WAITING, :, :window].sum(axis=1)
    return np.asarray((after + waiting).transpose(1, 2, 0))


def by_region(frame: Frame, found: Responses, people: Floats, mix: Floats, into: Singles) -> None:
    """Write starts and use by region into (region, output, month, draw), single precision.

    `people` (draw, group, region, month); `mix` (draw, group, region): whose day one's people are.
    """
    window = frame.window
    count, regions = people.shape[0], people.shape[2]
    reversed_ = found.output[:, :, NEW, :, ::-1].transpose(0, 2, 1, 3)
    output = np.ascontiguousarray(reversed_, dtype=np.float32).reshape(*reversed_.shape[:2], -1)
    waiting = found.output[:, :, WAITING, :, :window].astype(np.float32)
    share = mix.astype(np.float32).transpose(0, 2, 1)
    block = np.empty((count, regions, output.shape[1], window), dtype=np.float32)
    for d, new in enumerate(people.astype(np.float32)):
        came = _by_lag(new, window).transpose(0, 2, 1, 3)
        after = output[d] @ np.ascontiguousarray(came).reshape(-1, regions * window)
        block[d] = after.reshape(-1, regions, window).transpose(1, 0, 2)
        block[d] += np.tensordot(share[d], waiting[d], axes=1)
    into[:] = block.transpose(1, 2, 3, 0)


def _by_lag(people: npt.NDArray[np.floating], window: int) -> npt.NDArray[np.floating]:
    """Return people (…, lag, window month) from (…, month), the longest lag first.

    Those who came a lag before each month of the window, 0 before the first month there is.
    """
    padded = np.concatenate((np.zeros_like(people[..., : window - 1]), people), axis=-1)
    return sliding_window_view(padded, window, axis=-1)


def arrivals_in_window(frame: Frame, found: Responses, people: Floats) -> Floats:
    """Return who comes to each point in the window (draw, group, point), nothing scarce."""
    came = _by_lag(people, frame.window).sum(axis=-1)[..., ::-1]
    new = np.einsum("dgct,dgt->dgc", found.arrivals[:, :, NEW], came)
    return np.asarray(new + found.arrivals[:, :, WAITING, :, : frame.window].sum(axis=-1))
