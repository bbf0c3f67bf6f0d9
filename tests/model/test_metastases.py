from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.calendar import Months
from hepaplan.model.incidence import incident_cases
from hepaplan.model.metastases import (
    by_group,
    check_metastases,
    eligible_arrivals,
    metachronous_lag_share,
    metastasis_arrivals,
    months_of_cases,
    synchronous_lag_share,
)
from hepaplan.model.parameters import AGE_BANDS, Scenario

Floats = npt.NDArray[np.float64]

NORTH, FEMALE, MALE = 0, 0, 1
SYNCHRONOUS, METACHRONOUS = 0, 1
PULSE_MONTHS = Months("2010-01", 240)
"""Long enough before and after to see all that comes of cases in January 2020, month 120."""
FOLLOWED = Months("2020-01", 120)


def band(age: int) -> int:
    return AGE_BANDS.index(age)


def changed(scenario: Scenario, **values: Any) -> Scenario:
    """Return the scenario with other values of figures in `settings.metastases`."""
    metastases = scenario.settings.metastases
    update = {
        name: getattr(metastases, name).model_copy(
            update={"points" if name == "metachronous_timing" else "value": value}
        )
        for name, value in values.items()
    }
    metastases = metastases.model_copy(update=update)
    return replace(
        scenario, settings=scenario.settings.model_copy(update={"metastases": metastases})
    )


def pulse(age: int) -> Floats:
    """Return 100 cases among women of the North in January 2020: 10, 20, 40 and 30 by stage."""
    cases = np.zeros((PULSE_MONTHS.count, 2, 2, 19, 4))
    cases[120, NORTH, FEMALE, band(age)] = [10, 20, 40, 30]
    return cases


def test_one_months_cases_as_worked_on_paper(tiny_front: Scenario) -> None:
    arrivals = metastasis_arrivals(tiny_front, pulse(60), PULSE_MONTHS, FOLLOWED)
    assert arrivals.shape == (120, 2, 2, 19, 2)
    women = arrivals[:, NORTH, FEMALE]
    # Synchronous: 20 of 100, ten in each of two months; a month later 1 in 60 is 65.
    synchronous = women[..., SYNCHRONOUS]
    assert synchronous[0, band(60)] == pytest.approx(10)
    assert synchronous[1, [band(60), band(65)]] == pytest.approx([10 * 59 / 60, 10 / 60])
    assert synchronous.sum() == pytest.approx(20, rel=1e-14)
    # Metachronous: 10 x 0.05 + 20 x 0.1 + 40 x 0.2 = 10.5 within five years.
    #   month  1: still in the synchronous window, 0
    #   month 12: 10.5 x 0.05 = 0.525, a fifth of it at 65-69
    #   month 24: 10.5 x 0.01 = 0.105, two fifths of it at 65-69
    #   month 50: the timing ended at month 44, 0
    #   month 60: 10.5 x 0.002 = 0.021, all at 65-69
    #   month 90: 0.021, half of it at 70-74
    later = women[..., METACHRONOUS]
    ages = [band(60), band(65), band(70)]
    assert later[1].sum() == 0
    assert later[12, ages] == pytest.approx([0.42, 0.105, 0], rel=1e-12)
    assert later[24, ages] == pytest.approx([0.063, 0.042, 0], rel=1e-12)
    assert later[50].sum() == 0
    assert later[60, ages] == pytest.approx([0, 0.021, 0], rel=1e-12)
    assert later[90, ages] == pytest.approx([0, 0.0105, 0.0105], rel=1e-12)
    assert later[:60].sum() == pytest.approx(10.5, rel=1e-12)
    assert later.sum() == pytest.approx(10.5 * 1.12, rel=1e-12)
    # Nobody else has any.
    assert arrivals.sum() == pytest.approx(women.sum(), rel=1e-14)


def test_those_over_ninety_stay_over_ninety(tiny_front: Scenario) -> None:
    arrivals = metastasis_arrivals(tiny_front, pulse(90), PULSE_MONTHS, FOLLOWED)
    assert arrivals[:, NORTH, FEMALE, band(90)].sum() == pytest.approx(31.76, rel=1e-12)
    arrivals = metastasis_arrivals(tiny_front, pulse(85), PULSE_MONTHS, FOLLOWED)
    # After 90 months, all of those who were 85-89 are over 90.
    assert arrivals[90, NORTH, FEMALE, band(90)].sum() == pytest.approx(0.021, rel=1e-12)
    assert arrivals[90].sum() == pytest.approx(0.021, rel=1e-12)


def test_lag_shares_sum_to_one_and_to_one_plus_late(tiny_front: Scenario) -> None:
    metastases = tiny_front.settings.metastases
    assert synchronous_lag_share(metastases)[:3].tolist() == [0.5, 0.5, 0]
    assert synchronous_lag_share(metastases).sum() == 1
    share = metachronous_lag_share(metastases)
    assert share[[1, 2, 13, 14, 23, 24, 43, 44, 59, 60, 119]] == pytest.approx(
        [0, 0.05, 0.05, 0.02, 0.02, 0.01, 0.01, 0, 0, 0.002, 0.002], abs=1e-15
    )
    assert share.sum() == pytest.approx(1.12, rel=1e-14)


