"""The planning table of lists, from a replay worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepaplan.model import queueing
from hepaplan.model.policies import first_come
from tests.support.small import hand_kernels, hand_network, hand_waiting


def test_the_table_of_lists_by_hand() -> None:
    kernels = hand_kernels([("listed", "operation")], np.array([[[1.0]]]))
    network = hand_network(
        kernels,
        np.full((1, 1, 14), 30.0),
        np.full((1, 1, 14), 27.0),
        hand_waiting(kernels, standard_days=[62.0]),
    )
    table = queueing.list_planning(network, first_come(network), 14)
    assert len(table) == 1
    row = table.iloc[0]
    weeks = 12 * 30.4375 / 7
    assert row["demand_per_week"] == pytest.approx(360 / weeks)
    assert row["started_per_week"] == pytest.approx(324 / weeks)
    assert row["load"] == pytest.approx(30 / 27)
    assert row["waiting"] == pytest.approx(42)  # three more in each of 14 months
    assert row["target_waiting"] == pytest.approx(360 / weeks * 62 / 7 / 4)
    relief = 360 / weeks + (42 - row["target_waiting"]) / 26
    assert row["relief_per_week"] == pytest.approx(relief)
    # 30 of this month and 12 of the month before, who have waited a month.
    assert row["mean_wait_weeks"] == pytest.approx(12 / 42 * 30.4375 / 7)
    assert row["pressure"] == pytest.approx(2 * row["mean_wait_weeks"] / (62 / 7))


def test_no_capacity_and_no_demand_have_a_load() -> None:
    assert queueing.load(3.0, 0.0) == math.inf
    assert queueing.load(0.0, 0.0) == 0.0


def test_too_few_servers_let_everybody_wait_for_ever() -> None:
    assert queueing.erlang_c(3.0, 3) == 1.0
    assert queueing.erlang_c_mean_wait(3.0, 3) == math.inf
    assert queueing.erlang_b(2.0, 0) == 1.0
