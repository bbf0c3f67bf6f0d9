"""A command as a user gives it, how it ended, and what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from hepaplan.cli import cli

CONTEXT = click.Context(cli, **cli.context_settings)  # click keeps the first help option made
TINY = Path(__file__).parents[1] / "scenarios" / "tiny"


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code and what it wrote."""

    code: int
    out: str
    err: str


Hepaplan = Callable[..., Ended]
Spoil = Callable[[str, str, str], Path]


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path there."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
