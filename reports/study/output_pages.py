"""What pages about outputs and inputs share: titles, number formats by size, doubtful inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from hepaplan.model.outputs import Output
from hepaplan.model.tables.words import sentence_case
from hepaplan.reports.study.workbook import LONGEST_TITLE, NOT_IN_TITLES
from hepaplan.reports.style import POUNDS, THOUSANDS, WHOLE

MISSING = "n/a"
STAR = "* "
STARRED = (
    "A star marks inputs whose value is a judgement or illustrative, or whose range is the "
    "scenario's rule, a judgement too."
)
DOUBTFUL = frozenset({"judgement", "illustrative"})
VALUE = "[>=1000]#,##0;[>=10]#,##0.0;0.0###"
"""Inputs of any size in one column: shares of 0 to 1 beside pounds and minutes."""
MILLIONS, FINE_MILLIONS = '"£"#,##0.0,,"m"', '"£"#,##0.00,,"m"'


def starred(label: str, quality: str, assumed: bool) -> str:
    """Return an input's words, with a star before them where `STARRED` says so."""
    return f"{STAR}{label}" if assumed or quality in DOUBTFUL else label


def sheet_titles(outputs: Sequence[Output]) -> list[str]:
    """Return a title for the page of each output, no two alike: its measure, then its policy."""
    found: list[str] = []
    for output in outputs:
        policy, _, measure = output.label.rpartition(": ")
        short = re.sub(NOT_IN_TITLES, " ", sentence_case(measure.split(",")[0]))
        short = short[:LONGEST_TITLE].strip()
        if short.casefold() in {title.casefold() for title in found}:
            tail = f", {policy}"
            short = f"{short[: max(LONGEST_TITLE - len(tail), 8)]}{tail}"[:LONGEST_TITLE].strip()
        if short.casefold() in {title.casefold() for title in found}:
            tail = f" {len(found) + 1}"
            short = f"{short[: LONGEST_TITLE - len(tail)]}{tail}"
        found.append(short)
    return found


def in_sentence(output: Output) -> str:
    """Return an output's words for a headline, with its unit unless pounds are shown as such."""
    label = sentence_case(output.label)
    if output.unit in ("GBP", "share", "share of capacity") or output.unit in label:
        return label
    return f"{label} ({output.unit})"


def axis_title(output: Output) -> str:
    """Return what an axis of an output is called, with its unit."""
    return f"{sentence_case(output.label)}, {output.unit}"


def result_format(unit: str, size: float, swing: float) -> str:
    """Return a number format for results up to `size` in which differences of `swing` show."""
    if unit == "GBP":
        if size >= 1e6 and swing >= 5e4:
            return MILLIONS if swing >= 2e6 else FINE_MILLIONS
        return THOUSANDS if swing >= 2e4 else POUNDS
    if unit.startswith("share"):
        return "0.0%" if swing >= 0.01 else "0.00%"
    if swing >= 50:
        return WHOLE
    return "#,##0.0" if swing >= 1 else "#,##0.00" if swing >= 0.1 else "#,##0.0000"


def or_missing(numbers: Iterable[Any]) -> list[Any]:
    """Return numbers, "n/a" where there is none."""
    return [MISSING if pd.isna(number) else number for number in numbers]
