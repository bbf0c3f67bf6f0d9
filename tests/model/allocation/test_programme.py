"""The rows themselves: reading 1 keeps them all, and they notice whoever does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.allocation import constraints, objectives
from hepaplan.model.allocation.classes import Classes, patient_classes, settled_points
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.allocation.read_back import programme_point
from hepaplan.model.allocation.rows import Programme, Rows, assemble
from hepaplan.model.allocation.written import programme
from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from tests.support.naive_programme import best_plan
from tests.support.scenarios import (
    tiny_capacity,
    tiny_pathway,
    tiny_usual,
    tiny_with,
    with_pathway,
    with_table,
)
from tests.support.small import hand_kernels, hand_network, hand_waiting, rules

Floats = npt.NDArray[np.float64]
BLOCKS = [
    "arrivals",
    "begun",
    "referral",
    "referral_bounds",
    "lists",
    "beyond_standard",
    "capacity",
    "substitution",
]


def written(
    pooled: bool, shift: float = 0.2, network: Network | None = None
) -> tuple[Network, Classes, Columns, Programme, Replay]:
    network = network or tiny_capacity().network
    usual = nothing_scarce(network)
    classes = patient_classes(network, usual, pooled)
    at, rows = programme(network, classes, rules(shift))
    return network, classes, at, rows, usual


@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("shift", [0.0, 0.2, 1.0])
def test_reading_1_keeps_every_row_but_capacity(pooled: bool, shift: float) -> None:
    network, classes, at, rows, usual = written(pooled, shift)
    broken = rows.worst(programme_point(network, classes, at, usual))
    assert list(broken)[: len(BLOCKS)] == BLOCKS
    assert broken.pop("capacity") > 1  # scarce: reading 1 does not fit
    assert max(broken.values()) < 1e-9


@pytest.mark.parametrize("pooled", [True, False])
def test_reading_1_is_worth_arrivals_times_value(pooled: bool) -> None:
    network, classes, at, _, usual = written(pooled)
    point = programme_point(network, classes, at, usual)
    for weigh, value in (
        (objectives.health, tiny_usual().worth.qalys_discounted),
        (objectives.money, tiny_usual().worth.cost_discounted),
    ):
        objective = float(weigh(network, classes, at, value) @ point)
        # By hand: everyone who comes to a point that is not settled, and day one's lists.
        monthly, expected = value.monthly_discount, 0.0
        for month in range(network.horizon):
            for point_, group in ((0, 0), (0, 1), (1, 0), (1, 1)):
                people = network.entries[point_, group, month]
                expected += people * value.arrival[point_, group] * monthly**month
        for listed in range(4):
            for group in range(2):
                expected += network.backlog[listed, group].sum() * value.start[listed, group]
        assert objective == pytest.approx(expected, rel=1e-12)
        assert objectives.usual_worth(network, classes, value) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("months", [1, 7])
def test_the_identity_holds_whatever_the_horizon(pooled: bool, months: int) -> None:
    usual = usual_care(tiny_with(window__months=months, window__run_out_months=months - 1))
    best = scarce_capacity(usual).best
    assert best.usual_residual < 1e-9
    assert best.usual_worth_gap < 1e-12
    network = scarce_capacity(usual).network
    classes = patient_classes(network, nothing_scarce(network), pooled)
    at, rows = programme(network, classes, rules(0.2))
    broken = rows.worst(programme_point(network, classes, at, nothing_scarce(network)))
    broken.pop("capacity")
    assert max(broken.values()) < 1e-9


def test_first_come_keeps_every_row_when_groups_are_planned_for_by_themselves() -> None:
    """A replay of another policy is a point of the programme too, capacity included."""
    network, classes, at, rows, _ = written(pooled=False)
    broken = rows.worst(programme_point(network, classes, at, first_come(network)))
    assert max(broken.values()) < 1e-9


@pytest.mark.parametrize("shift", [0.0, 0.2])
@pytest.mark.parametrize("pooled", [True, False])
def test_columns_are_numbered_without_gaps(pooled: bool, shift: float) -> None:
    _, _, at, rows, _ = written(pooled, shift)
    blocks = (at.starts, at.at_site, at.left, at.over, at.begun, at.arrivals)
    numbers = np.concatenate([block[block >= 0] for block in blocks])
    assert sorted(numbers.tolist()) == list(range(at.count))
    assert rows.matrix.shape[1] == at.count


def test_nobody_waits_and_nothing_is_planned_at_settled_points() -> None:
    network, _, at, _, _ = written(pooled=True)
    assert settled_points(network).tolist() == [False, False, True]
    assert (at.arrivals[2] == -1).all()
    for block in (at.starts, at.at_site, at.left, at.over):
        assert (block[3] == -1).all()


def test_sites_that_do_not_offer_an_option_have_no_columns_for_it() -> None:
    _, _, at, _, _ = written(pooled=True)
    assert (at.starts[0, :, 1] == -1).all()  # no resection at Riverside
    assert (at.starts[5, :, 1] == -1).all()  # nor in exchange for an ablation
    assert (at.starts[1, :, 1] >= 0).all()


@pytest.mark.parametrize("pooled", [True, False])
def test_a_point_without_waiting_from_which_people_move_on_is_planned_for(pooled: bool) -> None:
    record = tiny_pathway()
    inoperable = record["decision_point"]["inoperable"]
    del inoperable["waiting"], inoperable["standard"]
    inoperable["option"]["chemotherapy"]["footprint"] = {}
    scenario = with_pathway(tiny_usual().scenario, record)
    nobody = scenario.tables.backlog.query("decision_point == 'operable'")
    usual = usual_care(with_table(scenario, backlog=nobody))
    network = scarce_capacity(usual).network
    assert settled_points(network).tolist() == [False, False, True]
    _, classes, at, rows, one = written(pooled, 0.2, network)
    assert (at.starts[2] >= 0).any()
    assert (at.left[2] == -1).all()
    broken = rows.worst(programme_point(network, classes, at, one))
    broken.pop("capacity")
    assert max(broken.values()) < 1e-9
    if not pooled:
        found = most_health(network, rules(0.2, False), usual.worth, one)
        value = usual.worth.qalys_discounted
        settled = sum(
            network.entries[2, g, t] * value.arrival[2, g] * value.monthly_discount**t
            for g in (0, 1)
            for t in range(network.horizon)
        )
        other = best_plan(network, usual.worth, 0.2)
        assert found.qalys == pytest.approx(other.qalys - settled, abs=1e-6)


@pytest.mark.parametrize("block", ["arrivals", "begun", "referral", "lists"])
def test_one_person_too_many_breaks_the_balance_of(block: str) -> None:
    network, classes, at, rows, usual = written(pooled=False)
    column = {"arrivals": at.arrivals, "begun": at.begun, "referral": at.at_site, "lists": at.left}
    point = programme_point(network, classes, at, usual)
    point[column[block][1, 0, ..., 1].ravel()[0]] += 1.0
    assert rows.worst(point)[block] == pytest.approx(1.0, abs=0.2)


def test_inequalities_are_broken_by_too_much_and_by_too_little() -> None:
    network, classes, at, rows, usual = written(pooled=False)
    point = programme_point(network, classes, at, first_come(network))
    more = point.copy()
    more[at.starts[0, 0, 0, 0]] += 10.0
    assert rows.worst(more)["capacity"] > 1000
    exchanged = point.copy()
    exchanged[at.starts[4, 0, 0, 0]] += 50.0
    assert rows.worst(exchanged)["substitution"] > 20
    late = programme_point(network, classes, at, usual)
    late[at.left[2, 0, 0, 2]] += 3.0
    assert rows.worst(late)["beyond_standard"] > 2  # fewer than one of them came within it
    moved = point.copy()
    moved[at.at_site[2, 0, 0, 0]] += 1.0
    assert rows.worst(moved)["referral_bounds"] > 0.5


def test_bounds_of_referral_as_worked_on_paper() -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(
        kernels,
        np.array([[[10.0]]]),
        np.full((1, 3, 1), 99.0),
        referral=np.array([[[0.7, 0.25, 0.05]]]),
    )
    _, _classes, at, rows, _ = written(False, 0.1, network)

    def broken(*shares: float) -> float:
        point = np.zeros(at.count)
        point[at.arrivals[0, 0, 0]] = 10
        point[at.at_site[0, 0, :, 0]] = 10 * np.array(shares)
        return rows.worst(point)["referral_bounds"]

    assert broken(0.8, 0.15, 0.05) == pytest.approx(0, abs=1e-12)
    assert broken(0.6, 0.35, 0.05) == pytest.approx(0, abs=1e-12)
    assert broken(0.85, 0.15, 0.0) == pytest.approx(0.5)
    assert broken(0.75, 0.05, 0.2) == pytest.approx(1.0)


def test_beyond_the_standard_as_worked_on_paper() -> None:
    """Standard of two months; 0.8 stay. Of 10, 5, 0 and a backlog of 4, nobody starts."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(
        kernels,
        np.array([[[10.0, 5.0, 0.0]]]),
        np.zeros((1, 1, 3)),
        waiting=hand_waiting(kernels, 0.8, [62.0]),
        backlog=np.array([[[[0.0, 4.0]]]]),
    )
    _, classes, at, rows, _ = written(False, 0.2, network)
    done = first_come(network)
    assert done.left[0, 0, 0].sum(axis=0) == pytest.approx([14, 16.2, 12.96])
    point = programme_point(network, classes, at, done)
    # Day one's 4 have waited 1 month: beyond 2 at the end of February. January's 10 in March.
    assert point[at.over[0, 0, 0]] == pytest.approx([0, 3.2, 0.64 * 4 + 6.4])
    assert rows.worst(point)["beyond_standard"] < 1e-12
    point[at.over[0, 0, 0, 2]] -= 0.1
    assert rows.worst(point)["beyond_standard"] == pytest.approx(0.1)


