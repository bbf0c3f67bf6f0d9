"""Rows on the plan that need no other plan (section F of the list)."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation.plan import AS_GOOD, BestPlan
from hepaplan.model.allocation.proof import faults
from hepaplan.model.allocation.read_back import programme_worth
from hepaplan.model.allocation.session import GAP
from hepaplan.model.chance.simulate import simulate
from hepaplan.model.policies import first_come
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from hepaplan.model.verification.changed_network import complications_times
from hepaplan.model.verification.changed_supply import first_months, plentiful, supply_times
from hepaplan.model.verification.gaps import largest_gap
from hepaplan.model.verification.recounted import largest, people_lost, use_at_sites
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, judged, not_applicable, within

PEOPLE = 1e-6
"""People, or units of a resource, that count as none: the solver's own tolerance."""
FIRST_YEARS = 24
"""Months in which rows are judged whose lists grow so long that more would take too long."""
PLANS_OF_THE_CODE = ("F6", "F7", "F8", "F9", "F10", "F12", "F13", "F17", "F21")
"""Rows of this section worked on paper, or of a rule, that no scenario says anything about."""


def nothing_without_capacity(subject: Subject) -> Finding:
    """Judge that first come starts nobody who would need what no site has, and keeps them all."""
    whole = subject.capacity.planned_in
    network = first_months(supply_times(whole, 0.0), min(FIRST_YEARS, whole.horizon))
    return nobody_starts(network, first_come(network))


def nobody_starts(network: Network, done: Replay) -> Finding:
    """Judge that nobody starts, in what is done without capacity, who would need a resource."""
    waits = network.waiting.waits[network.kernels.point_of]
    takes = network.kernels.use[..., 0].any(axis=2) & waits[:, None]
    if not takes.any():
        return not_applicable("nothing that people wait for uses a resource in its first month")
    if done.at_site[takes].sum() + network.backlog[takes].sum() == 0.0:
        return not_applicable("nobody comes to a list for what uses a resource")
    begun = float(done.starts[takes[network.pair_option]].max(initial=0.0))
    left, lost = float(done.left[waits][..., -1].sum()), people_lost(network, done)
    found = f"most started at once {begun:.3g} people; {left:.1f} wait after {network.horizon}"
    found += f" months, {lost:.3g} unaccounted for"
    return judged(begun <= PEOPLE and left > 0.0 and lost <= PEOPLE, found)


def nobody_waits_in_plenty(subject: Subject) -> Finding:
    """Judge that with capacity for everybody all start at once, as when nothing is scarce."""
    there = subject.capacity
    done = first_come(plentiful(there.planned_in))
    left = float(done.left.sum())
    gap = largest_gap(done.starts, there.nothing_scarce_there.starts)
    found = f"{left:.3g} people left waiting; starts differ from those with nothing scarce by"
    found += f" {gap:.3g}, worth from arrivals times value by {there.best.usual_worth_gap:.3g}"
    return judged(largest(left, gap, there.best.usual_worth_gap) <= PEOPLE, f"{found} (relative)")


def no_worse_than_a_fixed_plan(subject: Subject) -> Finding:
    """Judge that the plan is worth no less than first come, a plan that was open to it."""
    there, settings = subject.capacity, subject.scenario.settings
    rules, aim = settings.plan, settings.plan.aims[0]
    if aim not in ("health", "money"):
        return not_applicable(f"the first aim is {aim}, which a policy is not judged by")
    if settings.minimum_volume or rules.equity or rules.largest_change:
        return not_applicable("first come may break a rule that the plan has to keep")
    worth = settings.economics.willingness_to_pay.number
    plan, fixed = (
        programme_worth(there.planned_in, done, subject.usual.worth, aim, worth)
        for done in (there.planned, there.first_come_there)
    )
    unit = "discounted QALYs" if aim == "health" else "GBP of net benefit"
    found = f"plan {plan:,.2f}, first come {fixed:,.2f} {unit}; equal within {AS_GOOD:.2%}"
    give_up = rules.give_up.number if rules.give_up else 0.0
    return judged(plan >= fixed - (AS_GOOD + give_up) * abs(fixed), found)


def keeps_every_rule(subject: Subject) -> Finding:
    """Judge the plan's rows, recomputed from the tables without the solver."""
    best = subject.capacity.best
    weights = best.written.weights[best.written.first_aim]
    faulty = faults(best.written.rows, weights, best.point, float(weights @ best.point))
    again = best.written.rows.worst(best.point)
    worst = largest(*again.values(), *best.residuals.values())
    found = f"{best.rows} rows, largest residual of a rule {worst:.3g}, tolerance 1e-06"
    if faulty:
        found += f"; broken beyond rounding: {'; '.join(faulty)}"
    return judged(not faulty and worst <= PEOPLE, found)


