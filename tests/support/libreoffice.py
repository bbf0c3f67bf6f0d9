"""LibreOffice as tests call it to print or to export: each time a profile of its own."""

from __future__ import annotations

from pathlib import Path

from hepaplan.reports.verification.recalculated import convert


def converted(path: Path, target: str, out: Path) -> list[Path]:
    """Return the files that a conversion leaves in a folder of its own; there need not be any."""
    out.mkdir()
    convert([path], out / "profile", out, target)
    return sorted(made for made in out.iterdir() if made.is_file())
