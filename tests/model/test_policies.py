from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from hepaplan.model.sites.sharing import share_what_fits
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import hand_kernels, hand_network, hand_waiting

Floats = npt.NDArray[np.float64]


def test_what_fits_is_shared_equally_until_something_runs_out() -> None:
    # Two claims of 6 and 4 on a resource of 5: half of each.
    need, free = np.array([[[6.0]], [[4.0]]]), np.array([[5.0]])
    assert share_what_fits(need, free).tolist() == pytest.approx([0.5, 0.5])


def test_a_claim_that_needs_nothing_scarce_goes_on_to_the_end() -> None:
    # Claims: 6 theatre; 4 theatre and 10 ward; 5 ward. Theatre 5, ward 100.
    need = np.array([[[6.0], [0.0]], [[4.0], [10.0]], [[0.0], [5.0]]])
    assert share_what_fits(need, np.array([[5.0], [100.0]])).tolist() == pytest.approx(
        [0.5, 0.5, 1.0]
    )


def test_what_one_resource_stops_leaves_more_of_the_other() -> None:
    # Theatre 2 is gone at a fifth of both; ward 10 then goes to the third claim alone:
    # 0.2 x 10 + x x 20 = 10 gives 0.4.
    need = np.array([[[6.0], [0.0]], [[4.0], [10.0]], [[0.0], [20.0]]])
    assert share_what_fits(need, np.array([[2.0], [10.0]])).tolist() == pytest.approx(
        [0.2, 0.2, 0.4]
    )


def test_the_tightest_month_of_a_footprint_decides() -> None:
    need, free = np.array([[[2.0, 8.0, 1.0]]]), np.array([[2.0, 2.0, 2.0]])
    assert share_what_fits(need, free).tolist() == pytest.approx([0.25])


def test_zero_capacity_gives_nothing_to_those_who_need_it() -> None:
    need = np.array([[[1.0]], [[0.0]]])
    assert share_what_fits(need, np.array([[0.0]])).tolist() == [0.0, 1.0]
    assert share_what_fits(np.zeros((0, 1, 1)), np.ones((1, 1))).size == 0


def test_sharing_uses_no_more_than_there_is_and_leaves_no_claim_that_could_grow() -> None:
    chance = np.random.default_rng(9)
    for _ in range(100):
        claims, resources, months = chance.integers(1, 6, 3)
        need = chance.uniform(0, 5, (claims, resources, months))
        need *= chance.random(need.shape) < 0.6
        free = chance.uniform(0, 8, (resources, months)) * (
            chance.random((resources, months)) < 0.9
        )
        share = share_what_fits(need, free)
        used = np.einsum("j,jrd->rd", share, need)
        assert (used <= free + 1e-9).all()
        assert ((share >= 0) & (share <= 1)).all()
        full = used >= free - 1e-9
        for claim in np.flatnonzero(share < 1 - 1e-9):
            assert (full & (need[claim] > 1e-9)).any()


TWO_LISTS = [("soon", "a"), ("late", "b")]


def two_lists(
    entries: Floats,
    capacity: list[float],
    use: Floats | None = None,
    backlog: Floats | None = None,
    days: tuple[float, float] = (31.0, 62.0),
) -> Network:
    """Return two lists that share one resource at one site: standards of one and two months."""
    kernels = hand_kernels(TWO_LISTS, np.ones((2, 1, 1)) if use is None else use)
    return hand_network(
        kernels,
        entries[:, None],
        np.array([[capacity]]),
        waiting=hand_waiting(kernels, standard_days=days),
        backlog=None if backlog is None else backlog[:, None, None],
    )


def by_list(done: Replay) -> list[list[float]]:
    """Return starts by list and month."""
    return [[float(x) for x in row] for row in done.starts.sum(axis=(1, 2, 3))]


def test_two_lists_that_share_a_resource_the_longest_relative_wait_goes_first() -> None:
    # A month against a standard of 31 days is later than a month against 62, and as late as two.
    backlog = np.array([[0.0, 4.0, 0.0], [0.0, 4.0, 2.0]])
    network = two_lists(np.array([[3.0], [3.0]]), [5.0], backlog=backlog)
    done = first_come(network)
    # `late` at two months and `soon` at one month are equally late: 5 of their 6, in proportion.
    assert done.starts[0, 0, 0, :3, 0].tolist() == pytest.approx([0, 4 * 5 / 6, 0])
    assert done.starts[1, 0, 0, :3, 0].tolist() == pytest.approx([0, 0, 2 * 5 / 6])


def test_then_the_next_longest_until_nothing_is_left() -> None:
    backlog = np.array([[0.0, 4.0, 0.0], [0.0, 4.0, 2.0]])
    network = two_lists(np.array([[3.0], [3.0]]), [11.5], backlog=backlog)
    done = first_come(network)
    # 6 are most late, then 4 of `late` at one month; 1.5 are left for 6 newcomers, a quarter each.
    assert done.starts[0, 0, 0, :3, 0].tolist() == pytest.approx([0.75, 4, 0])
    assert done.starts[1, 0, 0, :3, 0].tolist() == pytest.approx([0.75, 4, 2])


