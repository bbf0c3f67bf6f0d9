"""Rows on demand and the resources it takes (section E of the list)."""

from __future__ import annotations

import numpy as np

from hepaplan.model.flows.renewal import usual_flow
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, NOTHING_SCARCE
from hepaplan.model.verification.changed import with_regions_halved
from hepaplan.model.verification.changed_network import people_times, with_option_unused
from hepaplan.model.verification.gaps import EXACT, largest_gap
from hepaplan.model.verification.recounted import (
    gap_by_resource,
    largest,
    stated_capacity,
    use_of,
)
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, judged, not_applicable, within

LATER = 3
"""Months by which people come later where demand is shifted."""
DEMAND_OF_THE_CODE = ("E1", "E2", "E3", "E10", "E11", "E12")
"""Rows of this section with nothing of a scenario in them: minutes of a case, cases of a list."""


def twice_the_people(subject: Subject) -> Finding:
    """Judge that twice the people, and so twice the cases, make twice the demand in every line."""
    once = subject.usual.flow.starts
    twice = subject.read(people_times(subject.scenario, 2.0)).flow.starts
    what = f"largest difference of {once.size} demand lines from twice as many starts, relative"
    return within(largest_gap(twice, 2.0 * once), EXACT, what)


def a_catchment_split(subject: Subject) -> Finding:
    """Judge that regions read as two halves each have the same demand, each and in all."""
    whole = subject.usual.flow.starts
    halves = subject.read(with_regions_halved(subject.scenario)).flow.starts
    apart = largest_gap(halves[:, ::2] + halves[:, 1::2], whole)
    total = largest_gap(halves.sum(axis=1), whole.sum(axis=1))
    what = f"{whole.shape[1]} regions as two halves each: largest difference in starts, relative"
    return within(largest(apart, total), EXACT, what)


def shares_of_options(subject: Subject) -> Finding:
    """Judge that shares with the untreated sum to 1, and that share 0 gives no demand."""
    usual = subject.usual
    kernels, scenario = usual.kernels, subject.scenario
    sums = np.zeros((len(kernels.points), len(kernels.groups)))
    np.add.at(sums, kernels.point_of, kernels.usual_share)
    astray = float(np.abs(sums[np.unique(kernels.point_of)] - 1.0).max())
    unused = kernels.usual_share == 0.0
    begun = float(usual.flow.starts.sum(axis=(1, 3))[unused].sum())
    found = f"shares of a decision point differ from 1 by {astray:.3g}; options of share 0 start"
    found += f" {begun:.3g} people"
    choice = _least_used(subject)
    if choice is None:
        return judged(astray <= EXACT and begun == 0.0, found)
    (point, option, instead), place = choice
    other = subject.read(with_option_unused(scenario, point, option, instead))
    still = float(other.flow.starts[place].sum())
    cost = float(
        np.einsum("gm,gcd->", other.flow.starts[place].sum(axis=0), other.kernels.cost[place])
    )
    found += f"; {option} at {point} set to share 0: {still:.3g} people start it, {cost:.3g} GBP"
    return judged(astray <= EXACT and begun == 0.0 and still == 0.0 and cost == 0.0, found)


def _least_used(subject: Subject) -> tuple[tuple[str, str, str], int] | None:
    """Return the option started least of those with another beside it, and its number.

    None where sites state shares of their own, or no decision point has two options in use.
    """
    kernels, flow = subject.usual.kernels, subject.usual.flow
    if not subject.scenario.tables.site_shares.empty:
        return None
    people = flow.starts.sum(axis=(1, 2, 3))
    for place in np.argsort(people):
        point, option = kernels.options[place]
        beside = [k for k, (at, _) in enumerate(kernels.options) if at == point and k != place]
        used = [k for k in beside if people[k] > 0.0]
        if people[place] > 0.0 and used:
            return (point, option, kernels.options[used[0]][1]), int(place)
    return None


def people_who_come_later(subject: Subject) -> Finding:
    """Judge that people who come some months later make the same demand, so much later."""
    usual = subject.usual
    later = np.zeros_like(usual.entries)
    later[..., LATER:] = usual.entries[..., :-LATER]
    moved = usual_flow(usual.kernels, later).starts
    early = float(np.abs(moved[..., :LATER]).max(initial=0.0))
    gap = largest_gap(moved[..., LATER:], usual.flow.starts[..., :-LATER])
    what = f"everyone {LATER} months later: largest difference from demand so much later, relative"
    return within(largest(gap, early), EXACT, what)


def use_from_footprints(subject: Subject) -> Finding:
    """Judge that bed-days, minutes and all else used are footprint times starts, by plain sums."""
    usual, there = subject.usual, subject.capacity
    by_hand = use_of(usual.flow.starts.sum(axis=1), usual.kernels.use)[:, usual.before :]
    told = there.replays[NOTHING_SCARCE].use[: by_hand.shape[0]].sum(axis=1)
    records = subject.scenario.settings.resource
    totals = ", ".join(
        f"{total:,.0f} {records[name].unit} ({records[name].label})"
        for name, total in zip(usual.kernels.resources, by_hand.sum(axis=1), strict=True)
    )
    what = f"{totals}; largest difference from footprints times starts, relative"
    return within(gap_by_resource(told, by_hand), EXACT, what)


def occupancy_by_hand(subject: Subject) -> Finding:
    """Judge that the capacity behind each occupancy is what the tables state; row F11 has use."""
    there = subject.capacity
    stated = stated_capacity(subject.scenario, there.network)
    if not stated.any():
        return not_applicable("no site has any capacity")
    gap = gap_by_resource(there.network.capacity[: stated.shape[0]], stated)
    fullest = {}
    network, real = there.planned_in, there.planned_in.reported
    held = stated[..., stated.shape[2] - network.horizon :]
    for policy, done in ((FIRST_COME, there.first_come_there), (MOST_HEALTH, there.planned)):
        share = np.divide(done.use[:real], held, out=np.zeros_like(held), where=held > 0.0)
        fullest[policy] = float(share.max(initial=0.0))
    words = ", ".join(f"{share:.1%} under {policy}" for policy, share in fullest.items())
    what = f"fullest month of a site {words}; capacity differs by hand, relative"
    return within(gap, EXACT, what)


DEMAND_ROWS = (
    Row("E4", "twice the people", "every line of demand doubles", twice_the_people),
    Row("E5", "every region cut in two halves", "total demand unchanged", a_catchment_split),
    Row(
        "E6",
        "an option's share set to 0",
        "shares sum to 1; share 0 gives no demand and no cost",
        shares_of_options,
    ),
    Row(
        "E7",
        f"everyone comes {LATER} months later",
        "demand moves as many months, otherwise unchanged",
        people_who_come_later,
    ),
    Row("E8", "none", "resources used are footprint times starts", use_from_footprints),
    Row("E9", "none", "occupancy is use over the capacity stated", occupancy_by_hand),
)
