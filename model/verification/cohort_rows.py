"""Rows on the cohort engine that change nothing: what holds of any reading (section A)."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from hepaplan.model.ages.age_error import lifetime, single_age_lifetime
from hepaplan.model.ages.life_table import life_tables
from hepaplan.model.arrays import Floats
from hepaplan.model.checks import fate_of_starts, waiting_months
from hepaplan.model.input_checks.pathway_checks import check_pathway
from hepaplan.model.metastases import eligibility
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.verification.changed_exits import leaking
from hepaplan.model.verification.gaps import EXACT, above, largest_gap, numbers_in
from hepaplan.model.verification.plain_sums import in_time, led_to
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, broken, judged, not_applicable

LIFETIME = 1e-3
"""Share alive at the horizon below which it is a lifetime."""
SURVIVORS = 1e-3
"""Relative difference that those alive at the horizon may make to a life expectancy."""
AGES_APART = 2e-3
"""Most that groups may differ from single ages, as in the identity of the checks."""
OLDEST = 120


def people_are_kept(subject: Subject) -> Finding:
    """Judge that fates sum to 1, that who came is alive or dead, and that all are numbers."""
    usual = subject.usual
    for name, numbers in numbers_in(usual):
        if name != "standard_days" and not np.isfinite(numbers).all():
            return broken(f"{name}: {np.sum(~np.isfinite(numbers))} entries are no numbers")
    fates, people = fate_of_starts(usual), _came_and_are(usual)
    outside = max(_outside_unit(usual), above(-usual.flow.arrivals, 0.0))
    return judged(
        fates <= EXACT and people <= EXACT and outside <= EXACT,
        f"fates of a start differ from 1 by {fates:.3g}; people who came against those alive or "
        f"dead, each month of {usual.span.count}: {people:.3g} of them; chances outside 0 to 1, or "
        f"people below 0, by {outside:.3g}; tolerance {EXACT:g}",
    )


def splits_sum_to_one(subject: Subject) -> Finding:
    """Judge every split of patients, and that an exit that leaks is refused by its name."""
    usual = subject.usual
    kernels, scenario = usual.kernels, usual.scenario
    shares = np.zeros((len(kernels.points), len(kernels.groups)))
    np.add.at(shares, kernels.point_of, kernels.usual_share)
    gap = max(
        largest_gap(shares, np.ones_like(shares)),
        largest_gap(eligibility(scenario).sum(axis=0), np.ones(len(kernels.groups))),
        waiting_months(usual),
    )
    twice = [name for name, count in Counter(kernels.options).items() if count > 1]
    point, option, _ = next(one for one in scenario.pathway.options() if one[2].exits)
    faults = check_pathway(
        leaking(scenario, point, option).pathway, scenario.groups, scenario.settings.resource, None
    )
    at = ("pathway", "decision_point", point, "option", option)
    named = any(fault.key[:5] == at for fault in faults)
    return judged(
        gap <= EXACT and not twice and named,
        f"usual shares, eligibility and months on a list differ from 1 by {gap:.3g}, tolerance "
        f"{EXACT:g}; {len(kernels.options)} options, {len(twice)} named twice; exits of "
        f"{point}.{option} that sum to 0.9 are {'refused by name' if named else 'not refused'}",
    )


def nobody_outlives_the_population(subject: Subject) -> Finding:
    """Judge that the dead stay dead, and that patients die at least as the population does.

    At a point the ages are those of all who ever come, so a month's arrivals may be younger
    (`ageing`): survival there may lie above the point's own by as much as groups differ from single
    ages, which is computed.
    """
    usual = subject.usual
    by_point, by_option = subject.survival
    rises = max(
        above(np.diff(by_point), 0.0),
        above(np.diff(by_option), 0.0),
        back_to_life(usual),
    )
    others = usual.other_cause_survival
    longer = max(
        above(by_point, others),
        above(by_option, others[usual.kernels.point_of]),
    )
    beyond, allowed = above(others, longest_lived(usual)), groups_against_single_ages(usual)
    return judged(
        rises <= EXACT and beyond <= EXACT and longer <= EXACT + allowed,
        f"survival rises by {rises:.3g} at most, tolerance {EXACT:g}; above that of the general "
        f"population by {longer:.3g} at most, where groups stand for single ages to within "
        f"{allowed:.3g}; {by_point.shape[-1] - 1} months, {by_point.shape[0]} points, "
        f"{len(by_option)} options, {by_point.shape[1]} groups",
    )


def groups_against_single_ages(usual: UsualCare) -> float:
    """Return the largest difference in the share alive between groups and single ages, capped."""
    grouped = lifetime(usual.kernels, eligibility(usual.scenario)).alive
    apart = float(np.abs(grouped - single_age_lifetime(usual).alive).max())
    return min(apart, AGES_APART)


def back_to_life(usual: UsualCare) -> float:
    """Return by how much the dead of a start become fewer from a month to the next, at most."""
    kernels = usual.kernels
    return max(above(-kernels.cancer_death, 0.0), above(-kernels.other_death, 0.0))


def longest_lived(usual: UsualCare) -> Floats:
    """Return the best survival of anybody at a group's ages or older (group, months + 1).

    From the life table alone: at each time the sex and age, by the month from the group's youngest
    on, with the lowest hazard ahead.
    """
    scenario, months = usual.scenario, usual.other_cause_survival.shape[-1]
    ages = np.arange(OLDEST * MONTHS_PER_YEAR + months) / MONTHS_PER_YEAR
    least = np.full((len(scenario.groups), months), np.inf)
    for table in life_tables(scenario).values():
        reached = table.cumulative_hazard(0.0, ages)
        ahead = sliding_window_view(reached, months) - reached[: 1 - months, None]
        for g, group in enumerate(scenario.groups):
            first = scenario.settings.group[group].from_age * MONTHS_PER_YEAR
            least[g] = np.minimum(least[g], ahead[first:].min(axis=0))
    return np.asarray(np.exp(-least))


def horizon_is_a_lifetime(subject: Subject) -> Finding:
    """Judge who is alive at the horizon, of groups that have patients at a point."""
    usual = subject.usual
    came = usual.flow.arrivals.sum(axis=(1, 3)) > 0
    by_point, by_option = subject.survival
    started = came[usual.kernels.point_of]
    alive = max(by_point[came, -1].max(initial=0.0), by_option[started, -1].max(initial=0.0))
    return judged(
        bool(alive < LIFETIME),
        f"alive {usual.kernels.months // MONTHS_PER_YEAR} years after a start: {alive:.3g} at most",
    )


def who_leaves_arrives(subject: Subject) -> Finding:
    """Judge inflow and outflow: of each option month by month, and of each decision point."""
    usual = subject.usual
    kernels = usual.kernels
    gone = kernels.arrive.sum(axis=2) + kernels.cancer_death + kernels.other_death
    option = float(np.abs(np.diff(kernels.alive) + gone[..., 1:]).max(initial=0.0))
    starts, entries = usual.flow.starts.sum(axis=1), usual.entries.sum(axis=1)
    expected = entries + led_to(starts, kernels.arrive)
    point = largest_gap(usual.flow.arrivals.sum(axis=1), expected)
    return judged(
        option <= EXACT and point <= EXACT,
        f"fewer in an option against who left it, share of starts: {option:.3g}; arrivals at a "
        f"point against entries and what earlier starts led to, by plain sums over "
        f"{usual.span.count} months: {point:.3g} of them; tolerance {EXACT:g}",
    )


def each_month_waited_follows_the_last(subject: Subject) -> Finding:
    """Judge the lists' months waited: who stays one month has waited one month more."""
    capacity = subject.capacity
    if len(capacity.corrections):
        return not_applicable("lists are corrected to what was recorded of months gone by")
    network, gap = capacity.network, 0.0
    if network.months.count < 2:
        return not_applicable("one month is planned, which no other follows")
    stay = network.waiting.stay[network.kernels.point_of][:, :, None, None]
    for done in capacity.replays.values():
        left = done.left.sum(axis=2)
        there = left.copy()
        np.add.at(there, network.pair_list, done.starts.sum(axis=2))
        gap = max(gap, above(np.abs(there[..., 1:, 1:] - stay * left[..., :-1, :-1]), 0.0))
    return judged(
        gap <= 1e-6,
        f"people with w + 1 months waited against those with w who stayed, each list, month and "
        f"policy: {gap:.3g} people, tolerance 1e-06",
    )


