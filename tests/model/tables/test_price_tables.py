"""The tables of prices, on the tiny region: names, months, units and money as they are read."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepaplan.model.allocation.floor_prices import FloorPrice
from hepaplan.model.allocation.prices import (
    SOLVED,
    Change,
    Price,
    Unit,
    price_list,
    saleable_units,
)
from hepaplan.model.sites.network import saleable_capacity
from hepaplan.model.tables.price_tables import equity_table, price_table, whose
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual
from tests.support.solved import solved_plan


def test_a_row_reads_as_a_planner_would_say_it() -> None:
    """20,000 pounds a QALY: 0.5 QALYs less 4,000 pounds are worth 6,000."""
    gives = np.ones((2, 4))
    price = Price(
        Unit(1, 0, gives),
        1,
        2,
        0.6,
        Change(0.5, 4000.0, -3.0),
        Change(-0.7, -1e3, 2.0),
        0.25,
        SOLVED,
    )
    unknown = Change(math.nan, math.nan, math.nan, "infeasible")
    odd = Price(Unit(0, 1, gives), 0, 3, 0.1, Change(0.1, 0.0, 0.0), unknown, 1.0, SOLVED)
    table = price_table(tiny(), tiny_usual().months, [price, odd])
    assert table.iloc[0].tolist() == [
        1, "hilltop", "chair", "chair", "2027-02 to 2027-03", 0.5, -0.7, 6000.0, -13000.0,
        -3.0, 2.0, 0.25, 0.6, "solved again",
    ]  # fmt: skip
    assert table.iloc[1][["rank", "site", "resource", "unit"]].tolist() == [
        2, "riverside", "theatre", "weekly list",
    ]  # fmt: skip
    assert table.iloc[1]["window"] == "2027-01 to 2027-03"
    assert np.isnan(table.iloc[1]["nmb_minus_one"])
    assert table.iloc[1]["status"] == "one less: infeasible"


def test_no_prices_are_an_empty_table_with_its_columns() -> None:
    table = price_table(tiny(), tiny_usual().months, [])
    assert table.empty
    assert list(table)[:4] == ["rank", "site", "resource", "unit"]


def test_the_tiny_region_can_buy_what_its_sites_use() -> None:
    network = tiny_capacity().network
    units = saleable_units(network, saleable_capacity(tiny(), network))
    assert [(unit.resource, unit.site) for unit in units] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    # January 2027 has 20 working days, four weeks: 240 minutes x 4 x 85%.
    assert units[0].gives[:, 0].tolist() == pytest.approx([816.0, 0.0])
    plan, _ = solved_plan(network, tiny_usual().worth, 0.2)
    table = price_table(tiny(), network.months, price_list(plan, units, 3))
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert (table["qalys_plus_one"] >= -1e-6).all()
    assert (table["qalys_minus_one"] <= 1e-6).all()
    assert set(table["window"]) == {"2027-01 to 2027-03"}
    # 0.25 weekly lists are there to lose at Hilltop, less what earlier starts take of them.
    hilltop = table.query("site == 'hilltop' and resource == 'theatre'")
    assert (hilltop["units_less"] <= 0.25).all()


def test_whose_people_are_by_region_is_by_where_they_live_and_are_sent() -> None:
    usual, network = tiny_usual(), tiny_capacity().network
    names, origin = whose(usual, network, "region")
    assert names == ("North", "South")
    assert origin.shape == (*network.referral.shape, 2)
    assert origin.sum(axis=-1) == pytest.approx(np.ones(network.referral.shape))
    ablation = network.kernels.options.index(("operable", "ablation"))
    people = usual.eligible[..., usual.before :].sum(axis=(0, 3))  # region, group
    for group in range(2):
        north, south = 0.6 * people[0, group], 0.0 * people[1, group]
        assert origin[ablation, group, 0].tolist() == pytest.approx([1.0, south / north])
        north, south = 0.4 * people[0, group], people[1, group]
        share = north / (north + south)
        assert origin[ablation, group, 1].tolist() == pytest.approx([share, 1 - share])


def test_whose_people_are_by_group_is_their_own() -> None:
    network = tiny_capacity().network
    names, origin = whose(tiny_usual(), network, "group")
    assert names == ("under_65", "65_and_over")
    assert origin[2, :, 1].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_a_floor_names_the_worst_and_what_no_plan_keeps_is_left_empty() -> None:
    kept = FloorPrice(0.5, 10.0, 0.25, np.array([0.9, 0.6, 0.7]))
    nobody = FloorPrice(0.9, math.nan, math.nan, np.full(3, math.nan), "infeasible")
    table = equity_table(("A", "B", "C"), [kept, nobody])
    assert table.iloc[0].tolist() == [0.5, 10.0, 0.25, "B", 0.6, "optimal"]
    assert table.iloc[1][["floor", "worst", "status"]].tolist() == [0.9, "", "infeasible"]
    assert np.isnan(table.iloc[1]["worst_share"])
