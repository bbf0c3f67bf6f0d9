from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad
from scipy.interpolate import PchipInterpolator

from hepaplan.model.survival.changes import (
    MixtureCure,
    WithAccelerationFactor,
    WithBackground,
    WithHazardRatio,
    WithHazardRatioByMonth,
    WithOddsRatio,
)
from hepaplan.model.survival.curve import SurvivalCurve
from hepaplan.model.survival.families import (
    Exponential,
    Gompertz,
    LogLogistic,
    LogNormal,
    Weibull,
)
from hepaplan.model.survival.fitted import monthly_hazards
from hepaplan.model.survival.generalised_gamma import GeneralisedGamma
from hepaplan.model.survival.tables import PiecewiseExponential, PublishedCurve

MONTHS = np.array([0.5, 3.0, 11.0, 12.0, 40.0, 95.0])
CURVES: dict[str, SurvivalCurve] = {
    "exponential": Exponential.of_hazard(0.05),
    "weibull": Weibull.of(shape=0.7, scale=20.0),
    "gompertz that ages": Gompertz(0.02, 0.03),
    "gompertz that fades": Gompertz(0.04, -0.03),
    "log-normal": LogNormal.of(mu=2.5, sigma=1.1),
    "log-logistic": LogLogistic.of(shape=1.8, scale=12.0),
    "log-logistic, no mean": LogLogistic.of(shape=0.9, scale=12.0),
    "generalised gamma": GeneralisedGamma.of(mu=2.5, sigma=0.9, q=0.4),
    "generalised gamma, q < 0": GeneralisedGamma.of(mu=2.5, sigma=0.9, q=-0.6),
    "piecewise": PiecewiseExponential.of_hazards(np.array([6.0, 24.0]), np.array([0.08, 0.02])),
    "published": PublishedCurve(np.array([6.0, 12, 60]), np.array([0.3, 0.9, 1.5])),
    "cure": MixtureCure(LogNormal.of(mu=2.5, sigma=1.1), 0.2),
    "hazard ratio": WithHazardRatio(LogNormal.of(mu=2.5, sigma=1.1), 0.7),
    "waning": WithHazardRatioByMonth(Weibull.of(shape=1.3, scale=20.0), np.array([0.5, 0.7, 1])),
    "acceleration": WithAccelerationFactor(LogLogistic.of(shape=1.8, scale=12.0), 1.4),
    "odds ratio": WithOddsRatio(Weibull.of(shape=1.3, scale=20.0), 0.6),
    "background": WithBackground(MixtureCure(Gompertz(0.05, 0.01), 0.3), Gompertz(0.002, 0.008)),
}
every_curve = pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)


@every_curve
def test_the_hazard_is_the_slope_of_the_cumulative_hazard(curve: SurvivalCurve) -> None:
    months, step = MONTHS + 0.1, 1e-5
    rise = curve.cumulative_hazard(months + step) - curve.cumulative_hazard(months - step)
    np.testing.assert_allclose(curve.hazard(months), rise / (2 * step), rtol=1e-6)
    assert curve.cumulative_hazard(0) == 0
    np.testing.assert_allclose(
        monthly_hazards(curve, 12).cumsum(), curve.cumulative_hazard(np.arange(1, 13)), rtol=1e-12
    )


@every_curve
def test_the_quantile_is_the_inverse_of_survival(curve: SurvivalCurve) -> None:
    survival = curve.survival(MONTHS)
    np.testing.assert_allclose(curve.quantile(survival), MONTHS, rtol=1e-10)
    assert curve.quantile(1.0) == 0
    if math.isfinite(curve.median()):
        assert curve.survival(curve.median()) == pytest.approx(0.5, abs=1e-13)


@every_curve
def test_restricted_means_are_the_area_under_survival(curve: SurvivalCurve) -> None:
    for horizon in (1.0, 24.0, 180.0):
        area, _ = quad(
            lambda month: float(curve.survival(month)), 0, horizon,
            points=[m for m in (1, 2, 6, 12, 24, 60) if m < horizon],
            epsabs=1e-12, epsrel=1e-12, limit=200,
        )  # fmt: skip
        assert curve.restricted_mean(horizon) == pytest.approx(area, rel=1e-9)
    np.testing.assert_allclose(
        curve.restricted_mean([1.0, 24.0])[1], curve.restricted_mean(24.0), rtol=1e-12
    )


