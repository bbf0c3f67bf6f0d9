"""Buy capacity now, wait a year and learn, or never: what each is worth in every draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.chance.tables import standard_error
from hepaplan.model.decide_by import decided_later, units_of
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.parallel import spread
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import Expansion
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.policies import first_come
from hepaplan.model.problems import WrongUse, nearest
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.sites.lumps import monthly_cost
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.words import told_apart
from hepaplan.model.uncertainty.drawing.draws import one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.information.evpi import chosen
from hepaplan.model.uncertainty.spread.inputs import Values
from hepaplan.model.uncertainty.strategies import Strategies

CHOICES = ("never", "now", "a year later")
"""When an expansion is bought."""
CLEAR = 2.0
"""Standard errors beyond which a mean over draws is called a clear difference."""


@dataclass(frozen=True)
class Timing:
    """What each choice is worth on average, in pounds of net benefit against never buying.

    `wait_and_learn`: wait a year, learn the inputs exactly, then buy or not, whichever is better.
    It is worth more than the best choice made today, buying in a year whatever is learnt among
    them, only where what is learnt can change the decision by more than the year costs.
    `learning`: by how much, 0 or less where deciding today is better (Eckermann & Willan, The
    option value of delay in health technology assessment, Med Decis Making 2008;28:300-5).
    `now_error`, `later_error` and `monte_carlo_error`, that of `learning`: standard errors of the
    mean over draws of the difference within each draw.
    """

    now: float
    now_error: float
    later: float
    later_error: float
    wait_and_learn: float
    learning: float
    monte_carlo_error: float
    chance_now_is_best: float


def expansion_named(scenario: Scenario, name: str) -> Expansion:
    """Return an expansion of a scenario, or raise `WrongUse` saying which there are."""
    known = scenario.settings.expansion
    if name not in known:
        there = ", ".join(known) or "none: state one as [expansion.NAME]"
        raise WrongUse(f'no expansion "{name}"{nearest(name, known)}; this scenario has {there}')
    if (opens := known[name].opens) is not None:
        raise WrongUse(
            f'the expansion "{name}" opens {opens}: where it takes patients only the plan can say; '
            "choose one that adds to what a site has"
        )
    return known[name]


def capacity_decisions(
    scenario: Scenario,
    names: Sequence[str],
    draws: Values,
    count: int,
    workers: int = 1,
    done: Callable[[int], None] = lambda _: None,
) -> dict[str, Strategies]:
    """Return `CHOICES` about each expansion alone as strategies, in the first `count` draws.

    Under first come. QALYs and pounds are those of the window's patients, discounted. What the
    expansion costs in the window is added, its capital in full: what it is worth after the window
    is left out.
    """
    for name in names:
        expansion_named(scenario, name)
    each = [one_draw(draws, index) for index in range(count)]
    found = np.array(spread(partial(_some, scenario, tuple(names)), each, workers, done))
    decisions = {}
    labels = told_apart(scenario.settings.expansion[name].label for name in names)
    for place, (name, label) in enumerate(zip(names, labels, strict=True)):
        choices = tuple(f"{label}: {choice}" for choice in CHOICES)
        cost, qalys = found[:, place].transpose(2, 1, 0)
        decisions[name] = Strategies(f"{label}, first come", choices, cost, qalys)
    return decisions


def timing(choices: Strategies, willingness_to_pay: float) -> Timing:
    """Return what buying now, later, or after learning is worth against never."""
    benefit = choices.net_benefit(willingness_to_pay)
    never, now, later = benefit
    learnt = np.maximum(later, never)
    gain = learnt - benefit[chosen(benefit)]
    return Timing(
        now=float((now - never).mean()),
        now_error=_error(now - never),
        later=float((later - never).mean()),
        later_error=_error(later - never),
        wait_and_learn=float((learnt - never).mean()),
        learning=float(gain.mean()),
        monte_carlo_error=_error(gain),
        chance_now_is_best=float((now >= np.maximum(later, never)).mean()),
    )


def _error(differences: Floats) -> float:
    """Return the standard error of a mean over draws; of one draw none is known, 0."""
    return standard_error(differences) if differences.size > 1 else 0.0


def _some(
    scenario: Scenario, names: Sequence[str], draws: Sequence[Values]
) -> list[list[list[tuple[float, float]]]]:
    return [_one(stated_scenario(scenario, values), names) for values in draws]


def _one(scenario: Scenario, names: Sequence[str]) -> list[list[tuple[float, float]]]:
    """Return pounds and QALYs of each expansion's choices."""
    usual = usual_care(scenario)
    network = network_of(usual)
    never = _worth(usual, network, None)
    found = []
    for name in names:
        now = scenario.settings.expansion[name]
        later = decided_later(now, network.months, MONTHS_PER_YEAR)
        found.append([never, *(_worth(usual, network, expansion) for expansion in (now, later))])
    return found


def _worth(usual: UsualCare, network: Network, expansion: Expansion | None) -> tuple[float, float]:
    scenario = usual.scenario
    window = scenario.settings.window.months
    spent = 0.0
    if expansion is not None:
        added = units_of(scenario, network, expansion)
        network = replace(network, capacity=network.capacity + added)
        rate = scenario.settings.economics.discount_rate_costs.number
        cost = monthly_cost(expansion, network.months)[:window]
        spent = float(cost @ discount_factors(rate, window))
    totals = replay_totals(network, first_come(network), usual.worth, window)
    return totals.cost_discounted + spent, totals.qalys_discounted
