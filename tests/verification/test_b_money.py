"""Verification B: costs, utilities and discounting, in the general engine and in the pathway.

One test a row and a way of computing it, its expected result stated before the run. Sources of the
rows: TECH-VER (Büyükkaramikli et al. 2019, 10.1007/s40273-019-00844-y, Table 2), NICE TA118, and
our own arithmetic. Costs are discounted at 3.5%, effects at 1.5%, so that a swap shows.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import pytest

from hepaplan.model.ages.utility_norms import population_utility, utilities_above_norm
from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.cycle_weights import CycleWeights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import OUTSIDE, Stream
from hepaplan.model.cohort.transitions import from_probabilities, from_rates
from hepaplan.model.cohort.varying import Value, by_time_in_state, per_cycle
from hepaplan.model.economics import frontier
from hepaplan.model.evaluate import usual_care
from hepaplan.model.figures import with_figures
from hepaplan.model.kernels import Kernels
from hepaplan.model.money.discounting import UNDISCOUNTED, Discounting
from hepaplan.model.money.prices import in_own_prices, price_factor
from hepaplan.model.outcomes import Values, discount_factors, pathway_values, worth
from hepaplan.model.parameters import Economics, Prices, Scenario
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Amount, Quantity, Sourced
from hepaplan.scenarios.load import load_scenario
from tests.support.scenarios import tiny, tiny_usual
from tests.support.small import figure, hand_kernels, pathway_record, schedule, share
from tests.support.small import small_kernels as small

EXACT = 1e-9
SEVEN_DECIMALS = 5e-8
FOUR_DECIMALS = 5e-5
MONTH = 1 / 12
COSTS, EFFECTS = Discounting(0.035), Discounting(0.015)
OPERATION = 0
LONG = np.exp(-0.01 * np.arange(481))[None]
"""Escape from other causes over forty years, one group: a hundredth a month."""

POUNDS = "GBP per month since start"
DOSES = "doses per month since start"
BEVACIZUMAB = {
    "label": "Bevacizumab",
    "dose": figure(5.0, "mg per kg"),
    "vial": {
        "small": {"content": figure(100.0, "mg"), "price": figure(242.66, "GBP")},
        "large": {"content": figure(400.0, "mg"), "price": figure(924.40, "GBP")},
    },
    "wastage": "thrown_away",
}

exactly = partial(pytest.approx, rel=EXACT)


def alive(
    rate: float,
    *streams: Stream,
    weights: CycleWeights = "half-cycle",
    cycles: int = 120,
    cycle_years: float = MONTH,
) -> Results:
    """Return the engine's totals of a cohort that dies at a constant rate a year."""
    moves = from_rates(("alive", "dead"), {("alive", "dead"): rate}, cycle_years, "competing")
    asked = {"start": {"alive": 1.0}, "cycles": cycles, "cycle_years": cycle_years}
    return evaluate(moves, streams=streams, weights=weights, **asked)  # type: ignore[arg-type]


def years(rate: float, utility: float = 1.0, discounting: Discounting = EFFECTS) -> float:
    return alive(rate, Stream("x", discounting, {"alive": utility * MONTH}))["x"].item()


def changed(**operation: Any) -> Kernels:
    """Return the small pathway's kernels over forty years, parts of its operation changed."""
    record = pathway_record()
    stated = record["decision_point"]["listed"]["option"]["operation"]
    stated.update(operation)
    for name in [name for name, part in operation.items() if part is None]:
        del stated[name]
    return small(record, LONG)


def valued(kernels: Kernels) -> Values:
    return pathway_values(kernels, COSTS.rate, EFFECTS.rate)


def with_drug(weight: float = 75.0, factor: float = 1.0, **told: Any) -> Kernels:
    """Return the small pathway whose operation gives bevacizumab twice a month, its price times."""
    vials = {
        name: {"content": vial["content"], "price": figure(factor * vial["price"]["value"], "GBP")}
        for name, vial in BEVACIZUMAB["vial"].items()  # type: ignore[attr-defined]
    }
    record = pathway_record()
    record["body"] = {"weight": figure(weight, "kg")}
    record["drug"] = {"bevacizumab": {**BEVACIZUMAB, "vial": vials, **told}}
    option = record["decision_point"]["listed"]["option"]["operation"]
    option["doses"] = {"bevacizumab": schedule([2.0, 2.0], DOSES, then=2.0)}
    return small(record, LONG)


