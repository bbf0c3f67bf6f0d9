from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.content import ReportContent
from hepaplan.reports.workbook import write_workbook
from tests.support.synthetic_tables import synthetic_content


@pytest.fixture(scope="session")
def content() -> ReportContent:
    return synthetic_content()


@pytest.fixture(scope="session")
def short(content: ReportContent) -> ReportContent:
    """The same content for the first three months only, to be quick."""
    months = {"2027-01", "2027-02", "2027-03"}
    tables = {
        name: table[table["month"].isin(months)].reset_index(drop=True)
        if "month" in table.columns and name not in ("survival", "published")
        else table
        for name, table in content.tables.items()
    }
    return replace(content, tables=tables)


@pytest.fixture(scope="session")
def report(content: ReportContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    write_workbook(path, content)
    return path


@pytest.fixture(scope="session")
def workbook(report: Path) -> Workbook:
    return load_workbook(report)
