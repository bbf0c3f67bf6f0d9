"""The whole path: from a region's people to demand, to a plan, to what waiting costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepaplan.model import patient_tables, plan_tables, policies, summary, usual_tables
from hepaplan.model.age_error import age_groups_error
from hepaplan.model.ageing import other_cause_clocks
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.assumptions import assumption_table, capacity_table, change_table, source_table
from hepaplan.model.calendar import Months
from hepaplan.model.checks import all_checks
from hepaplan.model.delay import harm_of_delay
from hepaplan.model.fit_tables import fits
from hepaplan.model.incidence import incident_cases
from hepaplan.model.kernels import pathway_kernels
from hepaplan.model.metastases import (
    by_group,
    eligible_arrivals,
    metastasis_arrivals,
    months_of_cases,
)
from hepaplan.model.network import Network, build_network, day_one_people, region_mix
from hepaplan.model.outcomes import pathway_values
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_value import Totals, replay_totals
from hepaplan.model.population import regions
from hepaplan.model.problems import dotted
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import (
    FIRST_COME,
    MOST_HEALTH,
    NOTHING_SCARCE,
    Capacity,
    Replayed,
    UsualCare,
)
from hepaplan.model.renewal import usual_flow
from hepaplan.model.replay import Replay, replay
from hepaplan.model.utility_norms import utilities_above_norm
from hepaplan.model.waiting import waiting_month, waiting_that_pays

Progress = Callable[[str], None]


class WaitingPays(Exception):
    """The scenario makes a month on a list worth more than starting now."""


@dataclass(frozen=True)
class Results:
    """What a run found: named tables, headline sentences, labels for machine names."""

    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]
    headlines: tuple[str, ...]
    labels: Mapping[str, str]
    status: str
    gap: float
    seconds: Mapping[str, float]

    @property
    def checks_pass(self) -> bool:
        """Whether every identity holds."""
        return bool(self.tables["checks"]["passed"].all())


def usual_care(scenario: Scenario) -> UsualCare:
    """Return reading 1: population, cases, metastases, decision points, starts and their worth."""
    settings = scenario.settings
    window, economics = settings.window, settings.economics
    months = Months(window.start, window.months + window.run_out_months)
    span = months.extended(before=window.burn_in_years * MONTHS_PER_YEAR, after=0)
    case_months = months_of_cases(settings.metastases, span)

    cases = incident_cases(scenario, case_months)
    metastases = metastasis_arrivals(scenario, cases, case_months, span)
    grouped = by_group(scenario, metastases)
    eligible = eligible_arrivals(scenario, grouped)

    survival, since_metastasis, studied = other_cause_clocks(scenario, metastases)
    kernels = pathway_kernels(
        scenario.pathway, scenario.groups, settings.resource, survival,
        published_survival=studied,
    )  # fmt: skip
    waiting = waiting_month(scenario.pathway, scenario.groups, survival)
    values = pathway_values(
        kernels,
        rate_costs=economics.discount_rate_costs.number,
        rate_effects=economics.discount_rate_effects.number,
    )
    entries = eligible.copy()
    first = span.count - months.count
    waiting_on_day_one = day_one_people(scenario, kernels).sum(axis=-1)
    entries[..., first] += waiting_on_day_one[:, None] * region_mix(eligible[..., first:]).T
    flow = usual_flow(kernels, entries)
    return UsualCare(
        scenario, months, span, case_months, cases, grouped, eligible, entries, survival,
        since_metastasis, studied, kernels, waiting, values, flow,
    )  # fmt: skip


def refuse_waiting_that_pays(usual: UsualCare) -> None:
    """Raise `WaitingPays` if a month on some list is worth more than starting now."""
    places = usual.scenario.places
    faults = waiting_that_pays(usual.waiting, usual.kernels, usual.worth.qalys_discounted)
    if faults:
        raise WaitingPays(
            "\n".join(
                f"{places.get(fault.key, 'pathway')}: {dotted(fault.key)}: {fault.message}"
                for fault in faults
            )
        )


def network_of(usual: UsualCare) -> Network:
    """Return the sites and lists that reading 1's patients meet in the window and its run-out."""
    return build_network(
        usual.scenario,
        usual.months,
        regions(usual.scenario),
        usual.eligible[..., usual.before :],
        usual.kernels,
        usual.waiting,
        usual.flow.starts[..., : usual.before],
    )


def as_today(usual: UsualCare, progress: Progress = lambda _: None) -> Replayed:
    """Return what needs no plan: the network of sites with nothing scarce, and first come."""
    refuse_waiting_that_pays(usual)
    network = network_of(usual)
    progress("who waits when the longest wait goes first")
    done = {
        NOTHING_SCARCE: policies.nothing_scarce(network),
        FIRST_COME: policies.first_come(network),
    }
    return Replayed(network, done, _totals(usual, network, done))


def scarce_capacity(usual: UsualCare, progress: Progress = lambda _: None) -> Capacity:
    """Return reading 2: the network of sites, and what each policy does there."""
    today = as_today(usual, progress)
    network = today.network
    progress("the plan with most health")
    rules = usual.scenario.settings.plan
    best = most_health(network, rules, usual.worth, today.replays[NOTHING_SCARCE])
    planned = {MOST_HEALTH: replay(network, best.plan)}
    return Capacity(
        network,
        {**today.replays, **planned},
        {**today.totals, **_totals(usual, network, planned)},
        best,
    )


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
) -> Results:
    """Return every table of a run.

    `evidence_sets` are the same region under other evidence, shown beside it. Raises `WaitingPays`
    and `NoPlan`, whose messages say what to do.
    """
    clock = [time.perf_counter()]
    progress("cases, metastases and demand")
    usual = usual_care(scenario)
    others = {name: usual_care(other) for name, other in (evidence_sets or {}).items()}
    clock.append(time.perf_counter())
    capacity = scarce_capacity(usual, progress)
    clock.append(time.perf_counter())

    progress("tables")
    tables = {
        **usual_tables.all_tables(usual),
        **patient_tables.all_tables(usual),
        "fits": fits(scenario),
        "delay": harm_of_delay(usual),
        "age_groups_error": age_groups_error(usual),
        **plan_tables.all_tables(usual, capacity),
        "evidence_sets": summary.evidence_sets(usual, others),
        "utility_norms": utilities_above_norm(usual),
        "assumptions": assumption_table(scenario),
        "sources": source_table(scenario),
        "changes": change_table(scenario),
        "capacity": capacity_table(scenario),
        "checks": all_checks(usual, capacity),
    }
    tables["key_figures"] = summary.key_figures(usual, capacity, tables)
    tables["about"] = summary.about(usual, capacity)
    clock.append(time.perf_counter())
    seconds = dict(zip(("demand", "plan", "tables"), np.diff(clock).tolist(), strict=True))
    return Results(
        scenario=scenario,
        tables=tables,
        headlines=summary.headlines(usual, capacity, tables),
        labels=summary.labels(scenario),
        status=capacity.best.status,
        gap=capacity.best.gap,
        seconds=seconds,
    )
