"""What the Summary shows: key figures, and what the evidence sets imply side by side."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, POLICIES
from hepaplan.reports.content import ReportContent
from hepaplan.reports.number_text import value_text
from hepaplan.reports.style import (
    FINE_MILLIONS,
    FINEST_MILLIONS,
    ONE_PLACE,
    ONE_PLACE_SHARE,
    PEOPLE,
    TWO_PLACES,
    TWO_PLACES_SHARE,
    WHOLE,
    WHOLE_PEOPLE,
    format_for_unit,
)
from hepaplan.reports.views.assumption import key_in_words
from hepaplan.reports.views.shown import compared, heading, optional, policies_in

REGISTRY, REVIEW = "registry", "review"
RATIO = "Review to registry"
PATIENTS, STARTS = "liver metastases", "starts of "
SMALL_SHARE = 0.05
FINER = {
    WHOLE_PEOPLE: (PEOPLE,),
    WHOLE: (ONE_PLACE, TWO_PLACES),
    FINE_MILLIONS: (FINEST_MILLIONS,),
    ONE_PLACE_SHARE: (TWO_PLACES_SHARE,),
}
"""Number formats of a unit with more digits, the next first."""


def key_figures(content: ReportContent) -> tuple[pd.DataFrame, list[str]]:
    """Return the key figures and the unit of each row."""
    table = content.tables["key_figures"]
    frame = optional(table[["measure", "unit", *POLICIES]], POLICIES)
    frame["measure"] = [heading(str(measure)) for measure in frame["measure"]]
    names = {"measure": "Key figure", "unit": "Unit"} | {p: heading(p) for p in POLICIES}
    return frame.rename(columns=names), list(table["unit"])


def intervals(content: ReportContent) -> tuple[pd.DataFrame, list[str]]:
    """Return low and high of what the compared policies give, and units; empty if none is stated.

    A measure of which a policy has no interval shows "n/a".
    """
    table = content.tables["outcomes"]
    stated = table[table["low"].notna() | table["high"].notna()]
    rows = stated.drop_duplicates(["measure", "unit"])[["measure", "unit"]]
    frame = pd.DataFrame({"Measure": [heading(str(m)) for m in rows["measure"]]})
    frame["Unit"] = rows["unit"].to_list()
    for policy in compared(policies_in(stated)):
        own = stated[stated["policy"] == policy].set_index("measure")
        for bound in ("low", "high"):
            values = own[bound].reindex(rows["measure"])
            frame[f"{heading(policy)}, {bound}"] = values.to_numpy()
    return optional(frame, list(frame.columns[2:])), list(rows["unit"])


def changes(content: ReportContent) -> pd.DataFrame:
    """Return what the scenario changes of its base in words; empty when it is a base itself."""
    table = content.tables["changes"]
    reasons = zip(table["reason"].astype(str), table["place"].astype(str), strict=True)
    return pd.DataFrame(
        {
            "What": [changed_words(content, str(what)) for what in table["what"]],
            "Change": table["change"].astype(str),
            "Reason, and where it is set": [f"{r} ({p})" if p else r for r, p in reasons],
        }
    )


def changed_words(content: ReportContent, what: str) -> str:
    """Return a resource and its site by their labels, and a figure's key in words."""
    resource, at, site = what.partition(" at ")
    if at:
        return f"{content.label(resource)}, {content.label(site)}"
    return key_in_words(content, what.removesuffix(".value"))


def evidence_sets(content: ReportContent) -> tuple[pd.DataFrame, list[str]]:
    """Return the same measures under the evidence sets, and the unit of each row."""
    table = content.tables["evidence_sets"]
    sets = [name for name in table.columns if name not in {"measure", "unit"}]
    names = {"measure": "Half or a quarter?", "unit": "Unit"} | {s: heading(s) for s in sets}
    frame = optional(table[["measure", "unit", *sets]], sets)
    frame["measure"] = [heading(str(measure)) for measure in frame["measure"]]
    frame = frame.rename(columns=names)
    if {REGISTRY, REVIEW} <= set(sets):
        ratio = table[REVIEW] / table[REGISTRY].where(table[REGISTRY] != 0)
        frame[RATIO] = ratio.astype(object).where(ratio.notna(), None)
    return frame, list(table["unit"])


def evidence_people(content: ReportContent) -> pd.DataFrame:
    """Return people a year under registry and review: all patients, then their larger treatments.

    Empty when an evidence set is missing.
    """
    table = content.tables["evidence_sets"]
    if not {REGISTRY, REVIEW} <= set(table.columns):
        return pd.DataFrame({"What": [], "Registry": [], "Review": []})
    people = table[table["unit"].str.startswith("people")]
    names = people["measure"].str.lower()
    patients = people[names.str.contains(PATIENTS)][[REGISTRY, REVIEW]].sum()
    starts = people[names.str.startswith(STARTS)]
    starts = starts[starts[REVIEW] >= SMALL_SHARE * starts[REVIEW].max()]
    words = [heading(str(m)[len(STARTS) :]) for m in starts["measure"]]
    rows = [("New liver metastases", patients[REGISTRY], patients[REVIEW])]
    rows += zip(words, starts[REGISTRY], starts[REVIEW], strict=True)
    return pd.DataFrame(rows, columns=["What", "Registry", "Review"])


def telling_format(unit: str, row: pd.Series[float]) -> str:
    """Return the roundest number format of a unit in which first come and the plan look different.

    `row` holds a key figure under each policy, by its heading. That of the unit where they are the
    same, or no format of it tells them apart.
    """
    first, best = (row.get(heading(policy)) for policy in (FIRST_COME, MOST_HEALTH))
    usual = format_for_unit(unit, largest(row))
    for each in (usual, *FINER.get(usual, ())):
        if value_text(first, each) != value_text(best, each):
            return each
    return usual


def largest(row: pd.Series[float]) -> float:
    """Return the size of a row's largest number, by which its format is chosen."""
    return max((abs(float(v)) for v in row if isinstance(v, int | float)), default=0.0)
