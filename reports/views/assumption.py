"""What the sheet Assumptions shows: every figure with where it applies, in words."""

from __future__ import annotations

import re

import pandas as pd

from hepaplan.model.parameters import STAGES
from hepaplan.reports.content import ReportContent, readable
from hepaplan.reports.views.shown import heading, optional

EVERYWHERE = "Whole model"
UNPRINTED = 3
SEEN, NOT_SEEN, UNLISTED = "seen", "not seen", "source not listed"


def assumptions(content: ReportContent) -> pd.DataFrame:
    """Return every figure of the run; the last columns are for the screen only."""
    table = content.tables["assumptions"]
    chosen = optional(table, ["low", "high", "distribution", "year"])
    places = [_place(content, str(key)) for key in table["key"]]
    labels = [heading(str(label)) for label in table["label"]]
    years = [None if y is None else int(y) for y in chosen["year"]]
    frame = pd.DataFrame(
        {
            "Where": [where for where, _ in places],
            "What": [what or label for (_, what), label in zip(places, labels, strict=True)],
            "Value": [_in_words(content, value) for value in table["value"]],
            "Unit": chosen["unit"],
            "Low": chosen["low"],
            "High": chosen["high"],
            "Distribution": chosen["distribution"],
            "Source": chosen["source"],
            "Year": pd.Series(years, index=table.index, dtype=object),
            "Prices": table["prices"] if "prices" in table.columns else "",
            "Quality": chosen["quality"],
            "Seen": sources_seen(content),
            "Reason for a change": chosen["reason"].replace("", "not changed"),
            "Set in": chosen["place"],
            "Note": _notes(table),
            "Key": chosen["key"],
        }
    )
    for name in ("Reason for a change", "Prices"):
        if frame[name].isin(["", "not changed"]).all():
            frame = frame.drop(columns=name)
    return frame


def sources_seen(content: ReportContent) -> list[str]:
    """Return for each figure whether the original of its source was read."""
    sources = content.tables["sources"]
    known = dict(zip(sources["key"].astype(str), sources["seen"].astype(bool), strict=True))
    words = {True: SEEN, False: NOT_SEEN, None: UNLISTED}
    return [words[known.get(str(source))] for source in content.tables["assumptions"]["source"]]


def _notes(table: pd.DataFrame) -> list[str]:
    if "note" not in table.columns:
        return ["none"] * len(table)
    return [str(note) if isinstance(note, str) and note else "none" for note in table["note"]]


def _place(content: ReportContent, key: str) -> tuple[str, str]:
    """Return where a figure applies and what it is, from its key; no words where it is general."""
    parts = key.split(".")
    if parts[:1] == ["resource"] and len(parts) > 2:
        return content.label(parts[1]), _words(content, parts[2:])
    if parts[:2] != ["pathway", "decision_point"] or len(parts) < 4:
        return EVERYWHERE, ""
    point, rest = parts[2], parts[3:]
    where = content.label(point)
    if rest[0] == "option" and len(rest) > 2:
        where = f"{where}: {content.option_label(point, rest[1])}"
        rest = rest[2:]
    return where, _words(content, rest)


def key_in_words(content: ReportContent, key: str) -> str:
    """Return what a key stands for, and where it applies if that is not the whole model."""
    where, what = _place(content, key)
    return f"{where}: {what}" if what else _words(content, key.split("."))


def _words(content: ReportContent, parts: list[str]) -> str:
    words = [content.labels.get(p) or _plain(p) for p in parts]
    return heading(", ".join(words).replace(", to, ", " to "))


def _plain(part: str) -> str:
    return part if part in STAGES else readable(part).lower()


def _in_words(content: ReportContent, value: object) -> object:
    """Return a value; the machine names in one that is written out become labels."""
    if not isinstance(value, str):
        return value
    plain = re.sub(r"\bTrue\b", "yes", re.sub(r"\bFalse\b", "no", value))
    return re.sub(r"\b([a-z0-9_]+): ", lambda m: f"{_named(content, m[1])}: ", plain)


def _named(content: ReportContent, name: str) -> str:
    return content.labels.get(name) or name.replace("_", " ")
