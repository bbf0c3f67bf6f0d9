from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepaplan.model.outcomes import pathway_values
from hepaplan.model.pathway import Pathway
from hepaplan.model.waiting import (
    WaitingMonth,
    waiting_month,
    waiting_that_pays,
    worth_of_waiting,
)
from tests.support.small import figure, pathway_record, schedule, small_kernels

GROUPS = ("young", "old")
ESCAPE = np.array([[1.0, 0.99, 0.98], [1.0, 0.9, 0.8]])


def month_of(record: dict[str, Any]) -> WaitingMonth:
    return waiting_month(Pathway.model_validate(record), GROUPS, ESCAPE)


def test_a_month_on_the_list_as_worked_on_paper() -> None:
    month = month_of(pathway_record())
    # Of the old, 0.9 escape other causes; of those 0.7 stay, 0.1 die of cancer, 0.2 settle.
    assert month.stay[0].tolist() == pytest.approx([0.7 * 0.99, 0.7 * 0.9])
    assert month.cancer_death[0].tolist() == pytest.approx([0.1 * 0.99, 0.1 * 0.9])
    assert month.move[0, 1].tolist() == pytest.approx([0.2 * 0.99, 0.2 * 0.9])
    assert month.other_death[0].tolist() == pytest.approx([0.01, 0.1])
    lived = 1 - 0.5 * (0.09 + 0.1)
    assert month.person_months()[0, 1] == pytest.approx(lived)
    assert month.qalys[0, 1] == pytest.approx(0.6 * lived / 12)
    assert month.cost[0, 1] == pytest.approx(40 * lived)


def test_rows_sum_to_one_where_people_wait() -> None:
    month = month_of(pathway_record())
    total = month.stay + month.move.sum(axis=1) + month.cancer_death + month.other_death
    np.testing.assert_allclose(total[0], 1, rtol=1e-15)
    assert month.waits.tolist() == [True, False]


def test_nothing_happens_where_nobody_waits() -> None:
    month = month_of(pathway_record())
    for part in (month.stay, month.cancer_death, month.other_death, month.qalys, month.cost):
        assert not part[1].any()
    assert not month.move[1].any()
    assert month.standard_months[1] == 0
    assert np.isnan(month.standard_days[1])


@pytest.mark.parametrize(
    ("days", "months"), [(1.0, 1), (31.0, 1), (45.0, 1), (46.0, 2), (62.0, 2), (91.0, 3)]
)
def test_a_standard_in_days_is_whole_months_and_never_none(days: float, months: int) -> None:
    record = pathway_record()
    record["decision_point"]["listed"]["standard"] = figure(days, "days")
    assert month_of(record).standard_months[0] == months


def test_waiting_values_differ_by_group() -> None:
    record = pathway_record()
    waiting = record["decision_point"]["listed"]["waiting"]
    waiting["stay"] = figure({"young": 0.8, "old": 0.6}, "probability per month")
    waiting["cancer_death"] = figure({"young": 0.0, "old": 0.2}, "probability per month")
    month = month_of(record)
    assert month.stay[0].tolist() == pytest.approx([0.8 * 0.99, 0.6 * 0.9])
    assert month.cancer_death[0].tolist() == pytest.approx([0, 0.2 * 0.9])


def paying_record() -> dict[str, Any]:
    """Return a pathway in which nothing happens on the list and life there is perfect."""
    record = pathway_record()
    listed = record["decision_point"]["listed"]
    listed["waiting"] |= {
        "stay": figure(1.0, "probability per month"),
        "cancer_death": figure(0.0, "probability per month"),
        "move": {},
        "utility": figure(1.0, "utility"),
    }
    return record


def faults(record: dict[str, Any], years: int = 20) -> list[tuple[tuple[str | int, ...], str]]:
    escape = np.exp(-0.002 * np.arange(12 * years + 1))[None]
    kernels = small_kernels(record, escape)
    month = waiting_month(Pathway.model_validate(record), ("all",), escape)
    value = pathway_values(kernels, 0.035, 0.015).qalys_discounted
    return [(p.key, p.message) for p in waiting_that_pays(month, kernels, value)]


def test_waiting_that_harms_is_accepted() -> None:
    assert faults(pathway_record()) == []


def test_waiting_that_pays_is_refused_naming_point_option_and_group() -> None:
    ((key, message),) = faults(paying_record())
    assert key == ("pathway", "decision_point", "listed", "waiting")
    for name in ("all", "operation", "QALY"):
        assert name in message


@pytest.mark.parametrize(("years", "short"), [(1, True), (5, True), (6, False)])
def test_a_short_horizon_is_told_once_instead(years: int, short: bool) -> None:
    ((key, message),) = faults(paying_record(), years)
    assert (key == ("economics", "horizon_years")) == short
    expected = (
        f"found {years}, too short to see what treatment gains: waiting seems to pay, most "
        "for operation in group all,"
    )
    assert message.startswith(expected) == short


def test_the_gain_that_is_refused_is_wait_first_then_start() -> None:
    record = paying_record()
    escape = np.exp(-0.002 * np.arange(241))[None]
    kernels = small_kernels(record, escape)
    month = waiting_month(Pathway.model_validate(record), ("all",), escape)
    value = pathway_values(kernels, 0.035, 0.015).qalys_discounted
    lived = 1 - 0.5 * (1 - escape[0, 1])
    later = 1.015 ** (-1 / 12)
    expected = later**0.5 * 1.0 * lived / 12 + later * escape[0, 1] * value.start[0, 0]
    assert worth_of_waiting(month, kernels, value)[0, 0] == pytest.approx(expected, rel=1e-12)


def test_moves_on_the_list_are_worth_where_they_lead() -> None:
    record = pathway_record()
    escape = np.exp(-0.002 * np.arange(241))[None]
    kernels = small_kernels(record, escape)
    month = waiting_month(Pathway.model_validate(record), ("all",), escape)
    value = pathway_values(kernels, 0.035, 0.015).qalys_discounted
    later, stays = 1.015 ** (-1 / 12), escape[0, 1]
    expected = later**0.5 * month.qalys[0, 0] + later * stays * (
        0.7 * value.start[0, 0] + 0.2 * value.arrival[1, 0]
    )
    assert worth_of_waiting(month, kernels, value)[0, 0] == pytest.approx(expected, rel=1e-12)


def test_a_treatment_nobody_is_meant_for_cannot_make_waiting_pay() -> None:
    record = pathway_record()
    options = record["decision_point"]["listed"]["option"]
    worthless = schedule([-1.0], "utility", then=-1.0)
    options["harm"] = options["operation"] | {
        "utility": worthless,
        "usual_share": figure(0.0, "share"),
    }
    assert faults(record) == []
    options["harm"]["usual_share"] = figure(0.2, "share")
    options["operation"]["usual_share"] = figure(0.8, "share")
    assert [key[2] for key, message in faults(record) if "harm" in message] == ["listed"]
