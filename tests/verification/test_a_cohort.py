"""Verification A, the cohort engine: one test a row, its expected result stated before the run.

Sources of the rows: TECH-VER (Büyükkaramikli et al. 2019, 10.1007/s40273-019-00844-y, Table 2),
assertHE (10.12688/wellcomeopenres.23180.1), and our own arithmetic. What the pathway adds to a row
is in test_a_pathway.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import get_args

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.cycle_weights import CycleWeights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import OUTSIDE, Stream
from hepaplan.model.cohort.transitions import (
    Conversion,
    Key,
    from_array,
    from_probabilities,
    from_rates,
)
from hepaplan.model.cohort.varying import Value, by_time_in_state, per_cycle
from hepaplan.model.economics import frontier
from hepaplan.model.money.discounting import UNDISCOUNTED, Convention, Discounting
from hepaplan.model.quantities import apply_hazard_ratio, apply_odds_ratio, rescale_probability
from tests.support.sick_sicker import CYCLES, RATES, STATES, STRATEGIES, reference, transitions

EXACT = 1e-9
SEVEN_DECIMALS = 5e-8
MONTH, DAY = 1 / 12, 1 / 365
DEATH: Key = ("alive", "dead")


def drawn(count: int) -> dict[str, Floats]:
    """Return draws of the reference model's rates, each with a tenth of its value as spread."""
    random = np.random.default_rng(11)
    return {name: rate * random.gamma(100, 1 / 100, count) for name, rate in RATES.items()}


def model(chances: Mapping[Key, Value], **told: object) -> Results:
    """Return a model with its trace and each move counted, undiscounted; a year in 12 cycles."""
    states = tuple(dict.fromkeys(state for key in chances for state in key))
    counted = [*chances, *((OUTSIDE, state) for state in states)]
    asked = {"start": {states[0]: 1.0}, "cycles": 12, "cycle_years": MONTH, "weights": "half-cycle"}
    return evaluate(
        from_probabilities(states, chances),
        streams=[Stream(f"{a}>{b}", UNDISCOUNTED, on_transitions={(a, b): 1.0}) for a, b in counted]
        + [Stream("years", UNDISCOUNTED, dict.fromkeys(states[:-1], MONTH))],
        trace=True,
        by_cycle=True,
        **(asked | told),  # type: ignore[arg-type]
    )


def life_years(
    rate: Value,
    weights: CycleWeights = "half-cycle",
    cycle_years: float = MONTH,
    discounting: Discounting = UNDISCOUNTED,
) -> Floats:
    """Return the life-years of ten years under a constant death rate a year."""
    return evaluate(
        from_rates(("alive", "dead"), {DEATH: rate}, cycle_years, "competing"),
        start={"alive": 1.0},
        cycles=round(10 / cycle_years),
        cycle_years=cycle_years,
        streams=[Stream("years", discounting, {"alive": cycle_years})],
        weights=weights,
    )["years"]


def exactly(value: float) -> object:
    return pytest.approx(value, rel=EXACT)


def digits(value: float) -> object:
    return pytest.approx(value, rel=0, abs=SEVEN_DECIMALS)


def test_a1_states_sum_to_the_cohort_in_every_cycle() -> None:
    """Expected: people in all states sum to 1 at every point, each in [0, 1], none is no number."""
    for treatment in STRATEGIES.values():
        people = reference(treatment, rates=drawn(50), trace=True).trace.values
        assert people.shape == (CYCLES + 1, len(STATES), 50)
        np.testing.assert_allclose(people.sum(axis=1), 1.0, rtol=EXACT)
        assert ((people >= 0) & (people <= 1)).all()
        assert (people[:, :-1].sum(axis=1)[1:] < 1 - EXACT).all()  # without the dead: not 1


