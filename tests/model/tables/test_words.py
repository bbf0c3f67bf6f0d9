"""Words that tell things apart."""

from __future__ import annotations

import pytest

from hepaplan.model.tables.words import (
    amount,
    figure,
    more_or_less,
    people,
    pounds,
    told_apart,
    told_with_digits,
)


def test_names_that_come_again_are_numbered_whatever_their_capitals() -> None:
    """Expected: a number that is taken already is passed over."""
    assert told_apart(["Care", "Surgery", "care"]) == ("Care", "Surgery", "care (2)")
    assert told_apart(["a", "a (2)", "a", "a"]) == ("a", "a (2)", "a (3)", "a (4)")
    assert told_apart([]) == ()


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        ([13.906, 13.9, 13.958], ["13.9", "13.9", "14.0"]),
        ([13.906, 13.9, 13.918], ["13.91", "13.90", "13.92"]),
        ([13.9051, 13.9, 13.9062], ["13.905", "13.900", "13.906"]),
        ([13.9051, 14.0, 13.9052], ["13.9", "14.0", "13.9"]),
        ([2.0, 3.0, 2.0], ["2.0", "3.0", "2.0"]),
    ],
)
def test_amounts_have_the_fewest_digits_that_tell_the_first_from_the_last(
    amounts: list[float], told: list[str]
) -> None:
    """Expected: one more digit at a time, and no more than three; what nothing tells stays."""
    assert told_with_digits(amounts, figure, 1, 3) == told


def test_a_number_of_thousands_has_no_digit_behind_the_point() -> None:
    said = [amount(value) for value in (999.94, -1806.1, 4472.36, 0.04, -0.04)]
    assert said == ["999.9", "-1,806", "4,472", "0.0", "0.0"]


def test_pounds_have_as_many_digits_of_a_million_as_asked_for() -> None:
    assert pounds(13_905_680.0, digits=3) == "£13.906 million"
    assert pounds(213_400.0, digits=3) == "£213 thousand"


@pytest.mark.parametrize(
    ("amount", "said"),
    [(15_200.0, "£15 thousand more"), (-2.5e6, "£2.5 million less"), (-141.0, "the same")],
)
def test_a_difference_that_would_show_as_nothing_is_said_in_words(amount: float, said: str) -> None:
    assert more_or_less(amount, "the same") == said


@pytest.mark.parametrize(
    ("number", "said"), [(0.0, "0.0"), (0.0497, "under 0.1"), (0.05, "0.1"), (1234.5, "1,234.5")]
)
def test_few_people_are_said_to_be_few(number: float, said: str) -> None:
    assert people(number) == said
