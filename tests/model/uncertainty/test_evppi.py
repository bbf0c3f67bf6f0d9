"""The value of knowing single inputs and groups, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import WrongUse
from hepaplan.model.uncertainty.information import evppi as module
from hepaplan.model.uncertainty.information.evpi import Estimate, evpi
from hepaplan.model.uncertainty.information.evppi import (
    coordinates,
    evppi,
    evppi_table,
    headline,
    variance_share,
)

DRAWS = 10_000
NUMBERS = np.random.default_rng(11)
X, Y, Z = NUMBERS.standard_normal((3, DRAWS))


def unit_loss(mean: float, sd: float) -> float:
    """Return E max(0, normal), by its closed form."""
    at = mean / sd
    return float(sd * (np.exp(-at * at / 2.0) / np.sqrt(2.0 * np.pi) + at * ndtr(at)))


def against_nothing(more: Floats) -> Floats:
    return np.stack([np.zeros_like(more), more])


def near(found: Estimate, expected: float, errors: float = 3.0) -> bool:
    return abs(found.value - expected) < errors * found.standard_error


def test_linear_net_benefit_in_normals_has_the_closed_form() -> None:
    net_benefit = against_nothing(-300.0 + 700.0 * X + 1_200.0 * Y)
    for inputs, sd in (([X], 700.0), ([Y], 1_200.0), ([X, Y], np.hypot(700.0, 1_200.0))):
        found = evppi(net_benefit, inputs)
        assert near(found, unit_loss(-300.0, sd))
        assert 0 < found.standard_error < 0.06 * found.value
    assert evppi(net_benefit, [Z]).value < 5.0


def test_a_reference_that_is_not_first_gives_the_same() -> None:
    net_benefit = against_nothing(300.0 + 700.0 * X + 1_200.0 * Y)
    swapped = evppi(net_benefit[::-1], [X])
    assert swapped.value == pytest.approx(evppi(net_benefit, [X]).value)
    shifted = net_benefit + 5_000.0 * Z
    assert evppi(shifted, [X]).value == pytest.approx(swapped.value)
    assert near(swapped, unit_loss(300.0, 700.0) - 300.0)


def test_a_square_has_its_closed_form() -> None:
    """E max(0, x squared - 1) = 2 phi(1) = 0.483941."""
    found = evppi(against_nothing(100.0 * (X**2 - 1.0) + 150.0 * Y), [X])
    assert near(found, 48.3941)


def test_a_pure_interaction_is_seen_by_the_group_alone() -> None:
    """E max(0, 1,000 x y) = 1,000 / pi = 318.3."""
    net_benefit = against_nothing(1_000.0 * X * Y + 500.0 * Z - 1e-9)
    assert near(evppi(net_benefit, [X, Y]), 1_000.0 / np.pi)
    assert evppi(net_benefit, [X]).value < 30.0


def test_three_strategies_against_a_long_simulation_on_the_known_means() -> None:
    """Given x: 0, 400 x - 100 and 300 sin(2 x) - 50."""

    def known(x: Floats) -> Floats:
        return np.stack([np.zeros_like(x), 400.0 * x - 100.0, 300.0 * np.sin(2.0 * x) - 50.0])

    noise = np.stack([np.zeros(DRAWS), 900.0 * Y, 400.0 * Y + 300.0 * Z])
    long = np.random.default_rng(12).standard_normal(1_000_000)
    truth = known(long).max(axis=0).mean() - known(long).mean(axis=1).max()
    assert near(evppi(known(X) + noise, [X]), truth)


def test_the_standard_error_covers_the_truth_as_often_as_it_should() -> None:
    truth = unit_loss(-300.0, 700.0)
    within = 0
    for seed in range(200):
        x, y = np.random.default_rng(seed).standard_normal((2, 500))
        within += near(evppi(against_nothing(-300.0 + 700.0 * x + 1_200.0 * y), [x]), truth, 2.0)
    assert within >= 180


def test_a_skewed_input_makes_no_difference_to_a_straight_line() -> None:
    cost = np.exp(1.5 * X)
    net_benefit = against_nothing(100.0 * (cost - 2.0))
    assert evppi(net_benefit, [cost]).value == pytest.approx(evpi(net_benefit).value, rel=1e-3)


def test_inputs_that_never_vary_one_strategy_and_no_inputs_are_worth_nothing() -> None:
    net_benefit = against_nothing(-300.0 + 700.0 * X)
    assert evppi(net_benefit, [np.full(DRAWS, 3.0)]).value == 0.0
    assert evppi(net_benefit[1:], [X]) == Estimate(0.0, 0.0)
    assert evppi(net_benefit, []) == Estimate(0.0, 0.0)


def test_more_than_perfect_information_is_cut_and_said() -> None:
    assert evppi(against_nothing(100.0 * X), [X]).note == ""
    never_better = against_nothing(-100.0 * X**2 * Y**2)
    found = evppi(never_better, [X])
    assert (found.value, found.note) == (evpi(never_better).value, module.CAPPED)
    assert evpi(never_better).value == 0.0


def test_many_inputs_in_few_draws_have_a_note() -> None:
    many = list(np.random.default_rng(4).standard_normal((20, 600)))
    net_benefit = against_nothing(1_000.0 * X[:600])
    assert evppi(net_benefit, many).note == module.CROWDED
    assert evppi(net_benefit, many[:2]).note == ""
    assert evppi(net_benefit, many).value > evppi(net_benefit, many[:2]).value


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(WrongUse, match="50 draws or more, not 49"):
        evppi(np.zeros((2, 49)), [np.arange(49.0)])
    with pytest.raises(WrongUse, match="50 draws or more, not 49"):
        evppi_table(np.zeros((2, 49)), {})


def test_parts_moved_by_one_number_are_one_coordinate_and_shares_are_several() -> None:
    moved = {"young": np.exp(X), "old": -X, "fixed": np.full(DRAWS, 0.5)}
    assert len(coordinates(moved)) == 1
    assert len(coordinates({"a": X, "b": Y, "c": 1.0 - X - Y})) == 3
    assert len(coordinates(X, 3.0, {"young": 0.5, "old": 0.6}, Y)) == 2


def test_the_table_ranks_and_shares_the_variance() -> None:
    table = evppi_table(
        against_nothing(-300.0 + 700.0 * X + 1_200.0 * Y),
        {"small": [X], "large": [Y], "fixed": [], "both": [X, Y]},
    )
    assert tuple(table.columns) == module.COLUMNS
    assert table["name"].tolist() == ["both", "large", "small", "fixed"]
    total = 700.0**2 + 1_200.0**2
    shares = table.set_index("name")["share_of_variance"]
    assert shares["small"] == pytest.approx(700.0**2 / total, abs=0.02)
    assert shares["both"] == pytest.approx(1.0)
    assert shares["fixed"] == 0.0
    assert table.loc[0, "share_of_evpi"] == pytest.approx(1.0, abs=1e-3)
    assert headline(table).startswith("Of single inputs it would be worth most to know: both (£")


def test_one_strategy_is_ranked_by_variance() -> None:
    table = evppi_table((3.0 * X + Y)[None], {"y": [Y], "x": [X]})
    assert table["name"].tolist() == ["x", "y"]
    assert table["evppi_gbp"].tolist() == [0.0, 0.0]
    assert table["share_of_variance"].tolist() == pytest.approx([0.9, 0.1], abs=0.02)
    assert headline(table) == (
        "As far as the draws tell, knowing any one input better would not change the choice."
    )


def test_variance_shares_of_the_ishigami_function() -> None:
    """First-order indices 0.3139, 0.4424 and 0 (Ishigami & Homma 1990)."""
    one, two, three = np.random.default_rng(8).uniform(-np.pi, np.pi, (3, DRAWS))
    outcome = np.sin(one) + 7.0 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one)
    found = [variance_share(outcome, [x]) for x in (one, two, three)]
    assert found == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert variance_share(np.full(DRAWS, 0.3), [one]) == 0.0
