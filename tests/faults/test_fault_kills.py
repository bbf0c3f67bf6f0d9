"""Six seeded kills, of what `python -m tests.faults.kills --times 50 --seed 7` does at length."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.faults.kills import kill_batches, kill_runs
from tests.faults.whole import unsound

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to kill")


A_RUN = """
from pathlib import Path
import pandas as pd
from hepaplan.reports.output import write_manifest, write_tables
from hepaplan.reports.staging import whole_run
Path("run").mkdir(exist_ok=True)
with whole_run(Path("run")) as made:
    frame = pd.DataFrame({"month": range(900), "starts": [1.5 * n for n in range(900)]})
    write_manifest(made, {}, write_tables(made, {f"table_{n}": frame for n in range(60)}))
"""
A_BATCH = """
import sys, time
from pathlib import Path
from hepaplan.reports.batch import runner
from hepaplan.reports.batch.work import attempt
from tests.reports.batch.fake_runs import runs, sums
def here(works, evaluate, _):
    for work in works:
        time.sleep(0.02)
        yield attempt(work.key, evaluate, work.payload)
runner.run_here = here
say = runner.Telling(lambda words: print(words, file=sys.stderr))
runner.run_batch(Path(sys.argv[1]), runner.Job(runs(60), sums), telling=say)
"""
"""What writes as the commands do, and takes a tenth of their time."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return tmp_path


def test_three_kills_of_what_writes_a_run(place: Path) -> None:
    command = [sys.executable, "-c", A_RUN]
    kills = kill_runs(place, 3, np.random.default_rng(7), command)
    assert [kill.into for kill in kills] == [*["into a new folder"] * 2, "over a finished run"]


def test_three_kills_of_a_batch(place: Path) -> None:
    command = [sys.executable, "-c", A_BATCH]
    assert len(kill_batches(place, 3, np.random.default_rng(7), command)) == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.xlsx", b"PK\x03\x04 half a workbook"),
        ("report.html", b"<html><body><p>half a pa"),
        ("manifest.json", b'{"files": ['),
        ("cases.csv", b"month,starts\n2027-01,1\n2027-0"),
        ("part-00000.parquet", b"PAR1 and no more"),
        ("programme.mps", b"NAME\nROWS\n N  OBJ\n"),
        ("report.xlsx.12ab.tmp", b""),
    ],
)
def test_half_a_file_is_seen(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    if name == "manifest.json":
        with pytest.raises(ValueError, match="Expecting"):
            unsound(tmp_path)
    else:
        assert len(unsound(tmp_path)) == 1


def test_a_file_that_a_manifest_lists_and_is_another_is_seen(tmp_path: Path) -> None:
    files = '{"files": [{"path": "a.csv", "sha256": "00"}, {"path": "b.csv", "sha256": "00"}]}\n'
    (tmp_path / "manifest.json").write_text(files)
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert len(unsound(tmp_path)) == 2
