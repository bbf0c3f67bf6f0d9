"""Tables that policies fill: demand, starts, waiting, resources, treatments and lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.population import regions
from hepaplan.model.queueing import list_planning
from hepaplan.model.readings import NOTHING_SCARCE, Replayed, UsualCare
from hepaplan.model.replay import Replay
from hepaplan.model.tables.access import access_table
from hepaplan.model.tables.money_tables import budget_impact, cost_table, outcomes
from hepaplan.model.tables.tidy import add_up, concat, tidy, years_of

FULL = 0.999
Maker = Callable[[UsualCare, Replayed, Replay], pd.DataFrame]


def all_tables(usual: UsualCare, capacity: Replayed) -> dict[str, pd.DataFrame]:
    """Return the tables of both readings, by name."""

    def each(make: Maker, scarce: bool) -> pd.DataFrame:
        return by_policy(usual, capacity, make, scarce)

    resources = each(resource_table, scarce=True)
    treatments = each(treatment_table, scarce=False)
    costs = each(cost_table, scarce=False)
    return {
        "demand": demand(usual),
        "starts": each(start_table, scarce=True),
        "waiting": each(waiting_table, scarce=True),
        "resources": resources,
        "requirements": requirements(usual, capacity),
        "treatments": treatments[["year", "treatment", "policy", "starts"]],
        "lists": each(list_table, scarce=True),
        "access": each(access_table, scarce=True),
        "list_planning": each(_list_planning, scarce=True),
        "costs": costs,
        "budget_impact": budget_impact(costs),
        "bottlenecks": bottlenecks(resources),
        "outcomes": outcomes(usual, capacity),
    }


def by_policy(
    usual: UsualCare, capacity: Replayed, make: Maker, scarce: bool = False
) -> pd.DataFrame:
    """Return a table of every policy, or of those where capacity is scarce, under each other."""
    made = {
        policy: make(usual, capacity, done)
        for policy, done in capacity.replays.items()
        if not (scarce and policy == NOTHING_SCARCE)
    }
    return concat(made, "policy")


def demand(usual: UsualCare) -> pd.DataFrame:
    """Return starts by month and region when nothing is scarce."""
    window = usual.scenario.settings.window.months
    starts = usual.flow.starts[..., usual.before : usual.before + window]
    table = tidy(
        np.moveaxis(starts, -1, 0),
        "starts",
        sparse=True,
        month=usual.window_labels,
        option=_options(usual),
        region=regions(usual.scenario),
        group=usual.kernels.groups,
    )
    table = _name_options(usual, table)
    return table[["month", "region", "group", "decision_point", "treatment", "option", "starts"]]


def start_table(usual: UsualCare, capacity: Replayed, done: Replay) -> pd.DataFrame:
    """Return starts by the option started and the months waited for it."""
    starts = np.zeros((len(usual.kernels.options), *done.starts.shape[1:]))
    np.add.at(starts, capacity.network.pair_option, done.starts)
    table = _name_options(usual, _by_wait(usual, capacity, starts, "starts"))
    first = ["month", "site", "group", "decision_point", "treatment", "option"]
    return table[[*first, "months_waited", "starts"]]


def waiting_table(usual: UsualCare, capacity: Replayed, done: Replay) -> pd.DataFrame:
    """Return people left on the lists at each month's end, by months waited."""
    left, points = add_up(done.left, _point_names(usual), axis=0)
    table = _by_wait(usual, capacity, left, "waiting", points)
    table = table.rename(columns={"option": "decision_point"})
    return table[["month", "site", "group", "decision_point", "months_waited", "waiting"]]


def resource_table(usual: UsualCare, capacity: Replayed, done: Replay) -> pd.DataFrame:
    """Return use and capacity by month, site and resource where the site has any of it.

    Capacity is with what the plan bought or built.
    """
    window, real = usual.scenario.settings.window.months, capacity.network.reported
    has, taken = done.capacity[:real], done.use[:real]
    table = tidy(
        _month_site_resource(taken[..., :window]),
        "used",
        month=usual.window_labels,
        site=capacity.network.sites,
        resource=usual.kernels.resources,
    )
    table["capacity"] = _month_site_resource(has[..., :window]).ravel()
    units = {name: r.unit for name, r in usual.scenario.settings.resource.items()}
    table.insert(3, "unit", table["resource"].map(units))
    held = has.sum(axis=2).T > 0
    needed = taken.sum(axis=2).T > 0
    keep = np.broadcast_to(held | needed, (window, *held.shape)).ravel()
    return table[keep].reset_index(drop=True)


