"""Bounds and spread of parameters, from what is made up to be known of their figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.calibration.parameters import (
    NoParameter,
    overlaps,
    parameter_of,
    with_numbers,
)
from hepaplan.model.calibration.request import Parameter, ParameterStated
from hepaplan.model.problems import Key, dotted
from hepaplan.model.uncertainty.moving.levers import Lever
from hepaplan.model.uncertainty.spread.distributions import Fixed, Uncertain, Uniform
from tests.support.inputs_by_hand import made_input
from tests.support.scenarios import tiny

LATE: Key = ("metastases", "late_share")  # 0.12
STAY: Key = ("pathway", "decision_point", "operable", "waiting", "stay")  # 0.9 and 0.85
COST: Key = ("pathway", "decision_point", "operable", "option", "resection", "costs", "follow_up")
UTILITY: Key = ("pathway", "decision_point", "operable", "option", "resection", "utility")
TIME: Key = (*COST[:5], "exits", "recurrence", "time")
OLD: Key = ("tables", "eligibility", "65_and_over")
FOLLOW_UP = {"month 0": 0.0, "month 1": 150.0, "then": 50.0}
SD_OF_ONE = 1 / math.sqrt(12)


def known(key: Key, point: float, drawn: Uncertain) -> list[Lever]:
    """What is known of a figure of one number that lies between 0 and 1."""
    what = made_input(key, point, drawn)
    return [Lever(what, "", what.point, what.parts, (0.0, 1.0))]


def found(key: Key, levers: Sequence[Lever] = (), **stated: Any) -> Parameter:
    asked = ParameterStated.model_validate({"key": dotted(key), **stated})
    return parameter_of(tiny(), levers, "one", key, asked)


def test_bounds_hold_999_of_a_thousand_of_what_is_known() -> None:
    """Even between 0.1 and 0.3: one in two thousand lies beyond either end."""
    one = found(LATE, known(LATE, 0.12, Uniform(0.1, 0.3)))
    assert (one.low, one.high) == pytest.approx((0.1001, 0.2999))
    assert one.sd == pytest.approx(0.2 * SD_OF_ONE)
    assert (one.before, one.numbers, one.part, one.unit) == (0.12, {"": 0.12}, "", "share")


def test_bounds_are_cut_at_what_a_figure_can_be() -> None:
    one = found(LATE, known(LATE, 0.12, Uniform(-0.5, 1.5)))
    assert (one.low, one.high) == (0.0, 1.0)


def test_a_bound_that_is_stated_goes_before_what_is_known() -> None:
    levers = known(LATE, 0.12, Uniform(0.1, 0.3))
    assert (found(LATE, levers, low=0.05).low, found(LATE, levers, low=0.05).high) == pytest.approx(
        (0.05, 0.2999)
    )
    assert found(LATE, levers, high=0.2).high == 0.2
    both = found(LATE, low=0.0, high=1.0)
    assert (both.low, both.high, both.sd) == (0.0, 1.0, None)


@pytest.mark.parametrize(
    ("stated", "field", "said"),
    [
        ({"low": 0.1}, "high", "is missing: the figure has no distribution to take bounds from"),
        ({"high": 0.1}, "low", "is missing: the figure has no distribution to take bounds from"),
        ({"low": -0.1, "high": 0.2}, "low", "found -0.1, which lies outside 0 to 1, all that"),
        ({"low": 0.1, "high": 1.1}, "high", "found 1.1, which lies outside 0 to 1, all that"),
        ({"low": 0.2, "high": 0.2}, "low", "found bounds 0.2 to 0.2; expected the lower one first"),
        ({"part": "x", "multiply": True}, "part", "is stated with"),
    ],
)
def test_bounds_that_cannot_be_are_told_by_field(
    stated: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(NoParameter, match=said) as refused:
        found(LATE, **stated)
    assert refused.value.field == field


def test_a_factor_has_the_bounds_of_its_figure_over_the_point() -> None:
    """0.1001 to 0.2999 of 0.12; what the share can be allows up to 1 / 0.12."""
    one = found(LATE, known(LATE, 0.12, Uniform(0.1, 0.3)), multiply=True)
    assert (one.low, one.high) == pytest.approx((0.1001 / 0.12, 0.2999 / 0.12))
    assert one.sd == pytest.approx(0.2 * SD_OF_ONE / 0.12)
    assert (one.before, one.unit) == (1.0, "factor")
    wide = found(LATE, multiply=True, low=0.0, high=1 / 0.12)
    assert (wide.low, wide.high) == pytest.approx((0.0, 1 / 0.12))
    with pytest.raises(NoParameter, match=r"found 8.4, which lies outside 0 to 8.33333"):
        found(LATE, multiply=True, low=0.5, high=8.4)


def test_a_part_has_its_own_bounds_and_a_factor_those_of_the_mean() -> None:
    parts: dict[str, Uncertain] = {"under_65": Uniform(0.8, 1.0), "65_and_over": Uniform(0.5, 0.9)}
    what = made_input(STAY, {"under_65": 0.9, "65_and_over": 0.85}, parts)
    levers = [Lever(what, "", what.point, what.parts, (0.0, 1.0))]
    one = found(STAY, levers, part="65_and_over")
    assert (one.low, one.high) == pytest.approx((0.5002, 0.8998))
    assert one.sd == pytest.approx(0.4 * SD_OF_ONE)
    assert one.before == 0.85
    both = found(STAY, levers, multiply=True)
    assert both.low == pytest.approx((0.8001 + 0.5002) / 2 / 0.875)
    assert both.sd == pytest.approx(0.3 * SD_OF_ONE / 0.875)
    assert both.high == pytest.approx((0.9999 + 0.8998) / 2 / 0.875)


def test_what_is_certain_has_no_spread() -> None:
    assert found(LATE, known(LATE, 0.12, Fixed(0.12)), low=0.1, high=0.2).sd is None


def test_a_factor_of_a_schedule_knows_no_least_or_most_but_its_months() -> None:
    one = found(COST, multiply=True, low=0.0, high=1e4)
    assert one.numbers == FOLLOW_UP
    assert (one.before, one.high) == (1.0, 1e4)


def test_several_numbers_need_a_part() -> None:
    said = "has several numbers; name one by part = …, one of month 0, month 1, then, or fit"
    with pytest.raises(NoParameter, match=said) as refused:
        found(COST, low=0.0, high=9.0)
    assert refused.value.field == "key"
    with pytest.raises(NoParameter, match="found month 2") as wrong:
        found(COST, part="month 2", low=0.0, high=9.0)
    assert wrong.value.field == "part"


def test_parameters_overlap_where_both_set_one_number() -> None:
    one = replace(found(STAY, part="under_65", low=0.5, high=1.0), name="one")
    other = replace(one, name="other", part="65_and_over")
    factor = replace(one, name="factor", part="", multiply=True)
    again = replace(one, name="again")
    assert list(overlaps([one, other])) == []
    assert [(a.name, b.name) for a, b in overlaps([one, other, again])] == [("one", "again")]
    assert [(a.name, b.name) for a, b in overlaps([factor, other])] == [("factor", "other")]
    assert [(a.name, b.name) for a, b in overlaps([other, factor])] == [("other", "factor")]
    elsewhere = replace(factor, keys=(LATE,))
    assert list(overlaps([factor, elsewhere])) == []


def test_fitted_numbers_are_those_of_the_scenario_and_others_stay() -> None:
    late = found(LATE, low=0.0, high=1.0)
    cost = found(COST, multiply=True, low=0.0, high=10.0)
    young = found(STAY, part="under_65", low=0.0, high=1.0)
    new = with_numbers(tiny(), [late, cost, young], [0.2, 1.5, 0.8])
    assert new.settings.metastases.late_share.number == 0.2
    option = new.pathway.decision_point["operable"].option["resection"]
    assert dict(option.costs["follow_up"].numbers()) == {
        name: 1.5 * number for name, number in FOLLOW_UP.items()
    }
    waiting = new.pathway.decision_point["operable"].waiting
    assert waiting is not None
    assert waiting.stay.value == {"under_65": 0.8, "65_and_over": 0.85}


def test_a_share_of_the_table_of_eligibility_is_one_of_its_groups() -> None:
    table = tiny().tables.eligibility
    own = table[table["group"] == "65_and_over"].set_index("decision_point")["share"]
    one = found(OLD, part="operable", low=0.0, high=1.0)
    assert one.numbers == own.to_dict()
    assert (one.before, one.unit, one.low, one.high) == (own["operable"], "share", 0.0, 1.0)
    new = with_numbers(tiny(), [one], [0.7]).tables.eligibility
    rows = new[new["group"] == "65_and_over"].set_index("decision_point")["share"]
    assert rows["operable"] == pytest.approx(0.7)
    assert rows.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("key", "stated", "said"),
    [
        (OLD, {"part": "operable", "low": -0.1, "high": 1.0}, "outside 0 to 1"),
        (OLD, {"part": "operable", "low": 0.1, "high": 1.1}, "outside 0 to 1"),
        (OLD, {"multiply": True, "low": 0.1, "high": 1.1}, "shares sum to 1 whatever"),
        (OLD[:2], {"part": "operable"}, "expected tables.eligibility.GROUP"),
        ((*OLD, "65_and_over"), {"part": "operable"}, "expected tables.eligibility.GROUP"),
        (TIME, {"low": -0.1, "high": 2.0}, "outside 0 to inf"),
        ((*TIME, "cure_share"), {"low": 0.1, "high": 0.5}, "end the key with .time"),
        (("metastases", "unknown"), {"low": 0.1, "high": 0.5}, "found "),
        (UTILITY, {"multiply": True, "low": -0.1, "high": 1.0}, "found -0.1, which lies outside 0"),
        (UTILITY, {"part": "then", "low": -1.1, "high": 1.0}, "outside -1 to 1"),
    ],
)
def test_what_cannot_be_fitted_is_told(key: Key, stated: dict[str, Any], said: str) -> None:
    with pytest.raises(NoParameter, match=said):
        found(key, **stated)


def test_a_curve_is_fitted_by_a_factor_and_a_utility_may_be_below_0() -> None:
    curve = found(TIME, low=0.0, high=50.0)
    assert (curve.before, curve.numbers, curve.unit) == (1.0, {"": 1.0}, "factor on the hazard")
    assert (curve.low, curve.high) == (0.0, 50.0)
    faster = with_numbers(tiny(), [curve], [1.5])
    exits = faster.pathway.decision_point["operable"].option["resection"].exits
    before = tiny().pathway.decision_point["operable"].option["resection"].exits["recurrence"]
    held = exits["recurrence"].hazard_ratio
    ratio = before.hazard_ratio.number if before.hazard_ratio is not None else 1.0
    assert held is not None
    assert held.number == pytest.approx(1.5 * ratio)
    utility = found(UTILITY, part="then", low=0.0, high=0.9)
    assert (utility.low, utility.high) == (0.0, 0.9)


def test_what_is_known_of_another_figure_gives_no_bounds() -> None:
    with pytest.raises(NoParameter, match="the figure has no distribution"):
        found(LATE, known(STAY, 0.12, Uniform(0.1, 0.3)))


def test_shares_that_leave_each_other_no_room_are_refused() -> None:
    waiting: Key = ("pathway", "decision_point", "inoperable", "waiting")
    both = [found((*waiting, name), low=0.0, high=1.0) for name in ("stay", "cancer_death")]
    with pytest.raises(ValueError, match=r"stay cannot be 0.9: its set of shares would not sum to"):
        with_numbers(tiny(), both, [0.9, 0.3])
