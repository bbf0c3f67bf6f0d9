from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.problems import Key
from hepaplan.model.quantities import Family
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.spread.distributions import (
    Beta,
    Fixed,
    Gamma,
    LogNormal,
    Normal,
    Uncertain,
    Uniform,
    from_interval,
    from_standard_error,
)
from hepaplan.model.uncertainty.spread.inputs import Input
from hepaplan.model.uncertainty.spread.sets import amount
from tests.support.inputs_by_hand import made_input

MIDPOINTS = (np.arange(200_000) + 0.5) / 200_000
ALONE: list[Family] = ["beta", "gamma", "log_normal", "normal", "uniform"]


def moments_of_quantiles(uncertain: Uncertain) -> tuple[float, float]:
    """Return mean and standard deviation of an even spread of quantiles: another way to them."""
    draws = uncertain.quantile(MIDPOINTS)
    return float(draws.mean()), float(draws.std())


@pytest.mark.parametrize(
    ("mean", "error", "alpha", "beta"),
    [(0.741, 0.0355, 112.103, 39.183), (0.731, 0.0508, 54.970, 20.228)],
)
def test_d3_beta_of_a_utility(mean: float, error: float, alpha: float, beta: float) -> None:
    found = from_standard_error("beta", mean, error)
    assert isinstance(found, Beta)
    assert (found.alpha, found.beta) == pytest.approx((alpha, beta), abs=5e-4)


def test_d4_gamma_of_a_cost() -> None:
    assert from_standard_error("gamma", 5000, 1000) == Gamma(25, 200)


def test_d4_log_normal_of_a_hazard_ratio() -> None:
    found = from_interval("log_normal", 0.73, 0.53, 0.99)
    assert isinstance(found, LogNormal)
    assert found.log_mean == pytest.approx(-0.314711, abs=5e-7)
    assert found.log_sd == pytest.approx(0.159398, abs=5e-7)
    assert found.quantile(0.5) == pytest.approx(0.73, rel=1e-14)


@pytest.mark.parametrize("family", ALONE)
def test_d2_the_standard_error_is_the_spread_of_the_draws(family: Family) -> None:
    found = from_standard_error(family, 0.7, 0.06)
    assert (found.mean, found.sd) == pytest.approx((0.7, 0.06), rel=1e-12)
    assert moments_of_quantiles(found) == pytest.approx((0.7, 0.06), rel=1e-3)


@given(
    family=st.sampled_from(["beta", "gamma", "log_normal", "normal", "uniform"]),
    mean=st.floats(0.01, 0.99),
    relative=st.floats(0.01, 0.9),
)
def test_d2_moments_come_back(family: Family, mean: float, relative: float) -> None:
    error = relative * math.sqrt(mean * (1 - mean)) * min(mean, 1 - mean)
    found = from_standard_error(family, mean, error)
    assert (found.mean, found.sd) == pytest.approx((mean, error), rel=1e-9)
    quantiles = found.quantile([0.025, 0.5, 0.975])
    assert quantiles[0] < quantiles[1] < quantiles[2]


def test_d2_a_dirichlet_draws_shares_that_sum_to_one() -> None:
    """Expected: as counted in 100 people: standard deviations sqrt(share * (1 - share) / 101)."""
    shares = {"a": 0.2, "b": 0.5, "c": 0.3}
    inputs: dict[Key, Input] = {
        (name,): made_input((name,), share, amount(share, 100.0), of_set=("set",))
        for name, share in shares.items()
    }
    draws = np.stack([np.asarray(found) for found in draw(inputs, 20_000, seed=8).values()])
    np.testing.assert_allclose(draws.sum(axis=0), 1, rtol=1e-14)
    mean = np.array(list(shares.values()))
    sd = np.sqrt(mean * (1.0 - mean) / 101.0)
    # Three standard errors of 20,000 draws.
    assert (np.abs(draws.mean(axis=1) - mean) < 3 * sd / math.sqrt(20_000)).all()
    np.testing.assert_allclose(draws.std(axis=1), sd, rtol=0.03)


@pytest.mark.parametrize("family", get_args(Family))
def test_d10_no_standard_error_makes_every_draw_the_base(family: Family) -> None:
    for found in (from_standard_error(family, 0.3, 0.0), from_interval(family, 0.3, 0.3, 0.3)):
        assert found == Fixed(0.3)
        assert found.quantile([0.01, 0.5, 0.99]).tolist() == [0.3, 0.3, 0.3]


