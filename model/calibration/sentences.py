"""What a calibration found, in sentences: the fit, the bounds, what stays open, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from hepaplan.model.calibration.fit import SETTLED
from hepaplan.model.calibration.identify import Identified
from hepaplan.model.calibration.request import Request

FAR = 2.0
"""Standard deviations of its own distribution from which a figure has moved far."""
WORSE = 1.0
"""Squared residuals above the best from which the end of another search is a place of its own."""
STILL = 1e-3
"""Part of a range below which a figure has not moved: one that no target pulls at."""
MOST_VALUES = 5
APART = 0.05
"""Part of a parameter's range that parts two ends that fit alike."""


def headlines(
    request: Request, tables: Mapping[str, pd.DataFrame], told: Identified
) -> tuple[str, ...]:
    """Return what a reader should know first, the fit at the top."""
    return (
        *_fit(tables["fit"]),
        *_values(tables["parameters"]),
        *_open(request, tables["correlations"], told),
        *_searches(request, tables["starts"]),
        "These figures were fitted to the targets, so the targets prove nothing more: validate "
        "against data that were not used.",
    )


def _fit(table: pd.DataFrame) -> Iterator[str]:
    count = len(table)
    before = float((table["residual_before"] ** 2).sum())
    after = float((table["residual"] ** 2).sum())
    yield (
        f"{int(table['within_95'].sum())} of {count} "
        f"{'target lies' if count == 1 else 'targets lie'} within 1.96 standard errors; the sum of "
        f"squared residuals goes from {before:,.4g} to {round(after, 6):,.4g}."
    )
    for row in _rows(table[~table["within_95"]]):
        side = "above" if row["residual"] > 0 else "below"
        yield (
            f"Missed: {row['label']} is {row['after']:,.4g} {row['unit']}, observed "
            f"{row['value']:,.4g}, {abs(row['residual']):.1f} standard errors {side}."
        )


def _values(table: pd.DataFrame) -> Iterator[str]:
    for row in _rows(table.head(MOST_VALUES)):
        sure = f"95% interval {row['low']:.4g} to {row['high']:.4g}"
        part = f", {row['part']}" if row["part"] else ""
        yield (
            f"{row['parameter']} ({row['label']}{part}): {row['before']:.4g} becomes "
            f"{row['after']:.4g} {row['unit']}, "
            f"{'not settled by the targets' if pd.isna(row['standard_error']) else sure}."
        )
    if len(table) > MOST_VALUES:
        yield f"The table of parameters has {len(table) - MOST_VALUES} more."
    moved = (table["after"] - table["before"]).abs() > STILL * table["upper_bound"].sub(
        table["lower_bound"]
    )
    told = moved | table["standard_error"].notna()
    pulled = table["at_bound"].isin(("low", "high")) & told
    for row in _rows(table[pulled]):
        side = "lower" if row["at_bound"] == "low" else "upper"
        yield (
            f"{row['parameter']} ended at its {side} bound, {row[f'{side}_bound']:.4g}: the "
            "targets pull beyond it; ask which of the two is wrong before using the value."
        )
    for row in _rows(table[table["at_bound"].str.startswith("refused") & told]):
        yield (
            f"{row['parameter']} ended beside values that the model refuses, "
            f"{row['at_bound'].removeprefix('refused ')} {row['after']:.4g}: the targets may pull "
            "beyond it, and its interval is cut there."
        )
    for row in _rows(table[table["moved_by_sd"].abs() > FAR]):
        yield (
            f"{row['parameter']} moved by {abs(row['moved_by_sd']):.1f} standard deviations of "
            "what was known of it: the targets and its source disagree."
        )


def _open(request: Request, alike: pd.DataFrame, told: Identified) -> Iterator[str]:
    parameters, targets = len(request.parameters), len(request.targets)
    if parameters > targets:
        yield (
            f"Not identifiable: {parameters} parameters from {targets} "
            f"{'target' if targets == 1 else 'targets'}; many other values fit as well."
        )
    blind = [found for found in told.directions if found.told == "not at all"]
    weak = [found for found in told.directions if found.told == "weakly"]
    if blind:
        words = "; ".join(found.words for found in blind)
        yield f"Not told by the targets: {words}."
    if weak:
        words = "; ".join(found.words for found in weak)
        yield f"Hardly told by the targets: {words}."
    for row in _rows(alike):
        yield (
            f"{row['parameter']} and {row['other']} cannot be told apart well: their estimates "
            f"have a correlation of {row['correlation']:.3f}."
        )


def _searches(request: Request, table: pd.DataFrame) -> Iterator[str]:
    sound = table[table["objective"].notna()]
    if refused := table.loc[table["objective"].isna(), "search"].nunique():
        begun = table["search"].nunique()
        yield f"{refused} of {begun} searches began at values that the model refuses."
    best = _rows(sound.nsmallest(1, "objective"))[0]
    if best["ended"] != SETTLED:
        yield f"The best search did not settle ({best['ended']}): a better fit may be near."
    alike = sound["objective"] <= best["objective"] + WORSE
    every, worse = sound["search"].nunique(), sound.loc[~alike, "search"].nunique()
    if worse:
        yield (
            f"{worse} of {every} searches ended elsewhere with a worse fit: there is more than one "
            "minimum, perhaps a better one still."
        )
    ends = sound[alike].groupby("parameter")["ended_value"]
    spread = ends.max() - ends.min()
    apart = [p.name for p in request.parameters if spread[p.name] > APART * (p.high - p.low)]
    if apart:
        yield f"Searches that fit alike ended at different values of {', '.join(apart)}."


def _rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.to_dict("records")
