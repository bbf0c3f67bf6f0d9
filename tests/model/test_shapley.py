"""Shares of a difference against brute force over all orders, and against what defines them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest

from hepaplan.model.compare.shapley import shapley


def by_permutations(players: int, worth: dict[frozenset[int], float]) -> list[float]:
    """Each change's mean gain over all orders, one order at a time."""
    sums = [0.0] * players
    for order in itertools.permutations(range(players)):
        made: frozenset[int] = frozenset()
        for player in order:
            sums[player] += worth[made | {player}] - worth[made]
            made |= {player}
    return [total / math.factorial(players) for total in sums]


def random_worths(players: int) -> dict[frozenset[int], float]:
    draws = np.random.default_rng(7)
    return {
        frozenset(members): float(draws.normal(100, 40))
        for size in range(players + 1)
        for members in itertools.combinations(range(players), size)
    }


@pytest.mark.parametrize("players", [1, 2, 3, 5])
def test_shares_are_means_over_all_orders_and_sum_to_the_difference(players: int) -> None:
    worths = random_worths(players)
    found = shapley(players, lambda members: [worths[members]])[:, 0]
    assert found == pytest.approx(by_permutations(players, worths), rel=1e-12, abs=1e-12)
    whole = worths[frozenset(range(players))] - worths[frozenset()]
    assert found.sum() == pytest.approx(whole, rel=1e-9)


def test_two_changes_that_help_each_other_share_what_is_joint_by_hand() -> None:
    """Alone 2 and 5, together 13: the joint 6 is halved."""
    worths = {frozenset[int](): 100.0, frozenset({0}): 102.0, frozenset({1}): 105.0,
              frozenset({0, 1}): 113.0}  # fmt: skip
    assert shapley(2, lambda members: [worths[members]])[:, 0].tolist() == [5.0, 8.0]


def test_what_changes_nothing_gets_nothing_and_the_alike_get_the_same() -> None:
    def worth(members: frozenset[int]) -> Sequence[float]:
        return [float(len(members - {2}) ** 2), 3.0 * len(members)]

    found = shapley(4, worth)
    assert found[2, 0] == 0.0
    assert found[0, 0] == found[1, 0] == found[3, 0] == pytest.approx(3.0)
    assert found[:, 1] == pytest.approx([3.0] * 4)


def test_each_mixture_is_asked_for_once() -> None:
    asked: list[frozenset[int]] = []

    def worth(members: frozenset[int]) -> Sequence[float]:
        asked.append(members)
        return [0.0]

    shapley(4, worth)
    assert len(asked) == len(set(asked)) == 16
