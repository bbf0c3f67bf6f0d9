"""What the sheet Prices shows of the plan: where its gain comes from, and what to build."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.tables.plan_words import step_in_words
from hepaplan.reports.blocks import as_dates
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.shown import heading, in_sentence, labelled, optional

ADDED = "QALYs added"
NOT_WORKED_OUT = "Not worked out in this run (--quick)."
NO_EXPANSIONS = "None to choose from in this scenario, or not worked out in this run (--quick)."
MILLION = 1e6


def gain(content: ReportContent) -> pd.DataFrame:
    """Return first come and each step from it to the plan, with what it adds to the one before."""
    table = content.tables["gain"]
    names = {
        "qalys": "QALYs", "qalys_gained": ADDED, "cost_added_gbp": "Cost added, GBP",
        "within_standard": "Within the standard", "within_standard_gained": "Points added",
        "deaths_waiting": "Deaths on a list", "deaths_avoided": "Deaths avoided",
    }  # fmt: skip
    steps = [heading(step_in_words(str(step))) for step in table["step"]]
    return pd.DataFrame({"Step": steps} | {shown: table[c] for c, shown in names.items()})


def gain_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of the gain shows: its sum, and the step that adds most."""
    steps = frame.iloc[1:]
    total = float(steps[ADDED].sum())
    top = steps.iloc[int(steps[ADDED].argmax())]
    if total <= 0:
        return f"The plan gains nothing over first come: {total:+,.1f} QALYs"
    return (
        f"The plan gains {total:,.1f} QALYs over first come; most by "
        f"{in_sentence(str(top['Step']))}, {top[ADDED]:+,.1f}"
    )


def expansions(content: ReportContent) -> pd.DataFrame:
    """Return each expansion: whether it is chosen, its cost, by when to decide, its worth."""
    figures = {
        "qalys": "QALYs gained", "cost_gbp": "Cost in all, GBP",
        "cost_per_qaly_gbp": "GBP per QALY, other scarce capacity charged",
        "cost_per_qaly_uncharged_gbp": "GBP per QALY, not charged", "relation": "Standing",
    }  # fmt: skip
    table = optional(content.tables["expansions"], [*figures, "decide_by", "breach_from"])
    pairs = zip(table["adds"], table["saleable_unit"], strict=True)
    return pd.DataFrame(
        {
            "Expansion": table["label"],
            "Where": labelled(content, table["site"]),
            "Adds": [f"{number:g} {unit}" for number, unit in pairs],
            "Chosen": ["yes" if chosen else "no" for chosen in table["chosen"]],
            "Capital, GBP": table["capital_gbp"],
            "Running, GBP a year": table["running_gbp_per_year"],
            "Decide by": _months(table["decide_by"]),
            "Breach without it from": _months(table["breach_from"]),
        }
        | {shown: table[column] for column, shown in figures.items()}
        | {"Status": table["status"]}
    )


def _months(column: pd.Series) -> pd.Series:
    known = as_dates(column.dropna())
    return known.reindex(column.index).astype(object).where(column.notna(), None)


def expansion_headline(frame: pd.DataFrame) -> str:
    """Return how many expansions the plan chooses, and the next decision."""
    chosen = frame[frame["Chosen"] == "yes"]
    text = f"The plan chooses {len(chosen)} of {len(frame)} expansions"
    due = chosen[chosen["Decide by"].notna()].sort_values("Decide by", kind="stable")
    if due.empty:
        return f"{text}; none of them has to be decided by a month to keep the standard."
    first = due.iloc[0]
    return f"{text}; first to decide: {first['Expansion']}, by {first['Decide by']:%B %Y}."