def test_means_by_hand() -> None:
    assert CURVES["exponential"].mean() == pytest.approx(20, rel=1e-14)
    weibull = 20 * math.gamma(1 + 1 / 0.7)
    assert CURVES["weibull"].mean() == pytest.approx(weibull, rel=1e-13)
    # So flat that gamma(1 + 1 / shape) overflows: survival is 1 / e at 20 months, and all around.
    assert Weibull.of(0.001, 20.0).restricted_mean(20.0) == pytest.approx(20 / math.e, rel=2e-3)
    log_normal = math.exp(2.5 + 1.1**2 / 2)
    assert CURVES["log-normal"].mean() == pytest.approx(log_normal, rel=1e-13)
    log_logistic = 12 * (math.pi / 1.8) / math.sin(math.pi / 1.8)
    assert CURVES["log-logistic"].mean() == pytest.approx(log_logistic, rel=1e-13)
    assert CURVES["acceleration"].mean() == pytest.approx(log_logistic / 1.4, rel=1e-13)
    # Six months at 0.08, 18 at 0.02, and 0.02 ever after.
    left = math.exp(-0.48)
    assert CURVES["piecewise"].mean() == pytest.approx((1 - left) / 0.08 + left / 0.02, rel=1e-14)
    # Proportional hazards of a Weibull: a Weibull with its scale divided by ratio ** (1 / shape).
    halved = WithHazardRatio(Weibull.of(shape=2.0, scale=10.0), 0.25)
    assert halved.mean() == pytest.approx(20 * math.gamma(1.5), rel=1e-10)


@pytest.mark.parametrize(
    "curve",
    [
        CURVES["gompertz that fades"],
        CURVES["cure"],
        CURVES["log-logistic, no mean"],
        GeneralisedGamma.of(mu=2.0, sigma=1.0, q=-1.25),
        PiecewiseExponential.of_hazards(np.array([6.0, 24.0]), np.array([0.08, 0.0])),
        WithHazardRatio(CURVES["log-logistic"], 0.5),
        WithHazardRatio(CURVES["exponential"], 0.0),
        WithHazardRatioByMonth(CURVES["log-logistic"], np.array([1.0, 0.4])),
    ],
)
def test_the_mean_is_infinite_where_some_stay_or_the_tail_is_long(curve: SurvivalCurve) -> None:
    assert curve.mean() == math.inf


def test_background_mortality_makes_every_mean_finite() -> None:
    cured = WithBackground(CURVES["cure"], Exponential.of_hazard(0.01))
    area, _ = quad(lambda month: float(cured.survival(month)), 0, np.inf, epsrel=1e-10, limit=500)
    assert cured.mean() == pytest.approx(area, rel=1e-8)


def test_the_median_is_infinite_where_half_are_left() -> None:
    # Half are left in the end: exp(-0.02 / 0.04) = 0.607.
    assert Gompertz(0.02, -0.04).median() == math.inf
    assert MixtureCure(CURVES["weibull"], 0.5).median() == math.inf
    assert WithHazardRatio(CURVES["weibull"], 0.0).median() == math.inf
    flat = PiecewiseExponential.of_hazards(np.array([2.0, 3.0]), np.array([0.1, 0.0]))
    assert flat.median() == math.inf
    both = WithBackground(Gompertz(0.02, -0.04), Gompertz(0.02, -0.04))
    assert both.survival(both.median()) == pytest.approx(0.5, abs=1e-14)
    assert WithBackground(flat, flat).median() == math.inf


@pytest.mark.parametrize(
    ("mu", "sigma", "q"),
    [(2.5, 1.0, 0.5), (2.5, 0.7, 1.0), (2.5, 0.7, 2.3), (2.0, 1.0, -0.5), (2.0, 0.5, -1.0)],
)
def test_the_generalised_gamma_is_that_of_scipy(mu: float, sigma: float, q: float) -> None:
    ours, k = GeneralisedGamma.of(mu, sigma, q), q**-2
    theirs = stats.gengamma(k, q / sigma, scale=math.exp(mu) * k ** (-sigma / q))
    np.testing.assert_allclose(ours.survival(MONTHS), theirs.sf(MONTHS), rtol=1e-11, atol=1e-300)
    some = MONTHS[1:4]
    np.testing.assert_allclose(ours.hazard(some), theirs.pdf(some) / theirs.sf(some), rtol=1e-11)
    levels = np.array([0.99, 0.5, 0.05])
    np.testing.assert_allclose(ours.quantile(levels), theirs.isf(levels), rtol=1e-11)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-11)