def people_and_capacity(subject: Subject) -> Finding:
    """Judge that people are kept, and the use of first come and plan fits, by plain sums."""
    there = subject.capacity
    network = there.planned_in
    over, apart = 0.0, 0.0
    lost = people_lost(network, there.nothing_scarce_there)
    for done, bought in ((there.first_come_there, None), (there.planned, there.best.plan.extra)):
        lost = largest(lost, people_lost(network, done))
        used = use_at_sites(network, done)
        apart = largest(apart, largest_gap(done.use, used))
        held = network.capacity + (0.0 if bought is None else bought)
        over = largest(over, float((used - np.maximum(held, network.committed)).max()))
    found = f"largest imbalance {lost:.3g} people; most used above capacity {over:.3g}"
    found += f" units; use told differs from starts times footprint by {apart:.3g} (relative)"
    return judged(lost <= PEOPLE and over <= PEOPLE and apart <= PEOPLE, found)


def floor_is_kept(subject: Subject) -> Finding:
    """Judge that the plan keeps the floor under the worst share, by its own rows."""
    equity = subject.scenario.settings.plan.equity
    if equity is None:
        return not_applicable("the scenario asks for no floor under the worst share")
    rows, point = subject.capacity.best.written.rows, subject.capacity.best.point
    if "equity" not in {name for name, _, _ in rows.blocks}:
        return not_applicable("the programme holds no floor: nobody waits")
    short = rows.worst(point)["equity"]
    floor = f"floor {equity.floor.number:.0%} over every {equity.over}"
    return within(short, PEOPLE, f"{floor}, people short of it")


def proven_and_told(subject: Subject) -> Finding:
    """Judge that the gap is told, and small where the status is that of a proof."""
    best = subject.capacity.best
    found = f"{_solved(best)}, gap {best.gap:.3g} of {GAP:g} allowed where choices are whole"
    proven = not best.is_proven or best.gap <= GAP
    return judged(bool(0.0 <= best.gap < np.inf) and proven, found)


def _solved(best: BestPlan) -> str:
    whole = int(best.written.rows.whole.sum())
    return f"{best.status}; {best.variables} variables ({whole} whole), {best.rows} rows"


def complications_take_wards(subject: Subject) -> Finding:
    """Judge that twice the complications take more of what each takes, and nothing else."""
    kernels, names = subject.usual.kernels, subject.usual.kernels.resources
    taking = np.zeros((len(kernels.options), len(names)), dtype=bool)
    for place, (_, _, option) in enumerate(subject.scenario.pathway.options()):
        for harm in option.complications.values():
            chances = [harm.probability.for_group(group) for group in subject.scenario.groups]
            for name, amount in harm.footprint.items():
                rises = amount.number > 0.0 and any(0.0 < chance < 1.0 for chance in chances)
                taking[place, names.index(name)] |= rises
    if not taking.any():
        return not_applicable("no complication takes any resource")
    twice = subject.read(complications_times(subject.scenario, 2.0)).kernels.use
    more = (twice - kernels.use)[..., 0].sum(axis=1)
    later = float(np.abs((twice - kernels.use)[..., 1:]).max(initial=0.0))
    least, other = float(more[taking].min()), float(np.abs(more[~taking]).max(initial=0.0))
    found = f"{int(taking.sum())} uses by complications, each {least:.3g} units or more higher;"
    found += f" all other use differs by {largest(other, later):.3g} units"
    return judged(least > 0.0 and largest(other, later) <= PEOPLE, found)


def calm_is_the_replay(subject: Subject) -> Finding:
    """Judge that the plan met by chance without variance is the plan's replay."""
    there = subject.capacity
    network = there.planned_in
    months = min(FIRST_YEARS, network.horizon)
    calm = simulate(network, there.best.plan, variance=False, months=months)
    used = there.planned.use[..., :months]
    gap = largest_gap(calm.use[..., :months, 0], used)
    left = abs(float(calm.left[:, :months].sum() - there.planned.left[..., :months].sum()))
    found = f"{months} months: use differs by {gap:.3g} (relative), person-months waiting by"
    return judged(gap <= PEOPLE and left <= PEOPLE, f"{found} {left:.3g}")


PLAN_ROWS = (
    Row("F1", "no capacity, first come", "nobody starts, all wait", nothing_without_capacity),
    Row("F2", "capacity for everybody", "all start at once", nobody_waits_in_plenty),
    Row("F5", "first come as a fixed plan", "worth no more", no_worse_than_a_fixed_plan),
    Row("F11", "none", "the plan keeps every rule, by a calculation of our own", keeps_every_rule),
    Row(
        "F11",
        "none",
        "who comes = treated + waiting + lost; use within capacity, by plain sums",
        people_and_capacity,
    ),
    Row("F16", "none", "the floor under the worst share is kept", floor_is_kept),
    Row("F18", "none", "gap told; where proven, no more than allowed", proven_and_told),
    Row(
        "F20",
        "twice the complications",
        "more of what they take, the same of all else",
        complications_take_wards,
    ),
    Row("F22", "chance without variance", "the plan's replay", calm_is_the_replay),
)
