"""Rows on the cohort engine that change a reading and say what must follow (section A)."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.outcomes import Value
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.usual_totals import new_patients_worth
from hepaplan.model.verification.changed import (
    backwards,
    dying_at,
    with_regions_halved,
    without_new_cases,
)
from hepaplan.model.verification.changed_exits import at_hazards, harmless, sparing
from hepaplan.model.verification.changed_pathway import swapped
from hepaplan.model.verification.gaps import EXACT, above, largest_gap
from hepaplan.model.verification.plain_sums import in_time
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, judged, not_applicable

MEASURES = ("life_years", "qalys_discounted", "cost_discounted")
AT_ONCE = 1e6
"""Deaths per person-year at which nobody lives a month."""
FASTER = 1.25
SPARED = 0.01
"""Share of the deaths at exits that a slightly better pathway spares; twice it is twice better."""
ROUGHLY = 0.05
"""Relative difference from twice the gain."""
NO_DEATHS = "nobody is new in the window, or no exit of an option is a death of cancer"


def without_mortality(subject: Subject) -> Finding:
    """Judge that where nobody dies all live for the horizon."""
    usual = subject.read(harmless(dying_at(subject.scenario, 0.0)))
    years = float(subject.scenario.settings.economics.horizon_years)
    died = float((usual.kernels.cancer_death + usual.kernels.other_death).sum())
    gap = largest_gap(usual.worth.life_years.start, np.full(usual.kernels.usual_share.shape, years))
    lived = usual.worth.life_years.start
    return judged(
        died == 0.0 and gap <= EXACT,
        f"deaths {died:.3g} of a start; undiscounted life-years of a start {lived.min():.6g} to "
        f"{lived.max():.6g}, horizon {years:g} years, tolerance {EXACT:g}",
    )


def certain_death(subject: Subject) -> Finding:
    """Judge that where death is certain nobody is alive after a month, having lived half of it."""
    kernels = subject.read(dying_at(subject.scenario, AT_ONCE)).kernels
    alive = above(kernels.alive[..., 1:], 0.0)
    half = largest_gap(kernels.person_months[..., 0], np.full(kernels.usual_share.shape, 0.5))
    return judged(
        alive <= EXACT and half <= EXACT,
        f"alive after one month {alive:.3g} of a start at most; months lived differ from 0.5 by "
        f"{half:.3g}, tolerance {EXACT:g}",
    )


def faster_exits(subject: Subject) -> Finding:
    """Judge that higher hazard ratios give every start more events, by every month."""
    before = _events(subject.usual)
    after = _events(subject.read(at_hazards(subject.scenario, FASTER)))
    fewer, year = above(before, after), min(12, before.shape[-1] - 1)
    risen = np.any(after > before, axis=(1, 2))
    ends = before[..., -1].any(axis=1)
    return judged(
        fewer <= EXACT and bool(risen[ends].all()),
        f"moves and cancer deaths by month {year}, mean of options: {before[..., year].mean():.4f} "
        f"of a start, then {after[..., year].mean():.4f}; more in {risen.sum()} of {ends.sum()} "
        f"options; fewer nowhere by more than {fewer:.3g}, tolerance {EXACT:g}",
    )


def no_effect(subject: Subject) -> Finding:
    """Judge that a hazard ratio of 1 on every exit changes nothing."""
    gap = _worth_gap(subject.read(at_hazards(subject.scenario, 1.0)), subject.usual)
    return _same(gap, "life-years, QALYs and cost of starts, all ratios x 1")


def swapped_options(subject: Subject) -> Finding:
    """Judge that two options that exchange their records exchange their worth."""
    pair = _two_options(subject.usual)
    if pair is None:
        return not_applicable("no decision point has two open options of different worth")
    first, second = pair
    names = subject.usual.kernels.options
    point = names[first][0]
    scenario = swapped(subject.scenario, point, names[first][1], names[second][1])
    order = np.arange(len(names))
    order[[first, second]] = second, first
    gap = _worth_gap(subject.read(scenario), subject.usual, options=order)
    what = f"worth of starts, {names[first][1]} and {names[second][1]} at {point} exchanged"
    return _same(gap, what)


def twice_the_effect(subject: Subject) -> Finding:
    """Judge that sparing twice as many of cancer's deaths gains about twice the life-years."""
    if not _deaths_at_exits(subject.usual):
        return not_applicable(NO_DEATHS)
    base, once, twice = (
        new_patients_worth(usual, "life_years")
        for usual in (
            subject.usual,
            subject.read(sparing(subject.scenario, SPARED)),
            subject.read(sparing(subject.scenario, 2 * SPARED)),
        )
    )
    ratio = (twice - base) / (once - base) if once != base else np.inf
    return judged(
        once > base and bool(abs(ratio / 2 - 1) <= ROUGHLY),
        f"life-years of the window's new patients {base:.6g}; {once - base:+.4g} with "
        f"{SPARED:.0%} of deaths at exits spared, {twice - base:+.4g} with {2 * SPARED:.0%}: "
        f"{ratio:.4f} times as many, tolerance {ROUGHLY:.0%} of 2",
    )


def better_baseline(subject: Subject) -> Finding:
    """Judge that where fewer die of cancer new patients live longer."""
    if not _deaths_at_exits(subject.usual):
        return not_applicable(NO_DEATHS)
    base = new_patients_worth(subject.usual, "life_years")
    better = new_patients_worth(subject.read(sparing(subject.scenario, 0.1)), "life_years")
    return judged(
        better > base,
        f"life-years of the window's new patients {base:.6g}, then {better:.6g}",
    )


