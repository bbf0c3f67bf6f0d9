"""Batches gone on with after something changed, after a fault in a file, or after a signal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hepaplan.reports.batch import runner
from hepaplan.reports.batch.kept_for import changed_since, note_made_from
from hepaplan.reports.batch.runner import Job, Telling, run_batch
from hepaplan.reports.batch.work import Outcome
from tests.faults.kills import DESIGN
from tests.reports.batch.fake_runs import runs, sums
from tests.support.command import TINY, Hepaplan, contents

FACTS = {
    "design_hash": "d1",
    "code_version": "c1",
    "base_hashes": {"tiny": "b1", "dear": "b2"},
    "input_hashes": {"tiny": {"capacity.csv": "f1", "stage.csv": "f2"}, "dear": {"s": "f3"}},
}
ONE = ("--workers", "1", "--quiet", "--out", "here")


pytestmark = pytest.mark.usefixtures("in_this_process")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ""),
        ({"design_hash": "d2"}, "kept: the design; runs"),
        ({"code_version": "c2"}, "kept: the program; runs"),
        ({"base_hashes": {"tiny": "b9", "dear": "b2"},
          "input_hashes": {"tiny": {"capacity.csv": "f9", "stage.csv": "f2"}}},
         "kept: scenario 'tiny' (capacity.csv); runs"),
        ({"base_hashes": {"tiny": "b1"}}, "scenario 'dear' is no longer in the design"),
        ({"base_hashes": {"tiny": "b1", "dear": "b2", "new": "b3"}}, "scenario 'new' is new"),
    ],
)  # fmt: skip
def test_what_changed_since_results_were_kept_is_named(
    tmp_path: Path, changed: Mapping[str, object], words: str
) -> None:
    (tmp_path / "store").mkdir()
    assert changed_since(tmp_path, FACTS) == ""
    note_made_from(tmp_path, FACTS)
    said = changed_since(tmp_path, {**FACTS, **changed})
    assert words in said
    assert bool(said) == bool(words)


def test_a_changed_input_is_named_and_its_runs_done_again(
    hepaplan: Hepaplan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One figure of one file: every run depends on it, so none is taken from before."""
    monkeypatch.setattr("hepaplan.reports.batch.report.write_batch_report", lambda *_: None)
    shutil.copytree(TINY, tmp_path / "tiny")
    (tmp_path / "design.toml").write_text(DESIGN.format(steps=2), encoding="utf-8")
    assert hepaplan("batch", "design.toml", *ONE).code == 0
    before = (tmp_path / "here" / "results" / "part-00000.parquet").read_bytes()
    path = tmp_path / "tiny" / "capacity.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("hilltop,theatre,0.25", "hilltop,theatre,0.75"), encoding="utf-8")
    ended = hepaplan("batch", "design.toml", *ONE)
    assert ended.code == 0
    assert "scenario 'tiny' (" in ended.err
    assert "capacity.csv" in ended.err
    assert "2 runs: 2 run now, 0 kept from before" in ended.out
    assert (tmp_path / "here" / "results" / "part-00000.parquet").read_bytes() != before


def test_an_altered_result_is_set_aside_said_and_done_again(tmp_path: Path) -> None:
    told: list[str] = []
    run_batch(tmp_path, Job(runs(5), sums))
    whole = (tmp_path / "results" / "part-00000.parquet").read_bytes()
    (chunk,) = (tmp_path / "store").glob("chunk-*")
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)
    report = run_batch(tmp_path, Job(runs(5), sums), telling=Telling(told.append))
    assert report.evaluated == 5
    assert len(told) == 1
    assert "its content does not match the hash in its name" in told[0]
    assert (tmp_path / "results" / "part-00000.parquet").read_bytes() == whole


@pytest.mark.parametrize(
    ("error", "ended"),
    [(KeyboardInterrupt, "interrupted"), (SystemExit, "interrupted"), (MemoryError, "failed")],
)
def test_a_batch_that_ends_early_says_so_and_goes_on(
    tmp_path: Path, error: type[BaseException], ended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = vars(runner)["run_here"]

    def early(*given: Any) -> Iterator[Outcome]:
        yield from list(here(*given))[:3]
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(runner, "run_here", early)
        with pytest.raises(error):
            run_batch(tmp_path, Job(runs(5), sums))
    assert json.loads((tmp_path / "batch.json").read_text())["status"] == ended
    report = run_batch(tmp_path, Job(runs(5), sums))
    assert (report.evaluated, report.reused) == (2, 3)
    assert json.loads((tmp_path / "batch.json").read_text())["status"] == "finished"
    assert not [name for name in contents(tmp_path) if name.endswith(".tmp")]
