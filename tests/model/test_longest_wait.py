"""The longest wait first over all sites: who changes site, and that nobody is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.checks import people_conserved
from hepaplan.model.policies import first_come, longest_wait, nothing_scarce
from hepaplan.model.readings import Replayed
from hepaplan.model.replay import own_option_starts, walk
from hepaplan.model.sites.lumps import Lumps
from hepaplan.model.sites.network import Network
from tests.support.scenarios import tiny_capacity
from tests.support.small import hand_kernels, hand_network

Floats = npt.NDArray[np.float64]
SITES = 3


def three_sites(
    entries: list[float],
    capacity: list[list[float]],
    referral: tuple[float, float, float] = (0.5, 0.3, 0.2),
    backlog: list[list[float]] | None = None,
    offers: tuple[bool, bool, bool] = (True, True, True),
) -> Network:
    """Return one list at three sites: `capacity` by site and month, one unit a start."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(
        kernels,
        np.array([[entries]]),
        np.array([capacity]),
        referral=np.array([[referral]]),
        backlog=None if backlog is None else np.array([[backlog]]),
    )
    return replace(network, offers=np.array([offers]))


def test_who_finds_no_room_at_home_is_spread_evenly_over_sites_with_room() -> None:
    # 10 come: 5, 3 and 2. Site 0 takes 1 of its 5; the 4 left go, 2 each, to the others' room.
    network = three_sites([10.0], [[1.0], [6.0], [9.0]])
    done = longest_wait(network)
    assert done.starts[0, 0, :, 0, 0].tolist() == pytest.approx([1, 5, 4])
    assert done.transferred[0, 0, :, 0].tolist() == pytest.approx([0, 2, 2])
    assert done.left.max() == pytest.approx(0, abs=1e-12)


def test_a_site_that_fills_up_leaves_the_rest_to_the_others() -> None:
    # The 4 left over: site 1 has room for half a person more, so site 2 takes 3.5.
    network = three_sites([10.0], [[1.0], [3.5], [9.0]])
    done = longest_wait(network)
    assert done.transferred[0, 0, :, 0].tolist() == pytest.approx([0, 0.5, 3.5])


def test_those_who_wait_longest_anywhere_go_before_a_sites_own_newcomers() -> None:
    # 4 at site 0 have waited two months and it has no room; site 1 has 3 newcomers and room for 5.
    backlog = [[0.0, 0.0, 4.0], [0.0] * 3, [0.0] * 3]
    network = three_sites([10.0], [[0.0], [5.0], [0.0]], backlog=backlog)
    done = longest_wait(network)
    assert done.starts[0, 0, 1, :3, 0].tolist() == pytest.approx([1, 0, 4])
    assert done.left[0, 0, :, :3, 0].sum(axis=-1).tolist() == pytest.approx([5, 2, 2])
    assert done.transferred[0, 0, :, 0].tolist() == pytest.approx([0, 4, 0])
    # First come serves each site's own: 3 newcomers there, and the 4 wait on.
    assert first_come(network).starts[0, 0, 1, :3, 0].tolist() == pytest.approx([3, 0, 0])


def test_nobody_is_sent_further_than_the_longest_travel() -> None:
    # Of all, 0.44 live within reach of site 1 and 0.3 go there now: 0.14 / 0.7, a fifth of others.
    network = three_sites([10.0], [[1.0], [9.0], [9.0]])
    network = replace(network, reachable=np.array([[[1.0, 0.44, 0.2]]]))
    done = longest_wait(network)
    assert done.transferred[0, 0, :, 0].tolist() == pytest.approx([0, 0.8, 0])
    assert done.left[0, 0, :, 0, 0].tolist() == pytest.approx([3.2, 0, 0])


def test_nobody_is_sent_where_the_option_is_not_offered_or_only_with_an_expansion() -> None:
    network = three_sites([10.0], [[1.0], [4.0], [9.0]], offers=(True, True, False),
                          referral=(0.7, 0.3, 0.0))  # fmt: skip
    assert longest_wait(network).transferred[0, 0, :, 0].tolist() == pytest.approx([0, 1, 0])
    opens = np.zeros((1, 1, SITES), dtype=bool)
    opens[0, 0, 1] = True
    planned = replace(network, lumps=Lumps(expansions=("later",), opens=opens))
    assert not longest_wait(planned).transferred.any()


def test_those_who_are_left_are_missing_from_the_lists_they_came_from_in_proportion() -> None:
    # Waiting: 6 and 2 at two full sites, room for 4 at the third: 3 of the 6 and 1 of the 2 go.
    backlog = [[0.0, 6.0], [0.0, 2.0], [0.0, 0.0]]
    network = three_sites([0.0], [[0.0], [0.0], [4.0]], backlog=backlog)
    done = longest_wait(network)
    assert done.left[0, 0, :, 1, 0].tolist() == pytest.approx([3, 1, 0])
    assert done.transferred.sum() == pytest.approx(4)


