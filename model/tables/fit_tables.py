"""Tables of fits: each exit's fitted curve beside the published figures it was fitted to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Distribution
from hepaplan.model.survival.fitted import time_to_event

ALL_GROUPS = "all"
COLUMNS = (
    "decision_point", "option", "exit", "group", "family", "cure_share", "month", "published",
    "fitted", "difference", "hazard_ratio", "source", "quality",
)  # fmt: skip


def fits(scenario: Scenario) -> pd.DataFrame:
    """Return the share without the event that each exit was given, and the fitted curve's.

    Before any hazard ratio, which is shown beside it as it holds from the start. A figure stated
    for everyone has one row, for `all`; a curve that differs by group a row for each.
    """
    rows = []
    for point, name, option in scenario.pathway.options():
        for exit_, record in option.exits.items():
            time = record.time
            for group in _groups(time, scenario.groups):
                curve = time_to_event(time, group)
                cure = time.cure_share.for_group(group) if time.cure_share else 0.0
                ratio = record.hazard_ratio.numbers() if record.hazard_ratio else {"": 1.0}
                for month, stated in _figures(time, group):
                    fitted = float(curve.survival(np.array([month]))[0])
                    rows.append(
                        (point, name, exit_, group or ALL_GROUPS, time.family, cure, month, stated,
                         fitted, fitted - stated,
                         ", ".join(f"{one:g}" for one in dict.fromkeys(ratio.values())),
                         time.source, time.quality)
                    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _groups(time: Distribution, groups: tuple[str, ...]) -> tuple[str, ...]:
    by_group = any(
        figure is not None and isinstance(figure.value, dict)
        for figure in (time.median_months, time.cure_share)
    )
    return groups if by_group else ("",)


def _figures(time: Distribution, group: str) -> Iterator[tuple[float, float]]:
    if time.median_months is not None:
        yield time.median_months.for_group(group), 0.5
    for point in time.points:
        yield point.month, point.survival
