"""What a command about uncertainty prints: sentences, or one JSON document."""

from __future__ import annotations

from pathlib import Path

from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.write import PAGE, TITLES, workbook_name
from hepaplan.reports.terminal import bold, document, records

MAIN_TABLES = {
    "tornado": ("one_way", "thresholds", "two_way"),
    "psa": ("intervals", "strategies", "standards", "capacity_by_year"),
    "voi": ("evpi", "capacity_decision"),
    "sensitivity": ("screening", "sensitivity"),
    "calibration": ("fit", "parameters"),
}


def study_as_text(study: Study, folder: Path, seconds: float) -> str:
    """Return what was found in sentences, and where the workbook and the page are."""
    return "\n".join(
        (
            bold(f"{study.scenario.settings.title}: {TITLES[study.kind]}"),
            *(f"- {sentence}" for sentence in study.headlines),
            f"{seconds:.0f} s: {folder / workbook_name(study)}, {folder / PAGE}",
        )
    )


def study_as_json(study: Study, folder: Path, _: float) -> str:
    """Return what was found as one JSON document; what has no number is null."""
    tables = {name: records(study.tables[name]) for name in MAIN_TABLES[study.kind]
              if name in study.tables}  # fmt: skip
    return document(
        study=study.kind,
        scenario=study.scenario.settings.name,
        folder=str(folder),
        headlines=list(study.headlines),
        **study.facts,
        **tables,
    )