def test_a2_rows_of_the_reference_model_are_probabilities() -> None:
    """Expected: every stored probability in [0, 1], no row leaves with more than 1."""
    for treatment in STRATEGIES.values():
        moves = transitions(drawn(50), treatment).moves
        for state in STATES:
            leaving = [value.by_cycle for (a, _), value in moves.items() if a == state]
            assert all(((chance >= 0) & (chance <= 1)).all() for chance in leaving)
            assert (sum(leaving, np.zeros((1, 1))) <= 1).all()


def of_rows(*sick: float) -> Callable[[], object]:
    rows = np.array([[0.9, 0.08, 0.02], sick, [0.0, 0.0, 1.0]])
    return lambda: from_array(("well", "sick", "dead"), rows[None, :, :, None])


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (of_rows(0.3, 0.5, 0.18), 'row "sick".* sum to 0.98'),
        (of_rows(0.3, 0.5, 0.22), 'row "sick".* sum to 1.02'),
        (of_rows(-0.1, 0.9, 0.2), '"sick" to "well".*-0.1 is not a probability'),
        (of_rows(0.0, -0.2, 1.2), '"sick" to "sick".*-0.2 is not a probability'),
        (of_rows(0.3, math.nan, 0.2), '"sick" to "sick".*nan is not a probability'),
        (
            lambda: from_probabilities(("sick", "dead", "sick"), {("sick", "dead"): 0.1}),
            'state "sick" is named twice',
        ),
        (
            lambda: from_probabilities(("sick", "dead"), {("sick", "daed"): 0.1}),
            'no state "daed": did you mean "dead"|no state "daed".*dead',
        ),
    ],
)
def test_a2_a_bad_matrix_is_refused_with_the_state_named(
    wrong: Callable[[], object], named: str
) -> None:
    """Expected: refused, naming the state; the same matrix with its row put right is accepted."""
    with pytest.raises(ValueError, match=named):
        wrong()
    of_rows(0.3, 0.5, 0.2)()


def test_a3_the_dead_stay_dead_and_nobody_outlives_the_general_population() -> None:
    """Expected: dead never falls; alive <= the life table, and equal to it without disease."""
    by_age = np.array([0.02, 0.03, 0.05, 0.08, 0.13])
    table = np.cumprod(np.append(1.0, 1 - by_age))
    background = -np.log1p(-by_age)

    def trace(rate: Floats) -> tuple[Floats, Floats]:
        moves = from_rates(("alive", "dead"), {DEATH: per_cycle(rate)}, 1.0, "competing")
        people = evaluate(
            moves, start={"alive": 1.0}, cycles=5, cycle_years=1, streams=[], weights="none",
            trace=True,
        ).trace  # fmt: skip
        return people.at(state="alive", draw=0), people.at(state="dead", draw=0)

    alive, dead = trace(background + 0.04)
    assert (np.diff(dead) >= 0).all()
    assert (alive[1:] < table[1:]).all()
    np.testing.assert_allclose(trace(background)[0], table, rtol=EXACT)
    in_its_place, _ = trace(np.full(5, 0.04))  # disease instead of, not beside, other causes
    assert (in_its_place > table).any()


def test_a4_over_a_lifetime_fewer_than_one_in_a_thousand_are_left() -> None:
    """Expected: from age 25 to 110 under Gompertz mortality fewer than 0.1% are alive."""
    ages = np.arange(25, 110)
    rate = 5e-5 * np.exp(0.095 * ages)
    alive = evaluate(
        from_rates(("alive", "dead"), {DEATH: per_cycle(rate)}, 1.0, "competing"),
        start={"alive": 1.0}, cycles=len(ages), cycle_years=1, streams=[], weights="none",
        trace=True,
    ).trace.at(state="alive")  # fmt: skip
    assert alive[-1] < 0.001
    assert alive[60] > 0.001  # to age 85 it would not be a lifetime
    assert alive[-1] == exactly(math.exp(-rate.sum()))


