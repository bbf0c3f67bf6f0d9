"""Every formula of a live workbook: the engine's value beside what LibreOffice found."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Container
from pathlib import Path

from tests.support.recalculated import sheet_parts

CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>/]*)(?:/>|>(.*?)</c>)')
VALUE = re.compile(r"<v>([^<]*)</v>")
SMALLEST = 1e-6
"""Differences of smaller numbers are taken as shares of this one."""


def compare_all(
    path: Path, recalculated: Path, but: Container[str] = (), smallest: float = SMALLEST
) -> tuple[float, str]:
    """Return the largest relative difference of any formula's value, and its sheet and cell.

    `path` has the engine's values as caches, `recalculated` is what LibreOffice saved; sheets in
    `but` are left out. A text that differs, or an error, counts as infinite.
    """
    ours, theirs = sheet_parts(path), sheet_parts(recalculated)
    worst, where = 0.0, "nothing differs"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(recalculated) as new:
        texts = _texts(new)
        for title, part in ours.items():
            if title in but:
                continue
            found = _values(new.read(theirs[title]).decode(), texts, only_formulas=False)
            for cell, value in _values(old.read(part).decode(), [], only_formulas=True).items():
                off = _difference(value, found.get(cell, "nothing"), smallest)
                if off > worst:
                    worst, where = off, f"{title}!{cell}: {value}, recalculated {found.get(cell)}"
    return worst, where


def _values(sheet: str, texts: list[str], *, only_formulas: bool) -> dict[str, str]:
    found = {}
    for cell, attributes, inside in CELL.findall(sheet):
        value = VALUE.search(inside)
        if value and ("<f" in inside or not only_formulas):
            shared = 't="s"' in attributes
            found[cell] = texts[int(value.group(1))] if shared else value.group(1)
    return found


def _texts(archive: zipfile.ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return []
    entries = re.findall(r"<si>(.*?)</si>", archive.read(name).decode(), re.DOTALL)
    return ["".join(re.findall(r"<t[^>]*>([^<]*)</t>", entry)) for entry in entries]


def _difference(value: str, found: str, smallest: float) -> float:
    try:
        ours, theirs = float(value), float(found)
    except ValueError:
        return 0.0 if value == found else float("inf")
    return abs(ours - theirs) / max(abs(ours), smallest)
