"""Pictures of one output of a batch: how often each value comes, and how levels move it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from hepaplan.model.outputs import Output
from hepaplan.model.tables.words import sentence_case
from hepaplan.reports.number_text import number_text
from hepaplan.reports.study.output_pages import VALUE, axis_title, result_format
from hepaplan.reports.study.pages import Picture, Shown
from hepaplan.reports.style import WHOLE

BINS = 15
MEAN = "Mean"


@dataclass(frozen=True)
class ShownAs:
    """An output with the number format in which its spread over the runs shows."""

    output: Output
    number_format: str

    def words(self, value: float) -> str:
        """Return a value as the sheet shows it, with its unit unless that is shown already."""
        text = number_text(float(value), self.number_format)
        plain = self.output.unit in ("GBP", "share") or self.output.unit.startswith("share")
        return text if plain else f"{text} {self.output.unit}"


def shown_as(output: Output, values: pd.Series) -> ShownAs:
    """Return an output with a format for values of this size, in which their spread shows."""
    swing = float(values.max() - values.min()) if len(values) else 0.0
    if swing == 0.0:
        return ShownAs(output, VALUE)
    return ShownAs(output, result_format(output.unit, float(values.abs().max()), swing / 4))


def histogram(shown: ShownAs, values: pd.Series) -> Picture:
    """Return in how many runs the output lies in each of equal steps from its least to its most."""
    counts, edges = np.histogram(values.to_numpy(float), bins=BINS)
    names = [f"{_text(shown, a)} to {_text(shown, b)}" for a, b in pairwise(edges)]
    low, high = (float(values.quantile(q)) for q in (0.1, 0.9))
    name = sentence_case(shown.output.label)
    frame = pd.DataFrame({axis_title(shown.output): names, "Runs": counts.astype(float)})
    return Picture(
        "bars", f"histogram_{shown.output.name}",
        f"{name}: 8 of 10 runs lie between {_text(shown, low)} and {shown.words(high)}",
        f"Number of runs in each of {BINS} equal steps of the output.", frame, "Runs",
        axis_title(shown.output), WHOLE,
    )  # fmt: skip


def by_level(shown: ShownAs, frame: pd.DataFrame, axis: str) -> Picture:
    """Return the mean at each level of an axis: a line over numbers, bars over names."""
    means = _means(shown, frame, axis)
    values = means[MEAN]
    least, most = means.iloc[int(values.argmin())], means.iloc[int(values.argmax())]
    low, high = shown.words(least[MEAN]), shown.words(most[MEAN])
    headline = f"{sentence_case(shown.output.label)}: on average " + (
        f"{low} whatever {axis} is" if low == high else
        f"{low} where {axis} is {level_text(least[axis])}, {high} where it is "
        f"{level_text(most[axis])}"
    )  # fmt: skip
    name, told = f"{axis}_{shown.output.name}", f"Mean over the runs at each level of {axis}."
    title = axis_title(shown.output)
    if _is_numeric(frame[axis]):
        lines = means[[axis, "P10", MEAN, "P90"]]
        return Picture("lines", name, headline, f"{told} P10 and P90 are over the same runs.",
                       lines, axis, title, VALUE, shown.number_format)  # fmt: skip
    bars = means[[axis, MEAN]].assign(**{axis: means[axis].map(level_text)})
    return Picture("bars", name, headline, told, bars, title, axis, shown.number_format)


def level_table(shown: ShownAs, frame: pd.DataFrame, axis: str) -> Shown:
    """Return what `by_level` draws, as a table with the number of runs."""
    formats = dict.fromkeys(("P10", MEAN, "P90"), shown.number_format) | {"Runs": WHOLE}
    if _is_numeric(frame[axis]):
        formats[axis] = VALUE
    caption = f"By {axis}: {axis_title(shown.output)}"
    return Shown(f"by_{axis}_{shown.output.name}", caption, _means(shown, frame, axis), formats)


def level_text(level: object) -> str:
    """Return a level of an axis as a design's file would state it."""
    if isinstance(level, bool | np.bool_):
        return str(bool(level)).lower()
    return f"{level:.6g}" if isinstance(level, float) else str(level)


def _means(shown: ShownAs, frame: pd.DataFrame, axis: str) -> pd.DataFrame:
    groups = frame.groupby(axis, sort=_is_numeric(frame[axis]))[shown.output.name]
    made = pd.DataFrame(
        {"Runs": groups.size(), "P10": groups.quantile(0.1), MEAN: groups.mean(),
         "P90": groups.quantile(0.9)}
    )  # fmt: skip
    return made.reset_index()


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _text(shown: ShownAs, value: float) -> str:
    return number_text(float(value), shown.number_format)
