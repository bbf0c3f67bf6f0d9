"""A design's tasks through the runner: what a task gives alone is what stands in the data set."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from hepaplan.model.batch.run import run_task
from hepaplan.model.batch.tasks import tasks
from hepaplan.reports.batch.design_job import job_of
from hepaplan.reports.batch.gather import gather, part_folder
from hepaplan.reports.batch.runner import Means, run_batch
from hepaplan.scenarios.code_version import code_version
from hepaplan.scenarios.designs import load_batch
from tests.support.designs import SHARE, make
from tests.support.scenarios import TINY

COMMAND = "hepaplan batch design.toml --out made"


def test_a_design_gives_what_its_tasks_give_whole_or_in_parts(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "tiny")
    runs = tasks(load_batch(make(tmp_path, f"{SHARE}values = [0.14, 0.16, 0.1875]\n")))
    whole, apart = tmp_path / "whole", tmp_path / "apart"
    report = run_batch(whole, job_of(runs, COMMAND, code_version), Means(workers=2))
    assert (report.runs, report.failures) == (len(runs), ())
    table = pd.read_parquet(whole / "results")
    for place, task in enumerate(runs):
        expected = run_task(task, runs.batch)
        # not to the last bit: linear algebra may use more threads here than in a worker
        assert table.loc[place, list(expected)].to_dict() == pytest.approx(expected, rel=1e-12)
        assert table.loc[place, list(task.values)].to_dict() == dict(task.values)
    manifest = json.loads((whole / "batch.json").read_text())
    assert manifest["code_version"] == code_version()
    assert str(tmp_path) not in (whole / "batch.json").read_text()
    for number in (1, 2):
        job = job_of(runs.part(number, 2), COMMAND, code_version, (number, 2))
        run_batch(part_folder(apart, number, 2), job)
    gather(apart, job_of(runs, COMMAND, code_version))
    files = [folder / "results" / "part-00000.parquet" for folder in (whole, apart)]
    assert files[0].read_bytes() == files[1].read_bytes()
