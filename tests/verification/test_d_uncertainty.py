"""Verification, section D: uncertainty."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import get_args

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.checks import fate_of_starts, waiting_months
from hepaplan.model.economics import frontier, preferred
from hepaplan.model.evaluate import usual_care
from hepaplan.model.outputs import Output, chosen_outputs
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.model.readings import UsualCare
from hepaplan.model.uncertainty.drawing.designs import uniform
from hepaplan.model.uncertainty.drawing.draws import draw, one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.information.evpi import evpi
from hepaplan.model.uncertainty.information.evppi import evppi
from hepaplan.model.uncertainty.information.evsi import MeanStudy, evsi
from hepaplan.model.uncertainty.moving.evaluations import Outcome, by_runs
from hepaplan.model.uncertainty.moving.levers import levers
from hepaplan.model.uncertainty.moving.one_way import Ranges, one_way
from hepaplan.model.uncertainty.region.frame import MEASURES
from hepaplan.model.uncertainty.region.region import region_draws
from hepaplan.model.uncertainty.results.acceptability import acceptability, plane, thresholds
from hepaplan.model.uncertainty.spread.distributions import (
    Beta,
    Gamma,
    LogNormal,
    Normal,
    Uncertain,
    Uniform,
    from_interval,
    from_standard_error,
)
from hepaplan.model.uncertainty.spread.inputs import HAZARD_FACTOR, Input, Values, uncertain_inputs
from hepaplan.model.uncertainty.spread.means import why_mean_differs
from hepaplan.model.uncertainty.spread.spread_words import family_of
from hepaplan.model.uncertainty.strategies import Strategies
from hepaplan.scenarios.load import load_scenario
from tests.support.inputs_by_hand import made_input, made_lever
from tests.support.region_values import all_values, read_once
from tests.support.scenarios import tiny, tiny_usual

# EVPI of the verification list's toy table: rows are strategies, columns draws.
TOY = np.array([[10.0, 14.0, 8.0, 12.0], [12.0, 9.0, 13.0, 10.0]])


def three_strategies() -> Strategies:
    """Return three strategies over 2,000 draws, good in the same draws, each best somewhere."""
    generator = np.random.default_rng(7)
    cost = np.array([[1_000.0], [4_000.0], [9_000.0]]) * generator.gamma(25.0, 0.04, (3, 2_000))
    qalys = np.array([[1.0], [1.3], [1.5]]) + 0.1 * generator.standard_normal((3, 2_000))
    qalys += 0.3 * generator.standard_normal(2_000)
    return Strategies("a patient", ("usual", "more", "most"), cost, qalys)


def test_d7_curves_sum_to_one_and_agree_with_plane_and_frontier() -> None:
    """Expected: curves sum to 1 at each threshold; the share of draws below the threshold's line
    on the plane is the curve; at each threshold the frontier is what has most net benefit on the
    means, in the order of the frontier of costs and QALYs.
    """
    drawn = three_strategies()
    at = thresholds(20_000.0)
    found = acceptability(drawn, at)
    assert np.abs(found.probability_best.sum(axis=0) - 1.0).max() < 1e-12
    means = [
        (name, float(drawn.cost[s].mean()), float(drawn.qalys[s].mean()))
        for s, name in enumerate(drawn.names)
    ]
    chosen = [
        tuple(name for name, is_it in zip(drawn.names, column, strict=True) if is_it)
        for column in found.preferred.T
    ]
    assert chosen == [preferred(means, threshold) for threshold in at.tolist()]
    steps = [one.name for one in frontier(means) if one.standing != "dominated"]
    assert list(dict.fromkeys(name for (name,) in chosen)) == steps
    two = Strategies("a patient", drawn.names[:2], drawn.cost[:2], drawn.qalys[:2])
    points = plane(two, "usual")
    below = [
        float((points["incremental_cost_gbp"] < t * points["incremental_qalys"]).mean())
        for t in at.tolist()
    ]
    assert acceptability(two, at).probability_best[1].tolist() == pytest.approx(below)


def test_d7_draws_in_another_order_for_one_strategy_are_seen() -> None:
    """Expected: same means, another curve, since draws no longer match; a control for D7."""
    drawn = three_strategies()
    cost, qalys = drawn.cost[:2].copy(), drawn.qalys[:2].copy()
    at = np.array([20_000.0])
    right = acceptability(Strategies("a patient", drawn.names[:2], cost, qalys), at)
    cost[0], qalys[0] = cost[0, ::-1].copy(), qalys[0, ::-1].copy()
    wrong = acceptability(Strategies("a patient", drawn.names[:2], cost, qalys), at)
    assert right.preferred.tolist() == wrong.preferred.tolist()
    assert abs(right.probability_best[1, 0] - wrong.probability_best[1, 0]) > 0.1


def test_d8_evpi_of_the_toy_table() -> None:
    """Expected: means 11 and 11; best of each draw 12, 14, 13, 12 with mean 12.75; EVPI 1.75."""
    assert TOY.mean(axis=1).tolist() == [11.0, 11.0]
    assert TOY.max(axis=0).mean() == 12.75
    assert evpi(TOY).value == 1.75


def test_d8_another_number_in_the_toy_table_is_seen() -> None:
    """Expected: with 13 for 14 the means are 10.75 and 11, EVPI 12.5 - 11 = 1.5; a control."""
    changed = TOY.copy()
    changed[0, 1] = 13.0
    assert evpi(changed).value == 1.5


def test_d9_knowing_all_is_worth_no_less_than_one_and_that_no_less_than_a_study() -> None:
    """Expected: EVPI >= EVPPI >= EVSI >= 0 for every input and study; EVPI of one strategy 0."""
    generator = np.random.default_rng(9)
    values = generator.standard_normal((3, 2_000))
    effect = np.array([[0.0, 0.0, 0.0], [700.0, 300.0, 10.0], [-400.0, 500.0, 0.0]])
    net_benefit = effect @ values + np.array([[0.0], [-100.0], [50.0]])
    most = evpi(net_benefit).value
    for known in values:
        single = evppi(net_benefit, [known]).value
        assert most >= single >= 0
        for people in (5, 500, 50_000):
            study = evsi(net_benefit, known, MeanStudy(people, 10.0), np.random.default_rng(people))
            assert single >= study.value >= 0
    pair = evppi(net_benefit, list(values[:2])).value
    assert most >= pair > evppi(net_benefit, [values[0]]).value > 0
    assert evpi(net_benefit[:1]).value == 0
    assert evppi(net_benefit[:1], [values[0]]).value == 0


def test_d9_inputs_of_other_draws_are_seen() -> None:
    """Expected: an input drawn anew explains nothing, so EVPPI falls to about 0; a control."""
    generator = np.random.default_rng(9)
    known, anew = generator.standard_normal((2, 2_000))
    net_benefit = np.stack([np.zeros(2_000), 700.0 * known - 100.0])
    assert evppi(net_benefit, [known]).value == pytest.approx(evpi(net_benefit).value, rel=1e-3)
    assert evppi(net_benefit, [anew]).value < 0.05 * evpi(net_benefit).value


COMPLICATIONS: Key = ("pathway", "decision_point", "operable", "option", "resection")
MONOTONE: dict[Key, tuple[float, Uncertain]] = {
    (*COMPLICATIONS, "complications", "major", "cost"): (2500.0, Gamma(25.0, 100.0)),
    (*COMPLICATIONS, "complications", "major", "probability"): (0.15, Beta(15.0, 85.0)),
    ("metastases", "late_share"): (0.12, Beta(12.0, 88.0)),
    ("resource", "theatre", "unit_cost"): (15.0, Gamma(25.0, 0.6)),
}


def test_d5_ends_bracket_the_base_and_inputs_move_alone() -> None:
    """Expected: the base case's cost lies between those at both ends, for every input and range;
    each run changes one input and nothing else.
    """
    inputs = {key: made_input(key, point, drawn) for key, (point, drawn) in MONOTONE.items()}
    name = "nothing_scarce.cost_gbp"
    run = by_runs(tiny(), [name])
    asked: list[Values] = []

    def seen(points: Sequence[Values]) -> Sequence[Outcome]:
        asked.extend(points)
        return run(points)

    for ranges in get_args(Ranges):
        output = chosen_outputs(tiny(), [name])[name]
        table = one_way(levers(tiny(), inputs), [output], seen, ranges).table
        ends = table[["at_low", "at_high"]]
        assert (ends.min(axis=1) < table["base"]).all()
        assert (table["base"] < ends.max(axis=1)).all()
        assert (table["direction"] == "rises").all()
    assert {len(values) for values in asked} == {0, 1}
    assert {key for values in asked for key in values} == set(MONOTONE)


def test_d5_an_output_that_turns_is_seen() -> None:
    """Expected: both ends of (x - 1)^2 over 0 to 2 lie above the base at 1, and the row says so."""
    drawn = made_lever("x", Uniform(0.0, 2.0))
    turning = Output("y", "y", "units", "reading 1", None)

    def square(points: Sequence[Values]) -> list[Outcome]:
        return [{"y": (float(values.get(("x",), 1.0)) - 1.0) ** 2} for values in points]  # type: ignore[arg-type]

    (row,) = one_way([drawn], [turning], square).table.to_dict("records")
    assert min(row["at_low"], row["at_high"]) > row["base"]
    assert row["direction"] == "turns"


def spread_inputs(scenario: Scenario, relative: float, least: float = 0.9) -> dict[Key, Input]:
    """Return every figure that can be drawn as an input, with one relative standard error.

    Means lie below what is stated, from `least` of it up, so that shares stay below 1.
    """
    found: dict[Key, Input] = {}
    for key, value in all_values(scenario, 1, least=least).items():
        parts = value if isinstance(value, Mapping) else {"": value}
        means = {part: float(np.asarray(number)[0]) for part, number in parts.items()}
        spread: dict[str, Uncertain] = {
            part: from_standard_error("normal", mean, relative * abs(mean))
            for part, mean in means.items()
        }
        found[key] = Input(key, dotted(key), "", "paper", None, "illustrative", means, spread)
    return found


def totals_of(usual: UsualCare, relative: float, count: int, seed: int) -> Floats:
    """Return totals (measure, draw) of the window's new patients."""
    values = draw(spread_inputs(usual.scenario, relative), count, seed)
    return region_draws(usual, values, with_regions=False).totals