def test_a5_without_mortality_nobody_dies_and_life_years_are_the_horizon() -> None:
    """Expected: 10.0 life-years of a horizon of ten years, whoever moves between the living."""
    assert life_years(0.0).item() == exactly(10.0)
    assert life_years(0.001).item() < 10.0 - 0.04
    well_or_ill = model({("well", "ill"): 0.3, ("ill", "well"): 0.2, ("ill", "dead"): 0.0})
    assert well_or_ill["years"].item() == exactly(1.0)
    assert not well_or_ill.trace.at(state="dead").any()


def test_a6_certain_death_leaves_nobody_after_one_cycle() -> None:
    """Expected: alive 1 at point 0, exactly 0 at point 1 and after."""
    alive = model({DEATH: 1.0}).trace.at(state="alive", draw=0)
    assert alive[0] == 1.0
    assert not alive[1:].any()
    assert model({DEATH: 0.999}).trace.at(state="alive", draw=0)[1] > 0


def test_a7_inflow_less_outflow_is_the_change_in_each_state() -> None:
    """Expected: in every cycle and state, people in - people out = people now - people before."""
    chances: dict[Key, Value] = {
        ("well", "ill"): np.array([0.2, 0.25]),
        ("ill", "well"): by_time_in_state(np.array([0.4, 0.1])),
        ("ill", "dead"): per_cycle(np.linspace(0.01, 0.2, 12)),
    }
    found = model(chances, inflow={"well": 0.3, "ill": 0.1})
    for state in ("well", "ill", "dead"):
        came = [key for key in [*chances, (OUTSIDE, state)] if key[1] == state]
        went = [key for key in chances if key[0] == state]

        def flow(keys: Sequence[Key]) -> Floats:
            zero = np.zeros((13, 2))
            return sum((found.by_cycle.at(stream=f"{a}>{b}") for a, b in keys), zero)

        change = np.diff(found.trace.at(state=state), axis=0, prepend=0.0)
        np.testing.assert_allclose(flow(came) - flow(went), change, rtol=0, atol=1e-14)
        assert not np.allclose(flow(came[1:]) - flow(went), change)  # one flow left out is seen


@pytest.mark.parametrize("expanded", [True, False])
def test_a8_who_enters_a_tunnel_leaves_it_one_cycle_later_and_the_last_holds(
    expanded: bool,
) -> None:
    """Expected: 5, 3 and 2 people who enter at 0, 1, 2 leave at 1, 2, 3 and are held at the end.

    Both ways to write a tunnel: states of their own, and time in one state.
    """
    more = per_cycle(np.array([3.0, 2.0, 0.0, 0.0]))
    if expanded:
        chances: dict[Key, Value] = {("first", "second"): 1.0, ("second", "held"): 1.0}
        trace = model(chances, start={"first": 5.0}, inflow={"first": more}, cycles=4).trace
        np.testing.assert_array_equal(trace.at(state="first", draw=0), [5, 3, 2, 0, 0])
        np.testing.assert_array_equal(trace.at(state="second", draw=0), [0, 5, 3, 2, 0])
    else:
        two_cycles = by_time_in_state(np.array([0.0, 1.0]))
        chances = {("tunnel", "held"): two_cycles}
        trace = model(chances, start={"tunnel": 5.0}, inflow={"tunnel": more}, cycles=4).trace
        np.testing.assert_array_equal(trace.at(state="tunnel", draw=0), [5, 8, 5, 2, 0])
    np.testing.assert_array_equal(trace.at(state="held", draw=0), [0, 0, 5, 8, 10])


def test_a9_a_yearly_probability_by_the_month() -> None:
    """Expected: 0.20 a year is 0.0184235 a month, never 0.20/12 = 0.0166667."""
    monthly = rescale_probability(0.20, 1 / 12)
    assert monthly == digits(0.0184235)
    assert digits(0.0184235) != 0.20 / 12
    rate = -math.log1p(-0.20)
    stored = from_rates(("alive", "dead"), {DEATH: rate}, MONTH, "competing").moves[DEATH]
    assert stored.by_cycle.item() == exactly(monthly)

    def dead_after_a_year(chance: float) -> float:
        return model({DEATH: chance}).trace.at(cycle=12, state="dead").item()

    assert dead_after_a_year(monthly) == exactly(0.20)
    assert dead_after_a_year(0.20 / 12) < 0.184