@pytest.mark.parametrize("window", [0, 1])
def test_a_window_of_none_or_one_month_is_the_month_of_diagnosis(
    tiny_front: Scenario, window: int
) -> None:
    metastases = changed(tiny_front, synchronous_window=window).settings.metastases
    assert synchronous_lag_share(metastases)[:2].tolist() == [1, 0]
    # Metachronous metastases may follow at once, in the months from the window to month 14.
    expected = [0.6 / 14, 0.6 / 14] if window == 0 else [0, 0.6 / 13]
    assert metachronous_lag_share(metastases)[:2] == pytest.approx(expected)


def test_steady_incidence_gives_shares_of_it_after_the_burn_in(tiny_front: Scenario) -> None:
    # Every month 5 women of 60-64 and 8 men of 65-69, stages as in the table.
    cases = np.zeros((200, 2, 2, 19, 4))
    cases[:, NORTH, FEMALE, band(60)] = 5 * np.array([0.1, 0.2, 0.4, 0.3])
    cases[:, NORTH, MALE, band(65)] = 8 * np.array([0.3, 0.2, 0.1, 0.4])
    steady = metastasis_arrivals(tiny_front, cases, Months("2010-01", 200), Months("2021-01", 68))
    # Synchronous 0.2 x 13 = 2.6. Risk: women 0.005 + 0.02 + 0.08 = 0.105, men 0.015 + 0.02 + 0.02
    # = 0.055: 5 x 0.105 + 8 x 0.055 = 0.965, and 0.12 of it late: 1.0808.
    monthly = steady.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(monthly, np.tile([2.6, 1.0808], (68, 1)), rtol=1e-12)


def test_equals_a_naive_loop_over_cases_lags_and_ages(tiny_front: Scenario) -> None:
    cases = np.random.default_rng(4).uniform(1, 2, (130, 2, 2, 19, 4))
    cases[..., 3] += 2
    months = Months("2020-01", 10)
    found = metastasis_arrivals(tiny_front, cases, Months("2010-01", 130), months)
    metastases = tiny_front.settings.metastases
    at_once = synchronous_lag_share(metastases)
    later = metachronous_lag_share(metastases)
    expected = np.zeros_like(found)
    for m in range(10):
        for lag in range(120):
            diagnosed = cases[120 + m - lag]
            at_risk = diagnosed[..., 0] * 0.05 + diagnosed[..., 1] * 0.1 + diagnosed[..., 2] * 0.2
            whole, months_on = divmod(lag, 60)
            for a in range(19):
                for up, share in ((whole, 1 - months_on / 60), (whole + 1, months_on / 60)):
                    cell = expected[m, :, :, min(a + up, 18)]
                    cell[..., 0] += 0.2 * diagnosed[:, :, a].sum(axis=-1) * at_once[lag] * share
                    cell[..., 1] += at_risk[:, :, a] * later[lag] * share
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_groups_and_decision_points_of_a_january(tiny_front: Scenario) -> None:
    arrivals = np.zeros((1, 2, 2, 19, 2))
    arrivals[0, 0, FEMALE, band(60)] = [4, 1]
    arrivals[0, 0, MALE, band(60)] = [2, 3]
    arrivals[0, 0, FEMALE, band(65)] = [7, 5]
    arrivals[0, 1, MALE, band(90)] = [20, 10]
    grouped = by_group(tiny_front, arrivals)
    assert tiny_front.groups == ("younger", "older")
    assert grouped[0].tolist() == [[[6, 4], [7, 5]], [[0, 0], [20, 10]]]
    eligible = eligible_arrivals(tiny_front, grouped)
    assert eligible.shape == (3, 2, 2, 1)
    # Points: resectable, recurrence (nobody arrives there first), palliative. North: 10 younger,
    # 0.3 of them resectable; 12 older, 0.1. South: 30 older.
    assert eligible[..., 0] == pytest.approx(
        np.array([[[3, 1.2], [0, 3]], [[0, 0], [0, 0]], [[7, 10.8], [0, 27]]])
    )


def test_each_steps_parts_sum_to_its_whole(tiny_front: Scenario) -> None:
    months = Months("2027-01", 5).extended(before=12, after=0)
    case_months = months_of_cases(tiny_front.settings.metastases, months)
    assert case_months == Months("2016-02", 136)
    cases = incident_cases(tiny_front, case_months)
    arrivals = metastasis_arrivals(tiny_front, cases, case_months, months)
    grouped = by_group(tiny_front, arrivals)
    eligible = eligible_arrivals(tiny_front, grouped)
    np.testing.assert_allclose(grouped.sum(axis=2), arrivals.sum(axis=(2, 3)), rtol=1e-13)
    np.testing.assert_allclose(
        eligible.sum(axis=0), grouped.sum(axis=3).transpose(1, 2, 0), rtol=1e-13
    )
    synchronous = arrivals[..., SYNCHRONOUS].sum(axis=(1, 2, 3))
    total = cases.sum(axis=(1, 2, 3, 4))
    np.testing.assert_allclose(synchronous, 0.1 * (total[119:] + total[118:-1]), rtol=1e-12)


