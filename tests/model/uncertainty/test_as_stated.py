"""Distributions as files state them: every family and way, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hepaplan.model.quantities import Expect, Quantity, Schedule
from hepaplan.model.uncertainty.spread.altered import Scaled, Truncated, share_below, truncated
from hepaplan.model.uncertainty.spread.as_stated import (
    from_parameters,
    stated_distribution,
    stated_faults,
)
from hepaplan.model.uncertainty.spread.bounded import Pert, Triangular
from hepaplan.model.uncertainty.spread.distributions import (
    Beta,
    Fixed,
    Gamma,
    LogNormal,
    Normal,
    Uniform,
    from_interval,
    from_standard_error,
)
from hepaplan.model.uncertainty.spread.empirical import Empirical, empirical

EVEN = (np.arange(200_000) + 0.5) / 200_000


def figure(value: float | dict[str, float], **stated: Any) -> Quantity:
    """Return a share with a stated distribution, checked as one read from a file."""
    words: dict[str, Any] = {"unit": "share", "source": "paper", "quality": "judgement"}
    return Expect("share", 0.0, 1.0).check(Quantity(value=value, **words, **stated))


@pytest.mark.parametrize("what", [Triangular(1.0, 2.0, 6.0), Pert(1.0, 2.0, 6.0)])
def test_bounded_families_by_an_even_spread_of_their_quantiles(what: Triangular | Pert) -> None:
    spread = what.quantile(EVEN)
    assert 1.0 <= spread.min() < 1.1
    assert 5.2 < spread.max() <= 6.0
    assert (np.diff(spread) > 0).all()
    assert spread.mean() == pytest.approx(what.mean, rel=1e-6)
    assert spread.std() == pytest.approx(what.sd, rel=1e-4)


def test_bounded_families_on_paper() -> None:
    # Triangular: the mode is passed with probability 1/5, so 0.2 is 2; the mean is 9 / 3.
    assert float(Triangular(1.0, 2.0, 6.0).quantile(0.2)) == pytest.approx(2.0)
    assert Triangular(1.0, 2.0, 6.0).mean == pytest.approx(3.0)
    # PERT: (1 + 4 x 2 + 6) / 6 = 2.5; variance 1.5 x 3.5 / 7 = 0.75.
    assert (Pert(1.0, 2.0, 6.0).mean, Pert(1.0, 2.0, 6.0).sd ** 2) == pytest.approx((2.5, 0.75))
    assert from_interval("pert", 2.0, 1.0, 6.0) == Pert(1.0, 2.0, 6.0)
    assert from_interval("triangular", 2.0, 1.0, 6.0) == Triangular(1.0, 2.0, 6.0)


@pytest.mark.parametrize("family", ["triangular", "pert"])
def test_bounded_families_by_mean_and_standard_error(family: Any) -> None:
    found = from_standard_error(family, 5.0, 0.4)
    assert (found.mean, found.sd) == pytest.approx((5.0, 0.4), rel=1e-12)


@pytest.mark.parametrize(
    ("family", "parameters", "expected"),
    [
        ("beta", {"alpha": 3.0, "beta": 5.0}, Beta(3.0, 5.0)),
        ("gamma", {"shape": 4.0, "scale": 0.1}, Gamma(4.0, 0.1)),
        ("log_normal", {"log_mean": -1.0, "log_sd": 0.2}, LogNormal(-1.0, 0.2)),
        ("normal", {"mean": 0.4, "sd": 0.05}, Normal(0.4, 0.05)),
        ("uniform", {"low": 0.1, "high": 0.7}, Uniform(0.1, 0.7)),
        ("triangular", {"low": 0.1, "mode": 0.3, "high": 0.7}, Triangular(0.1, 0.3, 0.7)),
        ("pert", {"low": 0.1, "mode": 0.3, "high": 0.7}, Pert(0.1, 0.3, 0.7)),
    ],
)
def test_parameters_are_taken_as_they_are(
    family: Any, parameters: dict[str, float], expected: object
) -> None:
    assert from_parameters(family, parameters) == expected


@pytest.mark.parametrize(
    ("family", "parameters", "message"),
    [
        ("beta", {"alpha": 3.0, "bata": 5.0}, 'beta is missing; found bata; did you mean "beta"'),
        ("gamma", {"shape": -4.0, "scale": 0.1}, "shape is -4, but lies above 0"),
        ("uniform", {"low": 0.7, "high": 0.1}, "low, high must rise, but are 0.7, 0.1"),
        ("dirichlet", {"sample_size": 4.0}, "not one of a single figure"),
    ],
)
def test_parameters_that_cannot_be_are_refused(
    family: Any, parameters: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        from_parameters(family, parameters)


def test_a_truncated_normal_against_its_closed_form() -> None:
    found = truncated(Normal(0.9, 0.1), 0.0, 1.0)
    assert isinstance(found, Truncated)
    # Above 1 is cut: mean = 0.9 - 0.1 x density(1) / probability below 1 sd.
    density, below = math.exp(-0.5) / math.sqrt(2 * math.pi), 0.8413447460685429
    assert found.mean == pytest.approx(0.9 - 0.1 * density / below, rel=1e-5)
    ratio = density / below
    assert found.sd**2 == pytest.approx(0.01 * (1 - ratio - ratio**2), rel=1e-3)
    assert 0.0 < float(found.quantile(1e-12)) < float(found.quantile(1 - 1e-12)) <= 1.0
    assert share_below(Normal(0.9, 0.1), 1.0) == pytest.approx(below, rel=1e-9)


def test_a_distribution_far_from_its_bounds_is_left_alone() -> None:
    assert truncated(Normal(0.5, 0.01), 0.0, 1.0) == Normal(0.5, 0.01)
    with pytest.raises(ValueError, match="nothing of the distribution lies between 2 and 3"):
        truncated(Normal(0.5, 0.01), 2.0, 3.0)


def test_samples_are_drawn_as_often_as_each_other() -> None:
    stated = np.array([*range(40)], dtype=np.float64) / 100
    found = empirical(stated[::-1], 0.0, 1.0)
    drawn = found.quantile(EVEN)
    assert np.unique(drawn, return_counts=True)[1].tolist() == [5_000] * 40
    assert (found.mean, found.sd) == pytest.approx((drawn.mean(), drawn.std()))
    with pytest.raises(ValueError, match="found 29 samples; expected at least 30"):
        empirical(stated[:29], 0.0, 1.0)
    with pytest.raises(ValueError, match=r"found 9 samples outside 0 to 0\.3, the first 0\."):
        empirical(stated, 0.0, 0.3)


def test_a_scaled_distribution_is_that_of_the_figure_times_a_number() -> None:
    found = Scaled(Gamma(25.0, 2.0), 3.0)
    assert (found.mean, found.sd) == (150.0, 30.0)
    assert float(found.quantile(0.7)) == pytest.approx(3 * float(Gamma(25.0, 2.0).quantile(0.7)))


def test_each_way_of_stating_a_distribution() -> None:
    by_error = stated_distribution(figure(0.3, distribution="beta", standard_error=0.05))
    by_interval = stated_distribution(figure(0.3, distribution="beta", low=0.2, high=0.4))
    assert by_error[""].sd == pytest.approx(0.05)
    assert by_interval[""].sd == pytest.approx(0.2 / 3.919928, rel=1e-6)
    samples = Empirical((0.1, 0.4))
    by_samples = figure(0.3, distribution="empirical", samples={"file": "a.csv", "column": "share"})
    assert stated_distribution(by_samples, samples) == {"": samples}
    groups = figure({"young": 0.2, "old": 0.3}, distribution="beta", standard_error=0.02)
    assert {g: round(p.mean, 12) for g, p in stated_distribution(groups).items()} == {
        "young": 0.2,
        "old": 0.3,
    }
    assert stated_distribution(figure(0.3)) == {}
    within = figure(0.3, distribution="normal", standard_error=0.1, within=[0.2, 0.35])
    drawn = stated_distribution(within)[""].quantile([1e-9, 1 - 1e-9])
    assert drawn == pytest.approx([0.2, 0.35])


def test_a_schedule_is_spread_month_by_month_and_nothing_stays_nothing() -> None:
    words: dict[str, Any] = {"unit": "utility", "source": "paper", "quality": "judgement"}
    stated = Schedule(value=(0.5, 0.0), then=0.8, distribution="beta", standard_error=0.05, **words)
    found = stated_distribution(Expect("utility", -1.0, 1.0).check(stated))
    assert found["month 1"] == Fixed(0.0)
    assert (found["month 0"].mean, found["then"].mean) == pytest.approx((0.5, 0.8))
    assert {round(found[part].sd, 12) for part in ("month 0", "then")} == {0.05}


@pytest.mark.parametrize(
    ("value", "stated", "field", "message"),
    [
        (0.3, {"standard_error": 0.1}, "standard_error", "is stated without a distribution"),
        (0.3, {"distribution": "beta"}, "distribution", "is named without its spread"),
        (
            0.3,
            {"distribution": "beta", "low": 0.2, "high": 0.4, "parameters": {"alpha": 3.0}},
            "distribution",
            "is stated in more than one way: an interval, parameters; keep one",
        ),
        (0.3, {"distribution": "beta", "low": 0.2}, "high", "an interval has two ends"),
        (
            {"young": 0.2},
            {"distribution": "beta", "low": 0.1, "high": 0.4},
            "distribution",
            "the figure is stated by group; give standard_error",
        ),
        (
            0.3,
            {"distribution": "normal", "standard_error": 0.3},
            "distribution",
            "more than 5% of this normal distribution lies outside 0 to 1",
        ),
        (
            0.3,
            {"distribution": "beta", "parameters": {"alpha": 70.0, "beta": 30.0}},
            "parameters",
            "does not hold the value 0.3",
        ),
        (0.3, {"distribution": "empirical", "standard_error": 0.1}, "distribution", "needs samp"),
        (
            0.3,
            {"distribution": "beta", "samples": {"file": "a.csv", "column": "b"}},
            "distribution",
            'write distribution = "empirical"',
        ),
        (0.3, {"distribution": "dirichlet", "standard_error": 0.1}, "distribution", "sample_size"),
        (
            0.3,
            {"distribution": "dirichlet", "parameters": {"size": 3.0}},
            "parameters",
            "one parameter, sample_size",
        ),
    ],
)
def test_statements_that_cannot_be_are_told(
    value: Any, stated: dict[str, Any], field: str, message: str
) -> None:
    [(where, said)] = stated_faults(figure(value, **stated))
    assert where == field
    assert message in said


def test_a_mean_that_no_beta_has_is_told() -> None:
    words: dict[str, Any] = {"unit": "hazard ratio", "source": "paper", "quality": "judgement"}
    above = Quantity(value=1.2, distribution="beta", standard_error=0.1, **words)
    [(where, said)] = stated_faults(Expect("hazard ratio", 0.0, 100.0).check(above))
    assert where == "distribution"
    assert "no beta distribution has mean 1.2" in said


def test_a_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^sd is 0, but lies above 0$"):
        from_parameters("normal", {"mean": 3.0, "sd": 0.0})
