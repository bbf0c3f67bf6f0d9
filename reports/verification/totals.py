"""Totals on the report's sheets: by site and by month, added both ways, against the engine's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import FIRST_COME, LONGEST_WAIT, MOST_HEALTH
from hepaplan.reports.views.shown import heading

SCARCE = (FIRST_COME, LONGEST_WAIT, MOST_HEALTH)
Tables = Mapping[str, pd.DataFrame]
Gap = tuple[float, str]
"""The largest difference, relative to the largest total, and the column that has it."""


def shown(workbook: Workbook, name: str) -> pd.DataFrame:
    """Return a table of a sheet by its name; raises KeyError where no sheet has it."""
    for sheet in workbook.worksheets:
        tables: Any = sheet.tables
        if name in tables:
            first, *rows = [[cell.value for cell in row] for row in sheet[tables[name].ref]]
            return pd.DataFrame(rows, columns=[str(each) for each in first])
    raise KeyError(f"no sheet has the table {name}")


def totals_apart(workbook: Workbook, tables: Tables, window: int) -> Gap:
    """Return the largest relative difference between two ways to the same total, and where it is.

    Starts, use and people waiting: sites added up against months' totals and against sites' own,
    and both against the engine's `tables`. `window` is in months.
    """
    gaps = [(0.0, "nothing differs"), *_on_sheets(workbook, window), *_engine(workbook, tables)]
    return max(gaps, key=lambda gap: gap[0])


def _on_sheets(workbook: Workbook, window: int) -> Iterator[Gap]:
    starts = {heading(policy): heading(policy) for policy in SCARCE}
    plan = shown(workbook, "plan_by_site_and_month")
    yearly = plan.assign(**{name: plan[name] * MONTHS_PER_YEAR / window for name in starts})
    yield from apart(plan, shown(workbook, "plan_by_month"), ["Month"], starts)
    yield from apart(yearly, shown(workbook, "plan_site_totals"), ["Site"], starts)
    used = _same("Used, {}") | {"Capacity": "Capacity"}
    each, years = shown(workbook, "use_by_month"), shown(workbook, "use_by_year")
    yield from apart(each, years, ["Site", "Resource"], used)
    waiting = _same("Waiting, {}") | _same("Beyond standard, {}")
    lists, months = shown(workbook, "waiting_by_month"), shown(workbook, "waiting_in_all")
    yield from apart(lists, months, ["Month"], waiting)


def _engine(workbook: Workbook, tables: Tables) -> Iterator[Gap]:
    """Yield how far the sums of a sheet's column lie from those of the engine's table."""
    for policy in SCARCE:
        for name, column, table, figure in (
            ("plan_by_site_and_month", heading(policy), "starts", "starts"),
            ("use_by_month", f"Used, {policy}", "resources", "used"),
            ("waiting_by_month", f"Waiting, {policy}", "lists", "waiting"),
            ("waiting_by_month", f"Beyond standard, {policy}", "lists", "beyond_standard"),
        ):
            whole = tables[table]
            engine = float(whole.loc[whole["policy"] == policy, figure].sum())
            found = float(_numbers(shown(workbook, name)[column]).sum())
            yield abs(found - engine) / max(abs(engine), 1.0), f"{name}, {column}"


def apart(
    detail: pd.DataFrame, totals: pd.DataFrame, by: Sequence[str], columns: Mapping[str, str]
) -> Iterator[Gap]:
    """Yield for each column how far its sums over rows with the same `by` lie from `totals`.

    `columns` gives each column of the detail, and its name among the totals. A total that is
    missing is infinitely far.
    """
    for column, name in columns.items():
        sums = _numbers(detail[column]).groupby([detail[key] for key in by]).sum()
        stated = _numbers(totals[name]).groupby([totals[key] for key in by]).sum()
        gap = (sums - stated.reindex(sums.index)).abs().fillna(np.inf).max()
        yield float(gap) / max(float(sums.abs().max()), 1.0), f"{column} by {' and '.join(by)}"


def _numbers(values: pd.Series) -> pd.Series:
    """Return a column's numbers; a text such as n/a counts as none."""
    return pd.to_numeric(values, errors="coerce").fillna(0.0)


def _same(words: str) -> dict[str, str]:
    return {words.format(policy): words.format(policy) for policy in SCARCE}
