from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.flows.renewal import usual_flow
from hepaplan.model.replay import (
    Plan,
    Replay,
    first_in_first_out,
    oldest_of_all_groups,
    own_option_starts,
    replay,
    walk,
)
from hepaplan.model.sites.network import Network
from tests.support.scenarios import tiny_capacity
from tests.support.small import hand_kernels, hand_network, hand_waiting

Floats = npt.NDArray[np.float64]
ONE_LIST = [("listed", "operation")]


def plan_of(network: Network, starts: Floats, pooled: bool = False) -> Plan:
    referral = np.repeat(network.referral[..., None], network.horizon, axis=-1)
    return Plan(starts, referral, pooled)


def single_list(
    entries: list[float],
    capacity: list[float],
    stay: float = 1.0,
    backlog: list[float] | None = None,
    use: list[float] | None = None,
) -> Network:
    """Return one list, one site, one group; each start takes `use` by month since start."""
    kernels = hand_kernels(ONE_LIST, np.array([[use or [1.0]]]))
    return hand_network(
        kernels,
        np.array([[entries]], dtype=float),
        np.array([[capacity]], dtype=float),
        waiting=hand_waiting(kernels, stay),
        backlog=None if backlog is None else np.array([[[backlog]]]),
    )


def started(done: Replay) -> list[float]:
    return [float(x) for x in done.starts.sum(axis=(0, 1, 2, 3))]


def waiting(done: Replay) -> list[float]:
    return [float(x) for x in done.left.sum(axis=(0, 1, 2, 3))]


def test_first_in_first_out_takes_the_longest_wait() -> None:
    queue = np.array([[3.0, 2.0, 4.0]])  # by months waited
    taken = [first_in_first_out(queue, np.array([n]))[0].tolist() for n in (0.0, 4.5, 9.0, 20.0)]
    assert taken == [[0, 0, 0], [0, 0.5, 4], [3, 2, 4], [3, 2, 4]]


def test_oldest_of_all_groups_pass_nobody_over_for_age() -> None:
    queue = np.zeros((1, 2, 1, 2))  # list, group, site, months waited
    queue[0, 0, 0], queue[0, 1, 0] = [3.0, 1.0], [6.0, 2.0]
    taken = oldest_of_all_groups(queue, np.array([[6.0]]))
    assert taken[0, 0, 0].tolist() == pytest.approx([1.0, 1.0])  # 3 of 9 newcomers: a third
    assert taken[0, 1, 0].tolist() == pytest.approx([2.0, 2.0])
    assert not oldest_of_all_groups(np.zeros_like(queue), np.array([[1.0]])).any()


def test_a_plan_is_made_longest_wait_first() -> None:
    network = single_list([5, 5, 5], [9, 9, 9], backlog=[1.0, 2.0])
    done = replay(network, plan_of(network, np.full((1, 1, 1, 3), 4.0)))
    assert done.starts[0, 0, 0, :3, 0].tolist() == [2, 2, 0]
    # 4 of January's newcomers are left; 4 of them start in February.
    assert done.starts[0, 0, 0, :3, 1].tolist() == [0, 4, 0]
    assert done.starts[0, 0, 0, :3, 2].tolist() == [0, 4, 0]
    assert waiting(done) == [4, 5, 6]


def test_a_plan_never_starts_people_who_are_not_there() -> None:
    network = single_list([1, 0, 3], [9, 9, 9])
    done = replay(network, plan_of(network, np.full((1, 1, 1, 3), 2.0)))
    assert started(done) == [1, 0, 2]
    assert waiting(done) == [0, 0, 1]


def test_starts_that_do_not_fit_are_made_as_soon_as_they_do() -> None:
    network = single_list([4, 0, 0], [3, 0.5, 9])
    starts = np.zeros((1, 1, 1, 3))
    starts[..., 0] = 4
    done = replay(network, plan_of(network, starts))
    assert started(done) == pytest.approx([3, 0.5, 0.5])
    assert done.use[0, 0].tolist() == pytest.approx([3, 0.5, 0.5])


def test_where_starts_do_not_fit_the_longest_wait_still_goes_first() -> None:
    """5 are planned and there is room for 3: the 2 who have waited, and 1 of the newcomers."""
    network = single_list([4, 0], [3, 9], backlog=[0.0, 2.0])
    done = replay(network, plan_of(network, np.full((1, 1, 1, 2), 5.0)))
    assert done.starts[0, 0, 0, :2, 0].tolist() == pytest.approx([1, 2])
    assert done.left[0, 0, 0, :2, 0].tolist() == pytest.approx([3, 0])


