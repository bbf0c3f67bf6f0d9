"""The command `batch` after a change, before a run, and when it cannot go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from hepaplan.reports.batch.work import Outcome
from tests.support.command import TINY, Hepaplan, contents
from tests.support.designs import SHARE, TOP, Write, make

SHARES = f"{SHARE}values = [0.14, 0.16]\n"
ONE = ("--workers", "1", "--quiet")


pytestmark = pytest.mark.usefixtures("in_this_process")


@pytest.fixture
def design(tmp_path: Path) -> Write:
    """Write a design beside the tiny scenario."""
    shutil.copytree(TINY, tmp_path / "tiny")
    return partial(make, tmp_path)


def test_a_report_of_other_runs_never_stays(
    hepaplan: Hepaplan, design: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run is left of two, and the disk is full when their report is to be written."""
    page = tmp_path / "try-batch" / "report.html"
    hepaplan("batch", design(SHARES), *ONE)
    assert page.is_file()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    fewer = design(SHARES.replace(", 0.16", ""))
    with monkeypatch.context() as patch:
        patch.setattr("hepaplan.reports.batch.report.write_batch_report", full)
        assert hepaplan("batch", fewer, *ONE).code == 7
    assert not page.exists()
    assert "1 runs: 0 run now, 1 kept" in hepaplan("batch", fewer, *ONE).out
    assert "1 runs, 1 with a result" in page.read_text(encoding="utf-8")


def test_outputs_in_another_order_are_the_data_set_of_a_new_folder(
    hepaplan: Hepaplan, design: Write, tmp_path: Path
) -> None:
    hepaplan("batch", design(SHARES), *ONE)
    turned = TOP.replace('"new_metastases", "nothing_scarce.cost_gbp"',
                         '"nothing_scarce.cost_gbp", "new_metastases"')  # fmt: skip
    assert "2 runs: 0 run now, 2 kept" in hepaplan("batch", design(SHARES, turned), *ONE).out
    hepaplan("batch", design(SHARES, turned), "--out", "fresh", *ONE)
    used, fresh = (contents(tmp_path / name / "results") for name in ("try-batch", "fresh"))
    assert used == fresh


def test_a_dry_run_leaves_out_runs_that_are_kept(
    hepaplan: Hepaplan, design: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    hepaplan("batch", design(SHARES), *ONE)
    (chunk,) = (tmp_path / "try-batch" / "store").glob("chunk-*")
    spare = chunk.with_name("chunk-0.parquet")
    spare.write_bytes(b"PAR1")
    before = contents(tmp_path)
    ended = hepaplan("batch", design(SHARES), "--dry-run", "--workers", "1000")
    assert "2 of 2 runs are kept from before in try-batch" in ended.out
    assert "about 0 s with 1000 workers on 2 cores, by 2 timed here" in ended.out
    assert contents(tmp_path) == before


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_folder_name_is_2_and_nothing_is_written(
    hepaplan: Hepaplan, design: Write, tmp_path: Path, empty: str
) -> None:
    path = design(SHARES)
    before = contents(tmp_path)
    ended = hepaplan("batch", path, "--out", empty, *ONE)
    assert ended.code == 2
    assert "is a shell variable not set?" in ended.err
    assert contents(tmp_path) == before


def test_a_lost_scheduler_is_3_with_the_command_as_it_was_given(
    hepaplan: Hepaplan, design: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hepaplan.reports.batch import cluster

    def gone(*_: object) -> Iterator[Outcome]:
        yield Outcome("key", "done", {}, "", 0.0)
        raise cluster.SchedulerLost("the scheduler at tcp://far:1 stopped answering")

    monkeypatch.setattr(cluster, "run_on_cluster", gone)
    path = design(SHARES)
    far = ("--scheduler", "tcp://far:1", "--part", "1/2")
    ended = hepaplan("batch", path, "--yes", "--quiet", "--out", "a b", *far)
    assert ended.code == 3
    assert "cannot write or read" not in ended.err
    assert ended.err.splitlines()[-2:] == [
        "the scheduler at tcp://far:1 stopped answering",
        f"what was finished is kept; resume with: hepaplan batch {path} --out 'a b' "
        "--scheduler tcp://far:1 --part 1/2 --yes",
    ]
