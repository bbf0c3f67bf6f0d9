"""The share started within the standard: everybody counts once, however they leave a list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.policies import first_come
from hepaplan.model.readings import FIRST_COME
from hepaplan.model.tables.money_tables import share_within_standard
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import hand_kernels, hand_network, hand_waiting

WINDOW = 3


def test_the_share_within_the_standard_counts_all_who_came_where_people_wait() -> None:
    """Everyone by the month and the list of their first wait; who moved there waits again."""
    usual, capacity = tiny_usual(), tiny_capacity()
    done, month = capacity.replays[FIRST_COME], usual.waiting
    moved_in = np.zeros(done.arrivals.shape)
    moved_in[..., 1:] = done.moved.sum(axis=0)[..., :-1]
    assert moved_in[1].sum() > 0

    def first(k: int, g: int, waited: int, at: int) -> float:
        c, came = usual.kernels.point_of[k], at - waited
        return 1.0 if came < 0 else float(1 - moved_in[c, g, came] / done.arrivals[c, g, came])

    inside = late = gone = 0.0
    for (k, g, _, waited, at), people in np.ndenumerate(done.starts[:3, ..., :WINDOW]):
        if people:
            in_time = waited <= (2 if k == 2 else 1)
            inside += first(k, g, waited, at) * people * in_time
            late += first(k, g, waited, at) * people * (not in_time)
    for (k, g, _, waited, at), people in np.ndenumerate(done.left[:3, ..., :WINDOW]):
        if people and at < WINDOW - 1:
            c = usual.kernels.point_of[k]
            left = month.move[c, :, g].sum() + month.cancer_death[c, g] + month.other_death[c, g]
            gone += first(k, g, waited, at) * people * left
        elif people:
            late += first(k, g, waited, at) * people * (waited >= (2 if k == 2 else 1))
    found = share_within_standard(usual, capacity.network, done)
    assert found == pytest.approx(inside / (inside + late + gone), rel=1e-12)


@pytest.mark.parametrize("fate", ["waits", "dies", "moves on", "moves on and waits"])
def test_nobody_improves_the_share_by_leaving_a_list(fate: str) -> None:
    """Two people, two lists. One starts at once; whatever becomes of the other, who cannot start
    within the standard of a month, the share is one half."""
    kernels = hand_kernels(
        [("first", "operation"), ("second", "operation")],
        np.array([[[1.0], [0.0]], [[0.0], [1.0]]]),
    )
    month = hand_waiting(kernels, stay=1.0 if fate == "waits" else 0.0)
    if "moves" in fate:
        month = replace(month, cancer_death=np.zeros((2, 1)))
        month.move[0, 1], month.stay[1] = 1.0, 1.0
    network = hand_network(
        kernels, np.array([[[1.0, 0, 0]], [[1.0, 0, 0]]]),
        np.array([[[0.0, 0, 0]], [[1.0, 0 if fate.endswith("waits") else 9, 0]]]), waiting=month,
    )  # fmt: skip
    usual = replace(tiny_usual(), waiting=month)
    done = first_come(network)
    assert done.starts.sum() == (2 if fate == "moves on" else 1)
    assert share_within_standard(usual, network, done) == pytest.approx(0.5)
