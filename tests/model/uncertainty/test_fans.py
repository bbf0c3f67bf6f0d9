"""Fans of demand, and the capacity that meets it in most draws."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.uncertainty.results.fans import (
    AVERAGE_MONTH,
    EVERY_MONTH,
    fan,
    fan_table,
    headline,
    monthly_capacity,
    needed,
    yearly_capacity,
)
from tests.support.unsure import row

DRAWS = 20
LEVEL = np.arange(1.0, DRAWS + 1.0)
SEASON = np.array([1.0, 2.0, 3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0, 5.0])
DEMAND = np.stack([SEASON[:, None] * LEVEL, np.zeros((13, DRAWS))])
PRESENT = np.stack([np.full(13, 30.0), np.zeros(13)])


def test_the_fan_is_that_of_each_month() -> None:
    assert fan(np.arange(101.0)).tolist() == [10.0, 25.0, 50.0, 75.0, 90.0]
    table = fan_table(["theatre", "laser"], [f"m{k}" for k in range(13)], DEMAND)
    third = table.iloc[2]
    assert (third["name"], third["month"], third["mean"]) == ("theatre", "m2", 31.5)
    expected = [np.percentile(3 * LEVEL, q) for q in (10, 25, 50, 75, 90)]
    assert third[["p10", "p25", "p50", "p75", "p90"]].tolist() == pytest.approx(expected)
    assert (table[table["name"] == "laser"]["p90"] == 0).all()
    with pytest.raises(ValueError, match="for 1 names and 13 months"):
        fan_table(["theatre"], [f"m{k}" for k in range(13)], DEMAND)


@pytest.mark.parametrize("draws", [1, 7, 20, 1_000])
def test_what_is_needed_is_the_least_that_meets_it_this_often(draws: int) -> None:
    drawn = np.random.default_rng(draws).gamma(4.0, 2.0, draws)
    for chance in (0.5, 0.8, 0.95):
        level = needed(drawn, chance)
        assert (drawn <= level).mean() >= chance
        assert (drawn < level).mean() < chance


def test_capacity_by_month() -> None:
    table = monthly_capacity(["theatre", "laser"], [f"m{k}" for k in range(13)], DEMAND, PRESENT)
    third = table.iloc[2]
    assert third["chance_present_meets"] == 0.5
    assert third[["needed_50", "needed_80", "needed_95"]].tolist() == [30.0, 48.0, 57.0]
    assert (table[table["resource"] == "laser"]["chance_present_meets"] == 1.0).all()


def test_capacity_of_a_year_on_average_and_in_every_month() -> None:
    """The first year's mean is 1.5 of the level, its worst month 3; the 13th month is no year."""
    table = yearly_capacity(["theatre", "laser"], DEMAND, PRESENT)
    assert len(table) == 4
    columns = ["meets", "present", "chance_present_meets", "needed_50", "needed_80", "needed_95"]
    assert table.loc[table["resource"] == "theatre", columns].to_numpy().tolist() == [
        [AVERAGE_MONTH, 30.0, 1.0, 15.0, 24.0, 28.5],
        [EVERY_MONTH, 30.0, 0.5, 30.0, 48.0, 57.0],
    ]


def test_every_month_is_judged_by_its_own_capacity() -> None:
    varying = np.where(SEASON == 3.0, 60.0, 19.0) * np.ones((2, 13))
    table = yearly_capacity(["theatre", "laser"], DEMAND, varying).set_index(["resource", "meets"])
    assert table.loc[("theatre", EVERY_MONTH), "chance_present_meets"] == 0.45


