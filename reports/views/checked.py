"""What a report says of its checks: one verdict, the identities, and the rows of verification."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.problems import listed
from hepaplan.model.verification.failures import Tables, failures, judged_rows
from hepaplan.model.verification.verdict import FAIL, LEFT_OUT, NOT_APPLICABLE, PASS
from hepaplan.model.verification.verify import OF_THE_CODE
from hepaplan.reports.content import ReportContent

PASSED, FAILED = "passed", "FAILED"
OUTCOMES = {PASS: PASSED, FAIL: FAILED, NOT_APPLICABLE: NOT_APPLICABLE, LEFT_OUT: LEFT_OUT}
"""How a reader sees each outcome: one that needs attention stands out without its colour too."""
MOST_NAMED = 6


def verdict(content: ReportContent) -> tuple[str, bool]:
    """Return the master verdict in words, and whether every check and every row judged passed."""
    checks = content.tables["checks"]
    if checks.empty:
        return "CHECKS: none were made, so nothing here is verified", False
    rows = judged_rows(content.tables)
    failed, made = failures(content.tables), len(checks) + len(rows)
    if failed:
        return f"CHECKS: {len(failed)} of {made} FAILED: {listed(failed, MOST_NAMED)}", False
    parts = f" ({len(checks)} identities, {len(rows)} rows of verification)" if len(rows) else ""
    return f"CHECKS: all {made} passed{parts}", True


def passed_in_words(tables: Tables) -> str:
    """Return how many of the identities and of the rows judged passed, as "45 of 47"."""
    made = len(tables["checks"]) + len(judged_rows(tables))
    return f"{made - len(failures(tables))} of {made}"


def counted(tables: Tables) -> dict[str, int]:
    """Return how many rows of verification came to each outcome."""
    found = tables["verification"]["outcome"].value_counts()
    return {outcome: int(found.get(outcome, 0)) for outcome in OUTCOMES}


def outcomes_in_words(tables: Tables) -> str:
    """Return how many rows of verification came to each outcome, those that none came to unsaid."""
    said = (f"{count} {OUTCOMES[name]}" for name, count in counted(tables).items() if count)
    return f"{len(tables['verification'])} rows of verification: {', '.join(said) or 'none'}"


def left_in_words(tables: Tables) -> str:
    """Return how many rows are left to another command, and how many to the program's tests."""
    left = counted(tables)[LEFT_OUT]
    judged = f"hepaplan verify, without --no-plan, judges the {left} left out too. "
    by_command = judged if left else ""
    return (
        f"{by_command}{len(OF_THE_CODE)} more rows of the list concern the program itself, not a "
        "scenario: its own tests hold them."
    )


def identities(tables: Tables) -> pd.DataFrame:
    """Return each identity with its verdict, residual and tolerance."""
    table = tables["checks"]
    return pd.DataFrame(
        {
            "Check": table["check"],
            "Verdict": [PASSED if ok else FAILED for ok in table["passed"]],
            "Residual": table["residual"],
            "Tolerance": table["tolerance"],
            "What it says": table["what"],
        }
    )


def verification(tables: Tables) -> pd.DataFrame:
    """Return each row of verification with its outcome and what was found."""
    table = tables["verification"]
    return pd.DataFrame(
        {
            "Row": table["row"],
            "Outcome": table["outcome"].map(OUTCOMES),
            "What is changed": table["change"],
            "What must follow": table["expected"],
            "What was found": table["found"],
        }
    )
