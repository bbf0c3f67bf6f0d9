"""Content of a report with some of its tables made for a test."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hepaplan.reports.content import ReportContent
from hepaplan.reports.table_columns import COLUMNS


def frame(name: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    """Return a table of a report with these rows."""
    return pd.DataFrame(list(rows), columns=list(COLUMNS[name]))


def of(content: ReportContent, **tables: pd.DataFrame) -> ReportContent:
    """Return the content with these tables in place of its own."""
    return replace(content, tables={**content.tables, **tables})
