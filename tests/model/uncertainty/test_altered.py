"""Distributions cut off or scaled, by hand: a cut uniform is uniform, a normal has tails."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepaplan.model.uncertainty.spread.altered import (
    SMALLEST,
    Scaled,
    Truncated,
    share_below,
    truncated,
)
from hepaplan.model.uncertainty.spread.distributions import Normal, Uniform

TWO_TO_TEN = Uniform(2.0, 10.0)


def test_scaled_by_another_year_s_prices() -> None:
    found = Scaled(TWO_TO_TEN, 1.25)
    assert (found.mean, found.sd) == pytest.approx((7.5, 10 / math.sqrt(12)))
    np.testing.assert_allclose(found.quantile([0.0, 0.25, 1.0]), [2.5, 5.0, 12.5])


def test_a_uniform_cut_on_both_sides() -> None:
    found = truncated(TWO_TO_TEN, 4.0, 9.0)
    assert isinstance(found, Truncated)
    assert (found.below, found.above) == pytest.approx((0.25, 0.875), abs=1e-15)
    np.testing.assert_allclose(found.quantile([0.0, 0.2, 1.0]), [4.0, 5.0, 9.0])
    assert found.mean == pytest.approx(6.5, rel=1e-12)
    assert found.sd == pytest.approx(5 / math.sqrt(12), rel=1e-8)


def test_one_side_only() -> None:
    low, high = truncated(TWO_TO_TEN, 4.0, 99.0), truncated(TWO_TO_TEN, -1.0, 4.0)
    assert isinstance(low, Truncated) and isinstance(high, Truncated)
    assert (low.below, low.above) == pytest.approx((0.25, 1.0), abs=1e-15)
    assert (high.below, high.above) == pytest.approx((0.0, 0.25), abs=1e-15)


def test_what_reaches_neither_end_is_left_as_it_is() -> None:
    assert truncated(TWO_TO_TEN, 2.0, 10.0) is TWO_TO_TEN
    assert truncated(TWO_TO_TEN, 1.0, 11.0) is TWO_TO_TEN


def test_nothing_left_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing of the distribution lies between 11 and 12"):
        truncated(TWO_TO_TEN, 11.0, 12.0)
    with pytest.raises(ValueError, match="nothing of the distribution lies between 0 and 1"):
        truncated(TWO_TO_TEN, 0.0, 1.0)


def test_a_share_below_is_that_of_the_tables() -> None:
    normal = Normal(3.0, 2.0)
    assert share_below(normal, 3.0) == pytest.approx(0.5, abs=1e-15)
    assert share_below(normal, 3.0 - 2.0 * 1.959963984540054) == pytest.approx(0.025, abs=1e-14)
    assert share_below(normal, 3.0 + 2.0 * 1.2815515655446004) == pytest.approx(0.9, abs=1e-14)
    assert share_below(normal, -60.0) == 0.0
    assert share_below(normal, 60.0) == 1.0
    assert share_below(TWO_TO_TEN, 2.0 + 8.0 * SMALLEST) == 0.0
