"""What a key of a design changes: a figure in its own prices, a group, a capacity, or neither."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.model.batch.apply import figure_of, with_levels
from hepaplan.model.batch.design import By, Target
from hepaplan.model.problems import Key
from hepaplan.scenarios.design_targets import NoTarget, priced, target_of
from hepaplan.scenarios.load import load_scenario
from tests.support.scenarios import tiny as shared_tiny
from tests.support.scenarios import with_table

LEAK = "pathway.decision_point.operable.option.resection.complications.major.cost"
STATED = 'cost = { value = 2500, unit = "GBP"'
EUROS = """
[prices.exchange.EUR]
value = { 2019 = 0.88 }
unit = "GBP per EUR"
source = "made_up"
quality = "illustrative"
"""


@pytest.mark.parametrize(("by", "level"), [("set", 4000.0), ("add", 1500.0), ("multiply", 1.6)])
def test_an_amount_is_in_the_prices_that_its_file_states(
    tiny: Path, edit: Callable[[str, str, str], int], by: By, level: float
) -> None:
    edit("pathway.toml", STATED, STATED.replace('"GBP"', '"EUR", price_year = 2019'))
    with (tiny / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(EUROS)
    scenario = load_scenario(tiny)
    target = priced(target_of(scenario, LEAK, by), scenario)
    found = with_levels(scenario, {"a": target}, {"a": level})
    expected = load_scenario(tiny, settings={LEAK: "4000"})
    at: Key = tuple(LEAK.split("."))
    assert figure_of(expected, at).numbers() == {"": 3520.0}
    assert figure_of(found, at).numbers() == {"": pytest.approx(3520.0)}


def test_a_key_may_name_the_value_or_a_group() -> None:
    usual = "pathway.decision_point.operable.option.resection.usual_share"
    key: Key = tuple(usual.split("."))
    for stated, group in (
        (usual, ""),
        (f"{usual}.value", ""),
        (f"{usual}.value.under_65", "under_65"),
    ):
        assert target_of(shared_tiny(), stated, "set") == Target("set", (key,), group)


@pytest.mark.parametrize(
    "stated",
    [
        "window.months",
        "plan.age_neutral",
        "pathway.decision_point.operable.option.resection.exits.recurrence.time.cure_share",
        "metastases.nothing",
        "a = b",
        "",
    ],
)
def test_switches_curves_and_unknown_keys_are_left_to_the_loader(stated: str) -> None:
    with pytest.raises(NoTarget, match=r"^$"):
        target_of(shared_tiny(), stated, "set")


def test_a_capacity_that_the_table_lacks_is_no_target() -> None:
    table = shared_tiny().tables.capacity
    without = with_table(shared_tiny(), capacity=table.iloc[1:].reset_index(drop=True))
    with pytest.raises(NoTarget, match="gives hilltop no theatre; it has chair; add a row"):
        target_of(without, "capacity.hilltop.theatre", "add")
