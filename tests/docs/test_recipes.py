"""The recipes of docs/how-to, which test_pages_run executes, give what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepaplan.model.money.drugs import dose_price
from hepaplan.scenarios.load import load, load_scenario
from hepaplan.scenarios.starter import write_starter
from tests.support.documents import blocks_of


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    return write_starter("my-region", tmp_path)


def add_toml_of(page: str, starter: Path) -> None:
    blocks = [b.text for b in blocks_of(f"docs/how-to/{page}.md") if b.language == "toml"]
    with (starter / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(blocks))


def test_the_added_treatment_is_an_option(starter: Path) -> None:
    add_toml_of("add-a-treatment", starter)
    names = [option.treatment for _, _, option in load_scenario(starter).pathway.options()]
    assert "electroporation" in names


def test_the_stated_drug_costs_whole_vials(starter: Path) -> None:
    add_toml_of("state-a-drug", starter)
    pathway = load_scenario(starter).pathway
    price = dose_price(pathway.drug["cetuximab"], pathway.body, "65_to_79")
    assert price == 7 * 180  # 616 mg
    doses = pathway.decision_point["convertible"].option["conversion"].doses
    assert set(doses) == {"bevacizumab", "cetuximab"}


def test_prices_of_another_year_or_currency_are_converted(starter: Path) -> None:
    add_toml_of("state-prices", starter)
    loaded = load(starter)
    assert loaded.notices == ()
    pathway = loaded.scenario.pathway
    devices = pathway.decision_point["ablatable"].option["rfa"].costs["devices"]
    assert devices.value == pytest.approx((1855 * 0.88 * 131 / 113,))
    vial = pathway.drug["pembrolizumab"].vial["100_mg"]
    assert vial.price.number == pytest.approx(2630 * 131 / 118)
