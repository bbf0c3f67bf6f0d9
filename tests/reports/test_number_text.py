from __future__ import annotations

import datetime
import math

import numpy as np
import pytest

from hepaplan.reports import style
from hepaplan.reports.number_text import number_text, smallest_step, value_text
from hepaplan.reports.sheet import NotFinite

SHOWN = [
    (0, style.PEOPLE, "0"),
    (0.04, style.PEOPLE, "<0.1"),
    (1234.56, style.PEOPLE, "1,234.6"),
    (0.3, style.WHOLE_PEOPLE, "<0.5"),
    (-12.34, style.CHANGE, "-12.3"),
    (12.35, style.CHANGE, "+12.4"),
    (0, style.CHANGE, "0.0"),
    (-12.34, style.FEWER, "-12.3"),
    (1000, style.AMOUNT, "1,000"),
    (999.94, style.AMOUNT, "999.9"),
    (-7.25, style.AMOUNT, "-7.3"),
    (1234567, style.POUNDS, "£1,234,567"),
    (-1234567, style.POUNDS, "-£1,234,567"),
    (-0.2, style.POUNDS, "£0"),
    (412_499, style.THOUSANDS, "£412k"),
    (-1_500_000, style.SIGNED_THOUSANDS, "-£1,500k"),
    (2_600_000, style.SIGNED_THOUSANDS, "+£2,600k"),
    (0, style.SIGNED_THOUSANDS, "£0"),
    (-900, style.SIGNED_BUDGET, "-£1k"),
    (-300, style.SIGNED_BUDGET, "£0k"),
    (700, style.SIGNED_BUDGET, "+£1k"),
    (-2_345_678, style.SIGNED_MILLIONS, "-£2.35m"),
    (63_240_000, style.MILLIONS, "£63m"),
    (63_240_000, style.FINE_MILLIONS, "£63.24m"),
    (-0.004, style.ERROR, "0.00"),
    (-0.006, style.ERROR, "-0.01"),
    (0.0126, style.ERROR_SHARE, "+1.3%"),
    (-0.05, style.SIGNED_POINTS, "-5.0%"),
    (1.25, style.TIMES, "1.3\u00d7"),
    (0.865, style.SHARE, "87%"),
    (0.003, style.ALIVE, "<1%"),
    (0.1234567, style.FINE_SHARE, "12.346%"),
    (0.12, style.FINE_SHARE, "12.0%"),
    (2027, style.YEAR, "2027"),
    (0.000321, style.SMALL, "3.2E-4"),
    (1.7, "0.0###", "1.7"),
    (1.70625, "0.0###", "1.7063"),
    (5.25, '"£"#,##0.0"m"', "£5.3m"),
    (44, style.GENERAL, "44"),
    (43.51678, style.GENERAL, "43.52"),
    (123_456.78, style.GENERAL, "123500"),
    (1e-7, style.GENERAL, "1e-07"),
]


@pytest.mark.parametrize(("value", "number_format", "text"), SHOWN)
def test_a_number_is_shown_as_in_the_workbook(value: float, number_format: str, text: str) -> None:
    assert number_text(value, number_format) == text


def test_values_that_are_no_numbers() -> None:
    day = datetime.date(2027, 3, 1)
    assert value_text(day, style.MONTH) == "Mar 2027"
    assert value_text(day) == "2027-03-01"
    assert [value_text(v) for v in (None, True, False, "0.50")] == ["n/a", "yes", "no", "0.50"]
    assert value_text(np.int64(12), style.POUNDS) == "£12"
    with pytest.raises(TypeError, match="list"):
        value_text([])


@pytest.mark.parametrize("bad", [math.nan, math.inf, np.float64("nan")])
def test_a_number_that_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(NotFinite):
        value_text(bad, style.POUNDS)


@pytest.mark.parametrize(
    ("number_format", "near", "step"),
    [
        (style.WHOLE, 9.0, 1.0),
        (style.SHARE, 1.0, 0.01),
        (style.THOUSANDS, 1e6, 1_000.0),
        (style.FINE_MILLIONS, 1e6, 10_000.0),
        (style.AMOUNT, 2_000.0, 1.0),
        (style.AMOUNT, 20.0, 0.1),
        (style.GENERAL, 1.0, 0.0),
        (style.SMALL, 1e-9, 0.0),
    ],
)
def test_the_smallest_step_that_is_shown(number_format: str, near: float, step: float) -> None:
    assert smallest_step(number_format, near) == pytest.approx(step)
    if step:
        texts = [number_text(near + step * times, number_format) for times in (0, 1, 2)]
        assert len(set(texts)) == 3
