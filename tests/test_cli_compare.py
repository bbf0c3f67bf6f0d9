"""Comparing scenarios from the command line: what is said, written and refused."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import TINY, Hepaplan, contents


@pytest.fixture
def variant(tmp_path: Path) -> Callable[..., Path]:
    """Copy the tiny scenario under another name with texts of its files replaced."""

    def make(name: str, *changes: tuple[str, str, str]) -> Path:
        folder = tmp_path / name
        shutil.copytree(TINY, folder)
        for file, old, new in (("scenario.toml", 'name = "tiny"', f'name = "{name}"'), *changes):
            text = (folder / file).read_text(encoding="utf-8")
            assert text.count(old) == 1
            (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return make


MORE_THEATRE = ("capacity.csv", "hilltop,theatre,0.25", "hilltop,theatre,0.75")


def test_compare_prints_sentences_and_a_table_and_writes_the_folder(
    hepaplan: Hepaplan, variant: Callable[..., Path], tmp_path: Path
) -> None:
    ended = hepaplan("compare", TINY, variant("more", MORE_THEATRE))
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "Two regions, two sites, worked on paper: tiny compared with more"
    assert "- more differs from tiny in table of capacity (1 of 4 rows differ)." in lines
    assert any(line.split() == ["tiny", "more"] for line in lines)
    assert re.fullmatch(r"All checks pass, \d+ s: tiny-compare/compare\.xlsx", lines[-1])
    folder = tmp_path / "tiny-compare"
    assert {path.name for path in folder.iterdir()} == {
        "compare.xlsx", "report.html", "tables", "manifest.json"
    }  # fmt: skip
    assert {path.stem for path in (folder / "tables").iterdir()} == {
        "differences", "key_figures", "strategies", "per_patient", "budget_impact", "bridge",
        "checks", "about",
    }  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenarios"] == ["tiny", "more"]
    assert manifest["solver"] == {"tiny": "HiGHS", "more": "HiGHS"}
    assert manifest["solver_status"] == {"tiny": "optimal", "more": "optimal"}
    for name, text in contents(folder).items():
        if "xlsx" not in name:
            assert str(tmp_path).encode() not in text


def test_compare_without_the_plan_as_json_with_a_change_to_all(hepaplan: Hepaplan) -> None:
    ended = hepaplan(
        "compare", TINY, TINY, "--no-plan", "--json", "--out", "here",
        "--set", "economics.willingness_to_pay=30000",
    )  # fmt: skip
    assert ended.code == 0
    document = json.loads(ended.out)
    assert document["scenarios"] == ["tiny", "tiny (2)"]
    assert document["solver_status"] == {"tiny": None, "tiny (2)": None}
    assert {row["policy"] for row in document["strategies"]} == {"first come", "longest wait"}
    ratios = [row["icer"] for row in document["strategies"] if row["policy"] == "first come"]
    assert ratios == [None, None]
    assert "with the plan" not in " ".join(document["headlines"])
    assert "30,000" in " ".join(document["headlines"])


@pytest.mark.parametrize("words", [(), (str(TINY),), (str(TINY), "--no-plan")])
def test_compare_of_fewer_than_two_is_2(hepaplan: Hepaplan, words: tuple[str, ...]) -> None:
    ended = hepaplan("compare", *words)
    assert ended.code == 2
    assert "compare needs two or more scenarios" in ended.err
    assert ended.out == ""


def test_compare_of_what_cannot_be_compared_is_3(
    hepaplan: Hepaplan, variant: Callable[..., Path], tmp_path: Path
) -> None:
    other = variant(
        "other",
        ("scenario.toml", "price_year = 2024", "price_year = 2020"),
        ("scenario.toml", "horizon_years = 45", "horizon_years = 50"),
    )
    before = contents(tmp_path)
    ended = hepaplan("compare", TINY, other)
    assert ended.code == 3
    assert "other: economics.price_year is 2020, but 2024 in tiny" in ended.err
    assert "other: economics.horizon_years is 50, but 45 in tiny" in ended.err
    assert ended.err.splitlines()[-1] == "nothing was run"
    assert contents(tmp_path) == before


def test_compare_names_the_scenario_without_a_plan(
    hepaplan: Hepaplan, variant: Callable[..., Path], tmp_path: Path
) -> None:
    huge = variant(
        "huge",
        ("pathway.toml", "theatre = { value = [300]", "theatre = { value = [1e6]"),
        ("pathway.toml", "theatre = { value = 60", "theatre = { value = 1e6"),
    )
    ended = hepaplan("compare", TINY, huge, "--out", "here")
    assert ended.code == 4
    assert ended.err.splitlines()[-1].startswith("huge: figures from 3.40412 to 1.075e+06 in")
    assert not (tmp_path / "here").exists()


def test_compare_keeps_to_the_rules_of_run_for_folders_and_input(
    hepaplan: Hepaplan, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    taken = hepaplan("compare", TINY, TINY, "--no-plan", "--out", "mine")
    assert taken.code == 2
    assert "mine exists: choose another --out, or say --overwrite" in taken.err
    assert not any((tmp_path / "mine").iterdir())
    unknown = hepaplan("compare", TINY, "greater-manchster")
    assert unknown.code == 3
    assert 'did you mean "greater-manchester"?' in unknown.err


def test_a_failed_check_of_one_side_is_6(hepaplan: Hepaplan, tmp_path: Path) -> None:
    short = ("--set", "economics.horizon_years=20")
    ended = hepaplan("compare", TINY, TINY, "--no-plan", "--out", "here", *short)
    assert ended.code == 6
    assert "CHECKS FAILED: tiny: the horizon is long enough; tiny (2): " in ended.out


# --- the other commands --------------------------------------------------------------------------
