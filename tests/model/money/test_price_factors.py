"""Amounts in other prices, by hand: what they are multiplied by, and which cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.money.prices import (
    check_prices,
    in_own_prices,
    price_factor,
    price_notices,
    times,
)
from hepaplan.model.parameters import Prices, Scenario, Settings
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule
from tests.support.scenarios import tiny, tiny_pathway, with_settings

ABOUT = {"source": "made_up", "quality": "published"}
EURO = {"2019": 0.88, "2021": 0.8}
INDEX = {"2019": 110.0, "2021": 120.0, "2024": 132.0}
COST: Key = ("resource", "chair", "unit_cost")


def prices(
    index: Mapping[str, float] | None = INDEX,
    euro: Mapping[str, float] | None = EURO,
    index_unit: str = "index",
    euro_unit: str = "GBP per EUR",
) -> Prices:
    """Series of the index and of the euro; the year of the scenario's prices is 2024."""
    named: dict[str, Any] = {}
    if index is not None:
        named["index"] = {"value": dict(index), "unit": index_unit, **ABOUT}
    if euro is not None:
        named["exchange"] = {"EUR": {"value": dict(euro), "unit": euro_unit, **ABOUT}}
    return Prices.model_validate(named)


def amount(unit: str = "GBP per unit", year: int | None = 2019, **stated: Any) -> Quantity:
    about = {"value": 50.0, "unit": unit, "price_year": year, **ABOUT}
    return Quantity.model_validate(about | stated)


def factor(figure: Quantity, given: Prices) -> float:
    return price_factor(figure, tiny().settings.economics, given)


@pytest.mark.parametrize(
    ("unit", "year", "given", "expected"),
    [
        ("EUR per unit", 2019, prices(), 0.88 * 132 / 110),
        ("EUR per unit", 2021, prices(index=None), 0.8),
        ("GBP per unit", 2021, prices(), 132 / 120),
        ("GBP per unit", 2024, prices(), 1.0),
        ("GBP per unit", None, prices(), 1.0),
        ("GBP per unit", 2019, prices(index=None), 1.0),
    ],
)
def test_the_factor_is_the_rate_of_the_amounts_year_times_the_index_since(
    unit: str, year: int | None, given: Prices, expected: float
) -> None:
    assert factor(amount(unit, year), given) == pytest.approx(expected, rel=1e-15)


def settings(given: Prices | None = None, **changes: Any) -> Settings:
    """The tiny settings with these series, and more said of what the chair costs."""
    chair = tiny().settings.resource["chair"]
    cost = chair.unit_cost.model_copy(update=changes)
    resources = {**tiny().settings.resource, "chair": chair.model_copy(update={"unit_cost": cost})}
    return tiny().settings.model_copy(
        update={"resource": resources, "prices": given if given is not None else prices()}
    )


def test_every_end_of_an_interval_moves_with_its_amount() -> None:
    figure = amount("EUR per unit", low=40.0, high=75.0)
    found = times(figure, 1.5, settings())
    assert isinstance(found, Quantity)
    assert (found.value, found.low, found.high, found.standard_error) == (75.0, 60.0, 112.5, None)
    assert (found.unit, found.price_year) == ("GBP per unit", 2024)
    sure = times(amount("EUR", standard_error=4.0), 1.5, settings())
    assert sure.standard_error == 6.0
    assert sure.unit == "GBP"


def test_without_an_index_an_amount_stays_of_its_year() -> None:
    found = times(amount("EUR per unit"), 1.5, settings(prices(index=None)))
    assert (found.unit, found.price_year) == ("GBP per unit", 2019)


def test_amounts_by_group_and_by_month_move_each() -> None:
    by_group = times(amount(value={"young": 8.0, "old": 20.0}), 1.5, settings())
    assert by_group.value == {"young": 12.0, "old": 30.0}
    months = {"value": [10.0, 4.0], "then": 2.0, "unit": "GBP per month since start", **ABOUT}
    found = times(Schedule.model_validate(months), 1.5, settings())
    assert isinstance(found, Schedule)
    assert (found.value, found.then, found.standard_error) == ((15.0, 6.0), 3.0, None)


def own_prices(**changes: Any) -> Scenario:
    return in_own_prices(replace(tiny(), settings=settings(**changes)))


def test_what_was_stated_is_kept_for_what_is_converted_alone() -> None:
    """The pathway states no year; of the resources one does."""
    found = own_prices(price_year=2019, value=50.0)
    assert found.settings.resource["chair"].unit_cost.value == pytest.approx(60.0)
    assert {key: kept.model_dump()["value"] for key, kept in found.stated.items()} == {COST: 50.0}
    assert found.pathway is tiny().pathway
    assert own_prices(price_year=2024).stated == {}
    assert own_prices(price_year=None).stated == {}
    again = in_own_prices(found)
    assert again.stated == found.stated


def problems(
    given: Prices | None = None, pathway: Pathway | None = None, **changes: Any
) -> dict[str, str]:
    """What is found wrong, by key."""
    found = check_prices(settings(given, **changes), pathway)
    assert len({problem.key for problem in found}) == len(found)
    return {".".join(map(str, problem.key)): problem.message for problem in found}


def test_sound_prices_have_no_problems() -> None:
    assert problems(unit="EUR per unit", price_year=2019) == {}
    assert problems(unit="GBP per unit", price_year=2021) == {}
    assert problems(prices(index=None), unit="EUR per unit", price_year=2021) == {}
    assert problems(prices(index=None), price_year=1999) == {}
    assert problems(pathway=tiny().pathway) == {}


