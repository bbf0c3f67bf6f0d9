"""Figures that no curve of a family has: each reason with its numbers, and what just passes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from hepaplan.model.pathway import TimeFamily
from hepaplan.model.survival.figures import FIGURES_NEEDED, figure_faults


def told(
    survival: Sequence[float],
    family: TimeFamily = "weibull",
    at_risk: Sequence[float | None] = (),
    cured: float = 0.0,
    months: Sequence[float] = (12.0, 24.0, 36.0, 60.0),
) -> list[str]:
    share = np.array(survival)
    return list(figure_faults(family, np.array(months[: len(share)]), share, at_risk, cured))


@pytest.mark.parametrize(
    ("family", "needed"),
    [
        ("exponential", 1), ("weibull", 2), ("gompertz", 2), ("log_normal", 2),
        ("log_logistic", 2), ("generalised_gamma", 3), ("piecewise_exponential", 1),
        ("published_curve", 1),
    ],
)  # fmt: skip
def test_a_family_needs_as_many_figures_as_it_has_parameters(
    family: TimeFamily, needed: int
) -> None:
    falling = [0.9, 0.7, 0.4]
    assert FIGURES_NEEDED[family] == needed
    assert told(falling[:needed], family) == []
    (few,) = told(falling[: needed - 1], family)
    figures = "figure" if needed == 1 else "figures"
    assert few.startswith(f"{family} needs {needed} {figures}, a median or points of the curve, ")
    assert f"but {needed - 1} given: add points" in few
    assert few.endswith(", or choose exponential, which needs 1") == (needed > 1)


def test_points_lie_between_0_and_1_and_fall() -> None:
    assert told([1.0, 0.5]) == [
        "found a survival of 1: points must lie between 0 and 1, both left out"
    ]
    assert told([0.5, 0.0])[0].startswith("found a survival of 0: points must lie")
    assert told([0.999, 0.001]) == []
    assert told([0.5, 0.5]) == [
        "survival does not fall from 0.5 at month 12 to 0.5 at month 24: points must fall as "
        "months rise"
    ]
    (turned,) = told([0.8, 0.6, 0.4], months=(12.0, 36.0, 36.0))
    assert turned.startswith("survival does not fall from 0.6 at month 36 to 0.4 at month 36:")


def test_the_draw_that_is_wrong_is_said_where_there_are_several() -> None:
    months, share = np.array([[12.0, 12.0], [24.0, 11.0]]), np.array([0.8, 0.6])
    (wrong,) = figure_faults("weibull", months, share)
    assert wrong.startswith(
        "survival does not fall from 0.8 at month 12 to 0.6 at month 11, in draw 2 of 2:"
    )
    cured = np.array([0.1, 0.2, 0.7])
    (most,) = figure_faults("weibull", np.array([12.0, 24.0]), share, (), cured)
    assert most.startswith(
        "the cure share 0.7 is not below the lowest figure, 0.6 at month 24, in draw 3 of 3:"
    )


def test_the_cured_are_fewer_than_are_ever_alive() -> None:
    assert told([0.8, 0.3], cured=0.299) == []
    assert told([0.8, 0.3], cured=0.3) == [
        "the cure share 0.3 is not below the lowest figure, 0.3 at month 24: figures are of the "
        "whole group, the cured included"
    ]


def test_numbers_at_risk_are_of_all_points_or_of_none() -> None:
    share = [0.9, 0.7, 0.4]
    assert told(share, at_risk=[80.0, 50.0, 20.0]) == []
    assert told(share, at_risk=[None, None, None]) == []
    (partly,) = told(share, at_risk=[80.0, None, 20.0])
    assert partly.startswith("at_risk is stated for 2 of 3 figures, which weigh the fit")
    assert told(share, "generalised_gamma", [80.0, None, 20.0]) == []
    assert told(share, "published_curve", [80.0, None, None]) == []
