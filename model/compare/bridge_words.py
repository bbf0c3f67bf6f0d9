"""What bridges say, in computed sentences, and how far their parts are from the whole."""

from __future__ import annotations

import re

import pandas as pd

from hepaplan.model.problems import listed
from hepaplan.model.tables.words import figure, pounds

LEAST_SAID = 1e-9
SHOWN = 3
PLURAL = {"QALY": "QALYs"}
FINEST = "reason, table or figure"


def bridge_gap(table: pd.DataFrame) -> float:
    """Return the largest gap of a difference to the sum of its parts, relative to its ends."""
    gaps = [0.0]
    for _, part in table.groupby(["scenario", "measure"], sort=False):
        first, last = float(part["from"].iloc[0]), float(part["to"].iloc[-1])
        size = max(abs(first), abs(last), 1.0)
        gaps.append(abs(last - first - float(part["amount"].sum())) / size)
    return max(gaps)


def bridge_words(table: pd.DataFrame, reference: str) -> tuple[str, ...]:
    """Return one sentence for each scenario and measure that differs, largest part first."""
    said = [
        sentence
        for (scenario, _), part in table.groupby(["scenario", "measure"], sort=False)
        if (sentence := _sentence(str(scenario), part, reference))
    ]
    return (*said, *_grouped(table))


def bridge_headline(part: pd.DataFrame, reference: str) -> str:
    """Return what the bridge of one scenario and measure shows: the whole, and its largest part."""
    scenario, label, unit = (str(part[c].iloc[0]) for c in ("scenario", "label", "unit"))
    whole = float(part["to"].iloc[-1] - part["from"].iloc[0])
    if abs(whole) < LEAST_SAID and part["amount"].abs().max() < LEAST_SAID:
        return f"{label}: no difference between {scenario} and {reference}"
    most = part.iloc[int(part["amount"].abs().argmax())]
    mostly = "by" if len(part) == 1 else "the largest part"
    return (
        f"{label}: {amount_words(whole, unit)} in {scenario} against {reference}, {mostly} "
        f"{most['change']} ({amount_words(float(most['amount']), unit)})"
    )


def amount_words(amount: float, unit: str) -> str:
    """Return a signed amount with its unit, no finer than is meant."""
    if unit == "GBP":
        return pounds(amount, signed=True)
    return f"{figure(amount, 1, signed=True)} {PLURAL.get(unit, unit)}"


def _sentence(scenario: str, part: pd.DataFrame, reference: str) -> str:
    """Return the whole difference and its largest parts; nothing where none of them shows."""
    label, unit = str(part["label"].iloc[0]), str(part["unit"].iloc[0])
    order = part["amount"].abs().sort_values(ascending=False, kind="stable").index
    largest = [
        f"{words} from {row['change']}"
        for row in part.loc[order].to_dict("records")
        if re.search("[1-9]", words := amount_words(float(row["amount"]), unit))
    ]
    if not largest:
        return ""
    whole = amount_words(float(part["to"].iloc[-1] - part["from"].iloc[0]), unit)
    parts = listed(largest, SHOWN) if len(largest) > 1 else largest[0].partition(" from ")[2]
    lead = "of which" if len(largest) > 1 else "all from"
    return f"From {reference} to {scenario}: {whole} ({label}), {lead} {parts}."


def _grouped(table: pd.DataFrame) -> list[str]:
    coarse = table[table["grouped_by"] != FINEST]
    rows = coarse[["scenario", "grouped_by"]].drop_duplicates().to_dict("records")
    return [
        f"Changes of {row['scenario']} are grouped by {row['grouped_by']} in some bridges: there "
        "are too many to try in all mixtures, or some cannot be made without others."
        for row in rows
    ]
