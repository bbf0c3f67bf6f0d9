"""What the sheet Evidence quality shows: how good the figures are, and which are weakest."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.assumption import (
    NOT_SEEN,
    SEEN,
    UNLISTED,
    key_in_words,
    sources_seen,
)
from hepaplan.reports.views.shown import heading, optional

QUALITIES = ("published", "derived", "judgement", "illustrative")
OLD_YEARS = 15
KINDS = {
    "Money": ("gbp",),
    "Use of resources": (
        "bed-days", "chair-hours", "minutes", "sessions", "slots", "resource units", "doses",
        "mg", "kg", "saleable units",
    ),
    "Utilities and QALYs": ("utility", "qaly"),
    "Shares, probabilities and rates": ("share", "probability", "deaths", "per ", "hazard"),
    "Times": ("days", "months", "years"),
}  # fmt: skip
OTHER_KIND = "Other"


def counts(content: ReportContent) -> pd.DataFrame:
    """Return how many figures are of each quality, and of how many the source was read."""
    table = content.tables["assumptions"].assign(seen=sources_seen(content))
    order = [q for q in QUALITIES if (table["quality"] == q).any()]
    order += [q for q in table["quality"].unique() if q not in QUALITIES]
    rows = []
    for quality in order:
        chosen = table[table["quality"] == quality]
        rows.append(
            {
                "Quality": heading(str(quality)),
                "Figures": len(chosen),
                "Share": len(chosen) / max(len(table), 1),
                "Source seen": int((chosen["seen"] == SEEN).sum()),
                "Source not seen": int((chosen["seen"] == NOT_SEEN).sum()),
                "Source not listed": int((chosen["seen"] == UNLISTED).sum()),
            }
        )
    return pd.DataFrame(rows)


def by_kind(content: ReportContent) -> pd.DataFrame:
    """Return how many figures of each kind, told by their unit, are of each quality."""
    table = content.tables["assumptions"]
    kinds = table["unit"].map(kind_of)
    wide = pd.crosstab(kinds, table["quality"])
    wide = wide.reindex(columns=[q for q in QUALITIES if q in wide.columns])
    wide = wide.reindex([k for k in (*KINDS, OTHER_KIND) if k in wide.index])
    wide.columns = pd.Index([heading(str(q)) for q in wide.columns])
    return wide.rename_axis("Kind of figure").reset_index()


def kind_of(unit: str) -> str:
    """Return the kind of figure that a unit belongs to."""
    plain = str(unit).lower()
    found = (kind for kind, starts in KINDS.items() if plain.startswith(starts))
    return next(found, OTHER_KIND)


def weak(content: ReportContent) -> pd.DataFrame:
    """Return the figures to look at first: illustrative, source unseen, or older than the limit.

    A judgement has no study behind it either; there are many, and Assumptions marks each.
    """
    table = content.tables["assumptions"]
    old_before = first_year(content) - OLD_YEARS
    read = sources_seen(content)
    years = pd.to_numeric(table["year"], errors="coerce")
    why = [
        ", ".join(
            word
            for word, applies in (
                ("illustrative", quality == "illustrative"),
                (state, state != SEEN),
                (f"from before {old_before}", year < old_before),
            )
            if applies
        )
        for quality, state, year in zip(table["quality"], read, years, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "Why": why,
            "What": [key_in_words(content, str(key)) for key in table["key"]],
            "Value": table["value"],
            "Unit": table["unit"],
            "Quality": table["quality"],
            "Source": table["source"],
            "Year": [None if pd.isna(y) else int(y) for y in table["year"]],
            "Seen": read,
        }
    )
    chosen = frame[frame["Why"] != ""]
    return optional(chosen.reset_index(drop=True), ["Year"])


def first_year(content: ReportContent) -> int:
    """Return the first year of the window, from which the age of evidence is counted."""
    return int(str(content.tables["cases"]["month"].iloc[0])[:4])


def headline(content: ReportContent) -> str:
    """Return what the chart of quality shows: shares of the figures, and of their sources read."""
    table = counts(content)
    if table.empty:
        return "No figure is listed (0 rows)"
    parts = ", ".join(
        f"{row['Share']:.0%} {str(row['Quality']).lower()}" for row in table.to_dict("records")
    )
    read = table["Source seen"].sum() / table["Figures"].sum()
    return f"Of {table['Figures'].sum():,} figures {parts}; the source of {read:.0%} was read"


def kind_headline(frame: pd.DataFrame) -> str:
    """Return what the chart by kind shows: the kind of which most is judged or made up."""
    soft = [h for h in ("Judgement", "Illustrative") if h in frame.columns]
    numbers = frame.drop(columns="Kind of figure")
    share = frame[soft].sum(axis=1) / numbers.sum(axis=1)
    worst = int(share.argmax())
    return (
        f"{frame['Kind of figure'].iloc[worst]}: {share.iloc[worst]:.0%} of "
        f"{numbers.iloc[worst].sum():,.0f} figures are judged or made up, the largest part of all"
    )