def test_intervals_as_worked_on_paper() -> None:
    # 0.16 wide at 3.919928 standard errors: 0.0408171.
    for family in ("beta", "gamma", "normal"):
        found = from_interval(family, 0.7, 0.62, 0.78)
        assert (found.mean, found.sd) == pytest.approx((0.7, 0.0408171), abs=5e-8)
    assert from_interval("uniform", 0.7, 0.6, 0.9) == Uniform(0.6, 0.9)
    normal = from_interval("normal", 10, 8, 12)
    assert isinstance(normal, Normal)
    assert normal.quantile([0.025, 0.975]) == pytest.approx([8, 12], rel=1e-12)


def test_log_normal_from_mean_and_error_keeps_the_mean_not_the_median() -> None:
    # Variance 0.25 of mean 1: log variance ln 1.25, log mean -ln(1.25) / 2.
    found = from_standard_error("log_normal", 1.0, 0.5)
    expected = LogNormal(-math.log(1.25) / 2, math.sqrt(math.log(1.25)))
    assert isinstance(found, LogNormal)
    assert found.log_mean == pytest.approx(expected.log_mean, rel=1e-13)
    assert found.log_sd == pytest.approx(expected.log_sd, rel=1e-13)
    assert float(found.quantile(0.5)) < 1


@pytest.mark.parametrize(
    ("family", "mean", "error", "message"),
    [
        ("beta", 0.5, 0.5, "no beta distribution has mean 0.5 and standard error 0.5"),
        ("beta", 1.0, 0.1, "no beta distribution has mean 1"),
        ("gamma", -5.0, 1.0, "a gamma distribution lies above 0, but -5 is given"),
        ("log_normal", 0.0, 1.0, "a log_normal distribution lies above 0, but 0 is given"),
        ("normal", 1.0, -0.1, "standard error -0.1 is negative"),
        ("dirichlet", 0.5, 0.1, "of all shares of a set together"),
    ],
)
def test_moments_that_no_distribution_has_are_refused(
    family: Family, mean: float, error: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        from_standard_error(family, mean, error)


def test_intervals_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match=r"0.5 to 0.9 does not hold the point 0.4"):
        from_interval("normal", 0.4, 0.5, 0.9)
    with pytest.raises(ValueError, match="log_normal distribution lies above 0"):
        from_interval("log_normal", 0.4, 0.0, 0.9)


@pytest.mark.parametrize(
    ("family", "mean", "narrow", "wide"),
    [
        ("beta", 0.2, 1.9e-5, 2.1e-5),
        ("beta", 0.75, 2.4e-5, 2.6e-5),
        ("gamma", 500.0, 0.049, 0.051),
        ("pert", -30.0, 0.0029, 0.0031),
    ],
)
def test_a_spread_too_narrow_to_show_its_shape_is_normal(
    family: Family, mean: float, narrow: float, wide: float
) -> None:
    assert from_standard_error(family, mean, narrow) == Normal(mean, narrow)
    shaped = from_standard_error(family, mean, wide)
    assert not isinstance(shaped, Normal)
    assert (shaped.mean, shaped.sd) == pytest.approx((mean, wide), rel=1e-6)


def test_ranges_about_a_mean_have_its_standard_error() -> None:
    uniform = from_standard_error("uniform", 3.0, 0.5)
    assert uniform == Uniform(3.0 - 0.5 * math.sqrt(3), 3.0 + 0.5 * math.sqrt(3))
    for family in ("uniform", "triangular", "pert"):
        found = from_standard_error(family, 3.0, 0.5)
        assert (found.mean, found.sd) == pytest.approx((3.0, 0.5), rel=1e-12)
        assert moments_of_quantiles(found) == pytest.approx((3.0, 0.5), rel=1e-4)


def test_an_interval_on_the_log_scale_and_one_of_no_width() -> None:
    """ln(0.9 / 0.4) / 3.919928 = 0.2068770; the median is the point."""
    found = from_interval("log_normal", 0.5, 0.4, 0.9)
    assert isinstance(found, LogNormal)
    assert found.log_sd == pytest.approx(math.log(0.9 / 0.4) / 3.919927969080108, rel=1e-12)
    assert found.log_mean == pytest.approx(math.log(0.5))
    assert from_interval("gamma", 0.4, 0.4, 0.4) == Fixed(0.4)
    with pytest.raises(ValueError, match="does not hold the point 1"):
        from_interval("normal", 1.0, 0.5, 0.9)
    with pytest.raises(ValueError, match="log_normal distribution lies above 0, but 0 is"):
        from_interval("log_normal", 0.5, 0.0, 0.9)


@pytest.mark.parametrize(("mean", "error"), [(0.2, 0.4), (0.2, 0.41), (0.0, 0.1), (1.0, 1e-9)])
def test_a_share_s_error_has_a_most(mean: float, error: float) -> None:
    """The square root of 0.2 x 0.8 is 0.4."""
    with pytest.raises(ValueError, match="no beta distribution"):
        from_standard_error("beta", mean, error)
    assert isinstance(from_standard_error("beta", 0.2, 0.39), Beta)
