"""Everything a verification leaves behind: tables, workbook, page, and the manifest of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hepaplan.reports.output import digest, write_manifest, write_tables
from hepaplan.reports.run import program_facts, time_facts
from hepaplan.reports.staging import whole_run
from hepaplan.reports.study.page import write_study_page
from hepaplan.reports.study.pages import Pages
from hepaplan.reports.study.workbook import write_study_workbook
from hepaplan.reports.verification.verified import Verified
from hepaplan.reports.views.checked import counted

WORKBOOK, PAGE = "verification.xlsx", "report.html"


def write_verification(
    folder: Path, verified: Verified, pages: Pages, started: float, settings: Mapping[str, str]
) -> None:
    """Write a verification and its pages into its folder; `started` is in seconds since 1970."""
    with whole_run(folder) as made:
        tables = write_tables(made, verified.tables)
        write_study_workbook(made / WORKBOOK, pages)
        write_study_page(made / PAGE, pages)
        facts = verification_facts(verified, started, settings)
        write_manifest(made, facts, (digest(made, WORKBOOK), digest(made, PAGE), *tables))


def verification_facts(
    verified: Verified, started: float, settings: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the manifest says of a verification besides its files."""
    return {
        "command": "verify",
        "scenario": verified.scenario.settings.name,
        "settings": dict(settings),
        "input_hashes": verified.scenario.input_hashes,
        **program_facts(),
        "solver": verified.results.best.solver,
        "solver_status": verified.results.status,
        "checks_passed": not verified.failed,
        "checks_failed": list(verified.failed),
        "outcomes": counted(verified.tables),
        **time_facts(started, verified.seconds),
    }