def test_by_hand_over_three_months() -> None:
    network = two_lists(np.array([[4.0, 0, 0], [2.0, 0, 0]]), [3.0, 2.0, 9.0])
    done = first_come(network)
    # January: all new, half of each. February: `soon` has waited longer for its standard.
    assert by_list(done) == [
        pytest.approx([2, 2, 0]),
        pytest.approx([1, 0, 1]),
    ]
    assert done.use[0, 0].tolist() == pytest.approx([3, 2, 1])


def test_a_start_is_made_only_if_its_whole_footprint_fits() -> None:
    use = np.array([[[1.0, 1.0]], [[1.0, 0.0]]])
    network = two_lists(np.array([[4.0, 0], [4.0, 0]]), [8.0, 1.0], use=use)
    done = first_come(network)
    # `soon` also takes February, which has room for one of the four.
    assert by_list(done) == [pytest.approx([1, 0]), pytest.approx([4, 0])]
    assert done.use[0, 0].tolist() == pytest.approx([5, 1])


def test_nothing_starts_that_does_not_fit_at_all() -> None:
    use = np.array([[[1.0, 1.0]], [[1.0, 0.0]]])
    network = two_lists(np.array([[4.0, 0], [4.0, 0]]), [8.0, 0.0], use=use)
    assert by_list(first_come(network)) == [pytest.approx([0, 0]), pytest.approx([4, 0])]


def test_each_site_serves_its_own_people() -> None:
    kernels = hand_kernels([("soon", "a")], np.ones((1, 1, 1)))
    network = hand_network(
        kernels,
        np.array([[[10.0]]]),
        np.array([[[9.0], [1.0]]]),
        referral=np.array([[[0.4, 0.6]]]),
    )
    done = first_come(network)
    assert done.starts.sum(axis=(0, 1, 3, 4)).tolist() == pytest.approx([4, 1])


def test_f1_all_capacity_zero_nobody_starts_and_everybody_waits() -> None:
    network = tiny_capacity().network
    nothing = replace(network, capacity=np.zeros(network.capacity.shape))
    done = first_come(nothing)
    waits = network.waiting.waits[network.kernels.point_of]
    assert not done.starts[:4][waits].any()
    assert done.left[waits].sum() > 0
    # Who moves to supportive care, for which nobody waits, starts there.
    assert done.starts[3].sum() > 0


def test_f2_with_unlimited_capacity_first_come_is_nothing_scarce() -> None:
    network = tiny_capacity().network
    unlimited = replace(network, capacity=np.full(network.capacity.shape, 1e9))
    np.testing.assert_allclose(
        first_come(unlimited).starts, nothing_scarce(network).starts, atol=1e-12
    )


def test_f3_double_capacity_and_demand_doubles_what_is_done() -> None:
    network = tiny_capacity().network
    double = replace(
        network,
        entries=2 * network.entries,
        backlog=2 * network.backlog,
        capacity=2 * network.capacity,
        committed=2 * network.committed,
    )
    np.testing.assert_allclose(first_come(double).starts, 2 * first_come(network).starts, atol=1e-9)


def test_nothing_scarce_equals_the_cohort_engine() -> None:
    usual, network = tiny_usual(), tiny_capacity().network
    engine = usual.flow.starts[..., usual.before :].sum(axis=1)
    found = nothing_scarce(network)
    np.testing.assert_allclose(found.starts[:4].sum(axis=(2, 3)), engine, atol=1e-9)
    assert found.left.max() == 0


def test_g6_the_share_within_a_month_falls_with_capacity_and_is_one_without_limit() -> None:
    network = tiny_capacity().network
    seen = []
    for factor in (1e6, 1.0, 0.5, 0.2):
        done = first_come(replace(network, capacity=network.capacity * factor))
        waits = network.waiting.waits[network.kernels.point_of]
        on_time = done.starts[:4][waits][:, :, :, 0].sum()
        seen.append(on_time / (done.starts[:4][waits].sum() + done.left[waits][..., -1].sum()))
    # One person of day one's backlog has waited a month already.
    assert seen[0] == pytest.approx(1 - 0.2 / nothing_scarce(network).starts[:3].sum())
    assert seen == sorted(seen, reverse=True)


def test_use_never_exceeds_capacity_or_what_was_committed() -> None:
    network = tiny_capacity().network
    for factor in (0.0, 0.3, 1.0):
        done = first_come(replace(network, capacity=network.capacity * factor))
        allowed = np.maximum(network.capacity * factor, network.committed)
        assert (done.use <= allowed + 1e-9).all()
