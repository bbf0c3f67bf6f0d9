"""Replications of a plan and of first come: whole people, by chance, within what is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.chance.drawn import Drawn
from hepaplan.model.chance.simulate import Simulated, simulate
from hepaplan.model.chance.streams import Streams
from hepaplan.model.delay_harm.delayed import Delayed
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Plan, Replay, replay
from hepaplan.model.sites.network import Network
from tests.support.scenarios import tiny_capacity
from tests.support.small import hand_kernels, hand_network, hand_waiting
from tests.support.solved import random_network


def largest_gap(network: Network, drawn: Simulated, done: Replay) -> float:
    """Return the largest difference from the replay in starts, lists and use."""
    queues = drawn.queues
    points, sites = queues.places.T
    left = np.stack(
        [
            done.left[network.kernels.point_of == point][:, :, site].sum(axis=(0, 1, 2))
            for point, site in zip(points, sites, strict=True)
        ]
    )
    starts = queues.rows_at(done.starts.sum(axis=3)).sum(axis=1)
    pairs = (
        (drawn.starts[..., 0], starts),
        (drawn.left[..., 0], left),
        (drawn.use[..., 0], done.use),
        (drawn.starts.sum(), done.starts.sum()),
    )
    return max(float(np.abs(ours - theirs).max()) for ours, theirs in pairs)


def tighter(network: Network, factor: float) -> Network:
    return replace(network, capacity=network.capacity * factor)


@pytest.mark.parametrize("factor", [0.0, 0.4, 0.8, 1.0, 3.0])
@pytest.mark.parametrize("pooled", [True, False])
def test_without_variance_a_plan_is_the_replay(factor: float, pooled: bool) -> None:
    capacity = tiny_capacity()
    network = tighter(capacity.network, factor)
    plan = replace(capacity.best.plan, pooled=pooled)
    drawn = simulate(network, plan, variance=False)
    assert largest_gap(network, drawn, replay(network, plan)) < 1e-9


@pytest.mark.parametrize("factor", [0.0, 0.4, 0.8, 1.0, 3.0])
def test_without_variance_first_come_is_the_replay(factor: float) -> None:
    network = tighter(tiny_capacity().network, factor)
    drawn = simulate(network, None, variance=False)
    assert largest_gap(network, drawn, first_come(network)) < 1e-9


@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_without_variance_any_plan_is_its_replay(seed: int, pooled: bool) -> None:
    """Plans drawn at random exchange options, ask for too much, and find nobody or no room."""
    network, _ = random_network(seed)
    random = np.random.default_rng(seed)
    pairs, months = len(network.pair_list), network.horizon
    starts = random.uniform(0.0, 3.0, (pairs, 2, 2, months)) * (
        random.random((pairs, 2, 2, months)) < 0.8
    )
    split = random.uniform(0.1, 0.9, (2, 2, months))
    plan = Plan(starts, np.stack((split, 1.0 - split), axis=2), pooled)
    assert largest_gap(network, simulate(network, plan, variance=False), replay(network, plan)) < (
        1e-9
    )
    drawn = simulate(network, plan, 20, seed=seed)
    most = np.maximum(network.capacity, network.committed).cumsum(axis=2)
    assert (drawn.use.cumsum(axis=2) <= most[..., None] + 1e-6).all()
    assert np.array_equal(drawn.starts, np.round(drawn.starts))


def with_harm(network: Network) -> Network:
    """Return the network in which a month's wait halves who returns after a start."""
    arrive = network.kernels.arrive
    harmed = np.stack((arrive, 0.5 * arrive, 0.4 * arrive))
    return replace(network, delayed=Delayed(np.ones(harmed.shape[:3]), harmed, {}))


