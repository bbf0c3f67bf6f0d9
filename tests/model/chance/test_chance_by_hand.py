"""The tables of chance of a few replications that are written down, not drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.calendar import Months
from hepaplan.model.chance.queues import queues_of
from hepaplan.model.chance.simulate import Simulated
from hepaplan.model.chance.tables import (
    COLUMNS,
    chance,
    chance_lists,
    chance_years,
    empty_tables,
    standard_error,
)
from hepaplan.model.policies import first_come
from hepaplan.model.sites.network import Network
from tests.support.crowds import two_points

Floats = npt.NDArray[np.float64]
Told = Mapping[tuple[int, int], Sequence[float]]


def simulated(
    network: Network, months: int, replications: int, use: Floats | None = None, **told: Told
) -> Simulated:
    """Return replications in which only what is `told` by (place, month) happened."""
    queues = queues_of(network, network.referral[..., None])
    people = {}
    for name in ("started", "months_waited", "within", "gone", "left", "late"):
        people[name] = np.zeros((4, months, replications))
        for where, numbers in told.get(name, {}).items():
            people[name][where] = numbers
    nothing = np.zeros((4, months, replications))
    if use is None:
        use = np.zeros((1, 2, months, replications))
    return Simulated(queues=queues, starts=nothing, use=use, **people)


def test_a_month_is_kept_where_nobody_is_late_and_shares_are_of_those_whose_wait_ended() -> None:
    """Of four replications one is late. 3 of 5, 1 of 2, none of none and 1 of 1 were in time."""
    drawn = simulated(
        two_points(), 2, 4,
        late={(1, 1): [0, 2, 0, 0], (2, 0): [0.5, 0, 0, 1]},
        started={(1, 1): [4, 1, 0, 1]}, within={(1, 1): [3, 1, 0, 1]}, gone={(1, 1): [1, 1, 0, 0]},
    )  # fmt: skip
    table = chance(two_points(), drawn)
    assert tuple(table.columns) == COLUMNS["chance"][1:]
    assert table["month"].tolist() == ["2027-01", "2027-02"] * 4
    assert (
        table["site"].tolist() == ["site_0"] * 2 + ["site_1"] * 2 + ["site_0"] * 2 + ["site_1"] * 2
    )
    assert table["decision_point"].tolist() == ["first"] * 4 + ["second"] * 4
    assert table["probability"].tolist() == [1.0, 1.0, 1.0, 0.75, 0.5, 1.0, 1.0, 1.0]
    row = table.iloc[3]
    assert row["standard_error"] == pytest.approx(0.25)
    assert row["share_within"] == pytest.approx(5 / 8)
    assert [row[name] for name in ("p10", "p50", "p90")] == pytest.approx([0.52, 0.6, 0.92])
    empty = table.iloc[0]
    assert np.isnan([empty[name] for name in ("share_within", "p10", "p50", "p90")]).all()
    assert empty["standard_error"] == 0.0


def test_who_waits_and_what_is_used_stand_beside_what_the_replay_has() -> None:
    """Two units of three are used at the first site; the second has no capacity, and no row."""
    network = two_points()
    capacity = network.capacity.copy()
    capacity[0, 1] = 0.0
    network = replace(network, capacity=capacity)
    use = np.zeros((1, 2, 2, 3))
    use[0, 0, 1] = 1.0, 2.0, 3.0
    drawn = simulated(network, 2, 3, use, left={(3, 1): [4, 7, 10]})
    done = first_come(network)
    left = np.zeros_like(done.left)
    left[1, :, 1, :2, 1] = 1.5
    left[0, :, 1, 0, 1], left[1, :, 0, 0, 1], left[1, :, 1, 0, 0] = 100.0, 200.0, 300.0
    used = np.zeros_like(done.use)
    used[0, 0, 1] = 2.25
    table = chance_lists(network, drawn, replace(done, left=left, use=used))
    assert tuple(table.columns) == COLUMNS["chance_lists"][1:]
    assert table["measure"].tolist() == ["waiting"] * 8 + ["use"] * 2
    waiting, spent = table.iloc[7], table.iloc[9]
    assert waiting[["month", "site", "name"]].tolist() == ["2027-02", "site_1", "second"]
    assert (waiting["expected"], waiting["mean"]) == (9.0, 7.0)
    assert waiting["standard_error"] == pytest.approx(np.sqrt(3.0))
    assert waiting[["p10", "p50", "p90"]].tolist() == pytest.approx([4.6, 7.0, 9.4])
    assert spent[["month", "site", "name"]].tolist() == ["2027-02", "site_0", "resource_0"]
    assert (spent["expected"], spent["mean"]) == (2.25, 2.0)


@pytest.mark.parametrize(
    ("months", "years"),
    [
        (1, [("2027-11", "2027-11")]),
        (11, [("2027-11", "2028-09")]),
        (12, [("2027-11", "2028-10")]),
        (23, [("2027-11", "2028-10")]),
        (24, [("2027-11", "2028-10"), ("2028-11", "2029-10")]),
        (25, [("2027-11", "2028-10"), ("2028-11", "2029-10")]),
    ],
)
def test_years_are_whole_ones_from_the_first_month(
    months: int, years: list[tuple[str, str]]
) -> None:
    table = chance_years(simulated(two_points(), months, 2), Months("2027-11", months).labels)
    assert list(zip(table["from_month"], table["to_month"], strict=True)) == years
    assert table["share_within"].tolist() == [1.0] * len(years)


def test_a_year_is_kept_by_exactly_the_share_that_is_promised() -> None:
    """Nineteen of twenty are 95%; eighteen are not. In the second year everybody is late."""
    first, second = (2, 3), (0, 15)
    drawn = simulated(
        two_points(), 24, 4,
        started={first: [20, 20, 20, 20], second: [5, 5, 5, 5]},
        within={first: [19, 18, 20, 19]},
    )  # fmt: skip
    table = chance_years(drawn, Months("2027-01", 24).labels)
    assert tuple(table.columns) == COLUMNS["chance_years"][1:]
    assert table["target"].tolist() == [0.95, 0.95]
    assert table["probability"].tolist() == [0.75, 0.0]
    assert table["standard_error"].tolist() == pytest.approx([0.25, 0.0])
    assert table["share_within"].tolist() == pytest.approx([0.95, 0.0])
    assert table["p50"].tolist() == pytest.approx([0.95, 0.0])
    less = chance_years(drawn, Months("2027-01", 24).labels, share=0.9)
    assert less["probability"].tolist() == [1.0, 0.0]


def test_one_replication_has_no_standard_error() -> None:
    assert np.isnan(standard_error(np.array([3.0])))
    assert standard_error(np.array([3.0, 5.0])) == pytest.approx(1.0)


def test_a_run_without_chance_has_the_columns_and_no_rows() -> None:
    assert {name: tuple(table.columns) for name, table in empty_tables().items()} == COLUMNS
    assert all(table.empty for table in empty_tables().values())
