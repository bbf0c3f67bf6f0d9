"""Everything a comparison leaves behind: tables, workbook, page, and the manifest of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hepaplan.model.compare.comparison import Comparison
from hepaplan.reports.compare.compare_pages import comparison_pages
from hepaplan.reports.compare.workbook import write_comparison_workbook
from hepaplan.reports.content import ReportContent, site_note
from hepaplan.reports.output import digest, write_manifest, write_tables
from hepaplan.reports.run import program_facts, time_facts
from hepaplan.reports.staging import whole_run
from hepaplan.reports.study.page import write_study_page

WORKBOOK, PAGE = "compare.xlsx", "report.html"


def write_comparison(
    folder: Path, comparison: Comparison, started: float, settings: Mapping[str, str]
) -> None:
    """Write a comparison into its folder; `started` is in seconds since 1970."""
    with whole_run(folder) as made:
        tables = write_tables(made, comparison.tables)
        content = comparison_content(comparison, version("hepaplan"))
        write_comparison_workbook(made / WORKBOOK, content)
        write_study_page(made / PAGE, comparison_pages(content))
        facts = comparison_facts(comparison, started, settings)
        write_manifest(made, facts, (digest(made, WORKBOOK), digest(made, PAGE), *tables))


def comparison_content(comparison: Comparison, version: str) -> ReportContent:
    """Return what the workbook shows of a comparison."""
    first, *others = comparison.sides
    named = ", ".join(side.name for side in others)
    notes = [site_note(side.scenario) for side in comparison.sides]
    return ReportContent(
        name=f"{first.name}, compared with {named}",
        title=f"{first.scenario.settings.title}: {first.name} compared with {named}",
        question=f"What changes against {first.name}: who is treated, who waits, health and money?",
        headlines=comparison.headlines,
        labels=comparison.labels,
        tables=comparison.tables,
        status=first.status or "none was sought",
        version=version,
        site_note=next((note for note in notes if note), ""),
        option_labels={
            (point, option): record.label
            for side in comparison.sides
            for point, option, record in side.scenario.pathway.options()
        },
    )


def comparison_facts(
    comparison: Comparison, started: float, settings: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the manifest says of a comparison besides its files."""
    return {
        "command": "compare",
        "scenarios": [side.name for side in comparison.sides],
        "settings": dict(settings),
        "input_hashes": {side.name: side.scenario.input_hashes for side in comparison.sides},
        **program_facts(),
        "solver": {side.name: side.solver or "no plan" for side in comparison.sides},
        "solver_status": {side.name: side.status or "no plan" for side in comparison.sides},
        "optimality_gap": {side.name: side.gap for side in comparison.sides},
        "checks_passed": comparison.checks_pass,
        **time_facts(started, comparison.seconds),
    }
