"""What the report of a batch shows: the design, each output's spread, and what moves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from hepaplan.model.batch.describe import described
from hepaplan.model.batch.design import Level
from hepaplan.model.batch.tasks import Batch, tasks
from hepaplan.model.outputs import Output, chosen_outputs
from hepaplan.model.problems import listed
from hepaplan.model.tables.words import sentence_case
from hepaplan.reports.batch.batch_pictures import (
    MEAN,
    ShownAs,
    by_level,
    histogram,
    level_table,
    level_text,
    shown_as,
)
from hepaplan.reports.batch.results import RUN, STATUS
from hepaplan.reports.content import site_note
from hepaplan.reports.study.output_pages import sheet_titles
from hepaplan.reports.study.pages import Page, Pages, Picture, Shown
from hepaplan.reports.style import WHOLE

QUANTILES = {"P10": 0.1, "Median": 0.5, "P90": 0.9}
ENDS = 5
MOST_LEVELS = 60
DESIGN, FILES = "Design", "Data files"
OPENED = (
    ("pandas", 'pandas.read_parquet("results")'),
    ("R", 'arrow::open_dataset("results") |> dplyr::collect()'),
    ("DuckDB", "SELECT * FROM 'results/*.parquet'"),
)
OVER_RUNS = (
    "Percentiles are over the runs of the design: probabilities only where its runs are draws from "
    "distributions, not where its levels were chosen."
)
Read = Callable[[Sequence[str]], pd.DataFrame]


@dataclass(frozen=True)
class Data:
    """A batch's data set: `read` returns the columns asked for, `files` are its Parquet files."""

    read: Read
    files: tuple[str, ...]


def batch_pages(batch: Batch, data: Data) -> Pages:
    """Return the report of a finished batch; one column of outputs is read at a time."""
    design = batch.design
    statuses = Counter(data.read([STATUS])[STATUS].astype(str))
    scenario = next(iter(batch.bases.values())).scenario
    outputs = list(chosen_outputs(scenario, design.outputs).values())
    titles = sheet_titles(outputs)
    draws = batch.sample.axis if batch.sample else ""
    axes = [name for name, levels in batch.levels.items() if len(levels) > 1]
    made = [
        _output(output, title, axes, draws, data)
        for output, title in zip(outputs, titles, strict=True)
    ]
    spread = pd.DataFrame([row for _, row, _ in made])
    note = site_note(scenario)
    return Pages(
        name=design.name,
        title=design.title or design.name,
        question=f"What do {len(batch.runs):,} runs say, and which of them are best and worst?",
        headlines=(_runs_said(statuses, len(batch.runs)), *(said for _, _, said in made)),
        notes=(OVER_RUNS, *(words for words in (note, design.note) if words)),
        pages=(_design(batch, statuses, spread), *(page for page, _, _ in made), _files(data)),
        facts=(
            ("Design", design.name),
            ("Base scenarios", listed(batch.bases)),
            ("Runs", f"{len(batch.runs):,}"),
            ("Code", batch.code),
        ),
        version=version("hepaplan"),
    )


def _runs_said(statuses: Mapping[str, int], runs: int) -> str:
    done = statuses.get("done", 0)
    without = runs - done
    said = f"{runs:,} runs, {done:,} with a result"
    return f"{said}, {without:,} without: failures.csv says why." if without else f"{said}."


def _design(batch: Batch, statuses: Mapping[str, int], spread: pd.DataFrame) -> Page:
    lines = [line.strip() for line in described(tasks(batch))]
    axes = pd.DataFrame(
        [
            (name, len(levels), _levels_said(levels))
            for name, levels in batch.levels.items()
        ],
        columns=["Axis", "Levels", "Which"],
    )  # fmt: skip
    counts = pd.DataFrame(sorted(statuses.items()), columns=["How it ended", "Runs"])
    formats = {"Runs with a number": WHOLE}
    numbers = [c for c in spread.columns[3:]]
    by_row = {c: tuple(spread["_format"]) for c in numbers if c != "_format"}
    return Page(
        DESIGN,
        f"What was varied, how the runs ended, and the spread of {len(spread)} outputs.",
        tuple(lines[:1] + lines[len(batch.levels) + 1 :]),
        tables=(
            Shown("axes", "Axes", axes, {"Levels": WHOLE}, {"Which": 70.0}),
            Shown("statuses", "Runs by how they ended", counts, {"Runs": WHOLE}),
            Shown("spread", "Spread of each output over the runs", spread.drop(columns="_format"),
                  formats, {"Output": 56.0}, cell_formats=by_row),
        ),
    )  # fmt: skip


