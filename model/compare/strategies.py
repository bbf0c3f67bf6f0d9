"""Scenarios and policies as strategies for the region: who is compared with whom, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.compare.side import Side
from hepaplan.model.economics import Compared, Increment, frontier, increment, net_monetary_benefit
from hepaplan.model.problems import listed

COLUMNS = [
    "scenario", "policy", "strategy", "pool", "cost_gbp", "qalys", "net_monetary_benefit_gbp",
    "compared_with", "incremental_cost_gbp", "incremental_qalys",
    "incremental_net_monetary_benefit_gbp", "icer", "in_words", "standing",
    "frontier_cost_gbp", "frontier_qalys", "icer_on_frontier", "frontier_in_words",
]  # fmt: skip
MAY_LACK = ("icer", "frontier_cost_gbp", "frontier_qalys", "icer_on_frontier")
"""Columns without a number where one would mislead."""


@dataclass(frozen=True)
class Strategy:
    """A policy in a scenario, its discounted cost and QALYs; `pool` names whose patients."""

    side: Side
    policy: str
    pool: str
    cost: float
    qalys: float

    @property
    def name(self) -> str:
        """Return scenario and policy, as one phrase."""
        return f"{self.side.name} ({self.policy})"


def pools(sides: Sequence[Side]) -> list[list[Side]]:
    """Return scenarios together that treat the same people; the reference's come first."""
    found: list[list[Side]] = []
    for side in sides:
        for pool in found:
            if side.people.same_as(pool[0].people):
                pool.append(side)
                break
        else:
            found.append([side])
    return found


def strategies(sides: Sequence[Side]) -> pd.DataFrame:
    """Return every scenario and policy that faces real capacity, as strategies for the region.

    Each is compared with the first of the same people, and placed on their frontier: QALYs of
    different numbers of patients are no gain. `icer` is against `compared_with`,
    `icer_on_frontier` against the next cheaper one on the frontier; both are missing where a
    number would mislead, and the words say why.
    """
    worth = sides[0].scenario.settings.economics.willingness_to_pay.number
    rows = []
    for pool in pools(sides):
        members = [_strategy(pool[0], side, policy) for side in pool for policy in side.scarce]
        first = members[0]
        apart = "reference"
        if pool[0] is not sides[0]:
            apart = f"other people than {sides[0].name}: no ratio between them"
        placed = {c.name: c for c in frontier([(m.name, m.cost, m.qalys) for m in members])}
        for member in members:
            place = placed[member.name]
            added = increment((member.cost, member.qalys), (first.cost, first.qalys))
            rows.append(
                (
                    member.side.name, member.policy, member.name, member.pool,
                    member.cost, member.qalys,
                    net_monetary_benefit(member.cost, member.qalys, worth),
                    first.name, added.cost, added.qalys, added.net_benefit(worth), added.icer,
                    apart if member is first else relation_words(added), place.standing,
                    place.incremental_cost, place.incremental_qalys, place.icer,
                    standing_words(place),
                )
            )  # fmt: skip
    order = {side.name: number for number, side in enumerate(sides)}
    rows.sort(key=lambda row: order[str(row[0])])
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(MAY_LACK, float))


def _strategy(first: Side, side: Side, policy: str) -> Strategy:
    """Return a strategy's cost and QALYs.

    Where a scenario's pathway changes who comes back from before the window, what they are worth
    more or less than in the pool's first scenario is taken out: it is no effect on its patients.
    """
    totals, ours, theirs = side.totals[policy], side.people, first.people
    return Strategy(
        side, policy, first.name,
        totals.cost_discounted - (ours.carried_worth.cost - theirs.carried_worth.cost),
        totals.qalys_discounted - (ours.carried_worth.qalys - theirs.carried_worth.qalys),
    )  # fmt: skip


def per_qaly(ratio: float) -> str:
    """Return pounds for a QALY, no finer than is meant: to the hundred, or below 1,000 to ten."""
    return f"£{round(ratio, -2 if abs(ratio) >= 1000 else -1):,.0f} per QALY"


def relation_words(added: Increment) -> str:
    """Return a strategy's place beside the reference, in words that need no sign."""
    if added.icer is not None:
        return f"{per_qaly(added.icer)} gained"
    if added.saving_per_qaly_lost is not None:
        return f"cheaper and worse: saves {per_qaly(added.saving_per_qaly_lost)} lost"
    return {
        "equal": "equal in cost and QALYs: no ratio",
        "dominant": "dominant: no worse in either, so no ratio",
        "dominated": "dominated: no better in either, so no ratio",
    }[added.relation]


def standing_words(place: Compared) -> str:
    """Return a strategy's place on the frontier in words."""
    by = " and ".join(place.beaten_by[:2])
    words = {
        "reference": "cheapest on the frontier: no ratio",
        "on the frontier": f"on the frontier: {per_qaly(place.icer or 0.0)} over the one before",
        "dominated": f"dominated by {by}",
        "extendedly dominated": f"extendedly dominated, between {by}",
    }[place.standing]
    others = [name for name in place.same_as if name != place.name]
    return f"{words}; the same as {listed(others, 3)}" if others else words