def test_a_pathway_without_exchange_and_one_that_uses_nothing_have_empty_blocks() -> None:
    record = tiny_pathway()
    del record["decision_point"]["operable"]["interchangeable"]
    for point in record["decision_point"].values():
        for option in point["option"].values():
            option["footprint"] = {}
            option.pop("complications", None)
    usual = usual_care(with_pathway(tiny_usual().scenario, record))
    capacity = scarce_capacity(usual)
    assert capacity.best.status == "optimal"
    assert capacity.best.residuals["substitution"] == capacity.best.residuals["capacity"] == 0
    assert capacity.replays["most health"].left.max() < 1e-6


def test_assembled_rows_add_up_doubled_coefficients_and_drop_missing_columns() -> None:
    rows = Rows.at_most("made", np.array([5.0, 7.0]))
    rows.add(np.array([0, 0, 1]), np.array([1, 1, -1]), np.array([2.0, 3.0, 9.0]))
    rows.add(np.array(0), np.array([0]), 4.0)
    assembled = assemble([rows, Rows.equal("none", np.zeros(0))], 2)
    assert assembled.matrix.toarray().tolist() == [[4, 5]]  # the row without terms is left out
    assert assembled.blocks == (("made", 0, 1), ("none", 1, 1))
    assert assembled.residual(np.array([1.0, 1.0])).tolist() == [4]
    assert assembled.worst(np.array([0.0, 1.0])) == {"made": 0, "none": 0}


@pytest.mark.parametrize("pooled", [True, False])
def test_class_mixes_sum_to_one(pooled: bool) -> None:
    _, classes, _, _, _ = written(pooled)
    assert classes.count == (1 if pooled else 2)
    mixes = (classes.overall, classes.at_point, classes.arriving, classes.waiting)
    for mix in (classes.on_list, *mixes):
        np.testing.assert_allclose(mix.sum(axis=2), 1, rtol=1e-12)


def test_what_is_free_is_the_right_side_of_capacity() -> None:
    network, classes, at, _, _ = written(True)
    crowded = replace(network, committed=network.capacity * 2)
    assert not constraints.capacity(crowded, classes, at).upper.any()
    free = constraints.capacity(network, classes, at).upper
    np.testing.assert_allclose(free, (network.capacity - network.committed).ravel())