def in_an_option_is_alive(subject: Subject) -> Finding:
    """Judge that no more are in their first option than are alive."""
    kernels = subject.usual.kernels
    over = above(kernels.alive, subject.survival[1])
    return judged(
        over <= EXACT,
        f"time in an option above overall survival by {over:.3g} at most, "
        f"{len(kernels.options)} options; tolerance {EXACT:g}",
    )


def those_alive_are_arrivals_times_life(subject: Subject) -> Finding:
    """Judge two ways to a life expectancy: survival added up, and the linear system of worths."""
    usual = subject.usual
    came = usual.flow.arrivals.sum(axis=(1, 3)) > 0
    by_point, _ = subject.survival
    settled = (by_point[..., :-1] + by_point[..., 1:]).sum(axis=-1) / 2 / MONTHS_PER_YEAR
    gap = largest_gap(settled[came], usual.worth.life_years.arrival[came])
    return judged(
        gap <= SURVIVORS,
        f"of one arrival a year, alive once settled against years of life ahead: {gap:.3g} of "
        f"them at most, tolerance {SURVIVORS:g} for those who outlive the horizon",
    )


def _came_and_are(usual: UsualCare) -> float:
    """Return the largest difference, relative, of people who came and those alive or dead."""
    kernels, starts = usual.kernels, usual.flow.starts.sum(axis=1)
    months = starts.shape[-1]
    came = np.cumsum(usual.entries.sum(axis=(0, 1, 2)))
    dead = np.cumsum(in_time(starts, kernels.cancer_death + kernels.other_death))
    alive = in_time(starts, kernels.alive)
    return largest_gap(alive + dead, came[:months])