def test_a10_a_hazard_ratio_and_an_odds_ratio_on_a_probability() -> None:
    """Expected: HR 0.7 on 0.2 gives 0.1446123, not 0.14; OR 2 on 0.2 gives 0.3333333."""
    assert apply_hazard_ratio(0.2, 0.7) == digits(0.1446123)
    assert digits(0.1446123) != 0.7 * 0.2
    assert apply_odds_ratio(0.2, 2.0) == digits(0.3333333)
    for conversion in get_args(Conversion):
        rate = -math.log1p(-0.2) * 0.7
        moves = from_rates(("alive", "dead"), {DEATH: rate}, 1.0, conversion)
        assert moves.moves[DEATH].by_cycle.item() == digits(0.1446123)


def test_a11_an_exponential_from_its_median() -> None:
    """Expected: a median of 14.5 months gives 0.0466787 a month and S(12 months) 0.5634712."""
    rate = math.log(2) / 14.5
    moves = from_rates(("alive", "dead"), {DEATH: rate}, 1.0, "competing").moves
    assert moves[DEATH].by_cycle.item() == digits(0.0466787)
    assert model(moves).trace.at(cycle=12, state="alive").item() == digits(0.5634712)
    assert math.log(2) / 14.5 != digits(0.0466787)  # the rate is not the probability


@pytest.mark.parametrize(
    ("weights", "years"), [("start", 3.2071336), ("end", 3.1279492), ("half-cycle", 3.1675414)]
)
def test_a12_life_years_of_an_exponential(weights: CycleWeights, years: float) -> None:
    """Expected: 0.3/yr over 10 years by month: start 3.2071336, end 3.1279492, half 3.1675414.

    The closed form (1 - exp(-3)) / 0.3 is 3.1673764: the half-cycle is within 0.01%, the others
    are more than 1% away.
    """
    closed = (1 - math.exp(-3.0)) / 0.3
    assert closed == digits(3.1673764)
    found = life_years(0.3, weights).item()
    assert found == digits(years)
    assert (abs(found / closed - 1) < 1e-4) == (weights == "half-cycle")


def test_a13_discounted_life_years_of_an_exponential() -> None:
    """Expected: at 3.5% compounded annually at each month 2.8850578; closed form 2.8848711."""
    force = 0.3 + math.log(1.035)
    assert (1 - math.exp(-10 * force)) / force == digits(2.8848711)
    found = life_years(0.3, discounting=Discounting(0.035)).item()
    assert found == digits(2.8850578)
    for other in get_args(Convention):
        years = life_years(0.3, discounting=Discounting(0.035, other)).item()
        assert (years == digits(2.8850578)) == (other == "annual")


def test_a14_a_weibull_of_shape_1_is_the_exponential() -> None:
    """Expected: hazards by time in state of a Weibull of shape 1 give the constant rate's trace."""

    def alive(shape: float) -> Floats:
        reached = (0.05 * np.arange(13.0)) ** shape
        leaving = by_time_in_state(-np.expm1(-np.diff(reached)))
        return model({DEATH: leaving}).trace.at(state="alive", draw=0)

    constant = model({DEATH: -math.expm1(-0.05)}).trace.at(state="alive", draw=0)
    np.testing.assert_allclose(alive(1.0), constant, rtol=EXACT)
    assert abs(alive(1.2)[12] / constant[12] - 1) > 0.01


