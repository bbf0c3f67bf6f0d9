"""What a calibration found, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from hepaplan.model.arrays import Floats
from hepaplan.model.calibration.fit import Search, ends_at_bound
from hepaplan.model.calibration.identify import Identified
from hepaplan.model.calibration.request import Request
from hepaplan.model.problems import dotted

WITHIN = float(ndtri(0.975))
"""Standard errors on either side of a value that hold it in 95% of samples."""


def parameter_table(
    request: Request,
    numbers: Floats,
    position: Floats,
    told: Identified,
    refused: Sequence[str],
) -> pd.DataFrame:
    """Return one row a parameter: value before and after, how sure, and whether at a bound.

    The standard error is that of the targets alone, the others fitted too; it is missing, with its
    95% interval, where they do not settle the parameter. The interval is cut at the bounds, and at
    the value itself where the model refuses those beside it: `refused` says on which side.
    `moved_by_sd`: by how many standard deviations of the figure's own distribution it moved.
    """
    bounds = ends_at_bound(position)
    rows = []
    for place, parameter in enumerate(request.parameters):
        wall = refused[place]
        after = float(numbers[place])
        error = float(told.standard_errors[place]) * (parameter.high - parameter.low)
        moved = after - parameter.before
        least = after if wall == "below" else parameter.low
        most = after if wall == "above" else parameter.high
        rows.append(
            {
                "parameter": parameter.name,
                "key": dotted(parameter.keys[0]),
                "part": parameter.part,
                "label": parameter.label,
                "unit": parameter.unit,
                "before": parameter.before,
                "after": after,
                "standard_error": error,
                "low": max(after - WITHIN * error, least) if error == error else np.nan,
                "high": min(after + WITHIN * error, most) if error == error else np.nan,
                "lower_bound": parameter.low,
                "upper_bound": parameter.high,
                "at_bound": bounds[place] or (f"refused {wall}" if wall else ""),
                "moved_by_sd": np.nan if parameter.sd is None else moved / parameter.sd,
            }
        )
    return pd.DataFrame(rows)


def fit_table(request: Request, before: Floats, after: Floats) -> pd.DataFrame:
    """Return one row a target: what was observed and what the model gives, before and after.

    Residuals are (model - target) in standard errors of the target.
    """
    rows = []
    for target, was, now in zip(request.targets, before, after, strict=True):
        residual = (now - target.value) / target.standard_error
        rows.append(
            {
                "target": target.name,
                "output": target.output.name,
                "label": target.output.label,
                "unit": target.output.unit,
                "value": target.value,
                "standard_error": target.standard_error,
                "before": was,
                "after": now,
                "residual_before": (was - target.value) / target.standard_error,
                "residual": residual,
                "within_95": bool(abs(residual) <= WITHIN),
                "source": target.source,
                "year": target.year,
                "quality": target.quality,
                "note": target.note,
            }
        )
    return pd.DataFrame(rows).astype({"year": "Int64"})


def direction_table(told: Identified) -> pd.DataFrame:
    """Return one row a direction in which parameters move together, the least told last.

    `singular_value`: by how many standard errors the targets move over the whole range of it;
    `condition`: the largest of them over it, missing where no target moves.
    """
    largest = told.directions[0].singular_value
    return pd.DataFrame(
        {
            "direction": place,
            "singular_value": found.singular_value,
            "condition": np.nan if found.told == "not at all" else largest / found.singular_value,
            "told": found.told,
            "what": found.words,
        }
        for place, found in enumerate(told.directions, 1)
    )


def correlation_table(request: Request, told: Identified) -> pd.DataFrame:
    """Return the pairs of parameters whose estimates are correlated above 0.95."""
    names = [parameter.name for parameter in request.parameters]
    return pd.DataFrame(told.alike(names), columns=["parameter", "other", "correlation"])


def start_table(
    request: Request, searches: Sequence[Search], numbers: Callable[[Floats], Floats]
) -> pd.DataFrame:
    """Return one row a search and parameter: where it began and ended, and what it came to.

    `objective`, the sum of squared residuals, and the end are missing where the model refuses the
    values that a search would begin at.
    """
    rows = []
    for place, found in enumerate(searches):
        begun, ended = numbers(found.begun), numbers(found.position)
        sound = np.isfinite(found.objective)
        rows += [
            {
                "search": place + 1,
                "begun_at": "the scenario as it is" if place == 0 else "a point of the range",
                "parameter": parameter.name,
                "begun_value": float(begun[i]),
                "ended_value": float(ended[i]) if sound else np.nan,
                "objective": found.objective if sound else np.nan,
                "runs": found.evaluations,
                "ended": found.ended,
            }
            for i, parameter in enumerate(request.parameters)
        ]
    return pd.DataFrame(rows)
