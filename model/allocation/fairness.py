"""Rules of fairness between people and of steady work from month to month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, vstack

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.rows import Programme, Rows, assemble
from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network

NOBODY = 1e-9


def group_origin(network: Network) -> Floats:
    """Return each group's share of a group (list, group, site, group): all of its own."""
    shape = (*network.referral.shape, len(network.kernels.groups))
    return np.array(np.broadcast_to(np.eye(shape[1])[None, :, None, :], shape))


def months_in_time(network: Network, classes: Classes, at: Columns, point: Floats) -> Flags:
    """Return where some who start are within the standard (list, class, site, month).

    At a point of the programme: where more start than were beyond the standard a month ago. Whose
    starts may count in `equity` is settled so; a better point has better months.
    """
    padded = np.append(point, 0.0)
    starts = np.zeros((len(network.kernels.options), *at.starts.shape[1:]))
    np.add.at(starts, network.pair_list, padded[at.starts])
    before = np.zeros_like(starts)
    stay = classes.of_lists(network.waiting.stay[network.kernels.point_of])[:, :, None]
    before[..., 1:] = (stay * padded[at.over])[..., :-1]
    before[..., 0] = _late_on_day_one(network, classes)
    return np.asarray(starts > before)


def equity(
    network: Network,
    classes: Classes,
    at: Columns,
    floor: float,
    origin: Floats,
    months: int,
    in_time: Flags,
) -> Rows:
    """Keep the share started within the standard, of all whose wait ended or broke it, at a floor.

    One row for each region or group; `origin` (list, group, site, region or group): whose those
    on a list at a site are. Over the first `months`. `in_time` (list, class, site, month): where
    starts count, less all who were beyond the standard a month ago; elsewhere none is in time.
    Never more than really are, whatever is in time; exact where that is `months_in_time`.
    """
    point, last = network.kernels.point_of, months - 1
    whose = np.einsum("lqght,lghe->lqhte", classes.on_list[..., :months], origin)
    whose *= network.waiting.waits[point][:, None, None, None, None]
    stay = classes.of_lists(network.waiting.stay[point])[:, :, None, :last, None]
    timely = whose * in_time[..., :months, None]
    late = _late_on_day_one(network, classes)[..., None] * timely[..., 0, :]
    rows = Rows.at_most("equity", -late.sum(axis=(0, 1, 2)))
    number = np.arange(origin.shape[-1])
    starts = (floor * whose - timely)[network.pair_list]
    rows.add(number, at.starts[..., :months, None], starts)
    rows.add(number, at.over[..., :last, None], stay * timely[..., 1:, :])
    rows.add(number, at.over[..., last, None], floor * whose[..., last, :])
    rows.add(number, at.left[..., :last, None], floor * (1.0 - stay) * whose[..., :last, :])
    return rows


def largest_change(
    network: Network,
    classes: Classes,
    at: Columns,
    share: float,
    treatment_of: Sequence[str],
    usual: Replay,
) -> Rows:
    """Keep a site's starts of a treatment from changing too much from one month to the next.

    By at most a share of the monthly starts that reading 1, `usual`, has there on average, where
    people wait. `treatment_of` (option,) names what each option counts as.
    """
    names = tuple(dict.fromkeys(treatment_of))
    kind = np.array([names.index(treatment_of[option]) for option in network.pair_option])
    mean = np.zeros((len(names), len(network.sites)))
    np.add.at(mean, kind, usual.starts.sum(axis=(1, 3)).mean(axis=-1))
    shape = (2, *mean.shape, network.horizon - 1)
    rows = Rows.at_most("largest_change", np.broadcast_to(share * mean[..., None], shape))
    number = np.arange(np.prod(shape), dtype=np.int64).reshape(shape)
    pairs = np.flatnonzero(network.waiting.waits[network.kernels.point_of[network.pair_list]])
    for sign, block in zip((1.0, -1.0), number, strict=True):
        where = block[kind[pairs]][:, None]
        rows.add(where, at.starts[pairs][..., 1:], sign)
        rows.add(where, at.starts[pairs][..., :-1], -sign)
    return rows


def started_in_time(
    network: Network, classes: Classes, at: Columns, origin: Floats, months: int, point: Floats
) -> Floats:
    """Return the share started within the standard at a point (region or group,); 1 of nobody."""
    in_time = months_in_time(network, classes, at, point)
    ends = (equity(network, classes, at, floor, origin, months, in_time) for floor in (0.0, 1.0))
    outside, whole = (_sums(rows, point) - rows.upper for rows in ends)
    whole -= outside
    return np.divide(-outside, whole, out=np.ones_like(whole), where=whole > NOBODY)


def with_rows(programme: Programme, added: Rows) -> Programme:
    """Return a programme with one more rule."""
    more, first = assemble([added], programme.most.size), programme.lower.size
    return replace(
        programme,
        matrix=csr_array(vstack([programme.matrix, more.matrix], format="csr")),
        lower=np.append(programme.lower, more.lower),
        upper=np.append(programme.upper, more.upper),
        blocks=(*programme.blocks, (added.name, first, first + more.lower.size)),
        kept=np.append(programme.kept, more.kept),
    )


def _sums(rows: Rows, point: Floats) -> Floats:
    """Return each row's sum at a point."""
    total = np.zeros(rows.upper.size)
    for row, column, value in zip(rows.row, rows.column, rows.value, strict=True):
        np.add.at(total, row, value * point[column])
    return total


def _late_on_day_one(network: Network, classes: Classes) -> Floats:
    """Return people beyond the standard as the window opens (list, class, site)."""
    standard = network.waiting.standard_months[network.kernels.point_of]
    late = np.arange(network.backlog.shape[-1]) > standard[:, None, None, None]
    return classes.gathered((network.backlog * late).sum(axis=-1))
