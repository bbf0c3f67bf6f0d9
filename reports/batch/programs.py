"""What a result depends on besides its inputs: the programs of a machine, and how they differ."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from os import environ
from sys import version_info

from hepaplan.model.problems import listed

ONE_THREAD = "linear algebra by one thread"
MADE_BY = ("hepaplan", "numpy", "scipy", "pandas", "highspy", "pulp")


def made_by(code: Callable[[], str]) -> tuple[str, ...]:
    """Return what a result depends on besides its inputs: versions of this machine's programs.

    Linear algebra by several threads adds up in another order, which the last digits show.
    """
    threads = environ.get("OPENBLAS_NUM_THREADS", environ.get("OMP_NUM_THREADS"))
    return (*_programs(code), ONE_THREAD if threads == "1" else "linear algebra by many threads")


def wanted_from(code: Callable[[], str]) -> tuple[str, ...]:
    """Return what every worker must have: our programs, and linear algebra by one thread."""
    return (*_programs(code), ONE_THREAD)


def _programs(code: Callable[[], str]) -> tuple[str, ...]:
    python = f"python {version_info.major}.{version_info.minor}"
    return (python, *(f"{name} {version(name)}" for name in MADE_BY), f"code {code()}")


def differs(worker: str, theirs: object, ours: tuple[str, ...]) -> str:
    """Return in words how a worker's programs differ from ours."""
    if not isinstance(theirs, tuple):
        return f"{worker} cannot load this hepaplan ({type(theirs).__name__}): install it there"
    others = [name for name in theirs if name not in ours]
    expected = [name for name in ours if name not in theirs]
    return f"{worker} has {listed(others)}; expected {listed(expected)}"
