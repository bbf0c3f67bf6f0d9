"""What a command says while it works: on standard error, apart from its results."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hepaplan.model.depth import Depth
    from hepaplan.model.parameters import Scenario

WRITTEN = "report.xlsx, report.html, tables, manifest.json"
AT_LEAST = 10.0
SITE_MONTH, QUICK_SITE_MONTH = 0.4, 0.1
"""Seconds for each site and month planned: a judgement, near those of Greater Manchester."""
MINUTE = 60.0


def progress(quiet: bool, clock: Callable[[], float] = time.monotonic) -> Callable[[str], None]:
    """Return a function that shows what is being done: elsewhere than on a terminal once a minute.

    So a log of hours tells how far they are, and one of seconds stays empty.
    """
    if quiet:
        return lambda _: None
    if sys.stderr.isatty():
        return lambda step: click.echo(click.style(f"… {step}", dim=True), err=True)
    started = said = clock()

    def in_a_log(step: str) -> None:
        nonlocal said
        if (now := clock()) - said >= MINUTE:
            said = now
            click.echo(f"{(now - started) / MINUTE:.0f} min: {step}", err=True)

    return in_a_log


def opening(quiet: bool, scenario: Scenario, depth: Depth, folder: Path) -> None:
    """Say what is run, what it writes to and about how long it takes, in a log too."""
    if quiet:
        return
    settings = scenario.settings
    click.echo(
        f"running {settings.name} ({settings.title}) into {folder}: {WRITTEN}; "
        f"{span_in_words(expected_seconds(scenario, depth))} on two cores",
        err=True,
    )


def expected_seconds(scenario: Scenario, depth: Depth) -> float:
    """Return about how many seconds a run takes, by its sites, its months and what is asked."""
    settings = scenario.settings
    months = settings.window.months + settings.window.run_out_months
    each = SITE_MONTH if depth.gain else QUICK_SITE_MONTH
    return AT_LEAST + each * months * len(settings.site)


def span_in_words(seconds: float) -> str:
    """Return a time in whole minutes, as a rough guess is told."""
    if seconds < MINUTE:
        return "less than a minute"
    minutes = round(seconds / MINUTE)
    return "about a minute" if minutes == 1 else f"about {minutes} minutes"


def note(notices: Iterable[str]) -> None:
    """Say what a reader should know of the input."""
    for notice in notices:
        click.echo(f"note: {notice}", err=True)