def requirements(usual: UsualCare, capacity: Replayed) -> pd.DataFrame:
    """Return what all sites together would need if nothing were scarce, against what they have."""
    window = usual.scenario.settings.window.months
    real = capacity.network.reported
    need = capacity.replays[NOTHING_SCARCE].use[:real, :, :window].sum(axis=1).T
    table = tidy(need, "required", month=usual.window_labels, resource=usual.kernels.resources)
    table["capacity"] = capacity.network.capacity[:real, :, :window].sum(axis=1).T.ravel()
    units = {name: r.unit for name, r in usual.scenario.settings.resource.items()}
    table.insert(2, "unit", table["resource"].map(units))
    return table


def treatment_table(usual: UsualCare, capacity: Replayed, done: Replay) -> pd.DataFrame:
    """Return starts by year and treatment."""
    window = usual.scenario.settings.window.months
    by_pair = done.starts[..., :window].sum(axis=(1, 2, 3))
    names = usual.treatments
    treatment_of = [names[option] for option in capacity.network.pair_option]
    starts, kept = add_up(by_pair, treatment_of, axis=0)
    starts, years = add_up(starts, years_of(usual.window_labels), axis=1)
    return tidy(starts.T, "starts", year=years, treatment=kept)


def list_table(usual: UsualCare, capacity: Replayed, done: Replay) -> pd.DataFrame:
    """Return people waiting and those beyond the standard, by month and decision point."""
    window = usual.scenario.settings.window.months
    left, points = add_up(done.left[..., :window].sum(axis=(1, 2)), _point_names(usual), axis=0)
    beyond = beyond_standard(usual, done)[..., :window].sum(axis=(1, 2))
    over, _ = add_up(beyond, _point_names(usual), axis=0)
    waits = capacity.network.waiting.waits
    keep = [place for place, name in enumerate(points) if waits[usual.kernels.points.index(name)]]
    kept = [points[place] for place in keep]
    waiting = left.sum(axis=1)[keep].T
    table = tidy(waiting, "waiting", month=usual.window_labels, decision_point=kept)
    table["beyond_standard"] = over[keep].T.ravel()
    return table


def _list_planning(usual: UsualCare, capacity: Replayed, done: Replay) -> pd.DataFrame:
    return list_planning(capacity.network, done, usual.scenario.settings.window.months)


def beyond_standard(usual: UsualCare, done: Replay) -> Floats:
    """Return people left who have waited longer than the standard (list, group, site, month)."""
    standard = usual.waiting.standard_months[usual.kernels.point_of]
    return np.stack([done.left[k, :, :, months:].sum(axis=2) for k, months in enumerate(standard)])


def bottlenecks(resources: pd.DataFrame) -> pd.DataFrame:
    """Return how often each site's resource is full, fullest first."""
    table = resources[resources["capacity"] > 0].copy()
    table["utilisation"] = table["used"] / table["capacity"]
    table["full"] = table["utilisation"] >= FULL
    table["full_month"] = table["month"].where(table["full"])
    grouped = table.groupby(["policy", "site", "resource"], sort=False)
    found = grouped.agg(
        months_full=("full", "sum"),
        mean_utilisation=("utilisation", "mean"),
        first_month_full=("full_month", "min"),
    ).reset_index()
    order = ["policy", "months_full", "mean_utilisation"]
    return found.sort_values(order, ascending=[True, False, False]).reset_index(drop=True)


def _by_wait(
    usual: UsualCare,
    capacity: Replayed,
    people: Floats,
    column: str,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    window = usual.scenario.settings.window.months
    return tidy(
        np.moveaxis(people[..., :window], -1, 0),
        column,
        sparse=True,
        month=usual.window_labels,
        option=_options(usual) if names is None else names,
        group=usual.kernels.groups,
        site=capacity.network.sites,
        months_waited=range(people.shape[3]),
    )


def _month_site_resource(values: Floats) -> Floats:
    return values.transpose(2, 1, 0)


def _point_names(usual: UsualCare) -> list[str]:
    return [point for point, _ in usual.kernels.options]


def _options(usual: UsualCare) -> list[str]:
    return [str(k) for k in range(len(usual.kernels.options))]


def _name_options(usual: UsualCare, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose option numbers have become decision point, treatment and option."""
    number = table["option"].astype(int)
    named = table.assign(
        decision_point=number.map(dict(enumerate(_point_names(usual)))),
        treatment=number.map(dict(enumerate(usual.treatments))),
    )
    named["option"] = number.map(dict(enumerate(o for _, o in usual.kernels.options)))
    return named
