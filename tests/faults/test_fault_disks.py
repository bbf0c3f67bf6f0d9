"""Disks that are full, folders that may not be written, and folders that go away."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest

from hepaplan.reports.batch.runner import Job, run_batch
from hepaplan.reports.exits import DISK, Stop, user_errors
from hepaplan.reports.output import write_manifest, write_tables
from hepaplan.reports.staging import whole_run
from tests.faults import points
from tests.faults.whole import unsound
from tests.reports.batch.fake_runs import runs, sums
from tests.support.command import TINY, Hepaplan, contents

FRAME = pd.DataFrame({"month": range(12_000), "starts": [1.5 * n for n in range(12_000)]})
NO_MOUNT = "only root may mount a small disk here"


@contextmanager
def mounted(place: Path, options: str) -> Iterator[Path]:
    """Yield a disk in memory at a new place; the test is skipped where it cannot be mounted."""
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip(NO_MOUNT)
    done = subprocess.run([mount, "-t", "tmpfs", "-o", options, "none", place], check=False)
    if done.returncode:
        pytest.skip(NO_MOUNT)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "small", "size=1600k") as place:
        yield place


def write(folder: Path, **tables: pd.DataFrame) -> None:
    with whole_run(folder) as made:
        write_manifest(made, {}, write_tables(made, tables))


def report(folder: Path) -> None:
    """Write a table of 200 kB, then a workbook and a page, by the writers of every report."""
    with whole_run(folder) as made:
        tables = write_tables(made, {"starts": FRAME})
        points.workbook(made)
        points.page(made)
        write_manifest(made, {}, tables)


def test_a_report_that_finds_no_room_is_7_and_the_old_report_stays(small_disk: Path) -> None:
    """There is room for another table, not for the workbook; the folder and the need are said."""
    folder, ballast = small_disk / "run", small_disk / "ballast"
    folder.mkdir()
    report(folder)
    before = contents(folder)
    free, table = shutil.disk_usage(small_disk).free, len(before["tables/starts.csv"])
    ballast.write_bytes(b"0" * (free - table - 16_000))
    with pytest.raises(Stop) as end, user_errors():
        report(folder)
    code, words = end.value.args
    assert code == DISK
    assert f"No space left in {folder}: at least " in words
    stated = float(words.partition("at least ")[2].partition(" MB")[0])
    assert stated == pytest.approx(sum(map(len, before.values())) / 1e6, abs=0.1)
    assert contents(folder) == before
    assert unsound(folder) == []


def test_a_new_report_that_finds_no_room_leaves_nothing_but_that_it_failed(
    tmp_path: Path,
) -> None:
    """A limit on the size of a file, which every system has: 100 kB, and the table has more."""
    folder = tmp_path / "run"
    folder.mkdir()
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, old[1]))
    try:
        with pytest.raises(OSError, match=f"No space left in {folder}: at least 0.1 MB"):
            write(folder, starts=FRAME, few=FRAME.head(3))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert set(contents(folder)) == {"manifest.json"}
    assert json.loads((folder / "manifest.json").read_text())["status"] == "failed"
    write(folder, starts=FRAME)
    assert unsound(folder) == []


@pytest.mark.usefixtures("in_this_process")
def test_a_batch_on_a_full_disk_goes_on_when_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    """All but 24 kB are taken; once they are free the end is that of a batch that had room."""
    folder, ballast = small_disk / "batch", small_disk / "ballast"
    free = shutil.disk_usage(small_disk).free
    ballast.write_bytes(b"0" * (free - 24_000 - free % 4096))
    with pytest.raises(OSError, match=f"No space left in {folder}: at least .* are needed"):
        run_batch(folder, Job(runs(160), sums))
    assert unsound(folder) == []
    ballast.unlink()
    report = run_batch(folder, Job(runs(160), sums))
    assert report.reused > 20
    run_batch(tmp_path / "whole", Job(runs(160), sums))
    for name in ("results/part-00000.parquet", "failures.csv", "batch.json"):
        assert (folder / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_folder_that_may_not_be_written_is_7_before_anything_is_worked_out(
    hepaplan: Hepaplan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was worked out")

    monkeypatch.setattr("hepaplan.model.evaluate.evaluate", never)
    with read_only(tmp_path / "locked") as place:
        ended = hepaplan("run", TINY, "--out", place / "new")
        assert ended.code == DISK
        assert "the folder may not be written" in ended.err
        assert place.name in ended.err
        monkeypatch.chdir(place)
        assert hepaplan("run", TINY).code == DISK
        with pytest.raises(OSError, match=r"Read-only|Permission"):
            run_batch(place / "batch", Job(runs(2), sums))
        monkeypatch.chdir(tmp_path)


@contextmanager
def read_only(place: Path) -> Iterator[Path]:
    """Yield a folder that may not be written: root needs a disk of its own for that."""
    if os.geteuid() == 0:
        with mounted(place, "ro,size=64k"):
            yield place
        return
    place.mkdir(mode=0o555)
    yield place
    place.chmod(0o755)


def test_a_folder_removed_under_a_run_is_said_and_not_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with pytest.raises(Stop) as end, user_errors(), whole_run(folder) as made:
        write_tables(made, {"starts": FRAME})
        shutil.rmtree(folder)
        write_tables(made, {"more": FRAME})
    assert end.value.args[0] == DISK
    assert f"{folder} was removed while it was written into" in end.value.args[1]
    assert not folder.exists()


@pytest.mark.usefixtures("in_this_process")
def test_a_folder_removed_under_a_batch_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "batch"

    def evaluate(payload: dict[str, float]) -> dict[str, float]:
        if payload["beds"] == 3:
            with suppress(FileNotFoundError):
                shutil.rmtree(folder)
        return sums(payload)

    with pytest.raises(FileNotFoundError, match="was removed while the batch ran"):
        run_batch(folder, Job(runs(6), evaluate))
    assert not folder.exists()
