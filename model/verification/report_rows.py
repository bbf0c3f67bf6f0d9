"""Rows on the report (section H of the list): what they say; whoever writes it judges them."""

from __future__ import annotations

from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import LEFT_OUT, Finding

READS_THE_REPORT = "reads the report once it is written: hepaplan verify does"


def left_out(_: Subject) -> Finding:
    """Return that a run cannot judge a report that it has not written yet."""
    return Finding(LEFT_OUT, READS_THE_REPORT)


LIVE_FORMULAS, SAVED_INPUTS, CHARTS, BOTH_WAYS, BUDGET = (
    Row(
        "H8",
        "formulas calculated by LibreOffice from wrong stored values",
        "every figure of the formulas equals the engine's; no cell holds an error",
        left_out,
    ),
    Row(
        "H11",
        "the inputs read back from the report",
        "the same scenario, and every table of reading 1 equal",
        left_out,
    ),
    Row("H12", "none", "every chart draws rows of a table on its sheet", left_out),
    Row(
        "H12",
        "none",
        "sites and months add up to the same totals in both directions, the engine's",
        left_out,
    ),
    Row(
        "H14",
        "both discount rates 0",
        "budget impact is spending less first come's, and stays as it is",
        left_out,
    ),
)
REPORT_ROWS: tuple[Row, ...] = (LIVE_FORMULAS, SAVED_INPUTS, CHARTS, BOTH_WAYS, BUDGET)
REPORTS_OF_THE_CODE = ("H9", "H10", "H13", "I")
"""Rows on reports that concern the program: edited cells, sources of figures, text, replication."""
