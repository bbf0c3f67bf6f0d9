"""What the sheet Checks shows of first come as a fixed plan, and of months that have happened."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.blocks import as_dates
from hepaplan.reports.content import ReportContent, readable
from hepaplan.reports.views.shown import heading, in_sentence, labelled


def first_come(content: ReportContent) -> pd.DataFrame:
    """Return the rules of the programme, and how far first come breaks each, broken ones first.

    Rules that the scenario does not have are left out.
    """
    table = content.tables["fixed_plan"]
    table = table[table["rows"] > 0]
    table = table.sort_values("rows_broken", ascending=False, kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "Rule": [readable(str(name)) for name in table["constraint"]],
            "Rows": table["rows"],
            "Rows broken": table["rows_broken"],
            "Largest breach": table["largest_violation"],
            "Unit": table["unit"],
            "What it says": [heading(str(words)) for words in table["in_words"]],
        }
    )


def corrections(content: ReportContent) -> pd.DataFrame:
    """Return where the record of past months differs from what the model expected."""
    table = content.tables["actuals"]
    about = [in_sentence(content.label(str(name))) for name in table["about"]]
    return pd.DataFrame(
        {
            "Month": as_dates(table["month"].astype(str)),
            "Site": labelled(content, table["site"]),
            "What": [heading(str(what)) for what in table["what"]],
            "Of": about,
            "Amount": table["amount"],
            "Unit": table["unit"],
        }
    )