def test_the_generalised_gamma_holds_other_families() -> None:
    mu, sigma = 2.5, 0.8
    cases: list[tuple[float, SurvivalCurve]] = [
        (1.0, Weibull.of(shape=1 / sigma, scale=math.exp(mu))),
        (0.0, LogNormal.of(mu, sigma)),
    ]
    for q, other in cases:
        ours = GeneralisedGamma.of(mu, sigma, q)
        np.testing.assert_allclose(ours.survival(MONTHS), other.survival(MONTHS), rtol=1e-12)
        np.testing.assert_allclose(ours.hazard(MONTHS), other.hazard(MONTHS), rtol=1e-11)
        np.testing.assert_allclose(ours.quantile([0.9, 0.1]), other.quantile([0.9, 0.1]))
        assert ours.restricted_mean(60) == pytest.approx(other.restricted_mean(60), rel=1e-9)
    gamma = stats.gamma(sigma**-2, scale=math.exp(mu) * sigma**2)
    as_gamma = GeneralisedGamma.of(mu, sigma, q=sigma)
    np.testing.assert_allclose(as_gamma.survival(MONTHS), gamma.sf(MONTHS), rtol=1e-11)
    inverse = GeneralisedGamma.of(mu, sigma, q=-1.0)
    event = np.exp(-((MONTHS / math.exp(mu)) ** (-1 / sigma)))
    np.testing.assert_allclose(1 - inverse.survival(MONTHS), event, atol=1e-14)


def test_the_generalised_gamma_nears_the_log_normal_smoothly() -> None:
    log_normal = LogNormal.of(2.5, 0.8)
    for q, apart in ((1e-3, 2e-4), (-1e-5, 2e-6), (2e-7, 5e-8), (-5e-8, 0.0)):
        curve = GeneralisedGamma.of(2.5, 0.8, q)
        found = np.abs(curve.survival(MONTHS) - log_normal.survival(MONTHS)).max()
        assert found <= apart
        assert curve.median() == pytest.approx(log_normal.median(), rel=2 * abs(q) + 1e-9)
        np.testing.assert_allclose(curve.hazard(12.0), log_normal.hazard(12.0), rtol=abs(q) + 1e-8)


def test_the_gompertz_is_that_of_scipy() -> None:
    theirs = stats.gompertz(0.02 / 0.03, scale=1 / 0.03)
    ours = CURVES["gompertz that ages"]
    np.testing.assert_allclose(ours.survival(MONTHS), theirs.sf(MONTHS), rtol=1e-12)
    np.testing.assert_allclose(ours.quantile([0.9, 0.2]), theirs.isf([0.9, 0.2]), rtol=1e-12)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-9)
    level = Gompertz(0.05, 0.0)
    np.testing.assert_allclose(
        level.cumulative_hazard(MONTHS), CURVES["exponential"].cumulative_hazard(MONTHS)
    )
    assert level.median() == pytest.approx(math.log(2) / 0.05, rel=1e-14)


def test_piecewise_hazards_by_hand() -> None:
    curve = CURVES["piecewise"]
    assert curve.cumulative_hazard([3, 6, 16, 24, 44]) == pytest.approx(
        [0.24, 0.48, 0.68, 0.84, 1.24]
    )
    assert curve.hazard([0, 5.9, 6, 100]).tolist() == pytest.approx([0.08, 0.08, 0.02, 0.02])


def test_the_published_curve_is_the_monotone_cubic_of_scipy() -> None:
    months, cumulative = np.array([3.0, 9, 20, 60, 61]), np.array([0.1, 0.5, 0.5, 1.4, 1.6])
    theirs = PchipInterpolator([0, *months], [0, *cumulative])
    ours, between = PublishedCurve(months, cumulative), np.linspace(0, 60.9, 500)
    np.testing.assert_allclose(ours.cumulative_hazard(between), theirs(between), atol=1e-14)
    np.testing.assert_allclose(ours.hazard(between), theirs.derivative()(between), atol=1e-13)
    # After the last point: the mean hazard of the last stretch, 0.2 a month.
    assert ours.cumulative_hazard([61, 66]) == pytest.approx([1.6, 2.6], rel=1e-14)
    single = PublishedCurve(np.array([12.0]), np.array([0.6]))
    assert single.cumulative_hazard([6, 12, 24]) == pytest.approx([0.3, 0.6, 1.2], rel=1e-14)


DRAWS = np.array([0.8, 1.0, 1.3])