def progression(ratio: float, cycles: int = 60) -> Results:
    rates = {("free", "progressed"): 0.8 * ratio, ("free", "dead"): 0.05,
             ("progressed", "dead"): 1.1}  # fmt: skip
    return evaluate(
        from_rates(("free", "progressed", "dead"), rates, MONTH, "competing"),
        start={"free": 1.0}, cycles=cycles, cycle_years=MONTH, weights="half-cycle", trace=True,
        streams=[
            Stream("on treatment", UNDISCOUNTED,
                   {"free": by_time_in_state(np.array([MONTH] * 6 + [0.0]))}),
            Stream("free", UNDISCOUNTED, {"free": MONTH}),
            Stream("alive", UNDISCOUNTED, {"free": MONTH, "progressed": MONTH}),
        ],
    )  # fmt: skip


def test_a15_progression_free_and_time_on_treatment_never_above_overall_survival() -> None:
    """Expected: at every point PFS <= OS, apart from point 0 below it; mean times in that order."""
    found = progression(1.0)
    free = found.trace.at(state="free", draw=0)
    overall = 1 - found.trace.at(state="dead", draw=0)
    assert (free[1:] < overall[1:]).all()
    assert found["on treatment"] < found["free"] < found["alive"]
    lasting = progression(0.5).trace.at(state="free", draw=0)
    assert (lasting > overall).any()  # a PFS curve of another arm would be caught


def test_a16_a_higher_ratio_means_more_events() -> None:
    """Expected: progression by 12 months and the probabilities rise with HR, RR and OR."""
    ratios = (0.5, 0.7, 1.0, 1.4)
    free = [progression(ratio).trace.at(cycle=12, state="free").item() for ratio in ratios]
    assert free == sorted(free, reverse=True)
    assert len(set(free)) == len(ratios)
    for apply in (apply_hazard_ratio, apply_odds_ratio, lambda p, risk_ratio: p * risk_ratio):
        chances = [apply(0.2, ratio) for ratio in ratios]
        assert chances == sorted(set(chances))
        dead = model({DEATH: np.array(chances)}).trace.at(cycle=1, state="dead")
        np.testing.assert_allclose(dead, chances, rtol=EXACT)


def test_a17_swapped_arms_swap_their_results_exactly() -> None:
    """Expected: effects 0 and 1 (both ways) in swapped arms swap to the last bit; equal are equal.

    An effect of 0 leaves the rate, one of 1 takes it away. The arms are two draws of one run.
    """

    def years(*effects: float) -> list[float]:
        rates = RATES | {"worsen": RATES["worsen"] * (1 - np.array(effects))}
        totals = reference("", rates=rates)
        assert totals["cost"].shape == (2,)
        return [float(number) for number in totals["qalys"]]

    for pair in ((0.0, 1.0), (0.0, 0.4), (0.3, 1.0)):
        assert years(*pair) == years(*reversed(pair))[::-1]
        assert years(*pair)[0] < years(*pair)[1]
    same = years(0.4, 0.4)
    assert same[0] == same[1]


def test_a18_twice_the_difference_in_efficacy_is_about_twice_the_increment() -> None:
    """Expected: increments at differences of 0.01, 0.02 and 0.04 of the rate double within 5%."""
    difference = np.array([0.0, 0.01, 0.02, 0.04])
    qalys = reference("", rates=RATES | {"worsen": RATES["worsen"] * (1 - difference)})["qalys"]
    half, base, double = qalys[1:] - qalys[0]
    assert half > 0
    assert base / half == pytest.approx(2.0, rel=0.05)
    assert double / base == pytest.approx(2.0, rel=0.05)
    assert (qalys[3] - qalys[2]) / (qalys[2] - qalys[1]) != exactly(1.0)  # roughly: not linear


def test_a19_a_better_baseline_gives_a_better_outcome() -> None:
    """Expected: QALYs rise when deaths, falling sick or worsening fall, or recovery rises."""
    base = reference("")["qalys"].item()
    for name in RATES:
        better = 1.1 if name == "recover" else 0.9
        assert reference("", rates=RATES | {name: RATES[name] * better})["qalys"].item() > base
        worse = RATES | {name: RATES[name] / better}
        assert reference("", rates=worse)["qalys"].item() < base


