"""Everything a run leaves behind: tables, workbook, and the manifest that lists them."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hepaplan.model.evaluate import Results
from hepaplan.reports.content import content_of
from hepaplan.reports.output import digest, only_writer, write_manifest, write_tables
from hepaplan.reports.workbook import write_workbook

WORKBOOK = "report.xlsx"
PACKAGES = ("hepaplan", "numpy", "pandas", "openpyxl", "pulp", "highspy", "pydantic", "scipy")


def write_run(folder: Path, results: Results, started: float, settings: Mapping[str, str]) -> None:
    """Write a run into its folder; `started` is in seconds since 1970.

    The manifest comes last: what it lists is whole.
    """
    with only_writer(folder):
        tables = write_tables(folder, results.tables)
        write_workbook(folder / WORKBOOK, content_of(results, version("hepaplan")))
        facts = run_facts(results, started, settings)
        write_manifest(folder, facts, (digest(folder, WORKBOOK), *tables))


def run_facts(results: Results, started: float, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return what the manifest says of a run besides its files; no user, host or path."""
    return {
        "command": "run",
        "scenario": results.scenario.settings.name,
        "settings": dict(settings),
        "input_hashes": results.scenario.input_hashes,
        **program_facts(),
        "solver_status": results.status,
        "optimality_gap": results.gap,
        "checks_passed": results.checks_pass,
        **time_facts(started, results.seconds),
    }


def program_facts() -> dict[str, Any]:
    """Return what made a result: versions and solver."""
    return {
        "versions": {name: version(name) for name in PACKAGES},
        "python": sys.version.split()[0],
        "solver": "HiGHS through PuLP",
    }


def time_facts(started: float, seconds: Mapping[str, float]) -> dict[str, Any]:
    """Return when a command began and ended, and how long its steps took."""
    return {
        "started": _utc(started),
        "ended": _utc(time.time()),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


def _utc(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