@pytest.mark.parametrize(
    "of",
    [
        lambda d: Exponential.of_hazard(0.05 * d),
        lambda d: Weibull.of(1.2, 20.0 * d),
        lambda d: Gompertz(0.02, 0.03 * (d - 1.0)),
        lambda d: LogNormal.of(2.5 * d, 1.1),
        lambda d: LogLogistic.of(1.2 * d, 12.0),
        lambda d: GeneralisedGamma.of(2.5, 0.9, 2.0 * (d - 1.0)),
        lambda d: PiecewiseExponential.of_hazards(
            np.array([6.0, 24.0]), np.multiply.outer(np.array([0.08, 0.02]), d)
        ),
        lambda d: PiecewiseExponential.of_hazards(
            np.multiply.outer(np.array([6.0, 24.0]), d), np.array([0.08, 0.02])
        ),
        lambda d: PublishedCurve(np.array([6.0, 24]), np.multiply.outer(np.array([0.1, 0.5]), d)),
        lambda d: PublishedCurve(np.multiply.outer(np.array([6.0, 24]), d), np.array([0.1, 0.5])),
        lambda d: MixtureCure(CURVES["weibull"], 0.2 * d),
        lambda d: MixtureCure(Weibull.of(1.2, 20.0 * d), 0.0),
        lambda d: WithHazardRatio(CURVES["log-normal"], d),
        lambda d: WithHazardRatioByMonth(
            CURVES["log-normal"], np.multiply.outer(np.array([0.5, 0.9]), d)
        ),
        lambda d: WithHazardRatioByMonth(LogNormal.of(2.5 * d, 1.1), np.array([0.5, 0.9])),
        lambda d: WithAccelerationFactor(CURVES["published"], d),
        lambda d: WithOddsRatio(CURVES["gompertz that ages"], d),
        lambda d: WithBackground(CURVES["cure"], Gompertz(0.01 * d, 0.005)),
        lambda d: WithHazardRatio(
            WithAccelerationFactor(MixtureCure(CURVES["weibull"], 0.1), d), d
        ),
    ],
)
def test_draws_equal_a_loop_over_draws(of: object) -> None:
    assert callable(of)
    together = of(DRAWS)
    assert together.drawn
    for ask in ("cumulative_hazard", "hazard", "survival", "restricted_mean"):
        months = MONTHS[[1, 4]] if ask == "restricted_mean" else MONTHS
        found = getattr(together, ask)(months)
        assert found.shape == (len(months), 3), ask
        tight = 1e-9 if ask == "restricted_mean" else 1e-12
        for draw in range(3):
            alone = getattr(of(DRAWS[draw]), ask)(months)
            np.testing.assert_allclose(found[:, draw], alone, rtol=tight, err_msg=ask)
    assert together.survival(12).shape == (3,)
    assert monthly_hazards(together, 5).shape == (5, 3)
    singles = [of(value) for value in DRAWS]
    np.testing.assert_allclose(together.median(), [one.median() for one in singles], rtol=1e-12)
    np.testing.assert_allclose(together.mean(), [one.mean() for one in singles], rtol=1e-8)


@given(
    name=st.sampled_from(sorted(CURVES)),
    months=st.floats(0.01, 600),
    ratio=st.floats(0.05, 20),
)
def test_composed_changes_keep_their_identities(name: str, months: float, ratio: float) -> None:
    curve = CURVES[name]
    hazard = float(curve.cumulative_hazard(months))
    back = WithHazardRatio(WithHazardRatio(curve, ratio), 1 / ratio)
    assert back.cumulative_hazard(months) == pytest.approx(hazard, rel=1e-12)
    back_odds = WithOddsRatio(WithOddsRatio(curve, ratio), 1 / ratio)
    assert back_odds.cumulative_hazard(months) == pytest.approx(hazard, rel=1e-10, abs=1e-13)
    cured = MixtureCure(curve, 0.25)
    survival = 0.25 + 0.75 * math.exp(-hazard)
    assert cured.survival(months) == pytest.approx(survival, rel=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Weibull.of(-1.0, 20.0), "slope must be above 0"),
        (lambda: LogNormal.of(math.nan, 1.0), "intercept must be finite"),
        (lambda: GeneralisedGamma.of(2.0, 1.0, math.inf), "q must be finite"),
        (lambda: Gompertz(0.0, 0.1), "first hazard must be above 0"),
        (lambda: Gompertz(0.1, math.nan), "change of the hazard must be finite"),
        (lambda: PublishedCurve(np.array([5.0, 5.0]), np.array([0.1, 0.2])), "must rise"),
        (lambda: PublishedCurve(np.array([5.0, 6.0]), np.array([0.2, 0.1])), "may not fall"),
        (lambda: MixtureCure(CURVES["weibull"], 1.0), "0 or more and below 1"),
        (lambda: MixtureCure(CURVES["weibull"], np.array([0.1, -0.1])), "0 or more and below 1"),
        (lambda: WithHazardRatio(CURVES["weibull"], -1.0), "hazard ratio must be 0 or more"),
        (lambda: WithHazardRatioByMonth(CURVES["weibull"], np.array([])), "for one month or more"),
        (lambda: WithHazardRatioByMonth(CURVES["weibull"], np.array([-1.0])), "must be 0 or more"),
        (lambda: WithAccelerationFactor(CURVES["weibull"], 0.0), "factor must be above 0"),
        (lambda: WithOddsRatio(CURVES["weibull"], 0.0), "odds ratio must be above 0"),
        (lambda: CURVES["weibull"].restricted_mean(math.inf), "use mean"),
    ],
)
def test_impossible_parameters_are_refused(make: object, words: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=words):
        make()