def test_a20_days_instead_of_months() -> None:
    """Expected: life-years by the day within 0.1% of those by the month, half-cycle corrected.

    Without the correction (weights "start") they differ by 1.2%.
    """
    by_month, by_day = (life_years(0.3, "half-cycle", step).item() for step in (MONTH, DAY))
    assert by_day == pytest.approx(by_month, rel=0.001)
    by_month, by_day = (life_years(0.3, "start", step).item() for step in (MONTH, DAY))
    assert by_day != pytest.approx(by_month, rel=0.01)


def test_a21_without_incidence_and_mortality_prevalence_is_constant() -> None:
    """Expected: 2 ill of 5 people at every point; with incidence, or death, the number moves."""

    def ill(incidence: float, mortality: float) -> Floats:
        chances = {("well", "ill"): incidence, ("ill", "dead"): mortality}
        start = {"well": 3.0, "ill": 2.0}
        return model(chances, start=start).trace.at(state="ill", draw=0)

    np.testing.assert_array_equal(ill(0.0, 0.0), 2.0)
    assert (np.diff(ill(0.01, 0.0)) > 0).all()
    assert (np.diff(ill(0.0, 0.01)) < 0).all()


def test_a22_constant_inflow_settles_at_inflow_over_the_chance_of_death() -> None:
    """Expected: 4 people a cycle, of whom 0.08 die a cycle: prevalence tends to 50."""
    told = {"start": {}, "inflow": {"alive": 4.0}, "cycles": 600}
    alive = model({DEATH: 0.08}, **told).trace.at(state="alive", draw=0)
    assert alive[600] == exactly(50.0)
    assert alive[12] == exactly(50.0 * (1 - 0.92**12))  # on its way there


def test_a23_a_cohort_split_in_two_gives_the_same_sum() -> None:
    """Expected: costs and QALYs of two half cohorts add up to those of the whole."""
    rates = drawn(20)
    whole = reference("AB", rates=rates)
    parts = [
        evaluate(
            transitions(rates, "AB"), start={state: share}, cycles=CYCLES, cycle_years=1,
            streams=[Stream("qalys", Discounting(0.03), {"healthy": 1.0, "sick": 0.95,
                                                         "sicker": 0.5})],
            weights="half-cycle",
        )["qalys"]
        for state, share in (("healthy", 0.5), ("healthy", 0.5), ("sick", 0.5))
    ]  # fmt: skip
    np.testing.assert_allclose(parts[0] + parts[1], whole["qalys"], rtol=EXACT)
    assert not np.allclose(parts[0] + parts[2], whole["qalys"])  # a half that started sick


def test_a24_the_order_of_states_and_strategies_does_not_matter() -> None:
    """Expected: the same totals with the states reversed, the same table for any order."""
    moves = transitions(drawn(20), "AB")
    backwards = from_probabilities(STATES[::-1], dict(reversed(list(moves.moves.items()))))
    worth = Stream("cost", Discounting(0.03), {"healthy": 2e3, "sick": 29e3, "sicker": 4e4})
    first, second = (
        evaluate(
            told, start={"healthy": 1.0}, cycles=CYCLES, cycle_years=1, streams=[worth],
            weights="half-cycle",
        )["cost"]
        for told in (moves, backwards)
    )  # fmt: skip
    np.testing.assert_allclose(first, second, rtol=EXACT)
    swapped = from_probabilities((STATES[0], STATES[2], STATES[1], STATES[3]), moves.moves)
    assert swapped.states != moves.states
    rows = [
        (name, result["cost"].item(), result["qalys"].item())
        for name, result in ((name, reference(code)) for name, code in STRATEGIES.items())
    ]
    assert frontier(rows) == frontier(rows[::-1]) == frontier([*rows[2:], *rows[:2]])
