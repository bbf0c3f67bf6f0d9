"""Rows on uncertainty: what is drawn, and that a draw is a scenario like any other (section D)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.checks import fate_of_starts, waiting_months
from hepaplan.model.outcomes import Value as Worth
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.usual_totals import new_patients_worth
from hepaplan.model.uncertainty.drawing.draws import draw, one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.region.region import region_draws
from hepaplan.model.uncertainty.spread.distributions import Fixed
from hepaplan.model.uncertainty.spread.inputs import Input, Value, uncertain_inputs
from hepaplan.model.uncertainty.spread.means import why_mean_differs
from hepaplan.model.verification.cohort_rows import back_to_life
from hepaplan.model.verification.gaps import EXACT, above, largest_gap
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, judged, not_applicable

SEED = 1
STRATA = 1000
FEW = 2
ERRORS = 3.0
"""Monte Carlo standard errors within which a sampled mean lies."""
NONE = "no input states how unsure it is"


def means_are_the_points(subject: Subject) -> Finding:
    """Judge that draws of each input have the mean of its distribution: its point, or why not."""
    inputs = uncertain_inputs(subject.scenario)
    if not inputs:
        return not_applicable(NONE)
    values = draw(inputs, STRATA, SEED, "latin")
    parts, explained, furthest, where = 0, 0, 0.0, ""
    for key, item in inputs.items():
        for part, drawn in _parts(values[key]):
            at = part if part in item.parts else ""
            differs = why_mean_differs(item, at)
            error = float(drawn.std()) / np.sqrt(drawn.size)
            mean = item.parts[at].mean if differs else item.point[at]
            apart = abs(float(drawn.mean()) - mean)
            away = apart / error if error > 0 else (0.0 if apart <= EXACT * abs(mean) else np.inf)
            if away > furthest:
                furthest, where = away, item.label
            parts, explained = parts + 1, explained + bool(differs)
    return judged(
        furthest <= ERRORS,
        f"{len(inputs)} inputs, {parts} numbers, {STRATA} draws in equal strata: means of "
        f"{parts - explained} are the point, of {explained} the distribution's, which says why; "
        f"furthest {furthest:.3g} Monte Carlo standard errors{f', {where}' if where else ''}, "
        f"tolerance {ERRORS:g}",
    )


def one_seed_one_result(subject: Subject) -> Finding:
    """Judge that a seed gives the same totals again, and another seed others."""
    inputs = uncertain_inputs(subject.scenario)
    if not inputs:
        return not_applicable(NONE)
    if new_patients_worth(subject.usual, "life_years") == 0.0:
        return not_applicable("nobody is new in the window")
    one, again, other = (
        region_draws(subject.usual, draw(inputs, FEW, seed), with_regions=False).totals
        for seed in (SEED, SEED, SEED + 1)
    )
    same, changed = bool(np.array_equal(one, again)), bool((one != other).any())
    return judged(
        same and changed,
        f"{FEW} draws of {len(inputs)} inputs, totals of new patients: "
        f"{'identical' if same else 'different'} with seed {SEED} again, "
        f"{'others' if changed else 'the same'} with seed {SEED + 1}",
    )


def without_spread(subject: Subject) -> Finding:
    """Judge that draws of inputs that are sure are the base case, in both ways of calculating."""
    inputs = uncertain_inputs(subject.scenario)
    if not inputs:
        return not_applicable(NONE)
    values = draw({key: _sure(item) for key, item in inputs.items()}, FEW, SEED)
    found = region_draws(subject.usual, values, with_regions=False)
    base = np.array([new_patients_worth(subject.usual, name) for name in found.measures])
    drawn = largest_gap(found.totals, np.repeat(base[:, None], FEW, axis=1))
    again = subject.read(stated_scenario(subject.scenario, one_draw(values, 0)))
    measures: list[tuple[Worth, Worth]] = [
        (getattr(again.worth, name), getattr(subject.usual.worth, name))
        for name in ("life_years", "qalys_discounted", "cost_discounted")
    ]
    stated = max(largest_gap(there.start, here.start) for there, here in measures)
    return judged(
        max(drawn, stated) <= EXACT,
        f"{len(inputs)} inputs at their points: totals of {FEW} draws {drawn:.3g}, worth of starts "
        f"as if files had stated them {stated:.3g} of the largest from the base, tolerance "
        f"{EXACT:g}",
    )


def every_draw_is_sound(subject: Subject) -> Finding:
    """Judge that a few draws keep what every scenario keeps: rows A1 to A3 and B3."""
    inputs = uncertain_inputs(subject.scenario)
    if not inputs:
        return not_applicable(NONE)
    values = draw(inputs, FEW, SEED)
    gaps: dict[str, float] = {}
    for each in range(FEW):
        usual = subject.read(stated_scenario(subject.scenario, one_draw(values, each)))
        for what, gap in unsound_by(usual).items():
            if not gap <= gaps.get(what, 0.0):
                gaps[what] = gap
    said = ", ".join(f"{what} {gap:.3g}" for what, gap in gaps.items())
    return judged(
        all(gap <= EXACT for gap in gaps.values()),
        f"{FEW} draws of {len(inputs)} inputs: off at most by {said or 'nothing'}, tolerance "
        f"{EXACT:g}",
    )


def unsound_by(usual: UsualCare) -> dict[str, float]:
    """Return by how much a reading misses what all keep: fates, lists, survival and utilities."""
    kernels, worth = usual.kernels, usual.worth
    general = usual.other_cause_survival[kernels.point_of]
    stated = [
        utility
        for _, _, option in usual.scenario.pathway.options()
        for utility in option.utility.numbers().values()
    ]
    return {
        "fates of starts": fate_of_starts(usual),
        "chances": max(above(kernels.arrive, 1.0), above(-kernels.arrive, 0.0)),
        "months on lists": waiting_months(usual),
        "back to life": back_to_life(usual),
        "alive above the population": above(kernels.alive, general),
        "QALYs above utilities": above(worth.qalys.start, max(stated) * worth.life_years.start),
    }


def _sure(item: Input) -> Input:
    """Return an input that is its point in every draw."""
    parts = {part: Fixed(item.point[part]) for part in item.parts}
    return replace(item, parts=parts)


def _parts(value: Value) -> Iterator[tuple[str, Floats]]:
    if isinstance(value, Mapping):
        for part, drawn in value.items():
            yield part, np.asarray(drawn)
    else:
        yield "", np.asarray(value)


UNCERTAINTY_OF_THE_CODE = ("D2", "D3", "D4", "D5", "D7", "D8", "D9", "D12", "D13")
UNCERTAINTY_ROWS = (
    Row("D1", "none", "sampled means are the points, or the difference is explained",
        means_are_the_points),
    Row("D6", "the same seed, then another", "the same totals, then others", one_seed_one_result),
    Row("D10", "every standard error 0", "every draw is the base case", without_spread),
    Row("D11", "none", "each draw keeps rows A1 to A3 and B3", every_draw_is_sound),
)  # fmt: skip
