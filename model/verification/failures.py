"""What does not hold in a run: its identities and its rows of verification, in one list."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hepaplan.model.verification.verdict import FAIL, PASS

Tables = Mapping[str, pd.DataFrame]


def failures(tables: Tables) -> tuple[str, ...]:
    """Return the identities that do not hold, then the rows that fail with what was expected.

    `tables` are those of a run, `checks` and `verification`; a comparison has only the first.
    """
    checks, rows = tables["checks"], judged_rows(tables)
    identities = checks[~checks["passed"].astype(bool)]["check"]
    failed = rows[rows["outcome"] == FAIL]
    said = zip(failed["row"], failed["expected"], strict=True)
    return (*map(str, identities), *(f"{row}: {expected}" for row, expected in said))


def judged_rows(tables: Tables) -> pd.DataFrame:
    """Return the rows of verification that passed or failed."""
    table = tables.get("verification")
    if table is None:
        return pd.DataFrame(columns=["row", "expected", "outcome"])
    return table[table["outcome"].isin([PASS, FAIL])]
