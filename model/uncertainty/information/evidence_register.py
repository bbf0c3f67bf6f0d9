"""The evidence behind uncertain inputs: how old, how weak, and how much it matters."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hepaplan.model.problems import Key, dotted
from hepaplan.model.uncertainty.information.evpi import money
from hepaplan.model.uncertainty.spread.inputs import Input

OLD_YEARS = 10
"""Age from which evidence counts as old: a judgement."""
WEAK = ("judgement", "illustrative")
COLUMNS = (
    "rank", "input", "label", "unit", "source", "year", "age_years", "old", "quality",
    "distribution", "weak", "influence", "concern",
)  # fmt: skip


def evidence_register(
    inputs: Mapping[Key, Input], influence: Mapping[Key, float], now: int
) -> pd.DataFrame:
    """Return every uncertain input with its evidence, old, weak and influential ones first.

    The rule: `concern` is the influence, counted twice if the evidence is old or weak and three
    times if it is both. Old: 10 years or more before `now`, or of no stated year. Weak: a
    judgement or illustrative figure, or a distribution that is only assumed. Inputs of equal
    concern (0, say) follow by number of these marks, then by age, then by key.

    `influence` is that of each input by key, in one unit for all: the value of knowing it in
    pounds, or the share of variance; 0 where there is none that can be told from chance. `now` is
    the year of the scenario's first month. Columns: `COLUMNS`, rank from 1. Raises ValueError for
    a negative influence or one of an unknown key.
    """
    unknown = [dotted(key) for key in influence if key not in inputs]
    if unknown or any(value < 0 for value in influence.values()):
        raise ValueError(f"influence of unknown inputs {unknown}, or below 0")
    rows = []
    for key, one in inputs.items():
        age = None if one.year is None else now - one.year
        old = age is None or age >= OLD_YEARS
        weak = one.quality in WEAK or one.assumed
        value = influence.get(key, 0.0)
        rows.append(
            (0, dotted(key), one.label, one.unit, one.source, one.year, age, old, one.quality,
             "assumed" if one.assumed else "stated", weak, value, value * (1 + old + weak))
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table = table.astype({"year": "Int64", "age_years": "Int64", "old": bool, "weak": bool})
    marks = table["old"].astype(int) + table["weak"].astype(int)
    ordered = (
        table.assign(marks=marks, oldest=table["age_years"].astype("Float64").fillna(float("inf")))
        .sort_values(["concern", "marks", "oldest", "input"], ascending=[False, False, False, True])
        .drop(columns=["marks", "oldest"])
        .reset_index(drop=True)
    )
    return ordered.assign(rank=range(1, len(ordered) + 1))


def headline(table: pd.DataFrame, in_pounds: bool = True, most: int = 3) -> str:
    """Return in a sentence which inputs better evidence should come first for.

    `in_pounds`: influence is the value of knowing an input, otherwise a share of variance.
    """
    first = table[(table["concern"] > 0) & (table["old"] | table["weak"])].head(most)
    if first.empty:
        return "As far as the draws tell, no old or weak input matters for the choice."
    named = []
    for row in first.to_dict("records"):
        age = "of no stated year" if pd.isna(row["age_years"]) else f"{row['age_years']} years old"
        value = row["influence"]
        matters = money(value) if in_pounds else f"{value:.0%} of the variance"
        named.append(f"{row['label']} ({row['quality']}, {age}, {matters})")
    return f"Better evidence is wanted first for: {'; '.join(named)}."
