"""Rows H of the verification list: the report is written, read back, and held against the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.batch.keys import scenario_digest
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput
from hepaplan.model.readings import FIRST_COME
from hepaplan.model.results import Results
from hepaplan.model.tables import patient_tables, usual_tables
from hepaplan.model.tables.money_tables import cost_table
from hepaplan.model.verification import report_rows
from hepaplan.model.verification.changed import without_discounting
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import (
    Finding,
    LeftOut,
    broken,
    held,
    judged,
    not_applicable,
    within,
)
from hepaplan.reports.content import content_of
from hepaplan.reports.live.book import LivePart
from hepaplan.reports.live.reconciliation import SMALLEST, TOLERANCE
from hepaplan.reports.run import WORKBOOK
from hepaplan.reports.verification import recalculated
from hepaplan.reports.verification.drawn_ranges import faults_of, series_of
from hepaplan.reports.verification.totals import shown, totals_apart
from hepaplan.reports.views.budget import AGAINST
from hepaplan.reports.views.shown import heading
from hepaplan.reports.workbook import write_workbook

ReadBack = Callable[[Path], "Scenario | None"]
"""Reads the inputs that a report holds; None where the run's own came from a report too."""
STORED = 1e-12
POUND_SHARE = 1e-9


@dataclass(frozen=True)
class WrittenReport:
    """A run whose report is written into a folder, once, when a row first asks for it."""

    folder: Path
    results: Results
    settings: Mapping[str, str]
    read_back: ReadBack

    @cached_property
    def live(self) -> LivePart:
        """The sheets that recalculate."""
        return LivePart(self.results.usual, self.results.capacity, self.settings)

    @cached_property
    def _written(self) -> tuple[Path, Workbook]:
        path, content = self.folder / WORKBOOK, content_of(self.results, version("hepaplan"))
        return path, write_workbook(path, content, self.live)

    @property
    def path(self) -> Path:
        """The file of the workbook."""
        return self._written[0]

    @property
    def workbook(self) -> Workbook:
        """The workbook as it was written."""
        return self._written[1]


def workbook_rows(rows: tuple[Row, ...], report: WrittenReport) -> tuple[Row, ...]:
    """Return rows with judges for those that read the report."""
    return tuple(
        replace(row, judge=partial(JUDGES[row], report)) if row in JUDGES else row for row in rows
    )


def live_formulas(report: WrittenReport, _: Subject) -> Finding:
    """Judge that formulas, calculated by a second program, give the engine's figures (H8)."""
    if not recalculated.has_libreoffice():
        raise LeftOut("LibreOffice (soffice) is not installed: nothing was recalculated")
    wrong = recalculated.poisoned(report.path, report.folder / "wrong.xlsx")
    try:
        again = recalculated.recalculated(wrong, report.folder)
    except recalculated.NotRecalculated as error:
        raise LeftOut(f"nothing was recalculated: {error}") from error
    cells, engine = recalculated.values(again), report.live.figures
    off = {name: _off(cells.get(f"out_{name}"), value) for name, value in engine.items()}
    worst = max(off, key=lambda name: off[name])
    errors = recalculated.errors_in(again)
    words = f"{len(off)} figures, largest relative difference {off[worst]:.3g} "
    words += (
        f"({worst.replace('_', ' ')}), tolerance {TOLERANCE:g}; cells with an error: {len(errors)}"
    )
    if errors:
        return broken(f"{words}, the first {errors[0]}")
    return judged(off[worst] <= TOLERANCE, words)


def _off(cell: object, value: float) -> float:
    """Return how far a cell lies from the engine's figure, relative; text is infinitely far."""
    if not isinstance(cell, int | float):
        return float("inf")
    return abs(cell - value) / max(abs(value), SMALLEST)


def saved_inputs(report: WrittenReport, subject: Subject) -> Finding:
    """Judge that a report's own inputs are the scenario, and give its tables again (H11)."""
    try:
        back = report.read_back(report.path)
    except InvalidInput as error:
        return broken(f"the report's own inputs are refused: {' '.join(str(error).split())}")
    if back is None:
        return not_applicable("the scenario was itself read from a report")
    if scenario_digest(back) != scenario_digest(subject.scenario):
        return broken("what is read back is another scenario: its digest differs")
    usual = subject.read(back)
    again = {**usual_tables.all_tables(usual), **patient_tables.all_tables(usual)}
    differ = [
        name for name, table in again.items() if not _same(table, report.results.tables[name])
    ]
    words = f"digest equal; {len(again) - len(differ)} of {len(again)} tables of reading 1 equal"
    return broken(f"{words}; not {', '.join(differ)}") if differ else held(words)


def _same(table: pd.DataFrame, other: pd.DataFrame) -> bool:
    return table.to_csv(index=False) == other.to_csv(index=False)


def charts(report: WrittenReport, _: Subject) -> Finding:
    """Judge that every chart draws rows of a table that stands on its sheet (H12)."""
    series = series_of(report.path)
    faults = faults_of(series, report.workbook)
    if faults:
        return broken(f"{len(faults)} of {len(series)} series draw other cells: {faults[0]}")
    return held(f"{len(series)} series of charts, each drawn from rows of a table on its sheet")


def both_ways(report: WrittenReport, subject: Subject) -> Finding:
    """Judge that sites and months add up to the same totals, which are the engine's (H12)."""
    window = subject.scenario.settings.window.months
    gap, where = totals_apart(report.workbook, report.results.tables, window)
    return within(gap, STORED, f"largest difference of a total, relative ({where})")


def budget(report: WrittenReport, subject: Subject) -> Finding:
    """Judge that budget impact is spending less first come's, undiscounted (H14)."""
    table = shown(report.workbook, "budget_impact")
    first = table[heading(FIRST_COME)]
    gaps = [
        float((table[name] - (table[name.removesuffix(AGAINST)] - first)).abs().max())
        for name in table.columns
        if name.endswith(AGAINST)
    ]
    usual = subject.read(without_discounting(subject.scenario))
    today = subject.replay(usual)
    costs = report.results.tables["costs"].groupby("policy")["cost_gbp"].sum()
    undiscounted = [
        abs(float(cost_table(usual, today, done)["cost_gbp"].sum()) - float(costs[policy]))
        for policy, done in today.replays.items()
    ]
    scale = max(float(costs.max()), 1.0)
    largest = float(np.max([*gaps, *undiscounted]))
    words = f"largest difference £{largest:.3g} of £{scale:,.0f} spent, relative"
    return within(largest / scale, POUND_SHARE, words)


JUDGES: Mapping[Row, Callable[[WrittenReport, Subject], Finding]] = {
    report_rows.LIVE_FORMULAS: live_formulas,
    report_rows.SAVED_INPUTS: saved_inputs,
    report_rows.CHARTS: charts,
    report_rows.BOTH_WAYS: both_ways,
    report_rows.BUDGET: budget,
}
