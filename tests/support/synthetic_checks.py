"""Made-up rows of verification, one of each outcome, to test what shows them."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.table_columns import COLUMNS

ATTACK = "=1+1 <script>alert(1)</script> of starts"
ROWS = (
    ("A1", "none", "people are conserved", "largest difference 3e-15 people", "pass"),
    ("B13", "both discount rates 0", "discounted equals undiscounted", "0 QALYs", "pass"),
    ("B7", "weight up by 10%", "costs by dose rise", ATTACK, "not applicable"),
    ("F1", "all capacity 0", "nothing starts", "makes the plan again", "left out"),
)


def verification_rows(**outcomes: str) -> pd.DataFrame:
    """Return the rows as a run's table, some with another outcome, by their names."""
    rows = [(*row[:-1], outcomes.get(row[0], row[-1])) for row in ROWS]
    return pd.DataFrame(rows, columns=list(COLUMNS["verification"]))
