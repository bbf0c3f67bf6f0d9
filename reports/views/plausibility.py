"""What the sheet Checks shows of two simplifications: utilities as stated, and ages in groups."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.content import ReportContent, readable
from hepaplan.reports.views.patient import ages
from hepaplan.reports.views.shown import in_sentence, labelled, optional, options_labelled

MEASURES = {"life_years": "Life-years", "qalys": "QALYs", "qalys_discounted": "QALYs, discounted"}


def utility_norms(content: ReportContent) -> pd.DataFrame:
    """Return the utilities above those of the general population of the same ages, if any."""
    table = content.tables["utility_norms"]
    return pd.DataFrame(
        {
            "Decision point": labelled(content, table["decision_point"]),
            "Option": options_labelled(content, table, "option"),
            "Age group": labelled(content, table["group"]),
            "Highest utility": table["utility"],
            "General population": table["norm"],
            "Difference": table["excess"],
        }
    )


def age_groups(content: ReportContent) -> pd.DataFrame:
    """Return figures per patient by age groups beside those by single ages."""
    shown = optional(content.tables["age_groups_error"], ["relative_difference"])
    return pd.DataFrame(
        {
            "Age group": ages(content, shown["group"]),
            "Measure": [_measure(str(measure)) for measure in shown["measure"]],
            "Unit": shown["unit"],
            "Ages in groups": shown["grouped"],
            "Single ages": shown["single_ages"],
            "Difference": shown["difference"],
            "Difference, share": shown["relative_difference"],
        }
    )


def _measure(name: str) -> str:
    start, alive, year = name.partition("alive_")
    if alive and not start:
        number = year.removesuffix("y")
        return f"Alive at {number} year" + ("s" if number != "1" else "")
    return MEASURES.get(name, readable(name))


def age_words(content: ReportContent) -> str:
    """Return how far age groups are from single ages in life-years and QALYs, at most."""
    table = content.tables["age_groups_error"]
    table = table[(table["unit"] != "share") & table["relative_difference"].notna()]
    if table.empty:
        return ""
    gaps = table["relative_difference"].abs()
    worst = table.iloc[int(gaps.argmax())]
    group = in_sentence(ages(content, pd.Series([worst["group"]])).iloc[0])
    where = f" ({in_sentence(_measure(str(worst['measure'])))}, {group})"
    size = "less than 0.1%" if gaps.max() < 0.0005 else f"at most {gaps.max():.1%}{where}"
    return f"Ages in groups instead of single years change life-years and QALYs by {size}."
