"""Verification G: waiting lists.

One test a row, its expected result stated before the run. Rows G1 to G5 are the worked examples of
Fong et al., medRxiv 2022, 10.1101/2022.08.23.22279117, as in the R package NHSRwaitinglist (WL).
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hepaplan.model import queueing
from hepaplan.model.chance.headroom import Target, share_within
from hepaplan.model.chance.simulate import simulate
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network, hand_waiting


def one_list(entries: float, capacity: float, months: int, stay: float = 1.0) -> Network:
    """Return one list with a standard of 31 days, each start taking one unit."""
    kernels = hand_kernels([("listed", "operation")], np.array([[[1.0]]]))
    return hand_network(
        kernels,
        np.full((1, 1, months), entries),
        np.full((1, 1, months), capacity),
        hand_waiting(kernels, stay, standard_days=[31.0]),
    )


def test_g1_load() -> None:
    """Expected: 30 / 27 = 1.1111, above 1: the list grows."""
    assert queueing.load(30.0, 27.0) == pytest.approx(1.1111, abs=5e-5)
    assert queueing.load(30.0, 27.0) > 1.0


def test_g2_target_queue_and_mean_wait() -> None:
    """Expected: demand 30, target 52 weeks: mean wait 13, queue 390; with factor 6: 8.667."""
    assert queueing.target_mean_wait(52.0) == 13.0
    assert queueing.target_queue(30.0, 52.0) == 390.0
    assert queueing.target_mean_wait(52.0, factor=6.0) == pytest.approx(8.667, abs=5e-4)


def test_g3_relief_capacity() -> None:
    """Expected: demand 30, queue 1,200, target 390, 26 weeks: 61.1538 a week."""
    assert queueing.relief_capacity(30.0, 1200.0, 390.0, 26.0) == pytest.approx(61.1538, abs=5e-5)


@pytest.mark.parametrize(
    ("demand", "factor", "expected"),
    [(30.0, 1.0, 30.0192), (30.0, 6.58, 30.1265), (4.0, 4.0, 4.0769)],
)
def test_g4_target_capacity(demand: float, factor: float, expected: float) -> None:
    """Expected: demand 30, cv 1, factor 1 / 6.58: 30.0192 / 30.1265; demand 4, factor 4: 4.0769."""
    found = queueing.target_capacity(demand, 52.0, factor)
    assert found == pytest.approx(expected, abs=5e-5)
    steady = queueing.target_capacity(demand, 52.0, factor, cv_demand=0.5, cv_capacity=0.0)
    assert steady - demand == pytest.approx((found - demand) / 8.0)


def test_g5_pressure() -> None:
    """Expected: mean wait 63, target 52: 2.4231."""
    assert queueing.pressure(63.0, 52.0) == pytest.approx(2.4231, abs=5e-5)


def test_g6_less_capacity_less_within_the_standard() -> None:
    """Expected: the share within 31 days falls with capacity; 1 where capacity is unlimited."""
    shares = [
        share_within(simulate(one_list(10.0, c, 36), None, 100), Target(0, 36)).mean()
        for c in (1e6, 12.0, 10.0, 9.0, 7.0)
    ]
    assert shares[0] == 1.0
    assert all(more > less for more, less in itertools.pairwise(shares))


def test_g7_littles_law() -> None:
    """Expected: mean queue = arrival rate x mean wait, Monte Carlo, in a stable run."""
    drawn = simulate(one_list(10.0, 11.0, 360), None, 40)
    settled = slice(24, None)
    queue = drawn.left[0, settled].mean(axis=0)
    waited = drawn.months_waited[0, settled].sum(axis=0) / drawn.started[0, settled].sum(axis=0)
    gap = queue - 10.0 * waited
    assert queue.mean() > 1.0
    assert abs(gap.mean()) < 4.0 * gap.std(ddof=1) / np.sqrt(gap.size)
    assert queue.mean() == pytest.approx(10.0 * waited.mean(), rel=0.03)
