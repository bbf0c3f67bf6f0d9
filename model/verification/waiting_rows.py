"""Rows on waiting lists (section G of the list)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from hepaplan.model.policies import first_come
from hepaplan.model.quantities import DAYS_PER_MONTH
from hepaplan.model.queueing import list_planning
from hepaplan.model.readings import FIRST_COME
from hepaplan.model.tables.money_tables import share_within_standard
from hepaplan.model.verification.changed_supply import (
    plentiful,
    supply_times,
    with_nobody_on_day_one,
)
from hepaplan.model.verification.gaps import EXACT, largest_gap
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, judged, not_applicable, within

LESS = 0.9
WAITING_OF_THE_CODE = ("G4",)
"""The capacity that keeps a target for given variation: a formula that no report uses."""
NOBODY_WAITS = "nobody waits for anything in this pathway"


def _by_hand(subject: Subject) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the planning figures of first come as told and, in the same order, by plain sums.

    A week's demand and starts of the last year, the list at the window's end, the standard in
    weeks, and weeks waited by those on the list.
    """
    there, window = subject.capacity, subject.scenario.settings.window.months
    network, done = there.network, there.replays[FIRST_COME]
    told = list_planning(network, done, window)
    first = max(0, window - 12)
    weeks = (window - first) * DAYS_PER_MONTH / 7.0
    rows = []
    for record in told.to_dict("records"):
        site = network.sites.index(record["site"])
        point = network.kernels.points.index(record["decision_point"])
        came = started = queue = waited = 0.0
        for listed, place in enumerate(network.kernels.point_of):
            if place != point:
                continue
            came += float(done.at_site[listed, :, site, first:window].sum())
            for pair in np.flatnonzero(network.pair_list == listed):
                started += float(done.starts[pair, :, site, :, first:window].sum())
            for months, people in enumerate(done.left[listed, :, site, :, window - 1].sum(axis=0)):
                queue += float(people)
                waited += float(people) * months * DAYS_PER_MONTH / 7.0
        target = float(network.waiting.standard_days[point]) / 7.0
        rows.append((came / weeks, started / weeks, queue, target, waited))
    columns = ["demand", "started", "queue", "target", "waited"]
    return told, pd.DataFrame(rows, columns=columns)


Formula = Callable[[pd.DataFrame], pd.Series]


def _as_told(column: str, unit: str, formula: Formula) -> Callable[[Subject], Finding]:
    """Return the judge of one planning figure: as told, against its formula on plain sums."""

    def judge(subject: Subject) -> Finding:
        told, plain = _by_hand(subject)
        if told.empty:
            return not_applicable(NOBODY_WAITS)
        found, expected = told[column].to_numpy(dtype=float), formula(plain).to_numpy(dtype=float)
        there = ~np.isnan(expected)
        same = np.array_equal(there, ~np.isnan(found))
        gap = largest_gap(found[there], expected[there]) if same else np.inf
        largest = float(expected[there].max(initial=0.0))
        what = f"{len(told)} lists, largest {largest:.4g} {unit}; largest difference, relative"
        return within(gap, EXACT, what)

    judge.__doc__ = f"Judge that {column} is its formula on plain sums of what first come does."
    return judge


def _load(plain: pd.DataFrame) -> pd.Series:
    return plain["demand"] / plain["started"].where(plain["started"] > 0.0)


def _target_queue(plain: pd.DataFrame) -> pd.Series:
    return plain["demand"] * plain["target"] / 4.0


def _relief(plain: pd.DataFrame) -> pd.Series:
    wanted = _target_queue(plain)
    return plain["demand"] + (plain["queue"] - wanted).clip(lower=0.0) / 26.0


def _pressure(plain: pd.DataFrame) -> pd.Series:
    queue = plain["queue"]
    mean = (plain["waited"] / queue.where(queue > 0.0)).fillna(0.0)
    return 2.0 * mean / plain["target"]


def less_within_the_standard(subject: Subject) -> Finding:
    """Judge that less capacity never means more started in time, and plenty means all."""
    usual, network = subject.usual, subject.capacity.planned_in
    if not network.waiting.waits.any():
        return not_applicable(NOBODY_WAITS)
    now = share_within_standard(usual, network, subject.capacity.first_come_there)
    fewer = first_come(supply_times(network, LESS))
    less = share_within_standard(usual, network, fewer)
    plenty = with_nobody_on_day_one(plentiful(network))
    everybody = share_within_standard(usual, plenty, first_come(plenty))
    found = f"started within the standard: {now:.4%} as it is, {less:.4%} with {LESS:.0%} of the"
    found += f" capacity, {everybody:.4%} with capacity for everybody and empty lists on day one"
    return judged(less <= now + EXACT and abs(everybody - 1.0) <= EXACT, found)


def littles_law(subject: Subject) -> Finding:
    """Judge that the mean list is people through it a month times their mean months on it.

    In first come's replay, edges counted: of those there on day one the months since, of those
    there at the end the months until then. So it holds exactly, in a growing list too.
    """
    network, done = subject.capacity.planned_in, subject.capacity.first_come_there
    waits = network.waiting.waits[network.kernels.point_of]
    if not waits.any():
        return not_applicable(NOBODY_WAITS)
    horizon, longest = network.horizon, done.left.shape[3]
    on_list, through, months_spent = 0.0, 0.0, 0.0
    waited, at = np.arange(longest)[:, None], np.arange(horizon)
    before, including = np.minimum(waited, at), np.minimum(waited, at) + 1
    for listed in np.flatnonzero(waits):
        stay = network.waiting.stay[network.kernels.point_of[listed]][:, None, None]
        left = done.left[listed].sum(axis=1)
        ends = left * (1.0 - stay)
        ends[..., -1] = left[..., -1]
        starts = done.starts[network.pair_list == listed].sum(axis=(0, 2))
        on_list += float(left.sum())
        through += float(starts.sum() + ends.sum())
        months_spent += float((starts * before).sum() + (ends * including).sum())
    if through == 0.0:
        return not_applicable("nobody comes to any list")
    mean_list, mean_wait = on_list / horizon, months_spent / through
    gap = abs(mean_list - through / horizon * mean_wait) / max(mean_list, 1e-300)
    what = f"mean list {mean_list:.4g} people, {through / horizon:.4g} people a month through it,"
    what += f" {mean_wait:.4g} months each (edges of the window counted); difference, relative"
    return within(gap if mean_list > 0.0 else months_spent, EXACT, what)


WAITING_ROWS = (
    Row("G1", "none", "load = demand over starts", _as_told("load", "(load)", _load)),
    Row(
        "G2",
        "none",
        "target queue = demand a week x standard / 4",
        _as_told("target_waiting", "people", _target_queue),
    ),
    Row(
        "G3",
        "none",
        "relief = demand + (queue - target queue) / 26 weeks",
        _as_told("relief_per_week", "starts a week", _relief),
    ),
    Row(
        "G5",
        "none",
        "pressure = 2 x mean wait / standard",
        _as_told("pressure", "(pressure)", _pressure),
    ),
    Row(
        "G6",
        f"{LESS:.0%} of the capacity; capacity for everybody",
        "share within the standard not higher; 1",
        less_within_the_standard,
    ),
    Row("G7", "none", "mean list = people a month x mean wait", littles_law),
)
