from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from hepaplan.model.course import Course, by_month, option_course
from hepaplan.model.pathway import Option
from hepaplan.model.quantities import Schedule
from tests.support.small import around, exponential, figure, pathway_record, schedule, share

BACKGROUND = np.full(3, -np.log(0.9))


def course(background: np.ndarray = BACKGROUND, **parts: Any) -> Course:
    record = pathway_record()["decision_point"]["listed"]["option"]["operation"] | parts
    stated = {name: part for name, part in record.items() if part is not None}
    return undrawn(option_course(Option.model_validate(stated), around(background)))


def undrawn(found: Course) -> Course:
    """Return a course without its axis of draws."""
    flat: dict[str, Any] = {
        field.name: {name: a[..., 0] for name, a in value.items()}
        if isinstance(value, dict)
        else value[..., 0]
        for field in fields(found)
        for value in [getattr(found, field.name)]
    }
    return Course(**flat)


def everywhere(found: Course) -> np.ndarray:
    total = found.cancer_death + found.other_death
    return np.asarray(total + sum(found.arrive.values(), np.zeros_like(total)))


def test_a_schedule_goes_on_with_its_last_amount_and_is_cut_to_the_months_asked() -> None:
    listed = Schedule.model_validate(schedule([8.0, 7.0, 6.0], "hours", then=2.0))
    assert by_month(listed, 5)[:, 0].tolist() == [8, 7, 6, 2, 2]
    assert by_month(listed, 2)[:, 0].tolist() == [8, 7]
    ever = Schedule.model_validate(schedule([], "hours", then=1.0))
    assert by_month(ever, 2).tolist() == [[1], [1]]


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
    assert found.cancer_death[1] == pytest.approx(leaving * 0.6)
    # Alone, the disease takes 1 - 0.9^9, a third by recurrence; 0.9 of those see the month's end.
    recurred = 0.9 * (1 - 0.9**9) / 3
    assert found.arrive["listed"][1] == pytest.approx(recurred)
    assert found.other_death[1] == pytest.approx(leaving * 0.4 - recurred)


def test_who_moves_on_lives_to_the_end_of_the_month_and_the_disease_moves_them_as_if_alone() -> (
    None
):
    """With other causes, arrivals and those still there are those without them, times escape."""
    recurrence = pathway_record()["decision_point"]["listed"]["option"]["operation"]["exits"]
    death = {"time": exponential(0.85), "to": {"cancer_death": share(1.0)}}
    hazard = np.array([0.4, 0.0, 2.0, 0.01])
    escape = np.exp(-np.cumsum(hazard))
    both = {"exits": recurrence | {"death": death}, "procedural_mortality": share(0.05)}
    alone, found = course(np.zeros(4), **both), course(hazard, **both)
    for point, flow in alone.arrive.items():
        np.testing.assert_allclose(found.arrive[point][1:], flow[1:] * escape, rtol=1e-13)
    np.testing.assert_allclose(found.alive[1:], alone.alive[1:] * escape, rtol=1e-13)
    assert (found.cancer_death[1:] <= alone.cancer_death[1:]).all()
    assert (found.other_death >= 0).all()
    assert not alone.other_death.any()  # none at all, not even by rounding


def test_deaths_are_never_below_zero_and_nobody_is_lost_at_extreme_hazards() -> None:
    chance = np.random.default_rng(8)
    for _ in range(50):
        background = 10.0 ** chance.uniform(-18, 2.5, 24) * (chance.random(24) < 0.8)
        left = float(10.0 ** -(10.0 ** chance.uniform(-12, 1)))
        to = {"listed": share(0.7), "cancer_death": share(0.3)}
        found = course(background, exits={"recurrence": {"time": exponential(left), "to": to}})
        parts = [found.cancer_death, found.other_death, *found.arrive.values()]
        assert min(part.min() for part in parts) >= 0
        staying = 0.9 * 0.95 * np.exp(-np.cumsum(background) + np.log(left) * np.arange(1, 25))
        total = np.cumsum(everywhere(found))[1:] + staying
        np.testing.assert_allclose(total, 1.0, rtol=0, atol=1e-13)


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
    # 0.1 recur, 0.9 of whom see the month's end; all who are gone by then are 0.19, as published.
    assert found.arrive["listed"][1] == pytest.approx(0.1 * 0.9)
    assert found.other_death[1] == pytest.approx(0.19 - 0.09)


def test_what_published_curves_hold_of_other_deaths_is_that_of_their_own_patients() -> None:
    """Their patients die of other causes at 0.95 a month, ours at 0.9: 0.81/0.95 recur at ours."""
    counted = exponential(0.81) | {"counts_other_deaths": True}
    exits = {"recurrence": {"time": counted, "to": {"listed": share(1.0)}}}
    option = Option.model_validate(
        pathway_record()["decision_point"]["listed"]["option"]["operation"] | {"exits": exits}
    )
    others = replace(around(BACKGROUND), published=np.full(3, -np.log(0.95)))
    found = option_course(option, others)
    np.testing.assert_allclose(
        found.alive[1:, 0], 0.9 * 0.95 * (0.9 * 0.81 / 0.95) ** np.arange(1, 4), rtol=1e-13
    )


def test_a_curve_better_than_the_life_table_has_no_excess() -> None:
    counted = exponential(0.95) | {"counts_other_deaths": True}
    exits = {"recurrence": {"to": {"listed": share(1.0)}, "time": counted}}
    found = course(exits=exits, not_performed=None, procedural_mortality=None)
    assert not found.arrive["listed"].any()
    np.testing.assert_allclose(found.other_death[1:], 0.1 * 0.9 ** np.arange(3))


@pytest.mark.parametrize("drawn", ["share", "not_performed", "residual"])
def test_those_left_and_all_who_have_gone_are_those_who_began(drawn: str) -> None:
    """Whichever figure alone is drawn, also where months have no axis of draws."""
    option = Option.model_validate(
        pathway_record()["decision_point"]["listed"]["option"]["operation"]
    )
    recurrence = option.exits["recurrence"]
    residual: np.ndarray | float = 1.0
    values = np.array([0.2, 0.5, 0.7])
    if drawn == "residual":
        residual = values
    elif drawn == "not_performed":
        assert option.not_performed is not None
        share_drawn = option.not_performed.share.drawn(values)
        left_out = option.not_performed.model_copy(update={"share": share_drawn})
        option = option.model_copy(update={"not_performed": left_out})
    else:
        first, *rest = recurrence.to
        to = {name: recurrence.to[name].drawn((1.0 - values) / len(rest)) for name in rest}
        to[first] = recurrence.to[first].drawn(values)
        exits = {"recurrence": recurrence.model_copy(update={"to": to})}
        option = option.model_copy(update={"exits": exits})
    found = option_course(option, around(BACKGROUND), residual)
    gone = np.cumsum(everywhere(found), axis=0)
    assert gone.shape == (4, 3)
    np.testing.assert_allclose(gone + found.alive, 1.0, rtol=0, atol=1e-14)
    assert np.ptp(found.arrive["listed"][1]) > 1e-3


def test_a1_every_course_sums_to_one_in_the_end() -> None:
    found = course(np.full(400, 0.2))
    assert everywhere(found).sum() == pytest.approx(1, abs=1e-12)
    assert everywhere(found).min() >= 0


def test_nothing_can_be_asked_of_months_that_do_not_end() -> None:
    for months in (1, 2):
        found = course(np.full(months, 0.1))
        assert found.cancer_death.shape == (months + 1,)
        assert all(amount.shape == (months,) for amount in found.footprint.values())
