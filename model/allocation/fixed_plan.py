"""A plan that is given, put into the programme: its flows there, and the rules it breaks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.read_back import programme_point
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.replay import Plan, Replay
from hepaplan.model.sites.choices_cost import bought_units
from hepaplan.model.sites.network import Network

TOLERANCE = 1e-6
UNITS = {"capacity": "units of the resource", "budgets": "GBP"}
OTHER_AGES = (
    "the ages of those on a list have drifted from reading 1's, whose mix the programme takes"
)
OTHER_RULE = "not kept by this policy"


def first_come_in_programme(
    network: Network, classes: Classes, at: Columns, rows: Programme, done: Replay
) -> pd.DataFrame:
    """Return how far the flows of a policy without a plan break each constraint.

    Columns constraint, rows, rows_broken, largest_violation, unit, in_words. With a class for each
    group the equations hold, and only rules that the policy does not know can be broken. In pooled
    classes they hold as far as the ages on each list are those of reading 1.
    """
    point = programme_point(network, classes, at, done)
    _open_where_used(network, at, point)
    broken = rows.residual(point)
    found = []
    for name, first, stop in rows.blocks:
        here = broken[first:stop]
        number, worst = int((here > TOLERANCE).sum()), float(here.max(initial=0.0))
        words = OTHER_AGES if classes.pooled else OTHER_RULE
        unit = UNITS.get(name, "people")
        found.append((name, stop - first, number, worst, unit, words if number else "kept"))
    columns = ["constraint", "rows", "rows_broken", "largest_violation", "unit", "in_words"]
    return pd.DataFrame(found, columns=columns)


def planned_point(
    network: Network, classes: Classes, at: Columns, rows: Programme, plan: Plan
) -> tuple[Floats, Floats]:
    """Return a plan's flows as a point of the programme, and its starts that find nobody.

    The programme's own equations, month by month: who comes, who is sent where, who starts and who
    is left. What the plan would start beyond those on a list (pair, class, site, month) is left
    out; where nobody waits everybody starts.
    """
    lists = np.arange(len(network.kernels.options))
    planned = classes.gathered(plan.starts)
    shares = np.einsum("lqgt,lght->lqht", classes.arriving, plan.referral)
    point, nobody = np.zeros(at.count), np.zeros(planned.shape)
    blocks = {name: _equations(rows, name) for name in ("arrivals", "referral", "lists")}
    shape = (*at.at_site.shape[:2], network.horizon)
    come, sent = rows.rows_of("arrivals", at.arrivals.shape), rows.rows_of("referral", shape)
    left = rows.rows_of("lists", at.left.shape)
    for month in range(network.horizon):
        _set(point, at.arrivals[..., month], _missing(*blocks["arrivals"], come[..., month], point))
        listed = _missing(*blocks["referral"], sent[..., month], point)
        _set(point, at.at_site[..., month], listed[:, :, None] * shares[..., month])
        here = _missing(*blocks["lists"], left[..., month], point)
        wanted = planned[..., month].copy()
        everybody = at.left[..., month] < 0
        wanted[lists] = np.where(everybody, here, wanted[lists])
        asked = np.zeros_like(here)
        np.add.at(asked, network.pair_list, wanted)
        made = np.minimum(asked, np.maximum(here, 0.0))
        share = np.divide(made, asked, out=np.ones_like(asked), where=asked > 0)
        starts = wanted * share[network.pair_list]
        nobody[..., month] = wanted - starts
        _set(point, at.starts[..., month], starts)
        _set(point, at.begun[..., month], starts.sum(axis=2))
        _set(point, at.left[..., month], here - made)
    late = rows.rows_of("beyond_standard", at.over.shape)
    _set(point, at.over, np.where(late >= 0, rows.residual(point)[late], 0.0))
    _open_where_used(network, at, point)
    _choose(network, at, plan, point)
    return point, nobody


def _open_where_used(network: Network, at: Columns, point: Floats) -> None:
    """Set a service that may close open if anything starts there."""
    for volume in np.flatnonzero(at.open >= 0):
        counted = at.starts.transpose(0, 2, 1, 3)[network.lumps.counts[volume][network.pair_option]]
        point[at.open[volume]] = float((point[counted[counted >= 0]] > TOLERANCE).any())


def _choose(network: Network, at: Columns, plan: Plan, point: Floats) -> None:
    """Set what the plan builds and buys."""
    built = np.zeros(at.built.size) if plan.built is None else plan.built
    point[at.built] = built
    for columns, units in zip(at.bought, bought_units(network, plan), strict=True):
        _set(point, columns, units)


def _equations(rows: Programme, name: str) -> tuple[csr_array, Floats, int]:
    """Return a constraint's coefficients, its right-hand side and its first row."""
    first, stop = next((first, stop) for block, first, stop in rows.blocks if block == name)
    return rows.part(name), rows.upper[first:stop], first


def _missing(matrix: csr_array, right: Floats, first: int, number: Ints, point: Floats) -> Floats:
    """Return what the right-hand side of some rows still lacks at a point; 0 without a row."""
    there = number >= 0
    lacking = np.zeros(number.shape)
    chosen = number[there] - first
    lacking[there] = right[chosen] - matrix[chosen] @ point
    return lacking


def _set(point: Floats, columns: Ints, values: Floats) -> None:
    point[columns[columns >= 0]] = values[columns >= 0]
