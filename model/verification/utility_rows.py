"""Rows on utilities and QALYs (section B of the list)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hepaplan.model.ages.life_table import group_age_mix
from hepaplan.model.ages.utility_norms import norm_of_mix, utilities_above_norm
from hepaplan.model.metastases import metastasis_arrivals
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Complication
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.money_tables import WAITING_LIST
from hepaplan.model.verification.changed_figures import times
from hepaplan.model.verification.changed_pathway import with_complications, with_utilities
from hepaplan.model.verification.gaps import EXACT, above, largest_gap
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, judged

LOWER = 0.01


def utilities_of_one_and_zero(subject: Subject) -> Finding:
    """Judge that QALYs are life-years where every utility is 1, and 0 where it is 0."""

    def harmless(harm: Complication) -> Complication:
        return harm.model_copy(update={"qaly_loss": times(harm.qaly_loss, 0.0)})

    spared = with_complications(subject.scenario, harmless)
    ones = subject.read(with_utilities(spared, lambda _: 1.0)).worth
    none = subject.read(with_utilities(spared, lambda _: 0.0))
    gap = largest_gap(ones.qalys.start, subject.usual.worth.life_years.start)
    left = float(np.abs(none.kernels.qalys).max() + np.abs(none.waiting.qalys).max())
    return judged(
        gap <= EXACT and left == 0.0,
        f"utility 1: QALYs of a start against its life-years {gap:.3g} of the largest; utility 0: "
        f"{left:.3g} QALYs a month at most; tolerance {EXACT:g}",
    )


def lower_utilities(subject: Subject) -> Finding:
    """Judge that 0.01 less of every utility takes 0.01 QALYs of every year lived."""
    before = subject.usual.worth
    after = subject.read(with_utilities(subject.scenario, lambda u: u - LOWER)).worth
    lost = before.qalys.start - after.qalys.start
    gap = largest_gap(lost, LOWER * before.life_years.start)
    same = largest_gap(after.life_years.start, before.life_years.start)
    return judged(
        gap <= EXACT and same <= EXACT and bool((lost > 0).all()),
        f"QALYs lost by a start {lost.min():.4g} to {lost.max():.4g}, against {LOWER:g} of its "
        f"life-years {gap:.3g}; life-years change by {same:.3g} of the largest; tolerance "
        f"{EXACT:g}",
    )


def qalys_within_utilities(subject: Subject) -> Finding:
    """Judge that QALYs of a year lived lie within the utilities stated, complications apart."""
    usual = subject.usual
    options = usual.scenario.pathway.options()
    stated = [u for _, _, option in options for u in option.utility.numbers().values()]
    low, high = min(stated), max(stated)
    years = usual.kernels.person_months / MONTHS_PER_YEAR
    over = above(usual.kernels.qalys, high * years)
    under = above(low * years[..., 1:], usual.kernels.qalys[..., 1:])
    worth = usual.worth
    ratio = worth.qalys.start / worth.life_years.start
    fair = over <= EXACT and under <= EXACT and bool((ratio <= high + EXACT).all())
    fewer = high >= 1.0 or bool((worth.qalys.start < worth.life_years.start).all())
    return judged(
        fair and fewer,
        f"QALYs a life-year of a start {ratio.min():.4f} to {ratio.max():.4f}, utilities stated "
        f"{low:g} to {high:g}; by the month outside them by {max(over, under):.3g} QALYs at most, "
        f"tolerance {EXACT:g}",
    )


def norms_are_flagged(subject: Subject) -> Finding:
    """Judge that every utility above the population's is listed, and no other."""
    usual, scenario = subject.usual, subject.scenario
    table = utilities_above_norm(usual)
    listed = set(zip(table["decision_point"], table["option"], table["group"], strict=True))
    norms = _norms(usual)
    expected = {
        (point, option, group)
        for point, option, by_group in _by_group(scenario)
        for group, utility in by_group.items()
        if utility > norms[group]
    }
    wrong = listed ^ expected
    said = ", ".join(f"{group} {norm:.4f}" for group, norm in norms.items())
    return judged(
        not wrong,
        f"{len(expected)} utilities above the population's ({said}), {len(listed)} listed in "
        f"utility_norms, {len(wrong)} of them wrongly or not",
    )


def _norms(usual: UsualCare) -> dict[str, float]:
    arrivals = metastasis_arrivals(usual.scenario, usual.cases, usual.case_months, usual.span)
    norms = norm_of_mix(group_age_mix(usual.scenario, arrivals)).tolist()
    return dict(zip(usual.scenario.groups, norms, strict=True))


def _by_group(scenario: Scenario) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Yield the highest utility by group of every open option and list."""
    for point, name, option in scenario.pathway.options():
        yield point, name, dict.fromkeys(scenario.groups, max(option.utility.numbers().values()))
    for point, record in scenario.pathway.decision_point.items():
        if record.waiting is not None:
            utility = record.waiting.utility
            yield point, WAITING_LIST, {g: utility.for_group(g) for g in scenario.groups}


UTILITY_ROWS = (
    Row("B1", "every utility 1, then 0", "QALYs are life-years, then 0",
        utilities_of_one_and_zero),
    Row("B2", f"every utility {LOWER:g} lower", "fewer QALYs, as many life-years",
        lower_utilities),
    Row("B3", "none", "QALYs a life-year within the utilities stated", qalys_within_utilities),
    Row("B4", "none", "utilities above the population's are listed", norms_are_flagged),
)  # fmt: skip
