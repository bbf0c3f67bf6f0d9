"""The command `calibrate`; how targets are read and the overlay is written is given to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepaplan.reports.exits import DONE, command
from hepaplan.reports.options import FILE, Output, output_options
from hepaplan.reports.progress import note, progress
from hepaplan.reports.study.ending import written

if TYPE_CHECKING:
    from hepaplan.model.calibration.request import Request
    from hepaplan.model.parameters import Scenario
    from hepaplan.model.uncertainty.study import Study

ReadTargets = Callable[[Path], tuple["Scenario", "Request"]]
WriteOverlay = Callable[[Path, "Request", "Study", Path, bool], Path]
RefuseTaken = Callable[[Path, bool], None]
OVERLAY = "calibrated"


def calibrate_command(
    read_targets: ReadTargets, write_overlay: WriteOverlay, refuse_taken_overlay: RefuseTaken
) -> click.Command:
    """Return the command."""

    @click.command()
    @click.argument("targets", type=FILE, metavar="TARGETS.toml")
    @output_options
    @command
    def calibrate(targets: Path, output: Output) -> int:
        """Fit chosen figures of a scenario to TARGETS and write them as a scenario of its own."""
        started = time.time()
        from hepaplan.model.calibration.calibrate import calibrate as fitted
        from hepaplan.model.problems import WrongUse
        from hepaplan.reports.output import refuse_taken

        if output.settings:
            raise WrongUse("calibrate takes no --set: the fitted scenario would not hold it")
        scenario, request = read_targets(targets)
        refuse_taken(output.folder, output.overwrite)
        if output.folder is not None:
            refuse_taken_overlay(output.folder / OVERLAY, output.overwrite)
        study = fitted(scenario, request, progress(output.quiet))
        folder = written(study, output, started)
        made = write_overlay(folder / OVERLAY, request, study, targets, output.overwrite)
        note((f"the fitted scenario is {made}: hepaplan run {made}",))
        return DONE

    return calibrate
