"""The page of bridges: what each named change is worth of a difference, as bars and as tables."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hepaplan.model.compare.bridge_words import amount_words, bridge_headline
from hepaplan.model.tables.words import sentence_case
from hepaplan.reports.content import ReportContent
from hepaplan.reports.study.drawn import signed
from hepaplan.reports.study.output_pages import result_format
from hepaplan.reports.study.pages import Page, Picture, Shown

TITLE = "Bridge"
ABOUT = "What each change between two scenarios is worth of their difference; nothing is left over."
HOW = (
    "A change's part is the mean, over all orders in which the changes can be made, of what it "
    "adds when its turn comes (Shapley value): parts depend on no order and sum to the difference. "
    "The bars stand in the order of the scenario's files."
)
NOTHING = "Nothing differs between the scenarios, so there is no bridge."
LEAST = 1e-9


def bridge_page(content: ReportContent, reference: str) -> Page:
    """Return a waterfall and a table for each scenario and measure that differ."""
    drawn = [
        _bridge(part, reference, f"bridge_{number}")
        for number, part in enumerate(_parts(content.tables["bridge"]), start=1)
    ]
    notes = (HOW, *_not_moved(content.tables["bridge"])) if drawn else (NOTHING,)
    pictures, tables = zip(*drawn, strict=True) if drawn else ((), ())
    return Page(TITLE, ABOUT, notes, tuple(pictures), tuple(tables))


def _parts(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for _, part in table.groupby(["scenario", "measure"], sort=False):
        if part["amount"].abs().max() > LEAST:
            yield part


def _not_moved(table: pd.DataFrame) -> tuple[str, ...]:
    """Return which measures no change moves: they have no picture."""
    still = [
        f"{part['label'].iloc[0]} in {scenario}"
        for (scenario, _), part in table.groupby(["scenario", "measure"], sort=False)
        if part["amount"].abs().max() <= LEAST
    ]
    return (f"No change moves {'; '.join(still)}.",) if still else ()


def _bridge(part: pd.DataFrame, reference: str, name: str) -> tuple[Picture, Shown]:
    scenario, label, unit = (str(part[column].iloc[0]) for column in ("scenario", "label", "unit"))
    first, last = float(part["from"].iloc[0]), float(part["to"].iloc[-1])
    changes = part[["change", "amount", "from", "to", "inputs", "reason"]]
    rows = [(reference, first, 0.0, first, "", ""), (scenario, last, 0.0, last, "", "")]
    ends = pd.DataFrame(rows, columns=changes.columns)
    frame = pd.concat([ends.iloc[:1], changes, ends.iloc[1:]], ignore_index=True)
    frame.columns = pd.Index(["Change", "Amount", "From", "To", "Inputs", "Why"])
    size, swing = max(abs(first), abs(last)), float(part["amount"].abs().max())
    shown = result_format(unit, size, swing)
    headline = sentence_case(bridge_headline(part, reference))
    picture = Picture(
        "waterfall", name, headline,
        f"From {reference} to {scenario}: {amount_words(last - first, unit)}, one bar a change, "
        f"grouped by {part['grouped_by'].iloc[0]}.",
        frame[["Change", "Amount", "From", "To"]], f"{sentence_case(label)}, {unit}", "Change",
        x_format=shown,
    )  # fmt: skip
    formats = {"Amount": signed(shown, swing, "0"), "From": shown, "To": shown}
    caption = f"{sentence_case(label)}, {unit}: from {reference} to {scenario}"
    return picture, Shown(name, caption, frame, formats, {"Change": 50.0}, unprinted=2)
