"""What the sheet Cost-effectiveness shows of the budget: spending by year against first come."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.readings import FIRST_COME
from hepaplan.model.tables.words import more_or_less
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.shown import (
    by_size,
    heading,
    in_sentence,
    labelled,
    pivot,
    policies_in,
    year_names,
)

ALL_YEARS = "All years"
AGAINST = ", against first come"
SAME = "about the same"


def by_year(content: ReportContent) -> pd.DataFrame:
    """Return undiscounted spending by year under each policy, its difference, and the total."""
    table = content.tables["budget_impact"]
    shown = policies_in(table)
    spent = pivot(table, ["year"], "policy", "cost_gbp", shown)
    more = pivot(table, ["year"], "policy", "against_first_come_gbp", shown)
    frame = pd.DataFrame({"Year": _years(content, spent["year"])})
    for policy in shown:
        frame[heading(policy)] = spent[policy]
    for policy in shown:
        if policy != FIRST_COME:
            frame[f"{heading(policy)}{AGAINST}"] = more[policy]
    if frame.empty:
        return frame
    total = frame.iloc[:, 1:].sum()
    frame.loc[len(frame)] = [ALL_YEARS, *total]
    return frame


def by_category(content: ReportContent, policy: str) -> pd.DataFrame:
    """Return what a policy spends more than first come, by category and year, largest first."""
    table = content.tables["budget_impact"]
    table = table[table["policy"] == policy]
    years = list(table["year"].unique())
    wide = pivot(table, ["category"], "year", "against_first_come_gbp", years)
    wide[ALL_YEARS] = wide[years].sum(axis=1)
    wide = by_size(wide, ALL_YEARS)
    wide["category"] = labelled(content, wide["category"])
    names = dict(zip(years, _years(content, pd.Series(years, dtype=object)), strict=True))
    return wide.rename(columns={"category": "Category"} | names)


def _years(content: ReportContent, years: pd.Series) -> list[str]:
    names = year_names(content.tables["cases"]["month"])
    return [names.get(str(year), str(year)) for year in years]


def headline(frame: pd.DataFrame, policy: str) -> str:
    """Return what the chart of the budget shows: a policy's total, and where it differs most.

    `policy` is its heading.
    """
    column = f"{policy}{AGAINST}"
    total = float(frame[column].iloc[-1])
    yearly = frame.iloc[:-1]
    most = yearly.iloc[int(yearly[column].abs().argmax())]
    return (
        f"Against first come, {in_sentence(policy)} spends "
        f"{more_or_less(total, SAME)} over all years, "
        f"{more_or_less(float(most[column]), SAME)} in {most['Year']}"
    )
