"""What a fixed plan does when the inputs turn out otherwise: replayed, or made anew, in each draw.

First come and the plan see the same draws. The plan's starts and referrals stay as they are; only
on request is the best plan of each draw sought, as if the inputs were known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from hepaplan.model import policies
from hepaplan.model.arrays import Floats
from hepaplan.model.depth import Depth
from hepaplan.model.evaluate import network_of, plan_for, usual_care
from hepaplan.model.parallel import spread
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.problems import NoAnswer
from hepaplan.model.readings import FIRST_COME, UsualCare
from hepaplan.model.replay import Plan, Replay, deaths_waiting, replay
from hepaplan.model.sites.choices_cost import choices_cost
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.money_tables import (
    share_within_standard,
    within_standard_by_point,
)
from hepaplan.model.uncertainty.drawing.draws import one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.information.evpi import chosen
from hepaplan.model.uncertainty.results.intervals import chance_interval
from hepaplan.model.uncertainty.spread.inputs import Values
from hepaplan.model.uncertainty.strategies import Strategies

PLAN_KEPT, PLAN_SPARE, PLAN_ANEW = (
    "the plan, kept", "the plan, spare capacity used", "a plan for each draw",
)  # fmt: skip
MEASURES = {
    "qalys": "QALY",
    "cost_gbp": "GBP",
    "within_standard": "share",
    "deaths_waiting": "people",
}
"""What is kept of each policy in each draw, with its unit; QALYs and pounds are discounted."""
PROMISED = 0.95
"""Share started within the standard that counts as keeping it, as in the tables of chance."""
CHANCES = ("policy", "decision_point", "share_needed", "probability", "probability_low",
           "probability_high", "mean", "p10", "p90")  # fmt: skip


@dataclass(frozen=True)
class PlanDraws:
    """What the policies do in every draw.

    `measures` by policy and `MEASURES`, and `standard` by policy and decision point, hold one value
    a draw (draw,). `without_a_plan`: draws left out, in which no plan keeps every rule.
    """

    draws: int
    without_a_plan: int
    measures: Mapping[str, Mapping[str, Floats]]
    standard: Mapping[str, Mapping[str, Floats]]

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies."""
        return tuple(self.measures)

    def strategies(self) -> Strategies:
        """Return the policies that can be followed, as strategies for the region.

        A plan for each draw is none: it is made as if the draw's inputs were known.
        """
        followed = {name: found for name, found in self.measures.items() if name != PLAN_ANEW}
        return Strategies(
            "the region's patients of the window, under each policy",
            tuple(followed),
            np.stack([found["cost_gbp"] for found in followed.values()]),
            np.stack([found["qalys"] for found in followed.values()]),
        )

    def foresight(self, willingness_to_pay: float) -> tuple[str, Floats]:
        """Return the best policy that can be followed, and how much better foresight is (draw,).

        Pounds of net benefit of a plan for each draw, less those of the policy with most expected
        net benefit: what knowing the inputs before planning is worth. Below 0 where the plan's
        aims and rules cost more than foresight gains. Raises ValueError without such a plan.
        """
        if PLAN_ANEW not in self.measures:
            raise ValueError("no plan was made for each draw")
        strategies, known = self.strategies(), self.measures[PLAN_ANEW]
        benefit = strategies.net_benefit(willingness_to_pay)
        best = chosen(benefit)
        gained = willingness_to_pay * known["qalys"] - known["cost_gbp"] - benefit[best]
        return strategies.names[best], gained


OneDraw = dict[str, tuple[dict[str, float], dict[str, float]]]


def plan_over_draws(
    scenario: Scenario,
    draws: Values,
    count: int,
    plan: Plan | None,
    anew: Depth | None = None,
    workers: int = 1,
    done: Callable[[int], None] = lambda _: None,
) -> PlanDraws:
    """Return what first come, a plan kept and, with `anew`, the best plan of each draw do.

    A plan is kept twice: to the letter, and with the capacity that it leaves free in a month used
    for whoever waits (`policies.plan_and_spare`). The first `count` of the draws are taken; without
    `plan` first come stands alone. The result does not depend on the number of workers. Raises
    `NoAnswer` where no draw has a plan.
    """
    each = [one_draw(draws, index) for index in range(count)]
    whole = spread(partial(_some, scenario, plan, anew), each, workers, done)
    found = [draw for draw in whole if draw is not None]
    if not found:
        raise NoAnswer(f"no plan keeps every rule in any of {count} draws")
    names = list(found[0])
    return PlanDraws(
        len(found),
        count - len(found),
        {name: _stacked([draw[name][0] for draw in found]) for name in names},
        {name: _stacked([draw[name][1] for draw in found]) for name in names},
    )


def standard_chances(found: PlanDraws, needed: float = PROMISED) -> pd.DataFrame:
    """Return the probability of keeping each waiting standard over the draws, columns `CHANCES`.

    A standard is kept where at least `needed` of those who came start within it. The 95% interval
    of the probability is `intervals.chance_interval`: of few draws all may keep it by chance.
    """
    rows = []
    for policy, points in found.standard.items():
        for point, share in points.items():
            kept = share >= needed
            ends = chance_interval(int(kept.sum()), len(share))
            low, high = np.percentile(share, (10, 90))
            rows.append((policy, point, needed, kept.mean(), *ends, share.mean(), low, high))
    return pd.DataFrame(rows, columns=list(CHANCES))


def _some(
    scenario: Scenario, plan: Plan | None, anew: Depth | None, draws: Sequence[Values]
) -> list[OneDraw | None]:
    return [_one(stated_scenario(scenario, values), plan, anew) for values in draws]


def _one(scenario: Scenario, plan: Plan | None, anew: Depth | None) -> OneDraw | None:
    usual = usual_care(scenario)
    network = network_of(usual)
    plans: dict[str, Plan | None] = {FIRST_COME: None}
    if plan is not None:
        plans |= {PLAN_KEPT: plan, PLAN_SPARE: plan}
    if anew is not None:
        try:
            best = plan_for(usual, network, policies.nothing_scarce(network), anew)
        except NoAnswer:
            return None
        plans[PLAN_ANEW] = best.plan
    found = {}
    for name, made in plans.items():
        done = _walked(network, name, made)
        measures = measures_of(usual, network, done, made)
        found[name] = (measures, within_standard_by_point(usual, network, done))
    return found


def _walked(network: Network, policy: str, plan: Plan | None) -> Replay:
    if plan is None:
        return policies.first_come(network)
    return policies.plan_and_spare(network, plan) if policy == PLAN_SPARE else replay(network, plan)


def measures_of(
    usual: UsualCare, network: Network, done: Replay, plan: Plan | None = None
) -> dict[str, float]:
    """Return `MEASURES` of a replay, with what its plan builds and buys in the window."""
    settings = usual.scenario.settings
    window, rate = settings.window.months, settings.economics.discount_rate_costs.number
    totals = replay_totals(network, done, usual.worth, window)
    added = 0.0 if plan is None else choices_cost(network, plan, rate, window)
    return {
        "qalys": totals.qalys_discounted,
        "cost_gbp": totals.cost_discounted + added,
        "within_standard": share_within_standard(usual, network, done),
        "deaths_waiting": deaths_waiting(done, window),
    }


def _stacked(rows: Sequence[Mapping[str, float]]) -> dict[str, Floats]:
    """Return one array (draw,) for each name; a point that nobody reaches keeps its standard."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, 1.0) for row in rows]) for name in names}