def test_what_is_missing_is_named_with_who_needs_it() -> None:
    at = "resource.chair.unit_cost"
    assert problems(unit="EUR per unit", price_year=2020) == {
        "prices.exchange.EUR.value": (
            f"lacks 2020, which {at} needs; expected a value for every price year; add it"
        ),
        "prices.index.value": (
            f"lacks 2020, which {at} needs; expected a value for every price year; add it"
        ),
    }
    assert problems(unit="EUR per unit", price_year=None) == {
        f"{at}.price_year": (
            "is missing; an amount in EUR is converted at its year's rate; add price_year"
        )
    }
    short = prices(index={"2019": 110.0})
    assert "lacks 2024" in problems(short, price_year=2019)["prices.index.value"]


def test_a_currency_without_a_rate_is_refused_with_those_there_are() -> None:
    assert problems(unit="EUX per unit", price_year=2019) == {
        "resource.chair.unit_cost.unit": (
            'found EUX, a currency without an exchange rate; did you mean "EUR"?; expected one of '
            "GBP, EUR; convert the amount, or add [prices.exchange.EUX]"
        )
    }


def test_a_year_of_what_is_no_price_is_refused() -> None:
    record = tiny_pathway()
    record["decision_point"]["inoperable"]["waiting"]["utility"]["price_year"] = 2019
    found = problems(pathway=Pathway.model_validate(record))
    assert found == {
        "pathway.decision_point.inoperable.waiting.utility.price_year": (
            "is stated though 'utility' is no price; delete it"
        )
    }


def test_units_of_series_say_what_is_meant() -> None:
    assert problems(prices(index_unit="percent", euro_unit="EUR per GBP")) == {
        "prices.exchange.EUR.unit": (
            "found 'EUR per GBP'; expected 'GBP per EUR'; convert the values and write it"
        ),
        "prices.index.unit": "found 'percent'; expected 'index'; convert the values and write it",
    }


@pytest.mark.parametrize("year", ["24", "20244", "2O24", "2020/21"])
def test_years_have_four_digits(year: str) -> None:
    found = problems(prices(index={**INDEX, year: 120.0}))
    assert found == {f"prices.index.value.{year}": "found no year; expected one such as 2024"}


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_what_is_not_above_nothing_multiplies_nothing(value: float) -> None:
    found = problems(prices(euro={"2019": value}))
    assert found == {"prices.exchange.EUR.value.2019": f"found {value:g}; expected more than 0"}


@pytest.mark.parametrize(
    ("rate", "sound"), [(1e-6, True), (9e-7, False), (1_000.0, True), (1_001.0, False)]
)
def test_rates_of_exchange_lie_between_a_millionth_and_a_thousand(rate: float, sound: bool) -> None:
    said = {"prices.exchange.EUR.value.2019": f"found {rate:g}; expected 1e-06 to 1000 GBP per EUR"}
    assert problems(prices(euro={"2019": rate, "2021": 0.9})) == ({} if sound else said)


@pytest.mark.parametrize(
    ("value", "sound"), [(13_200.0, True), (13_300.0, False), (1.32, True), (1.31, False)]
)
def test_an_index_moves_prices_by_a_hundredth_to_a_hundred_times(value: float, sound: bool) -> None:
    """That of the scenario's year, 2024, is 132."""
    said = (
        f"found {value:g}: prices of 2019 would be multiplied by {132 / value:g} to be those of "
        "2024; expected 0.01 to 100; mend the value of 2019 or of 2024"
    )
    found = problems(prices(index={"2019": value, "2024": 132.0}))
    assert found == ({} if sound else {"prices.index.value.2019": said})
    beside_one = prices(index={"2019": value / 132.0, "2024": 1.0})
    assert bool(problems(beside_one)) != sound


def test_an_index_without_the_scenarios_year_is_judged_where_it_is_used() -> None:
    assert problems(prices(index={"2019": 1.0, "2021": 500.0})) == {}


def test_the_scenarios_own_currency_needs_no_rate() -> None:
    given = prices()
    with_own = given.model_copy(update={"exchange": {"GBP": given.exchange["EUR"]}})
    assert problems(with_own) == {
        "prices.exchange.GBP": "is the scenario's own currency, which needs no rate; delete it"
    }


def with_years(years: int, given: Prices, quality: str = "published") -> Scenario:
    """The tiny scenario with so many of its resources priced in 2019."""
    resources = dict(tiny().settings.resource)
    for name in list(resources)[:years]:
        more = {"price_year": 2019, "quality": quality}
        cost = resources[name].unit_cost.model_copy(update=more)
        resources[name] = resources[name].model_copy(update={"unit_cost": cost})
    return with_settings(tiny(), resource=resources, prices=given)


def notices(scenario: Scenario) -> list[str]:
    return price_notices(scenario.settings, scenario.pathway)


def test_prices_of_other_years_that_are_not_converted_are_told_of() -> None:
    none = prices(index=None)
    assert notices(with_years(2, none)) == [
        "2 prices of other years than 2024 are used as they stand: "
        "resource.theatre.unit_cost (2019), resource.chair.unit_cost (2019); add [prices.index] "
        "to convert them"
    ]
    assert notices(with_years(2, prices())) == []
    assert notices(with_years(2, none, "illustrative")) == []
    assert notices(with_years(0, none)) == []


def test_a_notice_names_three_prices_and_counts_the_rest() -> None:
    record = tiny_pathway()
    for point in record["decision_point"].values():
        for option in point["option"].values():
            for cost in option["costs"].values():
                cost |= {"price_year": 2018, "quality": "derived"}
    pathway = Pathway.model_validate(record)
    (said,) = price_notices(with_years(2, prices(index=None)).settings, pathway)
    count = said.split()[0]
    assert int(count) > 4
    assert said.count("(2019)") == 2
    assert said.count("(2018)") == 1
    assert f"(2018) and {int(count) - 3} more; add" in said
