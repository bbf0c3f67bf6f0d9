"""Everything a run leaves behind: tables, workbook, and the manifest that lists them."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hepaplan.model.allocation.model_file import write_model
from hepaplan.model.allocation.model_names import readable_names
from hepaplan.model.allocation.plan import BestPlan
from hepaplan.model.by_hand.edited import Edited
from hepaplan.model.parameters import Scenario
from hepaplan.model.results import Results
from hepaplan.reports.content import content_of
from hepaplan.reports.live.book import LivePart
from hepaplan.reports.output import digest, write_manifest, write_tables
from hepaplan.reports.staging import whole_run
from hepaplan.reports.whole_file import atomic_file
from hepaplan.reports.workbook import write_workbook

WORKBOOK = "report.xlsx"
PACKAGES = ("hepaplan", "numpy", "pandas", "openpyxl", "pulp", "highspy", "pydantic", "scipy")


def write_run(
    folder: Path,
    results: Results,
    started: float,
    settings: Mapping[str, str],
    edited: Mapping[str, str] | None = None,
) -> None:
    """Write a run into its folder; `started` is in seconds since 1970.

    `edited`: the digest of the edited workbook that the scenario was read from, by its name. The
    manifest comes last: what it lists is whole.
    """
    from hepaplan.reports.page.run_page import PAGE, write_page  # matplotlib takes a second

    with whole_run(folder) as made:
        tables = write_tables(made, results.tables)
        content = content_of(results, version("hepaplan"), _utc(started)[:10])
        live = LivePart(results.usual, results.capacity, settings)
        workbook = write_workbook(made / WORKBOOK, content, live)
        write_page(made / PAGE, workbook, content)
        facts = run_facts(results, started, settings) | {"edited_workbook": dict(edited or {})}
        files = (digest(made, WORKBOOK), digest(made, PAGE), *tables)
        write_manifest(made, facts, files)


def run_facts(results: Results, started: float, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return what the manifest says of a run besides its files; no user, host or path."""
    return {
        "command": "run",
        "scenario": results.scenario.settings.name,
        "settings": dict(settings),
        "input_hashes": results.scenario.input_hashes,
        **program_facts(),
        "solver": results.best.solver,
        "solver_status": results.status,
        "optimality_gap": results.gap,
        "aims": [
            {"aim": step.aim, "status": step.status, "seconds": round(step.seconds, 3)}
            for step in results.best.reached
        ],
        "checks_passed": results.checks_pass,
        "checks_failed": list(results.failed),
        **time_facts(started, results.seconds),
    }


def program_facts() -> dict[str, Any]:
    """Return what made a result: versions of the program, its packages and Python."""
    return {
        "versions": {name: version(name) for name in PACKAGES},
        "python": sys.version.split()[0],
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


def write_programme(path: Path, best: BestPlan) -> None:
    """Write the plan's programme, in the terms of its first aim, as .lp or .mps."""
    work = best.written
    names = readable_names(work.rows, work.at, work.network, work.classes)
    weights = work.weights[work.first_aim]
    with TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        made = Path(folder) / path.name
        write_model(made, work.rows, weights, names)
        with atomic_file(path) as file:
            file.write(made.read_bytes())


def write_replay(
    folder: Path, edited: Edited, scenario: Scenario, started: float, settings: Mapping[str, str]
) -> None:
    """Write the tables of a plan edited by hand, and the manifest that lists them."""
    with whole_run(folder) as made:
        tables = write_tables(made, edited.tables)
        facts = {
            "command": "replay",
            "scenario": scenario.settings.name,
            "settings": dict(settings),
            "input_hashes": scenario.input_hashes,
            **program_facts(),
            "solver": edited.solver,
            "rules_broken": len(edited.tables["violations"]),
            **time_facts(started, {}),
        }
        write_manifest(made, facts, tables)
