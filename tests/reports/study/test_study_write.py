"""A study's folder: all of it or a folder without manifest, and facts that repeat it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from hepaplan.model.uncertainty.psa import Robustness, psa
from hepaplan.model.uncertainty.sampled import Sampling
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.content import UnfitTable
from hepaplan.reports.folder_lock import OutputExists
from hepaplan.reports.options import Output
from hepaplan.reports.study import ending
from hepaplan.reports.study import write as writing
from hepaplan.reports.study.pages import Page
from hepaplan.reports.study.terminal import study_as_json, study_as_text
from hepaplan.reports.study.write import pages_of, workbook_name, write_study
from tests.support.command import contents
from tests.support.unsure import unsure

STARTED = 1_800_000_000.0


@cache
def study() -> Study:
    return psa([unsure()], Sampling(20, seed=2), Robustness(kept=2))


def write(folder: Path, found: Study, settings: Mapping[str, str] | None = None) -> None:
    write_study(folder, found, pages_of(found), STARTED, settings or {})


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the study, written once; nobody changes it."""
    folder: Path = tmp_path_factory.mktemp("study")
    write(folder, study(), {"metastases.late_share": "0.1"})
    return folder


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a workbook and a page of one word, where what is in them does not matter."""
    for name in ("write_study_workbook", "write_study_page"):
        monkeypatch.setattr(writing, name, lambda path, _: path.write_text("short"))


def with_table(name: str, table: pd.DataFrame) -> Study:
    return replace(study(), tables={**study().tables, name: table})


def test_every_table_workbook_and_page_are_listed_with_their_digests(written: Path) -> None:
    files = contents(written)
    manifest = json.loads(files.pop("manifest.json"))
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    assert listed == {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    assert files.keys() == {"psa.xlsx", "report.html"} | {
        f"tables/{name}.csv" for name in study().tables
    }
    rows = {entry["path"]: entry.get("rows") for entry in manifest["files"]}
    assert rows["tables/draws.csv"] == 20
    assert rows["psa.xlsx"] is None


def test_the_manifest_says_how_to_repeat_the_study(written: Path) -> None:
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["command"], manifest["scenario"]) == ("psa", "unsure")
    assert manifest["settings"] == {"metastases.late_share": "0.1"}
    assert (manifest["draws"], manifest["seed"], manifest["design"]) == (20, 2, "random")
    assert manifest["draws the plan is kept in"] == 2
    assert manifest["input_hashes"] == dict(unsure().input_hashes)
    assert "hepaplan" in manifest["versions"]
    assert all(seconds >= 0 for seconds in study().seconds.values())


@pytest.mark.usefixtures("short")
def test_a_table_with_a_number_that_is_none_is_refused_and_the_study_before_stays(
    tmp_path: Path,
) -> None:
    write(tmp_path, study())
    before = contents(tmp_path)
    broken = study().tables["draws"].copy()
    broken.iloc[3, 1] = float("nan")
    with pytest.raises(UnfitTable, match=r"draws: .* holds nan in row 4"):
        write(tmp_path, with_table("draws", broken))
    assert contents(tmp_path) == before


@pytest.mark.usefixtures("short")
def test_columns_that_may_lack_a_number_are_few_and_named(tmp_path: Path) -> None:
    """Policies have no base case; their means have."""
    assert study().tables["intervals"]["base"].isna().any()
    write(tmp_path, study())
    broken = study().tables["intervals"].assign(mean=float("nan"))
    with pytest.raises(UnfitTable, match="intervals: mean holds nan"):
        write(tmp_path, with_table("intervals", broken))


@pytest.mark.usefixtures("short")
def test_a_folder_that_is_written_again_keeps_no_table_of_the_earlier_study(
    tmp_path: Path,
) -> None:
    more = with_table("earlier", pd.DataFrame({"a": [1]}))
    write(tmp_path, more)
    assert (tmp_path / "tables" / "earlier.csv").exists()
    (tmp_path / "note.txt").write_text("mine")
    write(tmp_path, study())
    assert not (tmp_path / "tables" / "earlier.csv").exists()
    assert (tmp_path / "note.txt").read_text() == "mine"


def test_a_folder_in_which_another_writes_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".writing").write_text("1")
    with pytest.raises(OutputExists, match="another run is writing"):
        write(tmp_path, study())
    assert contents(tmp_path) == {".writing": b"1"}


@pytest.mark.usefixtures("short")
def test_a_page_that_fails_leaves_word_of_it_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(writing, "write_study_page", fails)
    with pytest.raises(OSError, match="no space"):
        write(tmp_path, study())
    assert set(contents(tmp_path)) == {"manifest.json"}
    assert b'"status": "failed"' in contents(tmp_path)["manifest.json"]


def test_pages_that_cannot_be_made_leave_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Study) -> tuple[Page, ...]:
        raise KeyError("a column that is not there")

    monkeypatch.setitem(writing.BUILDERS, "psa", fails)
    folder = tmp_path / "asked"
    with pytest.raises(KeyError, match="not there"):
        ending.written(study(), Output(folder, {}, False, False, True), STARTED)
    assert not folder.exists()


def test_pages_carry_question_headlines_facts_and_the_warning_of_made_up_sites() -> None:
    pages = pages_of(study())
    assert pages.title == "Two regions, two sites, figures unsure: how sure we are"
    assert pages.question == study().question
    assert pages.headlines == study().headlines
    assert ("Draws", "20") in pages.facts
    assert ("Scenarios", "unsure") in pages.facts
    assert pages.notes[0].startswith("ILLUSTRATIVE")
    assert len({page.title for page in pages.pages}) == len(pages.pages)


def test_text_gives_title_sentences_and_files_and_json_no_nan(tmp_path: Path) -> None:
    text = study_as_text(study(), tmp_path, 3.4).splitlines()
    assert "how sure we are" in text[0]
    assert text[1:-1] == [f"- {sentence}" for sentence in study().headlines]
    assert text[-1] == f"3 s: {tmp_path / workbook_name(study())}, {tmp_path / 'report.html'}"
    document = study_as_json(study(), tmp_path, 0.0)
    assert "NaN" not in document
    found = json.loads(document)
    assert found["headlines"] == list(study().headlines)
    assert len(found["intervals"]) == len(study().tables["intervals"])
    assert found["draws"] == 20