def _levels_said(levels: Sequence[Level]) -> str:
    if len(levels) > 12:
        return f"{level_text(levels[0])} to {level_text(levels[-1])}"
    return listed(map(level_text, levels))


def _output(
    output: Output, title: str, axes: Sequence[str], draws: str, data: Data
) -> tuple[Page, dict[str, object], str]:
    """Return an output's page, its row of the spread and its sentence; no picture by draw."""
    frame = data.read([RUN, *axes, output.name]).dropna(subset=[output.name])
    values = frame[output.name].astype(float)
    shown = shown_as(output, values)
    row: dict[str, object] = {
        "Output": output.label, "Unit": output.unit, "Runs with a number": len(values),
        **_spread(values), "_format": shown.number_format,
    }  # fmt: skip
    if values.empty:
        nothing = f"{sentence_case(output.label)}: no run has a number."
        return Page(title, nothing), row, nothing
    best, worst = _ends(output, frame)
    drawn = [axis for axis in axes if axis != draws and 1 < frame[axis].nunique() <= MOST_LEVELS]
    tables = [
        Shown(f"{name}_{output.name}", caption, table, {output.name: shown.number_format})
        for name, caption, table in (("best", best[0], best[1]), ("worst", worst[0], worst[1]))
    ]
    tables += [level_table(shown, frame, axis) for axis in drawn]
    pictures: list[Picture] = [histogram(shown, values)] if values.max() > values.min() else []
    pictures += [by_level(shown, frame, axis) for axis in drawn]
    page = Page(title, f"{output.label}, {output.unit}, in {len(values):,} runs.", (),
                tuple(pictures), tuple(tables))  # fmt: skip
    return page, row, _said(shown, values, best, axes)


def _said(
    shown: ShownAs, values: pd.Series, best: tuple[str, pd.DataFrame], axes: Sequence[str]
) -> str:
    name = sentence_case(shown.output.label)
    if values.max() == values.min():
        return f"{name}: {shown.words(values.iloc[0])} in every run that has a number."
    caption, rows = best
    top = rows.iloc[0]
    inputs = ", ".join(f"{axis} = {level_text(top[axis])}" for axis in axes)
    return (
        f"{name}: median {shown.words(values.median())}, from {shown.words(values.min())} "
        f"to {shown.words(values.max())}; {caption.partition(' ')[0].lower()} in run {top[RUN]}"
        f"{f' ({inputs})' if inputs else ''}."
    )


def _spread(values: pd.Series) -> dict[str, object]:
    if values.empty:
        return dict.fromkeys(("Least", *QUANTILES, MEAN, "Most"), None)
    found = {name: float(values.quantile(share)) for name, share in QUANTILES.items()}
    return {"Least": float(values.min()), **found, MEAN: float(values.mean()),
            "Most": float(values.max())}  # fmt: skip


def _ends(
    output: Output, frame: pd.DataFrame
) -> tuple[tuple[str, pd.DataFrame], tuple[str, pd.DataFrame]]:
    """Return captions and rows of the best and the worst runs, or of the highest and lowest."""
    high = frame.nlargest(ENDS, output.name).reset_index(drop=True)
    low = frame.nsmallest(ENDS, output.name).reset_index(drop=True)
    if output.more_is_better is None:
        return ("Highest runs and their inputs", high), ("Lowest runs and their inputs", low)
    best, worst = (high, low) if output.more_is_better else (low, high)
    return ("Best runs and their inputs", best), ("Worst runs and their inputs", worst)


def _files(data: Data) -> Page:
    files = pd.DataFrame({"File, beside this report": list(data.files)})
    ways = pd.DataFrame(OPENED, columns=["With", "Type this, in the folder of this report"])
    return Page(
        FILES,
        "Where every run is: a row each, with its inputs, outputs, key and how it ended.",
        tables=(
            Shown("files", "Parquet files", files, widths={"File, beside this report": 44.0}),
            Shown("opening", "How to open them", ways,
                  widths={"Type this, in the folder of this report": 60.0}),
        ),
    )  # fmt: skip
