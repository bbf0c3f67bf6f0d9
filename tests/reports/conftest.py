from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.content import ReportContent
from hepaplan.reports.table_columns import COLUMNS
from hepaplan.reports.workbook import write_workbook
from tests.support.synthetic_tables import synthetic_content

EVIDENCE = (
    ("new colorectal cancers", "people a year", 1_600.0, 1_600.0, 1_600.0),
    ("liver metastases at diagnosis", "people a year", 250.0, 250.0, 420.0),
    ("liver metastases later", "people a year", 150.0, 150.0, 380.0),
    ("new liver metastases to new cancers", "share", 0.25, 0.25, 0.5),
    ("starts of liver resection", "people a year", 80.0, 80.0, 264.0),
    ("starts of thermal ablation", "people a year", 36.0, 36.0, 72.0),
    ("starts of cryotherapy", "people a year", 0.5, 0.5, 2.0),
    ("starts of conversion chemotherapy", "people a year", 60.0, 60.0, 120.0),
    ("starts of systemic therapy", "people a year", 440.0, 440.0, 836.0),
    ("QALYs of a new patient, discounted", "QALY", 1.7, 1.7, 2.1),
)


@pytest.fixture(scope="session")
def content() -> ReportContent:
    made = synthetic_content()
    sets = pd.DataFrame(list(EVIDENCE), columns=list(COLUMNS["evidence_sets"]))
    return replace(made, tables={**made.tables, "evidence_sets": sets})


@pytest.fixture(scope="session")
def short(content: ReportContent) -> ReportContent:
    """The same content for the first three months only, to be quick."""
    months = {"2027-01", "2027-02", "2027-03"}
    tables = {
        name: table[table["month"].isin(months)].reset_index(drop=True)
        if "month" in table.columns and name not in ("survival", "published", "fits")
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
