"""What the sheet Pathway shows: who comes, what starts and where people go, in words and sums."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.fates import CAUSES
from hepaplan.model.tables.flow_tables import COMES, DAY_ONE, LEAVES, MORE, NEW, STARTS
from hepaplan.reports.content import ReportContent

WORDS_OF_MORE = "More people in treatment or follow-up"
WORDS = {
    NEW: "New patients",
    DAY_ONE: "On a list as the window opens",
    MORE: WORDS_OF_MORE,
    **{cause: f"Dies of {'a ' if cause == 'procedure' else ''}{cause}" for cause in CAUSES},
}
A_YEAR = "People a year"


def applies(content: ReportContent) -> bool:
    """Return whether anyone comes at all."""
    return bool((content.tables["flows"]["stage"] == COMES).any())


def flows(content: ReportContent) -> pd.DataFrame:
    """Return every flow as from, to and people a year, in the order of the pathway."""
    table = content.tables["flows"]
    starts = table["stage"] == STARTS
    leaves = table["stage"] == LEAVES
    pairs = zip(table["from"].astype(str), table["option"].astype(str), strict=True)
    options = [f"{content.label(p)}: {content.option_label(p, o)}" if o else "" for p, o in pairs]
    came = [_named(content, str(name)) for name in table["from"]]
    gone = [_named(content, str(name)) for name in table["to"]]
    stages = {COMES: "Comes", STARTS: "Starts", LEAVES: "Goes on or dies"}
    return pd.DataFrame(
        {
            "Step": table["stage"].map(stages),
            "From": [o if out else c for o, c, out in zip(options, came, leaves, strict=True)],
            "To": [o if s else g for o, g, s in zip(options, gone, starts, strict=True)],
            A_YEAR: table["people_a_year"],
        }
    )


def balance(content: ReportContent) -> pd.DataFrame:
    """Return for each decision point who comes, returns, starts and leaves; in equals out."""
    table = content.tables["flows"]

    def summed(chosen: pd.Series, key: str) -> pd.Series:
        return table[chosen].groupby(key, sort=False)["people_a_year"].sum()

    comes, leaves = table["stage"] == COMES, table["stage"] == LEAVES
    dies, more = table["to"].isin(CAUSES), table["to"] == MORE
    parts = {
        "New, and first day's lists": summed(comes, "to"),
        "From treatments before": summed(leaves & ~dies & ~more, "to"),
        "Starts": summed(table["stage"] == STARTS, "from"),
        "Go on to another point": summed(leaves & ~dies & ~more, "from"),
        "Die": summed(leaves & dies, "from"),
        "More in treatment or follow-up": summed(leaves & more, "from"),
    }
    points = [p for p in dict.fromkeys(table.loc[table["stage"] == STARTS, "from"])]
    frame = pd.DataFrame({name: part.reindex(points) for name, part in parts.items()}).fillna(0.0)
    frame.insert(0, "Decision point", [content.label(str(p)) for p in points])
    return frame.reset_index(drop=True)


def headline(content: ReportContent) -> str:
    """Return what the picture shows: who comes, how many start, and what most of them die of."""
    table = content.tables["flows"]
    people = table["people_a_year"]
    new = people[(table["stage"] == COMES) & (table["from"] == NEW)].sum()
    starts = people[table["stage"] == STARTS].sum()
    died = people[(table["stage"] == LEAVES) & table["to"].isin(CAUSES)].sum()
    each = f", {starts / new:.1f} for each" if new > 0 else ""
    return (
        f"{new:,.0f} new patients a year lead to {starts:,.0f} treatment starts{each}, and "
        f"{died:,.0f} people a year die"
    )


def _named(content: ReportContent, name: str) -> str:
    return WORDS.get(name) or content.label(name)
