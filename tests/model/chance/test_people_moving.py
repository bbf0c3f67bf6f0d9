"""What becomes of people one by one: where they come, whether they wait, where a start leads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.delay_harm.delayed import Delayed
from tests.support.crowds import (
    FIRST_HILL,
    FIRST_LAKE,
    MONTHS,
    SECOND_HILL,
    SECOND_LAKE,
    crowd,
    drawn,
    two_points,
    who,
)


def test_a_start_leads_to_where_its_option_and_group_do_months_later() -> None:
    """The first option leads the young to the second point after three months, the second option
    the old to the first point in the next month; nobody else is led anywhere."""
    made = two_points()
    arrive = made.kernels.arrive.copy()
    arrive[0, 0, 1, 3] = arrive[1, 2, 0, 1] = 1.0
    made = replace(made, kernels=replace(made.kernels, arrive=arrive))
    begun = drawn(made).claims(0, crowd(
        (1, FIRST_LAKE, 0, 0, 0.1), (0, SECOND_HILL, 2, 0, 0.2), (0, FIRST_HILL, 1, 0, 0.3),
        (2, SECOND_LAKE, 0, 0, 0.5), (2, FIRST_HILL, 2, 0, 0.6), (2, SECOND_LAKE, 1, 0, 0.6),
    ))  # fmt: skip
    chance = drawn(made, replications=3)
    arrivals = np.zeros((MONTHS, 3, 2, 3))
    chance.after_starts(0, begun, arrivals)
    assert np.argwhere(arrivals).tolist() == [[1, 0, 0, 2], [3, 1, 1, 0]]
    chance.after_starts(2, begun, arrivals)
    assert np.argwhere(arrivals).tolist()[2:] == [[3, 1, 1, 0], [5, 1, 1, 0]]
    assert arrivals.sum() == 4.0
    chance.after_starts(5, begun, arrivals)
    assert arrivals.sum() == 4.0  # after the last month nobody is counted


def test_a_start_after_a_wait_leads_to_what_that_wait_leaves() -> None:
    """After a month's wait, or more, the second point is reached a month later than without."""
    made = two_points()
    reached = np.zeros((2, *made.kernels.arrive.shape))
    reached[0, :, :, 1, 1] = reached[1, :, :, 1, 2] = 1.0
    made = replace(made, delayed=Delayed(np.ones(reached.shape[:3]), reached, {}))
    waited = [(0, FIRST_HILL, 1, 0, 0.1), (1, SECOND_LAKE, 2, 1, 0.2), (1, FIRST_HILL, 0, 4, 0.3)]
    arrivals = np.zeros((MONTHS, 2, 2, 3))
    drawn(made).after_starts(2, drawn(made).claims(2, crowd(*waited)), arrivals)
    assert np.argwhere(arrivals).tolist() == [[3, 0, 1, 1], [4, 1, 1, 0], [4, 1, 1, 2]]


def test_who_waits_stays_a_month_older_moves_or_dies() -> None:
    """All at the second point move to the first; of those there half of the young stay."""
    made = two_points()
    move = np.zeros((2, 2, 3))
    move[1, 0] = 1.0
    stay = np.array([[0.5, 1.0, 0.0], [0.0, 0.0, 0.0]])
    made = replace(made, waiting=replace(made.waiting, move=move, stay=stay))
    left = crowd(
        (1, SECOND_LAKE, 1, 2, 0.1), (0, SECOND_HILL, 0, 0, 0.2), (2, FIRST_HILL, 2, 3, 0.9),
        *((0, FIRST_LAKE, 0, 3, i / 400) for i in range(400)),
        (1, FIRST_HILL, 1, 4, 0.25),
    )  # fmt: skip
    arrivals = np.zeros((MONTHS, 3, 2, 3))
    chance = drawn(made, replications=3)
    stayed = chance.after_waiting(4, left, arrivals)
    assert np.argwhere(arrivals).tolist() == [[5, 0, 0, 0], [5, 1, 0, 1]]
    half = stayed.those(stayed.queue == FIRST_LAKE)
    assert len(half) == pytest.approx(200, abs=50)
    assert set(half.waited.tolist()) == {4}
    assert not (stayed.replication == 2).any()
    (old,) = np.flatnonzero(stayed.replication == 1)
    assert (stayed.waited[old], stayed.group[old], stayed.lot[old]) == (5, 1, 0.25)
    assert np.array_equal(stayed.index, np.arange(len(stayed)))
    assert np.array_equal(stayed.row, np.full(len(stayed), -1))
    again = chance.after_waiting(5, left, arrivals)
    assert arrivals.sum() == 2.0
    assert set(again.queue.tolist()) == {FIRST_HILL, FIRST_LAKE}


def test_newcomers_join_the_queue_to_which_their_point_and_group_is_sent() -> None:
    """The young of the first point go to Hill, others to Lake; of the second nobody is sent."""
    share = np.zeros((4, 3))
    share[FIRST_HILL, 0] = share[FIRST_LAKE, 1] = 1.0
    came = np.zeros((2, 2, 3))
    came[0, 0] = 3.0, 2.0, 0.0
    came[1, 0, 1] = 1.0
    came[1, 1] = 4.0
    before = crowd((0, SECOND_HILL, 1, 2, 0.5), (1, SECOND_LAKE, 0, 1, 0.75))
    both = drawn().newcomers(2, before, came, share)
    number = drawn().number(both)
    assert number[:, :, 0].tolist() == [[3, 0, 0], [0, 2, 0], [0, 1, 0], [0, 0, 0]]
    assert number[:, :, 1].tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0], [1, 0, 0]]
    assert sorted(both.waited.tolist()) == [0] * 6 + [1, 2]
    assert np.array_equal(both.index, np.arange(8))
    assert len(set(both.lot.tolist())) == 8


def test_where_nobody_waits_people_start_at_once() -> None:
    made = two_points()
    made = replace(made, waiting=replace(made.waiting, waits=np.array([True, False])))
    here = crowd((0, FIRST_LAKE, 0, 1, 0.1), (1, SECOND_HILL, 1, 0, 0.2))
    waiting, at_once = drawn(made).who_wait(here)
    assert (who(waiting), waiting.row.tolist()) == ([0], [-1])
    assert (who(at_once), at_once.row.tolist()) == ([1], [SECOND_HILL])
    assert who(drawn(made).without(here, at_once)) == [0]
    assert who(drawn(made).both(waiting, at_once)) == [0, 1]


def test_day_one_has_whole_people_in_the_queues_of_the_backlog() -> None:
    backlog = np.zeros((2, 3, 2, 3))
    backlog[1, 0, 1, 2] = 2.0  # second point, young, Lake, two months
    backlog[0, 1, 0, 1] = 1.5
    made = replace(two_points(), backlog=backlog)
    there = drawn(made, replications=200).day_one()
    number = drawn(made, replications=200).number(there)
    assert set(number[SECOND_LAKE, 0].tolist()) <= {1.0, 2.0, 3.0}
    assert number[SECOND_LAKE, 0].mean() == pytest.approx(2.0, abs=0.2)
    assert number[FIRST_HILL, 1].mean() == pytest.approx(1.5, abs=0.15)
    assert set(number.sum(axis=(0, 1)).tolist()) == {3.0, 4.0}
    assert set(there.waited[there.queue == SECOND_LAKE].tolist()) == {2}
    assert set(there.waited[there.queue == FIRST_HILL].tolist()) == {1}
    assert len(drawn().day_one()) == 0
