from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hepaplan.reports.content import ReportContent
from hepaplan.reports.page.run_page import PAGE, run_pages, write_page
from hepaplan.reports.workbook import build_workbook
from tests.reports.study.test_study_page_chromium import CHROMIUM, asked, load

__all__ = ["asked"]
PDF_TEXT = shutil.which("pdftotext")
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
WORDS = re.compile(r"\w{4,}")


def printed(path: Path, profile: Path) -> list[str]:
    """Return the text of each page as Chromium prints a file."""
    assert CHROMIUM is not None
    assert PDF_TEXT is not None
    made = path.with_suffix(".pdf")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={profile}", f"--print-to-pdf={made}", path.as_uri()]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    told = subprocess.run(
        [PDF_TEXT, "-layout", str(made), "-"], check=True, capture_output=True, text=True
    )
    return told.stdout.split("\f")[:-1]


def test_the_page_of_a_run_asks_nobody_and_prints_every_table(
    tmp_path: Path, short: ReportContent, asked: tuple[int, list[str]]
) -> None:
    port, paths = asked
    path = tmp_path / PAGE
    workbook = build_workbook(short)
    write_page(path, workbook, short)
    held = load(path, port, tmp_path / "profile")
    assert "<script" not in held
    assert paths == []
    if PDF_TEXT is None:
        pytest.skip("pdftotext is not installed")
    pages = printed(path, tmp_path / "profile")
    assert all(page.strip() for page in pages)
    words = set(WORDS.findall(" ".join(pages)))
    for chapter in run_pages(workbook, short).pages:
        for table in chapter.tables:
            headings = list(table.frame.columns)[: len(table.frame.columns) - table.unprinted]
            wanted = set(WORDS.findall(" ".join([table.caption, *map(str, headings)])))
            missing = {word for word in wanted - words if len(word) < 12}
            assert not missing, (chapter.title, table.caption)
        assert chapter.title in " ".join(pages)
