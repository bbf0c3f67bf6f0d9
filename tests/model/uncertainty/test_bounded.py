"""Triangular and PERT by hand: least 2, most likely 3, most 8."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import beta, triang

from hepaplan.model.uncertainty.spread.bounded import Pert, Triangular

QUANTILES = [0.0, 0.05, 1 / 6, 0.5, 0.95, 1.0]


def test_triangular() -> None:
    """Mean 13/3; variance (4 + 9 + 64 - 6 - 16 - 24) / 18 = 31/18; 1/6 lies below the mode."""
    found = Triangular(2.0, 3.0, 8.0)
    assert (found.mean, found.sd) == pytest.approx((13 / 3, math.sqrt(31 / 18)))
    assert found.quantile(1 / 6) == pytest.approx(3.0)
    assert found.quantile(0.5) == pytest.approx(8 - math.sqrt(15))
    np.testing.assert_allclose(
        found.quantile(QUANTILES), triang(1 / 6, 2.0, 6.0).ppf(QUANTILES), rtol=1e-12
    )


def test_pert() -> None:
    """Mean (2 + 12 + 8) / 6 = 11/3; alpha 1 + 4/6, beta 1 + 20/6; sd of this beta times 6."""
    found, same = Pert(2.0, 3.0, 8.0), beta(5 / 3, 13 / 3, 2.0, 6.0)
    assert found.mean == pytest.approx(11 / 3)
    assert found.mean == pytest.approx(float(same.mean()))
    assert found.sd == pytest.approx(float(same.std()))
    assert found.sd == pytest.approx(math.sqrt(5 / 3 * 13 / 3 / 7))
    np.testing.assert_allclose(found.quantile(QUANTILES), same.ppf(QUANTILES), rtol=1e-12)


def test_the_mode_at_an_end() -> None:
    assert Triangular(2.0, 2.0, 8.0).quantile(0.0) == 2.0
    assert Triangular(2.0, 2.0, 8.0).quantile(0.75) == pytest.approx(5.0)
    assert Triangular(2.0, 8.0, 8.0).quantile(0.25) == pytest.approx(5.0)
