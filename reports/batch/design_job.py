"""A checked design as the job of a runner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hepaplan.model.batch.keys import digest
from hepaplan.model.batch.run import run_task
from hepaplan.model.batch.tasks import Tasks
from hepaplan.reports.batch.runner import Job
from hepaplan.reports.batch.work import Works


def job_of(
    tasks: Tasks, command: str, code: Callable[[], str], part: tuple[int, int] | None = None
) -> Job:
    """Return the job that runs a design's tasks; `command` resumes it.

    `code` names the version of the model's source, on this machine and on each of a cluster's.
    """
    batch = tasks.batch
    facts = {
        "design": batch.design.name,
        "design_hash": digest(batch.design.model_dump(mode="json")),
        "code_version": batch.code,
        "base_hashes": {name: base.digest for name, base in sorted(batch.bases.items())},
    }
    facts["input_hashes"] = {
        name: base.scenario.input_hashes for name, base in sorted(batch.bases.items())
    }
    if part is not None:
        facts["part"] = "{}/{}".format(*part)
    return Job(
        Works(tasks), partial(run_task, batch=batch), facts, command, code, batch.design.outputs
    )