def test_waiting_harms_and_moves_people_on() -> None:
    kernels = hand_kernels([("listed", "operation"), ("settled", "care")], np.ones((2, 1, 1)))
    month = hand_waiting(kernels, stay=0.7)
    month.move[0, 1], month.cancer_death[0], month.other_death[0] = 0.15, 0.1, 0.05
    month = replace(month, waits=np.array([True, False]))
    network = hand_network(
        kernels, np.array([[[10.0, 0, 0]], [[0.0, 0, 0]]]), np.zeros((1, 1, 3)), waiting=month
    )
    done = replay(network, plan_of(network, np.zeros((2, 1, 1, 3))))
    assert done.left.sum(axis=(1, 2, 3))[0].tolist() == pytest.approx([10, 7, 4.9])
    assert done.moved[0, 1, 0].tolist() == pytest.approx([1.5, 1.05, 0.735])
    assert done.cancer_deaths[0, 0].tolist() == pytest.approx([1, 0.7, 0.49])
    assert done.other_deaths[0, 0].tolist() == pytest.approx([0.5, 0.35, 0.245])
    # Those who settle need no list: they start care the month after.
    assert done.starts[1, 0, 0, 0].tolist() == pytest.approx([0, 1.5, 1.05])
    assert done.left[0, 0, 0, :, 2].tolist() == pytest.approx([0, 0, 4.9, 0])


@pytest.mark.parametrize(("capacity", "change"), [(27.0, 36.0), (33.0, -36.0)])
def test_f12_backlog_grows_and_is_cleared_in_twelve_months(capacity: float, change: float) -> None:
    before = 0.0 if change > 0 else 36.0
    network = single_list([30.0] * 12, [capacity] * 12, backlog=[before])
    done = replay(network, plan_of(network, np.full((1, 1, 1, 12), 99.0)))
    assert waiting(done)[-1] == pytest.approx(before + change, abs=1e-9)


def test_a_start_takes_resources_for_months_and_fits_whole_or_not_at_all() -> None:
    network = single_list([2, 0], [9, 3], use=[1.0, 2.0])
    done = replay(network, plan_of(network, np.full((1, 1, 1, 2), 2.0)))
    assert started(done)[0] == pytest.approx(1.5)  # February has room for 3 of the 4 hours
    assert done.use[0, 0].tolist() == pytest.approx([1.5, 3.0])
    assert waiting(done) == pytest.approx([0.5, 0.5])  # in February the room is gone


def test_a_plan_may_exchange_options_within_a_list() -> None:
    kernels = hand_kernels([("listed", "major"), ("listed", "minor")], np.array([[[3.0]], [[1.0]]]),
                           usual_share=np.array([[1.0], [0.0]]))  # fmt: skip
    network = hand_network(
        kernels, np.array([[[4.0, 0.0]]]), np.full((1, 1, 2), 9.0), exchange=[(0, 1, 0.5)]
    )
    starts = np.zeros((3, 1, 1, 2))
    starts[0, ..., 0], starts[2, ..., 0] = 2.5, 1.5
    done = replay(network, plan_of(network, starts))
    assert done.starts[:, 0, 0, 0, 0].tolist() == pytest.approx([2.5, 0, 1.5])
    assert done.use[0, 0, 0] == pytest.approx(2.5 * 3 + 1.5)
    # Fewer people than planned: the same proportions of those there are.
    fewer = replace(network, entries=np.array([[[2.0, 0.0]]]))
    done = replay(fewer, plan_of(fewer, starts))
    assert done.starts[:, 0, 0, 0, 0].tolist() == pytest.approx([1.25, 0, 0.75])


def test_a_pooled_plan_counts_people_and_takes_the_longest_wait_whatever_the_age() -> None:
    kernels = hand_kernels(ONE_LIST, np.ones((1, 1, 1)), groups=("young", "old"))
    backlog = np.zeros((1, 2, 1, 2))
    backlog[0, 1, 0, 1] = 3.0
    network = hand_network(
        kernels, np.array([[[4.0], [2.0]]]), np.array([[[9.0]]]), backlog=backlog
    )
    starts = np.array([[[[5.0]], [[0.0]]]])  # all of them young, says the plan
    done = replay(network, plan_of(network, starts, pooled=True))
    assert done.starts[0, 1, 0, 1, 0] == pytest.approx(3)
    assert done.starts[0, :, 0, 0, 0].tolist() == pytest.approx([2 * 4 / 6, 2 * 2 / 6])
    done = replay(network, plan_of(network, starts, pooled=False))
    assert done.starts[0, 1].sum() == 0
    assert done.starts[0, 0].sum() == pytest.approx(4)


