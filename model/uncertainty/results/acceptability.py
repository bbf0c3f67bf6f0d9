"""Which strategy is best in how many draws, at every value of a QALY, and what a mistake costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.economics import SAME, frontier, increment, preferred
from hepaplan.model.uncertainty.information.evpi import money
from hepaplan.model.uncertainty.strategies import Strategies

HIGHEST, STEP = 60_000.0, 1_000.0
"""Pounds per QALY: well beyond NICE's range from April 2026, 25,000 to 35,000, and finely enough
for a smooth line."""
CURVE_COLUMNS = (
    "threshold_gbp_per_qaly", "strategy", "probability_best", "standard_error",
    "expected_net_benefit_gbp", "expected_loss_gbp", "on_frontier",
)  # fmt: skip


@dataclass(frozen=True)
class Acceptability:
    """Curves over thresholds in pounds per QALY, each (strategy, threshold).

    `probability_best`: share of draws in which a strategy has most net benefit, shared where
    several have; sums to 1 at each threshold. `expected_loss`: pounds lost on average by choosing
    the strategy where another turns out best; the least at a threshold is the value of perfect
    information. `preferred`: whether it has most expected net benefit, several if they are equal.
    """

    names: tuple[str, ...]
    thresholds: Floats
    probability_best: Floats
    standard_error: Floats
    net_benefit: Floats
    expected_loss: Floats
    preferred: Flags

    def table(self) -> pd.DataFrame:
        """Return the curves, a row for each threshold and strategy, as `CURVE_COLUMNS`."""
        shape = (len(self.thresholds), len(self.names))
        return pd.DataFrame(
            {
                "threshold_gbp_per_qaly": np.repeat(self.thresholds, shape[1]),
                "strategy": np.tile(np.array(self.names, dtype=object), shape[0]),
                "probability_best": self.probability_best.T.ravel(),
                "standard_error": self.standard_error.T.ravel(),
                "expected_net_benefit_gbp": self.net_benefit.T.ravel(),
                "expected_loss_gbp": self.expected_loss.T.ravel(),
                "on_frontier": self.preferred.T.ravel(),
            },
            columns=list(CURVE_COLUMNS),
        )


def thresholds(own: float, highest: float = HIGHEST, step: float = STEP) -> Floats:
    """Return thresholds from 0 in equal steps, in pounds per QALY, the scenario's own with them.

    Raises ValueError for a step that is not above 0 or for a negative threshold.
    """
    if step <= 0 or highest < 0 or own < 0:
        raise ValueError(
            f"thresholds from 0 to {highest:g} in steps of {step:g}, with {own:g}: "
            "give a step above 0 and thresholds of 0 or more"
        )
    return np.unique([*np.arange(0.0, highest + step / 2.0, step), own])


def acceptability(strategies: Strategies, at: Floats) -> Acceptability:
    """Return how the strategies compare at each threshold (threshold,) in pounds per QALY.

    Acceptability curves and their frontier: Fenwick, Claxton & Sculpher, Health Economics
    2001;10:779-87, 10.1002/hec.635. Expected loss curves: Alarid-Escudero et al., Value in Health
    2019;22:611-8, 10.1016/j.jval.2019.02.008. Net benefits that differ by less than a billionth
    are equal, as in `economics.preferred`, which also names those on the frontier.
    """
    shape = (len(strategies.names), len(at))
    best, lost, mean = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    error, chosen = np.zeros(shape), np.zeros(shape, dtype=bool)
    points = _means(strategies)
    draws = strategies.cost.shape[1]
    for t, threshold in enumerate(at.tolist()):
        benefit = strategies.net_benefit(threshold)
        behind = benefit.max(axis=0) - benefit
        top = behind <= SAME * np.abs(benefit).max(axis=0)
        share = top / top.sum(axis=0)
        best[:, t] = share.mean(axis=1)
        error[:, t] = share.std(axis=1) / np.sqrt(draws)
        lost[:, t] = behind.mean(axis=1)
        mean[:, t] = benefit.mean(axis=1)
        names = preferred(points, threshold)
        chosen[:, t] = [name in names for name in strategies.names]
    return Acceptability(strategies.names, at, best, error, mean, lost, chosen)


def plane(strategies: Strategies, reference: str) -> pd.DataFrame:
    """Return what each other strategy adds to the reference in each draw.

    Columns: strategy, draw (from 0), incremental_cost_gbp, incremental_qalys. Raises ValueError
    for a reference that is no strategy.
    """
    place = _place(strategies, reference)
    tables = [
        pd.DataFrame(
            {
                "strategy": name,
                "draw": np.arange(strategies.cost.shape[1]),
                "incremental_cost_gbp": strategies.cost[s] - strategies.cost[place],
                "incremental_qalys": strategies.qalys[s] - strategies.qalys[place],
            }
        )
        for s, name in enumerate(strategies.names)
        if s != place
    ]
    columns = ["strategy", "draw", "incremental_cost_gbp", "incremental_qalys"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def quadrants(strategies: Strategies, reference: str, threshold: float) -> pd.DataFrame:
    """Return where on the plane the draws of each other strategy lie, as shares of draws.

    Columns: strategy, relation (as `economics.increment` names it), share, share_worth_it: in this
    quadrant and with more net benefit than the reference at the threshold. Empty quadrants have
    no row.
    """
    place = _place(strategies, reference)
    draws = strategies.cost.shape[1]
    points = [
        list(zip(strategies.cost[s].tolist(), strategies.qalys[s].tolist(), strict=True))
        for s in range(len(strategies.names))
    ]
    rows = []
    for s, name in enumerate(strategies.names):
        if s == place:
            continue
        found = [increment(one, than) for one, than in zip(points[s], points[place], strict=True)]
        for relation in dict.fromkeys(one.relation for one in found):
            worth = [one.net_benefit(threshold) > 0 for one in found if one.relation == relation]
            rows.append((name, relation, len(worth) / draws, sum(worth) / draws))
    return pd.DataFrame(rows, columns=["strategy", "relation", "share", "share_worth_it"])


def mean_frontier(strategies: Strategies, threshold: float) -> pd.DataFrame:
    """Return the strategies by mean cost, with their standing, ICER and net benefit.

    Columns: strategy, cost_gbp, qalys, incremental_cost_gbp, incremental_qalys,
    icer_gbp_per_qaly (against the one before on the frontier; none where that means nothing),
    standing (`economics.frontier`), net_benefit_gbp, preferred at the threshold.
    """
    points = _means(strategies)
    names = preferred(points, threshold)
    return pd.DataFrame(
        {
            "strategy": found.name,
            "cost_gbp": found.cost,
            "qalys": found.qalys,
            "incremental_cost_gbp": found.incremental_cost,
            "incremental_qalys": found.incremental_qalys,
            "icer_gbp_per_qaly": found.icer,
            "standing": found.standing,
            "net_benefit_gbp": threshold * found.qalys - found.cost,
            "preferred": found.name in names,
        }
        for found in frontier(points)
    )


def headline(curves: Acceptability, threshold: float) -> str:
    """Return in a sentence which strategy to choose at one of the thresholds, and how surely."""
    (at,) = np.flatnonzero(curves.thresholds == threshold)
    chosen = [s for s in range(len(curves.names)) if curves.preferred[s, at]]
    names = " and ".join(curves.names[s] for s in chosen)
    share = curves.probability_best[chosen, at].sum()
    lost = curves.expected_loss[chosen[0], at]
    has = "has" if len(chosen) == 1 else "have equally"
    said = (
        f"At {money(threshold)} a QALY, {names} {has} most expected net benefit and "
        f"{'is' if len(chosen) == 1 else 'are'} best in {share:.0%} of draws"
    )
    if lost <= 0:
        return f"{said}."
    return f"{said}; where it is not, {money(lost)} is lost, averaged over all draws."


def _means(strategies: Strategies) -> list[tuple[str, float, float]]:
    cost, qalys = strategies.cost.mean(axis=1).tolist(), strategies.qalys.mean(axis=1).tolist()
    return list(zip(strategies.names, cost, qalys, strict=True))


def _place(strategies: Strategies, reference: str) -> int:
    if reference not in strategies.names:
        raise ValueError(f"{reference!r} is none of the strategies {', '.join(strategies.names)}")
    return strategies.names.index(reference)
