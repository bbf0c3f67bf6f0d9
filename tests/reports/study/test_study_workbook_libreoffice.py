from __future__ import annotations

from pathlib import Path

import pytest

from hepaplan.reports.study.workbook import write_study_workbook
from tests.support.libreoffice import converted
from tests.support.recalculated import needs_libreoffice
from tests.support.synthetic_study import synthetic_study


@pytest.mark.libreoffice
@needs_libreoffice
def test_it_prints_one_page_a_chart(tmp_path: Path) -> None:
    study = synthetic_study()
    report = tmp_path / "psa.xlsx"
    write_study_workbook(report, study)
    (made,) = (path.read_bytes() for path in converted(report, "pdf", tmp_path / "pages"))
    pages = made.count(b"/Type/Page") - made.count(b"/Type/Pages")
    charts = sum(len(page.pictures) for page in study.pages)
    assert charts + 2 < pages <= charts + 14
