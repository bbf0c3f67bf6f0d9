from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepaplan.model.course import Course, by_month, option_course
from hepaplan.model.pathway import Option
from hepaplan.model.quantities import Schedule
from tests.support.small import exponential, figure, pathway_record, schedule, share

BACKGROUND = np.full(3, -np.log(0.9))


def course(background: np.ndarray = BACKGROUND, **parts: Any) -> Course:
    record = pathway_record()["decision_point"]["listed"]["option"]["operation"] | parts
    stated = {name: part for name, part in record.items() if part is not None}
    return option_course(Option.model_validate(stated), "all", background)


def everywhere(found: Course) -> np.ndarray:
    total = found.cancer_death + found.other_death
    return np.asarray(total + sum(found.arrive.values(), np.zeros_like(total)))


def test_a_schedule_goes_on_with_its_last_amount_and_is_cut_to_the_months_asked() -> None:
    listed = Schedule.model_validate(schedule([8.0, 7.0, 6.0], "hours", then=2.0))
    assert by_month(listed, 5).tolist() == [8, 7, 6, 2, 2]
    assert by_month(listed, 2).tolist() == [8, 7]
    assert by_month(Schedule.model_validate(schedule([], "hours", then=1.0)), 2).tolist() == [1, 1]


def test_procedural_deaths_come_first_and_only_to_those_performed() -> None:
    found = course(not_performed=None, exits={}, procedural_mortality=share(0.05))
    np.testing.assert_allclose(found.cancer_death, [0, 0.05, 0, 0])
    np.testing.assert_allclose(found.other_death[1:], 0.95 * 0.1 * 0.9 ** np.arange(3))


def test_two_exits_share_a_month_in_proportion_to_their_hazards() -> None:
    exits = {
        "recurrence": {"time": exponential(0.9**3), "to": {"listed": share(1.0)}},
        "death": {"time": exponential(0.9**6), "to": {"cancer_death": share(1.0)}},
    }
    found = course(exits=exits, not_performed=None, procedural_mortality=None)
    leaving = 1 - 0.9**10  # hazards 1 : 3 : 6 for other causes, recurrence and cancer
    assert found.other_death[1] == pytest.approx(leaving * 0.1)
    assert found.arrive["listed"][1] == pytest.approx(leaving * 0.3)
    assert found.cancer_death[1] == pytest.approx(leaving * 0.6)


def test_a10_a_hazard_ratio_multiplies_the_hazard_of_its_exit_alone() -> None:
    exits = pathway_record()["decision_point"]["listed"]["option"]["operation"]["exits"]
    twice = {"recurrence": exits["recurrence"] | {"hazard_ratio": figure(2.0, "hazard ratio")}}
    slower = {"recurrence": exits["recurrence"] | {"time": exponential(0.81**2)}}
    for name, flow in course(exits=twice).arrive.items():
        np.testing.assert_allclose(flow, course(exits=slower).arrive[name], rtol=1e-13)
    np.testing.assert_allclose(
        course(exits=twice).other_death, course(exits=slower).other_death, rtol=1e-13
    )


def test_a16_a_higher_hazard_ratio_means_more_recurrence() -> None:
    exits = pathway_record()["decision_point"]["listed"]["option"]["operation"]["exits"]
    seen = []
    for ratio in (0.5, 1.0, 1.2):
        stated = exits["recurrence"] | {"hazard_ratio": figure(ratio, "hazard ratio")}
        seen.append(course(exits={"recurrence": stated}).arrive["listed"].sum())
    assert seen[0] < seen[1] < seen[2]


def test_complications_are_expected_amounts_of_those_performed() -> None:
    harms = {
        "leak": {
            "probability": share(0.2),
            "cost": figure(300.0, "GBP"),
            "qaly_loss": figure(0.02, "QALY"),
            "footprint": {"ward": figure(3.0, "resource units")},
        },
        "bleed": {
            "probability": share(0.1),
            "cost": figure(500.0, "GBP"),
            "qaly_loss": figure(0.05, "QALY"),
            "footprint": {"ward": figure(2.0, "resource units")},
        },
    }
    found = course(complications=harms)
    assert found.complication_use == {"ward": pytest.approx(0.9 * (0.2 * 3 + 0.1 * 2))}
    assert found.complication_cost == pytest.approx(0.9 * (0.2 * 300 + 0.1 * 500))
    assert found.complication_qalys == pytest.approx(0.9 * (0.2 * 0.02 + 0.1 * 0.05))


def test_a_cured_share_stays_for_ever() -> None:
    cured = {
        "family": "exponential",
        "points": [{"month": 1, "survival": 0.7}],
        "cure_share": share(0.4),
        "unit": "months",
        "source": "paper",
        "quality": "illustrative",
    }
    exits = {"recurrence": {"time": cured, "to": {"settled": share(1.0)}}}
    found = course(np.zeros(200), exits=exits, not_performed=None, procedural_mortality=None)
    # 0.6 are not cured, of whom half recur in the first month: 0.4 + 0.6 x 0.5 = 0.7.
    assert found.arrive["settled"][1:4] == pytest.approx([0.3, 0.15, 0.075])
    assert 1 - found.arrive["settled"].sum() == pytest.approx(0.4, abs=1e-12)


def test_a_curve_that_counts_other_deaths_gives_only_its_excess_over_the_life_table() -> None:
    """Disease-free survival of 0.81 a month with 0.9 escaping other causes: 0.9 for recurrence."""
    recurrence = {"to": {"listed": share(1.0)}}
    counted = exponential(0.81) | {"counts_other_deaths": True}
    found = course(exits={"recurrence": recurrence | {"time": counted}}, not_performed=None,
                   procedural_mortality=None)  # fmt: skip
    alone = course(exits={"recurrence": recurrence | {"time": exponential(0.9)}},
                   not_performed=None, procedural_mortality=None)  # fmt: skip
    np.testing.assert_allclose(found.arrive["listed"], alone.arrive["listed"], rtol=1e-12)
    # Everyone leaves as fast as the published curve says, half of them to each.
    assert found.arrive["listed"][1] == pytest.approx(0.19 / 2)
    assert found.other_death[1] == pytest.approx(0.19 / 2)


def test_a_curve_better_than_the_life_table_has_no_excess() -> None:
    counted = exponential(0.95) | {"counts_other_deaths": True}
    exits = {"recurrence": {"to": {"listed": share(1.0)}, "time": counted}}
    found = course(exits=exits, not_performed=None, procedural_mortality=None)
    assert not found.arrive["listed"].any()
    np.testing.assert_allclose(found.other_death[1:], 0.1 * 0.9 ** np.arange(3))


def test_a1_every_course_sums_to_one_in_the_end() -> None:
    found = course(np.full(400, 0.2))
    assert everywhere(found).sum() == pytest.approx(1, abs=1e-12)
    assert everywhere(found).min() >= 0


def test_nothing_can_be_asked_of_months_that_do_not_end() -> None:
    for months in (1, 2):
        found = course(np.full(months, 0.1))
        assert found.cancer_death.shape == (months + 1,)
        assert all(amount.shape == (months,) for amount in found.footprint.values())
