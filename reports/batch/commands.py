"""The command `batch`; how a design is read is given to it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepaplan.reports.exits import CHECKS_FAILED, DONE, command
from hepaplan.reports.options import workers_option
from hepaplan.reports.progress import note

if TYPE_CHECKING:
    from hepaplan.model.batch.tasks import Batch
    from hepaplan.reports.batch.runner import BatchReport

Read = Callable[[str, bool], "Batch"]
Code = Callable[[], str]
MOST_FAILURES = 12


def batch_command(read: Read, code: Code) -> click.Command:
    """Return the command; `read` gives a design's checked batch, `code` the model's version."""

    @click.command()
    @click.argument("design", metavar="DESIGN.toml")
    @click.option(
        "--out",
        type=click.Path(),
        callback=_folder,
        help="Folder of the batch, made or resumed; by default NAME-batch.",
    )
    @workers_option
    @click.option(
        "--scheduler", metavar="tcp://HOST:PORT", help="Run on this Dask cluster instead of here."
    )
    @click.option("--part", "stated", metavar="K/N", help="Only part K of N, for a queue's jobs.")
    @click.option(
        "--gather",
        "gathering",
        is_flag=True,
        help="Join parts that are finished into one data set; nothing is run.",
    )
    @click.option(
        "--dry-run",
        is_flag=True,
        help="Say how many runs and about how long, by one or two that are timed.",
    )
    @click.option("--yes", is_flag=True, help="Also if there are more than a million runs.")
    @click.option("--quiet", is_flag=True, help="No progress; the end is still said.")
    @command
    def batch(
        design: str,
        out: Path | None,
        workers: int,
        scheduler: str | None,
        stated: str | None,
        gathering: bool,
        dry_run: bool,
        yes: bool,
        quiet: bool,
    ) -> int:
        """Run every run of DESIGN, a TOML file or a shipped name; what is finished is kept.

        The same command resumes a batch that was stopped or killed.
        """
        from hepaplan.model.batch.describe import described, plan_notice
        from hepaplan.model.batch.parts import part_stated
        from hepaplan.model.batch.tasks import tasks
        from hepaplan.model.problems import WrongUse
        from hepaplan.reports.batch.design_job import job_of
        from hepaplan.reports.batch.dry_run import about
        from hepaplan.reports.batch.gather import gather, part_folder
        from hepaplan.reports.batch.pace import batch_progress
        from hepaplan.reports.batch.runner import Means, Telling, run_batch

        part = None if stated is None else part_stated(stated)
        if gathering and part is not None:
            raise WrongUse("--gather joins every part; leave out --part")
        loaded = read(design, yes)
        runs = tasks(loaded) if part is None else tasks(loaded).part(*part)
        whole = out or Path(f"{loaded.design.name}-batch")
        folder = whole if part is None else part_folder(whole, *part)
        if dry_run:
            click.echo("\n".join((*described(runs), about(runs, workers, folder))))
            return DONE
        note(plan_notice(runs))
        again = _again(design, whole, scheduler, stated, yes)
        job = job_of(runs, again, code, part)
        say, every = batch_progress(quiet)
        before = _manifest(folder)
        telling = Telling(lambda words: note((words,)), say, every)
        if gathering:
            report = gather(whole, job, telling)
        else:
            report = run_batch(folder, job, Means(workers, scheduler), telling)
        if part is None and (_manifest(folder) != before or not _is_reported(folder)):
            from hepaplan.reports.batch.report import write_batch_report

            say("the report")
            write_batch_report(folder, loaded)
        if sys.stderr.isatty() and not quiet:
            click.echo("\r\033[K", err=True, nl=False)
        click.echo(_ended(report))
        return CHECKS_FAILED if report.failures else DONE

    return batch


def _folder(_: click.Context, __: click.Parameter, stated: str | None) -> Path | None:
    """Return the folder of --out; nothing in it is a mistake of usage."""
    if stated is not None and not stated.strip():
        raise click.BadParameter("found nothing; name a folder (is a shell variable not set?)")
    return None if stated is None else Path(stated)


def _again(design: str, whole: Path, scheduler: str | None, part: str | None, yes: bool) -> str:
    """Return the command that goes on with a batch, as a shell takes it."""
    words = ["hepaplan", "batch", design, "--out", str(whole)]
    for option, stated in (("--scheduler", scheduler), ("--part", part)):
        words += [] if stated is None else [option, stated]
    return shlex.join([*words, *(["--yes"] if yes else [])])


def _manifest(folder: Path) -> bytes:
    """Return what says which results a folder holds; nothing where there are none."""
    from hepaplan.reports.batch.results import BATCH

    path = folder / BATCH
    return path.read_bytes() if path.is_file() else b""


def _is_reported(folder: Path) -> bool:
    from hepaplan.reports.batch.results import REPORTS

    return all((folder / name).is_file() for name in REPORTS)


def _ended(report: BatchReport) -> str:
    """Return how a batch ended, and what has no result with its inputs."""
    from hepaplan.reports.batch.pace import spoken

    lines = [
        f"{report.runs:,} runs: {report.evaluated:,} run now, {report.reused:,} kept from before, "
        f"{len(report.failures):,} without a result; {spoken(report.seconds)}: "
        f"{report.folder / 'results'}"
    ]
    for failure in report.failures[:MOST_FAILURES]:
        inputs = ", ".join(f"{name} = {value}" for name, value in failure.inputs.items())
        lines.append(f"- run {failure.run} ({inputs}): {failure.words}")
    if len(report.failures) > MOST_FAILURES:
        more = len(report.failures) - MOST_FAILURES
        lines.append(f"- and {more:,} more: {report.folder / 'failures.csv'}")
    return "\n".join(lines)
