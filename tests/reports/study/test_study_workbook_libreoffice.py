from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hepaplan.reports.study.workbook import write_study_workbook
from tests.support.synthetic_study import synthetic_study

SOFFICE = shutil.which("soffice")


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_it_prints_one_page_a_chart(tmp_path: Path) -> None:
    assert SOFFICE is not None
    study = synthetic_study()
    report = tmp_path / "psa.xlsx"
    write_study_workbook(report, study)
    command = [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(report)]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    made = (tmp_path / "psa.pdf").read_bytes()
    pages = made.count(b"/Type/Page") - made.count(b"/Type/Pages")
    charts = sum(len(page.pictures) for page in study.pages)
    assert charts + 2 < pages <= charts + 14
