"""The command verify; how a scenario is loaded, and read back from a report, is given to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hepaplan.reports.exits import CHECKS_FAILED, DONE, command
from hepaplan.reports.options import Output, output_options, time_limit_option
from hepaplan.reports.progress import progress
from hepaplan.reports.study.commands import Load, scenario_argument

if TYPE_CHECKING:
    from hepaplan.model.parameters import Scenario

ReadBackFrom = Callable[[Path, str], "Scenario | None"]
"""Reads the inputs a report holds: the report, and what its scenario was read from."""


def verify_command(load: Load, read_back: ReadBackFrom) -> click.Command:
    """Return the command verify."""

    @click.command()
    @scenario_argument
    @click.option("--no-plan", is_flag=True, help="Leave out rows that make the plan again.")
    @time_limit_option
    @output_options
    @command
    def verify(scenario: str, no_plan: bool, time_limit: float, output: Output) -> int:
        """Judge SCENARIO by the verification list: what must hold, and what a change must do.

        Each row passes, fails, does not apply or is left out, with figures. Rows that fail end it
        with exit code 6. Some rows make the plan again, and one needs LibreOffice.
        """
        started = time.time()
        say = progress(output.quiet)
        from hepaplan.model.depth import Depth
        from hepaplan.reports.output import create_run_folder
        from hepaplan.reports.verification.verification_pages import verification_pages
        from hepaplan.reports.verification.verification_terminal import (
            verification_as_json,
            verification_as_text,
        )
        from hepaplan.reports.verification.verified import verified
        from hepaplan.reports.verification.write import write_verification

        def inputs_of(report: Path) -> Scenario | None:
            return read_back(report, scenario)

        loaded = load(scenario, output)
        depth = Depth(time_limit=time_limit).quick()
        found = verified(loaded, depth, not no_plan, output.settings, inputs_of, say)
        say("the workbook and the page")
        pages = verification_pages(found)
        name = loaded.settings.name
        folder = create_run_folder(name, output.folder, overwrite=output.overwrite, kind="verify")
        write_verification(folder, found, pages, started, output.settings)
        show = verification_as_json if output.as_json else verification_as_text
        click.echo(show(found, folder, time.time() - started))
        return CHECKS_FAILED if found.failed else DONE

    return verify
