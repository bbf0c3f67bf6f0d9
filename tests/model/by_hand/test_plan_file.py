"""A plan as a table and back, and what is wrong with a table."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.plan import BestPlan, most_health
from hepaplan.model.allocation.referral_shares import class_shares, group_shares
from hepaplan.model.by_hand.plan_file import KEYS, plan_from_table, plan_table
from hepaplan.model.by_hand.plan_file_checks import plan_problems
from hepaplan.model.readings import FIRST_COME, NOTHING_SCARCE
from hepaplan.model.replay import Plan, replay
from hepaplan.model.tables.plan_tables import all_tables
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual
from tests.support.small import hand_kernels, hand_network

Floats = npt.NDArray[np.float64]
WINDOW, HORIZON = 3, 4


@cache
def best(pooled: bool) -> BestPlan:
    """Return the best plan of the tiny scenario, of all ages together or by group."""
    if pooled:
        return tiny_capacity().best
    rules = tiny().settings.plan.model_copy(update={"age_neutral": False})
    usual = tiny_capacity().replays[NOTHING_SCARCE]
    return most_health(tiny_capacity().network, rules, tiny_usual().worth, usual)


def table_of(pooled: bool = True, months: int | None = None) -> pd.DataFrame:
    found = best(pooled)
    return plan_table(tiny_capacity().network, found.written.classes, found.plan, months)


def read_back(table: pd.DataFrame, pooled: bool = True) -> Plan:
    return plan_from_table(tiny_capacity().network, best(pooled).written.classes, table, WINDOW)


@pytest.mark.parametrize("pooled", [True, False])
def test_a_plan_comes_back_from_its_table(pooled: bool) -> None:
    plan, back = best(pooled).plan, read_back(table_of(pooled), pooled)
    np.testing.assert_allclose(back.starts, plan.starts, atol=1e-12, rtol=0)
    np.testing.assert_allclose(back.referral, plan.referral, atol=1e-12, rtol=0)
    assert back.pooled == pooled


@pytest.mark.parametrize("pooled", [True, False])
def test_it_comes_back_from_a_csv_file_too(pooled: bool) -> None:
    text = table_of(pooled).to_csv(index=False)
    back = read_back(pd.read_csv(io.StringIO(text)), pooled)
    np.testing.assert_allclose(back.starts, best(pooled).plan.starts, atol=1e-12, rtol=0)


def test_the_table_is_tidy_and_leaves_out_where_nothing_is_decided() -> None:
    table = table_of()
    assert list(table) == [*KEYS, "starts", "referral_share"]
    assert list(table_of(pooled=False))[2] == "group"
    assert not table.duplicated(KEYS).any()
    assert set(table["decision_point"]) == {"operable", "inoperable"}
    own = table["intended"] == table["option"]
    assert (table["referral_share"].notna() == own).all()
    sums = table[own].groupby(["month", "decision_point", "intended"])["referral_share"].sum()
    assert sums.to_numpy() == pytest.approx(1)
    assert list(table["month"].unique()) == ["2027-01", "2027-02", "2027-03", "2027-04"]
    assert list(table_of(months=2)["month"].unique()) == ["2027-01", "2027-02"]


def test_starts_are_those_of_all_ages() -> None:
    table, plan = table_of(), best(pooled=True).plan
    assert table["starts"].sum() == pytest.approx(plan.starts.sum(), abs=1e-9)


def test_a_combination_without_a_row_has_no_starts_and_referral_stays_as_it_is() -> None:
    table = table_of()
    some = table[(table["month"] != "2027-02") | (table["decision_point"] != "inoperable")]
    back, whole = read_back(some), best(pooled=True).plan
    network = tiny_capacity().network
    listed = network.kernels.options.index(("inoperable", "chemotherapy"))
    assert not back.starts[listed, ..., 1].any()
    np.testing.assert_array_equal(back.starts[listed, ..., 0], whole.starts[listed, ..., 0])
    np.testing.assert_allclose(back.referral[listed, ..., 1], network.referral[listed])


def test_months_after_the_file_go_on_as_the_year_before_them() -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(kernels, np.ones((1, 1, 30)), np.ones((1, 1, 30)))
    classes = whole_groups(1, 30)
    labels = network.months.labels
    table = pd.DataFrame(
        {"month": labels[:14], "site": "site_0", "decision_point": "listed",
         "option": "operation", "starts": np.arange(14) + 1.0}
    )  # fmt: skip
    ran = plan_from_table(network, classes, table, window=14).starts[0, 0, 0]
    assert ran[:14].tolist() == list(range(1, 15))
    assert ran[14:26].tolist() == list(range(3, 15))
    assert ran[26:].tolist() == [3, 4, 5, 6]
    # In the window a month without a row has no starts; after it the window's last year goes on.
    short = plan_from_table(network, classes, table, window=16).starts[0, 0, 0]
    assert short[14:18].tolist() == [0, 0, 5, 6]
    # A file that reaches into the run-out is followed as far as it goes.
    assert plan_from_table(network, classes, table, window=6).starts[0, 0, 0, 13] == 14


def whole_groups(lists: int, months: int) -> Classes:
    """Return one class of one group."""
    one = np.ones((lists, 1, 1, months))
    return Classes(one[:, :, :, None], one, one, one, one, np.zeros(1, dtype=bool), pooled=True)


def test_a_file_of_starts_alone_is_a_plan_at_present_referral() -> None:
    capacity = tiny_capacity()
    network = capacity.network
    starts = all_tables(tiny_usual(), capacity)["starts"]
    mine = starts[starts["policy"] == FIRST_COME]
    assert plan_problems(network, mine) == []
    by_group = patient_classes(network, capacity.replays[NOTHING_SCARCE], pooled=False)
    plan = plan_from_table(network, by_group, mine, WINDOW)
    assert not plan.pooled
    done = replay(network, plan).starts[..., :WINDOW]
    first = capacity.replays[FIRST_COME].starts[..., :WINDOW]
    np.testing.assert_allclose(done.sum(axis=3), first.sum(axis=3), atol=1e-9)


def test_a_share_that_rounding_lifts_above_the_whole_is_written_as_the_whole() -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(kernels, np.ones((1, 1, 2)), np.ones((1, 1, 2)))
    starts, lifted = np.ones((1, 1, 1, 2)), np.full((1, 1, 1, 2), np.nextafter(1.0, 2.0))
    table = plan_table(network, whole_groups(1, 2), Plan(starts, lifted, pooled=True))
    assert table["referral_share"].tolist() == [1.0, 1.0]


def changed(row: int, **cells: str | float) -> pd.DataFrame:
    table = table_of().reset_index(drop=True)
    for column, value in cells.items():
        table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"month": "2031-01"}, "found '2031-01'; expected a month from 2027-01 to 2027-04"),
        ({"site": "Hiltop"}, "found 'Hiltop'; did you mean \"hilltop\"?; expected one of hilltop"),
        ({"decision_point": "operabel"}, 'did you mean "operable"?; expected one of operable'),
        ({"option": "resektion"}, 'did you mean "resection"?; expected an option of operable'),
        ({"intended": "surgery"}, "found 'surgery'; expected an option of operable"),
        ({"referral_share": 0.9}, "found shares that sum to 0.9 over the sites for month 2027-01"),
    ],
)
def test_each_fault_is_said_with_its_row(cells: dict[str, str | float], said: str) -> None:
    (problem,) = plan_problems(tiny_capacity().network, changed(0, **cells))
    assert problem.row == 0
    assert said in problem.message


def test_all_faults_are_said_at_once() -> None:
    table = changed(0, month="2026-12")
    table.loc[5, "site"] = "seaside"
    table.loc[7, "option"] = "prayer"
    assert [p.row for p in plan_problems(tiny_capacity().network, table)] == [0, 5, 7]


def added(**cells: object) -> pd.DataFrame:
    table = table_of()
    row = {"month": "2027-01", "site": "hilltop", "decision_point": "operable",
           "intended": "resection", "option": "resection", "starts": 0.1} | cells  # fmt: skip
    return pd.concat([table, pd.DataFrame([row])], ignore_index=True)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({}, "month 2027-01, site hilltop, decision_point operable, intended resection, option "
         "resection a second time; expected one row; delete one"),
        ({"site": "riverside"}, "'resection' of operable at riverside, which does not offer it; "
         "expected one of the sites hilltop"),
        ({"option": "ablation", "month": "2027-03", "referral_share": 1.0, "site": "riverside"},
         "found a share where the option started is not the intended one"),
    ],
)  # fmt: skip
def test_faults_that_need_more_than_one_cell(cells: dict[str, object], said: str) -> None:
    faults = plan_problems(tiny_capacity().network, added(**cells))
    assert said in " / ".join(problem.message for problem in faults)


def test_options_that_are_not_interchangeable_are_refused() -> None:
    kernels = hand_kernels([("listed", "major"), ("listed", "minor")], np.ones((2, 1, 1)))
    network = hand_network(kernels, np.ones((1, 1, 2)), np.ones((1, 1, 2)))
    table = pd.DataFrame(
        {"month": ["2027-01"], "site": "site_0", "decision_point": "listed", "intended": "major",
         "option": "minor", "starts": 1.0}
    )  # fmt: skip
    (problem,) = plan_problems(network, table)
    assert "expected an option declared interchangeable with it, one of major" in problem.message


def test_a_file_of_several_policies_is_refused() -> None:
    starts = all_tables(tiny_usual(), tiny_capacity())["starts"].reset_index(drop=True)
    (problem,) = plan_problems(tiny_capacity().network, starts)
    assert "expected one plan; keep the rows of one policy only" in problem.message
    assert problem.row is not None
    assert starts["policy"][problem.row] != starts["policy"][0]


def test_a_site_to_which_nobody_goes_today_takes_its_share_of_every_group() -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), groups=("young", "old"))
    network = hand_network(
        kernels, np.array([[[3.0], [1.0]]]), np.ones((1, 3, 1)),
        referral=np.array([[[1.0, 0.0, 0.0], [0.2, 0.8, 0.0]]]),
    )  # fmt: skip
    mix = np.array([0.75, 0.25]).reshape(1, 1, 2, 1)
    classes = Classes(
        np.repeat(mix[:, :, :, None], 3, axis=3), mix, mix, mix, mix, np.zeros(1, dtype=bool), True
    )
    wanted = np.array([0.5, 0.1, 0.4])[None, None, :, None]
    shares = group_shares(network, classes, wanted, np.ones((1, 1, 1, 1), dtype=bool))
    assert class_shares(classes, shares)[0, 0, :, 0].tolist() == pytest.approx([0.5, 0.1, 0.4])
    assert shares.sum(axis=2).ravel().tolist() == pytest.approx([1, 1])
    assert shares[0, 0, 1, 0] == 0  # the young go to the second site as little as today
    assert (shares[0, :, 2, 0] > 0.2).all()
