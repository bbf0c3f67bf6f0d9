"""The rules for figures without a distribution of their own, samples, and words: each by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.uncertainty.spread.altered import Scaled, Truncated
from hepaplan.model.uncertainty.spread.bounded import Pert, Triangular
from hepaplan.model.uncertainty.spread.by_rule import by_rule
from hepaplan.model.uncertainty.spread.distributions import (
    Beta,
    Fixed,
    Gamma,
    LogNormal,
    Normal,
    Uncertain,
    Uniform,
)
from hepaplan.model.uncertainty.spread.empirical import Empirical, empirical
from hepaplan.model.uncertainty.spread.means import why_mean_differs
from hepaplan.model.uncertainty.spread.rules import Correlated, Uncertainty, rule_for, size_for
from hepaplan.model.uncertainty.spread.spread_words import family_of, spread_in_words
from tests.support.inputs_by_hand import made_input

ABOUT = {"source": "made_up", "quality": "judgement"}
UNITS = {"utility": "utility", "share": "patients", "monthly_probability": "person-months"}


def rules(**stated: float) -> Uncertainty:
    records = {
        name: {"value": value, "unit": UNITS.get(name, "relative standard error"), **ABOUT}
        for name, value in stated.items()
    }
    return Uncertainty.model_validate(records)


def by(name: str, size: float, number: float) -> Uncertain:
    rule = rule_for(rules(**{name: size}), name)
    assert rule is not None
    return rule(number)


@pytest.mark.parametrize("name", ["cost", "resource_use", "qaly_loss"])
def test_amounts_are_gammas_of_a_relative_error(name: str) -> None:
    assert by(name, 0.2, 50.0) == Gamma(25.0, 2.0)
    assert by(name, 0.2, 0.0) == Fixed(0.0)
    assert by(name, 0.25, 0.5) == Gamma(16.0, 0.03125)


@pytest.mark.parametrize("name", ["hazard", "time", "hazard_ratio"])
def test_rates_and_times_are_log_normals_of_a_relative_error(name: str) -> None:
    found = by(name, 0.3, 0.5)
    assert isinstance(found, LogNormal)
    assert (found.mean, found.sd) == pytest.approx((0.5, 0.15))
    assert by(name, 0.3, 0.0) == Fixed(0.0)


def test_utilities_are_betas_and_normals_where_no_beta_can_be() -> None:
    found = by("utility", 0.05, 0.7)
    assert isinstance(found, Beta)
    assert (found.mean, found.sd) == pytest.approx((0.7, 0.05))
    below = by("utility", 0.05, -0.3)
    assert below == Normal(-0.3, 0.05)
    wide = by("utility", 0.5, 0.5)  # as wide as a coin: no beta is
    assert isinstance(wide, Truncated)
    assert wide.quantile(1e-12) > -1.0
    assert wide.quantile(1.0 - 1e-12) < 1.0 + 1e-9
    assert [by("utility", 0.05, number) for number in (0.0, 1.0)] == [Fixed(0.0), Fixed(1.0)]
    assert by("utility", 0.0, 0.7) == Fixed(0.7)


@pytest.mark.parametrize("name", ["share", "monthly_probability"])
def test_shares_are_as_if_counted(name: str) -> None:
    assert by(name, 50.0, 0.3) == Beta(15.0, 35.0)
    assert [by(name, 50.0, number) for number in (0.0, 1.0)] == [Fixed(0.0), Fixed(1.0)]
    assert size_for(rules(**{name: 50.0}), name) == 50.0
    assert size_for(None, name) is None
    assert size_for(rules(), name) is None


def test_no_rule_keeps_a_figure_fixed() -> None:
    assert rule_for(None, "cost") is None
    assert rule_for(rules(cost=0.2), "time") is None


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("cost", 0.0, 2.0), ("share", 1.0, 1e7), ("monthly_probability", 1.0, 1e8),
     ("utility", 0.0, 0.5)],
)  # fmt: skip
def test_how_unsure_a_rule_can_make_figures(name: str, least: float, most: float) -> None:
    for sound in (least, most):
        assert getattr(rules(**{name: sound}), name).value == sound
    for wrong in (least - 0.01, most * 1.001):
        with pytest.raises(ValidationError):
            rules(**{name: wrong})


@pytest.mark.parametrize(
    ("keys", "correlation", "sound"),
    [(2, 1.0, True), (2, -1.0, True), (2, 1.01, False), (2, -1.01, False), (1, 0.5, False)],
)
def test_two_figures_or_more_are_correlated_from_minus_1_to_1(
    keys: int, correlation: float, sound: bool
) -> None:
    stated = {"keys": ["a", "b"][:keys], "correlation": correlation, "unit": "correlation", **ABOUT}
    if sound:
        assert Correlated.model_validate(stated).correlation == correlation
        return
    with pytest.raises(ValidationError):
        Correlated.model_validate(stated)


def figure(value: float, unit: str, **stated: Any) -> Quantity:
    return Quantity.model_validate({"value": value, "unit": unit, **ABOUT, **stated})


def test_a_figures_unit_says_its_rule_and_a_footprint_its_own() -> None:
    every = rules(cost=0.2, resource_use=0.125, hazard_ratio=0.3, qaly_loss=0.5, time=0.25)
    assert by_rule(every, ("a",), figure(50.0, "GBP")) == {"": Gamma(25.0, 2.0)}
    assert by_rule(every, ("footprint", "theatre"), figure(2.0, "minutes")) == {
        "": Gamma(64.0, 0.03125)
    }
    assert by_rule(every, ("a",), figure(2.0, "minutes")) == {}
    ratio = by_rule(every, ("a",), figure(0.5, "hazard ratio"))[""]
    assert (ratio.mean, ratio.sd) == pytest.approx((0.5, 0.15))
    assert by_rule(every, ("a",), figure(1.0, "hazard ratio")) == {}  # that of the reference
    loss = by_rule(every, ("a",), figure(0.04, "QALY"))[""]
    assert (loss.mean, loss.sd) == pytest.approx((0.04, 0.02))
    assert by_rule(None, ("a",), figure(50.0, "GBP")) == {}


def test_a_schedule_has_a_distribution_for_each_month() -> None:
    stated = {"value": [10.0, 0.0], "then": 4.0, "unit": "GBP per month since start", **ABOUT}
    found = by_rule(rules(cost=0.5), ("a",), Schedule.model_validate(stated))
    assert found == {"month 0": Gamma(4.0, 2.5), "month 1": Fixed(0.0), "then": Gamma(4.0, 1.0)}


def test_samples_are_drawn_in_their_order_each_as_often() -> None:
    found = Empirical((1.0, 4.0, 10.0, 21.0))
    assert found.quantile([0.0, 0.24, 0.26, 0.5, 0.74, 0.76, 1.0]).tolist() == [
        1.0, 1.0, 4.0, 10.0, 10.0, 21.0, 21.0,
    ]  # fmt: skip
    assert (found.mean, found.sd) == pytest.approx((9.0, np.sqrt((64 + 25 + 1 + 144) / 4)))


def test_samples_are_thirty_or_more_and_within_what_the_figure_can_be() -> None:
    many = np.arange(30.0)[::-1]
    assert empirical(many, 0.0, 29.0).samples == tuple(range(30))
    with pytest.raises(ValueError, match="found 29 samples; expected at least 30"):
        empirical(many[1:], 0.0, 29.0)
    with pytest.raises(ValueError, match="found 2 samples outside 0 to 27, the first 29"):
        empirical(many, 0.0, 27.0)
    with pytest.raises(ValueError, match="found 1 samples outside 1 to 29, the first 0"):
        empirical(many, 1.0, 29.0)
    with pytest.raises(ValueError, match="no finite numbers"):
        empirical(np.append(many, np.nan), 0.0, 29.0)


CUT = "values that the figure cannot have are cut off"
MEDIAN = "the point is the median of a log-normal, whose mean lies above it"


@pytest.mark.parametrize(
    ("drawn", "why"),
    [
        (LogNormal(0.0, 0.2), MEDIAN),
        (Scaled(LogNormal(0.0, 0.2), 2.0), MEDIAN),
        (Truncated(LogNormal(0.0, 0.2), 0.1, 1.0), f"{CUT}, and {MEDIAN}"),
        (Truncated(Normal(1.0, 0.2), 0.1, 1.0), CUT),
        (Uniform(0.0, 4.0), "the point is not the middle of its interval"),
        (Triangular(0.0, 1.0, 4.0), "the point is the most likely value, not the mean"),
        (Pert(0.0, 1.0, 4.0), "the point is the most likely value, not the mean"),
        (Empirical((0.0, 4.0)), "the samples have a mean of their own"),
        (Gamma(3.0, 1.0), "the distribution is stated by parameters of its own"),
        (Gamma(4.0, 0.25), ""),
        (Gamma(4.0, 0.25 * (1 + 1e-10)), ""),
        (Gamma(4.0, 0.25 * (1 + 1e-8)), "the distribution is stated by parameters of its own"),
    ],
)
def test_why_a_mean_is_not_the_point(drawn: Uncertain, why: str) -> None:
    """The point is 1; a billionth from it is rounding."""
    key: Key = ("a",)
    assert why_mean_differs(made_input(key, 1.0, drawn)) == why


def test_families_are_named_as_files_write_them() -> None:
    key: Key = ("a",)
    assert family_of(made_input(key, 1.0, Scaled(LogNormal(0.0, 0.2), 2.0))) == "log_normal"
    parts: dict[str, Uncertain] = {"x": Fixed(0.0), "y": Truncated(Gamma(4.0, 0.25), 0.1, 1.0)}
    assert family_of(made_input(key, {"x": 0.0, "y": 1.0}, parts)) == "gamma"
    assert family_of(made_input(key, 1.0, Fixed(1.0))) == "fixed"
    assert family_of(made_input(key, 1.0, Gamma(4.0, 0.25), of_set=key)) == "dirichlet"


def test_what_a_figure_states_of_its_spread_in_words() -> None:
    beta = figure(0.3, "share", distribution="beta", parameters={"alpha": 3.0, "beta": 7.0})
    assert spread_in_words(beta) == "alpha 3, beta 7"
    sized = figure(0.3, "share", distribution="dirichlet", parameters={"sample_size": 40.0})
    assert spread_in_words(sized) == "sample size 40"
    seen = {"file": "costs.csv", "column": "gbp"}
    samples = figure(9.0, "GBP", distribution="empirical", samples=seen, within=(2.0, 40.0))
    assert spread_in_words(samples) == "samples in costs.csv, column gbp, within 2 to 40"
    assert spread_in_words(figure(9.0, "GBP", low=8.0, high=11.0)) == ""
