"""The verification list run on a scenario: every row with what was found, as a tidy table."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.verification.money_rows import MONEY_ROWS
from hepaplan.model.verification.plan_rows import PLAN_ROWS
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import LEFT_OUT, Finding, Verdict

ROWS: tuple[Row, ...] = (*MONEY_ROWS, *PLAN_ROWS)
COLUMNS = ["row", "change", "expected", "found", "outcome"]
MAKES_A_PLAN = "makes the plan again: hepaplan verify does"


def verify(subject: Subject, rows: tuple[Row, ...] = ROWS) -> tuple[Verdict, ...]:
    """Return the verdict of each row, in the list's order."""
    return tuple(_verdict(subject, row) for row in rows)


def verification_table(subject: Subject) -> pd.DataFrame:
    """Return the verdicts as a table of `COLUMNS`."""
    verdicts = [
        (found.row, found.change, found.expected, found.found, found.outcome)
        for found in verify(subject)
    ]
    return pd.DataFrame(verdicts, columns=COLUMNS)


def _verdict(subject: Subject, row: Row) -> Verdict:
    if row.plans_again and subject.plan is None:
        finding = Finding(LEFT_OUT, MAKES_A_PLAN)
    else:
        finding = row.judge(subject)
    return Verdict(finding.outcome, finding.found, row.identifier, row.change, row.expected)
