"""Use of a start in months too small for a solver: booked in another month, none lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.allocation.booked import SMALLEST_SHARE, booked_use, moved_share
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.constraints import capacity
from hepaplan.model.allocation.written import programme
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.tables.summary import about
from tests.support.naive import lumped
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import hand_kernels, hand_network, rules


def test_small_months_join_the_next_large_one_and_the_rest_the_last() -> None:
    """Of 8 in all, months below 8e-5 are small."""
    use = np.array([[0.0, 4e-5, 3e-5, 5.0, 7e-5, 3.0, 5e-5, 2e-5], [0.0] * 8])
    found = booked_use(use)
    np.testing.assert_allclose(
        found[0], [0, 0, 0, 5 + 7e-5, 0, 3 + 7e-5 + 7e-5, 0, 0], rtol=0, atol=1e-15
    )
    assert not found[1].any()
    assert moved_share(use) == pytest.approx(21e-5 / use.sum(), rel=1e-9)
    assert use[0, 1] == 4e-5


def test_what_is_large_everywhere_stays_bit_for_bit() -> None:
    use = np.array([[[0.1, 0.2, 7e-5]]])
    np.testing.assert_array_equal(booked_use(use), use)
    assert moved_share(use) == 0.0
    assert moved_share(np.zeros((2, 0, 3))) == 0.0


def test_booking_agrees_with_a_plain_loop() -> None:
    chance = np.random.default_rng(3)
    for _ in range(200):
        size = int(chance.integers(1, 40))
        use = np.where(chance.random(size) < 0.3, 0.0, 10.0 ** chance.uniform(-9, -1, size))
        found = booked_use(use[None])[0]
        expected = lumped(use.tolist(), SMALLEST_SHARE * use.sum())
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        assert found.sum() == pytest.approx(use.sum(), rel=1e-12)
        assert not ((found > 0) & (found < SMALLEST_SHARE * use.sum())).any()


def test_rows_of_capacity_book_and_everything_else_is_exact() -> None:
    """A start takes 4 hours, and a millionth of an hour a month later: too little for a row."""
    use, back = np.array([[[4.0, 1e-6, 2.0]]]), np.array([[[0.0, 1e-7, 0.3, 0.0]]])
    kernels = hand_kernels([("listed", "operation")], use, arrive=back)
    network = hand_network(kernels, np.ones((1, 1, 3)), np.full((1, 1, 3), 9.0))
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules())
    found = rows.part("capacity").toarray()[:, at.starts[0, 0, 0]]
    taken = np.array([[4, 0, 0], [0, 4, 0], [2 + 1e-6, 0, 4]])
    np.testing.assert_allclose(found, taken, rtol=1e-15)
    come = rows.part("arrivals").toarray()[:, at.begun[0, 0]]
    caused = np.array([[0, 0, 0], [1e-7, 0, 0], [0.3, 1e-7, 0]])
    np.testing.assert_allclose(come, -caused, rtol=1e-15)
    in_february = 4 * (1 + 1e-7) + 1e-6
    assert nothing_scarce(network).use[0, 0, 1] == pytest.approx(in_february, rel=1e-15)
    bare = capacity(replace(network, kernels=replace(kernels, use=0.0 * use[:, None])), classes, at)
    assert not bare.row


def test_a_run_says_how_much_is_booked_in_another_month() -> None:
    said = about(tiny_usual(), tiny_capacity()).set_index("item")["value"]
    item = "plan: use of a start that the programme books in another month (largest, share)"
    moved = moved_share(tiny_capacity().network.kernels.use)
    assert said[item] == moved
    assert 0.0 <= moved < 1e-3
