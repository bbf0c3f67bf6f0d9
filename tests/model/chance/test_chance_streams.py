"""Random numbers by replication and month, and fates looked up by them."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.chance.crowd import rank
from hepaplan.model.chance.fates import chances
from hepaplan.model.chance.streams import STARTS, WAITING, Streams


def test_a_replication_has_the_same_numbers_whatever_is_drawn_beside_it() -> None:
    together = Streams(5, range(3)).uniforms(STARTS, 7, np.array([4, 0, 2]))
    alone = Streams(5, [2])
    assert alone.uniforms(WAITING, 7, np.array([9])).size == 9
    assert np.array_equal(together[4:], alone.uniforms(STARTS, 7, np.array([2])))
    assert np.array_equal(together[:2], Streams(5, [0]).uniforms(STARTS, 7, np.array([2])))


@pytest.mark.parametrize(
    ("seed", "number", "purpose", "month"),
    [(6, 0, STARTS, 7), (5, 1, STARTS, 7), (5, 0, WAITING, 7), (5, 0, STARTS, 8)],
)
def test_seed_replication_purpose_and_month_each_give_other_numbers(
    seed: int, number: int, purpose: int, month: int
) -> None:
    usual = Streams(5, [0]).uniforms(STARTS, 7, np.array([3]))
    other = Streams(seed, [number]).uniforms(purpose, month, np.array([3]))
    assert not np.isin(usual, other).any()


def test_what_all_replications_share_is_drawn_anew_for_each_month_and_seed() -> None:
    """Numbers above 2 ** 53 are not whole in floating point: months would be rounded away."""
    drawn = {Streams(seed, [0]).common(month).random() for seed in (5, 6) for month in range(24)}
    assert len(drawn) == 48
    assert Streams(5, [0]).common(7).random() == Streams(5, [0, 1]).common(7).random()
    assert Streams(2**53 + 1, [0]).common(0).random() != Streams(2**53, [0]).common(0).random()


def test_no_replication_has_the_numbers_that_all_share() -> None:
    alone = {
        generator.random()
        for purpose in range(7)
        for generator in Streams(5, range(200)).generators(purpose)
    }
    assert len(alone) == 1400
    assert not alone & {Streams(5, [0]).common(month).random() for month in range(60)}


def test_fates_are_found_by_their_cumulative_chances() -> None:
    table = chances(np.array([[0.2, 0.0, 0.5], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    rows = np.array([0, 0, 0, 0, 0, 1, 2, 2])
    numbers = np.array([0.0, 0.19, 0.2, 0.69, 0.71, 0.5, 0.0, 0.999])
    assert table.find(rows, numbers).tolist() == [0, 0, 2, 2, -1, -1, 1, 1]


def test_fates_come_as_often_as_their_chances() -> None:
    row = np.array([[0.1, 0.3, 0.25]])
    number = Streams(1, [0]).uniforms(STARTS, 0, np.array([40_000]))
    found = chances(row).find(np.zeros(40_000, dtype=np.int64), number)
    often = np.bincount(found + 1, minlength=4) / 40_000
    assert often.tolist() == pytest.approx([0.35, 0.1, 0.3, 0.25], abs=0.01)


def test_places_within_runs() -> None:
    assert rank(np.array([3, 3, 5, 5, 5, 9])).tolist() == [0, 1, 0, 1, 2, 0]
    assert rank(np.zeros(0, dtype=np.int64)).tolist() == []
