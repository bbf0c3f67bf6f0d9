"""What one unit later is worth now, by hand: costs at 3.5%, effects at 1.5%, all conventions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hepaplan.model.money.discounting import UNDISCOUNTED, Discounting

YEAR, HALF = 1.035, 1.015


def test_by_the_year_at_the_very_time() -> None:
    halves = Discounting(0.015).factors(3, 0.5)
    np.testing.assert_allclose(halves, [1, HALF**-0.5, HALF**-1, HALF**-1.5], rtol=1e-15)


def test_the_place_within_the_cycle_counts_in_cycles() -> None:
    middle = Discounting(0.035, offset=0.5).factors(2, 0.25)
    np.testing.assert_allclose(middle, [YEAR**-0.125, YEAR**-0.375, YEAR**-0.625], rtol=1e-15)
    end = Discounting(0.035, offset=1.0).factors(1, 2.0)
    np.testing.assert_allclose(end, [YEAR**-2, YEAR**-4], rtol=1e-15)


def test_nominal_divides_the_rate_by_the_cycles_of_a_year() -> None:
    months = Discounting(0.036, "nominal").factors(2, 1 / 12)
    np.testing.assert_allclose(months, [1, 1 / 1.003, 1 / 1.003**2], rtol=1e-14)


def test_continuous() -> None:
    found = Discounting(0.035, "continuous").factors(2, 0.5)
    np.testing.assert_allclose(found, [1, math.exp(-0.0175), math.exp(-0.035)], rtol=1e-15)


def test_whole_years_leave_the_first_one_alone_and_twelve_twelfths_are_one() -> None:
    found = Discounting(0.035, "whole-year").factors(24, 1 / 12)
    np.testing.assert_allclose(found[:12], 1.0, rtol=0)
    np.testing.assert_allclose(found[12:24], 1 / YEAR, rtol=1e-15)
    assert found[24] == pytest.approx(YEAR**-2, rel=1e-15)
    tenths = Discounting(0.035, "whole-year").factors(3, 1 / 3 - 1e-12)
    assert tenths[3] == pytest.approx(1 / YEAR, rel=1e-15)


def test_nothing_is_lost_undiscounted() -> None:
    assert UNDISCOUNTED.factors(3, 1.0).tolist() == [1, 1, 1, 1]
    assert Discounting(0.0, offset=0.0).rate == 0.0


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"rate": -0.001}, "the discount rate -0.001 is not a number of 0 or more"),
        ({"rate": math.inf}, "the discount rate inf is not"),
        ({"rate": 0.035, "offset": -0.001}, "the offset -0.001 is not a number of cycles"),
        ({"rate": 0.035, "offset": math.nan}, "the offset nan is not"),
        ({"rate": 0.035, "convention": "daily"}, 'no discounting convention "daily"; known: annu'),
    ],
)
def test_what_is_no_rate_is_refused(stated: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Discounting(**stated)
