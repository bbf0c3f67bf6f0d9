"""What the checklists show: each item, where it is answered, and the answer filled from the run."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from hepaplan.model.readings import POLICIES
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.checked import passed_in_words

State = Literal["answered", "in this run", "in the tests", "in part", "not done", "not applicable"]
UNKNOWN = "not stated by this run"


@dataclass(frozen=True)
class Item:
    """One item: its number and section, what is asked, how far and where it is answered.

    `answer` may name facts of the run in braces (`facts`); `sheet` and `table` say where to look,
    nothing where it is outside the workbook.
    """

    number: str
    section: str
    asked: str
    state: State
    answer: str
    sheet: str = ""
    table: str = ""


def facts(content: ReportContent) -> dict[str, str]:
    """Return what answers are filled with, as text."""
    about = content.tables["about"]
    said = {str(i): v for i, v in zip(about["item"], about["value"], strict=True)}
    assumptions = content.tables["assumptions"]
    quality = assumptions["quality"].value_counts()
    groups = content.tables["metastases"]["group"].unique()
    months = content.tables["cases"]["month"]
    published = content.tables["published"]
    points = content.tables["per_patient"]["decision_point"].nunique()

    def rate(item: str) -> str:
        return f"{float(said[item]):.1%} a year" if item in said else UNKNOWN

    worth = said.get("willingness to pay (GBP per QALY)")
    given = assumptions["distribution"].notna() & (assumptions["distribution"] != "")
    return {
        "title": content.title,
        "question": content.question,
        "version": content.version,
        "perspective": str(said.get("perspective", UNKNOWN)),
        "window": str(said.get("window", UNKNOWN)),
        "price_year": str(said.get("price year", UNKNOWN)),
        "rate_costs": rate("discount rate, costs (per year)"),
        "rate_effects": rate("discount rate, effects (per year)"),
        "worth": UNKNOWN if worth is None else f"£{float(worth):,.0f}",
        "pathway": str(said.get("pathway", UNKNOWN)),
        "status": content.status,
        "groups": ", ".join(content.label(str(g)) for g in groups),
        "regions": f"{content.tables['cases']['region'].nunique()}",
        "months": f"{months.nunique()}",
        "points": f"{points}",
        "policies": ", ".join(POLICIES),
        "checks": passed_in_words(content.tables),
        "figures": f"{len(assumptions):,}",
        "qualities": ", ".join(f"{n} {name}" for name, n in quality.items()),
        "spread": f"{int(given.sum()):,}",
        "sources": f"{len(content.tables['sources'])}",
        "studies": f"{len(published)}",
        "sites": content.site_note or "Sites and capacities are as published or given.",
    }


def answered(
    items: tuple[Item, ...], content: ReportContent, sheets: Collection[str]
) -> pd.DataFrame:
    """Return each item with its answer filled in; `sheets` are those that the workbook has."""
    known = facts(content)
    return pd.DataFrame(
        {
            "Item": [item.number for item in items],
            "Section": [item.section for item in items],
            "What is asked": [item.asked for item in items],
            "State": [item.state for item in items],
            "Where": [_where(item, sheets) for item in items],
            "Answer": [item.answer.format(**known) for item in items],
        }
    )


def _where(item: Item, sheets: Collection[str]) -> str:
    if not item.sheet:
        return "outside the workbook"
    return item.sheet if item.sheet in sheets else f"{item.sheet}: not in this run"


def counted(items: tuple[Item, ...]) -> str:
    """Return how many items are in each state, in a sentence."""
    states = [item.state for item in items]
    parts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return f"{len(items)} items: {parts}."
