"""What a key of a design changes: a figure in its own prices, a group, a capacity, or neither."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hepaplan.model.batch.apply import figure_of, with_levels
from hepaplan.model.batch.design import By, Sample, Target
from hepaplan.model.batch.run import task_scenario
from hepaplan.model.batch.sampling import base_draws
from hepaplan.model.batch.tasks import Batch, tasks
from hepaplan.model.problems import Key
from hepaplan.scenarios.design_targets import NoTarget, priced, target_of
from hepaplan.scenarios.designs import load_batch
from hepaplan.scenarios.load import load_scenario
from tests.support.designs import Write
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


THEATRE = "resource.theatre.unit_cost"
GAMMA = 'distribution = "gamma"\nparameters = { shape = 25.0, scale = 0.5 }'
INDEX = """
[prices.index]
value = { 2015 = 100, 2024 = 120 }
unit = "index"
source = "made_up"
quality = "illustrative"
"""


@pytest.fixture
def two_years(write: Write, tiny: Path) -> Batch:
    """Runs of 12.5 in prices of 2015 and of 15 in prices of 2024: one figure, by the index.

    Both have the same parameters beside them, which are in the prices of the file.
    """
    for name, price in (("old", "12.5\nprice_year = 2015"), ("new", "15\nprice_year = 2024")):
        folder = Path(shutil.copytree(tiny, tiny.parent / name))
        text = (folder / "scenario.toml").read_text(encoding="utf-8")
        head, cost, rest = text.partition("[resource.theatre.unit_cost]\n")
        stated = rest.replace("value = 15", f"value = {price}\n{GAMMA}", 1)
        (folder / "scenario.toml").write_text(head + cost + stated + INDEX, encoding="utf-8")
    axes = f'[axes.s]\nscenarios = ["old", "new"]\n[axes.c]\nkey = "{THEATRE}"\nvalues = [20]\n'
    return load_batch(write(axes))


def test_one_level_in_the_prices_of_two_years_is_two_keys(two_years: Batch) -> None:
    """20 of 2015 are 24 of 2024."""
    old, new = tasks(two_years)
    at: Key = tuple(THEATRE.split("."))
    costs = [figure_of(task_scenario(run, two_years), at).numbers()[""] for run in (old, new)]
    assert costs == pytest.approx([24.0, 20.0])
    assert old.key != new.key
    targets = [two_years.bases[name].targets["c"] for name in ("old", "new")]
    assert [target.factor for target in targets] == pytest.approx([1.2, 1.0])


def test_draws_in_the_prices_of_two_years_are_of_two_scenarios(two_years: Batch) -> None:
    """The parameters are equal, and so are the figures; each draw is 1.2 times the other."""
    old, new = (two_years.bases[name] for name in ("old", "new"))
    sample = Sample("draw", 2, 1, "random", (THEATRE,))
    at: Key = tuple(THEATRE.split("."))
    first, second = (np.asarray(base_draws(base.scenario, sample)[at]) for base in (old, new))
    assert first == pytest.approx(1.2 * second)
    assert old.digest != new.digest
