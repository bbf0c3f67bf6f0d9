"""Tables of cost and outcome under each policy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.economics import net_monetary_benefit
from hepaplan.model.readings import FIRST_COME, NOTHING_SCARCE, Replayed, UsualCare
from hepaplan.model.replay import Replay, deaths_waiting
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.tidy import add_up, tidy, years_of

WAITING_LIST = "waiting list"
WITHIN_STANDARD = "started within the standard, of all who came"


def cost_table(usual: UsualCare, capacity: Replayed, done: Replay) -> pd.DataFrame:
    """Return undiscounted cost by calendar year, treatment and category.

    Money is spent in the month care is given: treatment begun before the window goes on costing.
    """
    kernels = usual.kernels
    window = usual.scenario.settings.window.months
    starts = usual.flow.starts[..., : usual.before].sum(axis=1)
    begun = np.zeros((*starts.shape[:2], window))
    by_pair = done.starts[..., :window].sum(axis=(2, 3))
    np.add.at(begun, capacity.network.pair_option, by_pair)
    starts = np.concatenate((starts, begun), axis=-1)
    spent = np.zeros((len(kernels.options), len(kernels.categories), starts.shape[-1]))
    for month in range(starts.shape[-1]):
        ahead = min(starts.shape[-1] - month, kernels.months)
        spent[..., month : month + ahead] += np.einsum(
            "kg,kgyd->kyd", starts[..., month], kernels.cost[..., :ahead]
        )
    spent, treatments = add_up(spent[..., usual.before :], usual.treatments, axis=0)
    yearly, years = add_up(spent, years_of(usual.window_labels), axis=2)
    table = tidy(
        yearly.transpose(2, 0, 1),
        "cost_gbp",
        sparse=True,
        year=years,
        treatment=treatments,
        category=kernels.categories,
    )
    left = done.left[..., :window].sum(axis=(2, 3))
    on_lists = np.einsum("lgt,lg->t", left, usual.waiting.cost[kernels.point_of])
    waiting, _ = add_up(on_lists, years_of(usual.window_labels), axis=0)
    extra = tidy(waiting, "cost_gbp", year=years)
    extra.insert(1, "treatment", WAITING_LIST)
    extra.insert(2, "category", "care while waiting")
    return pd.concat([table, extra[extra["cost_gbp"] > 0]], ignore_index=True)


def budget_impact(costs: pd.DataFrame) -> pd.DataFrame:
    """Return undiscounted spending by calendar year, policy and category against first come.

    `costs` are those of `cost_table` under each policy. A category that a policy does not use in
    a year is there with zero (ISPOR budget impact: Sullivan et al., Value Health 2014;17:5-14,
    10.1016/j.jval.2013.08.2291).
    """
    keys = ["policy", "year", "category"]
    spent = costs.groupby(keys, sort=False)["cost_gbp"].sum()
    whole = pd.MultiIndex.from_product([costs[key].unique() for key in keys], names=keys)
    table = spent.reindex(whole).fillna(0.0).reset_index()
    first = table[table["policy"] == FIRST_COME].set_index(keys[1:])["cost_gbp"]
    at = pd.MultiIndex.from_frame(table[keys[1:]])
    table["against_first_come_gbp"] = table["cost_gbp"] - first.reindex(at).to_numpy()
    return table


def outcomes(usual: UsualCare, capacity: Replayed) -> pd.DataFrame:
    """Return lifetime totals of the window's patients under each policy.

    `low` and `high` stay empty until uncertainty is run: an interval is never made up.
    """
    threshold = usual.scenario.settings.economics.willingness_to_pay.number
    rows = []
    for policy in capacity.replays:
        totals = capacity.totals[policy]
        done = capacity.replays[policy]
        window = usual.scenario.settings.window.months
        benefit = net_monetary_benefit(totals.cost_discounted, totals.qalys_discounted, threshold)
        standard = share_within_standard(usual, capacity.network, done)
        for measure, unit, value in (
            ("starts of treatment", "people", done.starts[..., :window].sum()),
            (WITHIN_STANDARD, "share", standard),
            ("deaths on a waiting list", "people", deaths_waiting(done, window)),
            ("moved on while waiting", "people", done.moved[..., :window].sum()),
            ("life-years", "years", totals.life_years),
            ("QALYs", "QALY", totals.qalys),
            ("QALYs, discounted", "QALY", totals.qalys_discounted),
            ("cost", "GBP", totals.cost),
            ("cost, discounted", "GBP", totals.cost_discounted),
            ("net monetary benefit, discounted", "GBP", benefit),
            ("QALYs lost to waiting, discounted", "QALY",
             capacity.totals[NOTHING_SCARCE].qalys_discounted - totals.qalys_discounted),
        ):  # fmt: skip
            rows.append((policy, measure, unit, float(value), None, None))
    return pd.DataFrame(rows, columns=["policy", "measure", "unit", "value", "low", "high"])


def share_within_standard(usual: UsualCare, network: Network, done: Replay) -> float:
    """Return the share started within the waiting standard, of all whose wait ended or broke it.

    Whoever dies, moves on, or still waits beyond the standard when the window ends counts against
    it. Who moves on to another list is counted once, where they first waited: a new list does not
    begin a new wait. So nobody improves the figure by not being treated.
    """
    inside, whole = waits_ended(usual, network, done)
    return float(inside.sum() / whole.sum()) if whole.sum() > 0 else 1.0


def within_standard_by_point(usual: UsualCare, network: Network, done: Replay) -> dict[str, float]:
    """Return `share_within_standard` of each decision point at which anybody waits."""
    kernels = network.kernels
    inside, whole = waits_ended(usual, network, done)
    shares = {}
    for c, point in enumerate(kernels.points):
        here = kernels.point_of == c
        if usual.waiting.waits[c] and whole[here].sum() > 0:
            shares[point] = float(inside[here].sum() / whole[here].sum())
    return shares


def waits_ended(usual: UsualCare, network: Network, done: Replay) -> tuple[Floats, Floats]:
    """Return who started within the standard, and all whose wait ended or broke it, by list."""
    window = usual.window_in(network)
    point, lists = network.kernels.point_of, len(network.kernels.options)
    standard, waits = usual.waiting.standard_months[point], usual.waiting.waits[point]
    first = first_wait(network, done, window)[point]
    starts = first[network.pair_list] * done.starts[..., :window].sum(axis=2)
    left = first * done.left[..., :window].sum(axis=2)
    leaving = 1.0 - network.waiting.stay[point]
    inside, whole = np.zeros(lists), np.zeros(lists)
    for pair, listed in enumerate(network.pair_list):
        if waits[listed]:
            whole[listed] += starts[pair].sum()
            inside[listed] += starts[pair, :, : standard[listed] + 1].sum()
    whole += np.einsum("lgwt,lg->l", left[..., : window - 1], leaving)
    whole += [left[k, :, standard[k] :, window - 1].sum() for k in range(lists)]
    return inside, whole


def first_wait(network: Network, done: Replay, months: int) -> Floats:
    """Return the share of those on a list who did not move there from another list.

    By (point, group, months waited, month). People of one month's arrivals wait together, so the
    share is that of the month they came in; all of day one's people wait for the first time.
    """
    moved_in = np.zeros_like(done.arrivals)
    moved_in[..., 1:] = done.moved.sum(axis=0)[..., :-1]
    again = np.divide(moved_in, done.arrivals, out=np.zeros_like(moved_in), where=done.arrivals > 0)
    came = np.arange(months) - np.arange(done.left.shape[3])[:, None]
    share = 1.0 - np.clip(again[..., np.maximum(came, 0)], 0.0, 1.0)
    return np.where(came < 0, 1.0, share)
