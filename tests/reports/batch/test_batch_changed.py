"""Batches whose design, program or outputs changed: nothing of before is taken for what is new."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from hepaplan.reports.batch.runner import Job, Telling, run_batch
from hepaplan.reports.batch.work import ProgramChanged
from tests.reports.batch.fake_runs import faulty, installed, runs, sums, upgrading, work
from tests.support.command import contents


def test_a_program_changed_meanwhile_ends_the_batch_and_what_was_finished_is_kept(
    tmp_path: Path,
) -> None:
    """The process that follows a lost one has the new program, whose results are others."""
    program = tmp_path / "program"
    program.write_text("old")
    code = partial(installed, str(program))
    job = Job(runs(9, program=str(program)), upgrading, command="hepaplan batch d", code=code)
    with pytest.raises(ProgramChanged, match="now has code new; expected code old") as caught:
        run_batch(tmp_path / "batch", job)
    assert caught.value.ending == "what was finished is kept; resume with: hepaplan batch d"
    assert run_batch(tmp_path / "batch", job).reused == 3


def test_columns_of_outputs_are_those_asked_for_in_their_order(tmp_path: Path) -> None:
    names = ("plan.cost_gbp", "plan.total")
    for folder in (tmp_path / "used", tmp_path / "fresh"):
        if folder.name == "used":
            run_batch(folder, Job(runs(4), sums, outputs=names[::-1]))
        run_batch(folder, Job(runs(4), sums, outputs=names))
    assert contents(tmp_path / "used" / "results") == contents(tmp_path / "fresh" / "results")
    assert list(pd.read_parquet(tmp_path / "used" / "results"))[3:5] == list(names)


def test_columns_of_outputs_are_there_if_every_run_is_refused(tmp_path: Path) -> None:
    works = [work(n, {"beds": n, "rate": 0.5, "fault": "no answer"}) for n in range(2)]
    run_batch(tmp_path, Job(works, faulty, outputs=("plan.total",)))
    table = pd.read_parquet(tmp_path / "results")
    assert table["plan.total"].isna().all()
    assert table["plan.total"].dtype == "float64"


def test_reports_go_before_other_results_come(tmp_path: Path) -> None:
    run_batch(tmp_path, Job(runs(4), sums))
    page = tmp_path / "report.html"
    page.write_text("of 4 runs")
    run_batch(tmp_path, Job(runs(4), sums))
    assert page.exists()
    report = run_batch(tmp_path, Job(runs(2), sums))
    assert (report.evaluated, page.exists()) == (0, False)


def test_what_changed_is_said_once_and_only_if_runs_are_done_again(tmp_path: Path) -> None:
    said: list[str] = []
    for count, hash_ in ((4, "one"), (2, "two"), (2, "two"), (6, "three"), (6, "three")):
        job = Job(runs(count), sums, {"design_hash": hash_})
        run_batch(tmp_path, job, telling=Telling(note=said.append))
    assert len(said) == 1
    assert "the design; runs that this concerns are done again" in said[0]
