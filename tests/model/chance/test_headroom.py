"""Headroom by hand: who counts as within, what is full, and the least that does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hepaplan.model.chance.headroom import Target, binding, least, share_within


def drawn() -> Any:
    """Return two places at sites 3 and 1, three months, two replications."""
    places = np.array([[0, 3], [0, 1]])
    within = np.array([[[1, 2], [3, 4], [5, 6]], [[1, 0], [2, 0], [3, 0]]], dtype=float)
    started = within + np.array([[[1.0], [2.0], [4.0]], [[0.0], [1.0], [0.0]]])
    gone = np.array([[[8.0], [16.0], [32.0]], [[0.5], [0.25], [64.0]]]).repeat(2, axis=2)
    late = np.array([[[9.0], [9.0], [3.0]], [[9.0], [6.0], [1.0]]]).repeat(2, axis=2)
    queues = SimpleNamespace(places=places)
    return cast(
        Any, SimpleNamespace(queues=queues, within=within, started=started, gone=gone, late=late)
    )


def test_all_sites_in_all_months() -> None:
    """Within 1+3+5+1+2+3 = 15; started 8 more; gone before the end 24.75; late at it 4."""
    first, second = share_within(drawn(), Target(0, 3))
    assert first == pytest.approx(15 / (15 + 8 + 24.75 + 4))
    assert second == pytest.approx(12 / (12 + 8 + 24.75 + 4))


def test_one_site_and_some_months() -> None:
    """Site 1, months 1 and 2: within 5, started 1 more, 0.25 gone in month 1, 1 late at the end."""
    first, second = share_within(drawn(), Target(1, 3, site=1))
    assert first == pytest.approx(5 / (5 + 1 + 0.25 + 1))
    assert second == pytest.approx(0.0)
    only = share_within(drawn(), Target(1, 2, site=1))
    assert only[0] == pytest.approx(2 / (2 + 1 + 6))


def test_where_nobody_came_all_were_in_time() -> None:
    assert share_within(drawn(), Target(0, 3, site=7)).tolist() == [1, 1]


def test_a_resource_binds_where_it_is_nearly_full_in_some_month() -> None:
    capacity = np.array([[[10.0, 20.0], [0.0, 0.0]], [[5.0, 5.0], [8.0, 8.0]]])
    use = np.array([[[9.8, 19.8], [0.0, 0.0]], [[4.9, 4.94], [7.92, 0.0]]])
    found = binding(cast(Any, SimpleNamespace(capacity=capacity, use=use)))
    assert found.tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize("answer", range(0, 8))
def test_the_least_number_is_found_and_asked_for_once(answer: int) -> None:
    asked: list[int] = []

    def rising(number: int) -> float:
        asked.append(number)
        return 0.8 if number >= answer else 0.79

    assert least(rising, 0.8, 7) == answer
    assert min(asked) >= 0 and max(asked) == 7


def test_none_where_even_the_most_is_too_little() -> None:
    assert least(lambda number: number / 10, 0.71, 7) is None
    assert least(lambda number: number / 10, 0.70, 7) == 7
