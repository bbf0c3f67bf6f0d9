"""People one by one in hand-made crowds: who is oldest, who is due, and for whom there is room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.chance.drawn import LONG_WAIT
from tests.support.crowds import (
    FIRST_HILL,
    FIRST_LAKE,
    MONTHS,
    SECOND_HILL,
    SECOND_LAKE,
    crowd,
    drawn,
    room,
    two_points,
    who,
)
from tests.support.small import hand_waiting


def test_entries_are_poisson_numbers_with_the_means_of_the_network() -> None:
    entries = drawn(replications=400).entries()
    assert entries.shape == (MONTHS, 400, 2, 3)
    mean = two_points().entries.transpose(2, 0, 1)
    assert (np.abs(entries.mean(axis=1) - mean) < 5 * np.sqrt(mean / 400)).all()
    assert np.array_equal(entries, np.round(entries))


def test_the_oldest_are_counted_for_each_queue_group_and_replication_by_itself() -> None:
    """Three of a queue wait in each replication; of equal waits the lower lot goes first."""
    here = crowd(
        (0, FIRST_HILL, 0, 2, 0.9), (0, FIRST_HILL, 1, 5, 0.8), (0, FIRST_HILL, 0, 2, 0.1),
        (0, FIRST_LAKE, 0, 1, 0.5), (0, SECOND_HILL, 2, 2, 0.5), (0, SECOND_LAKE, 1, 0, 0.4),
        (1, FIRST_HILL, 0, 3, 0.2), (1, FIRST_HILL, 0, 4, 0.7), (1, FIRST_LAKE, 1, 3, 0.3),
        (1, SECOND_HILL, 1, 0, 0.6),
    )  # fmt: skip
    pooled = np.zeros((4, 1, 2))
    pooled[FIRST_HILL, 0] = 2.0, 1.0
    pooled[FIRST_LAKE, 0] = 1.0, 1.0
    pooled[SECOND_HILL, 0] = 1.0, 0.0
    pooled[SECOND_LAKE, 0] = 1.0, 0.0
    assert who(drawn().oldest(here, pooled)) == [1, 2, 3, 4, 5, 7, 8]
    by_group = np.zeros((4, 3, 2))
    by_group[FIRST_HILL, 0] = 1.0, 1.0
    by_group[FIRST_LAKE, 1] = 1.0, 0.0
    by_group[SECOND_HILL, 1] = 0.0, 5.0
    assert who(drawn().oldest(here, by_group)) == [2, 7, 9]


def test_one_replication_keeps_its_groups_apart() -> None:
    here = crowd(
        (0, FIRST_HILL, 1, 9, 0.1), (0, FIRST_LAKE, 0, 2, 0.2), (0, FIRST_HILL, 2, 9, 0.3),
        (0, SECOND_LAKE, 0, 1, 0.4),
    )  # fmt: skip
    number = np.zeros((4, 3, 1))
    number[FIRST_LAKE, 0] = number[SECOND_LAKE, 0] = 1.0
    assert who(drawn(replications=1).oldest(here, number)) == [1, 3]


def test_more_replications_than_queues_are_kept_apart() -> None:
    here = crowd((0, FIRST_LAKE, 0, 1, 0.1), (4, FIRST_HILL, 0, 9, 0.2))
    number = np.zeros((4, 1, 5))
    number[FIRST_LAKE, 0, 0] = 1.0
    assert who(drawn(replications=5).oldest(here, number)) == [0]


def test_people_are_counted_by_queue_group_and_replication() -> None:
    here = crowd((0, 3, 1, 0, 0.1), (1, 3, 1, 0, 0.2), (1, 3, 1, 4, 0.3), (1, 0, 0, 2, 0.4))
    number = drawn().number(here)
    assert number.shape == (4, 3, 2)
    assert number[3, 1].tolist() == [1.0, 2.0]
    assert number[0, 0].tolist() == [0.0, 1.0]
    assert number.sum() == 4.0
    late = drawn().waited(here, np.array([2, 1, 1, 4]))
    assert late.tolist() == [[0, 1], [0, 0], [0, 0], [0, 1]]
    assert drawn().months_waited(here).tolist() == [[0, 2], [0, 0], [0, 0], [0, 4]]
    assert drawn().by_row(drawn().claims(0, here)).tolist() == [[0, 1], [0, 0], [0, 0], [1, 2]]


def test_fractions_of_planned_starts_fall_due_at_other_times_in_each_queue() -> None:
    """Half a start a month is one in two months; not all queues start in the same one."""
    planned = np.full((4, 1, 8), 0.5)
    months = np.stack([drawn(replications=3).due(planned, month) for month in range(8)])
    assert set(months.reshape(-1).tolist()) == {0.0, 1.0}
    assert np.array_equal(months[::2] + months[1::2], np.ones((4, 4, 1, 3)))
    first = months[0].reshape(4, 3)
    assert all(len(set(first[:, replication].tolist())) == 2 for replication in range(3))


def test_what_is_due_is_this_months_part_of_the_sum() -> None:
    planned = np.array([[[0.25, 2.0, 0.0, 1.5]]] * 4)
    due = np.stack([drawn(replications=9).due(planned, month) for month in range(4)])
    assert np.array_equal(due[1], np.full((4, 1, 9), 2.0))
    assert not due[2].any()
    assert np.isin(due[0], (0.0, 1.0)).all()
    assert np.isin(due.sum(axis=0), (3.0, 4.0)).all()


def test_a_fraction_of_a_person_is_one_more_unless_it_is_only_rounding() -> None:
    asked = np.array([0.0, 0.001, 2.0, 2.0 + 1e-12, 2.5])
    assert drawn().at_least(asked).tolist() == [0.0, 1.0, 2.0, 2.0, 3.0]


def test_exchanged_options_are_started_in_their_shares_by_lot() -> None:
    made = two_points(exchange=[(0, 1, 0.5)])
    here = crowd(*((0, queue, 0, 0, i / 400) for i in range(400) for queue in (FIRST_LAKE, 3)))
    share = np.zeros((6, 3))
    share[FIRST_LAKE], share[5] = 0.75, 0.25
    claims = drawn(made).claims(2, here, share)
    rows = claims.row[claims.queue == FIRST_LAKE]
    assert (rows == FIRST_LAKE).sum() == pytest.approx(300, abs=4)
    assert (rows == 5).sum() == pytest.approx(100, abs=4)
    assert set(claims.row[claims.queue == 3].tolist()) == {3}
    other = drawn(made).claims(3, here, share)
    assert not np.array_equal(other.row, claims.row)
    assert np.array_equal(drawn(made).claims(2, here).row, here.queue)
    assert np.array_equal(claims.index, here.index)


def test_where_shares_do_not_reach_one_the_last_option_takes_the_rest() -> None:
    made = two_points(exchange=[(0, 1, 0.5)])
    here = crowd(*((0, FIRST_HILL, 1, 0, i / 50) for i in range(50)))
    assert set(drawn(made).claims(0, here, np.zeros((6, 3))).row.tolist()) == {4}


def test_who_starts_is_who_has_waited_longest_for_their_standard() -> None:
    """One place at each site: two months of one, three of two (1.5 times), one of one."""
    made = two_points(capacity=1.0)
    here = crowd(
        (0, FIRST_HILL, 0, 1, 0.1), (0, FIRST_HILL, 0, 2, 0.9), (0, SECOND_HILL, 1, 3, 0.2),
        (0, SECOND_LAKE, 1, 5, 0.9), (0, SECOND_LAKE, 1, 5, 0.3),
        (1, SECOND_HILL, 0, 3, 0.5), (1, FIRST_HILL, 0, 1, 0.1),
    )  # fmt: skip
    free = room(made, 2)
    chance = drawn(made)
    begun = chance.fit(0, free, chance.claims(0, here), urgent=True)
    assert who(begun) == [1, 4, 5]
    assert free.free[:, 0, 0].tolist() == [[0.0, 0.0], [0.0, 1.0]]
    assert free.free[:, 0, 1:].min() == 1.0


def test_room_is_for_whole_patients_in_each_replication() -> None:
    made = two_points(capacity=2.5)
    here = crowd(*((r, FIRST_HILL, 0, i, 0.5) for r in range(3) for i in range(r + 1)))
    free = room(made, 3)
    chance = drawn(made, replications=3)
    begun = chance.fit(1, free, chance.claims(1, here), urgent=True)
    assert np.bincount(begun.replication).tolist() == [1, 2, 2]
    assert sorted(begun.waited[begun.replication == 2].tolist()) == [1, 2]
    assert free.free[0, 0, 1].tolist() == [1.5, 0.5, 0.5]
    assert free.free[0, 0, 0].tolist() == [2.5, 2.5, 2.5]


def test_each_wait_of_a_queue_is_given_room_before_the_next() -> None:
    """One place: who waited three months in the first replication takes it from who waited one."""
    made = two_points(capacity=1.0)
    here = crowd((0, FIRST_HILL, 0, 3, 0.5), (0, FIRST_HILL, 1, 1, 0.4), (1, FIRST_HILL, 2, 2, 0.3))
    chance = drawn(made)
    assert who(chance.fit(0, room(made, 2), chance.claims(0, here), urgent=True)) == [0, 2]


def test_equal_claims_of_different_queues_take_room_each_at_their_own_site() -> None:
    made = two_points(capacity=2.0)
    here = crowd(*((r, queue, 0, 0, 0.1) for r in range(2) for queue in range(4)))
    for month in range(MONTHS):
        chance, free = drawn(made), room(made, 2)
        begun = chance.fit(month, free, chance.claims(month, here), urgent=True)
        assert who(begun) == list(range(8))
        assert not free.free[:, :, month].any()


def test_of_one_queue_the_longest_wait_goes_first_however_long() -> None:
    made = two_points(capacity=1.0)
    here = crowd((0, FIRST_HILL, 0, 7, 0.1), (0, FIRST_HILL, 0, 9, 0.9), (0, FIRST_HILL, 0, 8, 0.2))
    chance = drawn(made)
    assert who(chance.fit(0, room(made, 2), chance.claims(0, here), urgent=True)) == [1]


def test_waits_of_half_a_year_and_more_count_as_equal_between_lists() -> None:
    """One place; six months and nine: who goes first is drawn for the month. Five never do."""
    made = two_points(capacity=1.0)
    made = replace(made, waiting=hand_waiting(made.kernels, standard_days=[30.4375, 30.4375]))

    def first(waited: int, other: int) -> set[int]:
        here = crowd((0, FIRST_HILL, 0, waited, 0.1), (0, SECOND_HILL, 0, other, 0.2))
        seen = set()
        for seed, month in np.ndindex(4, MONTHS):
            chance = drawn(made, 1, seed)
            begun = chance.fit(month, room(made, 1), chance.claims(month, here), urgent=True)
            seen |= set(begun.index.tolist())
        return seen

    assert first(LONG_WAIT, 9) == {0, 1}
    assert first(6, 9) == {0, 1}
    assert first(5, 6) == {1}
    assert first(4, 4) == {0, 1}


def test_room_is_taken_for_those_who_ask_nobody() -> None:
    made = two_points(capacity=5.0)
    free = room(made, 2)
    here = drawn(made).claims(3, crowd(
        (0, FIRST_LAKE, 0, 0, 0.1), (1, FIRST_LAKE, 1, 0, 0.2), (1, SECOND_LAKE, 1, 0, 0.3),
        (1, FIRST_HILL, 2, 0, 0.4),
    ))  # fmt: skip
    drawn(made).spend(3, free, here)
    assert free.free[1, 0, 3].tolist() == [4.0, 3.0]
    assert free.free[0, 0, 3].tolist() == [5.0, 4.0]
    assert free.free[1, 0, [0, 1, 2, 4, 5]].min() == 5.0


def test_a_fraction_of_room_is_kept_only_where_somebody_waits() -> None:
    made = two_points(capacity=0.25)
    free = room(made, 2)
    drawn(made).carry(0, free, crowd((1, SECOND_HILL, 0, 0, 0.5)))
    assert free.free[0, 0, 1].tolist() == [0.25, 0.5]
    assert free.free[1, 0, 1].tolist() == [0.25, 0.25]
