from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hepaplan.model.pathway import HazardRatioChange
from hepaplan.model.survival.hazard_ratios import check_changes, hazard_ratio_by_month


def change(from_month: int, ratio: Any, over_months: int = 0) -> HazardRatioChange:
    """Return a change; draws are put in place of the number, as a drawn pathway has them."""
    number = ratio if isinstance(ratio, float | dict) else 1.0
    stated = HazardRatioChange.model_validate(
        {
            "from_month": from_month,
            "over_months": over_months,
            "hazard_ratio": {
                "value": number,
                "unit": "hazard ratio",
                "source": "paper",
                "quality": "illustrative",
            },
        }
    )
    quantity = stated.hazard_ratio.model_copy(update={"value": ratio})
    return stated.model_copy(update={"hazard_ratio": quantity})


def test_without_changes_the_first_ratio_stays() -> None:
    assert hazard_ratio_by_month(0.7, (), 3).tolist() == [0.7, 0.7, 0.7]


def test_a_change_at_once_holds_from_the_month_after() -> None:
    # From month 2: the third month, from month 2 to 3, is the first with the new ratio.
    assert hazard_ratio_by_month(0.5, [change(2, 0.8)], 4).tolist() == [0.5, 0.5, 0.8, 0.8]
    assert hazard_ratio_by_month(0.5, [change(0, 0.8)], 2).tolist() == [0.8, 0.8]
    assert hazard_ratio_by_month(0.5, [change(9, 0.8)], 2).tolist() == [0.5, 0.5]


def test_waning_is_straight_on_the_log_scale() -> None:
    # ln 0.25 = -2 ln 2, gone over 4 months: mid-month logarithms -7/4, -5/4, -3/4, -1/4 of ln 2.
    ratios = hazard_ratio_by_month(0.25, [change(1, 1.0, over_months=4)], 7)
    powers = [-2, -7 / 4, -5 / 4, -3 / 4, -1 / 4, 0, 0]
    assert ratios == pytest.approx([2.0**p for p in powers], rel=1e-15)
    short = hazard_ratio_by_month(0.25, [change(1, 1.0, over_months=4)], 3)
    assert short == pytest.approx(ratios[:3], rel=1e-15)


def test_changes_follow_each_other() -> None:
    ratios = hazard_ratio_by_month(0.4, [change(1, 0.9, 2), change(3, 1.6, 1), change(5, 1.0)], 6)
    root = math.sqrt(math.sqrt(0.9 / 0.4))
    expected = [0.4, 0.4 * root, 0.9 / root, math.sqrt(0.9 * 1.6), 1.6, 1.0]
    assert ratios == pytest.approx(expected, rel=1e-15)


def test_draws_are_the_last_axis_and_equal_a_loop() -> None:
    first, then = np.array([0.3, 0.5, 0.9]), np.array([1.0, 0.8, 1.2])
    together = hazard_ratio_by_month(first, [change(2, then, 3)], 8)
    assert together.shape == (8, 3)
    for draw in range(3):
        alone = hazard_ratio_by_month(first[draw], [change(2, float(then[draw]), 3)], 8)
        np.testing.assert_allclose(together[:, draw], alone, rtol=1e-15)
    only_later = hazard_ratio_by_month(0.3, [change(2, then)], 3)
    assert only_later.tolist() == [[0.3] * 3, [0.3] * 3, then.tolist()]


def test_ratios_by_group() -> None:
    by_group = [change(1, {"younger": 0.6, "older": 0.9})]
    assert hazard_ratio_by_month(0.5, by_group, 2, "older").tolist() == [0.5, 0.9]


@pytest.mark.parametrize(
    ("first", "changes", "words"),
    [
        (0.5, [change(6, 0.8, 12), change(17, 1.0)], "from month 17 begins before .* at month 18"),
        (0.5, [change(6, 0.8), change(3, 1.0)], "from month 3 begins before"),
        (0.0, [change(6, 1.0, 12)], "from or to 0, which has no logarithm"),
        (0.5, [change(6, 0.0, 12)], "from month 6 over 12 months from or to 0"),
        (0.5, [change(2, 0.0), change(6, 1.0, 12)], "from month 6 over 12 months from or to 0"),
    ],
)
def test_changes_that_cannot_be_are_refused(
    first: float, changes: list[HazardRatioChange], words: str
) -> None:
    (fault,) = check_changes(first, changes)
    with pytest.raises(ValueError, match=words):
        raise ValueError(fault)
    with pytest.raises(ValueError, match=words):
        hazard_ratio_by_month(first, changes, 24)


def test_an_effect_of_0_may_end_at_once() -> None:
    assert check_changes(0.0, [change(3, 1.0)]) == []
    assert hazard_ratio_by_month(0.0, [change(1, 1.0)], 2).tolist() == [0.0, 1.0]
