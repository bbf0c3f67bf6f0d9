"""Room by hand: two resources at two sites, of which a start takes some now and some later.

A start of the first point takes 2 hours now and a bed-day in each of this month and the two that
follow, of the old 3 hours; of the second point a bed-day two months later, nothing now.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.chance.queues import Queues, queues_of
from hepaplan.model.chance.room import Room, open_room
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network, hand_waiting

Floats = npt.NDArray[np.float64]
MONTHS = 5
HOURS, BEDS = 0, 1
HILL, LAKE = 0, 1
FIRST_HILL, FIRST_LAKE, SECOND_HILL, SECOND_LAKE, FIRST_LAKE_BY_OTHER = 0, 1, 2, 3, 5


def network() -> Network:
    use = np.zeros((2, 2, 3))
    use[0, HOURS, 0], use[0, BEDS], use[1, BEDS, 2] = 2.0, 1.0, 1.0
    kernels = hand_kernels([("first", "one"), ("second", "other")], use, groups=("young", "old"))
    used = kernels.use.copy()
    used[0, 1, HOURS, 0] = 3.0
    kernels = replace(kernels, use=used)
    capacity = np.zeros((2, 2, MONTHS))
    capacity[HOURS], capacity[BEDS] = 10.0, 4.0
    return hand_network(
        kernels, np.ones((2, 2, MONTHS)), capacity,
        hand_waiting(kernels, standard_days=[30.4375, 60.875]), exchange=[(0, 1, 0.5)],
    )  # fmt: skip


def queues(made: Network) -> Queues:
    return queues_of(made, made.referral[..., None])


def room(replications: int = 2, made: Network | None = None) -> Room:
    made = made or network()
    return open_room(made.available, made.kernels, queues(made), replications)


def test_all_that_is_free_is_there_at_first() -> None:
    free = room(3)
    assert free.free.shape == (2, 2, MONTHS, 3)
    assert free.free[LAKE, HOURS].tolist() == [[10.0] * 3] * MONTHS
    assert free.free[HILL, BEDS].tolist() == [[4.0] * 3] * MONTHS
    assert not free.carried.any()


def test_a_start_takes_room_in_its_months_for_its_group_and_replication() -> None:
    free = room()
    begun = np.array([[1.0, 0.0], [1.0, 2.0]])  # group, replication
    free.spend(FIRST_LAKE, 1, begun, np.arange(2))
    assert free.free[LAKE, HOURS].T.tolist() == [[10, 5, 10, 10, 10], [10, 4, 10, 10, 10]]
    assert free.free[LAKE, BEDS].T.tolist() == [[4, 2, 2, 2, 4]] * 2
    assert free.free[HILL].min() == 4.0
    free.spend(SECOND_HILL, 2, np.array([[3.0], [0.0]]), np.array([1]))
    assert free.free[HILL, BEDS].T.tolist() == [[4] * 5, [4, 4, 4, 4, 1]]
    free.spend(FIRST_LAKE_BY_OTHER, 0, np.array([[0.0], [1.0]]), np.array([0]))
    assert free.free[LAKE, BEDS].T.tolist() == [[4, 2, 1, 2, 4], [4, 2, 2, 2, 4]]


def test_room_is_never_less_than_none_and_ends_with_the_horizon() -> None:
    free = room(1)
    free.spend(FIRST_HILL, 4, np.array([[9.0], [0.0]]), np.arange(1))
    assert free.free[HILL, HOURS, :, 0].tolist() == [10, 10, 10, 10, 0]
    assert free.free[HILL, BEDS, :, 0].tolist() == [4, 4, 4, 4, 0]
    free.spend(SECOND_LAKE, 3, np.array([[1.0], [0.0]]), np.arange(1))
    assert free.free[LAKE, BEDS, :, 0].tolist() == [4.0] * 5


@pytest.mark.parametrize(
    ("row", "month", "free", "number", "fitting"),
    [
        (FIRST_HILL, 0, {}, 9.0, 3.0),  # ten hours, three of them each
        (FIRST_HILL, 0, {}, 2.0, 2.0),
        (FIRST_HILL, 0, {(HOURS, 0): 9.0 - 1e-10}, 9.0, 3.0),
        (FIRST_HILL, 0, {(HOURS, 0): 8.9}, 9.0, 2.0),
        (FIRST_HILL, 1, {(BEDS, 3): 1.5}, 9.0, 1.0),
        (FIRST_HILL, 1, {(BEDS, 0): 0.0, (BEDS, 4): 0.0, (HOURS, 2): 0.0}, 9.0, 3.0),
        (FIRST_HILL, 3, {(BEDS, 4): 0.0}, 9.0, 0.0),
        (SECOND_HILL, 0, {(BEDS, 2): 2.0}, 9.0, 2.0),
        (SECOND_HILL, 3, {(BEDS, 4): 0.0}, 9.0, 9.0),  # all that it takes comes after the end
        (4, 0, {(BEDS, 2): 1.0}, 9.0, 1.0),  # the first point's people who start the other option
    ],
)
def test_whole_footprints_fit_whatever_the_age(
    row: int, month: int, free: dict[tuple[int, int], float], number: float, fitting: float
) -> None:
    there = room(2)
    for (resource, when), amount in free.items():
        there.free[HILL, resource, when, 1] = amount
    there.free[HILL, :, :, 0] = 0.0
    there.free[LAKE] = 0.0
    found = there.fits(row, month, np.array([number]), np.array([1]))
    assert found.tolist() == [fitting]


def test_what_is_left_is_kept_up_to_what_one_start_needs_at_once() -> None:
    """Three hours and a bed-day; only from a month that has a next one, and only once."""
    there = room(2)
    there.free[LAKE, HOURS, 0] = 10.0, 1.25
    there.free[LAKE, BEDS, 0] = 0.5, 4.0
    there.carry(FIRST_LAKE, 0, np.array([0, 1]))
    assert there.free[LAKE, HOURS, 1].tolist() == [13.0, 11.25]
    assert there.free[LAKE, BEDS, 1].tolist() == [4.5, 5.0]
    assert there.carried[LAKE, :, 1].tolist() == [[3.0, 1.25], [0.5, 1.0]]
    there.carry(FIRST_LAKE, 0, np.array([0]))
    assert there.free[LAKE, HOURS, 1].tolist() == [13.0, 11.25]
    there.free[LAKE, HOURS, 0] = 1.0
    there.carry(FIRST_LAKE, 0, np.array([0, 1]))  # what is kept is not taken back
    assert there.carried[LAKE, HOURS, 1].tolist() == [3.0, 1.25]
    assert not there.carried[HILL].any()
    assert not there.carried[:, :, 2:].any()


def test_a_start_that_takes_nothing_now_keeps_nothing() -> None:
    there = room(1)
    there.carry(SECOND_HILL, 0, np.array([0]))
    there.carry(FIRST_HILL, MONTHS - 1, np.array([0]))
    assert not there.carried.any()
    there.carry(FIRST_HILL, MONTHS - 2, np.array([0]))
    assert there.carried[HILL, HOURS, :, 0].tolist() == [0, 0, 0, 0, 3.0]


def test_shares_of_room_go_to_lower_levels_first_and_then_in_proportion() -> None:
    """Ten hours at Hill: three young who waited take six, of four more as many as four hours.

    At Lake there is room for all: two old take six hours; the second point's take beds later.
    """
    there = room(1)
    claims = np.zeros((6, 2, 1, 3))
    claims[FIRST_HILL, 0, 0, 1], claims[FIRST_HILL, 0, 0, 0] = 3.0, 4.0
    claims[FIRST_LAKE, 1, 0, 2] = 2.0
    claims[SECOND_LAKE, 0, 0, 0] = 1.0
    there.free[HILL, BEDS] = 100.0
    level = np.tile(np.array([2, 1, 0]), (6, 1))
    made = there.shares(claims, level, 1)
    assert made[FIRST_HILL, 0, 0].tolist() == pytest.approx([2.0, 3.0, 0.0])
    assert made[FIRST_LAKE, 1, 0].tolist() == pytest.approx([0.0, 0.0, 2.0])
    assert made.sum() == pytest.approx(8.0)
    assert there.free[HILL, HOURS, :, 0].tolist() == pytest.approx([10, 0, 10, 10, 10])
    assert there.free[HILL, BEDS, :, 0].tolist() == pytest.approx([100, 95, 95, 95, 100])
    assert there.free[LAKE, HOURS, :, 0].tolist() == pytest.approx([10, 4, 10, 10, 10])
    assert there.free[LAKE, BEDS, :, 0].tolist() == pytest.approx([4, 2, 2, 1, 4])


def test_shares_of_the_last_month_need_no_room_after_it() -> None:
    there = room(1)
    claims = np.zeros((6, 2, 1, 1))
    claims[FIRST_HILL, 1, 0, 0], claims[SECOND_HILL, 0, 0, 0] = 5.0, 7.0
    made = there.shares(claims, np.zeros((6, 1), dtype=np.int64), MONTHS - 1)
    assert made[FIRST_HILL, 1, 0, 0] == pytest.approx(10 / 3)
    assert made[SECOND_HILL, 0, 0, 0] == pytest.approx(7.0)
    assert there.free[HILL, HOURS, :, 0].tolist() == pytest.approx([10, 10, 10, 10, 0])
    assert there.free[HILL, BEDS, -1, 0] == pytest.approx(4 - 10 / 3)


def test_queues_are_the_lists_at_the_sites_where_somebody_can_come() -> None:
    """Nobody is sent to the second point at Hill, but on average half a person waits there."""
    made = network()
    referral = np.array([[[0.5, 0.5]] * 2, [[0.0, 1.0]] * 2])
    nobody = queues_of(made, referral[..., None])
    assert (nobody.lists.tolist(), nobody.sites.tolist()) == ([0, 0, 1], [0, 1, 1])
    backlog = np.zeros((2, 2, 2, 3))
    backlog[1, 1, 0, 2] = 0.5
    found = queues_of(replace(made, backlog=backlog), referral[..., None])
    assert (found.lists.tolist(), found.sites.tolist()) == ([0, 0, 1, 1], [0, 1, 0, 1])
    assert found.row_queue.tolist() == [0, 1, 2, 3, 0, 1]
    assert found.row_pair.tolist() == [0, 0, 1, 1, 2, 2]
    assert found.row_option.tolist() == [0, 0, 1, 1, 1, 1]
    assert [rows.tolist() for rows in found.exchanged] == [[0, 4], [1, 5]]
    assert found.places.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert np.array_equal(found.member, np.eye(4))
    assert found.standard_months.tolist() == [1, 1, 2, 2]


def test_where_nobody_waits_there_is_no_place_to_wait() -> None:
    made = network()
    waiting = replace(made.waiting, waits=np.array([False, True]))
    found = queues(replace(made, waiting=waiting))
    assert found.places.tolist() == [[1, 0], [1, 1]]
    assert found.member.tolist() == [[0, 0, 1, 0], [0, 0, 0, 1]]
    assert found.standard_days.tolist() == [1.0, 1.0, 60.875, 60.875]


def test_figures_by_list_and_site_or_by_pair_come_by_queue_and_row() -> None:
    found = queues(network())
    values = np.arange(8.0).reshape(2, 2, 2)  # list, group, site
    assert found.at(values).tolist() == [[0, 2], [1, 3], [4, 6], [5, 7]]
    pairs = np.arange(12.0).reshape(3, 2, 2)
    assert found.rows_at(pairs).tolist() == [[0, 2], [1, 3], [4, 6], [5, 7], [8, 10], [9, 11]]
    people = np.array([1.0, 2.0, 3.0, 4.0])
    assert found.own_rows(people).tolist() == [1, 2, 3, 4, 0, 0]
    twice = found.own_rows(np.stack((people, 2 * people), axis=1))
    assert twice.T.tolist() == [[1, 2, 3, 4, 0, 0], [2, 4, 6, 8, 0, 0]]
    assert found.by_queue(np.array([1.0, 2.0, 3.0, 4.0, 10.0, 20.0])).tolist() == [11, 22, 3, 4]
    assert found.urgency(4).tolist() == [[0, 1, 2, 3]] * 2 + [[0, 0.5, 1, 1.5]] * 2