def test_harm_of_delay_is_that_of_the_replay() -> None:
    capacity = tiny_capacity()
    network = with_harm(tighter(capacity.network, 0.6))
    plan = capacity.best.plan
    assert largest_gap(network, simulate(network, plan, variance=False), replay(network, plan)) < (
        1e-9
    )
    calm = simulate(network, None, variance=False)
    assert largest_gap(network, calm, first_come(network)) < 1e-9
    unharmed = replace(network, delayed=None)
    many, more = (simulate(n, None, 300, seed=9).starts.sum() for n in (network, unharmed))
    less = first_come(network).starts.sum() / first_come(unharmed).starts.sum()
    assert many / more == pytest.approx(less, rel=0.01)
    assert many < more


def test_any_block_size_gives_the_same_replications() -> None:
    capacity = tiny_capacity()
    network = tighter(capacity.network, 0.8)
    for plan in (capacity.best.plan, None):
        one, other = (simulate(network, plan, 12, seed=4, block=size) for size in (12, 5))
        for name in ("starts", "started", "within", "gone", "left", "late", "use"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
        again = simulate(network, plan, 12, seed=5)
        assert not np.array_equal(one.starts, again.starts)


def one_list(
    entries: float,
    capacity: list[float],
    use: list[float] | None = None,
    stay: float = 1.0,
    backlog: list[float] | None = None,
) -> Network:
    """Return one list at one site, whose starts take `use` by month since start."""
    kernels = hand_kernels([("listed", "operation")], np.array([[use or [1.0]]]))
    return hand_network(
        kernels,
        np.full((1, 1, len(capacity)), entries),
        np.array([[capacity]]),
        hand_waiting(kernels, stay),
        backlog=None if backlog is None else np.array([[[backlog]]]),
    )


def test_with_room_for_all_the_mean_is_reading_1() -> None:
    network = tighter(tiny_capacity().network, 1000.0)
    drawn = simulate(network, None, 400, seed=2)
    expected = drawn.queues.rows_at(nothing_scarce(network).starts.sum(axis=3)).sum(axis=1)
    error = np.maximum(drawn.starts.std(axis=-1, ddof=1), np.sqrt(expected)) / np.sqrt(400)
    assert np.abs(drawn.starts.mean(axis=-1) - expected).max() > 0.0
    assert (np.abs(drawn.starts.mean(axis=-1) - expected) < 5.0 * error + 1e-6).all()
    # Poisson arrivals that nothing delays start as Poisson numbers: the variance is the mean.
    total = drawn.starts[:, -1].sum(axis=0)
    assert total.var(ddof=1) == pytest.approx(total.mean(), rel=0.25)
    assert not drawn.left.any()


def test_patients_are_whole_and_nobody_is_lost() -> None:
    network = one_list(4.0, [3.0] * 18, stay=0.8, backlog=[1.5, 2.0])
    drawn = simulate(network, None, 50, seed=3)
    for name in ("starts", "within", "gone", "left", "late"):
        values = getattr(drawn, name)
        assert np.array_equal(values, np.round(values)), name
    came = Drawn(network, drawn.queues, Streams(3, range(50))).entries().sum(axis=(0, 2, 3))
    ended = drawn.started[0].sum(axis=0) + drawn.gone[0, :-1].sum(axis=0) + drawn.left[0, -1]
    day_one = ended - came
    assert set(day_one) == {3.0, 4.0}  # 3.5 people: three or four
    assert day_one.mean() == pytest.approx(3.5, abs=0.25)
    assert drawn.gone.sum() / drawn.left.sum() == pytest.approx(0.2, abs=0.03)


def test_a_fraction_of_room_becomes_whole_in_a_later_month() -> None:
    drawn = simulate(one_list(50.0, [1.36] * 6, use=[2.03]), None, 3)
    # 1.36, 2.72 (one start leaves 0.69), 2.05 (one leaves 0.02), 1.38, 2.74 (0.71), 2.07.
    assert drawn.starts[0].T.tolist() == [[0, 1, 1, 0, 1, 1]] * 3


def test_room_that_nobody_waits_for_is_not_kept() -> None:
    drawn = simulate(one_list(0.0, [0.6] * 6, backlog=[0.0]), None, 2)
    assert drawn.use.sum() == 0.0
    late = one_list(0.0, [0.6] * 6)
    late = replace(late, entries=np.array([[[0.0, 0.0, 0.0, 0.0, 40.0, 0.0]]]))
    assert simulate(late, None, 2).starts[0].T.tolist() == [[0, 0, 0, 0, 0, 1]] * 2


def test_a_start_is_made_only_if_its_whole_footprint_fits() -> None:
    drawn = simulate(one_list(50.0, [5.0, 5.0, 0.0, 5.0, 5.0], use=[1.0, 1.0]), None, 4)
    assert (drawn.starts[0, :3] == np.array([[5.0], [0.0], [0.0]])).all()
    assert (drawn.use[0, 0, :3] == np.array([[5.0], [5.0], [0.0]])).all()


def test_the_longest_wait_starts_first() -> None:
    network = one_list(6.0, [5.0] * 12)
    queues = simulate(network, None, 2).queues
    chance = Drawn(network, queues, Streams(1, range(2)))
    queue = chance.newcomers(0, chance.day_one(), np.full((2, 1, 1), 3.0), np.ones((1, 1)))
    older = chance.after_waiting(0, queue, np.zeros((12, 2, 1, 1)))
    queue = chance.newcomers(1, older, np.full((2, 1, 1), 4.0), np.ones((1, 1)))
    taken = chance.oldest(queue, np.array([[[2.0, 5.0]]]))
    assert np.bincount(taken.replication).tolist() == [2, 5]
    assert taken.waited[taken.replication == 0].tolist() == [1, 1]
    assert taken.waited[taken.replication == 1].tolist() == [1, 1, 1, 0, 0]
    assert len(chance.without(queue, taken)) == len(queue) - 7


def test_planned_fractions_add_up_to_whole_starts() -> None:
    network = one_list(6.0, [5.0] * 12)
    queues = simulate(network, None, 1).queues
    chance = Drawn(network, queues, Streams(1, range(400)))
    planned = np.full((1, 1, 12), 0.4)
    due = np.stack([chance.due(planned, month)[0, 0] for month in range(12)])
    assert set(due.sum(axis=0)) <= {4.0, 5.0}
    assert due.mean() == pytest.approx(0.4, abs=0.01)
    assert due.max() == 1.0


def test_people_beyond_those_expected_start_where_there_is_room() -> None:
    network = one_list(2.0, [9.0] * 24)
    starts = np.full((1, 1, 1, 24), 2.0)
    referral = np.ones((1, 1, 1, 24))
    drawn = simulate(network, Plan(starts, referral, pooled=True), 200)
    assert not drawn.left.any()
    assert drawn.started.max() > 2.0
    assert drawn.started.mean() == pytest.approx(2.0, abs=0.1)


def test_exchanged_options_keep_their_shares() -> None:
    kernels = hand_kernels(
        [("listed", "one"), ("listed", "other")],
        np.array([[[1.0]], [[2.0]]]),
        usual_share=np.array([[1.0], [0.0]]),
    )
    network = hand_network(
        kernels, np.full((1, 1, 24), 8.0), np.full((1, 1, 24), 100.0), exchange=[(0, 1, 0.5)]
    )
    starts = np.zeros((3, 1, 1, 24))
    starts[0], starts[2] = 6.0, 2.0
    drawn = simulate(network, Plan(starts, np.ones((2, 1, 1, 24)), pooled=True), 200)
    assert drawn.queues.row_option.tolist() == [0, 1, 1]
    assert not drawn.left.any()
    # A quarter of the planned 8 goes to the other option; chance arrivals beyond 8 do not.
    assert drawn.starts[2].mean() / drawn.starts.sum(axis=0).mean() == pytest.approx(0.22, abs=0.03)


def test_no_demand_no_capacity_and_one_month_have_answers() -> None:
    assert not simulate(one_list(0.0, [5.0]), None, 3).starts.any()
    nothing = simulate(one_list(5.0, [0.0]), None, 30)
    assert not nothing.starts.any()
    assert nothing.left.sum() > 0.0
    assert nothing.replications == 30
