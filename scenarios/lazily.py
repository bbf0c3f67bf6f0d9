"""Readers for commands that are made elsewhere: each imports what it needs only when called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hepaplan.model.batch.tasks import Batch
    from hepaplan.model.calibration.request import Request
    from hepaplan.model.parameters import Scenario
    from hepaplan.model.uncertainty.study import Study


def read_batch(design: str, allow_many: bool) -> Batch:
    """Return a design's runs; `allow_many`: also more than a million."""
    from hepaplan.scenarios.designs import design_file, load_batch

    return load_batch(design_file(design), allow_many)


def code() -> str:
    """Return the version of the code, which results are kept by."""
    from hepaplan.scenarios.code_version import code_version

    return code_version()


def inputs_in_report(report: Path, made_from: str) -> Scenario | None:
    """Return the scenario that a report's inputs are; None if it was made from a report itself.

    `made_from` is what the scenario of the run was read from.
    """
    from hepaplan.scenarios.load import load
    from hepaplan.scenarios.workbook.book import Book
    from hepaplan.scenarios.workbook.layout import NAME_OF_BASE

    if made_from.endswith(".xlsx") and Book(Path(made_from)).has(NAME_OF_BASE):
        return None
    return load(report, base=made_from).scenario


def targets_of(path: Path) -> tuple[Scenario, Request]:
    """Return a file of targets: its scenario, and what is to be fitted to what."""
    from hepaplan.scenarios.targets import read_targets

    return read_targets(path)


def calibrated_overlay(
    folder: Path, request: Request, study: Study, targets: Path, overwrite: bool
) -> Path:
    """Write what was fitted as a scenario of its own and return where it is."""
    from hepaplan.scenarios.calibrated import write_overlay

    return write_overlay(folder, request, study, targets, overwrite)


def refuse_taken_overlay(folder: Path, overwrite: bool) -> None:
    """Raise WrongUse where `calibrated_overlay` would."""
    from hepaplan.scenarios.calibrated import refuse_taken_overlay as refuse

    refuse(folder, overwrite)
