"""Rows on the plan whose judge makes it again, or solves its programme again (section F)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from hepaplan.model.allocation.plan import AS_GOOD, BestPlan
from hepaplan.model.allocation.prices import Solved, capacity_prices, solved_by, with_prices
from hepaplan.model.allocation.proof import faults
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import GAP, Stopped
from hepaplan.model.allocation.solver import SECOND_SOLVER_UP_TO, minimise, no_plan
from hepaplan.model.arrays import Floats
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import NoAnswer
from hepaplan.model.readings import Capacity
from hepaplan.model.verification.changed_network import (
    everything_times,
    with_sites_reversed,
    without_capacity,
)
from hepaplan.model.verification.plan_rows import nobody_starts
from hepaplan.model.verification.price_bound import bound_by_prices, prices_at_a_vertex
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, broken, judged, not_applicable

SAME = 1e-6
"""Relative difference of two objectives of one programme that counts as none."""
CHANGE = 0.05
"""Share of the capacity still free by which it is relaxed and tightened."""
SECOND_SOLVER_SECONDS = 120.0
UNITS = {
    "health": "discounted QALYs",
    "money": "GBP of net benefit",
    "standard": "person-months beyond the standard",
    "cost": "GBP",
    "travel": "minutes of travel",
    "waiting": "person-months waiting",
}
"""What the first aim counts."""
PART_DONE = "some months have happened already: the plan is of the rest only"
Judge = Callable[[Subject], Finding]


def _objective(best: BestPlan) -> float:
    """Return what the plan's first aim comes to in the programme, as it is minimised."""
    return float(best.written.weights[best.written.first_aim] @ best.point)


def _in_words(best: BestPlan, objective: float) -> str:
    aim = best.written.first_aim
    shown = -objective if aim in ("health", "money") else objective
    return f"{shown:,.4f} {UNITS[aim]}"


def _plan_of(subject: Subject, scenario: Scenario) -> Capacity:
    """Return the plan made again for a changed scenario."""
    if subject.plan is None:
        raise ValueError("a row that makes the plan again needs a subject that can")
    return subject.plan(subject.read(scenario))


def _months_have_happened(subject: Subject) -> bool:
    return subject.capacity.planned_in is not subject.capacity.network


def no_plan_without_capacity(subject: Subject) -> Finding:
    """Judge that without capacity there is a plan, in which nobody starts who would need any."""
    try:
        found = _plan_of(subject, without_capacity(subject.scenario))
    except NoAnswer as refusal:
        return broken(f"no plan: {refusal}")
    return nobody_starts(found.planned_in, found.planned)


def plan_times(factor: float, change: Callable[[Scenario], Scenario]) -> Judge:
    """Return the judge of a changed scenario whose objective is so many times the plan's."""

    def judge(subject: Subject) -> Finding:
        if _months_have_happened(subject):
            return not_applicable(PART_DONE)
        once = subject.capacity.best
        again = _plan_of(subject, change(subject.scenario)).best
        expected, reached = factor * _objective(once), _objective(again)
        tolerance = GAP if once.written.rows.whole.any() else AS_GOOD
        gap = abs(reached - expected) / max(abs(expected), 1.0)
        found = f"{_in_words(again, reached)} where {_in_words(once, expected)} were expected,"
        found += f" difference {gap:.3g} (relative); equally good plans may differ by {tolerance:g}"
        return judged(gap <= tolerance, found)

    judge.__doc__ = f"Judge that the changed scenario's plan is worth {factor:g} times the plan."
    return judge


def _solved_again(best: BestPlan, weights: Floats, programme: Programme | None = None) -> Solved:
    """Return the plan's programme solved again for some weights, with prices.

    Whole choices stay as planned. Another `programme` has other bounds, or no whole choices.
    """
    as_planned = solved_by(best.written, best.point)
    try:
        return with_prices(
            replace(as_planned, weights=weights, programme=programme or best.written.rows)
        )
    except Stopped as stop:
        raise no_plan(stop) from stop


def capacity_relaxed_and_tightened(subject: Subject) -> Finding:
    """Judge that more capacity is never worse, less never better, and prices lie between.

    The objective is convex in what is on a row's right-hand side: one more unit gains no more than
    its price, one less costs no less (Bertsimas and Tsitsiklis 1997, Introduction to linear
    optimization, section 5.2).
    """
    best = subject.capacity.best
    weights, rows = best.written.weights[best.written.first_aim], best.written.rows
    base = _solved_again(best, weights)
    numbers = rows.rows_of("capacity", base.network.available.shape)
    there = numbers >= 0
    if not there.any() or not (rows.upper[numbers[there]] > 0.0).any():
        return not_applicable("no row of capacity: nothing is scarce")
    reached = []
    for factor in (1.0 + CHANGE, 1.0 - CHANGE):
        upper = rows.upper.copy()
        upper[numbers[there]] *= factor
        reached.append(_solved_again(best, weights, replace(rows, upper=upper)))
    start = base.solution.objective
    gained, lost = start - reached[0].solution.objective, reached[1].solution.objective - start
    priced = CHANGE * float((capacity_prices(base) * base.network.available)[there].sum())
    slack = SAME * max(abs(start), 1.0)
    unit = UNITS[best.written.first_aim]
    found = f"{CHANGE:.0%} more capacity gains {gained:.6g}, {CHANGE:.0%} less loses {lost:.6g},"
    found += f" prices say {priced:.6g} {unit} of {_in_words(best, start)}"
    return judged(-slack <= gained <= priced + slack and priced - slack <= lost, found)


