"""Verification A, the pathway: the rows of the cohort engine again, where they speak of patients.

The shipped region, or a pathway small enough to know the answer; every test changes one input.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.evaluate import usual_care
from hepaplan.model.flows.renewal import Flow, overall_survival, usual_flow
from hepaplan.model.input_checks.pathway_checks import check_pathway
from hepaplan.model.kernels import Kernels, pathway_kernels
from hepaplan.model.outcomes import pathway_values
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Exit, Option
from hepaplan.model.quantities import Quantity
from hepaplan.model.readings import UsualCare
from hepaplan.scenarios.load import load_scenario
from tests.support.scenarios import scaled, with_table
from tests.support.small import exponential, figure, pathway_record, share, small_kernels

EXACT = 1e-9
SEVEN_DECIMALS = 5e-8
SOME_YEARS = 120
LISTED, SETTLED = 0, 1
OPERATION, CARE = 0, 1

Change = Callable[[str, str, Option], Option]


@cache
def shipped() -> Scenario:
    return load_scenario("greater-manchester")


@cache
def as_shipped() -> UsualCare:
    return usual_care(shipped())


@cache
def survival_as_shipped() -> tuple[Floats, Floats]:
    """Return overall survival over the whole horizon, by point and by option."""
    kernels = as_shipped().kernels
    return overall_survival(kernels, kernels.months)


def with_options(change: Change, scenario: Scenario | None = None) -> Scenario:
    """Return the shipped region, or another scenario, with every option changed."""
    scenario = scenario or shipped()
    points = {
        name: point.model_copy(
            update={"option": {o: change(name, o, option) for o, option in point.option.items()}}
        )
        for name, point in scenario.pathway.decision_point.items()
    }
    pathway = scenario.pathway.model_copy(update={"decision_point": points})
    return replace(scenario, pathway=pathway)


def with_deaths(factor: float) -> Scenario:
    """Return the shipped region with another life table."""
    table = scaled(shipped().tables.life_table, "deaths_per_person_year", factor)
    return with_table(shipped(), life_table=table)


def times(ratio: Quantity | None, factor: float) -> Quantity:
    if ratio is None:
        return Quantity.model_validate(figure(factor, "hazard ratio"))
    value = ratio.value
    product = (
        {group: number * factor for group, number in value.items()}
        if isinstance(value, dict)
        else value * factor
    )
    return ratio.model_copy(update={"value": product})


def faster(option: Option, factor: float) -> Option:
    """Return an option with the hazard of every exit multiplied."""

    def one(record: Exit) -> Exit:
        later = tuple(
            change.model_copy(update={"hazard_ratio": times(change.hazard_ratio, factor)})
            for change in record.hazard_ratio_changes
        )
        ratio = times(record.hazard_ratio, factor)
        return record.model_copy(update={"hazard_ratio": ratio, "hazard_ratio_changes": later})

    return option.model_copy(update={"exits": {n: one(e) for n, e in option.exits.items()}})


def harmless(point: str, name: str, option: Option) -> Option:
    """Return an option that nobody leaves, dies of, or is spared at the last moment."""
    spared = {"procedural_mortality": None, "not_performed": None}
    return faster(option.model_copy(update=spared), 0.0)


def small(months: int = 120, **operation: Any) -> Kernels:
    """Return the small pathway's kernels where nobody dies of other causes, one option changed."""
    record = pathway_record()
    plain = {"procedural_mortality": None, "not_performed": None} | operation
    stated = record["decision_point"]["listed"]["option"]["operation"] | plain
    kept = {name: part for name, part in stated.items() if part is not None}
    record["decision_point"]["listed"]["option"]["operation"] = kept
    return small_kernels(record, np.ones((1, months + 1)))


