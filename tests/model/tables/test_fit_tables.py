"""Fitted curves beside the figures they were given, for everybody or by group."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hepaplan.model.tables.fit_tables import fits
from tests.support.scenarios import tiny, tiny_pathway, with_pathway


def rows(table: Any) -> list[tuple[Any, ...]]:
    columns = ["option", "exit", "group", "family", "cure_share", "month", "published"]
    return [tuple(row) for row in table[columns].to_numpy().tolist()]


def test_a_figure_for_everyone_is_one_row_and_a_median_is_half() -> None:
    table = fits(tiny())
    assert rows(table)[:2] == [
        ("resection", "recurrence", "all", "log_normal", 0.3, 12.0, 0.7),
        ("resection", "recurrence", "all", "log_normal", 0.3, 36.0, 0.45),
    ]
    assert rows(table)[5] == (
        "chemotherapy", "cancer_death", "all", "exponential", 0.0, 14.0, 0.5,
    )  # fmt: skip
    assert table["difference"].abs().max() < 1e-12
    assert table["hazard_ratio"].tolist() == ["1"] * 7


def test_a_median_by_group_is_a_row_for_each_and_ratios_are_listed() -> None:
    """An exponential of median 14 in one group and 7 in the other meets both exactly."""
    record = tiny_pathway()
    exits = record["decision_point"]["inoperable"]["option"]["chemotherapy"]["exits"]
    median = exits["cancer_death"]["time"]["median_months"]
    young, old = tiny().groups
    median["value"] = {young: 14.0, old: 7.0}
    table = fits(with_pathway(tiny(), record))
    deaths = table[(table["option"] == "chemotherapy") & (table["exit"] == "cancer_death")]
    assert deaths["group"].tolist() == [young, old]
    assert deaths["month"].tolist() == [14.0, 7.0]
    assert deaths["published"].tolist() == [0.5, 0.5]
    assert deaths["fitted"].tolist() == pytest.approx([0.5, 0.5])


def test_what_does_not_fit_differs_by_the_fitted_less_the_stated() -> None:
    """An exponential through 3 months at 0.9 and 12 at 0.55 meets neither."""
    record = tiny_pathway()
    time = record["decision_point"]["operable"]["option"]["ablation"]["exits"]["recurrence"]["time"]
    time["family"] = "exponential"
    table = fits(with_pathway(tiny(), record))
    found = table[table["option"] == "ablation"]
    rates = [
        -math.log(row) / month for row, month in zip(found["fitted"], [3.0, 12.0], strict=True)
    ]
    assert rates[0] == pytest.approx(rates[1])
    assert found["difference"].tolist() == pytest.approx(
        (found["fitted"] - found["published"]).tolist()
    )
    assert abs(found["difference"]).min() > 0.001
