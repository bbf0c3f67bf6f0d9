from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed"),
]
ERRORS = ("#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "Err:5")


def convert(report: Path, target: str, out: Path) -> Path:
    """Each call has its own profile; its exit code 0 does not mean that there is a file."""
    assert SOFFICE is not None
    command = [
        SOFFICE,
        f"-env:UserInstallation={(out / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        target,
        "--outdir",
        str(out),
        str(report),
    ]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    made = out / f"{report.stem}.{target.split(':')[0]}"
    assert made.is_file(), "LibreOffice made no file"
    return made


def test_it_prints(report: Path, tmp_path: Path) -> None:
    made = convert(report, "pdf", tmp_path).read_bytes()
    assert made.startswith(b"%PDF")
    pages = made.count(b"/Type/Page") - made.count(b"/Type/Pages")
    assert 20 <= pages <= 110


def test_no_sheet_shows_an_error(report: Path, tmp_path: Path) -> None:
    # 44 comma, 34 quote, 76 UTF-8; the -1 at the end writes every sheet to its own file.
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    options = tmp_path / "sheets"
    options.mkdir()
    assert SOFFICE is not None
    command = [SOFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", every_sheet, "--outdir", str(options), str(report)]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    files = sorted(options.glob("*.csv"))
    assert len(files) == 19
    for path in files:
        with path.open(newline="", encoding="utf-8") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert len(cells) > 20
        assert not [cell for cell in cells if cell.startswith(ERRORS)], path.name
