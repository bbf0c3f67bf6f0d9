from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.quantities import apply_hazard_ratio, apply_odds_ratio
from hepaplan.model.survival.changes import (
    MixtureCure,
    WithAccelerationFactor,
    WithBackground,
    WithHazardRatio,
    WithHazardRatioByMonth,
    WithOddsRatio,
)
from hepaplan.model.survival.families import Exponential, LogLogistic, LogNormal, Weibull
from hepaplan.model.survival.fitted import monthly_hazards
from hepaplan.model.survival.tables import PiecewiseExponential

BASE = LogNormal.of(mu=2.5, sigma=1.1)


@pytest.mark.parametrize("change", [WithHazardRatio, WithOddsRatio, WithAccelerationFactor])
def test_a16_a_higher_ratio_gives_a_higher_event_probability(change: type) -> None:
    months = np.array([1.0, 12.0, 60.0])
    events = [1 - change(BASE, ratio).survival(months) for ratio in (0.5, 0.8, 1.0, 1.3, 2.0)]
    assert (np.diff(events, axis=0) > 0).all()
    np.testing.assert_allclose(events[2], 1 - BASE.survival(months), rtol=1e-12)


def test_ratios_by_hand() -> None:
    # Half left at 10 months, a quarter at 20.
    base = Exponential.of_hazard(math.log(2) / 10)
    assert WithHazardRatio(base, 2.0).survival(10) == pytest.approx(0.25, rel=1e-14)
    assert WithAccelerationFactor(base, 2.0).survival(10) == pytest.approx(0.25, rel=1e-14)
    # Odds of the event 1 at 10 months: times 3, so a quarter are left.
    assert WithOddsRatio(base, 3.0).survival(10) == pytest.approx(0.25, rel=1e-14)
    event = 1 - float(base.survival(7))
    hazard_ratio = 1 - WithHazardRatio(base, 0.7).survival(7)
    assert hazard_ratio == pytest.approx(apply_hazard_ratio(event, 0.7), rel=1e-13)
    odds_ratio = 1 - WithOddsRatio(base, 1.7).survival(7)
    assert odds_ratio == pytest.approx(apply_odds_ratio(event, 1.7), rel=1e-13)


def test_families_closed_under_their_own_change() -> None:
    months = np.array([0.5, 6.0, 30.0, 200.0])
    # Weibull: a hazard ratio r divides the scale by r ** (1 / shape).
    weibull = WithHazardRatio(Weibull.of(shape=2.0, scale=10.0), 0.25)
    np.testing.assert_allclose(
        weibull.survival(months), Weibull.of(shape=2.0, scale=20.0).survival(months), rtol=1e-12
    )
    # Log-logistic: an odds ratio does the same.
    logistic = WithOddsRatio(LogLogistic.of(shape=2.0, scale=10.0), 0.25)
    np.testing.assert_allclose(
        logistic.survival(months),
        LogLogistic.of(shape=2.0, scale=20.0).survival(months),
        rtol=1e-12,
    )
    # Log-normal: an acceleration factor moves mu.
    fast = WithAccelerationFactor(BASE, 2.0)
    moved = LogNormal.of(mu=2.5 - math.log(2), sigma=1.1)
    np.testing.assert_allclose(fast.survival(months), moved.survival(months), rtol=1e-12)


def test_a_hazard_ratio_by_month_multiplies_each_month() -> None:
    ratios = np.array([0.5, 0.5, 0.8, 1.0])
    waning = WithHazardRatioByMonth(BASE, ratios)
    plain = monthly_hazards(BASE, 6)
    expected = plain * [0.5, 0.5, 0.8, 1, 1, 1]
    np.testing.assert_allclose(monthly_hazards(waning, 6), expected, rtol=1e-13)
    alike = WithHazardRatioByMonth(BASE, np.full(5, 0.6))
    months = np.array([0.3, 2.7, 5.0, 90.0])
    np.testing.assert_allclose(
        alike.survival(months), WithHazardRatio(BASE, 0.6).survival(months), rtol=1e-13
    )
    np.testing.assert_allclose(waning.hazard([1.5, 2.5, 80]) / BASE.hazard([1.5, 2.5, 80]),
                               [0.5, 0.8, 1.0], rtol=1e-14)  # fmt: skip


def test_the_cured_level_off_and_relative_effects_act_where_they_are_put() -> None:
    cured = MixtureCure(BASE, 0.2)
    assert cured.survival(1e7) == pytest.approx(0.2, rel=1e-12)
    assert cured.hazard(1e7) == pytest.approx(0.0, abs=1e-12)
    # On the whole group, a ratio of 2 squares the plateau; on the uncured, it stays.
    assert WithHazardRatio(cured, 2.0).survival(1e7) == pytest.approx(0.04, rel=1e-11)
    assert MixtureCure(WithHazardRatio(BASE, 2.0), 0.2).survival(1e7) == pytest.approx(0.2)
    nobody = MixtureCure(BASE, 0.0)
    months = np.array([0.0, 3.0, 700.0])
    np.testing.assert_allclose(
        nobody.cumulative_hazard(months), BASE.cumulative_hazard(months), rtol=1e-13
    )
    assert nobody.quantile(1e-6) == pytest.approx(BASE.quantile(1e-6), rel=1e-12)


@given(cured=st.floats(1e-300, 0.99), month=st.floats(1e-3, 1e5))
def test_few_or_many_cured_are_told_apart_to_the_last_digits(cured: float, month: float) -> None:
    left = cured + (1 - cured) * float(Weibull.of(1.5, 10.0).survival(month))
    found = float(MixtureCure(Weibull.of(1.5, 10.0), cured).survival(month))
    assert found == pytest.approx(left, rel=1e-12)


def test_background_mortality_is_added_and_never_multiplied() -> None:
    # A life table by month: 0.01, 0.02, then 0.04 a month.
    table = PiecewiseExponential.of_hazards(np.array([1.0, 2.0, 3.0]), np.array([0.01, 0.02, 0.04]))
    disease = Exponential.of_hazard(0.1)
    everyone = WithBackground(WithHazardRatio(disease, 0.5), table)
    assert everyone.cumulative_hazard(4) == pytest.approx(0.5 * 0.4 + 0.11, rel=1e-14)
    assert everyone.hazard(1.5) == pytest.approx(0.07, rel=1e-14)
    nobody_ill = WithBackground(WithHazardRatio(disease, 0.0), table)
    months = np.linspace(0, 30, 61)
    np.testing.assert_array_equal(nobody_ill.survival(months), table.survival(months))
    assert (everyone.survival(months) <= table.survival(months)).all()
