"""When half are dead: between two months by a straight line."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.fates import median_months


def test_between_months() -> None:
    assert median_months(np.array([1.0, 0.8, 0.3, 0.1])) == pytest.approx(1.6)
    assert median_months(np.array([1.0, 0.9, 0.7, 0.6, 0.4])) == pytest.approx(3.5)
    assert median_months(np.array([1.0, 0.2])) == pytest.approx(0.625)


def test_at_a_month_and_not_yet() -> None:
    assert median_months(np.array([1.0, 0.75, 0.5, 0.25])) == pytest.approx(2.0)
    assert median_months(np.array([1.0, 0.75, 0.51])) is None