def line(kernels: Kernels, category: str) -> Floats:
    return kernels.cost[:, :, kernels.categories.index(category)]


@cache
def shipped() -> Scenario:
    return load_scenario("greater-manchester")


def test_b1_utilities_of_one_and_of_zero_in_the_engine() -> None:
    """Expected: QALYs = life-years at utility 1; 0 at utility 0."""
    assert years(0.3, 1.0) == years(0.3)
    assert years(0.3, 0.0) == 0.0


@pytest.mark.parametrize(("utility", "qalys"), [(1.0, 1.0), (0.0, 0.0)])
def test_b1_utilities_of_one_and_of_zero_in_the_pathway(utility: float, qalys: float) -> None:
    """Expected: QALYs of every month = years lived in it at utility 1; 0 at utility 0."""
    flat = schedule([], "utility", then=utility)
    kernels = changed(utility=flat, complications=None)
    by_hand = qalys * kernels.person_months[OPERATION] / 12
    np.testing.assert_allclose(kernels.qalys[OPERATION], by_hand, rtol=EXACT)


def test_b2_lower_utility_lower_qalys() -> None:
    """Expected: QALYs fall with any utility, life-years stay."""
    assert years(0.3, 0.6) < years(0.3, 0.7)
    before, after = valued(changed()), valued(changed(utility=schedule([0.5], "utility", then=0.7)))
    assert after.qalys.start[OPERATION, 0] < before.qalys.start[OPERATION, 0]
    np.testing.assert_array_equal(after.life_years.start, before.life_years.start)


def test_b3_qalys_a_life_year_lie_within_the_utilities() -> None:
    """Expected: 0.3 to 0.8, the range stated; life-years above QALYs."""
    assert years(0.3, 0.7) / years(0.3) == exactly(0.7)
    values = valued(changed(complications=None))
    ratio = values.qalys.start / values.life_years.start
    assert (ratio > 0.3).all()
    assert (ratio < 0.8).all()


def test_b4_utility_above_the_age_norm_is_flagged() -> None:
    """Expected: what exceeds the norm of the group's ages is listed, and only that."""
    table = utilities_above_norm(tiny_usual())
    norms = dict(zip(table["group"].astype(str), table["norm"].astype(float), strict=True))
    listed = set(zip(table["decision_point"], table["option"], table["group"], strict=True))
    for point, name, option in tiny().pathway.options():
        highest = max(option.utility.numbers().values())
        for group, norm in norms.items():
            assert float(population_utility(90, 0)) < norm < float(population_utility(20, 1))
            assert ((point, name, group) in listed) == (highest > norm)
    assert ("operable", "resection", "65_and_over") in listed


def test_b5_costs_of_nothing() -> None:
    """Expected: total 0."""
    assert alive(0.3, Stream("x", COSTS, {"alive": 0.0}))["x"].item() == 0.0
    free = small(pathway_record(), LONG)
    free = replace(free, cost=np.zeros_like(free.cost))
    assert not valued(free).cost_discounted.start.any()


def test_b6_a_drug_at_twice_the_price() -> None:
    """Expected: that line doubles (exact), every other line and all health stay."""
    once, twice = with_drug(), with_drug(factor=2.0)
    for category in once.categories:
        factor = 2.0 if category == "drug: bevacizumab" else 1.0
        np.testing.assert_allclose(line(twice, category), factor * line(once, category), rtol=EXACT)
    assert line(once, "drug: bevacizumab").sum() > 0
    np.testing.assert_array_equal(twice.qalys, once.qalys)