def test_people_who_come_back_join_the_list_again() -> None:
    kernels = hand_kernels(ONE_LIST, np.ones((1, 1, 1)), arrive=np.array([[[0.0, 0.5]]]))
    network = hand_network(kernels, np.array([[[8.0, 0, 0]]]), np.full((1, 1, 3), 4.0))
    done = replay(network, plan_of(network, np.full((1, 1, 1, 3), 4.0)))
    assert started(done) == pytest.approx([4, 4, 4])
    assert waiting(done) == pytest.approx([4, 2, 0])
    assert done.arrivals[0, 0].tolist() == pytest.approx([8, 2, 2])


def unlimited(network: Network) -> Network:
    return replace(network, capacity=np.full(network.capacity.shape, 1e9))


@pytest.mark.parametrize("pooled", [True, False])
def test_replay_of_usual_shares_with_unlimited_capacity_equals_reading_1(pooled: bool) -> None:
    network = unlimited(tiny_capacity().network)
    outside = network.entries.copy()
    outside[..., 0] += np.stack(
        [network.backlog[network.kernels.point_of == c].sum(axis=(0, 2, 3)) for c in range(3)]
    )
    flow = usual_flow(network.kernels, outside[:, None])
    starts = np.zeros((len(network.pair_list), 2, 2, network.horizon))
    by_list = flow.starts[:, 0]  # list, group, month
    starts[:4] = np.einsum("lgt,lgh->lght", by_list, network.referral)
    done = replay(network, plan_of(network, starts, pooled))
    np.testing.assert_allclose(done.starts[:4].sum(axis=(2, 3)), by_list, atol=1e-9, rtol=0)
    arrivals = flow.arrivals[:, 0].copy()
    arrivals[..., 0] -= outside[..., 0] - network.entries[..., 0]
    np.testing.assert_allclose(done.arrivals, arrivals, atol=1e-9, rtol=0)
    assert done.left.max() < 1e-9


@pytest.mark.parametrize("pooled", [True, False])
def test_any_plan_keeps_everybody_and_every_capacity(pooled: bool) -> None:
    """F11: what came is started, waiting, moved or dead; use stays within capacity."""
    network = tiny_capacity().network
    chance = np.random.default_rng(5)
    starts = chance.uniform(0, 2, (len(network.pair_list), 2, 2, network.horizon))
    starts[4, ..., 1] = 0  # an exchange planned in no month but the others
    referral = chance.uniform(0, 1, (*network.referral.shape, network.horizon))
    referral *= network.offers[:, None, :, None]
    done = replay(network, Plan(starts, referral / referral.sum(axis=2, keepdims=True), pooled))
    before = np.zeros((3, 2))
    np.add.at(before, network.kernels.point_of, network.backlog.sum(axis=(2, 3)))
    for month in range(network.horizon):
        for point in range(3):
            lists = network.kernels.point_of == point
            pairs = lists[network.pair_list]
            for group in range(2):
                out = done.starts[pairs, group, ..., month].sum()
                left = done.left[lists, group, ..., month].sum()
                came = done.arrivals[point, group, month]
                assert before[point, group] + came == pytest.approx(out + left, abs=1e-9)
                gone = (
                    done.moved[point, :, group, month].sum()
                    + done.cancer_deaths[point, group, month]
                    + done.other_deaths[point, group, month]
                )
                before[point, group] = left - gone
    assert (done.use <= np.maximum(network.capacity, network.committed) + 1e-9).all()
    assert min(done.starts.min(), done.left.min()) >= 0


def test_no_demand_no_starts() -> None:
    network = single_list([0, 0], [1, 1])
    done = replay(network, plan_of(network, np.ones((1, 1, 1, 2))))
    assert started(done) == [0, 0]
    assert waiting(done) == [0, 0]


def test_walk_leaves_the_network_as_it_was() -> None:
    network = tiny_capacity().network
    kept = (network.entries.copy(), network.committed.copy(), network.backlog.copy())
    walk(
        network, lambda _: network.referral, lambda _, queue, __: own_option_starts(network, queue)
    )
    for before, after in zip(
        kept, (network.entries, network.committed, network.backlog), strict=True
    ):
        assert (before == after).all()
