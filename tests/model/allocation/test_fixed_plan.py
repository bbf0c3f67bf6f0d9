"""Plans that are given, put into a programme: their flows there, and what they break.

The hospital of `solved.hospital`: 15 come for a resection of 6 theatre hours and 5 bed-days, 25 for
an ablation of 2 hours of radiology and a bed-day; 100, 40 and 80 are there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.fixed_plan import first_come_in_programme, planned_point
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.written import programme
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Plan
from hepaplan.model.sites.extras import Extras
from hepaplan.model.sites.network import Network
from tests.support.expansions import two_centres, with_expansions
from tests.support.small import rules
from tests.support.solved import hospital


def on_paper(network: Network, pooled: bool = True) -> tuple[Classes, Columns, Programme]:
    classes = patient_classes(network, nothing_scarce(network), pooled)
    return (classes, *programme(network, classes, rules()))


@pytest.mark.parametrize(
    ("pooled", "words"),
    [
        (True, "the ages of those on a list have drifted from reading 1's"),
        (False, "not kept by this policy"),
    ],
)
def test_how_far_a_policy_breaks_each_rule_is_told_in_its_unit(pooled: bool, words: str) -> None:
    """All 40 start: 90 of 100 theatre hours, 50 of 40 hours of radiology, 100 of 80 bed-days."""
    network, _ = hospital(80.0)
    classes, at, rows = on_paper(network, pooled)
    table = first_come_in_programme(network, classes, at, rows, nothing_scarce(network))
    assert table["constraint"].tolist() == [name for name, _, _ in rows.blocks]
    told = table.set_index("constraint")
    capacity = told.loc["capacity"]
    assert (capacity["rows"], capacity["rows_broken"]) == (3, 2)
    assert capacity["largest_violation"] == pytest.approx(20.0)
    assert capacity["unit"] == "units of the resource"
    assert capacity["in_words"].startswith(words)
    assert told.loc["budgets", "unit"] == "GBP"
    lists = told.loc["lists"]
    assert (lists["rows"], lists["rows_broken"], lists["unit"]) == (2, 0, "people")
    assert lists["in_words"] == "kept"
    assert told.loc["substitution", "rows"] == 0
    others = told["largest_violation"].drop("capacity")
    assert (others.min(), others.max()) == (0.0, pytest.approx(0.0, abs=1e-9))


def test_a_policy_that_keeps_to_what_is_there_breaks_nothing() -> None:
    network, _ = hospital(80.0)
    classes, at, rows = on_paper(network)
    table = first_come_in_programme(network, classes, at, rows, first_come(network))
    assert set(table["in_words"]) == {"kept"}


@pytest.mark.parametrize(("over", "kept"), [(5e-7, True), (2e-6, False)])
def test_a_millionth_of_a_unit_is_no_violation(over: float, kept: bool) -> None:
    """Fifty hours of radiology are used, of next to as many."""
    network, _ = hospital(100.0)
    capacity = np.array([[[120.0]], [[50.0 - over]], [[120.0]]])
    network = replace(network, capacity=capacity)
    classes, at, rows = on_paper(network)
    table = first_come_in_programme(network, classes, at, rows, nothing_scarce(network))
    told = table.set_index("constraint").loc["capacity"]
    assert (told["in_words"] == "kept") == kept
    assert told["rows_broken"] == (0 if kept else 1)


def plan(*starts: float) -> Plan:
    return Plan(np.array(starts).reshape(2, 1, 1, 1), np.ones((2, 1, 1, 1)), pooled=True)


def test_starts_beyond_those_who_come_find_nobody() -> None:
    network, _ = hospital(80.0)
    classes, at, rows = on_paper(network)
    point, nobody = planned_point(network, classes, at, rows, plan(20.0, 10.0))
    assert nobody[:, 0, 0, 0].tolist() == [5.0, 0.0]
    for columns, people in (
        (at.starts, [15, 10]), (at.at_site, [15, 25]), (at.left, [0, 15]), (at.over, [0, 0]),
        (at.begun, [15, 10]), (at.arrivals, [15, 25]),
    ):  # fmt: skip
        assert point[columns].ravel().tolist() == pytest.approx(people), columns
    assert rows.residual(point).max() == pytest.approx(5.0)  # 85 of 80 bed-days


def test_parts_of_people_are_no_more_than_they_are() -> None:
    """Half a person comes where three quarters of a start are planned."""
    network, _ = hospital(80.0)
    network = replace(network, entries=np.array([[[0.5]], [[0.25]]]))
    classes, at, rows = on_paper(network)
    point, nobody = planned_point(network, classes, at, rows, plan(0.75, 0.125))
    assert nobody.ravel().tolist() == pytest.approx([0.25, 0.0])
    assert point[at.starts].ravel().tolist() == pytest.approx([0.5, 0.125])


def test_who_was_late_on_day_one_is_counted_beyond_the_standard() -> None:
    network, _ = hospital(80.0)
    backlog = np.zeros((2, 1, 1, 3))
    backlog[1, 0, 0, 2], backlog[0, 0, 0, 0] = 3.0, 2.0
    network = replace(network, backlog=backlog)
    classes, at, rows = on_paper(network)
    point, nobody = planned_point(network, classes, at, rows, plan(4.0, 1.0))
    assert not nobody.any()
    assert point[at.left].ravel().tolist() == pytest.approx([13.0, 27.0])
    assert point[at.over].ravel().tolist() == pytest.approx([0.0, 2.0])


def test_where_nobody_waits_everybody_starts() -> None:
    network, _ = hospital(80.0)
    waits = replace(network.waiting, waits=np.array([True, False]))
    network = replace(network, waiting=waits)
    classes, at, rows = on_paper(network)
    point, nobody = planned_point(network, classes, at, rows, plan(4.0, 1.0))
    assert point[at.starts].ravel().tolist() == pytest.approx([4.0, 25.0])
    assert not nobody.any()


def test_what_a_plan_builds_and_buys_is_in_its_point() -> None:
    """Two expansions, the second of them built; seven of nine evening hours bought."""
    network, _ = hospital(80.0)
    adds = np.zeros((2, 3, 1, 1))
    adds[0, 0], adds[1, 2] = 11.0, 30.0
    network = with_expansions(network, adds)
    extras = Extras(("evenings",), np.array([1]), np.array([0]), np.array([[9.0]]), np.ones(1))
    network = replace(network, extras=extras)
    classes, at, rows = on_paper(network)
    extra = np.array([[[0.0]], [[7.0]], [[30.0]]])
    given = replace(plan(4.0, 1.0), extra=extra, built=np.array([0.0, 1.0]))
    point, _ = planned_point(network, classes, at, rows, given)
    assert point[at.built].tolist() == [0.0, 1.0]
    assert point[at.bought].ravel().tolist() == pytest.approx([7.0])
    point, _ = planned_point(network, classes, at, rows, plan(4.0, 1.0))
    assert not point[at.built].any()
    assert not point[at.bought].any()


def test_a_service_is_open_where_anything_starts() -> None:
    """Thirty and ten a year; the second centre starts nobody, the first at least somebody."""
    network = two_centres([30.0, 10.0], [12.0, 12.0])
    classes, at, rows = on_paper(network)
    starts = np.zeros((1, 1, 2, 12))
    starts[0, 0, 0, 4] = 1.0
    referral = np.repeat(network.referral[..., None], 12, axis=-1)
    point, _ = planned_point(network, classes, at, rows, Plan(starts, referral, pooled=True))
    assert point[at.open].tolist() == [1.0, 0.0]
    assert point[at.at_site][0, 0, :, 7].tolist() == pytest.approx([30 / 12, 10 / 12])
    starts[0, 0, 0, 4], starts[0, 0, 1, 11] = 1e-7, 2e-6
    point, _ = planned_point(network, classes, at, rows, Plan(starts, referral, pooled=True))
    assert point[at.open].tolist() == [0.0, 1.0]


def test_a_service_that_may_not_close_is_no_choice() -> None:
    network = two_centres([30.0, 10.0], [12.0, 12.0], may_close=False)
    classes, at, rows = on_paper(network)
    referral = np.repeat(network.referral[..., None], 12, axis=-1)
    given = Plan(np.ones((1, 1, 2, 12)), referral, pooled=True)
    point, nobody = planned_point(network, classes, at, rows, given)
    assert point[at.arrivals].ravel().tolist() == pytest.approx([40 / 12] * 12)
    assert point[at.starts][0, 0].T.tolist() == [pytest.approx([1.0, 10 / 12])] * 12
    assert nobody.sum() == pytest.approx(2.0)