def test_b6_a_drug_at_twice_the_price_in_the_shipped_region() -> None:
    """Expected: the line of pembrolizumab doubles (exact), every other line stays."""
    name = "pembrolizumab"
    price = f"pathway.drug.{name}.vial.100_mg.price"
    dearer = load_scenario("greater-manchester", settings={price: "5260"})
    once, twice = usual_care(shipped()).kernels, usual_care(dearer).kernels
    assert line(once, f"drug: {name}").sum() > 0
    for category in once.categories:
        factor = 2.0 if category == f"drug: {name}" else 1.0
        np.testing.assert_allclose(line(twice, category), factor * line(once, category), rtol=EXACT)


def test_b7_weight_up_cost_up_by_vials_or_by_the_milligram() -> None:
    """Expected: at 60, 75, 80, 81 kg whole vials cost 3 x 242.66, 924.40, 924.40, 1,167.06; shared
    ones rise in proportion, 2.311 a milligram."""
    weights = [60.0, 75.0, 80.0, 81.0]
    whole = [line(with_drug(w), "drug: bevacizumab")[OPERATION].sum() for w in weights]
    per_dose = np.array([3 * 242.66, 924.40, 924.40, 924.40 + 242.66])
    np.testing.assert_allclose(np.array(whole) / whole[1], per_dose / 924.40, rtol=EXACT)
    shared = [
        line(with_drug(w, wastage="shared"), "drug: bevacizumab")[OPERATION].sum() for w in weights
    ]
    np.testing.assert_allclose(np.array(shared) / whole[1], np.array(weights) / 80, rtol=EXACT)


def test_b7_body_surface_up_cost_up() -> None:
    """Expected: 85 mg per m2 from 50 mg vials: 3 vials at 1.7 m2, 4 at 1.8 m2 (144.5, 153 mg)."""
    seen = []
    for area in (1.7, 1.8):
        record = pathway_record()
        vial = {"only": {"content": figure(50.0, "mg"), "price": figure(40.0, "GBP")}}
        drug = {**BEVACIZUMAB, "dose": figure(85.0, "mg per m2"), "vial": vial}
        record["body"], record["drug"] = {"surface_area": figure(area, "m2")}, {"oxaliplatin": drug}
        option = record["decision_point"]["listed"]["option"]["operation"]
        option["doses"] = {"oxaliplatin": schedule([1.0], DOSES)}
        seen.append(line(small(record, LONG), "drug: oxaliplatin")[OPERATION, 0, 0])
    assert seen[1] / seen[0] == exactly(4 / 3)


def test_b8_bevacizumab_18_2_doses() -> None:
    """Expected: 18.2 x 924.40 = 16,824.08, at 5 mg per kg and 75 kg from one vial of 400 mg."""
    record = pathway_record()
    record["body"], record["drug"] = {"weight": figure(75.0, "kg")}, {"bevacizumab": BEVACIZUMAB}
    option = record["decision_point"]["listed"]["option"]["operation"]
    option["doses"] = {"bevacizumab": schedule([18.2], DOSES)}
    del option["not_performed"]
    spent = line(small(record, LONG), "drug: bevacizumab")[OPERATION, 0]
    assert spent.sum() == exactly(16_824.08)


def test_b8_the_shipped_pathway_has_that_vial() -> None:
    """Expected: 924.40 a dose, from the pathway as shipped."""
    kernels = usual_care(shipped()).kernels
    option = kernels.options.index(("third_line_extrahepatic", "systemic"))
    first = line(kernels, "drug: bevacizumab")[option, :, 0]
    assert first == exactly(2.174 * 924.40)


def prices(**series: Any) -> Prices:
    """Return what converts: each series as (values by year, unit)."""
    stated = {
        name: {"value": value, "unit": unit, "source": "paper", "quality": "illustrative"}
        for name, (value, unit) in series.items()
    }
    index = stated.pop("index", None)
    return Prices.model_validate({"index": index, "exchange": stated})


def economics(price_year: int) -> Economics:
    stated = {
        "currency": "GBP",
        "price_year": price_year,
        "discount_rate_costs": figure(0.035, "per year"),
        "discount_rate_effects": figure(0.015, "per year"),
        "willingness_to_pay": figure(20_000.0, "GBP per QALY"),
        "horizon_years": 40,
    }
    return Economics.model_validate(stated)