def test_d6_the_same_seed_gives_the_same_draws_and_another_the_same_means() -> None:
    """Expected: identical with one seed; with another, means within 4 Monte Carlo errors."""
    one, again, other = (totals_of(tiny_usual(), 0.02, 60, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).all()
    error = np.sqrt((one.var(axis=1) + other.var(axis=1)) / 60)
    assert (np.abs(one.mean(axis=1) - other.mean(axis=1)) < 4 * error).all()


def test_d10_without_standard_errors_every_draw_is_the_base_case() -> None:
    """Expected: totals, starts and use of reading 1 in every draw, to 1e-9; not with a spread."""
    usual = tiny_usual()
    alone = read_once(usual)
    found = region_draws(usual, draw(spread_inputs(tiny(), 0.0, least=1.0), 3, seed=1))
    for each in range(3):
        np.testing.assert_allclose(found.totals[:, each], alone.totals, rtol=1e-9)
        np.testing.assert_allclose(found.starts[..., each], alone.starts, rtol=1e-9)
        np.testing.assert_allclose(found.use[..., each], alone.use, rtol=1e-9, atol=1e-9)
    spread = totals_of(usual, 0.02, 3, seed=1)
    assert not np.isclose(spread, alone.totals[:, None], rtol=1e-6).any()


def sound(usual: UsualCare) -> bool:
    """Whether rows A1 to A3 and B3 hold for a region."""
    kernel, worth = usual.kernels, usual.worth
    chances = (kernel.arrive, kernel.alive, kernel.cancer_death, kernel.other_death)
    escape = usual.other_cause_survival[kernel.point_of]
    lived, gained = worth.life_years.start, worth.qalys.start
    return bool(
        fate_of_starts(usual) < 1e-9
        and all(((part >= 0) & (part <= 1 + 1e-12)).all() for part in chances)
        and waiting_months(usual) < 1e-12
        and (np.diff(kernel.alive) <= 1e-12).all()
        and (kernel.alive <= escape + 1e-6).all()
        and (gained < lived).all()
        and (gained > -lived).all()
    )


def test_d11_every_draw_keeps_the_identities() -> None:
    """Expected: in each draw fates sum to 1, nobody comes back to life, no group outlives the
    general population, QALYs are fewer than life-years; chances above 1 are seen.
    """
    values = draw(spread_inputs(tiny(), 0.05), 6, seed=3)
    drawn = [usual_care(stated_scenario(tiny(), one_draw(values, each))) for each in range(6)]
    assert all(sound(usual) for usual in drawn)
    totals = region_draws(tiny_usual(), values, with_regions=False).totals
    assert (totals[0] > totals[1]).all()
    kernel = drawn[0].kernels
    assert not sound(replace(drawn[0], kernels=replace(kernel, arrive=1.1 * kernel.arrive)))


def test_d12_common_random_numbers_make_increments_surer() -> None:
    """Expected: the variance of the cost of one variant over another is smaller with the same
    seed than with two; the mean difference is the same within 4 Monte Carlo errors.
    """
    dearer = stated_scenario(tiny(), {("resource", "theatre", "unit_cost"): 9.0})
    usual, variant, cost = tiny_usual(), usual_care(dearer), MEASURES.index("cost_discounted")
    base = totals_of(usual, 0.05, 200, seed=1)[cost]
    common = totals_of(variant, 0.05, 200, seed=1)[cost] - base
    apart = totals_of(variant, 0.05, 200, seed=2)[cost] - base
    assert common.var() < 0.1 * apart.var()
    error = np.sqrt((common.var() + apart.var()) / 200)
    assert abs(common.mean() - apart.mean()) < 4 * error
    assert abs(common.mean()) > 4 * np.sqrt(common.var() / 200)


def test_d13_random_numbers_are_even_and_never_0_or_1() -> None:
    """Expected: chi-square of the first 10,000 in 50 classes between its 0.1% and 99.9%, means
    within 3 errors of 0.5, for each input; cubed numbers fail.
    """

    def chi_square(numbers: Floats) -> float:
        counts, _ = np.histogram(numbers, bins=50, range=(0, 1))
        return float(((counts - 200) ** 2 / 200).sum())

    for key in (("a",), ("b", 1), ("c", "d")):
        drawn = uniform(key, 10_000, seed=11)
        assert 24 < chi_square(drawn) < 85
        assert abs(drawn.mean() - 0.5) < 3 / np.sqrt(12 * 10_000)
        assert 0 < drawn.min() < drawn.max() < 1
        assert chi_square(drawn**3) > 85


@cache
def shipped_inputs() -> dict[Key, Input]:
    """Return every uncertain input of the shipped region."""
    return uncertain_inputs(load_scenario("greater-manchester"))


def test_d1_sampled_means_are_the_points_or_the_difference_is_explained() -> None:
    """Expected: over all inputs of the shipped region, 10,000 draws: means within 3 Monte Carlo
    standard errors of the point; else mean and reason are stated, and draws have that mean.
    """
    inputs = shipped_inputs()
    drawn = draw(inputs, 10_000, seed=1)
    explained = {
        key: next(filter(None, (why_mean_differs(item, part) for part in item.parts)), "")
        for key, item in inputs.items()
    }
    reasons = {words for words in explained.values() if words}
    assert 0 < sum(map(bool, explained.values())) < len(inputs) / 20
    assert all("median of a log-normal" in why or "cut off" in why for why in reasons)
    assert len(inputs) > 250
    for key, item in inputs.items():
        values = drawn[key]
        for part, one in (values if isinstance(values, Mapping) else {"": values}).items():
            sampled = np.asarray(one)
            where = part if part in item.point else ""
            expected = item.parts[where].mean if explained[key] else item.point[where]
            error = sampled.std() / math.sqrt(len(sampled))
            assert abs(sampled.mean() - expected) <= 3 * error + 1e-12, (item.label, part)


def test_d1_a_point_that_is_not_the_mean_is_seen() -> None:
    """Expected: a beta of mean 0.3 beside a point of 0.31 is not passed over."""
    item = made_input(("share",), 0.31, Beta(30.0, 70.0))
    assert why_mean_differs(item) == "the distribution is stated by parameters of its own"
    (sampled,) = draw({item.key: item}, 10_000, seed=1).values()
    assert isinstance(sampled, np.ndarray)
    assert abs(sampled.mean() - 0.31) > 3 * sampled.std() / 100


def test_d2_families_of_the_shipped_figures() -> None:
    """Expected: costs and amounts gamma, hazard ratios and times log-normal, utilities and
    probabilities beta, shares of a set Dirichlet; the spread is the standard error, a fraction of
    the spread between patients.
    """
    families: dict[str, set[str]] = {}
    for item in shipped_inputs().values():
        families.setdefault(item.unit, set()).add(family_of(item))
    money = {unit: found for unit, found in families.items() if unit.startswith("GBP")}
    assert len(money) >= 4
    assert set.union(*money.values()) == {"gamma"}
    assert families["bed-days"] == families["minutes"] == families["QALY"] == {"gamma"}
    assert families["hazard ratio"] == families["months"] == {"log_normal"}
    assert families[HAZARD_FACTOR] == {"log_normal"}
    assert families["utility"] == {"beta"}
    assert families["share"] == {"beta", "dirichlet"}
    stein = shipped_inputs()["pathway", "decision_point", "convertible", "option", "conversion",
                             "utility"]  # fmt: skip
    assert stein.parts["then"].sd == pytest.approx(0.14 / 3.919928, rel=1e-3)


def test_d2_correlated_normals_are_the_multivariate_normal() -> None:
    """Expected: means, standard errors and correlation of 20,000 draws as stated, within 4 Monte
    Carlo standard errors; without the set the correlation is none.
    """
    one: Key = ("one",)
    other: Key = ("other",)
    correlations = {one: ((one, 1.0), (other, -0.7)), other: ((one, -0.7), (other, 1.0))}
    alone = {
        one: made_input(one, 0.4, Normal(0.4, 0.05)),
        other: made_input(other, 9.0, Normal(9.0, 2.0)),
    }
    pair = {
        key: replace(item, correlated="pair", correlations=correlations[key])
        for key, item in alone.items()
    }
    count = 20_000
    together = np.array(list(draw(pair, count, seed=4).values()))
    found = np.corrcoef(together)[0, 1]
    assert found == pytest.approx(-0.7, abs=4 * (1 - 0.49) / math.sqrt(count))
    assert together.mean(axis=1) == pytest.approx([0.4, 9.0], abs=4 * 2 / math.sqrt(count))
    assert together.std(axis=1) == pytest.approx([0.05, 2.0], rel=4 / math.sqrt(2 * count))
    apart = np.array(list(draw(alone, count, seed=4).values()))
    assert abs(np.corrcoef(apart)[0, 1]) < 4 / math.sqrt(count)


def test_d3_beta_of_a_mean_and_its_standard_error() -> None:
    """Expected: 0.741 (0.0355): alpha 112.103, beta 39.183; 0.731 (0.0508): 54.970, 20.228; with
    the standard deviation between 25 patients in its place, other numbers.
    """
    for mean, error, alpha, beta in (
        (0.741, 0.0355, 112.103, 39.183),
        (0.731, 0.0508, 54.970, 20.228),
    ):
        found = from_standard_error("beta", mean, error)
        assert isinstance(found, Beta)
        assert (found.alpha, found.beta) == pytest.approx((alpha, beta), abs=5e-4)
        between = from_standard_error("beta", mean, 5 * error)
        assert isinstance(between, Beta)
        assert between.alpha < alpha / 20


def test_d4_gamma_of_a_cost_and_log_normal_of_a_hazard_ratio() -> None:
    """Expected: 5,000 (1,000): shape 25, scale 200; 0.73 (0.53 to 0.99): log-mean -0.314711,
    log-SE 0.159398; the ends taken as one standard error either way give another.
    """
    assert from_standard_error("gamma", 5000.0, 1000.0) == Gamma(25.0, 200.0)
    found = from_interval("log_normal", 0.73, 0.53, 0.99)
    assert isinstance(found, LogNormal)
    assert (found.log_mean, found.log_sd) == pytest.approx((-0.314711, 0.159398), abs=5e-7)
    assert found.log_sd != pytest.approx(math.log(0.99 / 0.53) / 2, rel=0.4)
