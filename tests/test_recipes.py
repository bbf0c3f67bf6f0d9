"""The recipes of CONTRIBUTING.md, followed to the letter: the scenario that comes out is sound."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from hepaplan.model.money.drugs import dose_price
from hepaplan.model.parameters import AGE_BANDS, SEXES
from hepaplan.model.population import regions
from hepaplan.scenarios.load import InvalidScenario, load, load_scenario
from hepaplan.scenarios.starter import write_starter

ROOT = Path(__file__).parents[1]
BASE = ROOT / "scenarios" / "greater-manchester"


def section(title: str) -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def blocks(title: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", section(title), flags=re.DOTALL)


def append_rows(file: Path, snippet: str) -> None:
    header, rows = snippet.split("\n", 1)
    with file.open("r+", encoding="utf-8") as table:
        assert table.readline().strip() == header
        table.seek(0, 2)
        table.write(rows)


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    return write_starter("my-region", tmp_path)


def add_to_scenario(starter: Path, toml: str) -> None:
    with (starter / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + toml)


def test_add_a_treatment(starter: Path) -> None:
    (toml,) = blocks("Add a treatment", "toml")
    add_to_scenario(starter, toml)
    scenario = load_scenario(starter)
    names = [option.treatment for _, _, option in scenario.pathway.options()]
    assert "electroporation" in names


def test_state_a_drug_by_dose(starter: Path) -> None:
    (toml,) = blocks("State a drug by dose", "toml")
    add_to_scenario(starter, toml)
    pathway = load_scenario(starter).pathway
    price = dose_price(pathway.drug["cetuximab"], pathway.body, "65_to_79")
    assert price == 7 * 180  # 616 mg
    doses = pathway.decision_point["convertible"].option["conversion"].doses
    assert set(doses) == {"bevacizumab", "cetuximab"}


def test_state_prices_of_another_year_or_currency(starter: Path) -> None:
    (toml,) = blocks("State prices of another year or currency", "toml")
    add_to_scenario(starter, toml)
    loaded = load(starter)
    assert loaded.notices == ()
    pathway = loaded.scenario.pathway
    devices = pathway.decision_point["ablatable"].option["rfa"].costs["devices"]
    assert devices.value == pytest.approx((1855 * 0.88 * 131 / 113,))
    vial = pathway.drug["pembrolizumab"].vial["100_mg"]
    assert vial.price.number == pytest.approx(2630 * 131 / 118)


def test_a_treatment_that_takes_from_nobody_is_refused(starter: Path) -> None:
    (toml,) = blocks("Add a treatment", "toml")
    add_to_scenario(starter, toml.split("# The usual shares")[0])
    with pytest.raises(InvalidScenario, match=r"ablatable.*1\.07"):
        load_scenario(starter)


def test_add_a_site(starter: Path) -> None:
    (toml,), (capacity, referral) = (blocks("Add a site", kind) for kind in ("toml", "csv"))
    add_to_scenario(starter, toml)
    for name, rows in (("capacity.csv", capacity), ("referral.csv", referral)):
        shutil.copy(BASE / name, starter / name)
        append_rows(starter / name, rows)
    table = pd.read_csv(starter / "referral.csv")
    mine = (table["region"] == "Rochdale") & (table["service"] == "systemic")
    taken = table.loc[mine & (table["site"] == "north_east"), "share"].sum()
    assert taken > 0
    table.loc[mine & (table["site"] == "north"), "share"] -= taken
    table.to_csv(starter / "referral.csv", index=False)
    shutil.copy(BASE / "travel.csv", starter / "travel.csv")
    travel = pd.read_csv(BASE / "travel.csv")
    new = travel[travel["site"] == "north"].assign(site="north_east")
    pd.concat([travel, new]).to_csv(starter / "travel.csv", index=False)
    add_to_scenario(starter, toml[toml.index("[tables.referral]") :].replace("referral", "travel")
                    .replace('unit = "share"', 'unit = "minutes"'))  # fmt: skip
    assert "north_east" in load_scenario(starter).settings.site


def test_add_a_region(starter: Path) -> None:
    population, referral = blocks("Add a region", "csv")
    people = pd.read_csv(BASE / "population.csv")
    assert population.splitlines()[0].split(",") == list(people.columns)
    name, *_ = population.splitlines()[1].split(",")
    rows = pd.DataFrame(
        [(name, sex, age, 2000 + age) for sex in SEXES for age in AGE_BANDS],
        columns=people.columns,
    )
    pd.concat([people, rows]).to_csv(starter / "population.csv", index=False)
    shutil.copy(BASE / "referral.csv", starter / "referral.csv")
    append_rows(starter / "referral.csv", referral)
    places = pd.read_csv(BASE / "referral.csv")
    known = set(pd.read_csv(starter / "referral.csv").query("region == @name")["service"])
    rest = [s for s in places["service"].unique() if s not in known]
    with (starter / "referral.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{name},{service},central,1,planner,judgement\n" for service in rest)
    travel = pd.read_csv(BASE / "travel.csv")
    new = travel[travel["region"] == "Rochdale"].assign(region=name)
    pd.concat([travel, new]).to_csv(starter / "travel.csv", index=False)
    for table, unit in (("population", "people"), ("referral", "share"), ("travel", "minutes")):
        add_to_scenario(
            starter,
            f'[tables.{table}]\nfile = "{table}.csv"\nunit = "{unit}"\nsource = "planner"\n'
            'quality = "judgement"\nreason = "With the new region"\n',
        )
    assert name in regions(load_scenario(starter))