def test_b10_sixteen_years_of_inflation() -> None:
    """Expected: an index that rises 1.8% a year multiplies by 1.3303 over 16 years."""
    values = {str(2008 + year): 100 * 1.018**year for year in range(17)}
    stated = Quantity.model_validate({**figure(1.0, "GBP"), "price_year": 2008})
    factor = price_factor(stated, economics(2024), prices(index=(values, "index")))
    assert factor == pytest.approx(1.3303, abs=FOUR_DECIMALS)
    own = stated.model_copy(update={"price_year": 2024})
    assert price_factor(own, economics(2024), prices(index=(values, "index"))) == 1.0


@pytest.mark.parametrize(("rate", "expected"), [(0.035, 933.5107), (0.03, 942.5959)])
def test_b11_a_thousand_paid_after_two_years(rate: float, expected: float) -> None:
    """Expected: 933.5107 at 3.5%, 942.5959 at 3%."""
    assert 1000 * Discounting(rate).factors(24, MONTH)[24] == pytest.approx(
        expected, abs=FOUR_DECIMALS
    )
    kernels = hand_kernels([("listed", "operation")], np.zeros((1, 1, 25)))
    stream = np.zeros((1, 1, 25))
    stream[0, 0, 24] = 1000 * (1 + rate) ** (0.5 / 12)  # the pathway pays in mid-month
    assert worth(kernels, stream, rate).own.item() == pytest.approx(expected, abs=FOUR_DECIMALS)
    assert discount_factors(rate, 25, offset=0.0)[24] == exactly((1 + rate) ** -2)


@pytest.mark.parametrize(
    ("weights", "expected"), [("start", 8.6076865), ("end", 8.3166053), ("half-cycle", 8.4621459)]
)
def test_b12_one_a_year_for_ten_years(weights: CycleWeights, expected: float) -> None:
    """Expected at 3.5%: 8.6076865, 8.3166053, 8.4621459 by cycle weights."""
    stream = Stream("x", COSTS, {"alive": 1.0})
    found = alive(0.0, stream, weights=weights, cycles=10, cycle_years=1.0)
    assert found["x"].item() == pytest.approx(expected, abs=SEVEN_DECIMALS)


def test_b13_discount_rates_from_none_to_huge() -> None:
    """Expected: 0 is undiscounted; higher is less; a huge rate leaves the first cycle."""
    seen = [
        alive(0.3, Stream("x", Discounting(rate), {"alive": MONTH}), weights="start")["x"].item()
        for rate in (0.0, 0.015, 0.035, 1e200)
    ]
    plain = alive(0.3, Stream("x", UNDISCOUNTED, {"alive": MONTH}), weights="start")["x"].item()
    assert seen[0] == plain
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == exactly(MONTH)


def test_b13_discount_rates_in_the_pathway() -> None:
    """Expected: the same, and the cost's rate is not the effects'."""
    kernels = changed()
    plain = pathway_values(kernels, 0.0, 0.0)
    np.testing.assert_allclose(plain.qalys.start, plain.qalys_discounted.start, rtol=EXACT)
    np.testing.assert_allclose(plain.cost.start, plain.cost_discounted.start, rtol=EXACT)
    seen = [pathway_values(kernels, r, 0.0).cost_discounted.start[0, 0] for r in (0.0, 0.03, 0.1)]
    assert seen[0] > seen[1] > seen[2]
    stream = kernels.cost.sum(axis=2)
    first_month = stream[0, 0, 0] * 1e60 ** (-0.5 / 12)
    assert worth(kernels, stream, 1e60).start[0, 0] == pytest.approx(first_month, rel=1e-4)


