"""The value of perfect information: the toy table, hand-worked sums, populations."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.economics import preferred
from hepaplan.model.uncertainty.information.evpi import (
    Estimate,
    chosen,
    evpi,
    for_population,
    headline,
    loss,
    money,
    people_affected,
)

TOY = np.array([[10.0, 14.0, 8.0, 12.0], [12.0, 9.0, 13.0, 10.0]])


def test_the_toy_table_by_hand() -> None:
    """Best of each draw 12, 14, 13, 12: mean 12.75, less 11. Losses 2, 0, 5, 0: sd 2.3629."""
    found = evpi(TOY)
    assert loss(TOY).tolist() == [2.0, 0.0, 5.0, 0.0]
    assert found.value == pytest.approx(1.75)
    assert found.standard_error == pytest.approx(2.362907813 / 2)


def test_two_normals_have_the_closed_form() -> None:
    """One normal increment, mean -300 and sd 1,000: 1,000 * (phi(0.3) - 0.3 * (1 - Phi(0.3)))."""
    more = -300.0 + 1_000.0 * np.random.default_rng(3).standard_normal(200_000)
    found = evpi(np.stack([more, np.zeros_like(more)]))
    assert abs(found.value - 266.7615) < 3.0 * found.standard_error
    assert found.standard_error < 2.0


def test_the_choice_is_that_of_the_means() -> None:
    equal = np.array([[3.0, 1.0], [1.0, 3.0 + 1e-13], [0.0, 0.0]])
    assert chosen(equal) == 0
    names = ("a", "b", "c")
    means = [(n, -m, 0.0) for n, m in zip(names, equal.mean(axis=1).tolist(), strict=True)]
    assert names[chosen(equal)] == preferred(means, 20_000.0)[0]


def test_one_strategy_or_one_that_is_always_best_is_worth_nothing() -> None:
    assert evpi(TOY[:1]) == Estimate(0.0, 0.0)
    assert evpi(np.stack([TOY[0], TOY[0] - 1.0])).value == 0.0


def test_people_are_discounted_monthly_at_mid_month() -> None:
    expected = sum(100.0 * 1.035 ** -((m + 0.5) / 12) for m in range(24))
    assert people_affected(1_200.0, 2.0, 0.035) == pytest.approx(expected)
    assert people_affected(1_200.0, 1.125, 0.0) == pytest.approx(1_350.0)
    assert people_affected(1_200.0, 0.0, 0.035) == 0.0
    with pytest.raises(ValueError, match="-1 people a year over 2 years"):
        people_affected(-1.0, 2.0, 0.035)


def test_a_population_multiplies_value_and_error() -> None:
    assert for_population(Estimate(1.75, 0.5), 200.0) == Estimate(350.0, 100.0)


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0.0, "£0"), (1.6, "£2"), (9_999.0, "£9,999"), (20_000.0, "£20 thousand"),
     (2.34e6, "£2.3 million"), (-0.2, "£0")],
)  # fmt: skip
def test_money_in_words(amount: float, words: str) -> None:
    assert money(amount) == words


def test_the_headline_says_what_it_is_worth_or_that_nothing_is() -> None:
    said = headline(Estimate(1_750.0, 80.0), 20_000.0, "the region's new patients of 5 years", 100)
    assert said == (
        "The region's new patients of 5 years: at £20 thousand a QALY, knowing every uncertain "
        "figure before choosing would be worth £1,750 (Monte Carlo standard error £80); no study "
        "of them can be worth more."
    )
    assert headline(Estimate(0.0, 0.0), 20_000.0, "x", 1_200) == (
        "X: at £20 thousand a QALY the same choice is best in all of 1,200 draws: no study is seen "
        "to change the decision."
    )


@pytest.mark.parametrize("draws", [50, 100])
def test_few_draws_of_a_near_tie_are_too_low_by_so_many_errors(draws: int) -> None:
    """Two choices equally good, a standard normal apart: 0.3989 (1 - 1 / root n), by hand."""
    numbers = np.random.default_rng(5).standard_normal((4_000, draws))
    found = [evpi(np.stack([more, np.zeros(draws)])) for more in numbers]
    short = 0.39894 - np.mean([one.value for one in found])
    assert short == pytest.approx(0.39894 / np.sqrt(draws), abs=0.004)
    errors = short / np.mean([one.standard_error for one in found])
    assert errors == pytest.approx(0.7, abs=0.07)
