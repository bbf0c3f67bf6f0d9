"""Changes of an exponential curve of a tenth a month, each worked on paper, and their edges."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from hepaplan.model.survival.changes import (
    MixtureCure,
    WithAccelerationFactor,
    WithBackground,
    WithHazardRatio,
    WithHazardRatioByMonth,
    WithOddsRatio,
)
from hepaplan.model.survival.curve import SurvivalCurve
from hepaplan.model.survival.families import Exponential, LogLogistic

TENTH = Exponential.of_hazard(0.1)
DRAWN = Exponential.of_hazard(np.array([0.1, 0.3]))
TWO = np.array([0.5, 1.5])
ONE_OVER_E = math.exp(-1)


@pytest.mark.parametrize("month", [4.0, 10.0, 30.0, 200.0])
def test_a_quarter_is_cured_and_the_others_leave_as_before(month: float) -> None:
    """Before and after H has reached 1, and where hardly anyone is left to leave."""
    cured = MixtureCure(TENTH, 0.25)
    left = 0.25 + 0.75 * math.exp(-0.1 * month)
    assert cured.survival(month) == pytest.approx(left, rel=1e-14)
    hazard = 0.75 * math.exp(-0.1 * month) * 0.1 / left
    assert cured.hazard(month) == pytest.approx(hazard, rel=1e-9)
    if month < 100:
        assert cured.quantile(left) == pytest.approx(month, rel=1e-10)
    area = 0.25 * month + 7.5 * (1 - math.exp(-0.1 * month))
    assert cured.restricted_mean(month) == pytest.approx(area, rel=1e-12)


def test_below_the_cured_nobody_ever_falls() -> None:
    cured = MixtureCure(TENTH, 0.25)
    assert cured.quantile([0.25, 0.2499, 0.1]).tolist() == [np.inf] * 3
    assert cured.quantile(0.2501) < np.inf
    assert cured.mean() == math.inf
    assert cured.tail_power == 0.0


def test_where_nobody_is_cured_nothing_changes() -> None:
    nobody = MixtureCure(TENTH, 0.0)
    assert nobody.mean() == pytest.approx(10.0)
    assert nobody.tail_power == math.inf
    assert nobody.restricted_mean(20.0) == pytest.approx(10.0 * (1 - math.exp(-2)))
    assert nobody.quantile(1e-9) == pytest.approx(-math.log(1e-9) / 0.1)


def test_few_cured_are_told_to_the_last_digits() -> None:
    """In the first second, and after so long that only the cured are left: in one call."""
    months = np.array([1e-9, 5.0, 15.0, 250.0, 300.0])
    for few in (1e-9, 5e-4):
        left = few + (1 - few) * np.exp(-0.1 * months)
        expected = np.concatenate([[(1 - few) * 1e-10], -np.log(left[1:])])
        found = MixtureCure(TENTH, few).cumulative_hazard(months)
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    alone = MixtureCure(TENTH, 1e-9).cumulative_hazard(1e-9)
    np.testing.assert_allclose(alone, 1e-10 * (1 - 1e-9), rtol=1e-12)


def test_times_are_told_to_the_last_digits_at_both_ends() -> None:
    early = MixtureCure(TENTH, 0.25).month_at(np.array([1e-12]))
    np.testing.assert_allclose(early, 1e-11 / 0.75, rtol=1e-9)
    late = MixtureCure(TENTH, 0.0).quantile(1e-15)
    np.testing.assert_allclose(late, -math.log(1e-15) / 0.1, rtol=1e-12)
    assert MixtureCure(TENTH, 0.5).quantile([0.5, 0.45]).tolist() == [np.inf] * 2


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_a_hazard_ratio_multiplies_hazard_and_divides_times(ratio: float) -> None:
    changed = WithHazardRatio(TENTH, ratio)
    assert changed.cumulative_hazard(7.0) == pytest.approx(0.7 * ratio)
    assert changed.hazard(7.0) == pytest.approx(0.1 * ratio)
    assert changed.quantile(ONE_OVER_E) == pytest.approx(10.0 / ratio)
    assert changed.mean() == pytest.approx(10.0 / ratio)


def test_a_ratio_of_nothing_stops_everything_but_the_start() -> None:
    still = WithHazardRatio(TENTH, 0.0)
    assert still.quantile([1.0, 0.99]).tolist() == [0.0, np.inf]
    assert still.tail_power == 0.0
    assert still.mean() == math.inf


def test_long_tails_are_as_long_as_what_is_left_of_the_hazard() -> None:
    """A log-logistic of shape 3 falls as month to the -3: as its square with a ratio of 2."""
    tail = LogLogistic.of(shape=3.0, scale=10.0)
    assert WithHazardRatio(tail, 2.0).tail_power == pytest.approx(6.0)
    assert WithHazardRatio(tail, 0.5).tail_power == pytest.approx(1.5)
    assert WithHazardRatioByMonth(tail, np.array([0.5, 0.4, 0.2])).tail_power == pytest.approx(0.6)
    assert WithHazardRatioByMonth(tail, np.array([0.5, 0.0])).tail_power == 0.0
    assert WithAccelerationFactor(tail, 2.0).tail_power == pytest.approx(3.0)
    assert WithOddsRatio(tail, 2.0).tail_power == pytest.approx(3.0)
    assert WithBackground(tail, tail).tail_power == pytest.approx(6.0)
    assert MixtureCure(tail, 0.0).tail_power == pytest.approx(3.0)


def test_ratios_by_month_add_up_month_by_month() -> None:
    """0.05, 0.2 and 0.1 in the three months; the last ratio ever after."""
    changed = WithHazardRatioByMonth(TENTH, np.array([0.5, 2.0, 1.0]))
    assert changed.cumulative_hazard([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 12.0]) == pytest.approx(
        [0.0, 0.025, 0.05, 0.15, 0.25, 0.3, 1.25]
    )
    assert changed.hazard([0.5, 1.0, 1.9, 2.0, 40.0]) == pytest.approx([0.05, 0.2, 0.2, 0.1, 0.1])
    assert changed.quantile(math.exp(-0.15)) == pytest.approx(1.5)
    alone = WithHazardRatioByMonth(TENTH, np.array([2.0]))
    assert alone.cumulative_hazard([0.5, 3.0]) == pytest.approx([0.1, 0.6])


def test_ratios_and_curves_may_be_drawn_each_or_both() -> None:
    by_month = np.array([[0.5, 1.5], [2.0, 4.0]])
    drawn_ratios = WithHazardRatioByMonth(TENTH, by_month)
    assert drawn_ratios.cumulative_hazard(1.5) == pytest.approx([0.15, 0.35])
    drawn_curve = WithHazardRatioByMonth(DRAWN, by_month[:, 0])
    assert drawn_curve.cumulative_hazard(1.5) == pytest.approx([0.15, 0.45])
    both = WithHazardRatioByMonth(DRAWN, by_month)
    assert both.cumulative_hazard(1.5) == pytest.approx([0.15, 1.05])
    assert (drawn_ratios.drawn, drawn_curve.drawn, both.drawn) == (True, True, True)
    assert not WithHazardRatioByMonth(TENTH, by_month[:, 0]).drawn


def test_a_clock_twice_as_fast_halves_every_time() -> None:
    fast = WithAccelerationFactor(TENTH, 2.0)
    assert fast.cumulative_hazard(3.0) == pytest.approx(0.6)
    assert fast.hazard(3.0) == pytest.approx(0.2)
    bent = LogLogistic.of(shape=3.0, scale=10.0)
    assert WithAccelerationFactor(bent, 2.0).hazard(3.0) == pytest.approx(2 * bent.hazard(6.0))
    assert fast.quantile(ONE_OVER_E) == pytest.approx(5.0)
    assert fast.restricted_mean(10.0) == pytest.approx(5.0 * (1 - math.exp(-2)))


@pytest.mark.parametrize("left", [0.8, 0.5, 0.3, 0.01, 1e-12])
@pytest.mark.parametrize("ratio", [0.25, 3.0])
def test_an_odds_ratio_multiplies_the_odds_of_the_event(left: float, ratio: float) -> None:
    """Before and after H has reached 1, and where hardly anyone is left."""
    changed = WithOddsRatio(TENTH, ratio)
    month = -math.log(left) / 0.1
    there = 1 / (1 + ratio * (1 - left) / left)
    assert changed.survival(month) == pytest.approx(there, rel=1e-12)
    assert changed.quantile(there) == pytest.approx(month, rel=1e-9)
    hazard = 0.1 * ratio / (left + ratio * (1 - left))
    assert changed.hazard(month) == pytest.approx(hazard, rel=1e-12)


def test_odds_of_the_first_moment_are_told_to_the_last_digits() -> None:
    found = WithOddsRatio(TENTH, 3.0).cumulative_hazard(1e-12)
    np.testing.assert_allclose(found, 3e-13, rtol=1e-9)
    assert WithOddsRatio(TENTH, 3.0).cumulative_hazard(9_000.0) == pytest.approx(
        900.0 + math.log(3.0)
    )


def test_background_mortality_is_added() -> None:
    both = WithBackground(TENTH, Exponential.of_hazard(0.03))
    assert both.cumulative_hazard(4.0) == pytest.approx(0.52)
    assert both.hazard(4.0) == pytest.approx(0.13)
    assert both.quantile(math.exp(-0.26)) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("change", "fixed"),
    [
        (lambda drawn: MixtureCure(TENTH, 0.2 * drawn), lambda: MixtureCure(TENTH, 0.2)),
        (lambda drawn: WithHazardRatio(TENTH, drawn), lambda: WithHazardRatio(TENTH, 2.0)),
        (lambda drawn: WithOddsRatio(TENTH, drawn), lambda: WithOddsRatio(TENTH, 2.0)),
        (
            lambda drawn: WithBackground(TENTH, Exponential.of_hazard(0.1 * drawn)),
            lambda: WithBackground(TENTH, TENTH),
        ),
        (lambda _: WithBackground(DRAWN, TENTH), lambda: WithBackground(TENTH, TENTH)),
        (lambda _: WithHazardRatio(DRAWN, 2.0), lambda: WithHazardRatio(TENTH, 2.0)),
    ],
    ids=["cured", "hazard ratio", "odds ratio", "background", "curve", "inner"],
)
def test_a_change_is_drawn_where_it_or_its_curve_is(
    change: Callable[[object], SurvivalCurve], fixed: Callable[[], SurvivalCurve]
) -> None:
    assert change(TWO).drawn
    assert change(TWO).survival(3.0).shape == (2,)
    assert not fixed().drawn
    assert fixed().survival(3.0).shape == ()


@pytest.mark.parametrize(
    ("make", "least"),
    [
        (lambda least: MixtureCure(TENTH, least), 0.0),
        (lambda least: WithHazardRatio(TENTH, least), 0.0),
        (lambda least: WithHazardRatioByMonth(TENTH, np.array([0.4, least])), 0.0),
        (lambda least: WithAccelerationFactor(TENTH, least), 1e-3),
        (lambda least: WithOddsRatio(TENTH, least), 1e-3),
    ],
    ids=["cured", "hazard ratio", "by month", "acceleration", "odds ratio"],
)
def test_the_least_that_a_change_can_be(
    make: Callable[[float], SurvivalCurve], least: float
) -> None:
    assert make(least).cumulative_hazard(1.0) >= 0.0
    with pytest.raises(ValueError, match=r"0 or more|above 0"):
        make(least - 2e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: MixtureCure(DRAWN, 0.2 * TWO),
        lambda: WithHazardRatio(DRAWN, TWO),
        lambda: WithHazardRatioByMonth(DRAWN, TWO),
        lambda: WithAccelerationFactor(DRAWN, TWO),
        lambda: WithOddsRatio(DRAWN, TWO),
        lambda: WithBackground(DRAWN, DRAWN),
    ],
)
def test_a_curve_of_many_draws_is_only_itself(make: Callable[[], SurvivalCurve]) -> None:
    """So that one can be looked up in a table without comparing its draws."""
    one, other = make(), make()
    assert len({one, other}) == 2
    assert one != other


def test_all_but_nobody_can_be_cured() -> None:
    assert MixtureCure(TENTH, 0.999).survival(1e4) == pytest.approx(0.999)
    with pytest.raises(ValueError, match="the cured share must be 0 or more and below 1"):
        MixtureCure(TENTH, 1.0)
    with pytest.raises(ValueError, match="give a hazard ratio for one month or more"):
        WithHazardRatioByMonth(TENTH, np.array([]))
