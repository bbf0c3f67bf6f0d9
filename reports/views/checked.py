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


def summed_in_words(tables: Tables) -> str:
    """Return how many checks were made and passed, and what became of the list's other rows.

    One sentence whose numbers add up: identities and rows judged to the checks, rows judged and
    others to the list.
    """
    rows, failed = len(judged_rows(tables)), len(failures(tables))
    made = len(tables["checks"]) + rows
    result = f"{failed} of {made} checks FAILED" if failed else f"All {made} checks passed"
    others = others_in_words(tables)
    more = f"; {others}" if others else ""
    return f"{result}: {made - rows} identities and {rows} rows of verification{more}."


def others_in_words(tables: Tables) -> str:
    """Return what became of the rows of verification that were not judged, if there are any."""
    found, listed_rows = counted(tables), len(tables["verification"])
    idle, left = found[NOT_APPLICABLE], found[LEFT_OUT]
    parts = []
    if idle:
        parts.append(f"{idle} {'does' if idle == 1 else 'do'} not apply to this scenario")
    if left:
        be = "is" if left == 1 else "are"
        parts.append(f"{left} {be} left out, and each says why")
    other = f"the other {idle + left} of the list's {listed_rows} rows"
    return f"{other}: {'; '.join(parts)}" if parts else ""


def program_in_words() -> str:
    """Return how many rows of the list concern the program, and who holds them."""
    return (
        f"{len(OF_THE_CODE)} further rows concern the program itself, not a scenario: its own "
        "tests hold them."
    )


def meaning(passed: bool) -> str:
    """Return what the verdict means for a reader, and what to do if something failed."""
    if passed:
        return (
            "All hold: nobody is lost or counted twice, no site is used beyond its capacity, sums "
            "agree. So the figures follow from the inputs; how good these are is said on the "
            "sheets Assumptions and Evidence quality."
        )
    return (
        "Use no figure of this report yet. Read what the FAILED rows below found. If an input is "
        "wrong, mend it and run again; if not, send this file and manifest.json to those who look "
        "after hepaplan where you work."
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