def test_b14_a_shorter_horizon_never_gives_more() -> None:
    """Expected: life-years, QALYs and costs all rise with the horizon."""
    stream = Stream("x", EFFECTS, {"alive": MONTH})
    assert alive(0.3, stream, cycles=60)["x"] < alive(0.3, stream, cycles=120)["x"]
    record = pathway_record()
    totals = [valued(small(record, LONG[:, : months + 1])) for months in (2, 6, 12)]
    for measure in ("life_years", "qalys_discounted", "cost_discounted"):
        seen = [getattr(values, measure).start[0, 0] for values in totals]
        assert seen[0] < seen[1] < seen[2]


def test_b15_an_event_without_cost_is_no_event_in_the_engine() -> None:
    """Expected: cost 0 equals rate 0; a higher rate costs more."""

    def total(rate: float, cost: float) -> float:
        move = ("alive", "event")
        moves = from_rates(("alive", "event"), {move: rate}, MONTH, "competing")
        on_states: dict[str, Value] = {"alive": 5.0, "event": 5.0}
        stream = Stream("x", COSTS, on_states, {move: cost})
        found = evaluate(moves, start={"alive": 1.0}, cycles=12, cycle_years=MONTH,
                         streams=[stream], weights="half-cycle")  # fmt: skip
        return found["x"].item()

    assert total(0.4, 0.0) == exactly(total(0.0, 70.0))
    assert total(0.8, 70.0) > total(0.4, 70.0) > total(0.4, 0.0)


def test_b15_a_complication_without_cost_and_loss_is_none_in_the_pathway() -> None:
    """Expected: cost and loss 0 equal rate 0; at rate 1 cost is higher and QALYs lower."""

    def leak(probability: float, cost: float, loss: float) -> Kernels:
        harm = {"probability": share(probability), "cost": figure(cost, "GBP"),
                "qaly_loss": figure(loss, "QALY")}  # fmt: skip
        return changed(complications={"leak": harm})

    harmless, never, always = leak(0.9, 0.0, 0.0), leak(0.0, 300.0, 0.02), leak(1.0, 300.0, 0.02)
    np.testing.assert_allclose(harmless.cost, never.cost, rtol=EXACT)
    np.testing.assert_allclose(harmless.qalys, never.qalys, rtol=EXACT)
    assert always.cost[OPERATION].sum() > never.cost[OPERATION].sum()
    assert always.qalys[OPERATION].sum() < never.qalys[OPERATION].sum()


def test_b16_acquisition_cost_over_mean_duration_is_the_unit_cost() -> None:
    """Expected: drug cost / months treated / doses a month = 924.40, undiscounted."""
    kernels = with_drug()
    started = 0.9 + 0.1 * 0.4  # performed, and what abandoned starts still use
    months = started + kernels.alive[OPERATION, 0, 1:-1].sum()
    spent = line(kernels, "drug: bevacizumab")[OPERATION, 0].sum()
    assert spent / months / 2.0 == exactly(924.40)


@pytest.mark.parametrize("weights", ["none", "start", "end", "half-cycle", "tutorial-simpson"])
def test_b17_one_off_costs_are_never_weighted(weights: CycleWeights) -> None:
    """Expected: 12,000 + 0.25 x 400 / 1.035 + 0.1875 x 800 / 1.035^2, whatever the weights."""
    chances = from_probabilities(("alive", "dead"), {("alive", "dead"): 0.25})
    one_off: dict[tuple[str, str], Value] = {
        (OUTSIDE, "alive"): 12_000.0,
        ("alive", "dead"): per_cycle(np.array([400.0, 800.0])),
    }
    found = evaluate(chances, start={"alive": 1.0}, cycles=2, cycle_years=1,
                     streams=[Stream("x", COSTS, on_transitions=one_off)],
                     weights=weights)  # fmt: skip
    assert found["x"].item() == exactly(12_000 + 100 / 1.035 + 150 / 1.035**2)


def test_b17_what_is_bought_at_the_start_is_paid_whole_in_the_pathway() -> None:
    """Expected: 1,234.50 of every start carried out, though some die in that month."""
    record = pathway_record()
    option = record["decision_point"]["listed"]["option"]["operation"]
    option["costs"] = {"device": schedule([1234.5], POUNDS)}
    del option["not_performed"]
    assert line(small(record, LONG), "device")[OPERATION, 0].sum() == exactly(1234.5)


