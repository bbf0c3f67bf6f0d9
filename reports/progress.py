"""What a command says while it works: on standard error, apart from its results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import click


def progress(quiet: bool) -> Callable[[str], None]:
    """Return a function that shows what is being done, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        return lambda _: None
    return lambda step: click.echo(click.style(f"… {step}", dim=True), err=True)


def note(notices: Iterable[str]) -> None:
    """Say what a reader should know of the input."""
    for notice in notices:
        click.echo(f"note: {notice}", err=True)
