"""The programme on paper: its patients, columns and rows, and what each aim makes least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hepaplan.model.allocation import choices, constraints, objectives
from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns, columns
from hepaplan.model.allocation.fairness import equity, largest_change, with_rows
from hepaplan.model.allocation.rows import Programme, Rows, assemble
from hepaplan.model.allocation.solver import NoPlan
from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.outcomes import Values
from hepaplan.model.plan_rules import Aim
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network

MOST_VARIABLES = 400_000
"""What is tried at all: about twice the largest programme ever measured (decision 14)."""


@dataclass(frozen=True)
class Asked:
    """Who and what a scenario's rules speak of, where the network does not say.

    `treatments` (option,): what each counts as; `origin` (list, group, site, region or group):
    whose people those on lists are; `months` of the window; `usual`: the replay of reading 1.
    """

    treatments: tuple[str, ...] = ()
    origin: Floats | None = None
    months: int = 0
    usual: Replay | None = None


@dataclass(frozen=True)
class Written:
    """A programme on paper: its patients, columns and rows, and what each aim minimises."""

    network: Network
    classes: Classes
    at: Columns
    rows: Programme
    weights: Mapping[Aim, Floats]
    first_aim: Aim

    def qalys(self, point: Floats) -> float:
        """Return the discounted QALYs of a point."""
        return -float(self.weights["health"] @ point)


def programme(network: Network, classes: Classes, rules: PlanRules) -> tuple[Columns, Programme]:
    """Return the variables and the rows of every constraint.

    Raises `NoPlan` before any row is written where there would be more than `MOST_VARIABLES`.
    """
    at = columns(network, classes)
    if at.count > MOST_VARIABLES:
        raise NoPlan(
            f"the plan would have {at.count:,} variables, and at most {MOST_VARIABLES:,} are "
            "solved: plan fewer months (window.months, window.run_out_months), join sites that "
            "work as one, or pool the age groups (plan.age_neutral = true)"
        )
    rows = [
        constraints.arrivals(network, classes, at),
        constraints.begun(network, classes, at),
        constraints.referral(network, classes, at),
        constraints.referral_bounds(network, classes, at, rules),
        constraints.lists(network, classes, at),
        constraints.beyond_standard(network, classes, at),
        constraints.capacity(network, classes, at),
        constraints.substitution(network, classes, at),
        choices.opened(network, classes, at),
        choices.minimum_volumes(network, classes, at),
        choices.closed(network, classes, at),
        choices.sent_to_open(network, classes, at),
        choices.referral_if_closed(network, classes, at, rules),
        choices.budgets(network, classes, at),
    ]
    return at, assemble(rows, at.count, at.upper, at.whole)


def write(
    network: Network,
    classes: Classes,
    rules: PlanRules,
    values: Values,
    willingness_to_pay: float,
    asked: Asked | None = None,
    in_time: Flags | None = None,
) -> Written:
    """Return the programme of a network, with the weights of every aim.

    `in_time` (list, class, site, month): where starts come within the standard, from an earlier
    plan (`fairness.months_in_time`); without it a floor under the worst share is left out.
    """
    at, rows = programme(network, classes, rules)
    for added in _added(network, classes, at, rules, asked or Asked(), in_time):
        rows = with_rows(rows, added)
    health = objectives.health(network, classes, at, values.qalys_discounted)
    cost = objectives.money(network, classes, at, values.cost_discounted)
    weights: dict[Aim, Floats] = {
        "health": -health,
        "money": cost - willingness_to_pay * health,
        "standard": objectives.beyond_standard(at),
        "cost": cost,
        "travel": objectives.travel(network, classes, at),
        "waiting": objectives.waiting(at),
    }
    return Written(network, classes, at, rows, weights, rules.aims[0])


def _added(
    network: Network,
    classes: Classes,
    at: Columns,
    rules: PlanRules,
    asked: Asked,
    in_time: Flags | None,
) -> Iterator[Rows]:
    """Yield the rules that only some scenarios ask for."""
    if rules.largest_change is not None and asked.usual is not None:
        share = rules.largest_change.number
        yield largest_change(network, classes, at, share, asked.treatments, asked.usual)
    if rules.equity is not None and asked.origin is not None and in_time is not None:
        floor = rules.equity.floor.number
        yield equity(network, classes, at, floor, asked.origin, asked.months, in_time)
