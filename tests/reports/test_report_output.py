from __future__ import annotations

import csv
import json
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.reports import output
from hepaplan.reports.content import UnfitTable
from hepaplan.reports.folder_lock import OutputExists, hold
from hepaplan.reports.output import (
    create_run_folder,
    digest,
    guard_text,
    slug,
    write_manifest,
    write_tables,
)
from hepaplan.reports.staging import whole_run
from hepaplan.reports.whole_file import atomic_file


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_written_whole_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with atomic_file(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == {"a.txt"}


def test_a_fault_in_the_middle_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="power cut"), atomic_file(path) as file:
        file.write(b"half of the n")
        raise RuntimeError("power cut")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.txt"}


@pytest.mark.parametrize("fault", ["fsync", "replace"])
def test_a_fault_at_the_end_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os if fault == "fsync" else Path, fault, broken)
    with pytest.raises(OSError, match="no space"), atomic_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"a.txt"}


def test_a_file_held_by_another_program_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise PermissionError("denied")

    monkeypatch.setattr(Path, "replace", locked)
    with (
        pytest.raises(PermissionError, match=r"report\.xlsx cannot be replaced: close it"),
        atomic_file(tmp_path / "report.xlsx") as file,
    ):
        file.write(b"new")


def test_folders_are_numbered_and_a_chosen_one_is_not_touched(tmp_path: Path) -> None:
    made = [create_run_folder("Greater Manchester", beneath=tmp_path).name for _ in range(3)]
    stem = "greater-manchester-run"
    assert made == [stem, f"{stem}-2", f"{stem}-3"]
    chosen = tmp_path / "mine" / "run"
    assert create_run_folder("any", chosen) == chosen
    (chosen / "notes.txt").write_text("keep")
    with pytest.raises(OutputExists, match="choose another --out, or say --overwrite"):
        create_run_folder("any", chosen)
    assert create_run_folder("any", chosen, overwrite=True) == chosen
    assert (chosen / "notes.txt").read_text() == "keep"