def _outside_unit(usual: UsualCare) -> float:
    """Return by how much a chance lies below 0 or above 1 at most."""
    kernels, month = usual.kernels, usual.waiting
    chances = (
        kernels.arrive, kernels.cancer_death, kernels.other_death, kernels.procedural_death,
        kernels.alive, kernels.usual_share, usual.other_cause_survival,
        month.stay, month.move, month.cancer_death, month.other_death,
    )  # fmt: skip
    return max(max(above(c, 1.0), above(-c, 0.0)) for c in chances)


COHORT_OF_THE_CODE = ("A9", "A10", "A11", "A12", "A13", "A14", "A20")
COHORT_ROWS = (
    Row("A1", "none, each month", "states sum to all who came, none negative or no number",
        people_are_kept),
    Row("A2", "one exit's shares x 0.9", "splits of patients sum to 1; the exit is refused by name",
        splits_sum_to_one),
    Row("A3", "none", "the dead stay dead; no group outlives the general population",
        nobody_outlives_the_population),
    Row("A4", "none", "fewer than 0.1% are alive at the horizon", horizon_is_a_lifetime),
    Row("A7", "none", "who leaves an option arrives at a point or dies", who_leaves_arrives),
    Row("A8", "none", "who stays on a list has waited one month more",
        each_month_waited_follows_the_last),
    Row("A15", "none", "no more in an option than alive", in_an_option_is_alive),
    Row("A22", "one arrival a year for ever", "those alive are arrivals x life expectancy",
        those_alive_are_arrivals_times_life),
)  # fmt: skip