@pytest.mark.parametrize("factor", [0.0, 0.2, 0.5, 1.0])
def test_without_transfers_it_is_first_come(factor: float) -> None:
    network = tiny_capacity().network
    network = replace(network, capacity=factor * network.capacity)
    network = replace(network, reachable=network.referral)
    first, longest = first_come(network), longest_wait(network)
    for name in ("starts", "left", "use", "arrivals"):
        np.testing.assert_array_equal(getattr(longest, name), getattr(first, name))
    assert not longest.transferred.any()
    assert not first.transferred.any()


@pytest.mark.parametrize("factor", [0.0, 0.2, 0.5, 1.0])
def test_everybody_is_kept_and_no_site_is_over_its_capacity(factor: float) -> None:
    """F11: what came is started, waiting, moved or dead."""
    capacity = tiny_capacity()
    network = replace(capacity.network, capacity=factor * capacity.network.capacity)
    done = longest_wait(network)
    assert people_conserved(Replayed(network, {}, {}), done) < 1e-9
    allowed = np.maximum(network.capacity, network.committed)
    assert (done.use <= allowed + 1e-9).all()
    assert (done.transferred.sum() > 0) == (factor > 0)


def test_no_room_is_left_where_somebody_could_have_gone() -> None:
    chance = np.random.default_rng(7)
    for _ in range(30):
        network = three_sites(
            chance.uniform(0, 12, 4).tolist(), chance.uniform(0, 5, (SITES, 4)).tolist()
        )
        done = longest_wait(network)
        waiting = done.left.sum(axis=(0, 1, 2, 3))
        room = (network.capacity - done.use).sum(axis=(0, 1))
        assert np.minimum(waiting, room).max() < 1e-9
        # One list and one kind of room: never a shorter wait before a longer one, anywhere.
        for month in range(4):
            started = np.flatnonzero(done.starts[0, 0, :, :, month].sum(axis=0) > 1e-9)
            still = np.flatnonzero(done.left[0, 0, :, :, month].sum(axis=0) > 1e-9)
            assert not still.size or not started.size or still.max() <= started.min()


def test_the_order_of_sites_changes_nothing() -> None:
    network = three_sites([10.0, 4.0], [[1.0, 2.0], [3.5, 0.0], [4.0, 9.0]])
    order = np.array([2, 0, 1])
    turned = replace(
        network,
        sites=tuple(network.sites[h] for h in order),
        referral=network.referral[:, :, order],
        offers=network.offers[:, order],
        backlog=network.backlog[:, :, order],
        capacity=network.capacity[:, order],
        committed=network.committed[:, order],
    )
    np.testing.assert_allclose(
        longest_wait(turned).starts, longest_wait(network).starts[:, :, order], atol=1e-12
    )


def test_with_unlimited_capacity_nobody_changes_site() -> None:
    network = tiny_capacity().network
    unlimited = replace(network, capacity=np.full(network.capacity.shape, 1e9))
    done = longest_wait(unlimited)
    np.testing.assert_allclose(done.starts, nothing_scarce(network).starts, atol=1e-12)
    assert not done.transferred.any()


def test_starts_beyond_a_sites_list_without_people_elsewhere_are_found_by_the_check() -> None:
    network = three_sites([10.0], [[99.0], [99.0], [99.0]])
    done = walk(
        network, lambda _: network.referral, lambda _, q, __: own_option_starts(network, 1.5 * q)
    )
    assert people_conserved(Replayed(network, {}, {}), done) == pytest.approx(5)


def test_people_beyond_those_expected_join_the_list_and_are_counted_as_arrivals() -> None:
    network = three_sites([10.0, 0.0], [[9.0, 9.0]] * 3)
    seen = []

    def attend(month: int, expected: Floats, queue: Floats) -> Floats:
        seen.append((expected.sum(), queue.sum()))
        return expected + (1.0 if month == 0 else 0.0)

    done = walk(
        network, lambda _: network.referral, lambda _, q, __: own_option_starts(network, 0.5 * q),
        attend=attend,
    )  # fmt: skip
    assert done.at_site[0, 0, :, 0].tolist() == pytest.approx([6, 4, 3])
    assert done.arrivals[0, 0].tolist() == pytest.approx([13, 0])
    assert seen == [(pytest.approx(10), 0), (pytest.approx(0), pytest.approx(6.5))]
    assert people_conserved(Replayed(network, {}, {}), done) < 1e-12
