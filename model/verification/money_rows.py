"""Rows on costs and discounting (section B of the list)."""

from __future__ import annotations

import numpy as np

from hepaplan.model.fates import fates
from hepaplan.model.kernels import COMPLICATIONS
from hepaplan.model.money.drugs import ADMINISTRATION, cost_category
from hepaplan.model.outcomes import worth
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Complication, Option
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.tables.usual_totals import new_patients_worth
from hepaplan.model.verification.changed import discounted_at, with_horizon, without_discounting
from hepaplan.model.verification.changed_figures import times
from hepaplan.model.verification.changed_pathway import with_complications
from hepaplan.model.verification.gaps import EXACT, above, largest_gap
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, judged, not_applicable

HUGE = 1e200
"""A discount rate per year at which one month later is worth nothing."""
SHORTER = 5
"""How many times shorter the horizon is made."""


def discounting_off(subject: Subject) -> Finding:
    """Judge that without discounting every start is worth what its undiscounted sum says."""
    values = subject.read(without_discounting(subject.scenario)).worth
    gaps = (
        largest_gap(values.qalys_discounted.start, subject.usual.worth.qalys.start),
        largest_gap(values.cost_discounted.start, subject.usual.worth.cost.start),
    )
    return judged(
        max(gaps) <= EXACT,
        f"a start discounted against not: QALYs {gaps[0]:.3g} and cost {gaps[1]:.3g} of the "
        f"largest, tolerance {EXACT:g}",
    )


def discounting_more(subject: Subject) -> Finding:
    """Judge that twice the rates and a hundredth a year on top make later money worth less."""
    scenario = subject.scenario
    economics = scenario.settings.economics
    costs, effects = (
        2.0 * rate.number + 0.01
        for rate in (economics.discount_rate_costs, economics.discount_rate_effects)
    )
    before, after = subject.usual.worth, subject.read(discounted_at(scenario, costs, effects)).worth
    more = above(after.cost_discounted.start, before.cost_discounted.start)
    once, then = (float(v.cost_discounted.start.sum()) for v in (before, after))
    lived = [worth(subject.usual.kernels, subject.usual.kernels.person_months, rate).start.sum()
             for rate in (economics.discount_rate_effects.number, effects)]  # fmt: skip
    gained = [float(v.qalys_discounted.start.sum()) for v in (before, after)]
    falls = gained[1] < gained[0] or gained[0] <= 0.0
    return judged(
        more <= EXACT and (then < once or once == 0.0) and falls and lived[1] < lived[0],
        f"rates {costs:g} for costs and {effects:g} for effects per year; sum over starts: cost "
        f"GBP {once:.6g}, then {then:.6g}; QALYs {gained[0]:.6g}, then {gained[1]:.6g}",
    )


def discounting_huge(subject: Subject) -> Finding:
    """Judge that at a huge rate only the first month counts: for costs, and apart for effects."""
    kernels, gaps = subject.usual.kernels, []
    half = (1.0 + HUGE) ** (-0.5 / MONTHS_PER_YEAR)
    costs = subject.read(discounted_at(subject.scenario, HUGE, 0.0)).worth
    first = kernels.cost[..., 0].sum(axis=2) * half
    gaps.append(largest_gap(costs.cost_discounted.start, first))
    gaps.append(largest_gap(costs.qalys_discounted.start, subject.usual.worth.qalys.start))
    return judged(
        max(gaps) <= EXACT,
        f"costs at {HUGE:g} per year, effects at 0: cost of a start against that of its first "
        f"month {gaps[0]:.3g}, QALYs against undiscounted ones {gaps[1]:.3g} of the largest, "
        f"tolerance {EXACT:g}",
    )


