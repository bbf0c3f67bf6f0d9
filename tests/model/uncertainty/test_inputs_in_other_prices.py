"""Distributions stated in another currency, or in prices of another year, are converted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.money.prices import in_own_prices, times
from hepaplan.model.parameters import Prices, Scenario
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.spread.altered import Scaled
from hepaplan.model.uncertainty.spread.empirical import Empirical
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from tests.support.scenarios import tiny, with_settings

KEY: Key = ("resource", "chair", "unit_cost")
RATE = 0.5
"""Pounds for a euro in 2019, since when prices rose by a fifth: 0.6 in all."""


def with_cost(**stated: Any) -> Scenario:
    """The tiny scenario with more said of what an hour in the chair costs."""
    chair = tiny().settings.resource["chair"]
    cost = chair.unit_cost.model_copy(update=stated)
    resources = tiny().settings.resource | {"chair": chair.model_copy(update={"unit_cost": cost})}
    about = {"source": "made_up", "quality": "illustrative"}
    euro = {"value": {"2019": RATE}, "unit": "GBP per EUR", **about}
    index = {"value": {"2019": 110.0, "2024": 132.0}, "unit": "index", **about}
    prices = Prices.model_validate({"exchange": {"EUR": euro}, "index": index})
    return with_settings(tiny(), resource=resources, prices=prices)


def in_euros(**stated: Any) -> Scenario:
    """The same with the cost stated in euros of 2019, in the scenario's prices."""
    samples = {KEY: stated.pop("samples")} if "samples" in stated else {}
    abroad = {"unit": "EUR per unit", "price_year": 2019, **stated}
    return in_own_prices(replace(with_cost(**abroad), samples=samples))


def test_parameters_stated_in_other_prices_are_converted() -> None:
    """Expected: a gamma's mean of 49 x 1.5 and its standard deviation, 7 x 1.5, times 0.6."""
    gamma = {"distribution": "gamma", "parameters": {"shape": 49.0, "scale": 1.5}}
    cost = uncertain_inputs(in_euros(value=70.0, **gamma))[KEY]
    assert cost.point == pytest.approx({"": 42.0})
    assert isinstance(cost.parts[""], Scaled)
    assert (cost.parts[""].mean, cost.parts[""].sd) == pytest.approx((44.1, 6.3), rel=1e-6)
    assert not cost.assumed


def test_samples_are_in_the_prices_of_their_figure() -> None:
    own = replace(with_cost(distribution="empirical"), samples={KEY: (60.0, 90.0)})
    assert uncertain_inputs(own)[KEY].parts[""] == Empirical((60.0, 90.0))
    abroad = in_euros(value=70.0, distribution="empirical", samples=(60.0, 90.0))
    assert uncertain_inputs(abroad)[KEY].parts[""].mean == pytest.approx(45.0)


def test_samples_of_a_price_that_is_mostly_nothing_are_converted_too() -> None:
    """A point value of 0 says nothing of how many pounds its currency is worth."""
    abroad = in_euros(value=0.0, distribution="empirical", samples=(0.0, 0.0, 90.0))
    part = uncertain_inputs(abroad)[KEY].parts[""]
    assert part.quantile(0.9) == pytest.approx(54.0)


def test_an_interval_is_converted_once_with_its_price() -> None:
    """Expected: the ends of 50 to 100 euros in pounds; no factor on top of them."""
    stated = {"value": 70.0, "low": 50.0, "high": 100.0, "distribution": "gamma"}
    low, high = uncertain_inputs(in_euros(**stated))[KEY].parts[""].quantile([0.025, 0.975])
    assert high - low == pytest.approx(30.0, rel=0.02)
    assert high == pytest.approx(60.0, rel=0.03)


def test_a_standard_error_is_converted_with_its_price() -> None:
    settings = tiny().settings
    price = settings.resource["chair"].unit_cost.model_copy(update={"standard_error": 4.0})
    assert times(price, 1.5, settings).standard_error == 6.0
    schedule = tiny().pathway.decision_point["operable"].option["resection"].costs["follow_up"]
    spread = schedule.model_copy(update={"standard_error": 10.0})
    assert times(spread, 0.5, settings).standard_error == 5.0
