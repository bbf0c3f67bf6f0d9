"""The whole path: from a region's people to demand, to a plan, to what waiting costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd

from hepaplan.model import policies
from hepaplan.model.ages.ageing import OtherCauses, other_cause_clocks
from hepaplan.model.all_tables import all_tables
from hepaplan.model.allocation.conflict_words import words_for
from hepaplan.model.allocation.plan import BestPlan, most_health
from hepaplan.model.allocation.written import Asked
from hepaplan.model.analyses import plan_analyses
from hepaplan.model.by_hand.actuals import COLUMNS, fixed_months
from hepaplan.model.calendar import Months
from hepaplan.model.delay_harm.delay import delayed_starts
from hepaplan.model.depth import FULL, Depth
from hepaplan.model.flows.renewal import usual_flow
from hepaplan.model.incidence import incident_cases
from hepaplan.model.kernels import pathway_kernels
from hepaplan.model.metastases import (
    by_group,
    eligible_arrivals,
    metastasis_arrivals,
    months_of_cases,
)
from hepaplan.model.outcomes import pathway_values
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_value import Totals, replay_totals
from hepaplan.model.population import regions
from hepaplan.model.problems import InvalidInput, Problem, dotted
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import (
    FIRST_COME,
    LONGEST_WAIT,
    MOST_HEALTH,
    NOTHING_SCARCE,
    Capacity,
    Replayed,
    UsualCare,
)
from hepaplan.model.replay import Replay, replay
from hepaplan.model.results import Results
from hepaplan.model.sites.feasibility import feasibility_faults
from hepaplan.model.sites.network import Network, build_network, day_one_people, region_mix
from hepaplan.model.sites.site_shares import with_site_shares
from hepaplan.model.tables import summary
from hepaplan.model.tables.headlines import headlines
from hepaplan.model.tables.price_tables import whose
from hepaplan.model.verification.subject import Subject, not_read
from hepaplan.model.waiting import waiting_month, waiting_that_pays

Progress = Callable[[str], None]


class CannotPlan(InvalidInput):
    """The scenario asks what cannot be, or makes waiting worth more than starting now."""


def usual_care(scenario: Scenario, clocks: OtherCauses | None = None) -> UsualCare:
    """Return reading 1: population, cases, metastases, decision points, starts and their worth.

    Those of another reading hold still the `clocks` of death from other causes, if given.
    """
    settings = scenario.settings
    window, economics = settings.window, settings.economics
    months = Months(window.start, window.months + window.run_out_months)
    span = months.extended(before=window.burn_in_years * MONTHS_PER_YEAR, after=0)
    case_months = months_of_cases(settings.metastases, span)

    cases = incident_cases(scenario, case_months)
    metastases = metastasis_arrivals(scenario, cases, case_months, span)
    grouped = by_group(scenario, metastases)
    eligible = eligible_arrivals(scenario, grouped)

    survival, since_metastasis, studied = clocks or other_cause_clocks(scenario, metastases)
    kernels = pathway_kernels(
        scenario.pathway, scenario.groups, settings.resource, survival,
        published_survival=studied,
    )  # fmt: skip
    first = span.count - months.count
    mix = region_mix(eligible[..., first:])
    kernels = with_site_shares(scenario, kernels, regions(scenario), mix)
    waiting = waiting_month(scenario.pathway, scenario.groups, survival)
    values = pathway_values(
        kernels,
        rate_costs=economics.discount_rate_costs.number,
        rate_effects=economics.discount_rate_effects.number,
    )
    on_day_one = day_one_people(scenario, kernels).sum(axis=-1)
    entries = eligible.copy()
    entries[..., first] += on_day_one[:, None] * mix.T
    flow = usual_flow(kernels, entries)
    return UsualCare(
        scenario, months, span, case_months, cases, grouped, eligible, entries, survival,
        since_metastasis, studied, kernels, waiting, values, flow,
    )  # fmt: skip


def refuse_waiting_that_pays(usual: UsualCare) -> None:
    """Raise `CannotPlan` if a month on some list is worth more than starting now."""
    _refuse(usual, waiting_that_pays(usual.waiting, usual.kernels, usual.worth.qalys_discounted))


def _refuse(usual: UsualCare, faults: Sequence[Problem]) -> None:
    """Raise `CannotPlan` with all faults, if there are any."""
    places = usual.scenario.places
    lines = [
        f"{places.get(fault.key, 'pathway')}: {dotted(fault.key)}: {fault.message}"
        for fault in faults
    ]
    if lines:
        raise CannotPlan("\n".join(lines))


def network_of(usual: UsualCare) -> Network:
    """Return the sites and lists that reading 1's patients meet in the window and its run-out."""
    network = build_network(
        usual.scenario,
        usual.months,
        regions(usual.scenario),
        usual.eligible[..., usual.before :],
        usual.kernels,
        usual.waiting,
        usual.flow.starts[..., : usual.before],
    )
    return replace(network, delayed=delayed_starts(usual))


