"""Figures as words: numbers by group, schedules with months counted, prices and their year."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.quantities import Amount, Quantity, Schedule
from hepaplan.model.tables.assumptions import in_words, prices_in_words
from tests.support.scenarios import tiny

STATED: dict[str, Any] = {"unit": "GBP", "source": "made_up", "quality": "judgement"}


def quantity(value: Any, **more: Any) -> Quantity:
    return Quantity.model_validate(STATED | {"value": value} | more)


@pytest.mark.parametrize(
    ("months", "then", "words"),
    [
        ((5.0,), 0.0, "by month: 5; then 0"),
        ((5.0, 5.0), 2.5, "by month: 5, 5; then 2.5"),
        ((5.0, 5.0, 5.0), 2.5, "by month: 3 x 5; then 2.5"),
        ((1.0, 4.0, 4.0, 4.0, 4.0, 1.0), 0.0, "by month: 1, 4 x 4, 1; then 0"),
    ],
)
def test_equal_months_of_a_schedule_are_counted_from_three(
    months: tuple[float, ...], then: float, words: str
) -> None:
    schedule = Schedule.model_validate(STATED | {"value": months, "then": then})
    assert in_words(schedule) == words


def test_a_number_stays_a_number_and_groups_are_listed() -> None:
    assert in_words(quantity(1234.5)) == 1234.5
    assert in_words(quantity({"young": 0.25, "old": 3.0})) == "young: 0.25; old: 3"


def test_the_year_of_prices_and_what_was_stated() -> None:
    scenario, key = tiny(), ("pathway", "somewhere")
    year = scenario.settings.economics.price_year
    assert prices_in_words(scenario, key, quantity(5.0)) == ""
    assert prices_in_words(scenario, key, quantity(5.0, price_year=year)) == f"prices of {year}"
    old = quantity(5.0, price_year=year - 1)
    assert prices_in_words(scenario, key, old) == f"prices of {year - 1}, not converted"
    converted: dict[Any, Amount] = {key: quantity(40.5, price_year=2019, unit="EUR")}
    told = prices_in_words(replace(scenario, stated=converted), key, old)
    assert told == "stated as 40.5 EUR, prices of 2019"
    undated: dict[Any, Amount] = {key: quantity({"young": 1.0, "old": 2.0}, unit="EUR")}
    told = prices_in_words(replace(scenario, stated=undated), key, old)
    assert told == "stated as young: 1; old: 2 EUR"
