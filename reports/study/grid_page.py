"""The page of two inputs moved together: results at every pair of values, or who is best there."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hepaplan.model.outputs import Output
from hepaplan.model.tables.words import sentence_case
from hepaplan.model.uncertainty.moving.evaluations import said
from hepaplan.reports.study.output_pages import (
    MISSING,
    VALUE,
    axis_title,
    in_sentence,
    or_missing,
    result_format,
)
from hepaplan.reports.study.pages import Page, Picture, Shown
from hepaplan.reports.style import GENERAL

ALIKE = "as good as each other"
EVERYWHERE = "Each pair of values is put into all of them, also where one states other values."
CHANGES = " ◂"
"""Behind a best strategy beside which another is best."""


def grid_page(table: pd.DataFrame, one_way: pd.DataFrame, known: Mapping[str, Output]) -> Page:
    """Return the page of a grid, columns `two_way.TWO_WAY`; `one_way` has the inputs' words."""
    output = known[str(table["output"].iloc[0])]
    table = table[table["output"] == output.name]
    names = one_way.drop_duplicates("input").set_index("input")["label"]
    first, second = (str(names[table[f"{which}_input"].iloc[0]]) for which in ("first", "second"))
    strategies = list(dict.fromkeys(table["strategy"]))
    if len(strategies) == 1:
        tables: tuple[Shown, ...] = (_results(table, output, first, second),)
        pictures: tuple[Picture, ...] = (_lines(table, output, first, second),)
        what = f"{sentence_case(output.label)} ({output.unit})"
    else:
        tables = (_best(table, first, second), _leads(table, output, first, second))
        pictures = ()
        what = f"Which of {', '.join(strategies)} is best by {output.label}"
    return Page(
        "Two inputs at once",
        f"{what} at every pair of values of two inputs, all others as stated.",
        (
            f"Across: {second}. Down: {first}.",
            "Of an input by patient group or month the values are factors on what is stated.",
            *([EVERYWHERE] if len(strategies) > 1 else []),
            *_refused(table),
        ),
        pictures,
        tables,
    )


def _refused(table: pd.DataFrame) -> tuple[str, ...]:
    refused = table[table["note"] != ""]
    if refused.empty:
        return ()
    first = refused["note"].iloc[0]
    return (f"{len(refused)} of {len(table)} cells are refused; the first: {first}.",)


def _matrix(table: pd.DataFrame, column: str, first: str) -> pd.DataFrame:
    """Return one column of the grid, the first input down and the second across."""
    wide = table.pivot_table(
        column, "first_value", "second_value", aggfunc="first", dropna=False, sort=True
    )
    wide.columns = pd.Index([f"{value:.4g}" for value in wide.columns])
    return wide.rename_axis(first).reset_index()


def _numbers(
    table: pd.DataFrame, column: str, output: Output, first: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a column of the grid in the output's unit, as `_matrix`, with its number formats."""
    frame = _matrix(table, column, first)
    size, swing = _sizes(table[column])
    shape = result_format(output.unit, size, swing / 10)
    for heading in frame.columns[1:]:
        frame[heading] = or_missing(frame[heading])
    return frame, {first: VALUE} | dict.fromkeys(frame.columns[1:], shape)


def _results(table: pd.DataFrame, output: Output, first: str, second: str) -> Shown:
    frame, formats = _numbers(table, "result", output, first)
    caption = f"{axis_title(output)}; across: {second}"
    return Shown("two_way", caption, frame, formats, {first: 34.0})


def _lines(table: pd.DataFrame, output: Output, first: str, second: str) -> Picture:
    """Return the grid as lines, over the first input, a few values of the second."""
    values = sorted(set(table["second_value"]))
    kept = [values[0], values[len(values) // 2], values[-1]]
    frame = pd.DataFrame({first: sorted(set(table["first_value"]))})
    for value in dict.fromkeys(kept):
        own = table[table["second_value"] == value].set_index("first_value")["result"]
        frame[f"{second}: {value:.4g}"] = own.reindex(frame[first]).to_numpy()
    frame = frame.dropna().reset_index(drop=True)
    size, swing = _sizes(table["result"])
    low, high = (said(end, output.unit) for end in (table["result"].min(), table["result"].max()))
    return Picture(
        "lines", "two_way", f"{in_sentence(output)}: {low} to {high} over both ranges",
        f"The result over {first}, with {second} at the lowest, middle and highest value of the "
        "grid.",
        frame, first, axis_title(output), GENERAL, result_format(output.unit, size, swing),
    )  # fmt: skip


def _best(table: pd.DataFrame, first: str, second: str) -> Shown:
    cells = table.drop_duplicates(["first_value", "second_value"])[["first_value", "second_value"]]
    best = table[table["best"]].set_index(["first_value", "second_value"])
    refused = table.groupby(["first_value", "second_value"])["result"].agg(
        lambda results: bool(results.isna().any())
    )
    words = []
    for pair in cells.itertuples(index=False, name=None):
        if pair in best.index:
            row = best.loc[pair]
            words.append(f"{row['strategy']}{CHANGES if row['changes'] else ''}")
        else:
            words.append(MISSING if refused[pair] else ALIKE)
    frame = _matrix(cells.assign(words=words), "words", first)
    caption = f"Which is best; across: {second};{CHANGES} beside it another is"
    return Shown("two_way_best", caption, frame, {first: VALUE}, {first: 34.0})


def _leads(table: pd.DataFrame, output: Output, first: str, second: str) -> Shown:
    lead = table.groupby(["first_value", "second_value"])["margin"].max().reset_index()
    frame, formats = _numbers(lead, "margin", output, first)
    caption = f"By how much it leads, {output.unit}; across: {second}"
    return Shown("two_way_leads", caption, frame, formats, {first: 34.0})


def _sizes(results: pd.Series[float]) -> tuple[float, float]:
    """Return the largest size of results and how far apart they lie, 0 where there are none."""
    met = results.dropna()
    return (float(met.abs().max()), float(met.max() - met.min())) if len(met) else (0.0, 0.0)
