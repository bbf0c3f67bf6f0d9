"""Integrals of survival by quadrature, against (1 + m) ** -power, whose integral is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.survival.curve import integral_of_survival, month_by_bisection


@dataclass(frozen=True, eq=False)
class Powers:
    """Survival (1 + months) ** -power, a power for each draw."""

    tail_power: Floats

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        return np.asarray(self.tail_power * np.log1p(months))

    def month_at(self, cumulative: Floats) -> Floats:
        return np.asarray(np.expm1(cumulative / self.tail_power))


def curve(*powers: float) -> Any:
    return cast(Any, Powers(np.array(powers)))


def test_to_a_horizon() -> None:
    """(4 ** 0.2 - 1) / 0.2; (1 - 1 / 16) / 2."""
    found = integral_of_survival(curve(0.8, 3.0), np.array([3.0, 3.0]))
    assert found.tolist() == pytest.approx([(4**0.2 - 1) / 0.2, 15 / 32], rel=1e-10)


def test_to_infinity_where_it_exists_and_0_where_it_does_not() -> None:
    found = integral_of_survival(curve(0.8, 1.0, 3.0, 5.0), np.full(4, np.inf))
    assert found.tolist() == pytest.approx([0.0, 0.0, 1 / 2, 1 / 4], rel=1e-9)


def test_the_month_of_a_cumulative_hazard_by_bisection() -> None:
    found = month_by_bisection(curve(0.5, 2.0), np.array([1.5, 0.0]))
    assert found.tolist() == pytest.approx([np.expm1(3.0), 0.0], rel=1e-14)
    assert month_by_bisection(curve(1e-3), np.array([1.0])).tolist() == [np.inf]
