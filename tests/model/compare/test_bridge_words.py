"""What bridges say, of parts written down by hand: order, ends, and what does not show."""

from __future__ import annotations

import pandas as pd
import pytest

from hepaplan.model.compare.bridge_words import (
    FINEST,
    amount_words,
    bridge_gap,
    bridge_headline,
    bridge_words,
)


def bridge(
    *parts: tuple[str, float], first: float = 100.0, unit: str = "QALY", scenario: str = "other",
    measure: str = "qalys", by: str = FINEST, off: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """A bridge of these parts from `first`, its end `off` from where they lead."""
    rows, at = [], first
    for change, amount in parts:
        rows.append((scenario, measure, "Health", unit, change, at, at + amount, amount, by))
        at += amount
    columns = ["scenario", "measure", "label", "unit", "change", "from", "to", "amount"]
    table = pd.DataFrame(rows, columns=[*columns, "grouped_by"])
    table.loc[len(rows) - 1, "to"] = at + off
    return table


FOUR = (("costs", 1.0), ("capacity", -5.0), ("referral", 3.0), ("shares", 2.0))


def test_the_largest_parts_come_first_whichever_way_they_go() -> None:
    assert bridge_words(bridge(*FOUR), "base") == (
        "From base to other: +1.0 QALYs (Health), of which -5.0 QALYs from capacity, +3.0 QALYs "
        "from referral, +2.0 QALYs from shares and 1 more.",
    )
    three = bridge_words(bridge(*FOUR[1:]), "base")
    assert three[0].endswith("+3.0 QALYs from referral, +2.0 QALYs from shares.")


def test_one_part_is_all_of_it() -> None:
    said = bridge_words(bridge(("costs", 2_340.0), unit="GBP"), "base")
    assert said == ("From base to other: +£2 thousand (Health), all from costs.",)
    hidden = bridge_words(bridge(("costs", 2.0), ("referral", 0.04)), "base")
    assert hidden == ("From base to other: +2.0 QALYs (Health), all from costs.",)


def test_parts_that_do_not_show_are_not_said() -> None:
    assert bridge_words(bridge(("costs", 0.04), ("referral", -0.04)), "base") == ()


def test_each_scenario_and_measure_has_its_sentence() -> None:
    two = pd.concat([
        bridge(("costs", 2.0)), bridge(("costs", 3.0), measure="life-years", unit="years"),
        bridge(("costs", 4.0), scenario="third"),
    ], ignore_index=True)  # fmt: skip
    said = bridge_words(two, "base")
    assert [sentence.split(" (")[0] for sentence in said] == [
        "From base to other: +2.0 QALYs", "From base to other: +3.0 years",
        "From base to third: +4.0 QALYs",
    ]  # fmt: skip


def test_coarser_groups_are_told_once_for_each_scenario() -> None:
    coarse = bridge(("costs", 2.0), ("referral", 1.0), by="table")
    (_, grouped) = bridge_words(coarse, "base")
    assert grouped == (
        "Changes of other are grouped by table in some bridges: there are too many to try in all "
        "mixtures, or some cannot be made without others."
    )


def test_the_gap_is_the_largest_relative_to_its_ends() -> None:
    exact = bridge(*FOUR)
    assert bridge_gap(exact) == 0.0
    off = bridge(*FOUR, off=-4.0, scenario="third")  # ends at 97 where its parts lead to 101
    assert bridge_gap(pd.concat([exact, off], ignore_index=True)) == pytest.approx(0.04)
    up = bridge(("costs", 100.0), off=50.0)
    assert bridge_gap(up) == pytest.approx(50.0 / 250.0)
    small = bridge(("costs", 0.1), first=0.2, off=0.05)
    assert bridge_gap(small) == pytest.approx(0.05)
    assert bridge_gap(exact.iloc[:0]) == 0.0


def test_a_headline_names_the_largest_part() -> None:
    assert bridge_headline(bridge(*FOUR), "base") == (
        "Health: +1.0 QALYs in other against base, the largest part capacity (-5.0 QALYs)"
    )
    assert bridge_headline(bridge(("costs", 2.0)), "base") == (
        "Health: +2.0 QALYs in other against base, by costs (+2.0 QALYs)"
    )


@pytest.mark.parametrize(
    ("parts", "differ"),
    [((0.0, 0.0), False), ((9e-10, 0.0), False), ((2e-9, 0.0), True), ((3.0, -3.0), True)],
)
def test_no_difference_is_said_where_no_part_differs(
    parts: tuple[float, float], differ: bool
) -> None:
    said = bridge_headline(bridge(("costs", parts[0]), ("referral", parts[1]), first=0.0), "base")
    assert (said == "Health: no difference between other and base") != differ


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (-2_340_000.0, "GBP", "-£2.3 million"),
        (1.26, "QALY", "+1.3 QALYs"),
        (-1_234.56, "people", "-1,234.6 people"),
    ],
)
def test_amounts_have_a_sign_and_their_unit(amount: float, unit: str, said: str) -> None:
    assert amount_words(amount, unit) == said
