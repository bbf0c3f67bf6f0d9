"""The evidence register: its rule, its marks and its order."""

from __future__ import annotations

import pytest

from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.information.evidence_register import (
    COLUMNS,
    evidence_register,
    headline,
)
from hepaplan.model.uncertainty.spread.distributions import Normal
from hepaplan.model.uncertainty.spread.inputs import Input


def one(name: str, year: int | None, quality: str, assumed: bool = False) -> tuple[Key, Input]:
    key = ("costs", name)
    unit, point, parts = "GBP", {"": 1.0}, {"": Normal(1.0, 0.1)}
    return key, Input(key, f"cost of {name}", unit, "paper", year, quality, point, parts, assumed)


INPUTS = dict(
    [
        one("fresh", 2023, "published"),
        one("aged", 2014, "published"),
        one("guessed", 2023, "judgement"),
        one("both", None, "illustrative"),
        one("spread", 2020, "published", assumed=True),
        one("idle", 2020, "published"),
        one("idle_old", 2001, "derived"),
    ]
)
WORTH: dict[Key, float] = {
    ("costs", "fresh"): 100.0, ("costs", "aged"): 60.0, ("costs", "guessed"): 45.0,
    ("costs", "both"): 50.0, ("costs", "spread"): 20.0,
}  # fmt: skip


def test_the_order_is_that_of_the_rule() -> None:
    """50 thrice, 60 twice, 100 once, 45 twice, 20 twice, then nothing: the old one first."""
    table = evidence_register(INPUTS, WORTH, 2024)
    assert tuple(table.columns) == COLUMNS
    names = [str(name).removeprefix("costs.") for name in table["input"]]
    assert names == ["both", "aged", "fresh", "guessed", "spread", "idle_old", "idle"]
    assert table["concern"].tolist() == [150.0, 120.0, 100.0, 90.0, 40.0, 0.0, 0.0]
    assert table["rank"].tolist() == list(range(1, 8))
    by_name = table.set_index("input")
    assert by_name["age_years"].isna().sum() == 1
    aged = table[table["input"] == "costs.aged"][["age_years", "old", "weak"]]
    assert aged.to_numpy().tolist() == [[10, True, False]]
    assert by_name.loc["costs.spread", "distribution"] == "assumed"
    assert by_name.loc["costs.spread", "weak"]


def test_a_year_later_more_is_old_and_a_fresh_source_is_not() -> None:
    table = evidence_register(INPUTS, WORTH, 2023).set_index("input")
    assert not table.loc["costs.aged", "old"]
    assert table.loc["costs.fresh", "age_years"] == 0


def test_influence_of_what_is_not_there_or_negative_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown inputs \['costs.nothing'\]"):
        evidence_register(INPUTS, {("costs", "nothing"): 1.0}, 2024)
    with pytest.raises(ValueError, match="below 0"):
        evidence_register(INPUTS, {("costs", "aged"): -1.0}, 2024)


def test_no_inputs_make_an_empty_register() -> None:
    assert evidence_register({}, {}, 2024).empty


def test_the_headline_names_the_first_old_or_weak_ones() -> None:
    table = evidence_register(INPUTS, WORTH, 2024)
    assert headline(table, most=2) == (
        "Better evidence is wanted first for: cost of both (illustrative, of no stated year, £50); "
        "cost of aged (published, 10 years old, £60)."
    )
    shares: dict[Key, float] = {key: value / 1_000 for key, value in WORTH.items()}
    said = headline(evidence_register(INPUTS, shares, 2024), in_pounds=False, most=1)
    assert said.endswith("(illustrative, of no stated year, 5% of the variance).")
    assert headline(evidence_register(INPUTS, {}, 2024)) == (
        "As far as the draws tell, no old or weak input matters for the choice."
    )
