"""How curves through points end, and the generalised gamma where its terms nearly cancel."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln

from hepaplan.model.survival.generalised_gamma import _log_gamma_peak
from hepaplan.model.survival.tables import PiecewiseExponential


@pytest.mark.parametrize(
    ("cumulative", "power"),
    [([0.2, 0.5, 0.5], 0.0), ([0.0, 0.3, 0.4], np.inf), ([0.1, 0.1, 0.9], np.inf)],
)
def test_a_curve_whose_last_hazard_is_0_ends_flat(cumulative: list[float], power: float) -> None:
    curve = PiecewiseExponential(np.array([3.0, 12.0, 36.0]), np.array(cumulative))
    assert curve.tail_power == power


@pytest.mark.parametrize("k", [999.0, 1001.0, 2500.0])
def test_the_series_meets_what_it_stands_for(k: float) -> None:
    """Rounding costs the plain terms 1e-11 here; the first term of the series is 8e-5 or less."""
    plain = k * np.log(k) - k - gammaln(k)
    assert _log_gamma_peak(np.array([k]))[0] == pytest.approx(plain, abs=2e-11)
