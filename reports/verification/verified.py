"""A scenario verified: its run, every row of the list, and how both are said in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import pandas as pd

from hepaplan.model.depth import Depth
from hepaplan.model.evaluate import as_today, evaluate, scarce_capacity, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import Capacity, UsualCare
from hepaplan.model.results import Results
from hepaplan.model.verification.failures import failures
from hepaplan.model.verification.subject import Subject
from hepaplan.model.verification.verdict import FAIL
from hepaplan.model.verification.verify import ROWS, judged_further
from hepaplan.reports.verification.workbook_rows import ReadBack, WrittenReport, workbook_rows
from hepaplan.reports.views.checked import program_in_words, summed_in_words

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Verified:
    """A run and the verification list judged on it; `seconds` of both."""

    results: Results
    rows: pd.DataFrame
    seconds: Mapping[str, float]

    @property
    def scenario(self) -> Scenario:
        """The scenario that was verified."""
        return self.results.scenario

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The rows of verification and the identities of the run, by name."""
        return {"verification": self.rows, "checks": self.results.tables["checks"]}

    @property
    def failed(self) -> tuple[str, ...]:
        """The identities that do not hold, then the rows that fail, in words."""
        return failures(self.tables)

    @property
    def failures_in_full(self) -> list[str]:
        """What failed, each in a sentence with what was expected and what was found."""
        checks = self.tables["checks"]
        broken = checks[~checks["passed"].astype(bool)]
        said = [
            f"FAILED: {row['check']}: {row['what']}: {row['residual']:.3g}, tolerance "
            f"{row['tolerance']:g}"
            for row in broken.to_dict("records")
        ]
        for row in self.rows[self.rows["outcome"] == FAIL].to_dict("records"):
            changed = "" if row["change"] == "none" else f" with {row['change']}"
            said.append(
                f"FAILED {row['row']}{changed}: expected: {row['expected']}; found: {row['found']}"
            )
        return said

    @property
    def headlines(self) -> tuple[str, ...]:
        """What was found, in sentences."""
        tables = self.tables
        return (
            summed_in_words(tables),
            *self.failures_in_full,
            program_in_words(),
        )


def verified(
    scenario: Scenario,
    depth: Depth,
    plans: bool,
    settings: Mapping[str, str],
    read_back: ReadBack,
    progress: Progress = lambda _: None,
) -> Verified:
    """Return a scenario run and judged by every row of the list.

    `plans`: also by rows that make the plan again. `settings` are the `--set` values the scenario
    was read with, `read_back` reads the inputs that its report holds.
    """
    started = perf_counter()
    results = evaluate(scenario, progress=progress, depth=depth)
    run = perf_counter()

    def plan_again(usual: UsualCare) -> Capacity:
        return scarce_capacity(usual, depth=depth)

    subject = Subject(
        results.usual, results.capacity, usual_care, as_today, plan_again if plans else None
    )
    with TemporaryDirectory() as folder:
        report = WrittenReport(Path(folder), results, settings, read_back)
        rows = workbook_rows(ROWS, report)
        table = judged_further(results.tables["verification"], subject, rows, progress)
    seconds = {"run": run - started, "verification": perf_counter() - run}
    return Verified(results, table, seconds)
