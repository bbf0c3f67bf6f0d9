"""Figures of a replayed plan that the workbook's sheets of the plan give too."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.readings import UsualCare
from hepaplan.model.replay import Replay, deaths_waiting
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.plan_tables import beyond_standard
from hepaplan.model.tables.tidy import add_up, years_of
from hepaplan.model.ties.tie import Tie, tie_name, ties_of

STARTS, WAITING, USE, SPENDING = "Lists", "Waiting live", "Use live", "Spending live"


def last_months(usual: UsualCare) -> list[int]:
    """Return the places of the window's last month of each calendar year."""
    years = years_of(usual.window_labels)
    return [t for t, year in enumerate(years) if t + 1 == len(years) or years[t + 1] != year]


def plan_ties(usual: UsualCare, network: Network, done: Replay) -> dict[str, Tie]:
    """Return the window's figures of a replay by name.

    Starts by treatment and year; people waiting and those beyond the standard by decision point at
    the end of each year, their person-months in the window; deaths and moves; use of each site's
    resources by starts of the window, and its cost, with that of care while waiting, by year.
    """
    return ties_of(
        [
            *_starts(usual, network, done),
            *_waiting(usual, network, done),
            *_use(usual, network, done),
            *_spending(usual, network, done),
        ]
    )


def _starts(usual: UsualCare, network: Network, done: Replay) -> Iterator[tuple[str, Tie]]:
    by_pair = done.starts[..., : len(usual.window_labels)].sum(axis=(1, 2, 3))
    names = [usual.treatments[option] for option in network.pair_option]
    starts, treatments = add_up(by_pair, names, axis=0)
    starts, years = add_up(starts, years_of(usual.window_labels), axis=1)
    for name, row in zip(treatments, starts, strict=True):
        for year, value in zip(years, row, strict=True):
            what = f"planned starts, {name}, {year}"
            yield tie_name("plan starts", name, year), Tie(STARTS, what, "people", float(value))


def _waiting(usual: UsualCare, network: Network, done: Replay) -> Iterator[tuple[str, Tie]]:
    kernels, months = usual.kernels, len(usual.window_labels)
    names = [point for point, _ in kernels.options]
    left, points = add_up(done.left[..., :months].sum(axis=(1, 2, 3)), names, axis=0)
    beyond, _ = add_up(beyond_standard(usual, done)[..., :months].sum(axis=(1, 2)), names, axis=0)
    waits = [
        c for c, name in enumerate(points) if network.waiting.waits[kernels.points.index(name)]
    ]
    for kind, words, people in (
        ("plan waiting", "people waiting", left),
        ("plan beyond", "people beyond the standard", beyond),
    ):
        value, last = float(people[waits, -1].sum()), usual.window_labels[-1]
        tie = Tie(WAITING, f"{words}, end of {last}", "people", value, is_headline=True)
        yield tie_name(kind, "all"), tie
        for c in waits:
            for t in last_months(usual):
                month = usual.window_labels[t]
                what = f"{words}, {points[c]}, end of {month}"
                tie = Tie(WAITING, what, "people", float(people[c, t]))
                yield tie_name(kind, points[c], month), tie
    deaths = deaths_waiting(done, months)
    yield "plan_deaths", Tie(WAITING, "deaths on the lists", "people", deaths, is_headline=True)
    moved = float(done.moved[..., :months].sum())
    yield "plan_moved", Tie(WAITING, "moved on while waiting", "people", moved, is_headline=True)


def used_by_plan(usual: UsualCare, network: Network, done: Replay) -> Floats:
    """Return use by starts of the window (real resource, site, month)."""
    used = (done.use - network.committed)[: network.reported, :, : len(usual.window_labels)]
    return np.asarray(used)


def has_or_needs(usual: UsualCare, network: Network, done: Replay) -> list[tuple[int, int]]:
    """Return each resource and site where there is capacity or use."""
    some = network.capacity[: network.reported].any(axis=2)
    some |= used_by_plan(usual, network, done).any(axis=2)
    return [(int(r), int(h)) for r, h in np.argwhere(some)]


def _use(usual: UsualCare, network: Network, done: Replay) -> Iterator[tuple[str, Tie]]:
    used = used_by_plan(usual, network, done)
    for r, h in has_or_needs(usual, network, done):
        resource, site = usual.kernels.resources[r], network.sites[h]
        unit = usual.scenario.settings.resource[resource].unit
        what = f"use by starts of the window, {site}, {resource}"
        yield tie_name("plan use", site, resource), Tie(USE, what, unit, float(used[r, h].sum()))


def _spending(usual: UsualCare, network: Network, done: Replay) -> Iterator[tuple[str, Tie]]:
    labels = years_of(usual.window_labels)
    records = usual.scenario.settings.resource.values()
    prices = np.array([record.unit_cost.number for record in records])
    used = used_by_plan(usual, network, done).sum(axis=1)
    spent, years = add_up(prices[:, None] * used, labels, axis=1)
    some = {r for r, _ in has_or_needs(usual, network, done)}
    for r in sorted(some):
        resource = usual.kernels.resources[r]
        for year, value in zip(years, spent[r], strict=True):
            what = f"{resource} used by starts of the window, {year}"
            tie = Tie(SPENDING, what, "GBP", float(value))
            yield tie_name("plan cost", resource, year), tie
    left = done.left[..., : len(labels)].sum(axis=(2, 3))
    cost = usual.waiting.cost[usual.kernels.point_of]
    waiting, _ = add_up(np.einsum("lgt,lg->t", left, cost), labels, axis=0)
    for year, value in zip(years, waiting, strict=True):
        tie = Tie(SPENDING, f"care while waiting, {year}", "GBP", float(value))
        yield tie_name("plan waiting care", year), tie