def nobody_comes_or_dies(subject: Subject) -> Finding:
    """Judge that without new cases and deaths those on the lists on day one stay the only ones."""
    scenario = without_new_cases(harmless(dying_at(subject.scenario, 0.0)))
    if not scenario.tables.backlog["patients"].sum():
        return not_applicable("nobody is on a list on day one, so without new cases there is none")
    usual = subject.read(scenario)
    window = usual.months.count
    people = in_time(usual.flow.starts[..., usual.before :].sum(axis=1), usual.kernels.alive)
    listed = float(scenario.tables.backlog["patients"].sum())
    gap = largest_gap(people, np.full(window, listed))
    return judged(
        gap <= EXACT,
        f"{listed:g} people on day one, {people.min():.6g} to {people.max():.6g} in the {window} "
        f"months that follow; tolerance {EXACT:g}",
    )


def halves_make_the_whole(subject: Subject) -> Finding:
    """Judge that regions split into equal halves give the same arrivals and starts in all."""
    base, split = subject.usual.flow, subject.read(with_regions_halved(subject.scenario)).flow
    gap = max(
        largest_gap(split.arrivals.sum(axis=1), base.arrivals.sum(axis=1)),
        largest_gap(split.starts.sum(axis=1), base.starts.sum(axis=1)),
    )
    whole, halves = base.arrivals.shape[1], split.starts.shape[1]
    gap = gap if halves == 2 * whole else np.inf
    return _same(gap, f"arrivals and starts of {whole} regions, then of {halves}")


def order_does_not_matter(subject: Subject) -> Finding:
    """Judge that points, options, groups and regions in the opposite order change no result."""
    base, turned = subject.usual, subject.read(backwards(subject.scenario))
    there = turned.kernels
    options = np.array([there.options.index(one) for one in base.kernels.options])
    points = [there.points.index(one) for one in base.kernels.points]
    groups = [there.groups.index(one) for one in base.kernels.groups]
    arrivals = turned.flow.arrivals[points][:, ::-1][:, :, groups]
    gap = max(
        _worth_gap(turned, base, options, np.array(groups, dtype=np.int64)),
        largest_gap(arrivals, base.flow.arrivals),
    )
    return _same(gap, "worth of starts and arrivals at points, all in the opposite order")


def _same(gap: float, what: str) -> Finding:
    return judged(
        gap <= EXACT, f"{what}: largest difference {gap:.3g} of the largest, tolerance {EXACT:g}"
    )


def _worth_gap(
    found: UsualCare,
    expected: UsualCare,
    options: Ints | None = None,
    groups: Ints | None = None,
) -> float:
    """Return the largest relative difference in the worth of starts, put in the order given."""
    k = slice(None) if options is None else options
    g = slice(None) if groups is None else groups
    gaps = []
    for measure in MEASURES:
        there: Value = getattr(found.worth, measure)
        here: Value = getattr(expected.worth, measure)
        gaps.append(largest_gap(there.start[k][:, g], here.start))
    return max(gaps)


def _events(usual: UsualCare) -> Floats:
    """Return the share of each start that moved on or died of cancer by month."""
    kernels = usual.kernels
    return np.asarray(np.cumsum(kernels.arrive.sum(axis=2) + kernels.cancer_death, axis=-1))


def _deaths_at_exits(usual: UsualCare) -> float:
    """Return the life-years of new patients, 0 if no option loses any to cancer later on."""
    deaths = usual.kernels.cancer_death[..., 2:].sum()
    return new_patients_worth(usual, "life_years") if deaths > 0 else 0.0


def _two_options(usual: UsualCare) -> tuple[int, int] | None:
    """Return two open options of one decision point, of different worth.

    Not of a point whose shares sites state by the option's name: they would not be exchanged.
    """
    stated = set(usual.scenario.tables.site_shares["decision_point"])
    years = usual.worth.life_years.start
    for first, second in combinations(range(len(years)), 2):
        point, other = (usual.kernels.options[k][0] for k in (first, second))
        if point == other and point not in stated and (years[first] != years[second]).any():
            return first, second
    return None


COHORT_CHANGE_ROWS = (
    Row("A5", "no deaths, nobody leaves an option", "nobody dies; life-years are the horizon",
        without_mortality),
    Row("A6", "other causes kill at once", "nobody is alive after one month", certain_death),
    Row("A16", f"every hazard ratio x {FASTER:g}", "more events by every month", faster_exits),
    Row("A17", "a hazard ratio of 1 on every exit", "nothing changes", no_effect),
    Row("A17", "the records of two options exchanged", "their results are exchanged",
        swapped_options),
    Row("A18", "twice as many deaths at exits spared", "about twice the life-years gained",
        twice_the_effect),
    Row("A19", "a tenth of the deaths at exits spared", "more life-years", better_baseline),
    Row("A21", "no new cases, no deaths", "as many people as were there on day one",
        nobody_comes_or_dies),
    Row("A23", "every region as two equal halves", "the same in all", halves_make_the_whole),
    Row("A24", "points, options, groups and regions in the opposite order", "the same results",
        order_does_not_matter),
)  # fmt: skip
