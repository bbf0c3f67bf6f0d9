"""Variants of a scenario, beside it."""

from __future__ import annotations

from pathlib import Path


def variant(beside: Path, name: str, text: str, based_on: str = '"../tiny"') -> Path:
    """Return the folder of a variant, written beside another scenario."""
    folder = beside.parent / name
    folder.mkdir()
    body = f"based_on = {based_on}\n{text}"
    (folder / "scenario.toml").write_text(body, encoding="utf-8")
    return folder