def test_b18_lines_add_up_to_the_total_in_the_engine() -> None:
    """Expected: exactly."""
    lines = {"drug": 900.0, "visits": 130.0, "none": 0.0}
    found = alive(
        0.3,
        *(Stream(name, COSTS, {"alive": value}) for name, value in lines.items()),
        Stream("total", COSTS, {"alive": 1030.0}),
    )
    assert sum(found[name].item() for name in lines) == exactly(found["total"].item())


def test_b18_lines_add_up_to_the_total_in_the_pathway() -> None:
    """Expected: exactly, doses and their administration among the lines."""
    kernels = with_drug(administration=figure(70.0, "GBP"))
    assert {"drug: bevacizumab", "drug administration"} < set(kernels.categories)
    total = valued(kernels).cost_discounted.start
    lines = [worth(kernels, line(kernels, c), COSTS.rate).start for c in kernels.categories]
    np.testing.assert_allclose(sum(lines), total, rtol=EXACT)


def test_b19_a_currency_scales_costs_and_the_icer() -> None:
    """Expected: in euros at 0.85 pounds every cost, and the ICER, is 0.85 of the same in pounds."""
    scenario = tiny()
    rate = prices(EUR=({"2024": 0.85}, "GBP per EUR"))

    def in_euros(_: Key, stated: Sourced) -> Sourced:
        if not isinstance(stated, Amount) or not stated.currency:
            return stated
        unit = stated.unit.replace("GBP", "EUR")
        return stated.model_copy(update={"unit": unit, "price_year": 2024})

    settings = scenario.settings.model_copy(update={"prices": rate})
    euros = replace(
        scenario,
        settings=with_figures(settings, in_euros),
        pathway=with_figures(scenario.pathway, in_euros),
    )
    before, after = tiny_usual(), usual_care(in_own_prices(euros))
    np.testing.assert_allclose(after.kernels.cost, 0.85 * before.kernels.cost, rtol=EXACT)
    np.testing.assert_allclose(after.waiting.cost, 0.85 * before.waiting.cost, rtol=EXACT)
    np.testing.assert_array_equal(after.kernels.qalys, before.kernels.qalys)

    def icer(worths: Values) -> float:
        pairs = [
            (name, float(worths.cost_discounted.start[k, 0]),
             float(worths.qalys_discounted.start[k, 0]))
            for k, (_, name) in enumerate(before.kernels.options)
        ]  # fmt: skip
        ratios = [one.icer for one in frontier(pairs) if one.icer is not None]
        return ratios[-1]

    assert icer(after.worth) == exactly(0.85 * icer(before.worth))


def test_b20_a_month_at_a_surgery_utility_in_the_engine() -> None:
    """Expected: a month at 0.70 instead of 0.95 costs 0.25 / 12 = 0.0208333 QALYs."""

    def total(utility: float) -> float:
        by_time = by_time_in_state(np.array([utility, 1.0]) * MONTH)
        return alive(0.0, Stream("x", UNDISCOUNTED, {"alive": by_time}), weights="start")[
            "x"
        ].item()

    assert total(0.95) - total(0.70) == exactly(0.25 / 12)
    assert total(0.95) - total(0.70) == pytest.approx(0.0208333, abs=SEVEN_DECIMALS)


def test_b20_a_month_at_a_surgery_utility_in_the_pathway() -> None:
    """Expected: the same, less half a month of those who die in it; who move on live through it."""
    plain = {"procedural_mortality": None, "not_performed": None, "complications": None}
    low, high = (
        changed(utility=schedule([first], "utility", then=1.0), **plain) for first in (0.70, 0.95)
    )
    died = (low.cancer_death + low.other_death)[OPERATION, 0, 1]
    gained = valued(high).qalys.own[OPERATION, 0] - valued(low).qalys.own[OPERATION, 0]
    assert gained == exactly(0.25 / 12 * (1 - died / 2))
