"""The generator of the reference, loaded from docs/reference."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def generator(name: str) -> Any:
    """Return a module of the generator: make, from_types, from_commands, from_chapters…"""
    if str(REFERENCE) not in sys.path:
        sys.path.append(str(REFERENCE))
    return importlib.import_module(name)


def committed(page: str) -> str:
    """Return a page of the reference as it is committed."""
    return (REFERENCE / f"{page}.md").read_text(encoding="utf-8")
