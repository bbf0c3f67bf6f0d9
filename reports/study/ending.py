"""How a command about uncertainty ends: its folder is written, and what was found is said."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepaplan.reports.exits import DONE
from hepaplan.reports.progress import progress

if TYPE_CHECKING:
    from hepaplan.model.uncertainty.study import Study
    from hepaplan.reports.options import Output


def done(study: Study, output: Output, started: float) -> int:
    """Write what was found, say it, and return the exit code."""
    written(study, output, started)
    return DONE


def written(study: Study, output: Output, started: float) -> Path:
    """Write what was found, say it, and return the folder; a page that fails makes none."""
    from hepaplan.reports.output import create_run_folder
    from hepaplan.reports.study.terminal import study_as_json, study_as_text
    from hepaplan.reports.study.write import pages_of, write_study

    progress(output.quiet)("the workbook and the page")
    pages = pages_of(study)
    name = study.scenario.settings.name
    folder = create_run_folder(name, output.folder, overwrite=output.overwrite, kind=study.kind)
    write_study(folder, study, pages, started, output.settings)
    show = study_as_json if output.as_json else study_as_text
    click.echo(show(study, folder, time.time() - started))
    return folder
