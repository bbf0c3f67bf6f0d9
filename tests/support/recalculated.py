"""LibreOffice's recalculation for tests: inputs changed first, and a reason to skip without it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from hepaplan.reports.verification import recalculated as product
from hepaplan.reports.verification.recalculated import (
    errors_in,
    has_libreoffice,
    recalculated,
    recalculated_all,
    sheet_parts,
    values,
)

__all__ = [
    "errors_in",
    "needs_libreoffice",
    "poisoned",
    "recalculated",
    "recalculated_all",
    "sheet_parts",
    "values",
]

needs_libreoffice = pytest.mark.skipif(
    not has_libreoffice(), reason="LibreOffice (soffice) is not installed"
)


def poisoned(path: Path, out: Path, edits: Mapping[tuple[str, str], float] | None = None) -> Path:
    """Return a copy with wrong numbers in every cache, and inputs changed by (sheet, cell)."""
    if not edits:
        return product.poisoned(path, out)
    parts = sheet_parts(path)
    wanted: dict[str, dict[str, float]] = {parts[sheet]: {} for sheet, _ in edits}
    for (sheet, cell), value in edits.items():
        wanted[parts[sheet]][cell] = value
    wrong = product.poisoned(path, out.with_name(f"{out.stem}-as-run{out.suffix}"))
    with zipfile.ZipFile(wrong) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            for cell, value in wanted.get(part.filename, {}).items():
                pattern = rf'(<c r="{cell}" s="\d+"(?: t="n")?><v>)[^<]*'
                text, found = re.subn(pattern, rf"\g<1>{value!r}", data.decode())
                assert found == 1, f"{part.filename} has no number in {cell}"
                data = text.encode()
            new.writestr(part.filename, data)
    wrong.unlink()
    return out
