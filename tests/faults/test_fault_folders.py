"""Two runs into one folder, and what a run finds of one that did not finish."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from hepaplan.reports import folder_lock, staging
from hepaplan.reports.folder_lock import LOCK, NEW, OutputExists, hold
from hepaplan.reports.output import (
    create_run_folder,
    is_left_over,
    refuse_taken,
    write_manifest,
    write_tables,
)
from hepaplan.reports.staging import READY, whole_run
from hepaplan.reports.whole_file import replace_file
from tests.faults.whole import unsound
from tests.support.command import contents

FRAME = pd.DataFrame({"month": ["2027-01", "2027-02"], "starts": [1.5, 2.25]})
HOLDER = """
import sys, time
from pathlib import Path
from hepaplan.reports.folder_lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def write(folder: Path, **tables: pd.DataFrame) -> None:
    with whole_run(folder) as made:
        write_manifest(made, {"command": "run"}, write_tables(made, tables))


def status(folder: Path) -> str:
    return str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"])


def killed_holder(folder: Path) -> subprocess.Popen[str]:
    """Return a process that held the folder and was killed."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(OutputExists, match=rf"\(process {holder.pid}, since 20.* UTC\): wait"):
            write(folder, starts=FRAME)
        holder.kill()
    return holder


def test_a_second_process_is_refused_and_a_dead_ones_lock_taken_over_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holder = killed_holder(tmp_path)
    (tmp_path / NEW).mkdir()
    (tmp_path / ".report.xlsx.0123456789ab.tmp").write_bytes(b"half")
    (tmp_path / ".mine.tmp").write_bytes(b"not one of ours")
    write(tmp_path, starts=FRAME)
    said = capsys.readouterr().err
    assert f"(process {holder.pid}, since " in said
    assert "did not finish; left from it, and removed: .new, .report.xlsx.0123456789ab.tmp" in said
    assert set(contents(tmp_path)) == {"tables/starts.csv", "manifest.json", ".mine.tmp"}
    assert status(tmp_path) == "finished"


def test_another_process_with_the_number_of_a_dead_one_does_not_hold_its_folder(
    tmp_path: Path,
) -> None:
    """The lock names this process, which runs, but with a start that is not its own."""
    if not folder_lock._born(os.getpid()):
        pytest.skip("this system does not say when a process started")
    (tmp_path / LOCK).write_text(f"{os.getpid()} 1 2026-01-02 03:04:05 UTC")
    with hold(tmp_path):
        pass
    (tmp_path / LOCK).write_text(folder_lock._text_of_this_process())
    with pytest.raises(OutputExists, match="another run"), hold(tmp_path):
        pass


def test_two_that_take_over_at_once_do_not_both_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading a dead lock and removing it, another process takes the folder."""
    lock, rename = tmp_path / LOCK, Path.rename
    lock.write_text("not a process")
    theirs = folder_lock._text_of_this_process()

    def late(path: Path, aside: Path) -> Path:
        path.write_text(theirs)
        return rename(path, aside)

    monkeypatch.setattr(Path, "rename", late)
    with pytest.raises(OutputExists, match="another run"), hold(tmp_path):
        pass
    assert contents(tmp_path) == {LOCK: theirs.encode()}


def test_the_same_command_goes_on_where_only_a_killed_runs_leavings_are(tmp_path: Path) -> None:
    folder = tmp_path / "tiny-run"
    folder.mkdir()
    assert not is_left_over(folder)
    killed_holder(folder)
    (folder / NEW).mkdir()
    refuse_taken(folder, overwrite=False)
    assert create_run_folder("any", folder) == folder
    assert create_run_folder("tiny", beneath=tmp_path) == folder
    (folder / "mine.txt").write_text("keep")
    assert create_run_folder("tiny", beneath=tmp_path).name == "tiny-run-2"
    with pytest.raises(OutputExists, match="exists, and a run into it did not finish: choose"):
        refuse_taken(folder, overwrite=False)


@pytest.mark.parametrize(
    ("error", "ended"),
    [(KeyboardInterrupt(), "interrupted"), (SystemExit(143), "interrupted"),
     (ValueError("a bug"), "failed")],
)  # fmt: skip
def test_a_new_folder_says_that_its_run_ended_early_and_may_be_used_again(
    tmp_path: Path, error: BaseException, ended: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(type(error)), whole_run(tmp_path) as made:
        write_tables(made, {"starts": FRAME})
        raise error
    assert set(contents(tmp_path)) == {"manifest.json"}
    assert status(tmp_path) == ended
    refuse_taken(tmp_path, overwrite=False)
    write(tmp_path, starts=FRAME)
    assert f"did not finish ({ended})" in capsys.readouterr().err
    assert status(tmp_path) == "finished"
    with pytest.raises(OutputExists):
        refuse_taken(tmp_path, overwrite=False)


def test_a_finished_run_stays_as_it_is_until_the_next_one_is_whole(tmp_path: Path) -> None:
    write(tmp_path, starts=FRAME, old=FRAME)
    before = contents(tmp_path)
    with pytest.raises(KeyboardInterrupt), whole_run(tmp_path) as made:
        write_tables(made, {"starts": FRAME * 2})
        raise KeyboardInterrupt
    assert contents(tmp_path) == before
    write(tmp_path, starts=FRAME * 2)
    assert set(contents(tmp_path)) == {"tables/starts.csv", "manifest.json"}


@pytest.mark.parametrize("moved", range(4))
def test_a_run_stopped_while_it_is_put_in_place_is_not_lost(
    tmp_path: Path, moved: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is whole on the disk; how many of its three files were moved, the next run moves the rest.

    That next run fails itself, so what is there then is all of the one before.
    """
    write(tmp_path, starts=FRAME, old=FRAME)
    count = [0]

    def stopped(made: Path, path: Path) -> None:
        if count[0] == moved:
            raise KeyboardInterrupt
        count[0] += 1
        replace_file(made, path)

    with monkeypatch.context() as patch:
        patch.setattr(staging, "replace_file", stopped)
        if moved == 3:
            patch.setattr(staging, "_listed", lambda _: stopped(tmp_path, tmp_path))
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path, starts=FRAME * 2, new=FRAME)
    assert (tmp_path / READY).is_dir()
    with pytest.raises(ValueError, match="a bug"), whole_run(tmp_path):
        raise ValueError("a bug")
    assert "was whole, and has been put in place" in capsys.readouterr().err
    assert set(contents(tmp_path)) == {"tables/starts.csv", "tables/new.csv", "manifest.json"}
    assert "4.5" in (tmp_path / "tables" / "starts.csv").read_text()
    assert unsound(tmp_path) == []


IN_A_RUN = """
import sys, time
from pathlib import Path
from hepaplan.reports.exits import command, run_to_the_end
from hepaplan.reports.staging import whole_run
import click
@click.command()
@command
def write():
    with whole_run(Path(".")):
        print("held", flush=True)
        time.sleep(600)
run_to_the_end(write)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither signal")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_with_its_code_and_the_manifest_says_so(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", IN_A_RUN], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        process.send_signal(number)
        assert process.wait(timeout=120) == code
    assert set(contents(tmp_path)) == {"manifest.json"}
    assert status(tmp_path) == "interrupted"
