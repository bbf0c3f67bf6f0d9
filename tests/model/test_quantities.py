from __future__ import annotations

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hepaplan.model.cohort.transitions import probability_over
from hepaplan.model.quantities import (
    Expect,
    Frozen,
    Quantity,
    Schedule,
    Share,
    Utility,
    apply_hazard_ratio,
    apply_odds_ratio,
    probability_to_rate,
    rescale_probability,
)

Cost = Annotated[Quantity, Expect("GBP", 0.0, 1e6)]
CostSchedule = Annotated[Schedule, Expect("GBP", 0.0, 1e6)]


class Record(Frozen):
    share: Share


def share(value: float | dict[str, float], **rest: Any) -> dict[str, Any]:
    return {"value": value, "unit": "share", "source": "x", "quality": "judgement", **rest}


def test_a9_a_yearly_probability_by_month() -> None:
    monthly = rescale_probability(0.20, 1 / 12)
    assert monthly == pytest.approx(0.0184235, abs=5e-8)
    assert monthly != pytest.approx(0.20 / 12, abs=1e-3)
    assert 1 - (1 - monthly) ** 12 == pytest.approx(0.20, rel=1e-13)


def test_a10_hazard_ratio_and_odds_ratio() -> None:
    assert apply_hazard_ratio(0.2, 0.7) == pytest.approx(0.1446123, abs=5e-8)
    assert apply_odds_ratio(0.2, 2.0) == pytest.approx(1 / 3, rel=1e-14)


@given(p=st.floats(0.001, 0.99), ratio=st.floats(0.01, 5), more=st.floats(0.01, 5))
def test_a16_higher_ratios_give_higher_probabilities(p: float, ratio: float, more: float) -> None:
    assert apply_hazard_ratio(p, ratio + more) > apply_hazard_ratio(p, ratio)
    assert apply_odds_ratio(p, ratio + more) > apply_odds_ratio(p, ratio)


@given(rate=st.floats(1e-9, 20), years=st.floats(0.01, 10))
def test_rates_and_probabilities_are_inverse(rate: float, years: float) -> None:
    probability = probability_over(rate, years)
    if probability < 0.999:
        assert probability_to_rate(probability, years) == pytest.approx(rate, rel=1e-9)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 4.0])
def test_impossible_stays_impossible_and_a_ratio_of_1_changes_nothing(ratio: float) -> None:
    assert apply_hazard_ratio(0.0, ratio) == 0
    assert apply_odds_ratio(0.0, ratio) == 0
    assert apply_odds_ratio(1.0, ratio) == 1
    assert apply_hazard_ratio(0.37, 1.0) == pytest.approx(0.37, rel=1e-15)


def test_one_number_or_one_for_each_group() -> None:
    one = Record.model_validate({"share": share(0.4)}).share
    assert (one.number, one.for_group("older"), dict(one.numbers())) == (0.4, 0.4, {"": 0.4})
    two = Record.model_validate({"share": share({"younger": 0.4, "older": 0.1})}).share
    assert two.for_group("older") == 0.1
    assert dict(two.numbers()) == {"younger": 0.4, "older": 0.1}
    with pytest.raises(TypeError, match="stated by group"):
        _ = two.number


def test_a_schedule_goes_on_with_its_last_word() -> None:
    record = {"value": [5, 3], "then": 2.0, "unit": "GBP", "source": "x", "quality": "derived"}
    schedule = TypeAdapter(CostSchedule).validate_python(record)
    assert [schedule.at(month) for month in range(4)] == [5, 3, 2, 2]
    assert dict(schedule.numbers()) == {"month 0": 5, "month 1": 3, "then": 2}
    with pytest.raises(ValidationError, match="month 1 = -3 lies outside 0 to 1e"):
        TypeAdapter(CostSchedule).validate_python({**record, "value": [5, -3]})
    with pytest.raises(ValidationError, match="then = 2e"):
        TypeAdapter(CostSchedule).validate_python({**record, "then": 2e6})


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (share(22.0), r"22 lies outside 0 to 1 \(22 %\? write 0.22\)"),
        (share(-0.1), "-0.1 lies outside 0 to 1"),
        (share({"a": 0.5, "b": 1.4}), r"b = 1.4 lies outside 0 to 1 \(1.4 %\? write 0.014\)"),
        (share(0.5) | {"unit": "percent"}, "'percent' but 'share' is expected: convert the value"),
        (share(0.5, low=-0.2, high=0.7), "low = -0.2 lies outside"),
        (share(float("nan")), "finite number"),
        (share(float("inf")), "finite number"),
        (share(0.5) | {"source": ""}, "at least 1 character"),
        (share(0.5) | {"quality": "guess"}, "'published', 'derived', 'judgement'"),
        (share(0.5) | {"hihg": 0.6}, "Extra inputs are not permitted"),
        (share(0.5) | {"value": "0.5"}, "valid number"),
    ],
)
def test_a_wrong_figure_is_refused(figure: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Record.model_validate({"share": figure})


def test_a_utility_above_1_is_not_taken_for_a_percentage() -> None:
    with pytest.raises(ValidationError, match=r"1\.5 lies outside -1 to 1") as refused:
        TypeAdapter(Utility).validate_python(share(1.5) | {"unit": "utility"})
    assert "%" not in str(refused.value)


def test_all_faults_of_a_figure_come_together() -> None:
    with pytest.raises(ValidationError) as refused:
        Record.model_validate({"share": share(22.0, low=0.3) | {"unit": "percent"}})
    (error,) = refused.value.errors()
    assert error["loc"] == ("share",)
    assert error["msg"].count(";") == 1
    with pytest.raises(ValidationError, match="'share' but 'GBP' is expected"):
        TypeAdapter(Cost).validate_python(share(0.5))


def test_the_schema_tells_editors_unit_and_bounds() -> None:
    schema = Record.model_json_schema()
    assert schema["properties"]["share"]["description"] == "unit 'share', 0 to 1"


def test_a_figure_is_never_edited() -> None:
    record = Record.model_validate({"share": share(0.4)})
    with pytest.raises(ValidationError, match="frozen"):
        record.share.value = 0.5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (22.0, "22 lies outside 0 to 1 (22 %? write 0.22)"),
        (100.0, "100 lies outside 0 to 1 (100 %? write 1)"),
        (100.5, "100.5 lies outside 0 to 1"),
        (-0.5, "-0.5 lies outside 0 to 1"),
    ],
)
def test_a_share_that_may_be_a_percentage_is_asked_about(value: float, hint: str) -> None:
    with pytest.raises(ValidationError) as told:
        Record.model_validate({"share": share(value)})
    assert told.value.errors()[0]["msg"] == hint
    assert Record.model_validate({"share": share(1.0)}).share.number == 1.0


def test_bounds_are_held_by_ends_of_intervals_and_by_months_too() -> None:
    with pytest.raises(ValidationError, match=r"high = 1\.2 lies outside 0 to 1 \(1\.2 %\?"):
        TypeAdapter(Annotated[Quantity, Expect("utility", 0.0, 1.0)]).validate_python(
            share(0.9, low=0.0, high=1.2) | {"unit": "utility"}
        )
    months = {"value": [0.0, 1e6, 1e6 + 1], "then": -1.0, "unit": "GBP"}
    with pytest.raises(ValidationError) as told:
        TypeAdapter(CostSchedule).validate_python(share(0.0) | months)
    assert told.value.errors()[0]["msg"] == (
        "month 2 = 1e+06 lies outside 0 to 1e+06; then = -1 lies outside 0 to 1e+06"
    )
