"""Pages of docs/ whose code is run: every block in order, in one namespace."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    """Return the text of a page."""
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[str]:
    """Return the Python code of a page, a text for each block."""
    return re.findall(r"```python\n(.*?)```", page(name), flags=re.DOTALL)


def names_of(name: str) -> dict[str, Any]:
    """Return what a page's code defines."""
    found: dict[str, Any] = {}
    for block in blocks(name):
        exec(compile(block, name, "exec"), found)
    return found
