"""Whole batches by processes of this machine: equal results, whatever happens to them."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from hepaplan.model.problems import WrongUse
from hepaplan.reports.batch.results import survey
from hepaplan.reports.batch.runner import BatchReport, Job, Means, Telling, run_batch
from hepaplan.reports.batch.work import Work
from hepaplan.reports.folder_lock import LOCK, OutputExists
from tests.reports.batch.fake_runs import faulty, noted_sums, runs, sums, work


def results(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the data set and of the failures."""
    files = [*(folder / "results").iterdir(), folder / "failures.csv"]
    return {path.name: path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    run_batch(folder, Job(runs(40), sums, {"design": "beds"}))
    return folder


def test_the_data_set_has_the_design_and_the_outputs_in_order(whole: Path) -> None:
    table = pd.read_parquet(whole / "results")
    assert list(table) == ["run", "beds", "rate", "plan.total", "plan.cost_gbp", "key", "status"]
    assert list(table["run"]) == list(range(40))
    assert table["beds"].dtype == "int64"
    for row, run in zip(table.itertuples(), runs(40), strict=True):
        assert row.key == run.key
        assert tuple(row[4:6]) == tuple(sums(run.payload).values())


def test_duckdb_reads_the_data_set(whole: Path) -> None:
    query = f"select count(*), max(rate) from read_parquet('{whole}/results/*.parquet')"
    found = duckdb.sql(query)
    assert found is not None
    assert found.fetchall() == [(40, 0.1 * 39)]


def test_the_manifest_says_what_was_made_and_nobody_who_made_it(whole: Path) -> None:
    text = (whole / "batch.json").read_text()
    found = json.loads(text)
    assert (found["design"], found["runs"], found["done"]) == ("beds", 40, 40)
    assert [file["path"] for file in found["files"]] == [
        "results/part-00000.parquet",
        "failures.csv",
    ]
    assert str(whole) not in text


@pytest.mark.parametrize("chunk", [1, 7])
def test_workers_and_chunks_do_not_change_a_bit(
    whole: Path, tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hepaplan.reports.batch.store.LARGEST_CHUNK", chunk)
    run_batch(tmp_path, Job(list(reversed(runs(40))), sums), Means(workers=2))
    run_batch(tmp_path, Job(runs(40), sums))
    assert results(tmp_path) == results(whole)


def test_a_changed_result_changes_the_hash(whole: Path, tmp_path: Path) -> None:
    altered = [*runs(39), work(39, {"beds": 4, "rate": 3.9})]
    run_batch(tmp_path, Job(altered, sums))
    assert results(tmp_path) != results(whole)


def test_part_files_divide_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hepaplan.reports.batch.results.ROWS_EACH", 15)
    run_batch(tmp_path, Job(runs(40), sums))
    assert len(list((tmp_path / "results").iterdir())) == 3
    assert list(pd.read_parquet(tmp_path / "results")["run"]) == list(range(40))


def marked(tmp_path: Path, count: int) -> tuple[list[Work], Path]:
    marks = tmp_path / "marks"
    marks.touch()
    return runs(count, marks=str(marks)), marks


def test_finished_runs_are_never_done_again(tmp_path: Path) -> None:
    works, marks = marked(tmp_path, 12)
    folder = tmp_path / "batch"
    first = run_batch(folder, Job(works[:5], noted_sums))
    again = run_batch(folder, Job(works[:5], noted_sums))
    more = run_batch(folder, Job(works[3:], noted_sums))
    counts = [(report.runs, report.evaluated, report.reused) for report in (first, again, more)]
    assert counts == [(5, 5, 0), (5, 0, 5), (9, 7, 2)]
    assert len(marks.read_text().split()) == 12
    assert list(pd.read_parquet(folder / "results")["run"]) == list(range(3, 12))


def test_one_run_that_stands_twice_in_a_design_is_done_once(tmp_path: Path) -> None:
    works, marks = marked(tmp_path, 3)
    twin = Work(3, works[1].key, works[1].inputs, works[1].payload)
    report = run_batch(tmp_path / "batch", Job([*works, twin], noted_sums))
    assert (report.runs, report.evaluated) == (4, 3)
    assert len(marks.read_text().split()) == 3
    table = pd.read_parquet(tmp_path / "batch" / "results")
    assert table["plan.total"][1] == table["plan.total"][3]


def test_a_damaged_chunk_is_done_again_with_the_same_result(whole: Path, tmp_path: Path) -> None:
    run_batch(tmp_path, Job(runs(20), sums))
    run_batch(tmp_path, Job(runs(40), sums))
    first, _ = sorted(
        (tmp_path / "store").glob("chunk-*"), key=lambda path: path.stat().st_mtime_ns
    )
    first.write_bytes(first.read_bytes()[:-1])
    notes: list[str] = []
    report = run_batch(tmp_path, Job(runs(40), sums), telling=Telling(note=notes.append))
    assert (report.evaluated, report.reused) == (20, 20)
    assert first.name in notes[0]
    assert results(tmp_path) == results(whole)


def with_faults(tmp_path: Path) -> list[Work]:
    faults = {2: "no answer", 4: "bug", 5: "nan", 7: "poison", 8: "once"}
    mark = str(tmp_path / "mark")
    return [
        work(n, {"beds": n, "rate": 0.1 * n, "fault": faults.get(n, ""), "mark": mark})
        for n in range(10)
    ]


def test_failing_runs_are_listed_and_stop_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    report = run_batch(folder, Job(with_faults(tmp_path), faulty), Means(workers=2))
    found = {failure.run: (failure.status, failure.words) for failure in report.failures}
    assert found == {
        2: ("refused", "theatre_minutes cannot hold a whole case"),
        4: ("failed", found[4][1]),
        5: ("failed", "not a finite number: plan.total is nan"),
        7: ("failed", found[7][1]),
    }
    assert found[4][1].startswith("KeyError in faulty, line ")
    assert "ended 3 times (signal 9)" in found[7][1]
    table = pd.read_parquet(folder / "results").set_index("run")
    assert list(table.index[table["status"] == "done"]) == [0, 1, 3, 6, 8, 9]
    assert table["plan.total"].isna().sum() == 4
    with (folder / "failures.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["run"] for row in rows] == ["2", "4", "5", "7"]
    assert rows[0]["rate"] == "0.2"


def test_a_resumed_batch_tries_failed_runs_again_and_refused_ones_not(tmp_path: Path) -> None:
    folder = tmp_path / "batch"
    run_batch(folder, Job(with_faults(tmp_path), faulty), Means(workers=2))
    again = run_batch(folder, Job(with_faults(tmp_path), sums), Means(workers=2))
    assert (again.evaluated, again.reused) == (3, 7)
    assert [failure.run for failure in again.failures] == [2]


def test_an_old_manifest_never_stands_beside_unfinished_work(tmp_path: Path) -> None:
    run_batch(tmp_path, Job(runs(3), sums))

    class Interrupted(Exception):
        pass

    def stop(_: str) -> None:
        assert not (tmp_path / "batch.json").exists()
        raise Interrupted

    with pytest.raises(Interrupted):
        run_batch(tmp_path, Job(runs(5), sums), telling=Telling(say=stop, every=0.0))
    assert run_batch(tmp_path, Job(runs(5), sums)).reused >= 4


def test_a_full_disk_stops_the_batch_and_it_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full once the results are there: what is written before any is small."""
    flushed = os.fsync

    def full(handle: int) -> None:
        if (tmp_path / "store" / "journal.jsonl").exists():
            raise OSError(28, "No space left on device")
        flushed(handle)

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            run_batch(tmp_path, Job(runs(6), sums))
    report = run_batch(tmp_path, Job(runs(6), sums))
    assert (report.evaluated, report.reused) == (0, 6)


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("1")
    with pytest.raises(OutputExists, match="another run is writing"):
        run_batch(tmp_path, Job(runs(2), sums))


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    works = [work(0, {"beds": 1, "rate": 0.5, "plan.total": 2.0})]
    with pytest.raises(WrongUse, match=r"would have one name: plan\.total"):
        run_batch(tmp_path, Job(works, sums))


def test_a_worker_that_cannot_start_is_no_endless_wait(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no worker process could start"):
        run_batch(tmp_path, Job(runs(3), BROKEN))


class _Broken:
    """Something that can be sent to a process, and not received there."""

    def __call__(self, _: object) -> dict[str, float]:
        return {}

    def __reduce__(self) -> tuple[object, ...]:
        return int, ("not a number",)


BROKEN = _Broken()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "whole"),
        ([1, 2.5], "number"),
        ([True, False], "truth"),
        ([True, 1], "text"),
        ([0.5, "none"], "text"),
        ([None, 3], "whole"),
    ],
)
def test_a_column_has_one_type(values: list[object], kind: str) -> None:
    works = [
        Work(number, str(number), {"axis": value}, None) for number, value in enumerate(values)
    ]
    assert survey(works).kinds == {"axis": kind}


def test_a_column_of_mixed_types_is_written_as_text(tmp_path: Path) -> None:
    works = [Work(n, str(n), {"axis": v}, {"rate": 1.0, "beds": 2}) for n, v in enumerate(MIXED)]
    run_batch(tmp_path, Job(works, sums))
    column = pd.read_parquet(tmp_path / "results")["axis"]
    assert column[:3].to_list() == ["0.5", "none", "True"]
    assert column.isna().to_list() == [False, False, False, True]


MIXED: list[object] = [0.5, "none", True, None]


def test_a_report_counts_what_was_done(tmp_path: Path) -> None:
    report = run_batch(tmp_path, Job(runs(4), sums), Means(workers=2))
    assert report == BatchReport(tmp_path, 4, 4, 0, (), report.seconds)
