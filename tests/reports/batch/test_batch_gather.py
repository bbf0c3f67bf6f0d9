"""Parts that were run apart, by jobs of a queue, joined into one data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepaplan.model.batch.parts import part
from hepaplan.model.problems import WrongUse
from hepaplan.reports.batch.gather import PartsMissing, gather, part_folder
from hepaplan.reports.batch.runner import Job, run_batch
from tests.reports.batch.fake_runs import faulty, runs, sums, work

WORKS = runs(20)
OF = 3
COMMAND = "hepaplan batch design.toml --out made"


def run_part(folder: Path, number: int) -> None:
    chosen = [WORKS[place] for place in part(range(len(WORKS)), number, OF)]
    run_batch(part_folder(folder, number, OF), Job(chosen, sums))


def data(folder: Path) -> bytes:
    return (folder / "results" / "part-00000.parquet").read_bytes()


def test_parts_gathered_equal_the_whole(tmp_path: Path) -> None:
    apart, whole = tmp_path / "apart", tmp_path / "whole"
    for number in (2, 3, 1):
        run_part(apart, number)
    report = gather(apart, Job(WORKS, sums))
    run_batch(whole, Job(WORKS, sums))
    assert (report.runs, report.evaluated, report.reused) == (20, 0, 20)
    assert data(apart) == data(whole)
    assert (apart / "batch.json").read_bytes() == (whole / "batch.json").read_bytes()


def test_missing_parts_are_listed_with_their_commands_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    run_part(tmp_path, 2)
    with pytest.raises(PartsMissing) as caught:
        gather(tmp_path, Job(WORKS, sums, command=COMMAND))
    assert str(caught.value) == (
        f"13 of 20 runs are not in {tmp_path} yet, so nothing was gathered; run\n"
        f"  {COMMAND} --part 1/3\n  {COMMAND} --part 3/3"
    )
    assert not (tmp_path / "results").exists()


def test_a_damaged_part_is_missing_again(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        run_part(tmp_path, number)
    (chunk,) = (part_folder(tmp_path, 2, OF) / "store").glob("chunk-*")
    chunk.write_bytes(b"PAR1")
    with pytest.raises(PartsMissing, match=r"--part 2/3$"):
        gather(tmp_path, Job(WORKS, sums, command=COMMAND))


def test_many_missing_parts_are_counted(tmp_path: Path) -> None:
    of = 100
    works = runs(of)
    run_batch(part_folder(tmp_path, 7, of), Job(works[6:7], sums))
    with pytest.raises(PartsMissing, match=r"--part 21/100\n  … and 79 more parts"):
        gather(tmp_path, Job(works, sums))


def test_a_failed_run_of_a_part_is_reported_not_missing(tmp_path: Path) -> None:
    works = [work(n, {"beds": n, "rate": 0.5, "fault": "bug" if n else ""}) for n in range(2)]
    for number in (1, 2):
        run_batch(part_folder(tmp_path, number, 2), Job(works[number - 1 : number], faulty))
    report = gather(tmp_path, Job(works, faulty))
    assert [failure.run for failure in report.failures] == [1]


def test_names_of_part_folders_sort_as_their_numbers(tmp_path: Path) -> None:
    names = [part_folder(tmp_path, number, 100).name for number in (1, 20, 100)]
    assert names == ["part-001-of-100", "part-020-of-100", "part-100-of-100"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="run the parts first"):
        gather(tmp_path / "nowhere", Job(WORKS, sums))


def test_a_stray_folder_of_parts_neither_delays_nor_misleads(tmp_path: Path) -> None:
    run_part(tmp_path, 2)
    for stray in ("part-1-of-999999999", "part-1-of-1000000000"):
        (tmp_path / stray).mkdir()
    with pytest.raises(PartsMissing, match=r"--part 3/3$"):
        gather(tmp_path, Job(WORKS, sums, command=COMMAND))


def test_parts_that_all_lack_results_are_still_counted(tmp_path: Path) -> None:
    part_folder(tmp_path, 1, OF).mkdir()
    with pytest.raises(PartsMissing, match=r"--part 1/3\n.*--part 2/3\n.*--part 3/3$"):
        gather(tmp_path, Job(WORKS, sums, command=COMMAND))