def as_today(usual: UsualCare, progress: Progress = lambda _: None) -> Replayed:
    """Return what needs no plan: the network of sites, and the policies without one."""
    refuse_waiting_that_pays(usual)
    network = network_of(usual)
    _refuse(usual, feasibility_faults(network))
    progress("who waits when the longest wait goes first")
    done = without_a_plan(network)
    return Replayed(network, done, _totals(usual, network, done))


def without_a_plan(network: Network) -> dict[str, Replay]:
    """Return the replays of the policies that need no plan, by name."""
    return {
        NOTHING_SCARCE: policies.nothing_scarce(network),
        FIRST_COME: policies.first_come(network),
        LONGEST_WAIT: policies.longest_wait(network),
    }


def scarce_capacity(
    usual: UsualCare,
    progress: Progress = lambda _: None,
    depth: Depth = FULL,
    actuals: pd.DataFrame | None = None,
) -> Capacity:
    """Return reading 2: the network of sites, and what each policy does there.

    `actuals` (`actuals.fixed_months`): what was done in the months that have happened; the rest is
    planned from there.
    """
    today = as_today(usual, progress)
    fixed = None if actuals is None else fixed_months(today.network, actuals)
    network = today.network if fixed is None else fixed.rest
    there = dict(today.replays) if fixed is None else without_a_plan(network)
    progress("the plan with most health")
    best = plan_for(usual, network, there[NOTHING_SCARCE], depth)
    there[MOST_HEALTH] = replay(network, best.plan)
    whole = today.network if fixed is None else fixed.whole
    done = there if fixed is None else {name: fixed.joined(d) for name, d in there.items()}
    done[NOTHING_SCARCE] = today.replays[NOTHING_SCARCE]
    return Capacity(
        network=whole,
        replays=done,
        totals=_totals(usual, whole, done),
        best=best,
        planned_in=network,
        planned=there[MOST_HEALTH],
        first_come_there=there[FIRST_COME],
        nothing_scarce_there=there[NOTHING_SCARCE],
        corrections=pd.DataFrame(columns=COLUMNS) if fixed is None else fixed.corrections,
    )


def plan_for(usual: UsualCare, network: Network, nothing: Replay, depth: Depth) -> BestPlan:
    """Return the best plan of a network by the scenario's rules; `nothing` is scarce in one."""
    scenario = usual.scenario
    rules, economics = scenario.settings.plan, scenario.settings.economics
    origin = whose(usual, network, rules.equity.over)[1] if rules.equity else None
    asked = Asked(tuple(usual.treatments), origin, scenario.settings.window.months, nothing)
    words = words_for(network, scenario, summary.labels(scenario))
    worth = economics.willingness_to_pay.number
    limit, solver = depth.time_limit, depth.solver
    return most_health(network, rules, usual.worth, nothing, worth, limit, asked, words, solver)


def _totals(usual: UsualCare, network: Network, replays: Mapping[str, Replay]) -> dict[str, Totals]:
    window = usual.scenario.settings.window.months
    return {
        policy: replay_totals(network, done, usual.worth, window)
        for policy, done in replays.items()
    }


def evaluate(
    scenario: Scenario,
    evidence_sets: Mapping[str, Scenario] | None = None,
    progress: Progress = lambda _: None,
    depth: Depth = FULL,
    actuals: pd.DataFrame | None = None,
) -> Results:
    """Return every table of a run.

    `evidence_sets` are the same region under other evidence, shown beside it; `actuals` are the
    months that have happened. Raises `CannotPlan` and `NoPlan`, whose messages say what to do.
    """
    seconds: dict[str, float] = {}
    with _timed("demand", seconds):
        progress("cases, metastases and demand")
        usual = usual_care(scenario)
        others = {name: usual_care(other) for name, other in (evidence_sets or {}).items()}
    with _timed("plan", seconds):
        capacity = scarce_capacity(usual, progress, depth, actuals)
    with _timed("prices, gain and chance", seconds):
        beyond = plan_analyses(usual, capacity, depth, progress)
    with _timed("tables", seconds):
        progress("tables")
        subject = Subject(usual, capacity, usual_care if depth.changed else not_read, as_today)
        tables = all_tables(subject, others, beyond, depth, progress)
    return Results(
        scenario=scenario,
        tables=tables,
        headlines=headlines(usual, capacity, tables),
        labels=summary.labels(scenario),
        usual=usual,
        capacity=capacity,
        seconds=seconds,
    )


@contextmanager
def _timed(step: str, seconds: dict[str, float]) -> Iterator[None]:
    """Note how long a step takes."""
    began = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - began