def test_cases_given_from_further_back_change_nothing(tiny_front: Scenario) -> None:
    months, case_months = Months("2027-01", 2), Months("2015-01", 150)
    longer = metastasis_arrivals(
        tiny_front, incident_cases(tiny_front, case_months), case_months, months
    )
    needed = months_of_cases(tiny_front.settings.metastases, months)
    exact = metastasis_arrivals(tiny_front, incident_cases(tiny_front, needed), needed, months)
    np.testing.assert_allclose(longer, exact, rtol=1e-13)


@pytest.mark.parametrize("given", [Months("2017-03", 120), Months("2017-02", 119)])
def test_cases_for_too_few_months_are_refused(tiny_front: Scenario, given: Months) -> None:
    cases = incident_cases(tiny_front, given)
    with pytest.raises(ValueError, match="120 months from 2017-02 are needed, but they are given"):
        metastasis_arrivals(tiny_front, cases, given, Months("2027-01", 1))


def test_more_synchronous_than_stage_iv_is_refused(tiny_front: Scenario) -> None:
    # Women have 0.3 at stage IV, men of 60-64 only 0.25.
    greedy = changed(tiny_front, synchronous_share=0.26)
    months = Months("2017-02", 120)
    with pytest.raises(ValueError, match=r"synchronous_share is 0.26 .* for male, age_from 60"):
        metastasis_arrivals(greedy, incident_cases(greedy, months), months, Months("2027-01", 1))
    stage = tiny_front.tables.stage
    assert check_metastases(tiny_front.settings.metastases, stage) == []
    (fault,) = check_metastases(greedy.settings.metastases, stage)
    assert "falls to 0.25 in the stage table: lower it or raise the stage table" in fault


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"synchronous_window": 15}, "metastases by month 14, inside the synchronous_window"),
        ({"synchronous_window": 2.5}, "synchronous_window is 2.5 months: give whole months"),
        ({"late_until": 60}, "late_until is 60 months"),
        ({"metachronous_timing": ()}, "months must rise"),
        ({"metachronous_timing": ((20, 0.5), (12, 1.0))}, "months must rise"),
        ({"metachronous_timing": ((12, 0.5), (20, 0.4))}, "shares must never fall"),
        ({"metachronous_timing": ((12, 0.5), (60, 0.9))}, "ends with 0.9 at month 60"),
        ({"metachronous_timing": ((12, 0.5), (61, 1.0))}, "ends with 1 at month 61"),
    ],
)
def test_impossible_timing_is_refused(
    tiny_front: Scenario, values: dict[str, Any], message: str
) -> None:
    wrong = changed(tiny_front, **values)
    (fault,) = check_metastases(wrong.settings.metastases)
    assert message in fault
    with pytest.raises(ValueError, match=message):
        metastasis_arrivals(wrong, pulse(60), PULSE_MONTHS, FOLLOWED)


def test_a_stage_without_a_risk_is_refused(tiny_front: Scenario) -> None:
    metastases = tiny_front.settings.metastases
    risks = dict(metastases.metachronous_cumulative_incidence)
    del risks["II"]
    without = metastases.model_copy(update={"metachronous_cumulative_incidence": risks})
    assert check_metastases(without) == ["metachronous_cumulative_incidence lacks stage II: add it"]


@pytest.mark.parametrize("ages", [(5, 65), (0, 67), (0, 95), (0, 0)])
def test_groups_that_cut_a_band_or_leave_a_gap_are_refused(
    tiny_front: Scenario, ages: tuple[int, int]
) -> None:
    group = {
        name: record.model_copy(update={"from_age": age})
        for age, (name, record) in zip(ages, tiny_front.settings.group.items(), strict=True)
    }
    settings = tiny_front.settings.model_copy(update={"group": group})
    with pytest.raises(ValueError, match=rf"start at ages \[{ages[0]}, {ages[1]}\]"):
        by_group(replace(tiny_front, settings=settings), np.zeros((1, 2, 2, 19, 2)))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("share", 0.27, "shares of group 'younger' sum to 0.97: make them sum to 1"),
        ("group", "middling", "group 'middling' at decision point 'resectable'"),
        ("decision_point", "resectble", "at decision point 'resectble'"),
    ],
)
def test_wrong_eligibility_is_refused(
    tiny_front: Scenario, column: str, value: str | float, message: str
) -> None:
    table = tiny_front.tables.eligibility.copy()
    table.loc[0, column] = value
    wrong = replace(tiny_front, tables=replace(tiny_front.tables, eligibility=table))
    with pytest.raises(ValueError, match=message):
        eligible_arrivals(wrong, np.zeros((1, 2, 2, 2)))