def shorter_horizon(subject: Subject) -> Finding:
    """Judge that new patients' totals are not higher with a shorter horizon."""
    years = subject.scenario.settings.economics.horizon_years
    if years < SHORTER:
        return not_applicable(f"a horizon of {years} years is not made {SHORTER} times shorter")
    before, after = subject.usual, subject.read(with_horizon(subject.scenario, years // SHORTER))
    totals = {
        name: tuple(new_patients_worth(usual, name) for usual in (before, after))
        for name in ("life_years", "cost", "cost_discounted")
    }
    if totals["life_years"][0] == 0.0:
        return not_applicable("nobody is new in the window")
    words = (f"{name} {once:.6g}, then {then:.6g}" for name, (once, then) in totals.items())
    return judged(
        all(then <= once for once, then in totals.values())
        and totals["life_years"][1] < totals["life_years"][0],
        f"{years // SHORTER} years for {years}, the window's new patients, years and GBP: "
        f"{'; '.join(words)}",
    )


def harmless_complications(subject: Subject) -> Finding:
    """Judge that complications without cost, loss and use are none, and as stated do harm."""
    if not any(option.complications for _, _, option in subject.scenario.pathway.options()):
        return not_applicable("no option in use states a complication")

    def free(harm: Complication) -> Complication:
        nothing = {"cost": times(harm.cost, 0.0), "qaly_loss": times(harm.qaly_loss, 0.0)}
        return harm.model_copy(update={**nothing, "footprint": {}})

    def never(harm: Complication) -> Complication:
        return harm.model_copy(update={"probability": times(harm.probability, 0.0)})

    costless, absent = (
        subject.read(with_complications(subject.scenario, change)) for change in (free, never)
    )
    gap = max(
        largest_gap(costless.kernels.cost, absent.kernels.cost),
        largest_gap(costless.kernels.qalys, absent.kernels.qalys),
        largest_gap(costless.kernels.use, absent.kernels.use),
    )
    here = subject.usual.worth
    saved = (here.cost.start - absent.worth.cost.start).sum()
    lost = (absent.worth.qalys.start - here.qalys.start).sum()
    return judged(
        gap <= EXACT and saved >= 0.0 and lost >= 0.0 and saved + lost > 0.0,
        f"free and harmless against never: {gap:.3g} of the largest, tolerance {EXACT:g}; as "
        f"stated they cost GBP {saved:.6g} and {lost:.4g} QALYs over one start of each option",
    )


def paid_whole_at_the_start(subject: Subject) -> Finding:
    """Judge that what the month of a start takes is not halved: counted again from the inputs."""
    kernels, scenario = subject.usual.kernels, subject.scenario
    taken, paid = np.zeros_like(kernels.use[..., 0]), np.zeros(kernels.usual_share.shape)
    for k, (_, _, option) in enumerate(scenario.pathway.options()):
        for g, group in enumerate(kernels.groups):
            taken[k, g] = [_at_the_start(option, name, group) for name in kernels.resources]
            stated = sum(amounts.at(0) for amounts in option.costs.values())
            paid[k, g] = stated * begun(option, group)
    prices = [scenario.settings.resource[name].unit_cost.number for name in kernels.resources]
    others = [
        place for place, name in enumerate(kernels.categories) if name not in _of_doses(scenario)
    ]
    expected = paid + taken @ np.array(prices)
    gaps = (
        largest_gap(kernels.use[..., 0], taken),
        largest_gap(kernels.cost[:, :, others, 0].sum(axis=2), expected),
    )
    return judged(
        max(gaps) <= EXACT,
        f"the month of the start against amounts stated x who starts: use {gaps[0]:.3g} and cost "
        f"{gaps[1]:.3g} of the largest, {len(kernels.resources)} resources, doses and "
        f"complications' cost apart; tolerance {EXACT:g}",
    )


def lines_add_up(subject: Subject) -> Finding:
    """Judge that the lines of cost add up to the total, undiscounted and discounted."""
    usual = subject.usual
    rate = subject.scenario.settings.economics.discount_rate_costs.number
    by_line = fates(usual.kernels, rate)
    gaps = []
    for lines, total in (
        (by_line.cost, usual.worth.cost),
        (by_line.cost_discounted, usual.worth.cost_discounted),
    ):
        gaps.append(largest_gap(np.sum([v.start for v in lines.values()], axis=0), total.start))
    return judged(
        max(gaps) <= EXACT,
        f"{len(usual.kernels.categories)} lines against the total of a start: {gaps[0]:.3g} "
        f"undiscounted, {gaps[1]:.3g} discounted of the largest, tolerance {EXACT:g}",
    )


def _performed(option: Option, group: str) -> float:
    """Return the share of planned starts that are carried out."""
    return 1.0 - (option.not_performed.share.for_group(group) if option.not_performed else 0.0)


def begun(option: Option, group: str) -> float:
    """Return the share of the first month's amounts that planned starts take."""
    abandoned = option.not_performed
    part = abandoned.footprint_share.for_group(group) if abandoned else 0.0
    done = _performed(option, group)
    return done + (1.0 - done) * part


def _at_the_start(option: Option, resource: str, group: str) -> float:
    """Return the units of a resource that a planned start takes in its month."""
    footprint = option.footprint.get(resource)
    units = footprint.at(0) * begun(option, group) if footprint else 0.0
    for harm in option.complications.values():
        if resource in harm.footprint:
            extra = harm.probability.for_group(group) * harm.footprint[resource].for_group(group)
            units += _performed(option, group) * extra
    return units


def _of_doses(scenario: Scenario) -> set[str]:
    """Return the categories of cost that doses and complications have of their own."""
    return {*map(cost_category, scenario.pathway.drug), ADMINISTRATION, COMPLICATIONS}


MONEY_OF_THE_CODE = ("B8", "B11", "B12", "B20")
MONEY_ROWS = (
    Row("B13", "both discount rates 0", "discounted results equal undiscounted ones",
        discounting_off),
    Row("B13", "both discount rates doubled and 0.01 per year more", "lower discounted results",
        discounting_more),
    Row("B13", "a huge discount rate for costs, none for effects", "the first month's cost alone",
        discounting_huge),
    Row("B14", f"a horizon {SHORTER} times shorter", "totals are not higher",
        shorter_horizon),
    Row("B15", "complications free and harmless", "as if they never happened",
        harmless_complications),
    Row("B17", "none", "what a start takes in its month is paid whole", paid_whole_at_the_start),
    Row("B18", "none", "lines of cost add up to the total", lines_add_up),
)  # fmt: skip
