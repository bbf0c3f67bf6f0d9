from __future__ import annotations

from pathlib import Path

import pytest

from hepaplan.scenarios.load import load, load_scenario
from hepaplan.scenarios.starter import CannotCreate, write_starter


def test_a_starter_folder_passes_as_it_is(tmp_path: Path) -> None:
    folder = write_starter("my-region", tmp_path)
    assert folder == tmp_path / "my-region"
    assert sorted(p.name for p in folder.iterdir()) == ["capacity_changes.csv", "scenario.toml"]
    loaded = load(folder)
    assert loaded.scenario.settings.name == "my-region"
    assert loaded.scenario.settings.title == "My region"
    assert loaded.notices == ()
    base = load_scenario("greater-manchester")
    assert loaded.scenario.pathway == base.pathway
    assert loaded.scenario.tables.population.equals(base.tables.population)


def test_its_examples_work_once_taken_out_of_comment(tmp_path: Path) -> None:
    folder = write_starter("my-region", tmp_path)
    path = folder / "scenario.toml"
    text = path.read_text()
    assert text.count("#: ") >= 5
    path.write_text(text.replace("#: ", ""))
    changed = load_scenario(folder).settings.economics.willingness_to_pay
    assert changed.value == 30000
    assert changed.source == "planner"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("My Region", "expected a name of small letters, digits and hyphens"),
        ("../up", "expected a name of small letters"),
        ("", "expected a name of small letters"),
        ("greater-manchester", "the name of a shipped scenario"),
        ("there", "exists already and is left alone"),
    ],
)
def test_names_that_cannot_be(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(CannotCreate, match=message):
        write_starter(name, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["there"]
    assert list((tmp_path / "there").iterdir()) == []


def test_a_folder_to_put_it_in_must_exist(tmp_path: Path) -> None:
    with pytest.raises(CannotCreate, match="'nowhere' is no folder"):
        write_starter("x", tmp_path / "nowhere")