def test_a_file_in_place_of_the_folder_is_refused_even_with_overwrite(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(OutputExists, match="is a file"):
        create_run_folder("any", tmp_path / "run", overwrite=True)


@pytest.mark.parametrize(
    ("name", "safe"), [("../../etc", "etc"), ("Théâtre: +1", "th-tre-1"), ("§", "scenario")]
)
def test_a_scenario_cannot_choose_where_its_folder_goes(name: str, safe: str) -> None:
    assert slug(name) == safe


def test_tables_come_back_with_full_precision(tmp_path: Path) -> None:
    table = pd.DataFrame({"month": ["2027-01", "2027-02"], "cases": [0.1 + 0.2, 1e-17]})
    (written,) = write_tables(tmp_path, {"cases": table})
    assert (written.path, written.rows, written.guarded) == ("tables/cases.csv", 2, 0)
    back = pd.read_csv(tmp_path / written.path)
    assert back["cases"].tolist() == [0.1 + 0.2, 1e-17]
    assert digest(tmp_path, written.path).sha256 == written.sha256


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused_before_anything_is_written(
    tmp_path: Path, bad: float
) -> None:
    tables = {
        "first": pd.DataFrame({"x": [1.0]}),
        "second": pd.DataFrame({"month": ["a", "b"], "starts": [1.0, bad]}),
    }
    with pytest.raises(UnfitTable, match=r"second: starts holds .* in row 2"):
        write_tables(tmp_path, tables)
    assert names(tmp_path) == set()


def test_not_stated_is_allowed_where_it_is_honest_and_written_empty(tmp_path: Path) -> None:
    table = pd.DataFrame({"policy": ["first come"], "value": [2.5], "low": [None]})
    write_tables(tmp_path, {"outcomes": table})
    text = (tmp_path / "tables" / "outcomes.csv").read_text()
    assert text == "policy,value,low\nfirst come,2.5,\n"
    infinite = table.assign(low=[math.inf])
    with pytest.raises(UnfitTable, match="outcomes: low holds inf"):
        write_tables(tmp_path, {"outcomes": infinite})


def test_text_that_looks_like_a_formula_gets_an_apostrophe_and_numbers_never(
    tmp_path: Path,
) -> None:
    table = pd.DataFrame(
        {
            "=label": ["=1+1", "+44", "-x", "@me", "\tx", "\rx", "'=a", "plain"],
            "number": [-1.5, 2, -3, 4, -5, 6, -7, 8],
            "mixed": pd.Series(["-2", -2.0, -3, "=x", "a", True, "b", "c"], dtype=object),
        }
    )
    safe, count = guard_text(table)
    assert count == 8
    assert list(safe.columns) == ["'=label", "number", "mixed"]
    (written,) = write_tables(tmp_path, {"t": table})
    assert written.guarded == 8
    with (tmp_path / written.path).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == [
        "'=1+1", "'+44", "'-x", "'@me", "'\tx", "'\rx", "'=a", "plain",
    ]  # fmt: skip
    assert [float(row[1]) for row in rows[1:]] == [-1.5, 2, -3, 4, -5, 6, -7, 8]
    assert [row[2] for row in rows[1:5]] == ["'-2", "-2.0", "-3", "'=x"]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_no_guarded_text_starts_like_a_formula(texts: list[str]) -> None:
    safe, count = guard_text(pd.DataFrame({"text": pd.Series(texts, dtype=object)}))
    assert not any(str(value).startswith(output.FORMULA_STARTS) for value in safe["text"])
    assert count == sum(text.startswith(output.FORMULA_STARTS) for text in texts)


def test_the_manifest_lists_every_file_and_refuses_nan(tmp_path: Path) -> None:
    files = write_tables(tmp_path, {"cases": pd.DataFrame({"cases": [1.5]})})
    write_manifest(tmp_path, {"scenario": "tiny", "seed": 7}, files)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["scenario"] == "tiny"
    assert manifest["files"] == [
        {
            "path": "tables/cases.csv",
            "sha256": files[0].sha256,
            "rows": 1,
            "guarded_text_cells": 0,
        }
    ]
    assert any("apostrophe" in note for note in manifest["notes"])
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_manifest(tmp_path, {"gap": math.nan}, files)
    assert json.loads((tmp_path / "manifest.json").read_text()) == manifest


def finish(folder: Path, *names: str) -> None:
    frame = pd.DataFrame({"x": np.arange(2)})
    with whole_run(folder) as made:
        write_manifest(made, {}, write_tables(made, dict.fromkeys(names, frame)))


def test_overwriting_leaves_no_table_of_the_earlier_run_and_nothing_else_is_lost(
    tmp_path: Path,
) -> None:
    finish(tmp_path, "old", "both")
    (tmp_path / "tables" / "mine.csv").write_text("x\n1\n")
    finish(tmp_path, "both", "new")
    assert names(tmp_path / "tables") == {"both.csv", "new.csv", "mine.csv"}
    assert names(tmp_path) == {"tables", "manifest.json"}


def test_a_forged_manifest_cannot_have_other_files_removed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (tmp_path / "precious.csv").write_text("keep")
    forged = {"files": [{"path": "tables/../../precious.csv"}, {"path": "../precious.csv"}]}
    (run / "manifest.json").write_text(json.dumps(forged))
    finish(run, "t")
    assert (tmp_path / "precious.csv").read_text() == "keep"


def test_one_folder_has_one_writer(tmp_path: Path) -> None:
    with (
        hold(tmp_path),
        pytest.raises(OutputExists, match="another run is writing"),
        hold(tmp_path),
    ):
        pass
    assert names(tmp_path) == set()


def test_a_lock_whose_process_is_gone_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".writing").write_text("not a process")
    with hold(tmp_path):
        assert (tmp_path / ".writing").read_text().startswith(f"{os.getpid()} ")