def leaving(time: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the one exit of an option, to death."""
    return {"death": {"time": time, "to": {"cancer_death": share(1.0)}} | more}


def each_arrives_once(kernels: Kernels) -> Flow:
    """Return the flow of one person arriving at each point in month 0, in the place of regions."""
    points = len(kernels.points)
    entries = np.zeros((points, points, len(kernels.groups), SOME_YEARS + 1))
    entries[range(points), range(points), :, 0] = 1.0
    return usual_flow(kernels, entries)


def in_time(flow: Floats, kernel: Floats) -> Floats:
    """Return what starts (option, region, group, month) lead to, (region, group, month)."""
    months = flow.shape[-1]
    return np.stack(
        [
            np.einsum("krgm,kgm->rg", flow[..., : t + 1], kernel[..., t::-1][..., : t + 1])
            for t in range(months)
        ],
        axis=-1,
    )


def test_a1_alive_and_dead_are_all_who_arrived() -> None:
    """Expected: of one arrival, alive anywhere + dead so far = 1 in each month for ten years."""
    kernels = as_shipped().kernels
    starts = each_arrives_once(kernels).starts
    alive = in_time(starts, kernels.alive)
    dead, of_cancer = (
        np.cumsum(in_time(starts, deaths), axis=-1)
        for deaths in (kernels.cancer_death + kernels.other_death, kernels.cancer_death)
    )
    np.testing.assert_allclose(alive + dead, 1.0, rtol=EXACT)
    np.testing.assert_allclose(
        alive, survival_as_shipped()[0][..., : SOME_YEARS + 1], rtol=0, atol=1e-12
    )
    assert (alive >= 0).all()
    assert (dead >= 0).all()
    assert not np.isclose(alive + of_cancer, 1.0)[..., -1].any()  # other deaths left out


def test_a2_every_split_of_patients_sums_to_one_and_another_is_refused_by_name() -> None:
    """Expected: usual shares, and a month on a list, sum to 1; a wrong exit is named."""
    usual = as_shipped()
    kernels, waiting = usual.kernels, usual.waiting
    at_point = np.zeros((len(kernels.points), len(kernels.groups)))
    np.add.at(at_point, kernels.point_of, kernels.usual_share)
    np.testing.assert_allclose(at_point, 1.0, rtol=EXACT)
    fates = waiting.stay + waiting.move.sum(axis=1) + waiting.cancer_death + waiting.other_death
    np.testing.assert_allclose(fates[waiting.waits], 1.0, rtol=EXACT)

    def leaking(point: str, name: str, option: Option) -> Option:
        if (point, name) != ("ablatable", "microwave"):
            return option
        exits = {
            exit_name: record.model_copy(
                update={"to": {to: times(part, 0.9) for to, part in record.to.items()}}
            )
            for exit_name, record in option.exits.items()
        }
        return option.model_copy(update={"exits": exits})

    settings, groups = shipped().settings, shipped().groups
    assert not check_pathway(shipped().pathway, groups, settings.resource, None)
    faults = check_pathway(with_options(leaking).pathway, groups, settings.resource, None)
    assert faults
    for fault in faults:
        assert fault.key[:5] == ("pathway", "decision_point", "ablatable", "option", "microwave")
        assert "sum to 0.9" in fault.message


def test_a3_nobody_comes_back_and_nobody_outlives_the_general_population() -> None:
    """Expected: survival never rises, is <= other-cause survival, and equal to it without disease.

    With a life table twice as good it would be above.
    """
    usual = as_shipped()
    by_point = usual.other_cause_survival
    general = by_point[usual.kernels.point_of]
    for survival, others in zip(survival_as_shipped(), (by_point, general), strict=True):
        assert (np.diff(survival, axis=-1) <= 1e-15).all()
        assert (survival <= others + 1e-12).all()
        assert (survival[..., 12] < others[..., 12]).all()
    well = usual_care(with_options(harmless))
    general = well.other_cause_survival[well.kernels.point_of]
    np.testing.assert_allclose(well.kernels.alive, general, rtol=0, atol=1e-12)
    healthier = usual_care(with_options(harmless, with_deaths(0.5))).kernels
    assert (healthier.alive[..., 12] > general[..., 12]).all()


def test_a4_at_the_horizon_fewer_than_one_in_a_thousand_are_alive() -> None:
    """Expected: after 75 years, from every decision point and in every group, below 0.1%."""
    for survival in survival_as_shipped():
        assert survival.shape[-1] == 75 * 12 + 1
        assert (survival[..., -1] < 0.001).all()
        assert (survival[..., 360] > 0.001).any()  # thirty years would not be a lifetime


def test_a5_without_mortality_life_years_are_the_horizon() -> None:
    """Expected: 75 undiscounted life-years from every start and arrival; fewer as shipped."""
    usual = usual_care(with_options(harmless, with_deaths(0.0)))
    assert not usual.kernels.cancer_death.any()
    assert not usual.kernels.other_death.any()
    np.testing.assert_allclose(usual.worth.life_years.start, 75.0, rtol=EXACT)
    np.testing.assert_allclose(usual.worth.life_years.arrival, 75.0, rtol=EXACT)
    assert (as_shipped().worth.life_years.start < 75.0 - 10).all()


def test_a6_where_everybody_dies_at_once_nobody_is_left_after_a_month() -> None:
    """Expected: alive 0 from month 1, half a month lived by those whose start is carried out."""
    usual = usual_care(with_deaths(1e9))
    assert (usual.kernels.alive[..., 1:] < EXACT).all()
    by_point, _ = overall_survival(usual.kernels, 12)
    assert (by_point[..., 1:] < EXACT).all()
    np.testing.assert_allclose(usual.kernels.person_months[..., 0], 0.5, rtol=EXACT)


def test_a7_who_leaves_an_option_arrives_somewhere_or_dies() -> None:
    """Expected: each month, fewer in an option = arrivals elsewhere + deaths (exact)."""
    kernels = as_shipped().kernels
    gone = kernels.arrive.sum(axis=2) + kernels.cancer_death + kernels.other_death
    np.testing.assert_allclose(-np.diff(kernels.alive), gone[..., 1:], rtol=0, atol=1e-13)
    without = gone - kernels.other_death
    assert not np.allclose(-np.diff(kernels.alive), without[..., 1:], rtol=0, atol=1e-6)


def test_a8_an_operation_not_carried_out_moves_on_after_exactly_one_month() -> None:
    """Expected: in at month 0, at the next point at month 1, and held there where nothing ends."""
    all_of_them = {"share": share(1.0), "footprint_share": share(0.0), "to": {"settled": share(1)}}
    record = pathway_record()
    record["decision_point"]["listed"]["option"]["operation"]["not_performed"] = all_of_them
    care = record["decision_point"]["settled"]["option"]["care"]
    care["exits"]["death"]["hazard_ratio"] = figure(0.0, "hazard ratio")
    kernels = small_kernels(record, np.ones((1, 13)))
    np.testing.assert_array_equal(kernels.alive[OPERATION, 0], [1.0] + [0.0] * 12)
    np.testing.assert_array_equal(kernels.arrive[OPERATION, 0, SETTLED], [0, 1.0] + [0.0] * 11)
    by_point, by_option = overall_survival(kernels, 12)
    np.testing.assert_array_equal(by_option[OPERATION, 0], 1.0)
    np.testing.assert_array_equal(by_point[SETTLED, 0], 1.0)


def test_a9_a_yearly_probability_of_death_by_the_month() -> None:
    """Expected: 0.20 a year at every age is 0.0184235 in the first month and 0.20 after twelve."""
    table = shipped().tables.life_table.assign(deaths_per_person_year=-math.log(0.8))
    escape = usual_care(with_table(shipped(), life_table=table)).other_cause_survival
    np.testing.assert_allclose(1 - escape[..., 1], 0.0184235, rtol=0, atol=SEVEN_DECIMALS)
    np.testing.assert_allclose(escape[..., 12], 0.8, rtol=EXACT)
    assert (1 - escape[..., 1] - 0.20 / 12 > 0.0017).all()


def test_a10_a_hazard_ratio_on_a_monthly_probability() -> None:
    """Expected: HR 0.7 on a month's 0.2 gives 0.1446123, not 0.14."""
    exits = leaving(exponential(0.8), hazard_ratio=figure(0.7, "hazard ratio"))
    died = small(exits=exits).cancer_death[OPERATION, 0, 1]
    assert died == pytest.approx(0.1446123, rel=0, abs=SEVEN_DECIMALS)
    assert small(exits=leaving(exponential(0.8))).cancer_death[OPERATION, 0, 1] == (
        pytest.approx(0.2, rel=EXACT)
    )


def test_a11_an_option_fitted_to_its_median() -> None:
    """Expected: a median of 14.5 months: 0.0466787 leave in month 1, 0.5634712 left at 12."""
    time = {"family": "exponential", "median_months": figure(14.5, "months"), "unit": "months",
            "source": "paper", "quality": "illustrative"}  # fmt: skip
    alive = small(exits=leaving(time)).alive[OPERATION, 0]
    assert 1 - alive[1] == pytest.approx(0.0466787, rel=0, abs=SEVEN_DECIMALS)
    assert alive[12] == pytest.approx(0.5634712, rel=0, abs=SEVEN_DECIMALS)


def test_a12_life_years_of_an_option_are_half_cycle_corrected() -> None:
    """Expected: 0.3/yr over 10 years: 3.1675414, neither 3.2071336 (start) nor 3.1279492 (end)."""
    kernels = small(exits=leaving(exponential(math.exp(-0.3 / 12))))
    alive = kernels.alive[OPERATION, 0]
    counted = {
        3.1675414: kernels.person_months[OPERATION, 0].sum() / 12,
        3.2071336: alive[:-1].sum() / 12,
        3.1279492: alive[1:].sum() / 12,
    }
    for expected, found in counted.items():
        assert found == pytest.approx(expected, rel=0, abs=SEVEN_DECIMALS)


def curve(family: str, twelve: float, sixty: float) -> dict[str, Any]:
    points = [{"month": 12, "survival": twelve}, {"month": 60, "survival": sixty}]
    return exponential(twelve) | {"family": family, "points": points}


def test_a14_a_weibull_through_points_of_an_exponential_is_that_exponential() -> None:
    """Expected: survival 0.7 at 12 and 0.7^5 at 60 months: the shape is 1, the course the same."""
    weibull = small(exits=leaving(curve("weibull", 0.7, 0.7**5)))
    steady = small(exits=leaving(exponential(0.7 ** (1 / 12))))
    np.testing.assert_allclose(weibull.alive[OPERATION], steady.alive[OPERATION], rtol=EXACT)
    bent = small(exits=leaving(curve("weibull", 0.7, 0.3)))
    assert abs(bent.alive[OPERATION, 0, 30] - steady.alive[OPERATION, 0, 30]) > 0.01


def test_a15_time_in_an_option_is_never_above_overall_survival() -> None:
    """Expected: for every option, group and month: still in the option <= alive."""
    kernels = as_shipped().kernels
    _, overall = survival_as_shipped()
    assert (kernels.alive <= overall + 1e-12).all()
    assert (kernels.alive[..., 60] < overall[..., 60]).any()
    resected = kernels.alive[kernels.options.index(("resectable", "minor_open"))]
    at_the_end = overall[kernels.options.index(("supportive_care", "supportive_care"))]
    assert (resected > at_the_end)[:, 12].all()  # another option's survival would be caught


def test_a16_higher_ratios_mean_more_events() -> None:
    """Expected: HR 0.8, 1, 1.25 on every exit, and procedural mortality up: more have left."""

    def left(factor: float) -> Floats:
        scenario = with_options(lambda _, __, option: faster(option, factor))
        return np.asarray(1 - usual_care(scenario).kernels.alive[..., 12])

    assert (left(0.8) < left(1.0)).all()
    assert (left(1.0) < left(1.25)).all()

    def riskier(point: str, name: str, option: Option) -> Option:
        risk = option.procedural_mortality
        return option.model_copy(update={"procedural_mortality": risk and times(risk, 1.25)})

    # Who survives operations decides who comes later, and how old: clocks are held.
    kernels = kernels_by_clocks(as_shipped(), with_options(riskier))
    operated = [o.procedural_mortality is not None for _, _, o in shipped().pathway.options()]
    more = kernels.cancer_death[..., 1] > as_shipped().kernels.cancer_death[..., 1]
    assert more[operated].all()
    assert not more[np.logical_not(operated)].any()


def kernels_by_clocks(clocks: UsualCare, scenario: Scenario) -> Kernels:
    """Return a scenario's kernels where other causes are those of another reading."""
    return pathway_kernels(
        scenario.pathway, scenario.groups, scenario.settings.resource,
        clocks.other_cause_survival, published_survival=clocks.studied_survival,
    )  # fmt: skip


def with_records_of(give: dict[str, str]) -> UsualCare:
    """Return usual care where options at `resectable` have the record of another."""
    records = shipped().pathway.decision_point["resectable"].option

    def given(point: str, name: str, option: Option) -> Option:
        return records[give[name]] if point == "resectable" and name in give else option

    return usual_care(with_options(given))


def test_a17_two_options_swapped_swap_their_results() -> None:
    """Expected: the records of two operations swapped swap their worth and leave all others' alone.

    Given one record, the two are equal to the last bit.
    """
    pair = ("minor_open", "two_stage")
    first, second = (as_shipped().kernels.options.index(("resectable", name)) for name in pair)
    swapped = with_records_of(dict(zip(pair, pair[::-1], strict=True)))
    same = with_records_of({pair[1]: pair[0]})
    for measure in ("life_years", "qalys_discounted", "cost_discounted"):
        before, after, equal = (
            getattr(usual.worth, measure).start for usual in (as_shipped(), swapped, same)
        )
        order = np.arange(len(before))
        order[[first, second]] = second, first
        np.testing.assert_allclose(after, before[order], rtol=EXACT)
        assert not np.allclose(before[first], before[second], rtol=0.01)
        np.testing.assert_array_equal(equal[first], equal[second])


def test_a18_twice_the_difference_in_efficacy_is_about_twice_the_gain() -> None:
    """Expected: HR 0.99, 0.98, 0.96 on microwave ablation: life-years gained double within 5%."""

    def years(factor: float) -> Floats:
        def slower(point: str, name: str, option: Option) -> Option:
            return faster(option, factor) if name == "microwave" else option

        usual = usual_care(with_options(slower))
        row = usual.kernels.options.index(("ablatable", "microwave"))
        return np.asarray(usual.worth.life_years.start[row])

    base = as_shipped().worth.life_years.start[
        as_shipped().kernels.options.index(("ablatable", "microwave"))
    ]
    half, whole, double = (years(factor) - base for factor in (0.99, 0.98, 0.96))
    assert (half > 0).all()
    np.testing.assert_allclose(whole / half, 2.0, rtol=0.05)
    np.testing.assert_allclose(double / whole, 2.0, rtol=0.05)


def test_a19_a_better_baseline_gives_a_better_outcome() -> None:
    """Expected: slower exits or fewer other deaths give more life-years from every point.

    The disease is held: what published curves that count other deaths leave to it.
    """
    usual = as_shipped()
    base = usual.worth.life_years.arrival
    slower = usual_care(with_options(lambda _, __, o: faster(o, 0.9))).worth.life_years.arrival
    assert (slower > base).all()

    def life_years(factor: float) -> Floats:
        clocks = replace(
            usual, other_cause_survival=usual_care(with_deaths(factor)).other_cause_survival
        )
        kernels = kernels_by_clocks(clocks, shipped())
        return pathway_values(kernels, 0.035, 0.015).life_years.arrival

    np.testing.assert_allclose(life_years(1.0), base, rtol=EXACT)
    assert (life_years(0.9) > base).all()
    assert (life_years(1.1) < base).all()


def test_a20_months_against_ever_shorter_cycles() -> None:
    """Expected: by the month within 0.1% of continuous time, 3.1673764; uncorrected 1.3% above."""
    kernels = small(exits=leaving(exponential(math.exp(-0.3 / 12))))
    continuous = (1 - math.exp(-3.0)) / 0.3
    assert kernels.person_months[OPERATION, 0].sum() / 12 == pytest.approx(continuous, rel=0.001)
    assert kernels.alive[OPERATION, 0, :-1].sum() / 12 > 1.01 * continuous


def test_a21_without_incidence_and_mortality_prevalence_is_constant() -> None:
    """Expected: those on the lists on day one are the only patients, and all of them every month.

    With deaths from other causes alone their number falls.
    """

    def present(deaths: float) -> tuple[Floats, float]:
        nobody = scaled(shipped().tables.incidence, "rate_per_100k", 0.0)
        scenario = with_table(with_options(harmless, with_deaths(deaths)), incidence=nobody)
        usual = usual_care(scenario)
        people = in_time(usual.flow.starts[..., usual.before :], usual.kernels.alive)
        assert not usual.flow.starts[..., : usual.before].any()
        return people.sum(axis=(0, 1)), float(usual.entries.sum())

    people, on_day_one = present(0.0)
    assert on_day_one > 0
    np.testing.assert_allclose(people, on_day_one, rtol=EXACT)
    assert (np.diff(present(1.0)[0]) < 0).all()


def test_a22_constant_arrivals_settle_at_arrivals_over_the_chance_of_death() -> None:
    """Expected: 4 arrivals a month, of whom 0.4 die a month: 10 in care, 10 (1 - 0.6^t) before."""
    kernels = small(months=80)
    entries = np.zeros((2, 1, 1, 80))
    entries[SETTLED] = 4.0
    people = in_time(usual_flow(kernels, entries).starts, kernels.alive)[0, 0]
    np.testing.assert_allclose(people, 10 * (1 - 0.6 ** np.arange(1, 81)), rtol=EXACT)
    assert people[-1] == pytest.approx(10.0, rel=EXACT)


def test_a23_regions_split_in_two_give_the_same_sum() -> None:
    """Expected: every region as two halves: arrivals and starts of all regions are unchanged."""
    whole = shipped().tables.population
    halves = [
        scaled(whole, "people", part).assign(region=whole["region"] + suffix)
        for part, suffix in ((0.5, " east"), (0.5, " west"))
    ]
    population = pd.concat(halves, ignore_index=True)
    split = usual_care(with_table(shipped(), population=population))
    base = as_shipped()
    assert split.flow.starts.shape[1] == 2 * base.flow.starts.shape[1]
    np.testing.assert_allclose(
        split.flow.arrivals.sum(axis=1), base.flow.arrivals.sum(axis=1), rtol=EXACT
    )
    np.testing.assert_allclose(
        split.flow.starts.sum(axis=1), base.flow.starts.sum(axis=1), rtol=EXACT
    )


def test_a24_the_order_of_points_options_and_groups_does_not_matter() -> None:
    """Expected: all three reversed: worth of every start and arrivals at every point unchanged."""
    pathway, settings = shipped().pathway, shipped().settings
    backwards = {
        name: point.model_copy(update={"option": dict(reversed(point.option.items()))})
        for name, point in reversed(pathway.decision_point.items())
    }
    groups = dict(reversed(settings.group.items()))
    usual = usual_care(
        replace(
            shipped(),
            pathway=pathway.model_copy(update={"decision_point": backwards}),
            settings=settings.model_copy(update={"group": groups}),
        )
    )
    base = as_shipped()
    assert usual.kernels.options != base.kernels.options
    options = [usual.kernels.options.index(option) for option in base.kernels.options]
    points = [usual.kernels.points.index(point) for point in base.kernels.points]
    order = [usual.kernels.groups.index(group) for group in base.kernels.groups]
    for measure in ("life_years", "qalys_discounted", "cost_discounted"):
        before, after = (getattr(u.worth, measure).start for u in (base, usual))
        np.testing.assert_allclose(after[options][:, order], before, rtol=EXACT)
    np.testing.assert_allclose(
        usual.flow.arrivals[points][:, :, order], base.flow.arrivals, rtol=EXACT, atol=1e-15
    )