def ten_times_the_value(subject: Subject) -> Finding:
    """Judge that ten times every value of the first aim gives ten times its objective."""
    best = subject.capacity.best
    weights = best.written.weights[best.written.first_aim]
    once = _solved_again(best, weights).solution.objective
    ten = _solved_again(best, 10.0 * weights).solution.objective
    gap = abs(ten - 10.0 * once) / max(abs(10.0 * once), 1.0)
    found = f"{_in_words(best, ten)} for ten times {_in_words(best, once)}"
    return judged(gap <= SAME, f"{found}: difference {gap:.3g} (relative), tolerance {SAME:g}")


def without_the_floor(subject: Subject) -> Finding:
    """Judge that the plan without its floor under the worst share is not worse."""
    best = subject.capacity.best
    rows = best.written.rows
    block = next(((a, b) for name, a, b in rows.blocks if name == "equity"), None)
    if block is None or block[0] == block[1]:
        return not_applicable("the scenario asks for no floor under the worst share")
    lower, upper = rows.lower.copy(), rows.upper.copy()
    lower[slice(*block)], upper[slice(*block)] = -np.inf, np.inf
    weights = best.written.weights[best.written.first_aim]
    kept = _solved_again(best, weights).solution.objective
    free = _solved_again(best, weights, replace(rows, lower=lower, upper=upper))
    found = f"with the floor {_in_words(best, kept)}, without it"
    found += f" {_in_words(best, free.solution.objective)}"
    return judged(free.solution.objective <= kept + SAME * max(abs(kept), 1.0), found)


def relaxation_is_no_worse(subject: Subject) -> Finding:
    """Judge that the programme with fractions of its whole choices is no worse than the plan."""
    best = subject.capacity.best
    rows = best.written.rows
    if not rows.whole.any():
        return not_applicable("no choice is whole: the plan is its own relaxation")
    weights = best.written.weights[best.written.first_aim]
    relaxed = replace(rows, whole=np.zeros_like(rows.whole))
    bound = _solved_again(best, weights, relaxed).solution.objective
    plan = _objective(best)
    found = f"relaxed {_in_words(best, bound)}, plan {_in_words(best, plan)},"
    found += f" {(plan - bound) / max(abs(plan), 1.0):.3%} apart"
    return judged(bound <= plan + SAME * max(abs(plan), 1.0), found)


def proven_again(subject: Subject) -> Finding:
    """Judge that the plan is best: by arithmetic on prices, and by a second solver where it can.

    By weak duality any prices bound what can be reached. The bound is worked out here from the
    programme's rows, with columns of people no larger than all who have come by then; the solver is
    believed in nothing but the prices it proposes. Whole choices stay as planned.
    """
    best = subject.capacity.best
    weights, rows = best.written.weights[best.written.first_aim], best.written.rows
    plan = _objective(best)
    bound = bound_by_prices(best, weights, prices_at_a_vertex(best, weights))
    scale = max(abs(plan), 1.0)
    broken_rules = faults(rows, weights, best.point, plan)
    give_up = subject.scenario.settings.plan.give_up
    allowed = SAME + (give_up.number if give_up else 0.0)
    gap = (plan - bound) / scale
    found = f"plan {_in_words(best, plan)}, provably no better than {_in_words(best, bound)}:"
    found += f" gap {gap:.3g}, tolerance {allowed:g}"
    if broken_rules:
        found += f"; the plan breaks {'; '.join(broken_rules)}"
    if best.variables > SECOND_SOLVER_UP_TO:
        found += f"; not given to CBC: {best.variables:,} variables"
        return judged(not broken_rules and abs(gap) <= allowed, found)
    second = minimise(rows, weights, SECOND_SOLVER_SECONDS, "cbc")
    apart = abs(second.objective - plan) / scale
    enough = GAP if rows.whole.any() else allowed
    found += f"; {second.solver} finds {_in_words(best, second.objective)}"
    same = second.solver == "CBC" and apart <= enough
    return judged(not broken_rules and abs(gap) <= allowed and same, found)


PLAN_AGAIN_ROWS = (
    Row(
        "F1",
        "no capacity, the plan",
        "nobody starts, all wait, no error",
        no_plan_without_capacity,
        plans_again=True,
    ),
    Row(
        "F3",
        "twice the people, capacity and offers",
        "objective doubles",
        plan_times(2.0, lambda scenario: everything_times(scenario, 2.0)),
        plans_again=True,
    ),
    Row(
        "F4",
        f"{CHANGE:.0%} more and less capacity",
        "not worse; not better; prices between the two",
        capacity_relaxed_and_tightened,
        plans_again=True,
    ),
    Row("F14", "all values x 10", "objective x 10", ten_times_the_value, plans_again=True),
    Row(
        "F15",
        "sites in the opposite order",
        "same objective",
        plan_times(1.0, with_sites_reversed),
        plans_again=True,
    ),
    Row("F16", "no floor", "objective not worse", without_the_floor, plans_again=True),
    Row(
        "F18",
        "fractions of whole choices",
        "bound no worse than the plan",
        relaxation_is_no_worse,
        plans_again=True,
    ),
    Row(
        "F19",
        "solved again",
        "proven best by prices; where small enough, the same by a second solver",
        proven_again,
        plans_again=True,
    ),
)
