"""Figures of a plan by year: which months end one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from hepaplan.model.ties.plan import last_months


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        (["2026-11", "2026-12", "2027-01", "2027-02"], [1, 3]),
        (["2026-12", "2027-01"], [0, 1]),
        (["2027-01", "2027-02", "2027-03"], [2]),
        (["2027-12"], [0]),
    ],
)
def test_a_year_ends_with_its_last_month_in_the_window(
    labels: list[str], places: list[int]
) -> None:
    assert last_months(cast(Any, SimpleNamespace(window_labels=labels))) == places
