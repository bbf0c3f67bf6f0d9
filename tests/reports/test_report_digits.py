"""Key figures: enough digits to see what the plan does, and no more."""

from __future__ import annotations

import pandas as pd
import pytest

from hepaplan.reports.number_text import value_text
from hepaplan.reports.views.summary import telling_format


def told(unit: str, first: float | None, best: float | None) -> tuple[str, str]:
    row = pd.Series(
        {"Nothing scarce": first, "First come": first, "Most health": best}, dtype=object
    )
    chosen = telling_format(unit, row)
    return value_text(first, chosen), value_text(best, chosen)


@pytest.mark.parametrize(
    ("unit", "first", "best", "shown"),
    [
        ("people", 5.08, 9.73, ("5", "10")),
        ("people", 5.08, 4.74, ("5.1", "4.7")),
        ("people a year", 14.3054, 14.3055, ("14", "14")),
        ("people", 0.0, 0.0, ("0", "0")),
        ("people", 0.0862, 0.0497, ("0.1", "<0.1")),
        ("QALY", 154.71, 155.42, ("154.7", "155.4")),
        ("QALY", 4_234.4, 4_249.3, ("4,234", "4,249")),
        ("QALY", 1.3015, 0.5652, ("1.30", "0.57")),
        ("GBP", 2_466_195.0, 2_466_054.0, ("£2.47m", "£2.47m")),
        ("GBP a year", 13_905_680.0, 13_908_823.0, ("£13.906m", "£13.909m")),
        ("share", 0.99153, 0.9899, ("99.2%", "99.0%")),
        ("share", 0.99153, 0.99166, ("99.15%", "99.17%")),
    ],
)
def test_a_row_has_the_fewest_digits_that_tell_the_plan_from_today(
    unit: str, first: float, best: float, shown: tuple[str, str]
) -> None:
    """Expected: rounder where that tells them apart already, and where no format does."""
    assert told(unit, first, best) == shown


def test_what_has_no_number_keeps_the_format_of_its_unit() -> None:
    assert told("people", None, None) == ("n/a", "n/a")
    assert told("people", 5.08, None) == ("5", "n/a")
