"""What a scenario may state of the plan's rules: the least, the most, and what holds unless said.

Bounds keep slips of units out: a share of 100, capital in thousands of millions.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from hepaplan.model.plan_rules import (
    Capital,
    Expansion,
    ExtraCapacity,
    MinimumVolume,
    Minutes,
    Month,
    Plan,
    PoundsPerUnit,
    PoundsPerYear,
    RingFence,
    SaleableUnits,
    StartsPerYear,
    UnitsPerMonth,
    WholeMonths,
)
from hepaplan.model.quantities import Frozen
from tests.support.small import figure

PLAN = {"referral_shift": figure(0.2, "share"), "age_neutral": True}
AT = {"label": "One", "site": "hill", "resource": "theatre"}
EXPANSION = AT | {
    "adds": figure(1, "saleable units"),
    "capital": figure(7, "GBP"),
    "running": figure(3, "GBP per year"),
    "lead": figure(2, "months"),
    "ramp_up": figure(4, "months"),
}
VOLUME = {"label": "Safe", "site": "hill", "treatment": "resection"}


@pytest.mark.parametrize(
    ("kind", "unit", "most"),
    [
        (WholeMonths, "months", 240),
        (Minutes, "minutes", 1440),
        (SaleableUnits, "saleable units", 10_000),
        (UnitsPerMonth, "units per month", 1_000_000),
        (StartsPerYear, "starts per year", 100_000),
        (PoundsPerYear, "GBP per year", 1_000_000_000),
        (PoundsPerUnit, "GBP per unit", 1_000_000),
        (Capital, "GBP", 1_000_000_000),
    ],
)
def test_figures_lie_between_nothing_and_a_most(kind: Any, unit: str, most: float) -> None:
    read = TypeAdapter(kind)
    for value in (0.0, most):
        assert read.validate_python(figure(value, unit)).number == value
    for value in (-0.001, most + 0.001):
        with pytest.raises(ValidationError, match="lies outside 0 to"):
            read.validate_python(figure(value, unit))


@pytest.mark.parametrize("month", ["1990-01", "1999-12", "2000-10", "2099-09", "2149-11"])
def test_months_of_a_century_and_a_half_are_months(month: str) -> None:
    assert TypeAdapter(Month).validate_python(month) == month


@pytest.mark.parametrize("month", ["1989-12", "2150-01", "2027-00", "2027-13", "2027-1", "202-01"])
def test_other_texts_are_no_months(month: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Month).validate_python(month)


def test_what_holds_unless_a_scenario_says_otherwise() -> None:
    plan = Plan.model_validate(PLAN)
    assert plan.aims == ("health", "standard", "cost", "travel", "waiting")
    assert (plan.give_up, plan.longest_travel, plan.largest_change, plan.equity) == (None,) * 4
    assert plan.budget == {}
    expansion = Expansion.model_validate(EXPANSION)
    assert (expansion.decided, expansion.until, expansion.opens) == (None,) * 3
    volume = MinimumVolume.model_validate(VOLUME | {"least": figure(9, "starts per year")})
    assert volume.may_close is False
    extra = ExtraCapacity.model_validate(
        AT | {"kind": "overtime", "most": figure(5, "units per month"),
              "unit_cost": figure(2, "GBP per unit")}
    )  # fmt: skip
    assert (extra.from_month, extra.to_month) == (None, None)


@pytest.mark.parametrize(
    ("record", "stated", "field"),
    [
        (Plan, PLAN, "aims"),
        (RingFence, AT | {"number": figure(1, "saleable units")}, "treatments"),
    ],
)
def test_lists_have_at_least_one_entry_and_may_be_read_from_a_file(
    record: type[Frozen], stated: dict[str, Any], field: str
) -> None:
    """A file gives a list where the record has a tuple."""
    assert getattr(record.model_validate(stated | {field: ["health"]}), field) == ("health",)
    with pytest.raises(ValidationError):
        record.model_validate(stated | {field: []})


@pytest.mark.parametrize("year", ["27", "20270", "year", "2027 "])
def test_budgets_are_by_years_of_four_figures(year: str) -> None:
    amount = figure(9000, "GBP")
    assert Plan.model_validate(PLAN | {"budget": {"2027": amount}}).budget["2027"].number == 9000
    with pytest.raises(ValidationError):
        Plan.model_validate(PLAN | {"budget": {year: amount}})


def test_an_amount_a_year_is_not_one_alone() -> None:
    with pytest.raises(ValidationError, match="'GBP per year' is expected"):
        Expansion.model_validate(EXPANSION | {"running": figure(3, "GBP")})
