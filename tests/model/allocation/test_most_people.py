"""Bounds on who can come and start, month by month on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.allocation.most_people import most_starts, most_who_come
from hepaplan.model.sites.extras import Extras
from hepaplan.model.sites.network import Network
from tests.support.expansions import with_expansions
from tests.support.small import hand_kernels, hand_network, hand_waiting


def one_list(months: int = 6) -> Network:
    """Return a list to which a quarter of those who start come back after two months."""
    arrive = np.zeros((1, 1, 4))
    arrive[0, 0, 2] = 0.25
    kernels = hand_kernels(
        [("listed", "operation")], np.array([[[2.0, 0.0, 0.0]]]), groups=("young", "old"),
        usual_share=np.array([[0.5, 0.8]]), arrive=arrive,
    )  # fmt: skip
    use = kernels.use.copy()
    use[0, 1, 0, 0] = 3.0
    entries = np.zeros((1, 2, 6))
    entries[0, :, :3] = [[2.0, 1.0, 0.0], [1.0, 0.0, 2.0]]
    backlog = np.zeros((1, 2, 2, 2))
    backlog[0, 0, 1, 1], backlog[0, 1, 0, 0] = 3.0, 1.0
    return hand_network(
        replace(kernels, use=use),
        entries[..., :months],
        np.full((1, 2, months), 10.0),
        backlog=backlog,
    )


def test_who_comes_comes_again_as_often_as_an_option_allows() -> None:
    """Seven at first, then one and two. A quarter of each month's come two months later, for ever:
    7, 8, 10 + 7 / 4, 10 + 8 / 4, 10 + 11.75 / 4 and 10 + 12 / 4, of whom at most 0.8 are listed."""
    came = most_who_come(one_list())
    assert came[0].tolist() == pytest.approx(
        [0.8 * people for people in (7.0, 8.0, 11.75, 12.0, 12.9375, 13.0)]
    )


def test_who_comes_back_after_the_last_month_is_not_counted_and_in_it_is() -> None:
    assert most_who_come(one_list(3))[0].tolist() == pytest.approx([5.6, 6.4, 9.4])
    assert most_who_come(one_list(2))[0].tolist() == pytest.approx([5.6, 6.4])


def test_the_option_that_sends_most_back_decides() -> None:
    """An exchange to an option from which half come back in the next month."""
    made = one_list(3)
    kernels = made.kernels
    arrive = np.zeros((2, 2, 1, 4))
    arrive[0, ..., 2], arrive[1, ..., 1] = 0.25, 0.5
    options = (("listed", "operation"), ("listed", "other"))
    both = hand_kernels(
        options, np.ones((2, 1, 3)), groups=("young", "old"),
        usual_share=np.array([[0.5, 0.8], [0.5, 0.2]]),
    )  # fmt: skip
    network = hand_network(
        replace(both, arrive=arrive), made.entries, np.full((1, 2, 3), 10.0),
        backlog=np.concatenate((made.backlog, made.backlog * 0.0)), exchange=[(0, 1, 0.5)],
    )  # fmt: skip
    came = most_who_come(network)
    assert kernels.months == 3
    assert came[0].tolist() == pytest.approx([0.8 * p for p in (7.0, 11.5, 15.75)])
    assert came[1].tolist() == pytest.approx([0.5 * p for p in (7.0, 11.5, 15.75)])


def test_who_waits_for_ever_moves_on_as_often_as_not_staying_allows() -> None:
    """Half leave the first list each month, 0.1 to the second: of all who come 0.2 in the end."""
    kernels = hand_kernels([("first", "one"), ("second", "other")], np.ones((2, 1, 2)))
    waiting = hand_waiting(kernels, stay=1.0)
    move, stay = np.zeros((2, 2, 1)), np.array([[0.5], [1.0]])
    move[0, 1] = 0.1
    waiting = replace(waiting, move=move, stay=stay)
    entries = np.zeros((2, 1, 3))
    entries[0, 0] = 10.0, 0.0, 5.0
    entries[1, 0, 1] = 1.0
    network = hand_network(kernels, entries, np.ones((1, 1, 3)), waiting)
    assert most_who_come(network).tolist() == [
        pytest.approx([10.0, 10.0, 15.0]),
        pytest.approx([0.0, 3.0, 3.0]),
    ]


def test_starts_are_no_more_than_come_and_than_the_lightest_of_them_fit() -> None:
    """Ten hours at two each are five starts, three that are left 1.5; in the second month four
    hours may be bought at the second site, and two built there."""
    network = one_list(2)
    assert most_starts(network)[0].tolist() == [[5.0, 5.0], [5.0, 5.0]]
    scarce = replace(network, committed=np.full((1, 2, 2), 7.0))
    assert most_starts(scarce)[0].tolist() == [[1.5, 1.5], [1.5, 1.5]]
    bought = Extras(("evenings",), np.array([0]), np.array([1]), np.array([[0.0, 4.0]]), np.ones(1))
    extra = replace(scarce, extras=bought)
    assert most_starts(extra)[0].tolist() == [[1.5, 1.5], [1.5, 3.5]]
    adds = np.zeros((2, 1, 2, 2))
    adds[:, 0, 1, 1] = 0.5, 1.5
    assert most_starts(with_expansions(extra, adds))[0].tolist() == [[1.5, 1.5], [1.5, 4.5]]
    light = replace(network.kernels, use=network.kernels.use / 4.0)
    few = replace(network, kernels=light, capacity=np.full((1, 2, 2), 1.5))
    assert most_starts(few)[0].tolist() == [[3.0, 3.0], [3.0, 3.0]]
    wide = replace(network, capacity=np.full((1, 2, 2), 99.0))
    assert most_starts(wide)[0].tolist() == pytest.approx(np.array([[5.6, 6.4]] * 2))


def test_what_uses_nothing_is_bounded_by_people_alone() -> None:
    network = one_list(2)
    idle = replace(network.kernels, use=np.zeros_like(network.kernels.use))
    network = replace(network, kernels=idle, capacity=np.zeros((1, 2, 2)))
    assert most_starts(network)[0].tolist() == pytest.approx(np.array([[5.6, 6.4]] * 2))