def test_capacity_that_follows_working_days_is_multiplied_alike_in_every_month() -> None:
    """Capacity 5 and 15 by turns, 10 on average, demand 8 times 0.8 to 1.2: five draws.

    The short months ask for 1.28, 1.44, 1.6, 1.76 and 1.92 times what they have. In 80% of draws
    1.76 times today's is enough: 17.6 a month on average, though no month needs more than 9.6.
    """
    demand = np.tile(8.0 * np.array([0.8, 0.9, 1.0, 1.1, 1.2]), (1, 12, 1))
    present = np.tile([5.0, 15.0], 6)[None]
    found = row(yearly_capacity(["chair"], demand, present), meets=EVERY_MONTH)
    assert (found["present"], found["chance_present_meets"]) == (10.0, 0.0)
    need = [found[column] for column in ("needed_50", "needed_80", "needed_95")]
    assert need == pytest.approx([16.0, 17.6, 19.2])
    assert headline(yearly_capacity(["chair"], demand, present), {}) == (
        "To meet demand in every month of year 1 in 80% of draws, chair would need 1.76 times "
        "today's capacity in every month, 17.6 a month on average instead of 10.0; 1 of 1 "
        "resources would need more than they have."
    )


def test_what_is_needed_is_what_there_is_exactly_where_it_is_enough() -> None:
    """Capacity and demand at random, draws that touch the capacity of a month among them."""
    numbers = np.random.default_rng(17)
    for draws in range(1, 60):
        present = numbers.integers(0, 4, (6, 12)) * numbers.random((6, 1))
        pressed = numbers.choice([0.5, 0.8, 1.0, 1.0 + 2.0**-52, 1.2], (6, 12, draws))
        demand = np.maximum(present[..., None] * pressed, numbers.choice([0.0, 0.01], (6, 1, 1)))
        table = yearly_capacity([f"r{k}" for k in range(6)], demand, present)
        every = table[table["meets"] == EVERY_MONTH]
        met = (demand <= present[..., None]).all(axis=1).mean(axis=-1)
        assert every["chance_present_meets"].tolist() == met.tolist()
        for chance in (0.5, 0.8, 0.95):
            enough = every[f"needed_{round(100 * chance)}"] <= every["present"]
            assert enough.tolist() == (met >= chance).tolist()


def test_no_multiple_of_nothing_meets_a_need() -> None:
    """Closed in one month: in the draws with need there, two of five, no multiple is enough.

    Closed all year: an amount that is the same in every month is asked for.
    """
    present = np.stack([np.where(np.arange(12) == 3, 0.0, 6.0), np.zeros(12)])
    demand = np.array([2.0, 3.0, 6.0, 4.0, 5.0]) * np.ones((2, 12, 1))
    demand[0, 3, :3] = 0.0
    table = yearly_capacity(["theatre", "laser"], demand, present)
    every = table[table["meets"] == EVERY_MONTH].set_index("resource")
    assert every["present"].tolist() == [5.5, 0.0]
    assert every["chance_present_meets"].tolist() == [0.6, 0.0]
    assert every["needed_50"].tolist() == [5.5 * 6 / 6, 4.0]
    assert every["needed_80"].isna().tolist() == [True, False]
    assert every.loc["laser", "needed_80"] == 5.0
    for name, said in (
        ("laser", "laser would need 5.0 a month where there are none today; 1 of 1"),
        ("theatre", "theatre would need capacity in a month that has none, so no multiple of"),
    ):
        assert said in headline(table[table["resource"] == name], {})


def test_the_headline_names_what_is_shortest() -> None:
    table = yearly_capacity(["theatre", "laser"], DEMAND, PRESENT)
    assert headline(table, {"theatre": "theatre lists"}) == (
        "To meet demand in every month of year 1 in 80% of draws, theatre lists would need 1.60 "
        "times today's capacity in every month, 48.0 a month on average instead of 30.0; 1 of 2 "
        "resources would need more than they have."
    )
    assert headline(yearly_capacity(["theatre", "laser"], DEMAND, 10 * PRESENT), {}) == (
        "If nothing were put off, present capacity would meet every month's demand of the last "
        "year in 80% of draws."
    )
    with_none = DEMAND + np.array([0.0, 1.0])[:, None, None]
    assert "laser would need 1.0 a month where there are none today" in headline(
        yearly_capacity(["theatre", "laser"], with_none, PRESENT), {}
    )
    assert "no whole year" in headline(
        yearly_capacity(["theatre", "laser"], DEMAND[:, :11], PRESENT[:, :11]), {}
    )
