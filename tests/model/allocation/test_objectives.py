"""What each aim counts, column by column, as on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.allocation import objectives
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.written import programme
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.extras import Extras
from hepaplan.model.sites.network import Network
from tests.support.expansions import two_centres, with_expansions
from tests.support.small import hand_kernels, hand_network, hand_values, rules

Floats = npt.NDArray[np.float64]
RATE = 0.01


def network() -> Network:
    """Return two groups, three young to one old, two sites and three months, with choices."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), groups=("young", "old"))
    made = hand_network(
        kernels, np.repeat(np.array([[[3.0], [1.0]]]), 3, axis=2), np.full((1, 2, 3), 50.0),
        travel=np.array([[10.0, 50.0], [30.0, 70.0]]),
    )  # fmt: skip
    extras = Extras(
        ("evenings", "outside"), np.array([0, 0]), np.array([0, 1]),
        np.array([[5.0, 0.0, 5.0], [2.0, 2.0, 2.0]]), np.array([7.0, 11.0]),
    )  # fmt: skip
    adds = np.ones((2, 1, 2, 3))
    cost = np.array([[100.0, 10.0, 0.0], [0.0, 0.0, 60.0]])
    return replace(with_expansions(made, adds, cost), extras=extras)


def columns_of(made: Network, pooled: bool = True) -> Columns:
    classes = patient_classes(made, nothing_scarce(made), pooled)
    return programme(made, classes, rules())[0]


def test_money_is_spent_in_the_middle_of_the_month_in_which_it_is_due() -> None:
    made = network()
    classes = patient_classes(made, nothing_scarce(made), pooled=True)
    at = columns_of(made)
    cost = hand_values(made.kernels, [400.0], monthly_rate=RATE).qalys_discounted
    spent = objectives.money(made, classes, at, cost)
    first, second, third = ((1 + RATE) ** -(month + 0.5) for month in range(3))
    assert at.bought[0].tolist()[1] == -1
    assert spent[at.bought[0, [0, 2]]].tolist() == pytest.approx([7 * first, 7 * third])
    assert spent[at.bought[1]].tolist() == pytest.approx([11 * first, 11 * second, 11 * third])
    assert spent[at.built].tolist() == pytest.approx([100 * first + 10 * second, 60 * third])
    starts = spent[at.starts[0, 0, 1]]
    assert starts.tolist() == pytest.approx([400.0 * (1 + RATE) ** -month for month in range(3)])


def test_health_is_that_of_starts_alone() -> None:
    made = network()
    classes = patient_classes(made, nothing_scarce(made), pooled=True)
    at = columns_of(made)
    value = hand_values(made.kernels, [2.0], monthly_rate=RATE).qalys_discounted
    weights = objectives.health(made, classes, at, value)
    assert (
        weights[at.starts[0, 0]].tolist() == [pytest.approx([2.0, 2.0 / 1.01, 2.0 / 1.01**2])] * 2
    )
    assert not weights[at.built].any()
    assert not weights[at.at_site].any()


@pytest.mark.parametrize(
    ("pooled", "minutes"), [(True, [[15.0, 55.0]]), (False, [[10.0, 50.0], [30.0, 70.0]])]
)
def test_travel_is_that_of_who_come(pooled: bool, minutes: list[list[float]]) -> None:
    made = network()
    classes = patient_classes(made, nothing_scarce(made), pooled)
    at = columns_of(made, pooled)
    weights = objectives.travel(made, classes, at)
    for month in range(3):
        assert weights[at.at_site[0, :, :, month]].tolist() == [pytest.approx(m) for m in minutes]
    assert weights.sum() == pytest.approx(3 * np.sum(minutes))


def test_who_is_left_and_who_is_late_count_one_each() -> None:
    at = columns_of(network())
    for weights, counted in (
        (objectives.waiting(at), at.left), (objectives.beyond_standard(at), at.over),
    ):  # fmt: skip
        assert np.flatnonzero(weights).tolist() == counted.ravel().tolist()
        assert set(weights[counted].ravel().tolist()) == {1.0}


def test_nothing_is_built_and_nothing_closed_without_a_gain() -> None:
    at = columns_of(network())
    assert objectives.as_it_is(at)[at.built].tolist() == [1.0, 1.0]
    assert objectives.as_it_is(at).sum() == 2.0
    at = columns_of(two_centres([30.0, 10.0], [12.0, 12.0]))
    assert objectives.as_it_is(at)[at.open].tolist() == [-1.0, -1.0]
    assert objectives.as_it_is(at).sum() == -2.0


def test_reading_1_is_worth_what_entries_and_the_backlog_are() -> None:
    """Four a month and five on day one, each worth 2 when they start."""
    made = network()
    backlog = np.zeros((1, 2, 2, 2))
    backlog[0, 0, 1, 1], backlog[0, 1, 0, 0] = 4.0, 1.0
    made = replace(made, backlog=backlog)
    classes = patient_classes(made, nothing_scarce(made), pooled=True)
    value = hand_values(made.kernels, [2.0], monthly_rate=RATE).qalys_discounted
    worth = objectives.usual_worth(made, classes, value)
    assert worth == pytest.approx(2 * 5 + 8 * (1 + 1 / 1.01 + 1 / 1.01**2))
    settled = replace(classes, settled=np.array([True]))
    assert objectives.usual_worth(made, settled, value) == pytest.approx(10.0)
