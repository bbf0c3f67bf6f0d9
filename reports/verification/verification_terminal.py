"""What the command verify prints: ten lines or so, or one JSON document."""

from __future__ import annotations

from pathlib import Path

from hepaplan.reports.readable_text import clean
from hepaplan.reports.terminal import bold, document, records
from hepaplan.reports.verification.verified import Verified
from hepaplan.reports.verification.write import PAGE, WORKBOOK
from hepaplan.reports.views.checked import counted, summed_in_words

MOST_FAILURES = 5


def verification_as_text(verified: Verified, folder: Path, seconds: float) -> str:
    """Return what was found in sentences: counts, the first failures, and where the report is."""
    failed = verified.failures_in_full
    more = len(failed) - MOST_FAILURES
    listed = [f"- {clean(said)}" for said in failed[:MOST_FAILURES]]
    if more > 0:
        listed.append(f"  and {more} more: {folder / WORKBOOK}")
    return "\n".join(
        (
            bold(clean(f"{verified.scenario.settings.title}: verification")),
            f"- {summed_in_words(verified.tables)}",
            *listed,
            f"{'CHECKS FAILED' if failed else 'All checks pass'}, {seconds:.0f} s: "
            f"{folder / WORKBOOK}, {folder / PAGE}",
        )
    )


def verification_as_json(verified: Verified, folder: Path, _: float) -> str:
    """Return what was found as one JSON document, with every row."""
    return document(
        scenario=verified.scenario.settings.name,
        folder=str(folder),
        checks_passed=not verified.failed,
        checks_failed=list(verified.failed),
        outcomes=counted(verified.tables),
        solver_status=verified.results.status,
        **{name: records(table) for name, table in verified.tables.items()},
    )
