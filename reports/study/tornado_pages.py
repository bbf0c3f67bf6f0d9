"""What moving inputs one at a time shows: a tornado for each output, thresholds, a grid of two."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.model.outputs import Output, chosen_outputs
from hepaplan.model.tables.words import sentence_case
from hepaplan.model.uncertainty.moving.evaluations import said
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.grid_page import grid_page
from hepaplan.reports.study.output_pages import (
    STARRED,
    VALUE,
    axis_title,
    in_sentence,
    or_missing,
    result_format,
    sheet_titles,
    starred,
)
from hepaplan.reports.study.pages import Page, Picture, Shown

MOST_BARS = 15
DIRECTIONS = {
    "rises": "rises with it",
    "falls": "falls as it rises",
    "turns": "goes both ways",
    "none": "does not move",
}
RANGES = {True: "rule (judgement)", False: "its own"}


def tornado_pages(study: Study) -> tuple[Page, ...]:
    """Return a page for each output, then those of thresholds and of two inputs, where asked."""
    table = study.tables["one_way"]
    known = chosen_outputs(study.scenario, list(dict.fromkeys(table["output"])))
    outputs = list(known.values())
    pages = [
        _output(output, title, table[table["output"] == output.name])
        for output, title in zip(outputs, sheet_titles(outputs), strict=True)
    ]
    if "thresholds" in study.tables:
        pages.append(_thresholds(study.tables["thresholds"], table))
    if "two_way" in study.tables:
        pages.append(grid_page(study.tables["two_way"], table, known))
    return tuple(pages)


def _output(output: Output, title: str, rows: pd.DataFrame) -> Page:
    rows = rows.sort_values("swing", ascending=False, kind="stable").reset_index(drop=True)
    moving = rows[rows["direction"] != "none"]
    still = len(rows) - len(moving)
    subtitle = (
        f"What {output.label} ({output.unit}) becomes at both ends of each input's range, all "
        f"other inputs as stated: {len(moving)} of {len(rows)} inputs move it"
        + (f", {still} do not." if still else ".")
    )
    return Page(
        title,
        subtitle,
        _notes(rows),
        (_tornado(output, moving),),
        (_everything(output, rows),),
    )


def _notes(rows: pd.DataFrame) -> tuple[str, ...]:
    ruled = int(rows["assumed"].sum())
    notes = [
        "Range: "
        + ", ".join(dict.fromkeys(rows["range"]))
        + f". {ruled} of {len(rows)} ranges are the scenario's rule for figures without a "
        "published interval: a judgement."
    ]
    turning = rows.loc[rows["direction"] == "turns", "label"]
    if len(turning):
        notes.append(
            "The result turns within the range of these, so both ends do not bound it: "
            f"{'; '.join(turning)}."
        )
    refused = rows[rows["at_low"].isna() | rows["at_high"].isna()]
    if len(refused):
        notes.append(
            "The model refuses an end of the range of these, so they have no bar; the table says "
            f"why: {'; '.join(refused['label'])}."
        )
    return tuple(notes)


def _tornado(output: Output, moving: pd.DataFrame) -> Picture:
    drawn = moving[moving["at_low"].notna() & moving["at_high"].notna()].head(MOST_BARS)
    ends = drawn[["at_low", "at_high"]]
    base = float(drawn["base"].iloc[0]) if len(drawn) else 0.0
    swing = float((ends - base).abs().to_numpy().max(initial=0.0))
    frame = pd.DataFrame(
        {
            "Input": [
                starred(str(row["label"]), str(row["quality"]), bool(row["assumed"]))
                for row in drawn.to_dict("records")
            ],
            "With the input at its low end": ends["at_low"],
            "At its high end": ends["at_high"],
        }
    ).reset_index(drop=True)
    return Picture(
        "tornado", f"tornado_{output.name}", _headline(output, drawn),
        f"The {len(drawn)} inputs with the largest swing, each alone over its range; the upright "
        f"line is the result with every input as stated. {STARRED}",
        frame, axis_title(output), "Input",
        result_format(output.unit, abs(base) + swing, swing), base=base,
    )  # fmt: skip


def _headline(output: Output, drawn: pd.DataFrame) -> str:
    what = in_sentence(output)
    if drawn.empty:
        return f"{what}: no input moves it"
    first = drawn.iloc[0]
    base, *ends = (said(float(first[name]), output.unit) for name in ("base", "at_low", "at_high"))
    return (
        f"{what}: {base} in the base case; {first['label']} moves it most, {ends[0]} to {ends[1]}"
    )


def _everything(output: Output, rows: pd.DataFrame) -> Shown:
    frame = pd.DataFrame(
        {
            "Input": rows["label"],
            "Unit": rows["unit"],
            "As stated": rows["base_value"],
            "Low end": rows["low_value"],
            "High end": rows["high_value"],
            "Result at low end": or_missing(rows["at_low"]),
            "Result at high end": or_missing(rows["at_high"]),
            "Swing": or_missing(rows["swing"]),
            "The result": rows["direction"].map(DIRECTIONS),
            "Whose range": rows["assumed"].map(RANGES),
            "Evidence": rows["quality"],
            "Source": rows["source"],
            "Year": [str(year) for year in or_missing(rows["year"])],
            "Note": rows["note"],
            "Key": rows["input"],
        }
    )
    swings = rows["swing"].to_numpy(dtype=float)
    largest = float(np.nanmax(swings, initial=0.0))
    size = float(rows["base"].abs().max())
    # Swings from millions down to pounds share the column, so they are shown whole.
    money = '"£"#,##0' if output.unit == "GBP" else result_format(output.unit, size, largest / 50)
    formats = dict.fromkeys(frame.columns[2:5], VALUE) | dict.fromkeys(frame.columns[5:8], money)
    widths = {"Input": 60.0, "Note": 40.0, "Key": 60.0, "Source": 22.0, "Unit": 18.0}
    caption = f"{sentence_case(output.label)}, {output.unit}: every input, the widest swing first"
    return Shown(f"one_way_{output.name}", caption, frame, formats, widths, unprinted=4)


def _thresholds(table: pd.DataFrame, one_way: pd.DataFrame) -> Page:
    shown = one_way.drop_duplicates("input").set_index("input")
    factors = table["base_value"] != table["input"].map(shown["base_value"])
    found = table["value"].notna()
    side = table["direction"].map({"rises": "above", "falls": "below"})
    frame = pd.DataFrame(
        {
            "Input": table["label"],
            "Unit": table["unit"].mask(factors, "times what is stated"),
            "As stated": table["base_value"],
            "Changes at": or_missing(table["value"]),
            "What is so on which side": [
                f"{sentence_case(question)} {which} this value" if here else sentence_case(note)
                for question, which, note, here in zip(
                    table["question"], side, table["note"], found, strict=True
                )
            ],
            "Searched from": table["searched_low"],
            "Searched to": table["searched_high"],
            "Margin as stated": or_missing(table["margin_at_base"]),
            "Margin in": table["margin_unit"],
            "Evidence": table["input"].map(shown["quality"]),
            "Whose range": table["input"].map(shown["assumed"]).map(RANGES),
            "Note": table["note"].where(found, ""),
            "Key": table["input"],
        }
    )
    formats = dict.fromkeys(("As stated", "Searched from", "Searched to", "Changes at"), VALUE)
    some = table.loc[found, "input"].nunique()
    return Page(
        "Thresholds",
        f"At which value of an input, all others as stated, we would decide otherwise: "
        f"{some} of {table['input'].nunique()} inputs searched can change it.",
        (
            "Searched between the 0.1% and the 99.9% point of each input's distribution; beyond "
            "them nothing is said. Between two scenarios a value is put into both, also where they "
            "state different ones; the margin as stated is that of both as they are.",
        ),
        tables=(
            Shown("thresholds", "Values at which it changes", frame,
                  formats | {"Margin as stated": '[>=1000]#,##0;[<=-1000]-#,##0;0.0###'},
                  {"Input": 60.0, "What is so on which side": 60.0, "Note": 40.0, "Key": 60.0},
                  "No input was searched.", unprinted=2),
        ),
    )  # fmt: skip
